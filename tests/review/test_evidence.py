"""The evidence page: what was captured is shown as text, given out as a file, never rendered."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from sqlalchemy import select
from warcio.archiveiterator import ArchiveIterator

from storage import captures
from storage.archive import ArchiveWriter, Place
from storage.models import CrawlRun, Document, DocumentVersion
from storage.runs import FetchRow, record_fetches
from storage.warc import (
    HTTP_REQUEST,
    HTTP_RESPONSE,
    INFO_FIELDS,
    digest_of,
    member,
    new_id,
    written_date,
)
from tests.review.conftest import NEWEST, Desk
from tests.review.sample import NOW

BODY = b"<html><script>alert(1)</script><p>\xe5\x85\xac\xe5\x91\x8a</p></html>"
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    b"X-Evil: <script>alert(document.cookie)</script>\r\n\r\n"
)
NAME = "2026/11/20/cn-sample-1-1.warc.gz"
PAGE = f"/items/{NEWEST}/versions/2/evidence"


def _record(kind: str, block: bytes, *, to: str = "", content_type: str = HTTP_RESPONSE) -> bytes:
    fields = {
        "WARC-Type": kind,
        "WARC-Record-ID": new_id(),
        "WARC-Date": written_date(NOW),
        "WARC-Target-URI": "http://www.example.gov.cn/1.html",
        "WARC-IP-Address": "203.0.113.7",
        "Content-Type": content_type,
        "WARC-Block-Digest": digest_of(block),
    }
    if kind == "response":
        fields["WARC-Payload-Digest"] = digest_of(BODY)
    return member(fields, block, squeeze=True)


@pytest.fixture
def captured(desk: Desk) -> Path:
    """The file that holds the exchange from which the newest sample was read."""
    folder: Path = desk.app.state.site.data_dir / "warc"
    writer = ArchiveWriter(folder, NAME)
    writer.append(_record("warcinfo", b"software: test\r\n", content_type=INFO_FIELDS))
    request = _record("request", b"GET /1.html HTTP/1.1\r\n\r\n", content_type=HTTP_REQUEST)
    place, _ = writer.append(_record("response", HEAD + BODY), request)
    writer.close()
    with desk.db.writer() as session:
        document = session.get_one(Document, NEWEST)
        version = session.scalars(
            select(DocumentVersion).where(
                DocumentVersion.document_id == NEWEST, DocumentVersion.seq == 2
            )
        ).one()
        run_id = session.scalars(
            select(CrawlRun.id).where(CrawlRun.source_id == document.source_id)
        ).first()
        assert run_id is not None
        version.run_id, version.fetch_id = run_id, None
        version.raw_sha256 = hashlib.sha256(BODY).hexdigest()
        captures.file_opened(session, path=NAME, run_id=run_id, now=NOW)
        record_fetches(session, [_row(document, place)], run_id=run_id)
        captures.link_versions(session, run_id=run_id)
    return folder / NAME


def _row(document: Document, place: Place) -> FetchRow:
    return FetchRow(
        role="detail",
        url=document.url,
        url_key=document.url_key,
        fetched_at=NOW,
        status=200,
        warc_file=place.file,
        warc_offset=place.offset,
        warc_length=place.length,
        warc_digest=hashlib.sha256(BODY).hexdigest(),
    )


def test_time_and_digests_are_shown_and_nothing_captured_is_live(
    desk: Desk, captured: Path
) -> None:
    editor = desk.visitor("editor")
    item = editor.get(f"/items/{NEWEST}").text
    assert "2026-11-20 10:30:00" in item
    assert hashlib.sha256(BODY).hexdigest() in item
    assert PAGE in item
    page = editor.get(PAGE).text
    assert "存档完好" in page
    assert "就是由这份网页读出的" in page
    assert "203.0.113.7" in page
    assert hashlib.sha256(HEAD + BODY).hexdigest() in page
    assert "&lt;script&gt;alert(document.cookie)" in page
    assert "<script>alert" not in page


def test_files_leave_as_attachments_that_cannot_run(desk: Desk, captured: Path) -> None:
    editor = desk.visitor("editor")
    answer = editor.get(f"{PAGE}.http")
    assert answer.content == HEAD + BODY
    archive = editor.get(f"{PAGE}.warc.gz")
    kinds = [one.rec_type for one in ArchiveIterator(io.BytesIO(archive.content))]
    assert kinds == ["warcinfo", "response", "request"]
    for got in (answer, archive):
        assert got.headers["content-disposition"].startswith("attachment; filename=")
        assert got.headers["content-type"] == "application/octet-stream"
        assert got.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert got.headers["x-content-type-options"] == "nosniff"
    reader = desk.visitor("reader")
    assert reader.get(PAGE).status_code == 200
    assert f"{PAGE}.http" not in reader.get(PAGE).text
    assert reader.get(f"{PAGE}.http").status_code == 403
    assert desk.visitor().get(PAGE).status_code in (302, 303)


def test_a_changed_or_lost_capture_is_said_plainly(desk: Desk, captured: Path) -> None:
    editor = desk.visitor("editor")
    good = captured.read_bytes()
    captured.write_bytes(good[:500] + bytes([good[500] ^ 4]) + good[501:])
    assert "不能作为证据" in editor.get(PAGE).text
    captured.unlink()
    assert "不在磁盘上" in editor.get(PAGE).text
    assert editor.get(f"{PAGE}.warc.gz").status_code == 404
    assert "没有存档" in editor.get(f"/items/{NEWEST - 1}/versions/1/evidence").text
    assert editor.get(f"/items/{NEWEST}/versions/99/evidence").status_code == 404
