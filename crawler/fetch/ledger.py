"""The crawl frontier in the database: what a spider asks of ``spiders.ledger.Ledger``.

Every listed address is a row before it is fetched, and stays ``pending`` until its document is
stored in the same transaction, so a run may be killed at any moment: the next one goes on. Each
list page costs one write transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from crawler.errors import RobotsDenied
from crawler.fetch.fetch_log import FetchLog
from crawler.fetch.run_counts import NOT_THE_PAGE, UNCOUNTED, RunCounts
from crawler.fetch.waiting import LONGEST, pause_after
from pipelines.urls import url_key
from spiders.ledger import MemoryLedger, Role, Selection
from spiders.rows import ListRow
from storage import frontier
from storage.frontier import FrontierRow, KnownUrl
from storage.models import CrawlRun, Document, FrontierEntry

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from crawler.fetch.store import Store

MOST_PENDING = 5000
MOST_RECHECKS = 100
FEWEST_DOUBTED = 4  # pages that a list must say were changed before it is doubted
MOST_ATTEMPTS = 5
FIRST_RETRY = timedelta(hours=1)
GONE_CODES = frozenset({"gone", "soft_404"})
GONE_AGAIN = timedelta(hours=1)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class RecheckRule:
    """How often a known page is looked at again, and for how long after it was first seen.

    ``unlisted``: also when no list names it any more (only where pages are read at their own
    address, otherwise the second look would read something else).
    """

    every: timedelta = timedelta(days=7)
    during: timedelta = timedelta(days=30)
    unlisted: bool = False

    @classmethod
    def of_spec(cls, spec: Any) -> RecheckRule:
        """The rule of a source file."""
        recheck = getattr(spec, "recheck", None)
        if recheck is None:
            return cls()
        own_page = spec.kind in ("html_list", "sitemap") and spec.detail is None
        return cls(every=recheck.every, during=recheck.for_, unlisted=own_page)

    def due(self, known: KnownUrl, row: ListRow, *, now: datetime, believed: bool = True) -> bool:
        """Whether a listed page that is stored already is to be fetched again.

        ``believed``: the list may be taken at its word when it says that a page was changed.
        """
        checked, seen = known.last_checked_at, known.first_seen_at
        if checked is None:
            return False
        if known.state == "gone" or (believed and _says_changed(known, row)):
            return True
        return now - checked >= self.every and (seen is None or now - seen <= self.during)


def _says_changed(known: KnownUrl, row: ListRow) -> bool:
    checked = known.last_checked_at
    return row.modified_at is not None and checked is not None and row.modified_at > checked


def _list_believed(rows: Mapping[str, ListRow], known: Mapping[str, KnownUrl]) -> bool:
    """Not when it says of most pages that they changed since we looked: many sitemaps give every
    page the hour of their own making, and all of it would be fetched at every look."""
    stored = [(known[key], row) for key, row in rows.items() if key in known]
    changed = sum(_says_changed(*pair) for pair in stored)
    return changed < FEWEST_DOUBTED or changed * 2 <= len(stored)


class CountingLedger(MemoryLedger):
    """Without a database: knows this run only, and counts."""

    def __init__(self, counts: RunCounts) -> None:
        super().__init__()
        self.counts = counts

    async def filter_new(self, rows: Sequence[ListRow]) -> Selection:
        self.counts.lists_read += 1
        self.counts.listed += len({url_key(row.url) for row in rows})
        return await super().filter_new(rows)

    async def failed(
        self, url: str, code: str, detail: str, *, role: Role, retry: bool = True
    ) -> None:
        await super().failed(url, code, detail, role=role, retry=retry)
        if role == "list":
            self.counts.list_failed(code, detail)
        else:
            self.counts.page_failed(code, detail)


class ListingLedger(CountingLedger):
    """For a dry run: keeps the rows of the lists and lets nothing be fetched."""

    def __init__(self, counts: RunCounts) -> None:
        super().__init__(counts)
        self.rows: list[ListRow] = []

    async def filter_new(self, rows: Sequence[ListRow]) -> Selection:
        found = await super().filter_new(rows)
        self.rows.extend(found.fetch)
        return Selection(fetch=(), new=found.new, ground=True)


class DatabaseLedger:
    """The frontier of one source, for one run."""

    def __init__(
        self,
        store: Store,
        counts: RunCounts,
        fetches: FetchLog,
        *,
        source_id: int,
        recheck: RecheckRule,
    ) -> None:
        self.store = store
        self.counts = counts
        self.fetches = fetches
        self.source_id = source_id
        self.recheck = recheck
        self._handed: set[str] = set()
        self._stored: set[str] = set()

    def knows(self, key: str | None) -> bool:
        """Whether this run looks at a stored page again."""
        return key in self._stored

    async def pending(self) -> Sequence[ListRow]:
        """What earlier runs left open, then stored pages whose second look is due."""
        now = datetime.now(UTC)
        rows = await self.store.read(lambda session: self._open_rows(session, now=now))
        again = await self.store.read(lambda session: self._rechecks(session, now=now))
        self._stored.update(url_key(row.url) for row in again)
        self._handed.update(url_key(row.url) for row in (*rows, *again))
        return [*rows, *again]

    async def filter_new(self, rows: Sequence[ListRow]) -> Selection:
        """Remember the rows of a list page in one transaction; pick what to fetch."""
        now = datetime.now(UTC)
        keyed = {url_key(row.url): row for row in reversed(rows)}
        keyed = dict(reversed(keyed.items()))  # the first of equal rows, in the page's order
        selection = await self.store.write(lambda session: self._select(session, keyed, now=now))
        self._handed.update(keyed)
        self.counts.lists_read += 1
        self.counts.listed += len(keyed)
        return selection

    async def failed(
        self, url: str, code: str, detail: str, *, role: Role, retry: bool = True
    ) -> None:
        """Count a failure; a page's frontier row says when to try again, or never."""
        if code not in UNCOUNTED:
            self.fetches.page_failed(url, code, detail, role=role)
        if role == "list":
            self.counts.list_failed(code, detail)
            return
        self.counts.page_failed(code, detail)
        key = url_key(url)
        gone = await self.store.write(
            lambda session: self._settle(session, key, code, retry=retry, now=datetime.now(UTC))
        )
        self.counts.gone += gone

    async def unchanged(self, url: str) -> None:
        """A 304: the stored page is as it was."""
        from storage.documents import touch_unchanged

        key, now = url_key(url), datetime.now(UTC)

        def touch(session: Session) -> None:
            touch_unchanged(session, source_id=self.source_id, url_key=key, now=now)
            frontier.mark(session, source_id=self.source_id, url_key=key, state="done", now=now)

        await self.store.write(touch)
        self.counts.outcome("unchanged")

    def _open_rows(self, session: Session, *, now: datetime) -> list[ListRow]:
        entries = frontier.pending(session, source_id=self.source_id, limit=MOST_PENDING, now=now)
        return [
            ListRow.from_json(entry.hints) if entry.hints else ListRow(url=entry.url)
            for entry in entries
        ]

    def _rechecks(self, session: Session, *, now: datetime) -> list[ListRow]:
        """Pages that may have left the lists: how a withdrawn page is noticed."""
        if not self.recheck.unlisted:
            return []
        due = now - self.recheck.every
        found = session.execute(
            select(Document.url, Document.title)
            .where(
                Document.source_id == self.source_id,
                Document.state == "live",
                Document.first_seen_at >= now - self.recheck.during,
                (Document.last_checked_at <= due)
                | ((Document.gone_checks > 0) & (Document.last_checked_at <= now - GONE_AGAIN)),
            )
            .order_by(Document.last_checked_at)
            .limit(MOST_RECHECKS)
        )
        return [ListRow(url=url, title=title) for url, title in found]

    def _select(self, session: Session, keyed: dict[str, ListRow], *, now: datetime) -> Selection:
        known = frontier.known_urls(session, source_id=self.source_id, url_keys=list(keyed))
        ground = self._all_on_ground(session, keyed, known)
        new = frontier.remember(
            session,
            source_id=self.source_id,
            run_id=self.store.run_id,
            entries=[
                FrontierRow(url=row.url, url_key=key, hints=row.to_json())
                for key, row in keyed.items()
                if key not in known
            ],
            now=now,
        )
        fresh = {entry.url_key for entry in new}
        believed = _list_believed(keyed, known)
        fetch = tuple(
            row
            for key, row in keyed.items()
            if key in fresh
            or (key in known and self._again(known[key], row, now=now, believed=believed))
        )
        return Selection(fetch=fetch, new=len(fresh), ground=ground)

    def _again(self, known: KnownUrl, row: ListRow, *, now: datetime, believed: bool) -> bool:
        if known.url_key in self._handed:
            return False
        if known.state == "pending":
            return known.not_before is None or known.not_before <= now
        if known.state == "failed":  # given up, but still listed: once a week
            return known.not_before is not None and known.not_before <= now
        if known.state in ("live", "gone") and self.recheck.due(
            known, row, now=now, believed=believed
        ):
            self._stored.add(known.url_key)
            return True
        return False

    def _all_on_ground(
        self, session: Session, keyed: dict[str, ListRow], known: dict[str, KnownUrl]
    ) -> bool:
        """Whether every row was listed by a run that read its lists to the end."""
        if len(known) < len(keyed):
            return False
        by_runs = session.scalars(
            select(FrontierEntry.discovered_run_id)
            .where(
                FrontierEntry.source_id == self.source_id,
                FrontierEntry.url_key.in_(list(keyed)),
            )
            .distinct()
        ).all()
        if self.store.run_id in by_runs:
            return False
        rows = session.execute(select(CrawlRun.id, CrawlRun.stats).where(CrawlRun.id.in_(by_runs)))
        open_ended = [
            number for number, found in rows if (found or {}).get("listing") != "complete"
        ]
        if open_ended:
            # listed again by this run: ground when this one reads its lists to the end
            session.execute(
                update(FrontierEntry)
                .where(
                    FrontierEntry.source_id == self.source_id,
                    FrontierEntry.url_key.in_(list(keyed)),
                    FrontierEntry.discovered_run_id.in_(open_ended),
                )
                .values(discovered_run_id=self.store.run_id)
            )
        return not open_ended

    def _settle(self, session: Session, key: str, code: str, *, retry: bool, now: datetime) -> int:
        """Set the frontier row; 1 if a stored page now counts as withdrawn."""
        gone = 0
        if code in GONE_CODES:
            from storage.documents import mark_gone

            result = mark_gone(
                session,
                source_id=self.source_id,
                url_key=key,
                run_id=self.store.run_id,
                now=now,
            )
            if result is not None:
                gone = int(result.state == "gone")
        if code in NOT_THE_PAGE:
            later = now + WEEK if code == RobotsDenied.code else None
            self._mark(
                session, key, code, now=now, state="pending", not_before=later, attempted=False
            )
            return gone
        entry = session.get(FrontierEntry, (self.source_id, key))
        if entry is None or entry.state == "done":
            return gone  # a second look that failed: the document stays as it was
        attempts = entry.attempts + 1
        # lists run ahead of their pages: a page that was never there may still come
        retry = retry or code in GONE_CODES
        if not retry:
            self._mark(session, key, code, now=now, state="failed")
        elif attempts >= MOST_ATTEMPTS:
            self._mark(session, key, code, now=now, state="failed", not_before=now + WEEK)
        else:
            wait = min(pause_after(attempts - 1, first=FIRST_RETRY), LONGEST)
            self._mark(session, key, code, now=now, state="pending", not_before=now + wait)
        return gone

    def _mark(
        self,
        session: Session,
        key: str,
        code: str,
        *,
        now: datetime,
        state: str,
        not_before: datetime | None = None,
        attempted: bool = True,
    ) -> None:
        frontier.mark(
            session,
            source_id=self.source_id,
            url_key=key,
            state=state,
            now=now,
            error_code=code,
            not_before=not_before,
            attempted=attempted,
        )
