"""Days that a text writes without their year: the end of a range, 今年7月1日, 本月25日, 7月1日.

``range_ends`` needs no knowledge beyond the text; the others count from a base day, that of the
signature or of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pipelines.dates import DateSpan, day

_MONTH_DAY = (
    r"(?P<m>1[0-2]|0?[1-9])[ \t]{0,2}月[ \t]{0,2}(?P<d>3[01]|[12]\d|0?[1-9])[ \t]{0,2}[日号號]"
)
# 2025年5月12日至6月11日, 2025年3月3日（星期一）起至9日: the second day is of the first one's year
_RANGE_END = re.compile(
    r"[ \t]{0,2}(?:[（(][^（()）\n]{1,8}[）)])?[ \t]{0,2}"
    r"起?[，,]?[ \t]{0,2}(?:至|到|—{1,2}|－|–|-|~|～)"
    r"[ \t]{0,2}(?P<day>(?:(?P<m>1[0-2]|0?[1-9])[ \t]{0,2}月[ \t]{0,2})?"
    r"(?P<d>3[01]|[12]\d|0?[1-9])[ \t]{0,2}[日号號])"
)
_OF_THIS_YEAR = re.compile(rf"[今本明]年[ \t]{{0,2}}{_MONTH_DAY}")
_OF_THIS_MONTH = re.compile(
    r"(?P<month>[本下])个?月[ \t]{0,2}(?P<d>3[01]|[12]\d|[1-9])[ \t]{0,2}[日号號]"
)
_NEXT = "明下"
_CERTAIN_DAYS = 150
"""Days from the base within which a day without a year is near enough to have only one reading."""
# 自7月1日起, 将于7月1日; not 每年7月1日, 2024年7月1日
_BARE = re.compile(rf"(?P<lead>[自从從於于》])[ \t]{{0,2}}{_MONTH_DAY}")


def range_ends(text: str, spans: tuple[DateSpan, ...]) -> tuple[DateSpan, ...]:
    """The last days of ranges whose year (and month) stands at their first day only."""
    found: list[DateSpan] = []
    for span in spans:
        match = _RANGE_END.match(text, span.end)
        if match is None:
            continue
        first = span.value
        month = int(match["m"]) if match["m"] else first.month
        year = first.year + (1 if month < first.month else 0)
        value = day(year, month, int(match["d"]))
        if value is not None and value >= first:
            found.append(
                DateSpan(value, match.start("day"), match.end("day"), match["day"], "range_end")
            )
    return tuple(found)


def relative_days(text: str, base: date) -> Iterator[DateSpan]:
    """Days of this or the next year or month, counted from ``base``: 明年1月1日, 本月25日."""
    if "今年" in text or "明年" in text or "本年" in text:
        for match in _OF_THIS_YEAR.finditer(text):
            year = base.year + (match[0][0] in _NEXT)
            if value := day(year, int(match["m"]), int(match["d"])):
                yield DateSpan(value, match.start(), match.end(), match[0], "relative_year")
    if "本月" not in text and "下月" not in text and "下个月" not in text:
        return
    for match in _OF_THIS_MONTH.finditer(text):
        index = base.month - 1 + (match["month"] in _NEXT)
        if value := day(base.year + index // 12, index % 12 + 1, int(match["d"])):
            yield DateSpan(value, match.start(), match.end(), match[0], "relative_month")


def bare_days(text: str, base: date) -> Iterator[DateSpan]:
    """Days without any year behind 自 or 于, each in the year that brings it nearest to ``base``;
    none where two years would do."""
    for match in _BARE.finditer(text):
        start = match.start("m")
        years = (base.year - 1, base.year, base.year + 1)
        days = [d for year in years if (d := day(year, int(match["m"]), int(match["d"])))]
        if not days:
            continue
        value = min(days, key=lambda d: abs((d - base).days))
        if abs((value - base).days) <= _CERTAIN_DAYS:
            yield DateSpan(value, start, match.end(), text[start : match.end()], "bare")
