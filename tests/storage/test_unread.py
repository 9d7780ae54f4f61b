"""Pages that a source lists and nobody can read, and what it brought otherwise."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.clock import undo_future
from storage.documents import save_document
from storage.engine import Database
from storage.held import held_counts
from storage.models import Document, FrontierEntry, HostState
from storage.sources import sync_sources
from storage.unread import days_with_new, first_seen_counts, unread_pages
from tests.storage.samples import DAY, HOUR, NOW, add_source, key, record, source


def listed(session: Session, source_id: int, name: str, **values: object) -> None:
    """A page of a list in the state that ``values`` give; waiting for its third try otherwise."""
    page = {"state": "pending", "attempts": 2, "error_code": "gone", "updated_at": NOW, **values}
    page["url"] = url = f"https://sample.gov.cn/{name}.html"
    session.add(FrontierEntry(source_id=source_id, url_key=key(url), role="detail", **page))


def told(session: Session) -> dict[str, int]:
    return {pages.code: pages.count for pages in unread_pages(session, since=NOW - DAY)}


def test_pages_given_up_or_tried_twice_are_told_and_those_of_a_ban_at_once(
    database: Database,
) -> None:
    with database.writer() as session:
        one = add_source(session)
        listed(session, one, "given-up", state="failed", attempts=5)
        listed(session, one, "twice")
        listed(session, one, "once", attempts=1)
        listed(session, one, "banned", attempts=1, error_code="robots_denied")
        listed(session, one, "read", state="done", error_code=None)
        listed(session, one, "long-ago", updated_at=NOW - 2 * DAY)
    with database.reader() as session:
        assert told(session) == {"gone": 2, "robots_denied": 1}
        examples = {pages.example for pages in unread_pages(session, since=NOW - DAY)}
    assert "https://sample.gov.cn/banned.html" in examples


def test_a_changed_source_file_has_its_pages_tried_again(database: Database) -> None:
    with database.writer() as session:
        one, two = add_source(session), add_source(session, "cn-other")
        for source_id in (one, two):
            listed(session, source_id, "page", state="failed", not_before=NOW + DAY)
        changed = source("cn-sample", spec_hash="2")
        sync_sources(session, [changed, source("cn-other")], now=NOW)
        rows = {row.source_id: row for row in session.scalars(select(FrontierEntry))}
        assert (rows[one].state, rows[one].attempts, rows[one].not_before) == ("pending", 0, None)
        assert rows[two].state == "failed"
        assert told(session) == {"gone": 1}


def test_what_a_source_brought_is_counted_by_day_and_what_is_held_apart(database: Database) -> None:
    with database.writer() as session:
        one = add_source(session)
        ids = []
        for days, name in ((9, "a"), (2, "b"), (2, "c"), (0, "d")):
            page = record(one, f"https://sample.gov.cn/{name}.html", text=f"正文{name}")
            ids.append(save_document(session, page, now=NOW - days * DAY).document_id)
        for document_id, state in ((ids[1], "new"), (ids[3], "accepted")):
            values = {"held": "doubted", "review_state": state}
            session.execute(update(Document).where(Document.id == document_id).values(values))
        since = NOW - 5 * DAY
        assert first_seen_counts(session, since=since) == {one: 3}
        days_found = days_with_new(session, source_id=one, since=since)
        assert days_found == {NOW.date(), (NOW - 2 * DAY).date()}
        assert held_counts(session, since=since) == {one: 1}


def test_pages_put_off_by_a_clock_ahead_are_due(database: Database) -> None:
    """The frontier is looked through only when something else lay in that future."""
    with database.writer() as session:
        one = add_source(session)
        listed(session, one, "ahead", not_before=NOW + timedelta(days=365))
        listed(session, one, "next-week", not_before=NOW + timedelta(days=8))
        assert undo_future(session, now=NOW + HOUR) == 0
        session.add(HostState(host="sample.gov.cn", not_before=NOW + 365 * DAY, strikes=0))
        session.flush()
        assert undo_future(session, now=NOW + HOUR) == 2
        session.expire_all()
        due = {row.url: row.not_before for row in session.scalars(select(FrontierEntry))}
    assert due["https://sample.gov.cn/ahead.html"] == NOW + HOUR
    assert due["https://sample.gov.cn/next-week.html"] == NOW + timedelta(days=8)
