"""The frontier over several runs: what is handed out, what waits, what counts as known ground."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from crawler.fetch.fetch_log import FetchLog
from crawler.fetch.ledger import MOST_ATTEMPTS, DatabaseLedger, RecheckRule
from crawler.fetch.run_counts import RunCounts
from pipelines.urls import url_key
from spiders.ledger import Selection
from spiders.rows import ListRow
from storage import runs, sources
from storage.documents import DocumentRecord, save_document
from storage.engine import Database, open_database
from storage.models import FrontierEntry
from tests.crawler.fetch.lab import Lab

ROWS = [ListRow(url=f"https://example.gov.cn/a/{n}.html", title=f"通知{n}") for n in range(4)]


class PlainStore:
    """The store of a crawl, without its thread."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.run_id: int | None = None

    async def write(self, work: Callable[[Session], Any]) -> Any:
        with self.database.writer() as session:
            return work(session)

    async def read(self, work: Callable[[Session], Any]) -> Any:
        with self.database.reader() as session:
            return work(session)


class Runs:
    """Starts runs of one source and ends them."""

    def __init__(self, database: Database, source_id: int) -> None:
        self.database = database
        self.source_id = source_id
        self.store = PlainStore(database)

    def start(self, *, recheck: RecheckRule | None = None) -> DatabaseLedger:
        now = datetime.now(UTC)
        with self.database.writer() as session:
            run = runs.queue_run(session, source_id=self.source_id, trigger="manual", now=now)
            assert run is not None
            runs.claim_run(session, run_id=run.id, lease_token="t", now=now)
            self.store.run_id = run.id
        store: Any = self.store
        rule = recheck or RecheckRule()
        return DatabaseLedger(
            store, RunCounts(), FetchLog(), source_id=self.source_id, recheck=rule
        )

    def end(self, *, listing: str = "complete") -> None:
        assert self.store.run_id is not None
        with self.database.writer() as session:
            runs.finish_run(
                session,
                run_id=self.store.run_id,
                lease_token="t",
                state="ok",
                reason="finished",
                now=datetime.now(UTC),
                stats={"listing": listing},
            )

    def save(self, row: ListRow) -> None:
        record = DocumentRecord(
            source_id=self.source_id,
            url=row.url,
            url_key=url_key(row.url),
            title=row.title,
            body_text=row.title * 20,
            text_sha256=url_key(row.url) * 2,
        )
        with self.database.writer() as session:
            save_document(session, record, now=datetime.now(UTC))

    def later(self, **by: float) -> None:
        """Make every waiting row as old as if so much time had passed."""
        with self.database.writer() as session:
            for entry in session.query(FrontierEntry):
                if entry.not_before is not None:
                    entry.not_before -= timedelta(**by)

    def entry(self, row: ListRow) -> tuple[str, int, str | None]:
        with self.database.reader() as session:
            found = session.get_one(FrontierEntry, (self.source_id, url_key(row.url)))
            return found.state, found.attempts, found.error_code


@pytest.fixture
def history(tmp_path: Path, empty_database: Path) -> Iterator[Runs]:
    lab = Lab(tmp_path / "lab", empty_database)
    lab.html_source("cn-ledger", "https://example.gov.cn/list")
    lab.sync()
    with lab.db.reader() as session:
        source = sources.source_by_key(session, "cn-ledger")
        assert source is not None
    made = Runs(open_database(str(lab.db.url)), source.id)
    yield made
    made.database.dispose()
    lab.db.dispose()


def _list(ledger: DatabaseLedger, rows: Sequence[ListRow]) -> Selection:
    return asyncio.run(ledger.filter_new(rows))


def _fail(ledger: DatabaseLedger, row: ListRow, code: str, *, retry: bool = True) -> None:
    asyncio.run(ledger.failed(row.url, code, "", role="detail", retry=retry))


def test_rows_are_handed_out_once_and_stay_open_until_stored(history: Runs) -> None:
    first = history.start()
    assert _list(first, ROWS).new == 4
    assert _list(first, ROWS).fetch == ()
    history.save(ROWS[0])
    history.end()
    second = history.start()
    assert {row.url for row in asyncio.run(second.pending())} == {row.url for row in ROWS[1:]}
    assert _list(second, ROWS).fetch == ()


def test_ground_needs_a_run_that_read_its_lists_to_the_end(history: Runs) -> None:
    first = history.start()
    assert not _list(first, ROWS[:2]).ground
    history.end(listing="partial")
    second = history.start()
    assert not _list(second, ROWS[:2]).ground
    assert not _list(second, ROWS).ground
    history.end()
    third = history.start()
    assert _list(third, ROWS[:2]).ground  # the second run read past them, to the end
    assert _list(third, ROWS[2:]).ground


def test_rows_of_a_killed_run_are_ground_after_the_next_whole_one(history: Runs) -> None:
    first = history.start()
    _list(first, ROWS[:2])
    history.end(listing="partial")
    second = history.start()
    assert not _list(second, ROWS[:2]).ground
    history.end()
    assert _list(history.start(), ROWS[:2]).ground


