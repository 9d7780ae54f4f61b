"""``dibao attachments``: files of articles and their states; fetch, retry, read again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.commands.context import (
    EXIT_FAILED,
    EXIT_PARTIAL,
    EXIT_USAGE,
    App,
    ConfigOption,
    JsonOption,
    fail,
    now_utc,
    open_app,
)
from crawler.commands.output import print_json, print_rows

if TYPE_CHECKING:
    from storage.file_views import FileView

app = typer.Typer(help="Files of articles: list, fetch, retry, read.", no_args_is_help=True)

SourceOption = Annotated[str | None, typer.Option("--source", help="Only of this source.")]
STATES = ("listed", "stored", "failed", "skipped", "read", "no_text", "unread")


@app.command(name="list")
def list_files(
    state: Annotated[
        str | None, typer.Option(help=f"Only in this state: {', '.join(STATES)}.")
    ] = None,
    source: SourceOption = None,
    item: Annotated[int | None, typer.Option(help="Only of this item.")] = None,
    limit: Annotated[int, typer.Option(help="How many, newest first.")] = 50,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List files with the state of fetching and reading, and why."""
    from storage.file_views import file_views

    if state is not None and state not in STATES:
        raise fail(f"--state: {', '.join(STATES)}", code=EXIT_USAGE)
    with open_app(config) as opened, opened.db.reader() as session:
        views = file_views(
            session,
            document_ids=None if item is None else [item],
            source_key=source,
            state=state,
            limit=limit,
        )
    print_rows(
        [_row(view) for view in views],
        columns={
            "id": "编号",
            "item": "条目",
            "name": "名称",
            "kind": "种类",
            "size": "字节",
            "pages": "页",
            "characters": "字",
            "state": "状态",
            "reading": "读取",
            "why": "原因",
        },
        as_json=as_json,
        empty="没有附件；采集后文章的附件会列在这里 / no files yet",
    )


def _row(view: FileView) -> dict[str, Any]:
    return {
        "id": view.id,
        "item": view.document_id,
        "title": view.document_title,
        "source": view.source_key,
        "name": view.name,
        "url": view.url,
        "kind": view.kind,
        "media_type": view.media_type,
        "size": view.size,
        "pages": view.pages,
        "tables": view.tables,
        "characters": view.characters,
        "state": view.state,
        "reading": view.text_state,
        "why": view.text_code if view.state == "stored" else view.error_code,
        "detail": view.text_detail if view.state == "stored" else view.error_detail,
        "body": view.role == "body",
        "sha256": view.sha256,
        "fetched_at": view.fetched_at,
        "members": list(view.members),
    }


@app.command()
def show(
    number: Annotated[int, typer.Argument(help="Number of the file, see the list.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print what was read in one file."""
    from crawler.remedies import remedy_for
    from storage.attachments import stored_file
    from storage.file_views import file_view

    with open_app(config) as opened, opened.db.reader() as session:
        view = file_view(session, number)
        found = stored_file(session, view.sha256) if view.sha256 else None
        row = {**_row(view), "text": (found.text or "") if found is not None else ""}
    if as_json:
        print_json(row)
        return
    typer.echo(f"{view.name}  [{view.state}/{view.text_state or '-'}]  {view.url}")
    if row["why"]:
        typer.echo(f"{row['why']}: {remedy_for(str(row['why']))}")
    typer.echo(row["text"])


@app.command()
def fetch(
    source: SourceOption = None, config: ConfigOption = None, as_json: JsonOption = False
) -> None:
    """Fetch and read the files that wait, without crawling lists (robots and delay hold)."""
    with open_app(config) as opened:
        source_id = _source_id(opened, source)
        _fetch(opened, source_id=source_id, as_json=as_json)


@app.command()
def retry(
    source: SourceOption = None,
    code: Annotated[
        list[str] | None, typer.Option(help="Only files that failed for this reason.")
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch failed and skipped files again, at once."""
    from storage.attachments import reopen_files

    with open_app(config) as opened:
        source_id = _source_id(opened, source)
        with opened.db.writer() as session:
            count = reopen_files(session, source_id=source_id, codes=code or ())
        if not as_json:
            typer.echo(f"重新获取 {count} 个 / to be fetched again: {count}")
        _fetch(opened, source_id=source_id, as_json=as_json)


@app.command()
def read(
    everything: Annotated[
        bool, typer.Option("--again", help="Also those that took too long or too much memory.")
    ] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read stored files that this version has not read, offline."""
    from crawler.file_records import reading_record
    from pipelines.attachments.limited import read_limited
    from pipelines.attachments.model import FileText
    from pipelines.attachments.reading import READER_VERSION
    from storage.attachments import files_to_read, put_file
    from storage.blobs import BlobStore

    done = {"read": 0, "no_text": 0, "unread": 0}
    with open_app(config) as opened:
        settings, blobs = opened.config.attachments, BlobStore(opened.config.storage.blobs)
        with opened.db.reader() as session:
            waiting = files_to_read(
                session, reader_version=READER_VERSION, limit=100_000, again=everything
            )
        for facts in waiting:
            path = blobs.path_of(facts.sha256)
            if path.is_file():
                found = read_limited(path, limits=settings.limits, ocr=settings.ocr)
            else:
                found = FileText("unknown", "unread", "file_damaged", detail="not on the disk")
            with opened.db.writer() as session:
                put_file(
                    session,
                    facts,
                    reading_record(found),
                    now=now_utc(),
                    reader_version=READER_VERSION,
                )
            done[found.state] += 1
    if as_json:
        print_json(done)
    else:
        typer.echo(
            f"已读 {done['read']}，扫描件 {done['no_text']}，未能读取 {done['unread']} / "
            f"read {done['read']}, scans {done['no_text']}, not readable {done['unread']}"
        )


def _source_id(opened: App, key: str | None) -> int | None:
    from storage.sources import source_by_key

    if key is None:
        return None
    with opened.db.reader() as session:
        found = source_by_key(session, key)
    if found is None:
        raise fail(f"没有这个信源 / no such source: {key}", code=EXIT_USAGE)
    return found.id


def _fetch(opened: App, *, source_id: int | None, as_json: bool) -> None:
    from crawler.control.errands import ErrandFailed, fetch_files
    from storage.file_views import count_files

    path: Path | None = opened.config_path
    try:
        asked = fetch_files(config_path=path, source_id=source_id)
    except ErrandFailed as error:
        raise fail(str(error), code=EXIT_FAILED) from error
    with opened.db.reader() as session:
        states = count_files(session)
    if as_json:
        print_json({"asked": asked, "states": states})
    else:
        shown = "，".join(f"{name} {count}" for name, count in sorted(states.items()))
        typer.echo(f"获取 {asked} 个；现在：{shown} / asked for {asked}")
    if states.get("failed"):
        raise typer.Exit(EXIT_PARTIAL)
