"""The record of a run: lease, heartbeat, counts, fetches, verdict, next look.

The extension every other part reports to. With a database it owns the run row: a run started by
the dispatcher brings its id and lease token in the settings; ``scrapy crawl <key>`` makes a run
of its own. A heartbeat that finds no row means that another process took over: writing stops
at once. Without a database it counts and says so.
"""

from __future__ import annotations

import asyncio
import logging
import resource
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.exceptions import CloseSpider

from crawler.control.schema_check import require_known_schema
from crawler.errors import Interrupted, LeaseHeld, OutsideHours, RunTimedOut, StartFailed
from crawler.fetch import run_rows
from crawler.fetch.addon import configuration
from crawler.fetch.backfill import read_archive
from crawler.fetch.fetch_log import FetchLog
from crawler.fetch.ledger import CountingLedger, DatabaseLedger, ListingLedger, RecheckRule
from crawler.fetch.old_lists import ListDays
from crawler.fetch.run_counts import RunCounts
from crawler.fetch.run_rows import RunClaim, RunEnd
from crawler.fetch.store import Fenced, Store
from crawler.fetch.time_box import TimeBox
from crawler.fetch.warc import WarcCapture
from pipelines.items import Bulletin
from storage.errors import StoreError

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from sqlalchemy.orm import Session
    from twisted.python.failure import Failure

    from crawler.fetch.failures import Refused

log = logging.getLogger(__name__)

HEARTBEAT = 15.0
FIRST_BEAT = 2.0
FLUSH_AT = 200
FINISH_TRIES = 3
AT_ONCE = 32  # items of a list that are read together, so that they are saved together
REMARKS = (("mojibake", "wrong_charset"), ("truncated", "truncated"))


