"""Dates in list rows: which texts are one, and the form for those that need telling."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache

from pipelines.months import MONTH_NAMES
from spiders.rowdates import bare, read_row_date

_MONTHS_ANYWHERE = "|".join(sorted(MONTH_NAMES, key=len, reverse=True))
#: a cheap look before the real reading
_DATE_LIKE = re.compile(
    r"\d{4}\s?[-/.年]\s?\d{1,2}|\d{1,2}\s?[-/.月]\s?\d{1,2}|(?<!\d)(?:19|20)\d{6}(?!\d)"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?(?:\s+\d{1,2}(?!\d)|\d{5,6}(?!\d))"
    r"|\d{1,2}(?:st|nd|rd|th)?\.?[\s-]*(?:(?:day )?of\s+)?"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    rf"|\d{{1,2}}(?:er|º)?\.?\s+(?:de\s+)?(?:{_MONTHS_ANYWHERE})\.?,?\s+(?:del?\s+)?(?:19|20)\d\d"
    r"|[一二][〇○零一二三四五六七八九]{3}年[一二三四五六七八九十]{1,2}月"
    r"|\d\s?(?:天|小时|分钟)前|^\W?(?:刚刚|[今昨]天|昨日|前天)|\d (?:days?|hours?) ago|^yesterday",
    re.IGNORECASE,
)
#: forms that general reading leaves alone because they are ambiguous out of context
FORMS = (
    "auto",
    "%m/%d/%y",
    "%m-%d-%y",
    "%m.%d.%y",
    "%y-%m-%d",
    "%d/%m/%Y",
    "%d%Y-%m",
    "%d%Y/%m",
    "%d%Y.%m",
    "%Y-%m%d",
    "%m-%d %Y",
    "%m/%d %Y",
    "%Y.%m%d",
    "%Y/%m%d",
    "%m-%d%Y",
    "%m/%d%Y",
    "%m.%d%Y",
    "%Y%m-%d",
    "%d%Y年%m月",
    "%Y年%m月%d",
    "%d %b %y",
    "%d-%b-%y",
    "%d%b%y",
    "%b %d, %y",
    "%b%d%Y",
    "%d%b%Y",
    "%d%b, %Y",
    "%d%b %Y",
    "%d%B, %Y",
    "%d%B %Y",
    "%b%d, %Y",
    "%B%d%Y",
    "%d%B%Y",
)
_SHORT_YEARS = ("%y-%m-%d", "%y.%m.%d", "%y/%m/%d")
#: in Chinese a year stands first, also one of two digits
_YEAR_FIRST = (FORMS[0], *_SHORT_YEARS, *(form for form in FORMS[1:] if form not in _SHORT_YEARS))
_MAX_WIDTH = 60
_NUMERIC = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(?:19|20)\d\d$")
_MONTHS = 12


def is_date_like(text: str) -> bool:
    """Whether a short text may be a date."""
    return 3 <= len(text) <= _MAX_WIDTH and _DATE_LIKE.search(text) is not None


def may_hold_a_day(text: str) -> bool:
    """Whether a text of any length may hold a date."""
    return _DATE_LIKE.search(text) is not None


@lru_cache(maxsize=20_000)
def read_day(text: str, *, form: str, lang: str, today: date | None) -> date | None:
    """The day of one field as a crawl would read it."""
    if form != "auto" and not _fits(text, form):
        return None
    return read_row_date(text, form=form, zone="UTC", lang=lang, today=today).day


def _fits(text: str, form: str) -> bool:
    if "%Y" in form and sum(char.isdigit() for char in text) < (5 if "%b" in form.lower() else 7):
        return False  # 2026-11 is a month, not the first of January
    try:
        datetime.strptime(bare(text), form)  # noqa: DTZ007 - only whether it fits
    except ValueError:
        return False
    return True


def best_form(
    texts: Sequence[str], *, lang: str, today: date | None
) -> tuple[str, list[date | None]]:
    """The form that reads most of these texts, and the days it gives."""
    best: tuple[str, list[date | None]] = ("auto", [None] * len(texts))
    most = 0
    told = _order_told(texts)
    for form in (*told, *(_YEAR_FIRST if lang.startswith("zh") else FORMS)):
        days = [read_day(text, form=form, lang=lang, today=today) for text in texts]
        count = sum(day is not None for day in days)
        if count > most:
            best, most = (form, days), count
        if most == len(texts):
            break
    return best


def _order_told(texts: Sequence[str]) -> tuple[str, ...]:
    """The form of numeric days whose order other rows give away: 13 is no month."""
    found = [match for text in texts if (match := _NUMERIC.match(bare(text)))]
    if len(found) < 0.6 * len(texts) or len({match[2] for match in found}) != 1:
        return ()
    first = max((int(match[1]) for match in found), default=0)
    second = max((int(match[3]) for match in found), default=0)
    if (first > _MONTHS) == (second > _MONTHS):
        return ()
    sign = found[0][2]
    return (sign.join(("%d", "%m", "%Y") if first > _MONTHS else ("%m", "%d", "%Y")),)


def descending_share(days: Iterable[date | None]) -> float:
    """How much of a list runs from new to old (or old to new): 1.0 for an ordered list."""
    known = [day for day in days if day is not None]
    if len(known) < 2:
        return 0.0
    pairs = list(itertools.pairwise(known))
    down = sum(a >= b for a, b in pairs) / len(pairs)
    up = sum(a <= b for a, b in pairs) / len(pairs)
    return max(down, up)
