"""Conditional GET: ask only whether a page has changed; 304 is success.

The validators are those of the last good answer to the same address. Once in seven days a page is
fetched in full anyway, because servers lie about their validators. A list page whose reading
failed, or a source whose file was edited since, is always fetched in full.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

from scrapy import signals
from sqlalchemy import bindparam, select

from crawler.errors import HttpFailed
from crawler.fetch.fetch_log import asked_key
from crawler.fetch.ledger import DatabaseLedger
from crawler.fetch.recorder import RunRecorder
from crawler.fetch.store import Store
from storage.models import CrawlRun, Fetch, Source

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from sqlalchemy.orm import Session

FULL_EVERY = timedelta(days=7)

# asked for every list page and for every page that is looked at again: built once
_ANSWERS = (
    select(Fetch.status, Fetch.error_code, Fetch.fetched_at, Fetch.etag, Fetch.last_modified)
    .join(CrawlRun, CrawlRun.id == Fetch.run_id)
    .where(
        Fetch.url_key == bindparam("url_key"),
        Fetch.fetched_at > bindparam("since"),
        CrawlRun.source_id == bindparam("source_id"),
    )
    .order_by(Fetch.fetched_at.desc(), Fetch.id.desc())
    .limit(100)
)
_EDITED = select(Source.updated_at).where(Source.id == bindparam("source_id"))


@dataclass(frozen=True, slots=True)
class Validators:
    """What the last good answer gave to compare with."""

    etag: str | None
    last_modified: str | None


class ConditionalMiddleware:
    """Adds validators to requests for pages that are stored; settles 304 answers."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.store: Store | None = None
        self.ledger: DatabaseLedger | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        made = cls(crawler)
        crawler.signals.connect(made.opened, signals.engine_started)
        return made

    def opened(self) -> None:
        """Without a database there is nothing to compare with."""
        self.store = self.crawler.get_extension(Store)
        ledger = getattr(self.crawler.spider, "ledger", None)
        self.ledger = ledger if isinstance(ledger, DatabaseLedger) else None

    def process_request(self, request: Request) -> object:
        """None, or a coroutine that looks the validators up."""
        ledger = self.ledger
        if ledger is None or request.method != "GET" or "validators" in request.meta:
            return None
        role = request.meta.get("role")
        known = role == "list" or (role == "detail" and ledger.knows(request.meta.get("url_key")))
        return self._add(request) if known else None

    async def process_response(self, request: Request, response: Response) -> Response:
        """A 304 to our question settles the page; one that nobody asked for is an error."""
        if response.status != 304:
            return response
        if not request.meta.get("validators"):
            raise HttpFailed("HTTP 304 without a condition")
        row = request.cb_kwargs.get("row")
        if self.ledger is not None and row is not None:
            await self.ledger.unchanged(row.url)
        elif request.meta.get("role") == "list":
            recorder = self.crawler.get_extension(RunRecorder)
            if recorder is not None:
                recorder.counts.lists_read += 1
        return response

    async def _add(self, request: Request) -> None:
        request.meta["validators"] = False
        store, ledger = self.store, self.ledger
        if store is None or ledger is None:
            return
        key, now = asked_key(request), datetime.now(UTC)
        found = await store.read(
            lambda session: last_validators(session, key, source_id=ledger.source_id, now=now)
        )
        if found is None:
            return
        if found.etag:
            request.headers["If-None-Match"] = found.etag
        if found.last_modified:
            request.headers["If-Modified-Since"] = found.last_modified
        request.meta["validators"] = True


def last_validators(
    session: Session, key: str, *, source_id: int, now: datetime
) -> Validators | None:
    """Validators of the last good full answer, unless something happened since."""
    connection = session.connection()
    asked = {"url_key": key, "source_id": source_id, "since": now - FULL_EVERY}
    rows = connection.execute(_ANSWERS, asked).all()
    edited = connection.execute(_EDITED, {"source_id": source_id}).scalar()
    for row in rows:
        if row.error_code is not None:
            return None
        if row.status == 304:
            continue
        if row.status != 200 or (edited is not None and edited > row.fetched_at):
            return None
        if not (row.etag or row.last_modified):
            return None
        return Validators(row.etag, row.last_modified)
    return None
