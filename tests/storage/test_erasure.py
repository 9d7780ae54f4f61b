"""Removal on request: nothing readable stays, everything else does, and it is provable as such."""

from __future__ import annotations

import gzip
import io
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from warcio.archiveiterator import ArchiveIterator

from storage import archive, captures, erasure, runs
from storage.archive import ArchiveWriter
from storage.archive_check import FileReport, check_file, check_kept
from storage.attachments import (
    FileFacts,
    FileReading,
    link_file,
    open_files,
    put_file,
    stored_file,
)
from storage.audit import list_actions
from storage.blanking import blank_member
from storage.columns import Base
from storage.documents import AttachmentRecord, LabelRecord, get_document, save_document
from storage.engine import Database
from storage.labels import put_labels
from storage.models import (
    CrawlRun,
    Document,
    DocumentVersion,
    ErasedRecord,
    EventKey,
    EventReference,
    Fetch,
    Issue,
    IssueItem,
)
from storage.runs import FetchRow, record_fetches
from storage.search import search
from storage.warc import HTTP_REQUEST, HTTP_RESPONSE, digest_of, member, new_id, written_date
from tests.storage.samples import NOW, add_source, key, record

SECRET = "当事人张某的姓名与住址"
READ = FileReading("pdf", "application/pdf", "read", text="附件的文字。")
URLS = [f"https://sample.gov.cn/{number}.html" for number in (1, 2, 3)]


def _pair(url: str, text: str) -> tuple[bytes, bytes, str]:
    body = f"<p>{text}</p>".encode() * 40
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body
    common = {
        "WARC-Date": written_date(NOW),
        "WARC-Target-URI": url,
    }
    answer = member(
        {
            "WARC-Type": "response",
            "WARC-Record-ID": new_id(),
            **common,
            "Content-Type": HTTP_RESPONSE,
            "WARC-Payload-Digest": digest_of(body),
            "WARC-Block-Digest": digest_of(block),
        },
        block,
        squeeze=True,
    )
    asked = f"GET / HTTP/1.1\r\nDibao-Row: {text}\r\n\r\n".encode()
    fields = {"WARC-Type": "request", "WARC-Record-ID": new_id(), **common}
    request = member({**fields, "Content-Type": HTTP_REQUEST}, asked, squeeze=True)
    return answer, request, digest_of(body).removeprefix("sha256:")


def _crawled(session: Session, folder: Path, *, finished: bool = True) -> str:
    """Three documents, captured in one file; the second holds what is to be removed."""
    source_id = add_source(session)
    run = runs.queue_run(session, source_id=source_id, trigger="manual", now=NOW)
    assert run is not None
    run.state, run.started_at = "ok", NOW
    session.flush()
    name = archive.file_name(source_key="cn-sample", run_id=run.id, number=1, now=NOW)
    writer = ArchiveWriter(folder, name)
    captures.file_opened(session, path=name, run_id=run.id, now=NOW)
    rows = []
    for number, url in enumerate(URLS):
        text = SECRET if number == 1 else f"第{number}号通知的正文"
        answer, request, body = _pair(url, text)
        place, _ = writer.append(answer, request)
        rows.append(
            FetchRow(
                role="detail",
                url=url,
                url_key=key(url),
                fetched_at=NOW,
                status=200,
                warc_file=name,
                warc_offset=place.offset,
                warc_length=place.length,
                warc_digest=body,
            )
        )
        save_document(
            session,
            record(source_id, url, run_id=run.id, title=f"{text}的公告", text=text * 9),
            now=NOW,
        )
    record_fetches(session, rows, run_id=run.id)
    captures.link_versions(session, run_id=run.id)
    if finished:
        sha256 = writer.close()
        captures.file_closed(
            session, path=name, size=writer.size, records=6, sha256=sha256, now=NOW
        )
    return name


def _checked(session: Session, folder: Path) -> FileReport:
    (kept,) = captures.files(session)
    places = captures.places_in(session, path=kept.path, run_id=kept.run_id)
    return check_kept(folder, kept, places, erasure.erased_in(session, kept.path))


