"""Days off and make-up workdays from the sentences of the yearly State Council holiday notice.

Used by cadence rules (a source that is silent in 国庆 week is healthy) and by deadlines in working
days. Sentences: 10月1日至7日放假调休，共7天。9月29日（星期日）、10月11日（星期六）上班。
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.dates import day

_BRACKETS = re.compile(r"[（(][^（）()]{0,40}[)）]")
_CLAUSES = re.compile(r"[，。；;,\n]")
_DAY = re.compile(
    r"(?:(?P<y>\d{4})年)?(?:(?P<m>\d{1,2})月)?(?P<d>\d{1,2})日"
    r"(?P<range>[ ]?(?:至|到|—|–|-|－|~)[ ]?)?"
)
_LONGEST = 20


@dataclass(frozen=True, slots=True)
class HolidayDay:
    """One day the notice names: ``is_off`` for a day off, else a make-up workday."""

    date: date
    is_off: bool


def holiday_days(text: str, *, year: int) -> tuple[HolidayDay, ...]:
    """The days of one notice sentence or paragraph for the holidays of ``year``, in order.

    Days without a year lie next to those before them (12月30日 before 2024年1月1日 is 2023).
    """
    off: dict[date, None] = {}
    work: dict[date, None] = {}
    anchor: date | None = None
    for clause in _CLAUSES.split(_BRACKETS.sub("", text)):
        before, moved, after = clause.partition("调至")
        days = list(_days(before, year, anchor))
        targets = list(_days(after, year, days[-1] if days else anchor))
        anchor = [anchor, *days, *targets][-1]
        if moved:
            work.update(dict.fromkeys(days))
            off.update(dict.fromkeys(targets))
        elif "上班" in clause:
            work.update(dict.fromkeys(days))
        elif "放假" in clause or "补休" in clause:
            off.update(dict.fromkeys(days))
    rows = [HolidayDay(value, True) for value in off]
    rows += [HolidayDay(value, False) for value in work if value not in off]
    return tuple(rows)


def _days(clause: str, year: int, anchor: date | None) -> Iterator[date]:
    """The days of a clause with ranges filled; month and year carry over from day to day."""
    known_year: int | None = None
    month: int | None = anchor.month if anchor else None
    first: date | None = None
    for match in _DAY.finditer(clause):
        known_year = int(match["y"]) if match["y"] else known_year
        month = int(match["m"]) if match["m"] else month
        if month is None:
            continue
        value = _resolve(known_year, month, int(match["d"]), year, first or anchor)
        if value is None:
            continue
        if first is not None and timedelta(0) < value - first <= timedelta(days=_LONGEST):
            span = (value - first).days
            yield from (first + timedelta(days=n) for n in range(1, span + 1))
        else:
            yield value
        first = value if match["range"] else None
        anchor = value


def _resolve(
    known: int | None, month: int, number: int, year: int, anchor: date | None
) -> date | None:
    if known is not None or anchor is None:
        return day(known or year, month, number)
    options = [day(y, month, number) for y in (anchor.year - 1, anchor.year, anchor.year + 1)]
    found = [value for value in options if value is not None]
    return min(found, key=lambda value: abs(value - anchor)) if found else None