class RunRecorder:
    """One per crawl; ``state`` and ``error_code`` are read by the child after the crawl."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.settings = crawler.settings
        self.counts = RunCounts()
        self.fetches = FetchLog()
        self.store: Store | None = None
        self.capture: WarcCapture | None = None
        self.claim: RunClaim | None = None
        self.state = "failed"
        self.error_code: str | None = "not_started"
        self.error_detail: str | None = None
        self._stopped_because: str | None = None
        self._beat: asyncio.Task[None] | None = None
        self.time_box = TimeBox(self.stop)
        self._tasks: set[asyncio.Task[None]] = set()
        self._writing = False
        self._usual = self.settings.getint("CONCURRENT_ITEMS")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        made = cls(crawler)
        connect = crawler.signals.connect
        connect(made.opened, signals.spider_opened)
        connect(made.closed, signals.spider_closed)
        connect(made.stored, signals.item_scraped)
        connect(made.dropped, signals.item_dropped)
        connect(made.crashed_item, signals.item_error)
        connect(made.crashed_callback, signals.spider_error)
        return made

    # the run row ------------------------------------------------------------------------

    async def opened(self) -> None:
        """Take the run and give the spider its ledger. Raises CloseSpider whatever goes wrong:
        a spider without its run must not fetch."""
        try:
            await self._open()
        except StoreError as error:
            raise self._refuse(error.code, str(error)) from error
        except CloseSpider:
            raise
        except Exception as error:
            raise self._refuse(StartFailed.code, f"{type(error).__name__}: {error}") from error

    async def _open(self) -> None:
        self.store = self.crawler.get_extension(Store)
        self.capture = self.crawler.get_extension(WarcCapture)
        spider: Any = self.crawler.spider
        loop = asyncio.get_running_loop()
        self.time_box.allow(self.settings.getfloat("DIBAO_SOFT_LIMIT"))
        if self.settings.getbool("DIBAO_DRY_RUN"):
            spider.ledger = ListingLedger(self.counts)
            return
        if self.store is None:
            spider.ledger = CountingLedger(self.counts)
            log.warning(
                "没有配置数据库：条目只显示不保存，可用 -O 文件名.jsonl 输出 / "
                "no database configured: items are shown, not stored; "
                "add -O items.jsonl to write them to a file"
            )
            return
        self.claim = await self._take(self.store)
        if self.claim is None:
            raise self._refuse(LeaseHeld.code, LeaseHeld.remedy)
        self._hold(self.store, self.claim)
        self._beat = loop.create_task(self._beats())

    def _hold(self, store: Store, claim: RunClaim) -> None:
        spider: Any = self.crawler.spider
        store.run_id, store.lease_token = claim.run_id, claim.token
        store.source_id = claim.source_id
        store.on_trouble = self._on_trouble
        spider.run_id = claim.run_id
        rule = RecheckRule.of_spec(getattr(spider, "spec", None))
        spider.ledger = DatabaseLedger(
            store, self.counts, self.fetches, source_id=claim.source_id, recheck=rule
        )
        if claim.trigger == "schedule":  # one asked for by a person keeps no hours
            self.time_box.keep_hours(getattr(spider, "spec", None), now=datetime.now(UTC))
        since = claim.options.get("since")
        if since:
            read_archive(spider, str(since))
            self.time_box.allow(self.settings.getfloat("DIBAO_BACKFILL_LIMIT"))

    async def _take(self, store: Store) -> RunClaim | None:
        await asyncio.get_running_loop().run_in_executor(None, require_known_schema, store.database)
        now = datetime.now(UTC)
        run_id = self.settings.getint("DIBAO_RUN_ID")
        token = self.settings["DIBAO_LEASE_TOKEN"]
        key = str(getattr(self.crawler.spider, "name", ""))
        if run_id and token:
            return await store.write(
                lambda session: run_rows.claim(session, run_id=run_id, token=token, now=now)
            )
        return await store.write(
            lambda session: run_rows.claim_own(session, key=key, now=now, sync=self._sync)
        )

    def _sync(self, session: Session) -> None:
        """Bring the sources table in line with the catalogue (first crawl of a new source)."""
        from crawler.control.sync import kept_keys, load_sources, record_of
        from storage import sources

        catalogue = load_sources(configuration(self.settings).crawl)
        records = [record_of(key, spec) for key, spec in sorted(catalogue.specs.items())]
        keep = kept_keys(session, catalogue)
        sources.sync_sources(session, records, now=datetime.now(UTC), keep=keep)

    def _refuse(self, code: str, detail: str) -> CloseSpider:
        log.error("%s: %s", code, detail)
        self.error_code, self.error_detail = code, detail
        return CloseSpider(code)

    # life -------------------------------------------------------------------------------

    def stop(self, reason: str) -> None:
        """Close the spider; the first reason counts."""
        if self._stopped_because is None:
            self._stopped_because = reason
            log.warning("stopping: %s", reason)
            self._spawn(self.crawler.engine.close_spider_async(reason=reason))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _beats(self) -> None:
        pause = FIRST_BEAT  # soon: somebody may be looking
        while True:
            await asyncio.sleep(pause)
            await self.beat()
            pause = min(pause * 2, HEARTBEAT)

    async def beat(self) -> None:
        """Heartbeat and write the fetches so far; a lost lease stops everything."""
        store, claim = self.store, self.claim
        if store is None or claim is None or self._writing:
            return
        self._writing = True
        if self.capture is not None:
            await self.capture.sync()
        rows = self.fetches.drain()
        counts = self.counts.columns()
        try:
            await store.write(
                lambda session: run_rows.beat(
                    session, claim, counts=counts, fetches=rows, now=datetime.now(UTC)
                )
            )
        except StoreError as error:
            self.fetches.restore(rows)
            log.warning("heartbeat not written: %s", error)
        finally:
            self._writing = False

    def _on_trouble(self, error: StoreError) -> None:
        self.counts.note(error.code, str(error))
        self.stop(error.code)

    async def closed(self, reason: str) -> None:
        """Close the run row with the verdict."""
        self.time_box.close()
        if self._beat is not None:
            self._beat.cancel()
        reason = self._stopped_because or reason
        if reason == "shutdown" and self.time_box.over:
            reason = "soft_limit"  # a supervisor ended what did not end itself
        if self.error_code == "not_started":
            self.state, self.error_code, self.error_detail = self.counts.verdict(reason)
        if self.capture is not None:
            await self.capture.close()
        if self.claim is not None:
            await self._finish(self.claim, reason)
        columns = self.counts.columns()
        log.info(
            "run ended: %s (%s)%s %s",
            self.state,
            reason,
            f" [{self.error_code}]" if self.error_code else "",
            " ".join(f"{name}={value}" for name, value in columns.items()),
        )

    async def _finish(self, claim: RunClaim, reason: str) -> None:
        store = self.store
        if store is None or isinstance(store.trouble, Fenced):
            log.error("lease lost: the run row is left to its new owner")
            return
        end = RunEnd(
            state=self.state,
            reason=reason,
            counts=self.counts.columns(),
            stats=self._stats(reason, first=claim.first),
            error_code=self.error_code,
            error_detail=self.error_detail,
            good=self._good(),
            saw_new=self.counts.new + self.counts.duplicate > 0,
            warc_path=self.capture.first_path if self.capture is not None else None,
        )
        rows = self.fetches.drain()
        for attempt in range(FINISH_TRIES):
            try:
                closed = await store.write(
                    lambda session: run_rows.finish(
                        session, claim, end, fetches=rows, now=datetime.now(UTC)
                    ),
                    last=True,
                )
            except Fenced:
                self.state, self.error_code = "failed", Fenced.code
                return
            except StoreError as error:
                log.error("run row not closed (try %d): %s", attempt + 1, error)
                self.state, self.error_code = "failed", error.code
            else:
                if closed is not None:
                    self.state, self.error_code = closed.state, closed.error_code
                    self.error_detail = closed.error_detail
                return

    def _good(self) -> bool | None:
        if self.error_code == Interrupted.code:
            return None
        if self.error_code in (RunTimedOut.code, OutsideHours.code) and self.counts.read:
            return None  # go on soon: there is more
        return self.state in ("ok", "partial")

    def _stats(self, reason: str, *, first: bool) -> dict[str, Any]:
        """What the run row keeps beside its columns. ``listing``: may pages count as known
        ground (``spiders.ledger.Selection``)? Only when the lists were read to the end."""
        collected = self.crawler.stats.get_stats()
        limited = any(key.startswith("dibao/limit/") for key in collected)
        complete = (
            reason == "finished"
            and not self.counts.list_failures
            and self.counts.lists_read > 0
            and (first or not limited)
        )
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return {
            "listing": "complete" if complete else "partial",
            "gone": self.counts.gone,
            "codes": dict(self.counts.codes),
            "list_failures": len(self.counts.list_failures),
            "redesigned": self.counts.redesigned,
            "days": ListDays.of_stats(collected).to_json(),
            "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
            "max_rss_mb": usage.ru_maxrss // 1024,
            "spider": {
                key.removeprefix("dibao/"): value
                for key, value in collected.items()
                if key.startswith("dibao/") and isinstance(value, int | float)
            },
        }

    # what happens -----------------------------------------------------------------------

    def count_answer(self, request: Request, response: Response) -> None:
        """An answer went to its callback."""
        self.counts.bytes_in += len(response.body)
        role = request.meta.get("role")
        if role == "detail":
            self.counts.fetched += 1
        # a feed with whole texts is many items in one answer, a page is one
        self.crawler.engine.scraper.concurrent_items = AT_ONCE if role == "list" else self._usual
        if self.claim is not None:
            self.fetches.answer(request, response)
            if len(self.fetches.rows) >= FLUSH_AT and not self._writing:
                self._spawn(self.beat())

    def count_failure(self, request: Request, refused: Refused) -> None:
        """A request ended without an answer; the spider's errback counts the page."""
        if refused.code == "run_closing":
            request.errback = None  # nothing went wrong with the page: it stays pending
            return
        if request.meta.get("role") == "detail":
            self.counts.fetched += 1
        log.info("no page (%s) %s: %s", refused.code, request.url, refused.detail)
        if self.claim is not None:
            self.fetches.failure(request, refused.code, refused.detail, status=refused.status)

    def stored(self, item: Any) -> None:
        """An item went through all stages."""
        if isinstance(item, Bulletin):
            self.counts.outcome(item.outcome or "new")
            self._remark(item)
            if item.fetch.sha256:
                self.fetches.digest(item.url, item.fetch.sha256)
            self.fetches.forget(item.url)
        elif self.claim is None:
            self.counts.outcome("new")

    def _remark(self, item: Bulletin) -> None:
        """Note what is odd about a stored page: work for a person, no failure."""
        if item.page is not None and "layout_missed" in item.page.flags:
            self.counts.layout_missed(item.url)
        for flag, code in REMARKS:
            if item.page is not None and flag in item.page.flags:
                self.counts.note(code, item.url)
        if item.metadata is not None and item.metadata.published_on is None:
            self.counts.note("missing_date", item.url)

    async def dropped(self, item: Any, exception: Exception) -> None:
        """An item was refused by a stage: a named error, and a second chance if it may help."""
        if isinstance(item, Bulletin):
            code = getattr(exception, "code", "dropped")
            detail = getattr(exception, "detail", str(exception))
            retry = bool(getattr(exception, "retry", False))
            await self._page_lost(item.url, code, detail, retry=retry)

    async def crashed_item(self, item: Any, failure: Failure) -> None:
        """A stage raised what it should not; out of memory ends the run."""
        if isinstance(failure.value, MemoryError):
            self.stop("memusage_exceeded")
        if isinstance(item, Bulletin):
            await self._page_lost(item.url, "stage_failed", repr(failure.value), retry=True)

    def crashed_callback(self, failure: Failure) -> None:
        """The spider raised: the run cannot be called complete."""
        if isinstance(failure.value, MemoryError):
            self.stop("memusage_exceeded")
        self.counts.list_failed("spider_crashed", repr(failure.value)[:300])

    async def _page_lost(self, url: str, code: str, detail: str, *, retry: bool) -> None:
        ledger: Any = getattr(self.crawler.spider, "ledger", None)
        try:
            await ledger.failed(url, code, detail, role="detail", retry=retry)
        except StoreError as error:
            log.error("failure of %s not written: %s", url, error)
