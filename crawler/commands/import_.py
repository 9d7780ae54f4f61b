"""``dibao import``: one article by hand, through the same steps as a crawl."""

from __future__ import annotations

import sys
from datetime import date
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
    file_trouble,
    open_app,
)
from crawler.commands.output import print_json

if TYPE_CHECKING:
    from crawler.importing.material import Given
    from crawler.importing.service import Service

OUTCOMES = {
    "new": "已收录 / stored",
    "changed": "已更新 / updated",
    "unchanged": "没有变化 / unchanged",
    "known": "已在库中 / known already",
    "preview": "预览 / preview",
    "failed": "未能收录 / not stored",
}
WARNINGS = {
    "no_date": "没有找到发布日期，可用 --published 指定 / no date found: say --published",
    "no_url": "没有原网址，可用 --url 指定 / no address: say --url",
    "no_publisher": "不知道发布者，可用 --source-title 指定 / no publisher: say --source-title",
    "short_text": "正文很短，请核对 / very little text: check it",
    "title_from_name": "标题取自文件名，可用 --title 指定 / title taken from the file name",
    "main_file_missing": "正文在附件里，但没有取到 / the file that holds the text was not fetched",
    "no_text": "扫描件，没有文字 / a scan without text",
    "text_cut": "文字过长，只保留开头 / a long text: only its beginning is kept",
    "by_ocr": "文字由识别得到，请核对 / text by OCR: check it",
    "mojibake": "有乱码 / garbled characters",
    "truncated": "网页不完整 / the page is cut short",
    "scanned": "正文是图片 / the text is pictures",
    "index": "像是列表页 / looks like a list of links",
}


def register(app: typer.Typer) -> None:
    """Add the command to the root application."""
    app.command(name="import")(import_articles)


def import_articles(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            help="Addresses, or files: saved HTML or MHTML, PDF, DOCX, text; - is stdin."
        ),
    ] = None,
    url: Annotated[str | None, typer.Option(help="Where a file is from.")] = None,
    title: Annotated[str | None, typer.Option(help="Title, if the found one is wrong.")] = None,
    published: Annotated[
        str | None, typer.Option(help="Day of publication, e.g. 2026-11-20.")
    ] = None,
    source_title: Annotated[
        str | None, typer.Option("--source-title", help="Who published it, e.g. an account's name.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Source it belongs to (default: 手工录入).")
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show what was found; store nothing.")
    ] = False,
    files: Annotated[
        bool, typer.Option("--files/--no-files", help="Fetch the files of the article as well.")
    ] = True,
    undo: Annotated[int | None, typer.Option(help="Remove this imported item again.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in articles by hand: addresses (robots and guard hold), saved pages, files."""
    with open_app(config) as opened:
        if undo is not None:
            _undo(opened, undo, as_json=as_json)
            return
        given = {"url": url, "title": title, "published": _day(published), "source": source}
        given["publisher"] = source_title
        chosen = targets or []
        if not chosen or (url and len(chosen) > 1):
            raise fail("给出一个网址或文件 / name an address or a file", code=EXIT_USAGE)
        results = _all(opened, chosen, given, preview=preview)
        if files and any(result.get("attachments") for result in results if result.get("id")):
            _fetch_files(opened, [result["id"] for result in results if result.get("id")])
    if as_json:
        print_json(results)
    else:
        for result in results:
            _show(result)
    failed = sum(result["outcome"] == "failed" for result in results)
    if failed:
        raise typer.Exit(EXIT_FAILED if failed == len(results) else EXIT_PARTIAL)


def _day(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise fail(
            "--published 形如 2026-11-20 / write it like 2026-11-20", code=EXIT_USAGE
        ) from error


def _all(
    opened: App, targets: list[str], given: dict[str, str | None], *, preview: bool
) -> list[dict[str, Any]]:
    """Every import in order; addresses are fetched in one go."""
    from dataclasses import replace

    from crawler.importing.material import Given
    from crawler.importing.service import Service

    service = Service(opened.config, opened.db, opened.config_path)
    values: dict[str, Any] = {name: value for name, value in given.items() if value}
    told = Given(**values)
    urls = [target for target in targets if target.startswith(("http://", "https://"))]
    staged: dict[str, str | Exception] = {}
    if urls:
        found = service.stage_urls([replace(told, url=url) for url in urls])
        staged.update(zip(urls, found, strict=True))
    return [_one(service, target, told, staged.get(target), preview=preview) for target in targets]


def _one(
    service: Service, target: str, told: Given, staged: str | Exception | None, *, preview: bool
) -> dict[str, Any]:
    """One import; a failure is a result, not an end."""
    from crawler.importing.service import AlreadyKnown, ImportRefused
    from storage.errors import StoreError

    try:
        if isinstance(staged, Exception):
            raise staged
        token = staged or _stage(service, target, told)
        if preview:
            found = {**service.preview(token), "outcome": "preview"}
            service.discard(token)
        else:
            found = service.save(token)
        return {"target": target, **found}
    except AlreadyKnown as error:
        known = error.known
        return {"target": target, "outcome": "known", "known": known.id, "title": known.title,
                "source": known.source_key}  # fmt: skip
    except (ImportRefused, StoreError, OSError) as error:
        code = str(getattr(error, "code", "unreadable"))
        message = file_trouble(error, name=target) if isinstance(error, OSError) else str(error)
        return {"target": target, "outcome": "failed", "code": code, "message": message}


def _stage(service: Service, target: str, told: Given) -> str:
    from dataclasses import replace

    if target == "-":
        return service.stage(sys.stdin.buffer.read(), told)
    path = Path(target)
    return service.stage(path.read_bytes(), replace(told, name=path.name))


def _undo(opened: App, document_id: int, *, as_json: bool) -> None:
    from crawler.importing.service import Service

    Service(opened.config, opened.db, opened.config_path).undo(document_id, actor="cli")
    if as_json:
        print_json({"id": document_id, "outcome": "removed"})
    else:
        typer.echo(f"已移除条目 {document_id} / removed item {document_id}")


def _fetch_files(opened: App, ids: list[int]) -> None:
    from crawler.control.errands import ErrandFailed, fetch_files

    for document_id in ids:
        try:
            fetch_files(config_path=opened.config_path, document_id=document_id)
        except ErrandFailed as error:
            typer.secho(str(error), fg=typer.colors.YELLOW, err=True)


def _show(result: dict[str, Any]) -> None:
    typer.echo(f"{OUTCOMES[result['outcome']]}  {result.get('title') or result['target']}")
    number = result.get("id") or result.get("known")
    facts = [
        f"条目 {number}" if number else None,
        result.get("published_on"),
        result.get("publisher"),
        result.get("doc_number"),
        "、".join(result.get("issuing_bodies") or ()) or None,
        f"{result['characters']} 字" if "characters" in result else None,
    ]
    line = "  ".join(str(fact) for fact in facts if fact)
    if line:
        typer.echo(f"  {line}")
    if result.get("duplicate_of"):
        typer.echo(f"  与条目 {result['duplicate_of']} 同文 / same text as that item")
    for code in result.get("warnings", ()):
        typer.secho(f"  ! {WARNINGS.get(code, code)}", fg=typer.colors.YELLOW)
    if result["outcome"] == "failed":
        typer.secho(f"  {result['code']}: {result['message']}", fg=typer.colors.RED, err=True)
