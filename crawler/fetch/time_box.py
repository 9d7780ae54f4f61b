"""How long a run may take: the soft limit, the hours of its source, the longer one of a back-fill.

The supervisor has limits of its own behind these (``crawler.control.dispatch``).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from crawler.control.due import closing
from crawler.errors import OutsideHours

SOFT_LIMIT = "soft_limit"


class TimeBox:
    """Calls ``stop(reason)`` when the time of a run is over. Seconds; 0: no limit."""

    def __init__(self, stop: Callable[[str], None]) -> None:
        self.stop = stop
        self.limit = 0.0
        self._started: float | None = None
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def allow(self, seconds: float) -> None:
        """Set the limit, counted from the first call; replaces an earlier one."""
        now = time.monotonic()
        self._started = self._started or now
        self.limit = seconds
        if seconds > 0:
            self._at(SOFT_LIMIT, self._started + seconds - now)

    def keep_hours(self, spec: Any, *, now: datetime) -> None:
        """End with the hours of the source, if it has any and they run now."""
        end = closing(spec.hours, timezone=spec.timezone, now=now) if spec is not None else None
        if end is not None:
            self._at(OutsideHours.code, (end - now).total_seconds())

    @property
    def over(self) -> bool:
        """Whether the limit has passed."""
        return 0 < self.limit <= time.monotonic() - (self._started or time.monotonic())

    def close(self) -> None:
        """Forget all timers."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _at(self, reason: str, seconds: float) -> None:
        earlier = self._timers.pop(reason, None)
        if earlier is not None:
            earlier.cancel()
        loop = asyncio.get_running_loop()
        self._timers[reason] = loop.call_later(max(seconds, 0.0), self.stop, reason)
