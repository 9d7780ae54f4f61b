"""Items that are held say so, in the list and on their page, until a person accepts them."""

from __future__ import annotations

from storage.models import Document
from tests.review.conftest import NEWEST, Desk

HELD = "暂扣：采用后才入刊"


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
