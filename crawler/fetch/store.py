"""The one door of a crawl process to the database: one transaction at a time.

On SQLite a transaction runs on the loop's own thread when the database is free at once: every
statement lets go of the interpreter lock, and a second thread that wants it then costs more than
the statements (docs/decisions/groups.md). When another program is writing, and on PostgreSQL, the
wait is left to a thread of its own.

Every write looks at the run's lease in the same transaction, so a process that was paused past it
cannot write into the work of its successor. When the database itself is in trouble (locked, full,
away) nothing more is tried, the run is closed, and what was not stored stays in the frontier.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self, TypeVar

from scrapy import signals
from scrapy.exceptions import NotConfigured
from sqlalchemy import Table, bindparam, select

from storage.engine import BUSY_SECONDS, Database, open_database
from storage.errors import DatabaseLocked, StoreError
from storage.models import CrawlRun

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from sqlalchemy.orm import Session

log = logging.getLogger(__name__)

T = TypeVar("T")

_RUNS: Table = CrawlRun.__table__  # type: ignore[assignment]
_LEASE = select(_RUNS.c.id).where(
    _RUNS.c.id == bindparam("run"),
    _RUNS.c.lease_token == bindparam("token"),
    _RUNS.c.state == "running",
)


class Fenced(StoreError):
    """The run belongs to another process now: nothing more is written."""

    code = "lease_lost"


class Store:
    """The database of one crawl process. ``trouble`` is the error that made it useless."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.source_id = 0
        self.run_id: int | None = None
        self.lease_token: str | None = None
        self.trouble: StoreError | None = None
        self.on_trouble: Callable[[StoreError], None] | None = None
        self._impatient: Database | None = None
        if database.dialect == "sqlite":
            self._impatient = Database(database.url, busy_seconds=0)
        self._queued = 0
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Open ``DIBAO_DATABASE_URL``; without one the crawl runs unstored."""
        url = crawler.settings["DIBAO_DATABASE_URL"]
        if not url:
            raise NotConfigured
        busy = crawler.settings.getfloat("DIBAO_BUSY_SECONDS", BUSY_SECONDS)
        made = cls(open_database(url, busy_seconds=busy))
        crawler.signals.connect(made.close, signals.engine_stopped)
        return made

    async def write(
        self, work: Callable[[Session], T], *, last: bool = False, long: bool = False
    ) -> T:
        """Run ``work`` in one write transaction. Raises StoreError; Fenced after a lost lease.

        After trouble only the ``last`` write, which closes the run, is still tried. ``long`` work
        reads files too and never holds up the loop. ``work`` may be run twice.
        """
        impatient = None if long else self._at_once()
        with self._told():
            if impatient is not None:
                try:
                    return self._write_on(impatient, work, last=last)
                except DatabaseLocked:
                    log.debug("another program is writing: waiting for it in the thread")
            return await self._in_thread(lambda: self._write(work, last=last))

    async def read(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` on a read-only snapshot."""
        impatient = self._at_once()
        with self._told():
            if impatient is not None:
                try:
                    return _read(impatient, work)
                except DatabaseLocked:
                    log.debug("the database is locked: waiting for it in the thread")
            return await self._in_thread(lambda: _read(self.database, work))

    async def close(self) -> None:
        """Finish what was started, then let go of the database."""
        await asyncio.get_running_loop().run_in_executor(None, self._thread.shutdown)
        self.database.dispose()
        if self._impatient is not None:
            self._impatient.dispose()

    def _at_once(self) -> Database | None:
        """The database that never waits; None where waiting is normal or others are in line."""
        return self._impatient if self._queued == 0 else None

    async def _in_thread(self, call: Callable[[], T]) -> T:
        self._queued += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, call)
        finally:
            self._queued -= 1

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Whoever waits for trouble hears of it once, on the loop's thread."""
        try:
            yield
        except StoreError:
            told, self.on_trouble = self.on_trouble, None
            if told is not None and self.trouble is not None:
                told(self.trouble)
            elif self.trouble is None:
                self.on_trouble = told
            raise

    def _write(self, work: Callable[[Session], T], *, last: bool) -> T:
        """Wait for the database, twice if need be; then it is in trouble."""
        try:
            return self._write_on(self.database, work, last=last)
        except DatabaseLocked:
            log.warning("database is locked; trying once more")
        try:
            return self._write_on(self.database, work, last=last)
        except DatabaseLocked as error:
            self._blame(error)
            raise

    def _write_on(self, database: Database, work: Callable[[Session], T], *, last: bool) -> T:
        if self.trouble is not None and (not last or isinstance(self.trouble, Fenced)):
            raise self.trouble
        try:
            with database.writer() as session:
                if self.lease_token is not None:
                    self._check_lease(session)
                return work(session)
        except DatabaseLocked:
            raise
        except StoreError as error:
            self._blame(error)
            raise

    def _blame(self, error: StoreError) -> None:
        """Trouble of the database, not of one record: nothing more is tried."""
        if self.trouble is None and (error.retry or isinstance(error, Fenced)):
            self.trouble = error

    def _check_lease(self, session: Session) -> None:
        """A process that was paused past its lease finds another owner here."""
        mine = (
            session.connection()
            .execute(_LEASE, {"run": self.run_id, "token": self.lease_token})
            .scalar()
        )
        if mine is None:
            raise Fenced(
                "运行已被接管，停止写入 / another process took over the run: writing stops"
            )


def _read(database: Database, work: Callable[[Session], T]) -> T:
    with database.reader() as session:
        return work(session)
