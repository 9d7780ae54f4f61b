"""``dibao compare``: two documents, two versions or two text files as a 新旧对照表."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.commands.context import EXIT_USAGE, ConfigOption, fail, now_utc, open_app

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from pipelines.versions import Sheet

FORMATS = ("text", "html", "csv", "docx")
_STORED = re.compile(r"(?P<id>\d{1,18})(?:@(?P<seq>\d{1,9}))?")


def register(app: typer.Typer) -> None:
    """Add the command to the root application."""
    app.command()(compare)


def compare(
    old: Annotated[str, typer.Argument(help="Item id, id@version, or a UTF-8 text file.")],
    new: Annotated[str, typer.Argument(help="The same, for the newer text.")],
    target: Annotated[Path | None, typer.Argument(help="File (default: standard output).")] = None,
    form: Annotated[str, typer.Option("--format", help="text, html, csv or docx.")] = "text",
    config: ConfigOption = None,
) -> None:
    """Compare two texts clause by clause: drafts with final texts, old with new versions."""
    if form not in FORMATS:
        raise fail(f"--format: {', '.join(FORMATS)}", code=EXIT_USAGE)
    if form == "docx" and target is None:
        raise fail("docx 需要写出文件名 / docx needs a file name", code=EXIT_USAGE)
    from pipelines.versions import compare_sheet

    sides = [_from_file(side) for side in (old, new)]
    if not all(sides):
        with open_app(config) as state, state.db.reader() as session:
            sides = [
                found or _stored(session, side)
                for found, side in zip(sides, (old, new), strict=True)
            ]
    (old_title, old_text), (new_title, new_text) = (side or ("", "") for side in sides)
    sheet = compare_sheet(old_text, new_text, old_title=old_title, new_title=new_title)
    content = _content(sheet, form)
    if target is None:
        typer.echo(content.decode("utf-8-sig"), nl=False)
    else:
        target.write_bytes(content)
        typer.echo(f"{sheet.summary()} 已写出 / written: {target}")


def _from_file(side: str) -> tuple[str, str] | None:
    path = Path(side)
    if _STORED.fullmatch(side) and not path.is_file():
        return None
    try:
        return path.stem, path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise fail(f"读不出 / cannot read {side}: {error}", code=EXIT_USAGE) from error


def _stored(session: Session, side: str) -> tuple[str, str]:
    from storage.documents import latest_version, versions

    match = _STORED.fullmatch(side)
    if match is None:
        raise fail(f"没有这个条目 / no such item: {side}", code=EXIT_USAGE)
    document_id = int(match["id"])
    if match["seq"]:
        wanted = [v for v in versions(session, document_id) if v.seq == int(match["seq"])]
        found = wanted[0] if wanted else None
    else:
        found = latest_version(session, document_id)
    if found is None:
        raise fail(f"没有这个条目或版本 / no such item or version: {side}", code=EXIT_USAGE)
    name = f"{found.title}（第{found.seq}版）" if match["seq"] else found.title
    return name, found.body_text


def _content(sheet: Sheet, form: str) -> bytes:
    from pipelines.versions import as_csv, as_html
    from pipelines.versions.docx_sheet import as_docx

    if form == "docx":
        return as_docx(sheet, now=now_utc())
    if form == "csv":
        # utf-8-sig: spreadsheet programs read Chinese CSV right only with the mark.
        return as_csv(sheet).encode("utf-8-sig")
    if form == "html":
        return as_html(sheet).encode()
    lines = [sheet.summary()]
    for row in sheet.changed:
        lines.append(f"\n[{row.remark}]")
        lines += [f"- {row.old.text}"] if row.old else []
        lines += [f"+ {row.new.text}"] if row.new else []
    return ("\n".join(lines) + "\n").encode()
