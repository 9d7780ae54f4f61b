"""What the desk asks on every visit is answered from short indexes, however many documents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from review.queries import home, items
from storage.documents import DocumentFilter
from storage.engine import Database
from storage.listing import list_documents

NOW = datetime(2026, 11, 20, tzinfo=UTC)
QUESTIONS: dict[str, tuple[Callable[[Session], Any], str]] = {
    "waiting": (home.waiting, "ix_document_waiting"),
    "waiting up to": (lambda session: items.waiting_up_to(session, 1000), "ix_document_waiting"),
    "next": (lambda session: items.next_waiting(session, 5), "ix_document_waiting"),
    "list": (
        lambda session: list_documents(session, filters=DocumentFilter(review_state="new")),
        "ix_document_waiting",
    ),
    "gone": (lambda session: home.since(session, NOW), "ix_document_gone_at"),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_short_index_answers(sqlite_database: Database, name: str) -> None:
    work, index = QUESTIONS[name]
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        seen.append((statement, values))

    with sqlite_database.reader() as session:
        event.listen(sqlite_database.read_engine, "before_cursor_execute", note)
        try:
            work(session)
        finally:
            event.remove(sqlite_database.read_engine, "before_cursor_execute", note)
        plans = [
            row[3]
            for statement, values in seen
            for row in session.connection().exec_driver_sql(
                f"explain query plan {statement}", values
            )
        ]
    assert any(index in plan for plan in plans), plans
