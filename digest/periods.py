"""Pure arithmetic of periods: when an edition appears, and what an issue covers.

All instants are aware UTC; days and times of day are local to the edition's zone. A local time
that a clock change skips happens later by the gap; one that occurs twice counts the first time.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from digest.settings import WEEKDAYS, EditionConfig

_WEEKDAY_NAMES = ("一", "二", "三", "四", "五", "六", "日")


@dataclass(frozen=True, slots=True)
class Period:
    """From ``start`` (included) to ``end`` (excluded), both aware UTC."""

    start: datetime
    end: datetime

    def days(self, edition: EditionConfig) -> tuple[date, date]:
        """First and last local day to print. A period ending before noon ends the day before."""
        first = self.start.astimezone(edition.zone)
        last = self.end.astimezone(edition.zone)
        last_day = last.date() - timedelta(days=1) if last.hour < 12 else last.date()
        return first.date(), max(first.date(), last_day)


def period_at(edition: EditionConfig, now: datetime) -> Period:
    """The newest period that has ended at ``now``."""
    found = [moment for moment in _moments(edition, now) if moment <= now.astimezone(UTC)]
    return Period(start=found[-2], end=found[-1])


def next_moment(edition: EditionConfig, now: datetime) -> datetime:
    """The next moment, after ``now``, at which an issue is due."""
    return next(moment for moment in _moments(edition, now) if moment > now.astimezone(UTC))


def cadence(edition: EditionConfig) -> str:
    """How often, in words for the footer: 每周一、四, 每天, 每月 1 日, 每 10 天."""
    if edition.every == "weekly":
        names = (_WEEKDAY_NAMES[WEEKDAYS.index(name)] for name in edition.weekdays)
        return "每周" + "、".join(names)
    if edition.every == "monthly":
        return f"每月 {edition.day} 日"
    return "每天" if edition.every == "daily" else f"每 {edition.every[:-1]} 天"


def _moments(edition: EditionConfig, now: datetime) -> Iterator[datetime]:
    """Due instants in UTC, in order, from well before ``now`` (at least two) to after it."""
    today = now.astimezone(edition.zone).date()
    for day in _days(edition, today):
        local = datetime.combine(day, edition.at, tzinfo=edition.zone)
        # fold=0 is the first of two equal local times; a skipped time moves on by the gap.
        yield local.astimezone(UTC)


def _days(edition: EditionConfig, today: date) -> Iterator[date]:
    if edition.every == "monthly":
        month = today.year * 12 + today.month - 1
        for index in range(month - 3, month + 3):
            year, zero_based = divmod(index, 12)
            last = calendar.monthrange(year, zero_based + 1)[1]
            yield date(year, zero_based + 1, min(edition.day, last))
        return
    if edition.every == "weekly":
        wanted = {WEEKDAYS.index(name) for name in edition.weekdays}
        for offset in range(-22, 10):
            day = today + timedelta(days=offset)
            if day.weekday() in wanted:
                yield day
        return
    step = 1 if edition.every == "daily" else int(edition.every[:-1])
    behind = (today - edition.anchor).days % step
    for index in range(-3, 4):
        yield today + timedelta(days=index * step - behind)
