"""``dibao source record``: keep today's list and a few articles, to test the source against."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from crawler.commands.context import EXIT_FAILED, ConfigOption, fail, now_utc, readable_errors
from crawler.commands.source_list import catalogue_of

if TYPE_CHECKING:
    from datetime import date

    from crawler.commands.source_fetch import Fetched, Visitor
    from spiders.asks import Ask
    from spiders.catalogue import Spec
    from spiders.rows import ListRow

ARTICLES = 3
ENOUGH = 120
_ENDS = {"html_list": "html", "json_api": "json", "feed": "xml", "sitemap": "xml"}


def record(
    key: Annotated[str, typer.Argument(help="Source key.")],
    from_url: Annotated[
        str | None, typer.Option("--from-url", help="Record this list page, not the first one.")
    ] = None,
    gold: Annotated[
        Path | None, typer.Option(help="Folder to write (default: gold/KEY in the data folder).")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an older recording.")] = False,
    config: ConfigOption = None,
) -> None:
    """Record list, articles and what is read of them; ends with an error once: read it first."""
    from crawler.commands.source_fetch import FetchFailed, Visitor
    from crawler.config import load_config, user_agent
    from pipelines.errors import ParseError
    from spiders.asks import UnresolvedPlaceholder

    with readable_errors():
        loaded = load_config(config)
        spec = catalogue_of(loaded.crawl).get(key)
    folder = gold or loaded.storage.data_dir / "gold" / key
    if folder.exists() and not force:
        raise fail(f"{folder} 已存在；--force 覆盖 / exists: --force replaces it")
    visitor = Visitor(loaded.crawl, user_agent=user_agent(loaded.crawl))
    try:
        expected = _record(visitor, spec, folder, from_url=from_url)
    except (FetchFailed, ParseError, UnresolvedPlaceholder) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise fail(f"未能录制 / nothing recorded: {error}") from error
    finally:
        visitor.close()
    for row in expected["rows"][:10]:
        typer.echo(
            f"{row.get('published_on') or '????-??-??'}  {row['title']}\n            {row['url']}"
        )
    for detail in expected["details"]:
        typer.echo(f"▸ {detail['published_on']} {detail['title']}\n  {detail['body_start'][:60]}…")
    typer.echo(
        f"已录制到 {folder}。请对照网页核对 expected.json（标题、日期、正文首尾），"
        f"无误后运行 dibao source test {key} / recorded; compare expected.json with the site, "
        "then run the test. This first run counts as failed on purpose.",
        err=True,
    )
    raise typer.Exit(EXIT_FAILED)


def _record(visitor: Visitor, spec: Spec, folder: Path, *, from_url: str | None) -> dict[str, Any]:
    """Fetch, write the folder, and return what was read."""
    from spiders.asks import Ask, first_ask, lanes, resolve_ask, resolve_values
    from spiders.listing import read_listing

    today = now_utc().astimezone(ZoneInfo(spec.timezone)).date()
    meta: dict[str, Any] = {
        "sample": False,
        "made_on": today.isoformat(),
        "today": today.isoformat(),
    }
    files: dict[str, bytes] = {}
    resolved: dict[str, str] = {}
    ask = resolve_ask(spec)
    if ask is not None and from_url is None:
        page = _answer(visitor, ask)
        files["resolve.html"] = page.content
        meta["resolve"] = {"file": "resolve.html", "url": ask.url}
        resolved = resolve_values(spec, page.content.decode("utf-8", "replace"))
    first = (
        Ask(from_url)
        if from_url
        else first_ask(spec, lanes(spec, today=today, resolved=resolved)[0])
    )
    page = _answer(visitor, first)
    listing = read_listing(spec, page.content, base_url=page.url, charset=page.charset, today=today)
    name = f"list.{_ENDS[spec.kind]}.gz"
    files[name] = page.content
    meta["list"] = {"file": name, "url": page.url}
    details = _details(visitor, spec, listing.rows, files, meta, today=today)
    expected = {"rows": [_expected_row(row) for row in listing.rows], "details": details}
    _write(folder, files, meta, expected)
    return expected


def _details(
    visitor: Visitor,
    spec: Spec,
    rows: tuple[ListRow, ...],
    files: dict[str, bytes],
    meta: dict[str, Any],
    *,
    today: date,
) -> list[dict[str, Any]]:
    from spiders.answers import is_file_link
    from spiders.testing import read_article

    meta["details"] = []
    found: list[dict[str, Any]] = []
    for row in [row for row in rows if not is_file_link(row.address)][:ARTICLES]:
        content = charset = None
        entry: dict[str, Any] = {"url": row.url}
        if not row.body:
            page = visitor.get(row.address)
            content, charset = page.content, page.charset
            name = f"detail-{len(found) + 1}.html.gz"
            files[name] = content
            entry |= {"file": name, "fetched": row.address}
        meta["details"].append(entry)
        article, metadata = read_article(spec, row, content, today=today, charset=charset)
        lines = [line for line in article.body_text.splitlines() if line.strip()] or [""]
        day = metadata.published_on
        detail = {
            "url": row.url,
            "title": metadata.title,
            "published_on": day.isoformat() if day else None,
            "body_start": lines[0][:ENOUGH],
            "body_end": lines[-1][-ENOUGH:],
        }
        if metadata.doc_number:
            detail["doc_number"] = metadata.doc_number
        found.append(detail)
    return found


def _answer(visitor: Visitor, ask: Ask) -> Fetched:
    return visitor.get(ask.url, method=ask.method, body=ask.body, headers=ask.headers)


def _expected_row(row: ListRow) -> dict[str, Any]:
    day = row.published_on
    plain = {"url": row.url, "title": row.title}
    return {**plain, "published_on": day.isoformat()} if day else dict(plain)


def _write(
    folder: Path, files: dict[str, bytes], meta: dict[str, Any], expected: dict[str, Any]
) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in files.items():
        packed = gzip.compress(content, mtime=0) if name.endswith(".gz") else content
        (folder / name).write_bytes(packed)
    for name, data in (("meta.json", meta), ("expected.json", expected)):
        text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
        (folder / name).write_text(text, encoding="utf-8")
