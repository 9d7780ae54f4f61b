"""Documents held back: sampled, held once, free when a person accepts them; on both databases."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from storage import held
from storage.documents import save_document
from storage.engine import Database
from storage.models import CrawlRun, Document
from storage.removal import set_review_state
from tests.storage.samples import NOW, add_source, record


def test_what_killed_runs_brought_is_judged_by_the_next(sqlite_database: Database) -> None:
    with sqlite_database.writer() as session:
        source = add_source(session)
        for number, state in enumerate(("ok", "partial", "lost", "failed", "running")):
            session.add(
                CrawlRun(
                    id=number + 1,
                    source_id=source,
                    trigger="schedule",
                    state=state,
                    requested_at=NOW,
                    finished_at=NOW + timedelta(hours=number),
                )
            )
        session.flush()
        found = held.judged_until(session, source_id=source, before_run=5)
        assert found == NOW + timedelta(hours=1)
        assert held.judged_until(session, source_id=source, before_run=1) is None


def test_what_a_run_brought_is_held_until_accepted(database: Database) -> None:
    later = NOW + timedelta(hours=6)
    with database.writer() as session:
        source = add_source(session)
        for number in range(4):
            page = record(
                source,
                f"https://sample.gov.cn/{number}",
                text=f"第{number}份文件的正文" * 40,
                published_on=date(2026, 3, 1) if number else None,
            )
            save_document(session, page, now=NOW if number < 2 else later)
        known = held.known_before(session, source_id=source, before=later)
        brought = held.brought_since(session, source_id=source, since=later)
        assert [row.url[-1] for row in known] == ["1", "0"]
        assert ["published_on" in row.filled for row in known] == [True, False]
        assert [row.url[-1] for row in brought] == ["2", "3"]
        assert held.hold_since(session, source_id=source, since=later, reason="flood") == 2
        assert held.hold_since(session, source_id=source, since=later, reason="flood") == 0
        session.expire_all()
        free = select(Document.url).where(held.not_held()).order_by(Document.id)
        assert [url[-1] for url in session.scalars(free)] == ["0", "1"]
        ids = dict(session.execute(select(Document.url, Document.id)).all())
        set_review_state(session, ids["https://sample.gov.cn/3"], state="accepted")
        assert [url[-1] for url in session.scalars(free)] == ["0", "1", "3"]
