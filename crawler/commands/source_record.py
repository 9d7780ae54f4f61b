"""``dibao source record``: keep today's list and a few articles, to test the source against."""

from __future__ import annotations

import gzip
import json
import shutil
from dataclasses import dataclass
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
    keep: Annotated[
        bool,
        typer.Option("--keep", help="Keep the older recording: it goes into a folder of its day."),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an older recording.")] = False,
    config: ConfigOption = None,
) -> None:
    """Record list, articles and what is read of them; ends with an error once: read it first."""
    from crawler.commands.source_fetch import FetchFailed
    from crawler.commands.source_find import visitor_of
    from crawler.config import load_config
    from pipelines.errors import ParseError
    from spiders.asks import UnresolvedPlaceholder

    with readable_errors():
        loaded = load_config(config)
        spec = catalogue_of(loaded.crawl).get(key)
    folder = gold or loaded.storage.data_dir / "gold" / key
    if (folder / "meta.json").is_file() and not (force or keep):
        raise fail(
            f"{folder} 已存在；--keep 保留旧样例并另录，--force 覆盖 / "
            "exists: --keep keeps it beside the new one, --force replaces it"
        )
    visitor = visitor_of(loaded, spec=spec)
    try:
        taken = _record(visitor, spec, from_url=from_url)
    except (FetchFailed, ParseError, UnresolvedPlaceholder) as error:
        raise fail(f"未能录制 / nothing recorded: {error}") from error
    finally:
        visitor.close()
    _make_room(folder, keep=keep)
    _write(folder, taken)
    _print_for_reading(taken.expected, folder, key=key)
    raise typer.Exit(EXIT_FAILED)


@dataclass(frozen=True, slots=True)
class _Taken:
    """A recording before it is written."""

    files: dict[str, bytes]
    meta: dict[str, Any]
    expected: dict[str, Any]


def _make_room(folder: Path, *, keep: bool) -> None:
    """Move an older recording into a folder of its day, or remove it; dated ones stay."""
    if not (folder / "meta.json").is_file():
        return
    made_on = json.loads((folder / "meta.json").read_text("utf-8"))["today"]
    aside = folder / made_on
    if keep:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
    for path in [path for path in folder.iterdir() if path.is_file()]:
        if keep:
            path.rename(aside / path.name)
        else:
            path.unlink()


def _print_for_reading(expected: dict[str, Any], folder: Path, *, key: str) -> None:
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


def _record(visitor: Visitor, spec: Spec, *, from_url: str | None) -> _Taken:
    """Fetch the list and its first articles, and read them."""
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
    meta["list"] = {"file": name, "url": page.url, **_charset(page)}
    details = _details(visitor, spec, listing.rows, files, meta, today=today)
    expected = {"rows": [_expected_row(row) for row in listing.rows], "details": details}
    return _Taken(files, meta, expected)


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
            entry |= {"file": name, "fetched": row.address, **_charset(page)}
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


def _charset(page: Fetched) -> dict[str, str]:
    """The character set of the header, where it states one: the bytes alone may not tell."""
    return {"charset": page.charset} if page.charset else {}


def _answer(visitor: Visitor, ask: Ask) -> Fetched:
    return visitor.get(ask.url, method=ask.method, body=ask.body, headers=ask.headers)


def _expected_row(row: ListRow) -> dict[str, Any]:
    day = row.published_on
    plain = {"url": row.url, "title": row.title}
    return {**plain, "published_on": day.isoformat()} if day else dict(plain)


def _write(folder: Path, taken: _Taken) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in taken.files.items():
        packed = gzip.compress(content, mtime=0) if name.endswith(".gz") else content
        (folder / name).write_bytes(packed)
    for name, data in (("meta.json", taken.meta), ("expected.json", taken.expected)):
        text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
        (folder / name).write_text(text, encoding="utf-8")
