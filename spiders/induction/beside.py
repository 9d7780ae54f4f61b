"""Titles and days that do not stand in their rows but beside them, or above several."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from pipelines.dates import date_from_url
from pipelines.errors import ParseError
from spiders.induction.dom import Page
from spiders.induction.groups import Group
from spiders.induction.headings import divided_days
from spiders.induction.result import Induced
from spiders.induction.row_fields import is_good, worth_of
from spiders.induction.trimming import pattern_of_dated

Read = Callable[[Mapping[str, Any]], Induced]
_BESIDE = (
    "xpath:following-sibling::*[1][not(self::a or .//a)]",
    "xpath:preceding-sibling::*[1][not(self::a or .//a)]",
    "xpath:preceding-sibling::*[not(self::a or .//a)][1]",
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
    "xpath:preceding-sibling::*[1][not(self::a or .//a)]",
    "xpath:preceding-sibling::*[self::h2 or self::h3 or self::h4 or self::h5 or self::dt][1]",
    "xpath:preceding-sibling::tr[1][not(.//a)]/td[1]",
    "xpath:preceding-sibling::tr[1][not(.//a)]/td[2]",
    "xpath:preceding-sibling::tr[1][not(.//a)]/td[3]",
    "xpath:following-sibling::text()[normalize-space()][1]",
    "xpath:preceding-sibling::text()[normalize-space()][1]",
    "xpath:following-sibling::*[1][not(self::a or .//a)]",
)
_YEAR = re.compile(r"(?:19|20)\d\d")


def with_title_beside(own: Induced, read: Read) -> Induced:
    """Links that say nothing (View, PDF, a number): the title may stand beside their row."""
    titles = [row.title for row in own.listing.rows]
    if is_good(titles) or not titles:
        return own
    best, most = own, 1.2 * worth_of(titles)
    for field in _TITLE_BESIDE:
        try:
            tried = read({**own.settings, "row_title": f"{field} || a::text"})
        except ParseError:
            continue
        found = [row.title for row in tried.listing.rows]
        if len(found) == len(titles) and is_good(found) and worth_of(found) > most:
            best, most = tried, worth_of(found)
    return best


def with_day_beside(own: Induced, read: Read, *, page: Page, group: Group) -> Induced:
    """Rows without a date of their own: it may stand before or after them, or in a heading."""
    rows = own.listing.rows
    known = sum(row.published_on is not None for row in rows)
    stated = own.settings.get("date")
    if stated is None:
        nearby = _trimmed(_dated_best(own, read, _BESIDE, most=0.6 * len(rows) - 0.01), read)
        divided = () if nearby is not own else divided_days(page, group, None)
        return _divided(nearby, read, divided)
    if known <= 0.9 * len(rows) and page.has_spans:
        return _dated_best(own, read, (_SPANNED,), most=1.2 * known)
    without = sum(_YEAR.search(row.date_text or "") is None for row in rows)
    if without >= 0.9 * len(rows) and not any(date_from_url(row.url) for row in rows):
        return _divided(own, read, divided_days(page, group, stated))
    return own


def _trimmed(found: Induced, read: Read) -> Induced:
    """Without links of the page that have no day and another form of address than the rows."""
    pattern = pattern_of_dated(found.listing.rows)
    if pattern is None or "link_regex" in found.settings:
        return found
    return read({**found.settings, "link_regex": pattern})


def _dated_best(own: Induced, read: Read, fields: Iterable[str], *, most: float) -> Induced:
    best = own
    for field in fields:
        try:
            tried = read({**own.settings, "date": field})
        except ParseError:
            continue
        days = [row.published_on for row in tried.listing.rows if row.published_on]
        dated = len(days)
        far = 1.3 if best is not own and "xpath:preceding::" in field else 1.0
        if best is not own and len(set(days)) == 1 and len(_days(best)) > 1:
            continue  # the day of the page
        if len(tried.listing.rows) == len(own.listing.rows) and dated > far * most:
            best, most = tried, dated
    return best


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
