"""``dibao report``: the statistics of the policies that were collected."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from crawler.commands.context import EXIT_USAGE, ConfigOption, fail, open_app
from crawler.commands.output import print_rows

if TYPE_CHECKING:
    from pipelines.policy_export import Analysis

FORMS = ("text", "csv", "json", "html")
CONVENTIONS = ("hierarchy", "municipality-districts-as-cities")

SinceOption = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Published on this day or later.")
]
UntilOption = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Published on this day or before.")
]
LevelOption = Annotated[
    str | None, typer.Option(help="national, provincial, municipal or district.")
]
LabelOption = Annotated[
    list[str] | None, typer.Option("--label", help="Only with this label (may be repeated).")
]
TypeOption = Annotated[
    list[str] | None,
    typer.Option("--type", help="Document types to count instead of the usual ones; all: any."),
]
ConventionOption = Annotated[
    str, typer.Option(help=f"How districts of 直辖市 count: {' or '.join(CONVENTIONS)}.")
]


def register(app: typer.Typer) -> None:
    """Add the command to the root application."""
    app.command()(report)


def report(
    since: SinceOption = None,
    until: UntilOption = None,
    region: Annotated[str | None, typer.Option(help="Only this region, e.g. CN-浙江.")] = None,
    level: LevelOption = None,
    label: LabelOption = None,
    doc_type: TypeOption = None,
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    query: Annotated[str | None, typer.Option(help="Only what this search finds.")] = None,
    accepted: Annotated[bool, typer.Option("--accepted", help="Only accepted items.")] = False,
    convention: ConventionOption = "hierarchy",
    form: Annotated[str, typer.Option("--format", help="text, csv, json or html.")] = "text",
    out: Annotated[Path | None, typer.Option(help="File (default: standard output).")] = None,
    config: ConfigOption = None,
) -> None:
    """Tables of the collected policies: level, region, city tier, scenario, measure, year."""
    from review.queries.statistics import POLICY_TYPES, analyse, describe
    from storage.filters import DocumentFilter
    from storage.query import QueryError

    _check(form, convention)
    types = tuple(doc_type) if doc_type else POLICY_TYPES
    types = () if "all" in types else types
    filters = DocumentFilter(
        query=query,
        source=source,
        labels=tuple(label or ()),
        region=region,
        level=level,
        review_state="accepted" if accepted else None,
        since=since.date() if since else None,
        until=until.date() if until else None,
    )
    rule = cast(Literal["hierarchy", "municipality-districts-as-cities"], convention)
    chosen = describe(filters, types)
    with open_app(config) as state, state.db.reader() as session:
        try:
            analysis = analyse(
                session, filters=filters, types=types, convention=rule, chosen=chosen
            )
        except QueryError as error:
            raise fail(str(error), code=EXIT_USAGE) from error
    _write(analysis, form=form, out=out)


def _check(form: str, convention: str) -> None:
    if form not in FORMS:
        raise fail(f"--format：{' / '.join(FORMS)} / one of these", code=EXIT_USAGE)
    if convention not in CONVENTIONS:
        raise fail(f"--convention：{' / '.join(CONVENTIONS)} / one of these", code=EXIT_USAGE)


def _write(analysis: Analysis, *, form: str, out: Path | None) -> None:
    from pipelines.policy_export import as_csv, as_html, as_json

    if form == "text":
        if out is not None:
            raise fail(
                "--out 需要 csv、json 或 html / --out needs csv, json or html", code=EXIT_USAGE
            )
        _print(analysis)
        return
    forms = {"csv": as_csv, "html": as_html}
    if form in forms:
        text = forms[form](analysis)
    else:
        text = json.dumps(as_json(analysis), ensure_ascii=False, indent=2) + "\n"
    if out is None:
        typer.echo(text, nl=False)
        return
    # spreadsheet programs read Chinese CSV right only with the mark
    encoding = "utf-8-sig" if form == "csv" else "utf-8"
    out.write_text(text, encoding=encoding, newline="")
    typer.echo(f"{out}: {analysis.count} 项政策 / policies")


def _print(analysis: Analysis) -> None:
    from pipelines.policy_export import TITLES, basis_lines

    for line in basis_lines(analysis):
        typer.echo(line)
    if not analysis.count:
        typer.echo("没有可统计的政策；放宽条件，或先采集 / nothing to count: widen the filters")
    for table in analysis.tables:
        if not table.lines:
            continue
        typer.echo(f"\n{TITLES[table.name]}（分母 {table.denominator}）")
        rows = [
            {"name": line.name, "count": line.count, "percent": f"{line.percent}%"}
            for line in table.lines
        ]
        columns = {"name": "项", "count": "数量", "percent": "占比"}
        print_rows(rows, columns=columns, as_json=False, empty="")
        typer.echo(f"口径 {table.convention}：{table.note}")
