"""How ``dibao source new`` finds the list: the page, its feeds, the data of its CMS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from crawler.commands.context import EXIT_USAGE, fail, now_utc

if TYPE_CHECKING:
    from crawler.commands.source_fetch import Fetched, Visitor
    from spiders.catalogue import Spec
    from spiders.induction import Induced


MOST_TRIED = 3
LEAST_RECORDS = 2


@dataclass(slots=True)
class Found:
    """What was made out: the address to read, the settings, the rows, remarks."""

    url: str
    induced: Induced
    text: str
    notes: list[str]


def visitor_of(loaded: Any, *, spec: Spec | None = None) -> Visitor:
    """Asks pages by hand, in turn with the crawls, with the delay and key that a source names."""
    from crawler.commands.source_fetch import Visitor
    from crawler.config import user_agent
    from crawler.host_budget import budget_of

    budget = budget_of(loaded.storage)
    return Visitor(
        loaded.crawl,
        user_agent=user_agent(loaded.crawl),
        budget=budget,
        delay=spec.delay_seconds if spec else None,
        pins=spec.pins if spec else None,
    )


def today_in_china() -> date:
    return now_utc().astimezone(ZoneInfo("Asia/Shanghai")).date()


def saved(html: Path | None, address: str, *, choice: int) -> Found:
    from pipelines.decode import decode
    from spiders.induction import induce
    from spiders.induction.naming import describe

    if html is None or not html.is_file():
        raise fail(f"文件不存在 / no such file: {html}", code=EXIT_USAGE)
    content = html.read_bytes()
    text = decode(content, header_charset=None).text
    about = describe(address, text)
    found = induce(
        content,
        base_url=address,
        today=today_in_china(),
        lang=about.lang,
        zone=about.timezone,
        choice=choice,
    )
    return Found(address, found, text, [])


def visited(visitor: Visitor, address: str, *, choice: int) -> Found:
    """The page itself, a feed it names, the data behind it, then the usual places."""
    from crawler.commands.source_fetch import FetchFailed
    from spiders.induction import NothingFound
    from spiders.induction.discover import data_behind, feeds_of

    try:
        page = visitor.get(address)
    except FetchFailed as error:
        raise fail(f"取不到页面 / the page cannot be had: {error}") from error
    text = _text(page)
    own: Found | None = None
    reason: NothingFound | None = None
    try:
        own = Found(page.url, _induced(page, choice=choice), text, [])
    except NothingFound as error:
        reason = error
    if choice > 1 and own is not None:
        return own
    behind = data_behind(page.url, text)
    if behind is not None:
        tried = _data(visitor, behind, text)
        if tried is not None and (own is None or len(tried.induced.listing.rows) >= 3):
            return tried
    if own is not None and own.induced.settings.get("kind") in ("feed", "sitemap", "json_api"):
        return own
    for place in feeds_of(text, page.url)[:MOST_TRIED]:
        fed = _feed(visitor, place, text, own)
        if fed is not None:
            return fed
    if own is None:
        found = _elsewhere(visitor, page.url, text)
        if found is not None:
            return found
        raise reason or NothingFound(address)
    return own


def _elsewhere(visitor: Visitor, url: str, text: str) -> Found | None:
    """For a page without a list: the data its scripts read, then the usual places of feeds."""
    from spiders.induction.discover import data_named, usual_places

    for place in data_named(text, url)[:MOST_TRIED]:
        read = _records(visitor, place, text)
        if read is not None:
            return read
    for place in usual_places(url):
        fed = _feed(visitor, place, text, None)
        if fed is not None:
            return fed
    return None


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


def _records(visitor: Visitor, place: str, text: str) -> Found | None:
    """Records that a script of the page reads, if they are a list."""
    from crawler.commands.source_fetch import FetchFailed
    from spiders.induction import NothingFound

    try:
        answer = visitor.get(place)
        induced = _induced(answer)
    except (FetchFailed, NothingFound):
        return None
    if induced.settings.get("kind") != "json_api" or len(induced.listing.rows) < LEAST_RECORDS:
        return None
    note = "列表由页面脚本读取的数据提供 / the list comes from data that a script reads."
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
        lane = lanes(spec, today=today_in_china(), resolved=resolved)[0]
        answer = visitor.get(first_ask(spec, lane).url)
        listing = read_listing(
            spec,
            answer.content,
            base_url=answer.url,
            charset=answer.charset,
            today=today_in_china(),
        )
    except (FetchFailed, ParseError, UnresolvedPlaceholder, SourceFileErrors):
        return None
    if not listing.rows:
        return None
    note = "列表由数据接口提供 / the list comes from the data interface of the CMS."
    return Found(str(settings["url"]), Induced(settings, listing), text, [note])


def _induced(page: Fetched, *, choice: int = 1) -> Induced:
    from spiders.induction import induce
    from spiders.induction.naming import describe

    about = describe(page.url, _text(page))
    return induce(
        page.content,
        base_url=page.url,
        charset=page.charset,
        today=today_in_china(),
        lang=about.lang,
        zone=about.timezone,
        choice=choice,
    )


def _text(page: Fetched) -> str:
    from pipelines.decode import decode

    return decode(page.content, header_charset=page.charset).text
