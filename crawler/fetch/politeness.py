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
from functools import lru_cache
from typing import TYPE_CHECKING, Self

from scrapy import signals

from crawler.errors import Closing, HostPaused
from crawler.fetch.store import Store
from crawler.fetch.waiting import LONGEST, pause_after, strikes_now, too_far
from pipelines.urls import host_group
from storage import hosts
from storage.engine import open_database

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

log = logging.getLogger(__name__)

STEP = 0.5
LATE = 0.05
SLOT_TRIES = 4


class PoliteMiddleware:
    """Makes each request wait for its turn; the last middleware before the downloader."""

    def __init__(self, crawler: Crawler, *, delay: float) -> None:
        self.crawler = crawler
        self.delay = delay
        self.store: Store | None = None
        self.crawl_delay: dict[str, float] = {}
        self._turns: dict[str, asyncio.Lock] = {}
        self._met: set[str] = set()
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
        self.store = self.crawler.get_extension(Store) or self._budget_only()
        own = getattr(getattr(self.crawler.spider, "spec", None), "delay_seconds", None)
        if own is not None:
            self.delay = float(own)

    def _budget_only(self) -> Store | None:
        """For a look that stores nothing: the database of the budget, if there is one."""
        url = self.crawler.settings["DIBAO_BUDGET_URL"]
        if not url:
            return None
        store = Store(open_database(url))
        self.crawler.signals.connect(store.close, signals.engine_stopped)
        return store

    async def process_request(self, request: Request) -> None:
        """Return when the request may be sent. Raises HostPaused or Closing.

        The turn is kept until the answer is here: what it says (Retry-After, a refusal) holds
        for every request that waits behind it.
        """
        group = group_of(request.url)
        request.meta["download_slot"] = group
        turn = self._turns.get(group)
        if turn is None:
            turn = self._turns[group] = asyncio.Lock()
        await turn.acquire()
        try:
            if group not in self._met:
                await self._recall(group)
            if _closing(self.crawler):
                raise Closing
            if group in self._paused or self.gap(group) > 0:
                await self._own_slot(group)
        except BaseException:
            turn.release()
            raise
        request.meta["turn"] = turn

    def process_response(self, request: Request, response: Response) -> Response:
        """The next one may go."""
        _give_back(request)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """The next one may go."""
        _give_back(request)

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
        self._met.add(group)
        if self.store is None:
            return
        now = datetime.now(UTC)
        row = await self.store.read(lambda session: hosts.host_state(session, group))
        if row is not None:
            self._strikes[group] = strikes_now(row.strikes, row.not_before, now=now)
            if row.not_before is not None and row.not_before > now:
                self._paused[group] = row.not_before

    async def _own_slot(self, group: str) -> None:
        """Wait for the next free slot. One that was missed (a busy moment of this process) is
        given up for another: the gap is kept between requests, not between intentions."""
        for _ in range(SLOT_TRIES):
            gap = self.gap(group)
            slot = await self._reserve(group, gap)
            await self.rest(slot - time.monotonic())
            if time.monotonic() - slot <= max(LATE, gap / 4):
                return

    async def _reserve(self, group: str, gap: float) -> float:
        """The moment (monotonic clock) of the next slot. Raises HostPaused."""
        tick, now = time.monotonic(), datetime.now(UTC)
        left = 0.0
        paused = self._paused.get(group)
        if paused is not None:
            left = (paused - now).total_seconds()
            if too_far(left):
                raise HostPaused(f"{group}: {paused:%Y-%m-%d %H:%M:%SZ}")
            if left <= 0:
                del self._paused[group]
        if self.store is None:
            slot = max(tick + left, self._next.get(group, tick))
            self._next[group] = slot + gap
        else:
            slot = tick + await self.store.write(
                lambda session: hosts.reserve_slot(session, group, now=now, delay_seconds=gap)
            )
        if too_far(slot - tick, gap=gap):
            until = now + timedelta(seconds=slot - tick)
            raise HostPaused(f"{group}: {until:%Y-%m-%d %H:%M:%SZ}")
        return slot


def group_of(url: str) -> str:
    """``host_group`` of an address, remembered by its origin."""
    return _group_of_origin("/".join(url.split("/", 3)[:3]))


@lru_cache(maxsize=2048)
def _group_of_origin(origin: str) -> str:
    return host_group(origin)


def _give_back(request: Request) -> None:
    turn: asyncio.Lock | None = request.meta.pop("turn", None)
    if turn is not None:
        turn.release()


def _closing(crawler: Crawler) -> bool:
    """Whether the spider is being closed (Scrapy has no signal for the beginning of that)."""
    if not crawler.crawling:
        return True
    slot = getattr(crawler.engine, "_slot", None)
    return slot is None or slot.closing is not None
