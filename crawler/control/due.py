"""When to look at a source again: pure arithmetic over its last outcome.

A failing source is asked less often but never given up: a source that stops being polled is
a silent loss.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

MAX_BACKOFF = timedelta(hours=24)
MAX_DOUBLINGS = 5
SPREAD = 0.1


def next_check(
    now: datetime,
    *,
    source_key: str,
    every: timedelta,
    failures: int = 0,
    not_before: datetime | None = None,
) -> datetime:
    """The next time (UTC) to crawl a source.

    ``failures`` counts failed runs in a row: the pause doubles with each, up to a day (or
    ``every``, where that is longer). ``not_before`` is what the host asked for (Retry-After).
    A spread of 10 % by source name keeps sources with one rhythm from falling on one minute.
    """
    pause = every * (1 + SPREAD * _unit(source_key))
    if failures > 0:
        doubled = every * 2 ** min(failures, MAX_DOUBLINGS)
        pause = min(max(doubled, every), max(MAX_BACKOFF, every))
    due = now + pause
    return max(due, not_before) if not_before is not None else due


def opening(hours: str | None, *, timezone: str, now: datetime) -> datetime | None:
    """When a source's hours (``20:00-08:00``, in its zone) begin next; None: they run now."""
    if not hours:
        return None
    start, end = _clock_times(hours)
    local = now.astimezone(ZoneInfo(timezone))
    at = local.time()
    inside = start <= at < end if start < end else at >= start or at < end
    if inside:
        return None
    day = local.date() if at < start else local.date() + timedelta(days=1)
    return datetime.combine(day, start, local.tzinfo).astimezone(now.tzinfo)


def closing(hours: str | None, *, timezone: str, now: datetime) -> datetime | None:
    """When the hours that run now are over; None without hours, or outside of them."""
    if not hours or opening(hours, timezone=timezone, now=now) is not None:
        return None
    _, end = _clock_times(hours)
    local = now.astimezone(ZoneInfo(timezone))
    day = local.date() if local.time() < end else local.date() + timedelta(days=1)
    return datetime.combine(day, end, local.tzinfo).astimezone(now.tzinfo)


def _clock_times(hours: str) -> tuple[time, time]:
    start, _, end = hours.partition("-")
    return time.fromisoformat(start), time.fromisoformat(end)


def _unit(key: str) -> float:
    """A stable number in [0, 1) for a key."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") / 2**32