def _erase(session: Session) -> erasure.Erased:
    return erasure.erase(
        session, url_key=key(URLS[1]), url=URLS[1], reason="当事人要求", actor="li", now=NOW
    )


def _finish(session: Session, folder: Path) -> None:
    for file, places in erasure.waiting(session).items():
        blanked = erasure.blank(folder, file, places, now=NOW)
        erasure.settle(session, file, blanked, now=NOW)


def _noted_of(session: Session, document_id: int) -> None:
    """What else is read from a page: its topics, labels, keys, and policies that it speaks of."""
    page = session.get_one(Document, document_id)
    page.subject, page.topic_words, page.validity_by = SECRET, [SECRET], SECRET
    label = LabelRecord("penalty", "topic", reason=SECRET)
    put_labels(session, document_id, [label], replace=False)
    session.add(EventKey(value=7, document_id=document_id))
    session.add(
        EventReference(document_id=document_id, value=7, kind="mention", name=SECRET, place="")
    )
    session.flush()


def _everything(session: Session) -> str:
    """All rows of all tables that are written by code, as a reader of the database sees them."""
    tables = Base.metadata.sorted_tables
    return "".join(str(session.execute(select(table)).all()) for table in tables)


def _unpacked(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes())


def test_an_erased_item_is_nowhere_and_the_rest_is_whole(
    database: Database, tmp_path: Path
) -> None:
    with database.writer() as session:
        name = _crawled(session, tmp_path)
        before = (tmp_path / name).stat().st_size
        assert _checked(session, tmp_path).state == "whole"
        assert len(search(session, "张某")) == 1
    with database.writer() as session:
        done = _erase(session)
        assert (done.documents, done.shells, done.records) == ((2,), (), 1)
        assert _checked(session, tmp_path).state == "erasing"
    with database.writer() as session:
        _finish(session, tmp_path)
        _finish(session, tmp_path)
        report = _checked(session, tmp_path)
        assert (report.state, report.erased, report.records) == ("whole", 2, 4)
        assert SECRET.encode() not in _unpacked(tmp_path / name)
        assert (tmp_path / name).stat().st_size == before
        assert get_document(session, 2) is None
        assert SECRET not in _everything(session)
        assert search(session, "张某") == []
        assert get_document(session, 3) is not None
        again = save_document(session, record(1, URLS[1]), now=NOW)
        assert again.outcome == "tombstoned"
        (line,) = list_actions(session, actor="li")
        assert (line.action, line.note) == ("erased", "当事人要求")
        assert SECRET not in str(line.after)
    assert check_file(tmp_path / name, name=name).erased == 2, "the file says so by itself"
    with (tmp_path / name).open("rb") as file:
        kinds = [entry.rec_type for entry in ArchiveIterator(file)]
    assert kinds == ["response", "request", "metadata", "metadata", "response", "request"]


def test_a_file_that_claims_an_erasure_nobody_noted_is_altered(
    database: Database, tmp_path: Path
) -> None:
    with database.writer() as session:
        name = _crawled(session, tmp_path)
        _erase(session)
        _finish(session, tmp_path)
        session.execute(ErasedRecord.__table__.delete())  # type: ignore[attr-defined]
        report = _checked(session, tmp_path)
    assert report.state == "altered"
    assert {problem.reason for problem in report.problems} == {
        "says that it was erased, which nobody noted"
    }
    assert name == report.path


def test_records_of_a_file_being_written_wait(database: Database, tmp_path: Path) -> None:
    with database.writer() as session:
        name = _crawled(session, tmp_path, finished=False)
        _erase(session)
        _finish(session, tmp_path)
        assert list(erasure.waiting(session)) == [name]
        (tmp_path / f"{name}.open").rename(tmp_path / name)
        _finish(session, tmp_path)
        assert erasure.waiting(session) == {}
        assert SECRET.encode() not in _unpacked(tmp_path / name)


