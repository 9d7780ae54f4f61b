"""A list nobody has described: what kind it is, the settings that read it, and its rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pipelines.decode import decode
from pipelines.errors import ParseError
from spiders.cms import FAMILIES
from spiders.induction.dom import Page, read_page
from spiders.induction.groups import Group, find_groups, separate_lists, title_of
from spiders.induction.pager import guess_data_paging, guess_paging
from spiders.induction.records import find_fragment, find_records
from spiders.induction.row_fields import is_good, worth_of, write_fields
from spiders.induction.row_selectors import best_row_selector
from spiders.induction.trimming import link_filter
from spiders.jsonpaths import find_text
from spiders.listing import read_listing
from spiders.listing.records import load_json
from spiders.rows import Listing
from spiders.spec import KINDS

_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF|\w+:feed)[\s>]", re.IGNORECASE)
_SITEMAP = re.compile(rb"<(?:urlset|sitemapindex)[\s>]", re.IGNORECASE)
_CDATA = re.compile(r"<record>\s*<!\[CDATA\[(.*?)\]\]>\s*</record>", re.S | re.IGNORECASE)
#: larger pages are not parsed again and again for dates beside the rows
_LARGE = 400_000
_BESIDE = (
    "xpath:following-sibling::*[1]",
    "xpath:preceding-sibling::*[1]",
    "xpath:preceding-sibling::*[not(.//a)][1]",
    "xpath:following-sibling::text()[normalize-space()][1]",
    "xpath:preceding-sibling::text()[normalize-space()][1]",
    "xpath:../preceding-sibling::*[1]",
    "xpath:preceding::*[self::h2 or self::h3 or self::h4 or self::h5 or self::dt][1]",
    "xpath:preceding::*[self::b or self::strong][1]",
)
#: a day that stands once for several rows of a table
_SPANNED = "xpath:td[@rowspan][1] || xpath:preceding-sibling::tr[td[@rowspan]][1]/td[@rowspan][1]"
_TITLE_BESIDE = (
    "xpath:.//a[1]/following-sibling::text()[normalize-space()][1]",
    "xpath:.//a[1]/preceding-sibling::text()[normalize-space()][1]",
    "xpath:preceding-sibling::*[1]",
    "xpath:preceding-sibling::*[self::h2 or self::h3 or self::h4 or self::h5 or self::dt][1]",
    "xpath:preceding-sibling::tr[1]/td[1]",
    "xpath:preceding-sibling::tr[1]/td[2]",
    "xpath:preceding-sibling::tr[1]/td[3]",
    "xpath:following-sibling::text()[normalize-space()][1]",
    "xpath:preceding-sibling::text()[normalize-space()][1]",
    "xpath:following-sibling::*[1]",
)
_STANDARD: dict[str, Any] = {
    "key": "new",
    "title": "new",
    "publisher": "new",
    "region": "INTL",
    "level": "media",
}


class NothingFound(Exception):
    """No list could be made out. The text says what was seen (zh / en)."""

    code = "no_list_found"


@dataclass(frozen=True, slots=True)
class Glance:
    """A list of a page: how many links it has, how many with a day, and its first title."""

    links: int
    dated: int
    first: str


@dataclass(frozen=True, slots=True)
class Induced:
    """``settings`` are the keys of a source file that read the list; ``listing`` what they give.

    ``lists`` are the lists of the page, the weightiest first: ``choice`` counts in them.
    """

    settings: Mapping[str, Any]
    listing: Listing
    lists: tuple[Glance, ...] = ()


@dataclass(frozen=True, slots=True)
class _Case:
    content: bytes
    text: str
    base_url: str
    charset: str | None
    today: date | None
    lang: str
    zone: str
    choice: int = 1

    def read(self, settings: Mapping[str, Any]) -> Induced:
        """What a source file with these settings would collect."""
        plain = {name: value for name, value in settings.items() if name != "family"}
        full = {
            **_STANDARD,
            **plain,
            "url": self.base_url,
            "lang": self.lang,
            "timezone": self.zone,
        }
        spec = KINDS[plain["kind"]].model_validate(full)
        listing = read_listing(
            spec, self.content, base_url=self.base_url, charset=self.charset, today=self.today
        )
        return Induced(settings, listing)


def induce(
    content: bytes,
    *,
    base_url: str,
    charset: str | None = None,
    today: date | None = None,
    lang: str = "zh",
    zone: str = "Asia/Shanghai",
    choice: int = 1,
) -> Induced:
    """Work out how to read a list: a feed, a sitemap, JSON, or a page with rows of links.

    ``today`` is the day at the publisher; ``choice`` is the number of the list on a page that
    has several. Raises ``NothingFound``.
    """
    text = decode(content, header_charset=charset).text
    case = _Case(content, text, base_url, charset, today, lang, zone, choice)
    head = content[:2000]
    try:
        if _SITEMAP.search(head):
            return case.read({"kind": "sitemap"})
        if _FEED.search(head):
            return case.read({"kind": "feed"})
        if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
            return _from_json(case)
        return _from_page(case)
    except ParseError as error:
        raise NothingFound(f"读不出列表：{error} / no list can be read") from error


def _from_json(case: _Case) -> Induced:
    data = load_json(case.text, charset=None, url=case.base_url)
    if isinstance(data, dict) and str(data.get("version", "")).startswith("https://jsonfeed.org"):
        return case.read({"kind": "feed"})
    records = find_records(data, today=case.today, lang=case.lang, zone=case.zone)
    if records is not None:
        settings: dict[str, Any] = {"kind": "json_api", "items_path": records.items_path}
        if records.date_format != "auto":
            settings["date_format"] = records.date_format
        settings["fields"] = dict(records.fields)
        found = case.read(settings)
        paging = guess_data_paging(data, case.base_url, rows=len(found.listing.rows))
        if paging is None:
            return found
        return Induced({**settings, "paging": paging}, found.listing)
    path = find_fragment(data)
    if path is None:
        raise NothingFound(
            "JSON 中没有同时带网址和标题的记录 / "
            "the JSON has no records with an address and a title"
        )
    page = read_page(find_text(data, path) or "", base_url=case.base_url)
    return case.read({"kind": "json_api", "items_path": path, **_wrapper(case, page)[0]})


def _from_page(case: _Case) -> Induced:
    records = _CDATA.findall(case.text)
    if len(records) >= 2:
        inner = "".join(f"<dibao-record>{record}</dibao-record>" for record in records)
        page = read_page(inner, base_url=case.base_url)
        fields, _ = _wrapper(case, page)
        settings = {"kind": "html_list", "container": "cdata-records", **fields}
        return case.read({**settings, "paging": {"style": "jpage"}})
    page = read_page(case.text, base_url=case.base_url)
    fields, lists = _wrapper(case, page)
    settings = {"kind": "html_list", **fields}
    paging = guess_paging(page, case.text, case.base_url)
    if paging is not None:
        settings["paging"] = paging
    own = case.read(settings)
    if len(case.text) < _LARGE:
        own = _with_title_beside(case, own)
        own = _with_day_beside(case, own)
    return replace(_with_family(case, own), lists=lists)


def _with_title_beside(case: _Case, own: Induced) -> Induced:
    """Links that say nothing (View, PDF, a number): the title may stand beside their row."""
    titles = [row.title for row in own.listing.rows]
    if is_good(titles) or not titles:
        return own
    best, most = own, 1.2 * worth_of(titles)
    for field in _TITLE_BESIDE:
        try:
            tried = case.read({**own.settings, "row_title": f"{field} || a::text"})
        except ParseError:
            continue
        found = [row.title for row in tried.listing.rows]
        if len(found) == len(titles) and is_good(found) and worth_of(found) > most:
            best, most = tried, worth_of(found)
    return best


def _with_day_beside(case: _Case, own: Induced) -> Induced:
    """Rows without a date of their own: it may stand before or after them, or in a heading."""
    known = sum(row.published_on is not None for row in own.listing.rows)
    fields: tuple[str, ...] = _BESIDE
    most = 0.6 * len(own.listing.rows) - 0.01
    if "date" in own.settings:
        if "rowspan" not in case.text or known > 0.9 * len(own.listing.rows):
            return own
        fields, most = (_SPANNED,), 1.2 * known
    best = own
    for field in fields:
        try:
            tried = case.read({**own.settings, "date": field})
        except ParseError:
            continue
        dated = sum(row.published_on is not None for row in tried.listing.rows)
        far = 1.3 if best is not own and "xpath:preceding::" in field else 1.0
        if len(tried.listing.rows) == len(own.listing.rows) and dated > far * most:
            best, most = tried, dated
    return best


def _wrapper(case: _Case, page: Page) -> tuple[dict[str, Any], tuple[Glance, ...]]:
    groups = find_groups(page, today=case.today, lang=case.lang)
    if not groups or groups[0].score <= 0:
        raise NothingFound(
            "页面上没有成行的文章链接；列表可能由脚本加载，请试其数据接口的网址 / "
            "no rows of article links; a script may load the list, try the address of its data"
        )
    lists = separate_lists(groups)
    if not 1 <= case.choice <= len(lists):
        raise NothingFound(
            f"本页只有 {len(lists)} 个列表，没有第 {case.choice} 个 / "
            f"the page has {len(lists)} lists, there is no number {case.choice}"
        )
    glances = tuple(
        Glance(len(g.links), sum(day is not None for day in g.days), title_of(g.links[0]))
        for g in lists
    )
    return _fields(case, page, _readable(page, groups, lists[case.choice - 1])), glances


def _fields(case: _Case, page: Page, group: Group) -> dict[str, Any]:
    fields = write_fields(page, group, today=case.today, lang=case.lang)
    settings: dict[str, Any] = {"row": fields.row, "link": fields.link, "row_title": fields.title}
    if fields.date:
        settings["date"] = fields.date
    if fields.date_format != "auto":
        settings["date_format"] = fields.date_format
    pattern = link_filter(group)
    if pattern:
        settings["link_regex"] = pattern
    return settings


def _readable(page: Page, groups: list[Group], top: Group) -> Group:
    """Of the best groups that hold the same links, the one whose rows a selector finds exactly."""
    links = [link.order for link in top.links]
    best, least = top, 10**9
    for group in groups[groups.index(top) :]:
        if group.score < 0.97 * top.score:
            break
        if [link.order for link in group.links] != links:
            continue
        _, wrong = best_row_selector(page, group)
        if wrong < least:
            best, least = group, wrong
        if wrong == 0:
            break
    return best


def family_of(url: str, text: str, rows: Listing | None = None) -> str | None:
    """The CMS family by the address of the list, its articles or marks in the page."""
    links = [row.url for row in rows.rows[:20]] if rows else []
    for name, family in FAMILIES.items():
        hits = sum(family.recognises(url=link) for link in links)
        if hits >= max(2, len(links) // 2):
            return name
    return next((n for n, family in FAMILIES.items() if family.recognises(url=url)), None)


def _with_family(case: _Case, own: Induced) -> Induced:
    """The family's settings alone where they read the same rows, else our own under its name."""
    name = family_of(case.base_url, case.text, own.listing)
    if name is None:
        return own
    defaults = dict(FAMILIES[name].defaults_for(None))
    if defaults.get("kind") != "html_list":
        return Induced({"family": name, **own.settings}, own.listing)
    if "row" in defaults:
        try:
            plain = case.read(defaults)
        except ParseError:
            plain = None
        if plain is not None and _same_rows(plain.listing, own.listing):
            return Induced({"family": name}, plain.listing)
    kept = {k: v for k, v in own.settings.items() if k != "kind"}
    body = {"paging": defaults["paging"]} if "paging" in defaults and "paging" not in kept else {}
    merged = {"kind": "html_list", **body, **kept}
    if "link_regex" not in kept and "link_regex" in defaults:
        tried = case.read({**merged, "link_regex": defaults["link_regex"]})
        if len(tried.listing.rows) < 0.9 * len(own.listing.rows):
            kept["link_regex"] = None
    return Induced({"family": name, **kept}, own.listing)


def _same_rows(one: Listing, other: Listing) -> bool:
    first = {row.url: row for row in one.rows}
    second = {row.url: row for row in other.rows}
    common = [url for url in second if url in first]
    right = sum(
        first[url].title == second[url].title
        and second[url].published_on in (None, first[url].published_on)
        for url in common
    )
    return len(common) >= 0.95 * max(len(first), len(second)) and right >= 0.95 * len(common)