def test_a_failing_page_is_tried_less_and_less_and_weekly_while_listed(history: Runs) -> None:
    ledger = history.start()
    _list(ledger, ROWS[:1])
    for attempt in range(1, MOST_ATTEMPTS):
        _fail(ledger, ROWS[0], "http_error")
        assert history.entry(ROWS[0]) == ("pending", attempt, "http_error")
        history.end()
        ledger = history.start()
        assert asyncio.run(ledger.pending()) == []
        history.later(days=1)
        assert len(asyncio.run(ledger.pending())) == 1
    _fail(ledger, ROWS[0], "http_error")
    assert history.entry(ROWS[0])[0] == "failed"
    history.end()
    ledger = history.start()
    assert _list(ledger, ROWS[:1]).fetch == ()
    history.end()
    history.later(days=8)
    ledger = history.start()
    assert _list(ledger, ROWS[:1]).fetch == (ROWS[0],)


def test_what_will_not_help_is_not_tried_again(history: Runs) -> None:
    ledger = history.start()
    _list(ledger, ROWS[:1])
    _fail(ledger, ROWS[0], "too_large", retry=False)
    history.end()
    history.later(days=30)
    ledger = history.start()
    assert asyncio.run(ledger.pending()) == []
    assert _list(ledger, ROWS[:1]).fetch == ()


def test_a_page_that_is_not_there_yet_gets_time_to_come(history: Runs) -> None:
    ledger = history.start()
    _list(ledger, ROWS[:1])
    _fail(ledger, ROWS[0], "gone", retry=False)
    assert history.entry(ROWS[0]) == ("pending", 1, "gone")


@pytest.mark.parametrize("code", ["host_paused", "robots_unreachable", "rate_limited"])
def test_what_is_not_the_fault_of_the_page_leaves_no_mark(history: Runs, code: str) -> None:
    ledger = history.start()
    _list(ledger, ROWS[:1])
    _fail(ledger, ROWS[0], code)
    assert history.entry(ROWS[0]) == ("pending", 0, code)
    history.end()
    assert len(asyncio.run(history.start().pending())) == 1


def test_a_disallowed_page_is_skipped_for_a_week(history: Runs) -> None:
    ledger = history.start()
    _list(ledger, ROWS[:1])
    _fail(ledger, ROWS[0], "robots_denied", retry=False)
    assert (ledger.counts.failed, ledger.counts.skipped) == (0, 1)
    history.end()
    ledger = history.start()
    assert asyncio.run(ledger.pending()) == []
    history.later(days=7)
    assert len(asyncio.run(ledger.pending())) == 1


def test_stored_pages_are_looked_at_again_when_due(history: Runs) -> None:
    first = history.start()
    _list(first, ROWS[:2])
    history.save(ROWS[0])
    history.save(ROWS[1])
    history.end()
    rule = RecheckRule(every=timedelta(0), during=timedelta(days=30), unlisted=True)
    ledger = history.start(recheck=rule)
    assert {row.url for row in asyncio.run(ledger.pending())} == {row.url for row in ROWS[:2]}
    assert ledger.knows(url_key(ROWS[0].url))
    history.end()
    ledger = history.start(recheck=RecheckRule(every=timedelta(0), during=timedelta(days=30)))
    assert _list(ledger, ROWS[:2]).fetch == tuple(ROWS[:2])
    history.end()
    late = RecheckRule(every=timedelta(0), during=timedelta(microseconds=1), unlisted=True)
    ledger = history.start(recheck=late)
    assert asyncio.run(ledger.pending()) == []
    assert _list(ledger, ROWS[:2]).fetch == ()


def test_a_feed_that_says_changed_is_believed(history: Runs) -> None:
    first = history.start()
    _list(first, ROWS[:1])
    history.save(ROWS[0])
    history.end()
    ledger = history.start()
    now = datetime.now(UTC) + timedelta(minutes=1)
    touched = ListRow(url=ROWS[0].url, title=ROWS[0].title, modified_at=now)
    assert _list(ledger, [touched]).fetch == (touched,)


def test_a_sitemap_that_says_changed_of_every_page_is_not(history: Runs) -> None:
    first = history.start()
    _list(first, ROWS)
    for row in ROWS:
        history.save(row)
    history.end()
    ledger = history.start()
    now = datetime.now(UTC) + timedelta(minutes=1)
    touched = [ListRow(url=row.url, title=row.title, modified_at=now) for row in ROWS]
    assert _list(ledger, touched).fetch == ()
    history.end()
    ledger = history.start()
    assert _list(ledger, [*touched[:1], *ROWS[1:]]).fetch == (touched[0],)


def test_a_second_look_that_fails_leaves_the_document_alone(history: Runs) -> None:
    first = history.start()
    _list(first, ROWS[:1])
    history.save(ROWS[0])
    _fail(first, ROWS[0], "timeout")
    assert history.entry(ROWS[0])[0] == "done"


def test_withdrawn_needs_two_runs(history: Runs) -> None:
    first = history.start()
    _list(first, ROWS[:1])
    history.save(ROWS[0])
    _fail(first, ROWS[0], "gone", retry=False)
    _fail(first, ROWS[0], "gone", retry=False)
    assert first.counts.gone == 0
    history.end()
    second = history.start()
    _fail(second, ROWS[0], "gone", retry=False)
    assert second.counts.gone == 1
