"""``dibao classify``: the taxonomy, and the model that speaks where its rules are silent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.commands.context import (
    EXIT_FAILED,
    EXIT_USAGE,
    ConfigOption,
    JsonOption,
    fail,
    open_app,
)
from crawler.commands.output import print_json, print_rows

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from pipelines.classify import Taxonomy
    from pipelines.classify.training import Example
    from pipelines.classify.validation import Validation

KINDS = ("section", "doc_type", "topic")
PAGE = 500
app = typer.Typer(
    help="自动分类 / labels: the taxonomy, and a model from reviewed items.", no_args_is_help=True
)


@app.callback()
def root() -> None:
    """自动分类 / labels."""


@app.command()
def train(
    kind: Annotated[str, typer.Option(help="section, doc_type or topic.")] = "section",
    precision: Annotated[
        float, typer.Option(min=0.5, max=1.0, help="How often it must be right to speak.")
    ] = 0.95,
    out: Annotated[
        Path | None,
        typer.Option(help="Model file (default: models/<kind>.npz in the data folder)."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show the figures; write no model.")
    ] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Learn from the accepted items and their labels; crawls use the model from then on."""
    from pipelines.classify.training import TrainingError
    from pipelines.classify.training import train as fit
    from pipelines.classify.validation import cross_validate

    if kind not in KINDS:
        raise fail(f"--kind 只能是 {' / '.join(KINDS)} / one of these", code=EXIT_USAGE)
    with open_app(config) as state:
        with state.db.reader() as session:
            examples = reviewed_examples(session, kind=kind)
        path = out or state.config.storage.data_dir / "models" / f"{kind}.npz"
    several = kind == "topic"
    try:
        model = fit(examples, kind=kind, several=several, precision=precision)
        figures = cross_validate(examples, kind=kind, several=several, precision=precision)
    except TrainingError as error:
        raise fail(f"[{error.code}] {error}", code=EXIT_FAILED) from error
    if not dry_run:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        model.save(fresh)
        fresh.replace(path)
    written = None if dry_run else str(path)
    if as_json:
        print_json({"kind": kind, "model": written, **_plain(figures)})
        return
    _print_figures(figures)
    typer.echo(
        f"由{model.examples}条已审条目训练，{len(model.classes)}类；把握不足时不作判断 / trained: "
        f"{written or '未写出 / not written'}"
    )


def _plain(figures: Validation) -> dict[str, object]:
    names = ("items", "folds", "accuracy", "macro_f1", "micro_f1", "answered", "precision")
    values: dict[str, object] = {name: getattr(figures, name) for name in names}
    values["classes"] = [
        {
            "name": row.name,
            "items": row.items,
            "precision": row.precision,
            "recall": row.recall,
            "f1": row.f1,
        }
        for row in figures.classes
    ]
    return values


def _print_figures(figures: Validation) -> None:
    rows = [
        {
            "name": row.name,
            "items": row.items,
            "precision": f"{row.precision:.1%}",
            "recall": f"{row.recall:.1%}",
            "f1": f"{row.f1:.3f}",
        }
        for row in figures.classes
    ]
    columns = {"name": "类别", "items": "条目", "precision": "准确率", "recall": "召回率"}
    print_rows(rows, columns=columns | {"f1": "F1"}, as_json=False, empty="")
    typer.echo(
        f"{figures.folds}折交叉验证：正确率{figures.accuracy:.1%}，"
        f"宏平均F1 {figures.macro_f1:.3f}；"
        f"作出判断的占{figures.answered:.1%}，其中正确{figures.precision:.1%} / cross-validated"
    )


@app.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(help="Taxonomy file (default: the one that is configured).")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Check a taxonomy file, and that its examples get their labels."""
    from pipelines.classify.examples import failed_examples

    taxonomy = _taxonomy(file, config)
    failed = failed_examples(taxonomy)
    for row in failed:
        found = "、".join(row.found) or "无 / none"
        shown = row.example.partition("\n")[0]
        typer.secho(f"✗ {row.kind} {row.name}: “{shown}” → {found}", fg=typer.colors.RED, err=True)
    typer.echo(
        f"{taxonomy.origin}: {len(taxonomy.sections)} 栏目，{len(taxonomy.doc_types)} 类型，"
        f"{len(taxonomy.topics)} 主题 / sections, types, topics"
    )
    if failed:
        raise fail(f"{len(failed)} 个例子没有得到应有的标签 / examples without their label")


@app.command()
def taxonomy(
    out: Annotated[
        Path | None, typer.Option(help="Write it here (never over a file); default: print it.")
    ] = None,
) -> None:
    """The shipped taxonomy as a file to copy and edit (then name it in crawl.taxonomy)."""
    from pipelines.classify.taxonomy import shipped_text

    if out is None:
        typer.echo(shipped_text(), nl=False)
        return
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(shipped_text())
    except FileExistsError as error:
        raise fail(
            f"文件已存在，未改动 / file exists, left alone: {out}", code=EXIT_USAGE
        ) from error
    typer.echo(f'{out}\n在配置中写 / in the configuration: [crawl] taxonomy = "{out}"')


@app.command()
def label(
    title: Annotated[str, typer.Argument(help="Title of the page.")],
    text: Annotated[str, typer.Option(help="Its text, or - to read standard input.")] = "",
    file: Annotated[
        Path | None, typer.Option("--taxonomy", help="Taxonomy file (default: the configured one).")
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show which labels a title and text get, and why."""
    from pipelines.classify.examples import labels_of_text

    body = typer.get_text_stream("stdin").read() if text == "-" else text
    guesses = labels_of_text(_taxonomy(file, config), title=title, text=body)
    rows = [
        {"kind": g.kind, "name": g.slug, "confidence": g.confidence, "reason": g.reason}
        for g in guesses
    ]
    columns = {"kind": "种类", "name": "标签", "confidence": "把握", "reason": "理由"}
    print_rows(rows, columns=columns, as_json=as_json, empty="没有标签 / no label")


def _taxonomy(file: Path | None, config: Path | None) -> Taxonomy:
    """The taxonomy of the file, else of the configuration, else the shipped one."""
    from crawler.commands.context import readable_errors
    from crawler.config import load_config
    from pipelines.classify import TaxonomyError, load_taxonomy

    with readable_errors():
        path = file or load_config(config).crawl.taxonomy
    try:
        return load_taxonomy(path)
    except TaxonomyError as error:
        raise fail(f"[{error.code}] {error}", code=EXIT_USAGE) from error


def reviewed_examples(session: Session, *, kind: str) -> list[Example]:
    """Title, first sentences and labels in force of every accepted item."""
    from pipelines.classify.model import model_text
    from pipelines.classify.training import Example
    from storage.filters import DocumentFilter
    from storage.listing import list_documents
    from storage.search_index import stored_texts

    found: list[Example] = []
    accepted = DocumentFilter(review_state="accepted")
    offset = 0
    while rows := list_documents(session, filters=accepted, limit=PAGE, offset=offset):
        texts = stored_texts(session, [row.id for row in rows])
        for row in rows:
            labels = tuple(sorted(label.slug for label in row.labels if label.kind == kind))
            if labels and row.id in texts:
                found.append(Example(model_text(row.title, texts[row.id].body), labels))
        offset += PAGE
    return found
