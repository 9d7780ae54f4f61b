"""What the crawl doubts is shown: held items until accepted, faults that many sources share."""

from __future__ import annotations

from datetime import UTC, datetime

from storage.health import open_event
from storage.models import Document
from tests.review.conftest import NEWEST, Desk

HELD = "暂扣：采用后才入刊"


def test_a_fault_that_many_sources_share_stands_on_the_first_page(desk: Desk) -> None:
    reader = desk.visitor("reader")
    said = "近期采集的 19 个来源中有 19 个同时采集失败"
    assert said not in reader.page("/").text()
    with desk.db.writer() as session:
        open_event(
            session,
            subject="system",
            rule="failing",
            severity="error",
            summary=said,
            evidence={"remedy": "先运行 dibao doctor"},
            now=datetime(2026, 11, 20, 4, 0, tzinfo=UTC),
        )
    text = reader.page("/").text()
    assert said in text
    assert "dibao doctor" in text


def test_a_held_item_is_marked_until_it_is_accepted(desk: Desk) -> None:
    reader = desk.visitor("reader")
    assert HELD not in reader.page("/items").text()
    with desk.db.writer() as session:
        document = session.get_one(Document, NEWEST)
        document.held, document.review_state = "flood", "new"
    assert HELD in reader.page("/items").text()
    assert HELD in reader.page(f"/items/{NEWEST}").text()
    with desk.db.writer() as session:
        session.get_one(Document, NEWEST).review_state = "accepted"
    assert HELD not in reader.page(f"/items/{NEWEST}").text()
