"""``dibao source new``: from the address of a list, or a saved page, to a source file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from crawler.commands.context import (
    EXIT_FAILED,
    EXIT_USAGE,
    ConfigOption,
    JsonOption,
    fail,
    now_utc,
    readable_errors,
)

if TYPE_CHECKING:
    from crawler.commands.source_fetch import Fetched, Visitor
    from spiders.catalogue import Spec
    from spiders.induction import Induced
    from spiders.induction.naming import About
    from spiders.rows import ListRow

SHOWN = 10
ARTICLES = 3
FOLDER = Path("sources")


@dataclass(slots=True)
class Found:
    """What was made out: the address to read, the settings, the rows, remarks."""

    url: str
    induced: Induced
    text: str
    notes: list[str]


def new(
    url: Annotated[str | None, typer.Argument(help="Address of a list page, feed or API.")] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="A saved page instead of the site (offline).")
    ] = None,
    base: Annotated[
        str | None, typer.Option("--base", help="With --html: the address the page came from.")
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(help="Region (四川省/德阳市/罗江区); without an address, that of its list."),
    ] = None,
    key: Annotated[
        str | None, typer.Option(help="Key (file name); default: from the host.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Name; default: from the page.")] = None,
    folder: Annotated[
        Path | None,
        typer.Option(help="Where to write (default: the first crawl.catalog_folders, or sources)."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a source of any list page: feed, CMS, JSON or repeated rows; writes an unproven YAML."""
    from crawler.config import load_config
    from spiders.induction import NothingFound
    from spiders.regions import UnknownPlace, find_place

    with readable_errors():
        loaded = load_config(config)
    hint: str | None = None
    try:
        if region and url is None and html is None:
            place = find_place(region)
            url, hint, region = place.url, place.family, place.path
        wishes = _Wishes(region=region, key=key, title=title, hint=hint)
        made = _made(loaded, address=base if html else url, html=html, wishes=wishes)
    except (NothingFound, UnknownPlace) as error:
        raise fail(str(error)) from error
    target = None
    if not (as_json and html is not None):
        target = _write(made.source, made.key, folder or _folder(loaded), force=force)
    _show(made, target=target, as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What the caller knows better."""

    region: str | None
    key: str | None
    title: str | None
    hint: str | None


@dataclass(frozen=True, slots=True)
class _Made:
    """The result: key, text of the file, rows of the list, a line for each article tried."""

    key: str
    source: str
    rows: tuple[ListRow, ...]
    lines: list[str]


def _made(loaded: Any, *, address: str | None, html: Path | None, wishes: _Wishes) -> _Made:
    if not address:
        raise fail(
            "给出网址，或 --html 与 --base，或 --region / "
            "give an address, or --html with --base, or --region",
            code=EXIT_USAGE,
        )
    visitor = _visitor(loaded) if html is None else None
    try:
        found = _saved(html, address) if visitor is None else _visited(visitor, address)
        about = _about(found, region=wishes.region, key=wishes.key, title=wishes.title)
        text, spec = _file(found, about, hint=wishes.hint)
        lines = _articles(visitor, spec, found) if visitor is not None else []
    finally:
        if visitor is not None:
            visitor.close()
    return _Made(about.key, text, found.induced.listing.rows, lines)


def _visitor(loaded: Any) -> Visitor:
    from crawler.commands.source_fetch import Visitor
    from crawler.config import user_agent

    return Visitor(loaded.crawl, user_agent=user_agent(loaded.crawl))


def _today() -> date:
    return now_utc().astimezone(ZoneInfo("Asia/Shanghai")).date()


def _saved(html: Path | None, address: str) -> Found:
    from pipelines.decode import decode
    from spiders.induction import induce
    from spiders.induction.naming import describe

    if html is None or not html.is_file():
        raise fail(f"文件不存在 / no such file: {html}", code=EXIT_USAGE)
    content = html.read_bytes()
    text = decode(content, header_charset=None).text
    about = describe(address, text)
    found = induce(content, base_url=address, today=_today(), lang=about.lang, zone=about.timezone)
    return Found(address, found, text, [])


def _visited(visitor: Visitor, address: str) -> Found:
    """The page itself, a feed it names, the data behind it, then the usual places."""
    from crawler.commands.source_fetch import FetchFailed
    from spiders.induction import NothingFound
    from spiders.induction.discover import data_behind, feeds_of, usual_places

    try:
        page = visitor.get(address)
    except FetchFailed as error:
        raise fail(f"取不到页面 / the page cannot be had: {error}") from error
    text = _text(page)
    own: Found | None = None
    reason: NothingFound | None = None
    try:
        own = Found(page.url, _induced(page), text, [])
    except NothingFound as error:
        reason = error
    behind = data_behind(page.url, text)
    if behind is not None:
        tried = _data(visitor, behind, text)
        if tried is not None and (own is None or len(tried.induced.listing.rows) >= 3):
            return tried
    if own is not None and own.induced.settings.get("kind") in ("feed", "sitemap", "json_api"):
        return own
    for place in (*feeds_of(text, page.url)[:3], *(usual_places(page.url) if own is None else ())):
        fed = _feed(visitor, place, text, own)
        if fed is not None:
            return fed
    if own is None:
        raise reason or NothingFound(address)
    return own


def _feed(visitor: Visitor, place: str, text: str, own: Found | None) -> Found | None:
    """A feed or sitemap, if it can be read and carries what the page lists."""
    from crawler.commands.source_fetch import FetchFailed
    from pipelines.urls import url_key
    from spiders.induction import NothingFound

    try:
        answer = visitor.get(place)
        induced = _induced(answer)
    except (FetchFailed, NothingFound):
        return None
    if induced.settings.get("kind") not in ("feed", "sitemap"):
        return None
    if own is not None:
        keys = {url_key(row.url) for row in own.induced.listing.rows}
        common = sum(url_key(row.url) in keys for row in induced.listing.rows)
        if common < 0.5 * min(len(keys), len(induced.listing.rows)):
            return None
    note = "改用页面声明的订阅源 / the feed named by the page is read instead."
    return Found(answer.url, induced, text, [note])


def _data(visitor: Visitor, settings: Mapping[str, Any], text: str) -> Found | None:
    """The data interface of a CMS, read once to see whether it answers."""
    from crawler.commands.source_fetch import FetchFailed
    from pipelines.errors import ParseError
    from spiders.asks import UnresolvedPlaceholder, first_ask, lanes, resolve_ask, resolve_values
    from spiders.catalogue import SourceFileErrors
    from spiders.induction import Induced
    from spiders.induction.source_text import checked, dumped
    from spiders.listing import read_listing

    plain = {"title": "new", "publisher": "new", "region": "CN", "level": "municipal", **settings}
    try:
        spec = checked(dumped(plain), key="new-source")
        ask = resolve_ask(spec)
        resolved = resolve_values(spec, _text(visitor.get(ask.url))) if ask else None
        lane = lanes(spec, today=_today(), resolved=resolved)[0]
        answer = visitor.get(first_ask(spec, lane).url)
        listing = read_listing(
            spec, answer.content, base_url=answer.url, charset=answer.charset, today=_today()
        )
    except (FetchFailed, ParseError, UnresolvedPlaceholder, SourceFileErrors):
        return None
    if not listing.rows:
        return None
    note = "列表由数据接口提供 / the list comes from the data interface of the CMS."
    return Found(str(settings["url"]), Induced(settings, listing), text, [note])


def _induced(page: Fetched) -> Induced:
    from spiders.induction import induce
    from spiders.induction.naming import describe

    about = describe(page.url, _text(page))
    return induce(
        page.content,
        base_url=page.url,
        charset=page.charset,
        today=_today(),
        lang=about.lang,
        zone=about.timezone,
    )


def _text(page: Fetched) -> str:
    from pipelines.decode import decode

    return decode(page.content, header_charset=page.charset).text


def _about(found: Found, *, region: str | None, key: str | None, title: str | None) -> About:
    from spiders.induction.naming import describe

    about = describe(found.url.split("{", 1)[0], found.text, region=region)
    return replace(about, key=key or about.key, title=title or about.title)


def _file(found: Found, about: About, *, hint: str | None) -> tuple[str, Spec]:
    """The YAML and the source it means; a mistake in it is a mistake of this program."""
    from spiders.catalogue import SourceFileErrors
    from spiders.induction.source_text import checked, source_text

    settings = {k: v for k, v in found.induced.settings.items() if k != "url"}
    if hint and "family" not in settings:
        found.notes.append(f"地址形式像 {hint}，页面未能证实 / the address looks like {hint}.")
    rows = len(found.induced.listing.rows)
    text = source_text(about, settings, url=found.url, rows=rows, note=" ".join(found.notes))
    try:
        return text, checked(text, key=about.key)
    except SourceFileErrors as group:
        raise fail(
            f"推断结果未通过检查 / the result is not a good source file:\n{group}\n{text}"
        ) from group


def _articles(visitor: Visitor, spec: Spec, found: Found) -> list[str]:
    """Two or three articles through the pipelines of a crawl: what would be read of them."""
    from crawler.commands.source_fetch import FetchFailed
    from spiders.answers import is_file_link
    from spiders.testing import read_article

    lines = []
    rows = [row for row in found.induced.listing.rows if not is_file_link(row.address)]
    for row in rows[:ARTICLES]:
        try:
            answer = None if row.body else visitor.get(row.address)
        except FetchFailed as error:
            lines.append(f"✗ {row.title[:40]}：{error}")
            continue
        page, metadata = read_article(
            spec,
            row,
            answer.content if answer else None,
            today=_today(),
            charset=answer.charset if answer else None,
        )
        day = metadata.published_on or "????-??-??"
        size = len(page.body_text)
        mark = "✓" if size >= 80 and metadata.title else "✗"
        number = f"，{metadata.doc_number}" if metadata.doc_number else ""
        lines.append(
            f"{mark} {day} {metadata.title[:40]}（正文 {size} 字{number} / {size} characters)"
        )
    return lines


def _folder(loaded: Any) -> Path:
    folders = loaded.crawl.catalog_folders
    return Path(folders[0]) if folders else FOLDER


def _write(text: str, key: str, folder: Path, *, force: bool) -> Path:
    target = folder / f"{key}.yaml"
    if target.exists() and not force:
        raise fail(
            f"{target} 已存在；用 --key 另起名或 --force 覆盖 / exists: --key or --force",
            code=EXIT_USAGE,
        )
    folder.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return target


def _row(row: ListRow) -> dict[str, Any]:
    day = row.published_on
    return {"title": row.title, "url": row.url, "date": day.isoformat() if day else None}


def _show(made: _Made, *, target: Path | None, as_json: bool) -> None:
    if as_json:
        data = {
            "key": made.key,
            "file": str(target) if target else None,
            "source": made.source,
            "rows": [_row(row) for row in made.rows],
            "articles": made.lines,
        }
        typer.echo(json.dumps(data, ensure_ascii=False))
        return
    typer.echo(made.source)
    for row in made.rows[:SHOWN]:
        typer.echo(f"{row.published_on or '????-??-??'}  {row.title}\n            {row.url}")
    dated = sum(row.published_on is not None for row in made.rows)
    typer.echo(f"{len(made.rows)} 条，{dated} 条有日期 / rows, dated")
    for line in made.lines:
        typer.echo(line)
    typer.echo(f"已写入 / written: {target}")
    typer.echo(
        f"核对后运行 dibao source test {made.key} --live，通过即可把 status 改为 enabled / "
        "check it, run the test, then set status: enabled"
    )
    if not made.rows:
        raise typer.Exit(EXIT_FAILED)
