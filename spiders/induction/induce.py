"""A list nobody has described: what kind it is, the settings that read it, and its rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pydantic import ValidationError

from pipelines.decode import decode
from pipelines.errors import LayoutChanged, ParseError
from spiders.induction.beside import trimmed, with_day_beside, with_title_above
from spiders.induction.dom import Element, Page, read_page
from spiders.induction.family import with_family
from spiders.induction.groups import find_groups, separate_lists
from spiders.induction.judge import Group
from spiders.induction.pager import guess_data_paging, guess_paging
from spiders.induction.prose import is_article
from spiders.induction.records import Records, find_fragment, find_records, find_titled
from spiders.induction.result import Glance, Induced, NothingFound
from spiders.induction.row_fields import write_fields
from spiders.induction.row_selectors import best_row_selector
from spiders.induction.several import with_every_document
from spiders.induction.title_choice import title_worth_of
from spiders.induction.trimming import link_filter
from spiders.induction.worth import title_of
from spiders.jsonpaths import find_text
from spiders.listing import read_listing
from spiders.listing.records import load_json
from spiders.listing.scripts import data_of_scripts
from spiders.spec import KINDS

_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF|\w+:feed)[\s>]", re.IGNORECASE)
_SITEMAP = re.compile(rb"<(?:urlset|sitemapindex)[\s>]", re.IGNORECASE)
_CDATA = re.compile(r"<record>\s*<!\[CDATA\[(.*?)\]\]>\s*</record>", re.S | re.IGNORECASE)
#: larger pages are not parsed again and again for dates beside the rows
_LARGE = 400_000
_LEAST_ROWS, _LEAST_RECORDS = 3, 2
#: titles of this worth are numbers and the like
_NAMELESS = -0.6
#: titles below this are looked for in wider rows, and must be so much better there
_TELLING, _BETTER = 0.3, 0.3
_ARTICLE = (
    "这一页是一篇文章，不是列表：请给出它所在栏目的网址 / "
    "this page is one article and no list: give the address of the list it stands in"
)
_STANDARD: dict[str, Any] = {
    "key": "new",
    "title": "new",
    "publisher": "new",
    "region": "INTL",
    "level": "media",
}


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
        try:
            spec = KINDS[plain["kind"]].model_validate(full)
        except ValidationError as error:  # a selector longer than source files may hold
            raise LayoutChanged(
                f"规则写不成来源文件：{error} / these rules fit no source file", url=self.base_url
            ) from error
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
        settings = _record_settings(records)
        found = case.read(settings)
        paging = guess_data_paging(data, case.base_url, rows=len(found.listing.rows))
        if paging is None:
            return found
        return Induced({**settings, "paging": paging}, found.listing)
    path = find_fragment(data)
    if path is None:
        raise NothingFound(
            "JSON 中没有同时带网址和标题的记录 / "
            f"the JSON has no records with an address and a title{_titled(data)}"
        )
    page = read_page(find_text(data, path) or "", base_url=case.base_url)
    group, _ = _chosen(case, page)
    return case.read({"kind": "json_api", "items_path": path, **_fields(case, page, group)})


def _titled(data: Any) -> str:
    """What a person needs to write the address of such records by hand."""
    found = find_titled(data)
    if found is None:
        return ""
    path, title, keys = found
    shown = "{" + (keys[0] if keys else "id") + "}"
    return (
        f"\n  {path} 有题名（{title}），网址须手写 / has titles, write their address by hand:"
        f"\n  items_path: '{path}'\n  fields: {{title: {title}, url: 'https://…/{shown}'}}"
        + (f"\n  可用的编号 / keys: {', '.join(keys)}" if keys else "")
    )


def _record_settings(records: Records, *, script: str | None = None) -> dict[str, Any]:
    settings: dict[str, Any] = {"kind": "json_api", "items_path": records.items_path}
    if script is not None:
        settings["script"] = script
    if records.date_format != "auto":
        settings["date_format"] = records.date_format
    return {**settings, "fields": dict(records.fields)}


def _from_page(case: _Case) -> Induced:
    records = _CDATA.findall(case.text)
    if len(records) >= 2:
        inner = "".join(f"<dibao-record>{record}</dibao-record>" for record in records)
        page = read_page(inner, base_url=case.base_url)
        fields = _fields(case, page, _chosen(case, page)[0])
        settings = {"kind": "html_list", "container": "cdata-records", **fields}
        return case.read({**settings, "paging": {"style": "jpage"}})
    page = read_page(case.text, base_url=case.base_url)
    try:
        own = _from_rows(case, page)
    except NothingFound:
        scripted = _from_scripts(case, None)
        if scripted is None:
            raise
        return scripted
    return _from_scripts(case, own) or own


def _from_rows(case: _Case, page: Page) -> Induced:
    group, lists = _chosen(case, page)
    if is_article(page, group):
        raise NothingFound(_ARTICLE)
    own = _read_rows(case, page, group)
    if len(case.text) < _LARGE:
        own = _told_by_wider_rows(case, page, group, own)
    if own.listing.rows:
        _refuse_nameless(own)
    return replace(with_family(own, case.read, base_url=case.base_url), lists=lists)


def _read_rows(case: _Case, page: Page, group: Group) -> Induced:
    """The rows of one group, with what stands beside them."""
    settings = {"kind": "html_list", **_fields(case, page, group)}
    paging = guess_paging(page, case.text, case.base_url)
    if paging is not None:
        settings["paging"] = paging
    own = case.read(settings)
    if len(case.text) < _LARGE:
        own = _without_strays(case, page, group, own)
        own = with_title_above(own, case.read)
        group = _without_unread(group, own)
        own = with_day_beside(own, case.read, page=page, group=group, today=case.today)
        own = with_every_document(own, case.read, page=page, group=group)
    return own


def _without_unread(group: Group, own: Induced) -> Group:
    """The rows of a group that are read, where a pattern leaves some out."""
    urls = {row.url for row in own.listing.rows}
    places = [number for number, link in enumerate(group.links) if link.link in urls]
    if not 0 < len(places) < len(group.links):
        return group
    return replace(
        group,
        rows=[group.rows[number] for number in places],
        links=[group.links[number] for number in places],
        days=[group.days[number] for number in places],
    )


def _told_by_wider_rows(case: _Case, page: Page, group: Group, own: Induced) -> Induced:
    """Links whose rows say nothing: what they are may stand beside a wider element round each."""
    titles = [row.title for row in own.listing.rows]
    worth = title_worth_of(titles) if titles else 0.0
    if not titles or worth > _TELLING:
        return own
    best, most = own, worth + _BETTER
    for rows in _wider(group):
        found = _read_rows(case, page, replace(group, rows=rows))
        told = [row.title for row in found.listing.rows]
        if len(told) == len(titles) and title_worth_of(told) > most:
            best, most = found, title_worth_of(told) + _BETTER
    return best


def _wider(group: Group) -> Iterator[list[Element]]:
    """The ancestors of rows, level by level, while each row has one of its own."""
    rows = group.rows
    while True:
        above = [row.parent for row in rows if row.parent is not None]
        if len({row.order for row in above}) < len(rows) or len({row.tag for row in above}) > 1:
            return
        rows = above
        yield rows


def _without_strays(case: _Case, page: Page, group: Group, own: Induced) -> Induced:
    """The rows without links that are none of the list; their fields are told without them.

    What stands before the list or after it; a row without a day among others is one of them.
    """
    dated = [row.published_on is not None for row in own.listing.rows]
    between = dated[dated.index(True) : len(dated) - dated[::-1].index(True)] if any(dated) else []
    kept = trimmed(own, case.read) if all(between) else own
    if kept is own:
        return own
    rows = _without_unread(group, kept)
    if rows is group:
        return kept
    again = case.read({**kept.settings, **_fields(case, page, rows), "row": kept.settings["row"]})
    whole = len(again.listing.rows) == len(kept.listing.rows)
    return again if whole else kept


def _refuse_nameless(own: Induced) -> None:
    """Rows that say neither what they are nor of which day: better none than these."""
    rows = own.listing.rows
    titles = [row.title for row in rows]
    same = len(rows) > 1 and len(set(titles)) == 1
    told = title_worth_of(titles) > _NAMELESS and not same
    if told or any(row.published_on for row in rows):
        return
    raise NothingFound(
        f"有 {len(rows)} 行链接，但题名（如“{rows[0].title[:20]}”）与日期都读不出："
        "请手写 row_title 与 date / "
        f"{len(rows)} rows of links, but neither titles nor days can be told: "
        "write row_title and date by hand"
    )


def _from_scripts(case: _Case, own: Induced | None) -> Induced | None:
    """Records in a script of the page, where the page itself lists next to nothing.

    Pages made on the server carry what they show a second time: their rows are read as they are.
    """
    rows = own.listing.rows if own else ()
    dated = sum(row.published_on is not None for row in rows)
    if case.choice > 1 or (len(rows) >= _LEAST_ROWS and dated >= 0.5 * len(rows)):
        return None
    best: Induced | None = None
    for name, data in data_of_scripts(case.text):
        records = find_records(data, today=case.today, lang=case.lang, zone=case.zone)
        if records is None or records.count < _LEAST_RECORDS or "date" not in records.fields:
            continue
        found = case.read(_record_settings(records, script=name))
        shown = {row.url for row in rows} & {row.url for row in found.listing.rows}
        most = len(best.listing.rows) if best else _LEAST_RECORDS - 1
        if not shown and len(found.listing.rows) > most:
            best = found
    return best


def _chosen(case: _Case, page: Page) -> tuple[Group, tuple[Glance, ...]]:
    groups = find_groups(page, today=case.today, lang=case.lang)
    if not groups or groups[0].score <= 0:
        raise NothingFound(
            _ARTICLE
            if is_article(page)
            else "页面上没有成行的文章链接；列表可能由脚本加载，请试其数据接口的网址 / "
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
    return _readable(page, groups, lists[case.choice - 1]), glances


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
