"""robots.txt, obeyed as RFC 9309 says: what cannot be read forbids, what is absent allows.

Scrapy's own middleware fetches everything when robots.txt answers 503 or drops the connection.
Here such a host is left alone and paused. Answers are kept for at most 24 hours in the host
table, shared by all runs; the last good copy stays as a record. One file serves both schemes of
a host. The rules are asked again for every redirect hop, because each hop is a request of its own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http.request import NO_CALLBACK

from crawler.errors import (
    BlockedAddress,
    EvidenceFailed,
    FetchError,
    RobotsDenied,
    RobotsUnreachable,
)
from crawler.errors import TooManyRedirects as Lost
from crawler.fetch.failures import translate
from crawler.fetch.politeness import PoliteMiddleware
from crawler.fetch.robots_rules import (
    RobotsRules,
    RobotsState,
    host_key,
    judge_answer,
    kept,
    product_token,
    read_rules,
)
from crawler.fetch.store import Store
from crawler.fetch.waiting import ROBOTS_PAUSE
from crawler.fetch.warc import WarcCapture
from pipelines.urls import host_group
from storage import hosts

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from sqlalchemy.orm import Session

    from storage.models import HostState

log = logging.getLogger(__name__)

KEEP = timedelta(hours=24)


class RobotsMiddleware:
    """Raises RobotsDenied or RobotsUnreachable for what may not be fetched."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.token = product_token(crawler.settings["USER_AGENT"])
        self.longest_delay = crawler.settings.getfloat("DIBAO_MAX_CRAWL_DELAY")
        self._rules: dict[str, RobotsRules] = {}
        self._asking: dict[str, asyncio.Future[RobotsRules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> Coroutine[None, None, None] | None:
        """Check the address; the first one of a host waits for its robots.txt."""
        if request.meta.get("robots_txt"):
            return None
        rules = self._rules.get(host_key(request.url))
        if rules is None:
            return self._ask_then_check(request)
        self._check(rules, request)
        return None

    async def _ask_then_check(self, request: Request) -> None:
        host = host_key(request.url)
        asking = self._asking.get(host)
        if asking is None:
            asking = asyncio.ensure_future(self._learn(host, request.url))
            self._asking[host] = asking
        # the request that waits may be cancelled; the question goes on for the others
        self._check(await asyncio.shield(asking), request)

    def _check(self, rules: RobotsRules, request: Request) -> None:
        if rules.state == "unreachable":
            raise RobotsUnreachable(host_key(request.url))
        if not rules.allows(request.url):
            raise RobotsDenied(request.url)

    async def _learn(self, host: str, url: str) -> RobotsRules:
        store = self.crawler.get_extension(Store)
        known: HostState | None = None
        if store is not None:
            known = await store.read(lambda session: hosts.host_state(session, host))
        rules = self._from_copy(known) if known is not None else None
        if rules is None:
            rules = await self._fetch(host, url, store)
        elif known is not None and (capture := self.crawler.get_extension(WarcCapture)):
            await capture.keep_robots(robots_url(url), rules, known.robots_body)
        self._rules[host] = rules
        polite = self.crawler.get_downloader_middleware(PoliteMiddleware)
        if polite is not None and rules.crawl_delay:
            group = host_group(url)
            polite.crawl_delay[group] = max(rules.crawl_delay, polite.crawl_delay.get(group, 0.0))
        return rules

    def _from_copy(self, row: HostState) -> RobotsRules | None:
        """The stored rules while they are fresh; "unreachable" while its pause lasts."""
        now = datetime.now(UTC)
        if row.robots_fetched_at is not None and now - row.robots_fetched_at < KEEP:
            return self._read(_state(row.robots_state), row.robots_body)
        checked = row.robots_checked_at
        if checked is not None and now - checked < ROBOTS_PAUSE:
            return self._read("unreachable", None)
        return None

    async def _fetch(self, host: str, url: str, store: Store | None) -> RobotsRules:
        request = Request(
            robots_url(url),
            callback=NO_CALLBACK,
            priority=1000,
            meta={
                "robots_txt": True,
                "role": "robots",
                "any_status": True,
                "max_retry_times": 1,
            },
        )
        try:
            response = await self.crawler.engine.download_async(request)
        except Exception as error:
            # every failure means the same here: what cannot be read forbids
            return await self._unread(host, translate(error, request), store)
        return await self._answered(host, response, store)

    async def _answered(self, host: str, response: Response, store: Store | None) -> RobotsRules:
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        state = judge_answer(response.status, content_type=content_type, body=response.body)
        if state == "unreachable":
            return await self._unread(host, RobotsUnreachable(f"HTTP {response.status}"), store)
        rules = self._read(state, response.body)
        if store is not None:
            body = kept(response.body) if state == "rules" else None
            await store.write(
                lambda session: hosts.remember_robots(
                    session,
                    host,
                    state=state,
                    now=datetime.now(UTC),
                    body=body,
                    status=response.status,
                    crawl_delay=rules.crawl_delay or None,
                )
            )
        return rules

    async def _unread(self, host: str, error: FetchError, store: Store | None) -> RobotsRules:
        if isinstance(error, EvidenceFailed):
            raise error  # our disk, not their host
        if isinstance(error, Lost):
            # RFC 9309 section 2.3.1.2: beyond five hops the file counts as absent
            return self._read("allowed_all", None)
        if isinstance(error, BlockedAddress) and error.detail.startswith(_name_of(host)):
            raise error  # the host itself is inside, not a place its robots.txt points to
        log.warning("robots.txt of %s cannot be read: %s", host, error)
        if store is not None:
            now = datetime.now(UTC)
            await store.write(lambda session: _leave_alone(session, host, now=now))
        return self._read("unreachable", None)

    def _read(self, state: RobotsState, body: bytes | None) -> RobotsRules:
        return read_rules(state, body, token=self.token, longest_delay=self.longest_delay)


def robots_url(url: str) -> str:
    """Where the robots.txt of an address is."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"


def _name_of(host: str) -> str:
    return urlsplit(f"//{host}").hostname or host


def _leave_alone(session: Session, host: str, *, now: datetime) -> None:
    """Keep the last good copy, and show the host as paused."""
    hosts.remember_robots(session, host, state="unreachable", now=now)
    until = now + ROBOTS_PAUSE
    hosts.set_not_before(session, host, not_before=until, reason=RobotsUnreachable.code)


def _state(text: str | None) -> RobotsState:
    if text == "rules":
        return "rules"
    if text == "allowed_all":
        return "allowed_all"
    return "disallowed" if text == "disallowed" else "unreachable"
