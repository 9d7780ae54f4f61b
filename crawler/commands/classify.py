"""``dibao classify``: train the model that speaks where the rules are silent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.commands.context import EXIT_FAILED, EXIT_USAGE, ConfigOption, fail, open_app

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from pipelines.classify.training import Example

KINDS = ("section", "doc_type", "topic")
PAGE = 500
app = typer.Typer(
    help="自动分类 / labels: train a model from reviewed items.", no_args_is_help=True
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
    config: ConfigOption = None,
) -> None:
    """Learn from the accepted items and their labels; crawls use the model from then on."""
    from pipelines.classify.training import TrainingError
    from pipelines.classify.training import train as fit

    if kind not in KINDS:
        raise fail(f"--kind 只能是 {' / '.join(KINDS)} / one of these", code=EXIT_USAGE)
    with open_app(config) as state:
        with state.db.reader() as session:
            examples = reviewed_examples(session, kind=kind)
        path = out or state.config.storage.data_dir / "models" / f"{kind}.npz"
    try:
        model = fit(examples, kind=kind, several=kind == "topic", precision=precision)
    except TrainingError as error:
        raise fail(str(error), code=EXIT_FAILED) from error
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    model.save(fresh)
    fresh.replace(path)
    typer.echo(
        f"由{model.examples}条已审条目训练，{len(model.classes)}类，留出检验准确率{model.accuracy:.1%}，"
        f"把握不足时不作判断 / trained: {path}"
    )


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
