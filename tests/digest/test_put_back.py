"""Pages that say again what the reader has read: no news, by whatever way they got there."""

from __future__ import annotations

from datetime import timedelta

from digest.compose import compose_issue
from storage.engine import Database
from tests.digest.archive import END, NEXT, add_document, add_sources
from tests.digest.composing import EDITION, compose, send_out


def test_a_page_changed_and_put_back_is_no_news(database: Database) -> None:
    """Or one that two servers of a site give in two versions, by turns."""
    with database.writer() as session:
        add_sources(session)
        add_document(session, "某办法", path="a")
        made, _ = compose(session)
        send_out(session, made.issue_id or 0)
    with database.writer() as session:
        later = END + timedelta(days=1)
        add_document(session, "某办法", path="a", text="修订后的全文，" * 30, seen=later)
        add_document(session, "某办法", path="a", seen=END + timedelta(days=2))
        again = compose_issue(session, EDITION, NEXT, NEXT.end)
    assert again.outcome == "empty"
