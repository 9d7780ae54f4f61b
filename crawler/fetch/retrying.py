"""When to ask again within a run, and when to leave a host alone.

Passing faults (lost connection, timeout, 5xx) are tried again after a growing, jittered pause.
429, and 503 with Retry-After, pause the whole host for as long as it says (at most a day, kept
over restarts). Refusals (401, 403, 412, 521, challenges) are never answered with disguise:
three in a row pause the host, each time for longer.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

from scrapy.exceptions import NotConfigured
from scrapy.http import HtmlResponse

from crawler.errors import (
    Blocked,
    CutShort,
    FetchError,
    RateLimited,
    TimedOut,
    Unreachable,
    error_for_status,
)
from crawler.fetch.failures import translate
from crawler.fetch.politeness import PoliteMiddleware, group_of
from crawler.fetch.waiting import (
    REFUSED_PAUSE,
    backoff_seconds,
    pause_after,
    pauses_host,
    retry_after,
    too_far,
)

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

log = logging.getLogger(__name__)

PASSING_STATUSES = frozenset({408, 425, 500, 502, 503, 504, 520, 522, 523, 524})
PASSING_ERRORS = (CutShort, TimedOut, Unreachable)
REFUSALS_IN_A_ROW = 3
# Sites that ban a client often still show it these; they say nothing of the pages behind.
FRONT = frozenset({"robots", "list", "sitemap", "resolve"})


def cut_short(response: Response) -> bool:
    """Whether an answer without a stated length, or a damaged archive, lacks the page's end."""
    if "partial" not in response.flags or not isinstance(response, HtmlResponse):
        return False
    tail = response.body[-4000:].lower()
    return b"</html" not in tail and b"</body" not in tail


class RetryPolicyMiddleware:
    """Turns answers of 400 and above, and lost connections, into a retry or a named error."""

    def __init__(self, crawler: Crawler, *, tries: int, first_pause: float) -> None:
        self.crawler = crawler
        self.tries = tries
        self.first_pause = first_pause
        self._refusals: dict[str, int] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        pause = settings.getfloat("DIBAO_RETRY_PAUSE")
        return cls(crawler, tries=settings.getint("RETRY_TIMES"), first_pause=pause)

    @property
    def polite(self) -> PoliteMiddleware:
        """The keeper of pauses."""
        found = self.crawler.get_downloader_middleware(PoliteMiddleware)
        if found is None:
            raise NotConfigured("RetryPolicyMiddleware needs PoliteMiddleware")
        return found

    async def process_response(self, request: Request, response: Response) -> Response | Request:
        """Pass good answers; retry passing faults; raise the named error for the rest."""
        status = response.status
        if status < 400:
            if response.flags and cut_short(response):
                if again := await self._again(request, CutShort.code):
                    return again
                raise CutShort(f"{len(response.body)} bytes, no end of the page")
            if request.meta.get("role") not in FRONT:
                await self._relieve(group_of(request.url))
            return response
        asked = retry_after(response.headers.get("Retry-After"), now=datetime.now(UTC))
        if pauses_host(status, asked):
            return await self._rate_limited(request, status, asked)
        if status in PASSING_STATUSES and (again := await self._again(request, f"HTTP {status}")):
            return again
        if request.meta.get("any_status"):
            return response
        error = error_for_status(status)
        if isinstance(error, Blocked):
            await self.refused(request, error)
        raise error

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Retry what may pass; everything else goes on as it is."""
        error = translate(exception, request)
        if isinstance(error, PASSING_ERRORS):
            return await self._again(request, error.code)
        return None

    async def refused(self, request: Request, error: FetchError) -> None:
        """Count a refusal; the third in a row pauses the host, longer each time."""
        group = group_of(request.url)
        count = self._refusals.get(group, 0) + 1
        self._refusals[group] = count
        if count == REFUSALS_IN_A_ROW:
            strikes = self.polite.strikes(group)
            until = datetime.now(UTC) + pause_after(strikes, first=REFUSED_PAUSE)
            await self.polite.pause(group, until=until, reason=error.code, strike=True)

    async def _relieve(self, group: str) -> None:
        """A page came: what earlier refusals, in this run or before, had led to is over."""
        if self._refusals.pop(group, 0) or self.polite.strikes(group):
            await self.polite.forgive(group)

    async def _rate_limited(
        self, request: Request, status: int, asked: timedelta | None
    ) -> Request:
        now = datetime.now(UTC)
        until = await self.polite.pause(
            group_of(request.url),
            until=None if asked is None else now + asked,
            reason=f"HTTP {status}",
            strike=asked is None,
        )
        short = not too_far((until - now).total_seconds())
        if short and (again := self._copy(request)) is not None:
            return again
        raise RateLimited(f"HTTP {status}, {until:%Y-%m-%d %H:%M:%SZ}")

    async def _again(self, request: Request, reason: str) -> Request | None:
        again = self._copy(request)
        if again is not None:
            tries = again.meta["retry_times"]
            log.info("retry %d of %s: %s", tries, request.url, reason)
            await self.polite.rest(backoff_seconds(tries, first=self.first_pause))
        return again

    def _copy(self, request: Request) -> Request | None:
        tries = request.meta.get("retry_times", 0) + 1
        if tries > request.meta.get("max_retry_times", self.tries):
            return None
        again: Request = request.copy()
        again.meta["retry_times"] = tries
        again.dont_filter = True
        return again
