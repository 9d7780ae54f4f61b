"""Files of documents in the store: states, one copy for all, search that follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from storage.attachments import (
    MOST_ATTEMPTS,
    FileFacts,
    FileReading,
    file_failed,
    files_due,
    files_to_read,
    link_file,
    open_files,
    put_file,
    reading_of,
    reopen_files,
)
from storage.documents import AttachmentRecord, save_document
from storage.engine import Database
from storage.file_removal import drop_unlinked
from storage.file_views import file_views, files_by_document
from storage.index_queue import flush_index
from storage.removal import bury_document
from storage.search import search
from tests.storage.samples import BODY, NOW, add_source, key, record

URL = "https://sample.gov.cn/{}.pdf"
READ = FileReading(
    "pdf", "application/pdf", "read", pages=3, text="附件独有：鲲鹏调度平台。", html="<p>x</p>"
)


def attached(*names: str) -> tuple[AttachmentRecord, ...]:
    return tuple(AttachmentRecord(URL.format(n), key(f"{n}.pdf"), f"附件{n}.pdf") for n in names)


def facts(number: int) -> FileFacts:
    digest = f"{number:064x}"
    return FileFacts(digest, 1000, f"{digest[:2]}/{digest}", file_name="a.pdf", etag='"e"')


def found(session: object, words: str) -> list[int]:
    return [hit.document_id for hit in search(session, words)]  # type: ignore[arg-type]


def test_search_follows_files_at_every_step(database: Database) -> None:
    with database.writer() as session:
        source = add_source(session)
        save_document(session, record(source, attachments=attached("1")), now=NOW)
        while flush_index(session):
            pass
    with database.writer() as session:
        (file,) = open_files(session, now=NOW, limit=9, source_id=source)
        put_file(session, facts(1), READ, now=NOW, reader_version="1")
        assert link_file(session, file.id, facts(1), media_type="application/pdf", now=NOW)
        assert found(session, "鲲鹏调度平台") == [1]
    with database.writer() as session:
        while flush_index(session):
            pass
        assert found(session, "鲲鹏调度平台") == [1]
        assert found(session, "鲲鹏") == [1]
        hit = search(session, "鲲鹏调度平台")[0]
        assert "".join(part.text for part in hit.snippet).startswith("附件《附件1.pdf》：附件独有")
    with database.writer() as session:  # a changed page, then a better reading: old words go
        save_document(session, record(source, attachments=attached("1"), text=BODY + "改"), now=NOW)
        better = FileReading("pdf", "application/pdf", "read", text="另有内容：青龙算力。")
        put_file(session, facts(1), better, now=NOW, reader_version="2")
        while flush_index(session):
            pass
        assert found(session, "鲲鹏") == []
        assert found(session, "青龙算力") == [1]
    with database.writer() as session:
        bury_document(session, 1, reason="test", actor="a", now=NOW)
        assert found(session, "青龙") == []
        assert drop_unlinked(session, stored_before=NOW) == []
        later = NOW + timedelta(days=1)
        assert drop_unlinked(session, stored_before=later) == [facts(1).path]


def test_one_file_serves_all_documents(database: Database) -> None:
    with database.writer() as session:
        source = add_source(session)
        for number in (1, 2):
            item = record(source, f"a{number}", attachments=attached(f"n{number}"))
            save_document(session, item, now=NOW)
        put_file(session, facts(7), READ, now=NOW, reader_version="1")
        for file in open_files(session, now=NOW, limit=9):
            link_file(session, file.id, facts(7), media_type="application/pdf", now=NOW)
        views = file_views(session)
        assert [(v.document_id, v.sha256, v.text_state, v.pages) for v in views] == [
            (2, facts(7).sha256, "read", 3),
            (1, facts(7).sha256, "read", 3),
        ]
        assert sorted(files_by_document(session, [1, 2, 3])) == [1, 2]
        assert found(session, "鲲鹏") == [2, 1]
        assert files_to_read(session, reader_version="1", limit=9) == []
        assert len(files_to_read(session, reader_version="2", limit=9)) == 1
        assert reading_of(session, facts(7).sha256, reader_version="2") is None
        older = reading_of(session, facts(7).sha256)
        assert older is not None, "a body is not lost with a new reader"
        assert older.text == READ.text
        put_file(
            session,
            facts(8),
            replace(READ, state="unread", code="kind_unread"),
            now=NOW,
            reader_version="1",
        )
        assert [
            f.sha256 for f in files_to_read(session, reader_version="1", limit=9, again=True)
        ] == [facts(8).sha256]


def test_failures_wait_longer_each_time_and_end(database: Database) -> None:
    with database.writer() as session:
        source = add_source(session)
        save_document(session, record(source, attachments=attached("1", "2")), now=NOW)
        first, second = open_files(session, now=NOW, limit=9)
        now, waits = NOW, []
        for _ in range(MOST_ATTEMPTS):
            file_failed(session, first.id, code="unreachable", detail="x", retry=True, now=now)
            assert first.id not in {file.id for file in open_files(session, now=now, limit=9)}
            later = now + timedelta(days=30)
            due = [file.id for file in open_files(session, now=later, limit=9)]
            waits.append(first.id in due)
            now = later
        assert waits == [True] * (MOST_ATTEMPTS - 1) + [False]
        file_failed(session, second.id, code="gone", detail="", retry=False, now=now)
        assert open_files(session, now=now, limit=9) == []
        assert reopen_files(session, codes=["gone"]) == 1
        assert reopen_files(session) == 1
        assert [file.attempts for file in open_files(session, now=now, limit=9)] == [0, 0]


def test_a_stored_copy_outlives_a_failed_look(database: Database) -> None:
    with database.writer() as session:
        source = add_source(session)
        save_document(session, record(source, attachments=attached("1")), now=NOW)
        (file,) = open_files(session, now=NOW, limit=9)
        put_file(session, facts(1), READ, now=NOW, reader_version="1")
        link_file(session, file.id, facts(1), media_type="application/pdf", now=NOW)
        week = NOW + timedelta(days=8)
        again = files_due(
            session,
            source_id=source,
            url_key=record(source).url_key,
            now=week,
            again_before=week - timedelta(days=7),
            limit=9,
        )
        assert [(item.etag, item.sha256) for item in again] == [('"e"', facts(1).sha256)]
        file_failed(session, file.id, code="timeout", detail="", retry=True, now=week)
        (view,) = file_views(session, state="stored")
        assert (view.error_code, view.text_state) == ("timeout", "read")
