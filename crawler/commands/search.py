"""``dibao search`` and ``dibao export``: reading what was collected."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from crawler.commands.context import EXIT_USAGE, ConfigOption, JsonOption, fail, open_app
from crawler.commands.events import DOES
from crawler.commands.output import print_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from storage.event_references import NamedPolicy
    from storage.file_views import FileView
    from storage.search import Order, SearchHit
    from storage.search_folds import Folded

COLUMNS = {
    "id": "编号",
    "published_on": "日期",
    "publisher": "发布者",
    "title": "标题",
    "doc_number": "文号",
}

FORMULA_START = ("=", "+", "-", "@", "\t", "\r")
EXPORT_FIELDS = (
    "id",
    "title",
    "publisher",
    "doc_number",
    "issuer",
    "doc_type",
    "level",
    "region",
    "published_on",
    "effective_on",
    "comments_until",
    "url",
    "source_key",
)


def register(app: typer.Typer) -> None:
    """Add the commands to the root application."""
    app.command()(search)
    app.command()(export)


def search(
    query: Annotated[str, typer.Argument(help='Words, "phrases", AND/OR/NOT, issuer:…, after:…')],
    limit: Annotated[int, typer.Option(help="How many.")] = 20,
    relevance: Annotated[
        bool, typer.Option("--relevance", help="Best match first instead of newest first.")
    ] = False,
    by_event: Annotated[
        bool, typer.Option("--by-event", help="One line for the pages of an event or of a text.")
    ] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Search titles, numbers and full texts."""
    from storage.query import QueryError
    from storage.search import search as find
    from storage.search_folds import fold_matches

    order: Order = "relevance" if relevance else "newest"
    with open_app(config) as state, state.db.reader() as session:
        try:
            if by_event:
                folded = fold_matches(session, query, order=order)
                found = _folded(session, query, folded, limit=limit)
            else:
                found = _found(session, find(session, query, limit=limit, order=order))
        except QueryError as error:
            raise fail(str(error), code=EXIT_USAGE) from error
    columns = dict(COLUMNS)
    if by_event and not as_json:
        columns["others"] = "同事件"
        for row in found:
            row["others"] = f"另有 {len(row['others'])} 篇" if row["others"] else ""
    print_rows(
        found,
        columns=columns,
        as_json=as_json,
        empty="没有找到；换个词，或用 `dibao crawl` 先采集 / nothing found",
    )
    if by_event and not as_json and found:
        pages, lines = f"{folded.pages}{'+' if folded.capped else ''}", len(folded.lines)
        typer.echo(f"命中 {pages} 篇，合为 {lines} 条 / {pages} pages in {lines} lines")


def _found(session: Session, hits: Sequence[SearchHit]) -> list[dict[str, Any]]:
    from storage.listing import rows_by_id

    rows = rows_by_id(session, [hit.document_id for hit in hits])
    return [
        {
            "id": hit.document_id,
            "published_on": rows[hit.document_id].published_on,
            "publisher": rows[hit.document_id].publisher,
            "title": rows[hit.document_id].title,
            "doc_number": rows[hit.document_id].doc_number,
            "snippet": "".join(segment.text for segment in hit.snippet),
            "url": rows[hit.document_id].url,
        }
        for hit in hits
        if hit.document_id in rows
    ]


def _folded(session: Session, query: str, folded: Folded, *, limit: int) -> list[dict[str, Any]]:
    """The first lines; ``others`` are the ids of the other pages that match."""
    from storage.search import hits_for

    others = {line.document_id: list(line.others) for line in folded.lines[:limit]}
    rows = _found(session, hits_for(session, query, list(others)))
    return [row | {"others": others[row["id"]]} for row in rows]


def export(
    target: Annotated[Path | None, typer.Argument(help="File (default: standard output).")] = None,
    form: Annotated[str, typer.Option("--format", help="csv or json.")] = "csv",
    query: Annotated[str | None, typer.Option(help="Only what this search finds.")] = None,
    limit: Annotated[int, typer.Option(help="At most this many, newest first.")] = 10_000,
    config: ConfigOption = None,
) -> None:
    """Write documents as CSV (safe to open in a spreadsheet) or JSON."""
    from storage.event_references import named_policies
    from storage.file_views import files_by_document
    from storage.filters import DocumentFilter
    from storage.listing import list_documents

    if form not in ("csv", "json"):
        raise fail("--format 只能是 csv 或 json / csv or json", code=EXIT_USAGE)
    with open_app(config) as state, state.db.reader() as session:
        rows = list_documents(
            session, filters=DocumentFilter(query=query or None), limit=limit, offset=0
        )
        files = files_by_document(session, [row.id for row in rows])
        named = named_policies(session, [row.id for row in rows])
        records = [
            {name: getattr(row, name) for name in EXPORT_FIELDS}
            | {"attachments": [shown_file(view, form) for view in files.get(row.id, ())]}
            | {"references": [shown_reference(one, form) for one in named.get(row.id, ())]}
            for row in rows
        ]
    if target is None:
        _write(records, sys.stdout, form)
    else:
        # utf-8-sig: spreadsheet programs read Chinese CSV right only with the mark.
        encoding = "utf-8-sig" if form == "csv" else "utf-8"
        with target.open("w", encoding=encoding, newline="") as file:
            _write(records, file, form)
    if target is not None:
        typer.echo(f"已写出 {len(records)} 条 / written: {target}")


def shown_file(view: FileView, form: str) -> Any:
    """A file in an export: its name in CSV, everything known of it in JSON."""
    if form == "csv":
        return view.name
    names = ("name", "url", "kind", "media_type", "size", "pages", "sha256", "state", "text_state")
    return {name: getattr(view, name) for name in names}


def shown_reference(named: NamedPolicy, form: str) -> Any:
    """A policy that a document repeals, amends or mentions: words in CSV, fields in JSON."""
    if form == "csv":
        number = f"（{named.number}）" if named.number else ""
        return f"{DOES[named.kind]}《{named.name.strip('《》')}》{number}"
    return {"kind": named.kind, "name": named.name, "number": named.number}


def _write(records: list[dict[str, Any]], file: TextIO, form: str) -> None:
    if form == "json":
        json.dump(records, file, ensure_ascii=False, indent=2, default=str)
        file.write("\n")
        return
    writer = csv.DictWriter(file, (*EXPORT_FIELDS, "attachments", "references"))
    writer.writeheader()
    for record in records:
        writer.writerow({key: spreadsheet_safe(value) for key, value in record.items()})


def spreadsheet_safe(value: object) -> str:
    """A cell as text: a value that a spreadsheet would run as a formula gets a quote in front."""
    if value is None:
        return ""
    text = "、".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return "'" + text if text.startswith(FORMULA_START) else text
