"""Search results by policy: one line for the pages of an event or of one text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from storage.documents import save_document
from storage.engine import Database
from storage.models import Cluster, Document, Event, EventMember
from storage.query import QueryError
from storage.search import reindex, search
from storage.search_folds import Line, fold_matches
from tests.storage.samples import add_source, record

NOW = datetime(2026, 11, 16, tzinfo=UTC)


@pytest.fixture
def pages(database: Database) -> list[int]:
    """Six pages about one word, oldest first: 0, 2 and 5 are of one event, 3 and 4 of one text."""
    with database.writer() as session:
        source = add_source(session)
        ids = []
        for number in range(6):
            text = f"算力券第{number}篇。" + "各页正文互不相同。" * number
            row = record(
                source, f"https://x.gov.cn/{number}.html", text=text, title=f"算力券{number}",
                doc_number="黔数发〔2026〕7号" if number == 2 else None,
            )  # fmt: skip
            saved = save_document(session, row, now=NOW)
            ids.append(saved.document_id or 0)
        event = Event(title="算力券", size=3, created_at=NOW, updated_at=NOW)
        session.add(event)
        session.flush()
        for place in (0, 2, 5):
            session.add(
                EventMember(
                    document_id=ids[place],
                    event_id=event.id,
                    role="report",
                    reason="",
                    added_at=NOW,
                )
            )
        one_text = Cluster(representative_id=ids[3], created_at=NOW, updated_at=NOW)
        session.add(one_text)
        session.flush()
        for place in (3, 4):
            session.get_one(Document, ids[place]).cluster_id = one_text.id
        session.flush()
        reindex(session)
    return ids


def test_pages_of_an_event_or_a_text_are_one_line(database: Database, pages: list[int]) -> None:
    with database.reader() as session:
        every = [hit.document_id for hit in search(session, "算力券")]
        folded = fold_matches(session, "算力券")
    assert every == pages[::-1]
    assert folded.pages == len(pages)
    assert not folded.capped
    assert folded.lines == (
        Line(pages[2], (pages[5], pages[0])),  # the one with the number, where the first stood
        Line(pages[4], (pages[3],)),
        Line(pages[1]),
    )


def test_numbers_are_of_the_whole_result(database: Database, pages: list[int]) -> None:
    with database.reader() as session:
        some = fold_matches(session, "算力券", most=2)
        assert (some.pages, some.capped) == (2, True)
        assert fold_matches(session, "没有这个词").lines == ()
        ranked = fold_matches(session, "算力券", order="relevance")
        assert len(ranked.lines) == 3
        assert ranked.pages == len(pages)
        with pytest.raises(QueryError):
            fold_matches(session, '"算力券')
