"""Titles and days that do not stand in their rows but beside them, or above several."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from pipelines.dates import date_from_url
from pipelines.errors import ParseError
from spiders.induction.dom import Page
from spiders.induction.headings import divided_days
from spiders.induction.judge import Group
from spiders.induction.result import Induced, Read
from spiders.induction.row_days import PAGE_DAY
from spiders.induction.title_choice import title_worth_of
from spiders.induction.told_once import days_told_once
from spiders.induction.trimming import pattern_of_dated

_ABOVE = (
    "xpath:../preceding-sibling::*[1]",
    "xpath:../preceding-sibling::text()[normalize-space()][1]",
    "xpath:preceding-sibling::*[not(self::a or .//a)][1]",
    "xpath:preceding::*[self::h1 or self::h2 or self::h3 or self::h4 or self::h5 or self::dt][1]",
    "xpath:preceding::*[self::b or self::strong][1]",
)
#: a title from outside the row must be this much better than the row's own
_FAR = 0.3
#: the share of rows that must have such a title
_LEAST_TOLD = 0.5
#: titles of this worth, with that, need no heading
_TOLD = 0.8
#: a day that stands once for several rows of a table
_SPANNED = "xpath:td[@rowspan][1] || xpath:preceding-sibling::tr[td[@rowspan]][1]/td[@rowspan][1]"
_TITLE_ABOVE = (
    "xpath:preceding-sibling::tr[not(.//a)][1]/td[2]",
    "xpath:preceding-sibling::tr[not(.//a)][1]/td[1]",
    "xpath:preceding-sibling::*[self::h2 or self::h3 or self::h4 or self::h5 or self::dt][1]",
    "xpath:../preceding-sibling::*[self::h2 or self::h3 or self::h4 or self::h5][1]",
)
_IN_ADDRESS = (
    r"/t(?P<ymd>20\d{6})_",
    r"/(?P<y>20\d\d)[/-](?P<m>\d{1,2})[/-](?P<d>\d{1,2})[/_.-]",
    r"/(?P<y>20\d\d)-?(?P<m>\d\d)/(?P<d>\d\d)[/_.-]",
)
_LEAST_ROWS = 3
_LONGEST_HEADING = 64
#: looking back from every row of a longer list takes too long
_MANY_ROWS = 800
_YEAR = re.compile(r"(?:19|20)\d\d")


def with_title_above(own: Induced, read: Read) -> Induced:
    """Links that say nothing (View, PDF, a number): the title may be the heading above several."""
    titles = [row.title for row in own.listing.rows]
    most = title_worth_of(titles) + _FAR if titles else 0.0
    best = own
    for field in _TITLE_ABOVE if titles and most < _TOLD else ():
        try:
            alone = read({**own.settings, "row_title": field})
            if len(alone.listing.rows) < _LEAST_TOLD * len(titles):
                continue  # what would be read is the text of the links
            tried = read({**own.settings, "row_title": f"{field} || a::text"})
        except ParseError:
            continue
        found = [row.title for row in tried.listing.rows]
        if len(found) == len(titles) and title_worth_of(found) > most:
            best, most = tried, title_worth_of(found)
    return best


def with_day_beside(
    own: Induced, read: Read, *, page: Page, group: Group, today: date | None
) -> Induced:
    """Rows without a date of their own: it may stand before or after them, or in a heading."""
    rows = own.listing.rows
    known = sum(row.published_on is not None for row in rows)
    stated = own.settings.get("date")
    if stated is None:
        most = 0.6 * len(rows) - 0.01
        nearby = trimmed(_dated_best(own, read, _ABOVE, most=most, today=today), read)
        if nearby is not own:
            return nearby
        divided = _divided(own, read, divided_days(page, group, None))
        if divided is not own or known:
            return divided
        addressed = _from_addresses(own, read)
        once = addressed is own and len(rows) <= _MANY_ROWS
        return _divided(own, read, days_told_once(page, group)) if once else addressed
    if known <= 0.9 * len(rows):
        above = (_SPANNED,) if page.has_spans else _ABOVE
        return _dated_best(own, read, above, most=1.2 * known, today=today)
    without = sum(_YEAR.search(row.date_text or "") is None for row in rows)
    if without >= 0.9 * len(rows) and not any(date_from_url(row.url) for row in rows):
        return _divided(own, read, divided_days(page, group, stated))
    return own


def _from_addresses(own: Induced, read: Read) -> Induced:
    """Rows that show no day while every address states one."""
    if "link_regex" in own.settings or len(own.listing.rows) < _LEAST_ROWS:
        return own
    for form in _IN_ADDRESS:
        if all(re.search(form, row.url) for row in own.listing.rows):
            tried = read({**own.settings, "link_regex": form})
            rows = tried.listing.rows
            whole = len(rows) == len(own.listing.rows)
            if whole and all(row.published_on for row in rows):
                return tried
    return own


def trimmed(found: Induced, read: Read) -> Induced:
    """Without links of the page that have no day and another form of address than the rows."""
    pattern = pattern_of_dated(found.listing.rows)
    if pattern is None or "link_regex" in found.settings:
        return found
    return read({**found.settings, "link_regex": pattern})


def _dated_best(
    own: Induced, read: Read, fields: Iterable[str], *, most: float, today: date | None = None
) -> Induced:
    best = own
    many = len(own.listing.rows) > _MANY_ROWS
    for field in fields:
        if many and "preceding" in field and "::*[1]" not in field and field != _SPANNED:
            continue
        try:
            tried = read({**own.settings, "date": field})
        except ParseError:
            continue
        days = [row.published_on for row in tried.listing.rows if row.published_on]
        if field in _ABOVE and len(days) > 1 and _of_page(tried, days, today=today):
            continue
        if field in _ABOVE and _in_passing(tried):
            continue
        dated = len(days)
        far = 1.3 if best is not own and "xpath:preceding::" in field else 1.0
        if best is not own and len(set(days)) == 1 and len(_days(best)) > 1:
            continue  # the day of the page
        if len(tried.listing.rows) == len(own.listing.rows) and dated > far * most:
            best, most = tried, dated
    return best


def _in_passing(found: Induced) -> bool:
    """Whether days are mentioned in longer texts: no headings."""
    texts = [row.date_text or "" for row in found.listing.rows if row.published_on]
    return sum(len(text) > _LONGEST_HEADING for text in texts) > 0.5 * len(texts)


def _of_page(found: Induced, days: Sequence[date], *, today: date | None) -> bool:
    """Whether one day stands for all rows that says when the page was shown or changed."""
    texts = {row.date_text for row in found.listing.rows}
    if len(texts) > 1:
        return False
    return days[0] == today or PAGE_DAY.search(texts.pop() or "") is not None


def _days(found: Induced) -> set[date]:
    return {row.published_on for row in found.listing.rows if row.published_on}


def _divided(own: Induced, read: Read, fields: Iterable[str]) -> Induced:
    """The first field of heading and row that dates all rows."""
    for field in fields:
        try:
            tried = read({**own.settings, "date": field, "date_format": "auto"})
        except ParseError:
            continue
        rows = tried.listing.rows
        dated = sum(row.published_on is not None for row in rows)
        if len(rows) == len(own.listing.rows) and dated >= 0.95 * len(rows):
            return tried
    return own