def test_of_an_item_that_an_issue_cites_a_hidden_shell_stays(
    database: Database, tmp_path: Path
) -> None:
    with database.writer() as session:
        _crawled(session, tmp_path)
        version = session.scalars(
            select(DocumentVersion.id).where(DocumentVersion.document_id == 2)
        ).one()
        issue = Issue(
            edition="weekly",
            title="第1期",
            state="sent",
            number=1,
            recipients=0,
            row_version=1,
            period_start=NOW - timedelta(days=7),
            period_end=NOW,
            created_at=NOW,
            figures={},
        )
        session.add(issue)
        session.flush()
        session.add(
            IssueItem(
                issue_id=issue.id,
                document_id=2,
                version_id=version,
                position=1,
                section="a",
                extra={},
            )
        )
        session.flush()
        _noted_of(session, 2)
        done = _erase(session)
        assert (done.documents, done.shells) == ((2,), (2,))
        assert SECRET not in _everything(session)
    with database.reader() as session:
        shell = get_document(session, 2)
        assert shell is not None
        assert (shell.state, SECRET in shell.title) == ("suppressed", False)
        left = session.scalars(
            select(DocumentVersion.body_text).where(DocumentVersion.document_id == 2)
        )
        assert set(left) == {""}
        assert search(session, "张某") == []


def test_files_go_with_the_only_document_that_links_to_them(database: Database) -> None:
    """A file of others stays, and one that a crawl has stored and is about to link."""
    own, shared, coming = (FileFacts(letter * 64, 1, f"{letter}.pdf") for letter in "abc")
    with database.writer() as session:
        source_id = add_source(session)
        for number, names in ((0, ["shared"]), (1, ["own", "shared"])):
            links = tuple(AttachmentRecord(name, key(name), name) for name in names)
            page = record(source_id, URLS[number], text=f"第{number}号", attachments=links)
            save_document(session, page, now=NOW)
        for facts in (own, shared, coming):
            put_file(session, facts, READ, now=NOW - timedelta(hours=1), reader_version="1")
        for file in open_files(session, now=NOW, limit=9):
            facts = own if file.url == "own" else shared
            link_file(session, file.id, facts, media_type="application/pdf", now=NOW)
        run = runs.queue_run(session, source_id=source_id, trigger="manual", now=NOW)
        assert run is not None
        rows = [
            FetchRow(
                role="attachment",
                url=url,
                url_key=key(url),
                fetched_at=NOW,
                warc_file="x.warc.gz",
                warc_offset=offset,
                warc_length=9,
            )
            for offset, url in enumerate(("own", "shared"))
        ]
        record_fetches(session, rows, run_id=run.id)
    with database.writer() as session:
        assert _erase(session).files == (own.path,)
        assert erasure.waiting(session) == {"x.warc.gz": [(0, 9)]}
        assert stored_file(session, own.sha256) is None
        assert stored_file(session, shared.sha256) is not None
        assert stored_file(session, coming.sha256) is not None


def test_an_address_that_was_captured_and_not_taken_in(database: Database, tmp_path: Path) -> None:
    with database.writer() as session:
        name = _crawled(session, tmp_path)
        session.execute(update(Fetch).where(Fetch.url == URLS[1]).values(url_key=key("other")))
        done = erasure.erase(
            session, url_key=key("other"), url="https://other.cn/", reason="x", actor="li", now=NOW
        )
        assert (done.documents, done.records) == ((), 1)
        _finish(session, tmp_path)
        assert SECRET.encode() not in _unpacked(tmp_path / name)
        assert session.scalars(select(CrawlRun.state)).all() == ["ok"]


def test_a_blank_record_fits_to_the_byte() -> None:
    for length in (*range(230, 700), 65_000, 65_535, 65_800, 131_200, 1_000_000):
        made = blank_member(length, now=NOW)
        assert len(made) == length
        if length > 330:
            assert [one.rec_type for one in ArchiveIterator(io.BytesIO(made))] == ["metadata"]
