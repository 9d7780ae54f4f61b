"""A day read from text with its evidence, and the counting of days, months and working days."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.numerals import chinese_number

NUMBER = r"(?P<n>\d{1,3}|[一二三四五六七八九十两]{1,3})"
"""How a term writes its number; ``count_of`` reads it."""


@dataclass(frozen=True, slots=True)
class Term:
    """A day with the text it was read from, the rule that read it and how sure it is."""

    value: date
    span: str
    start: int
    rule: str
    confidence: float


def count_of(text: str) -> int:
    """30, 三十, 两 as a number."""
    return int(text) if text.isdigit() else chinese_number(text.replace("两", "二"))


def add_months(day: date, months: int) -> date:
    """The same day ``months`` later, the month's last day when there is no such day."""
    index = day.month - 1 + months
    year, month = day.year + index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def add_workdays(day: date, count: int) -> date:
    """``count`` weekdays later. Public holidays are not known here: treat as approximate."""
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() < 5:
            count -= 1
    return day


def later(day: date, number: int, unit: str) -> date:
    """``number`` days, working days, months or years after ``day``; the day itself does not count
    (Civil Code of the PRC, arts. 201 and 202)."""
    if "年" in unit:
        return add_months(day, 12 * number)
    if "月" in unit:
        return add_months(day, number)
    return add_workdays(day, number) if "工作日" in unit else day + timedelta(days=number)


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])
