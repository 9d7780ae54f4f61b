"""The hot path's statements, run on the driver's cursor."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select, text

from storage.documents import LabelRecord, save_document, write_later
from storage.engine import Database, open_database
from storage.errors import Conflict, DatabaseUnreachable
from storage.index_queue import flush_index
from storage.labels import labels_of
from storage.later import Later
from storage.models import Document, DocumentVersion
from storage.search import search
from storage.tokens import fold, index_tokens
from tests.storage.samples import BODY, NOW, add_source, record


def test_a_refused_row_is_a_conflict_and_leaves_nothing(database: Database) -> None:
    """The driver's own error gets the name that the error of any other statement gets."""
    with database.writer() as session:
        source_id = add_source(session)

    def two_records() -> None:
        with database.writer() as session:
            save_document(session, record(source_id, "/ok"), now=NOW)
            save_document(session, record(source_id + 999, "/no-such-source"), now=NOW)

    with pytest.raises(Conflict):
        two_records()
    with database.reader() as session:
        assert session.scalars(select(Document.id)).all() == []


@pytest.mark.parametrize("moved", [False, True], ids=["waiting", "moved"])
def test_equal_texts_of_one_transaction_are_one_cluster(database: Database, moved: bool) -> None:
    """What the queue held is read once; what the transaction adds or moves is known to it."""
    with database.writer() as session:
        source_id = add_source(session)
    with database.writer() as session:
        first = save_document(session, record(source_id, "/1"), now=NOW)
        if moved:
            assert flush_index(session) == 1
        second = save_document(session, record(source_id, "/2"), now=NOW)
        if moved:
            assert flush_index(session) == 1
        third = save_document(session, record(source_id, "/3"), now=NOW)
    assert first.document_id is not None
    assert [second.duplicate_of, third.duplicate_of] == [first.document_id] * 2


def test_a_label_unknown_so_far_is_added_once(database: Database) -> None:
    with database.writer() as session:
        source_id = add_source(session)
    saved = []
    with database.writer() as session:
        for number, slugs in enumerate((("甲",), ("甲", "乙"), ("乙",))):
            labels = tuple(LabelRecord(slug, "topic") for slug in slugs)
            made = replace(record(source_id, f"/{number}"), labels=labels)
            saved.append(save_document(session, made, now=NOW).document_id)
    with database.reader() as session:
        found = labels_of(session, [key for key in saved if key is not None])
    assert [sorted(view.slug for view in found[key or 0]) for key in saved] == [
        ["甲"],
        ["乙", "甲"],
        ["乙"],
    ]


def test_a_group_that_holds_a_page_three_times_ends_as_three_transactions_would(
    database: Database,
) -> None:
    """Rows that wait for the end of a group are written before the group replaces them."""
    other = BODY.replace("通知", "另一件事") + "改过。"
    with database.writer() as session:
        source_id = add_source(session)
    with database.writer() as session:
        later, saved = Later(session.connection()), []
        for label, body in (("甲", BODY), ("乙", other), ("甲", BODY), ("甲", BODY)):
            page = record(source_id, "/1", text=body)
            page = replace(page, labels=(LabelRecord(label, "topic"),))
            saved.append(save_document(session, page, now=NOW, later=later))
        saved.append(save_document(session, record(source_id, "/2"), now=NOW, later=later))
        write_later(session, later)
    first = saved[0].document_id or 0
    assert [result.outcome for result in saved] == [
        *("new", "changed", "changed", "unchanged", "new")
    ]
    assert saved[-1].duplicate_of == first
    with database.reader() as session:
        assert [view.slug for view in labels_of(session, [first])[first]] == ["甲"]
        versions = select(DocumentVersion.seq).where(DocumentVersion.document_id == first)
        assert session.scalars(versions.order_by(DocumentVersion.seq)).all() == [1, 2, 3]
        assert len(search(session, BODY[:8], limit=10)) == 2


@pytest.mark.parametrize("odd", ["ΟΔΟΣ々Α", "ꞢꙀ汉字", "ᎠᎡ汉Ꭰ", "Ａｂ１２（试）İ", "𠀀𠀁x", ""])
def test_cutting_first_and_folding_the_rest_gives_the_tokens_of_the_folded_text(odd: str) -> None:
    whole = f"{BODY}\n{odd}{BODY}{odd}"
    assert index_tokens(odd, others=whole) == index_tokens(fold(odd), others=fold(whole))


@pytest.mark.postgres
def test_a_server_that_ends_the_connection_is_unreachable(postgres_schema: str) -> None:
    database = open_database(postgres_schema)

    def cut_off() -> None:
        with database.writer() as session:
            mine = session.scalar(text("select pg_backend_pid()"))
            with database.writer() as other:
                other.execute(text("select pg_terminate_backend(:mine, 5000)"), {"mine": mine})
            save_document(session, record(source_id, "/cut"), now=NOW)

    try:
        with database.writer() as session:
            source_id = add_source(session)
        with pytest.raises(DatabaseUnreachable):
            cut_off()
        with database.writer() as session:
            assert save_document(session, record(source_id, "/cut"), now=NOW).outcome == "new"
    finally:
        database.dispose()
