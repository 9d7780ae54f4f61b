"""One request budget per host group, over all sources and processes; pauses that outlive a run.

The group (``pipelines.urls.host_group``) is the key: departments of one government share
machines. With a database the slots are handed out there, so two processes never meet on a host
faster than one would; without one the same rule holds within the process. The gap is the
longest of ``crawl.delay``, the source's own ``delay`` and the Crawl-delay of robots.txt.
"""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

from scrapy import signals

from crawler.errors import Closing, HostPaused
from crawler.waiting import LONGEST, pause_after
from pipelines.stages import Store
from pipelines.urls import host_group
from storage import hosts

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

log = logging.getLogger(__name__)

WAIT_IN_RUN = 60.0  # a longer pause is left to the next run
STEP = 0.5


class PoliteMiddleware:
    """Makes each request wait for its turn; the last middleware before the downloader."""

    def __init__(self, crawler: Crawler, *, delay: float) -> None:
        self.crawler = crawler
        self.delay = delay
        self.store: Store | None = None
        self.crawl_delay: dict[str, float] = {}
        self._turns: dict[str, asyncio.Lock] = {}
        self._next: dict[str, float] = {}
        self._paused: dict[str, datetime] = {}
        self._strikes: dict[str, int] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        made = cls(crawler, delay=crawler.settings.getfloat("DIBAO_DELAY"))
        crawler.signals.connect(made.opened, signals.spider_opened)
        return made

    def opened(self) -> None:
        """Take the source's own delay; it may be shorter or longer than the default."""
        self.store = self.crawler.get_extension(Store)
        own = getattr(getattr(self.crawler.spider, "spec", None), "delay_seconds", None)
        if own is not None:
            self.delay = float(own)

    async def process_request(self, request: Request) -> None:
        """Return when the request may be sent. Raises HostPaused or Closing."""
        group = host_group(request.url)
        request.meta["download_slot"] = group
        turn = self._turns.get(group)
        if turn is None:
            turn = self._turns.setdefault(group, asyncio.Lock())
            await self._recall(group)
        if self.gap(group) <= 0 and group not in self._paused:
            return
        async with turn:
            await self.rest(await self._seconds_to_wait(group))

    def gap(self, group: str) -> float:
        """Seconds between two requests to a group."""
        return max(self.delay, self.crawl_delay.get(group, 0.0))

    def strikes(self, group: str) -> int:
        """Refusals in a row, over runs."""
        return self._strikes.get(group, 0)

    async def pause(
        self, group: str, *, until: datetime | None = None, reason: str, strike: bool = False
    ) -> datetime:
        """Leave a group alone until a time (default: longer with each strike). Returns it."""
        now = datetime.now(UTC)
        if until is None:
            until = now + pause_after(self._strikes.get(group, 0))
        until = min(until, now + LONGEST)
        if strike:
            self._strikes[group] = self._strikes.get(group, 0) + 1
        self._paused[group] = max(until, self._paused.get(group, until))
        log.warning("%s: paused until %s (%s)", group, f"{until:%Y-%m-%d %H:%M:%SZ}", reason)
        if self.store is not None:
            paused_until = until
            await self.store.write(
                lambda session: hosts.set_not_before(
                    session, group, not_before=paused_until, reason=reason, strike=strike
                )
            )
        return until

    async def forgive(self, group: str) -> None:
        """A good answer after refusals: strikes are cleared."""
        if self._strikes.pop(group, 0) and self.store is not None:
            await self.store.write(
                lambda session: hosts.set_not_before(session, group, not_before=None)
            )

    async def rest(self, seconds: float) -> None:
        """Sleep, but no longer than the run lives. Raises Closing."""
        deadline = time.monotonic() + seconds
        while True:
            if _closing(self.crawler):
                raise Closing
            left = deadline - time.monotonic()
            if left <= 0:
                return
            await asyncio.sleep(min(left, STEP))

    async def _recall(self, group: str) -> None:
        """What earlier runs and other processes know of a group."""
        if self.store is None:
            return
        row = await self.store.read(lambda session: hosts.host_state(session, group))
        if row is not None:
            self._strikes[group] = row.strikes
            if row.not_before is not None and row.not_before > datetime.now(UTC):
                self._paused[group] = row.not_before

    async def _seconds_to_wait(self, group: str) -> float:
        paused = self._paused.get(group)
        if paused is not None:
            left = (paused - datetime.now(UTC)).total_seconds()
            if left > WAIT_IN_RUN:
                raise HostPaused(f"{group}: {paused:%Y-%m-%d %H:%M:%SZ}")
            if left <= 0:
                del self._paused[group]
        gap = self.gap(group)
        if self.store is not None:
            now = datetime.now(UTC)
            wait = await self.store.write(
                lambda session: hosts.reserve_slot(session, group, now=now, delay_seconds=gap)
            )
        else:
            tick = time.monotonic()
            start = max(tick, self._next.get(group, tick))
            self._next[group] = start + gap
            wait = start - tick
            if paused is not None:
                wait = max(wait, (paused - datetime.now(UTC)).total_seconds())
        if wait > max(WAIT_IN_RUN, 2 * gap):
            until = datetime.now(UTC) + timedelta(seconds=wait)
            raise HostPaused(f"{group}: {until:%Y-%m-%d %H:%M:%SZ}")
        return wait


def _closing(crawler: Crawler) -> bool:
    """Whether the spider is being closed (Scrapy has no signal for the beginning of that)."""
    if not crawler.crawling:
        return True
    slot = getattr(crawler.engine, "_slot", None)
    return slot is None or slot.closing is not None
