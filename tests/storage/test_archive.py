"""WARC files on their own: written, read back, torn at every byte, altered, full disk."""

from __future__ import annotations

import errno
import io
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from storage import archive
from storage.archive import ArchiveWriter
from storage.archive_check import FileReport, check_blobs, check_file
from storage.blobs import BlobStore
from storage.engine import open_database
from storage.errors import ArchiveUnwritable, DiskFull
from storage.migrate import upgrade
from storage.models import StoredFile
from storage.warc import (
    HTTP_RESPONSE,
    Damage,
    Record,
    body_of,
    digest_of,
    member,
    new_id,
    read_file,
    read_record,
    unchunked,
    written_date,
)

NOW = datetime(2026, 11, 20, 8, 30, 15, 123456, tzinfo=UTC)
NAME = archive.file_name(source_key="cn-sample", run_id=7, number=1, now=NOW)


def _response(number: int, *, squeeze: bool = True, size: int = 600) -> bytes:
    body = (f"第{number}号文件。" * size).encode()[:size]
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body
    fields = {
        "WARC-Type": "response",
        "WARC-Record-ID": new_id(),
        "WARC-Date": written_date(NOW),
        "WARC-Target-URI": f"https://www.example.gov.cn/{number}.html",
        "Content-Type": HTTP_RESPONSE,
        "WARC-Payload-Digest": digest_of(body),
        "WARC-Block-Digest": digest_of(block),
    }
    return member(fields, block, squeeze=squeeze)


def _written(folder: Path, *members: bytes) -> Path:
    writer = ArchiveWriter(folder, NAME)
    for one in members:
        writer.append(one)
    writer.close()
    return folder / NAME


def test_names_are_dated_and_read_back_by_another_program(tmp_path: Path) -> None:
    assert NAME == "2026/11/20/cn-sample-7-1.warc.gz"
    big = _response(3, squeeze=False, size=200_000)  # more than three stored blocks
    path = _written(tmp_path, _response(1), _response(2, squeeze=False), big)
    with path.open("rb") as file:
        found = [
            (record.rec_headers.get_header("WARC-Target-URI"), len(record.content_stream().read()))
            for record in ArchiveIterator(file, check_digests="raise")
        ]
    assert [size for _, size in found] == [600, 600, 200_000]
    records = [one for one in read_file(path) if isinstance(one, Record)]
    assert [record.uri for record in records] == [uri for uri, _ in found]
    assert records[0].at == NOW
    again = read_record(path, records[1].offset)
    assert again == records[1]
    assert check_file(path, name=NAME).state == "whole"


def test_a_file_cut_at_any_byte_keeps_its_whole_records(tmp_path: Path) -> None:
    last = _response(2, size=40)
    path = _written(tmp_path, _response(1), last)
    data = path.read_bytes()
    whole = len(data) - len(last)
    for size in range(whole, len(data), 7):
        part = tmp_path / "cut.warc.gz.open"
        part.write_bytes(data[:size])
        found = list(read_file(part))
        assert isinstance(found[0], Record)
        assert len(found) == 1 + (size > whole)
        assert all(isinstance(one, Damage) and one.torn for one in found[1:])
        mended = archive.mend(tmp_path, "cut.warc.gz")
        assert mended is not None
        assert (mended.kept, mended.torn) == (whole, size - whole)
        assert check_file(tmp_path / "cut.warc.gz", name="cut").state == "whole"
        if mended.torn:
            assert (tmp_path / "cut.warc.gz.torn").read_bytes() == data[whole:size]


@pytest.mark.parametrize("squeeze", [True, False])
def test_one_flipped_byte_is_found_and_the_records_around_it_still_read(
    tmp_path: Path, squeeze: bool
) -> None:
    pieces = [_response(number, squeeze=squeeze) for number in range(3)]
    path = _written(tmp_path, *pieces)
    good = path.read_bytes()
    start, end = len(pieces[0]), len(pieces[0]) + len(pieces[1])
    for place in range(start, end, 11):
        if place - start in range(3, 10) or end - place == 9:
            continue  # time and system in the gzip head, padding behind the last bit: no content
        path.write_bytes(good[:place] + bytes([good[place] ^ 0x10]) + good[place + 1 :])
        report = check_file(path, name=NAME)
        assert (report.state, report.records) == ("altered", 2), place
        assert [problem.offset for problem in report.problems] == [start]
    late = end - 20
    path.write_bytes(good[:late] + bytes([good[late] ^ 1]) + good[late + 1 :])
    (problem,) = check_file(path, name=NAME).problems
    assert "example.gov.cn/1.html" in problem.about


def test_a_record_is_named_by_what_stands_before_its_damage(tmp_path: Path) -> None:
    """A wrong bit may make the end of a record repeat its beginning, with another address."""
    import zlib

    whole = zlib.decompress(_response(1), 31)
    told = whole.replace(b"\r\n\r\n", b"\r\nWARC-Target-URI: https://www.exam\r\n\r\n", 1)
    packed = zlib.compress(told, wbits=31)
    path = _written(tmp_path, packed[:-8] + bytes(4) + packed[-4:])
    (problem,) = check_file(path, name=NAME).problems
    assert problem.about == "response https://www.example.gov.cn/1.html"


def test_a_record_that_was_rewritten_fails_its_own_digests(tmp_path: Path) -> None:
    """Somebody unpacks, edits and packs again: the checksum fits, the digests do not."""
    import zlib

    original = _response(1)
    edited = zlib.decompress(original, 31).replace("第1号".encode(), "第9号".encode())
    machine = zlib.compressobj(6, zlib.DEFLATED, 31)
    path = _written(tmp_path, machine.compress(edited) + machine.flush())
    report = check_file(path, name=NAME)
    assert report.state == "altered"
    assert {problem.reason for problem in report.problems} == {
        "block digest differs",
        "payload digest differs",
    }


def test_files_of_other_programs_are_read_and_checked(tmp_path: Path) -> None:
    for packed in (True, False):
        out = io.BytesIO()
        writer = WARCWriter(out, gzip=packed, warc_version="1.1")
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        record = writer.create_warc_record(
            "http://example.org/", "response", payload=io.BytesIO(b"<p>hi"), http_headers=headers
        )
        writer.write_record(record)
        record.raw_stream.close()
        path = tmp_path / f"other-{packed}.warc"
        path.write_bytes(out.getvalue())
        assert check_file(path, name="other").state == "whole"
        (found,) = read_file(path)
        assert isinstance(found, Record)
        assert found.parts[1] == b"<p>hi"
        path.write_bytes(out.getvalue()[:-9])
        assert check_file(path, name="other").state == "torn"
    (tmp_path / "no.warc.gz").write_bytes(b"<html>" * 100)
    assert _state(tmp_path / "no.warc.gz").state == "altered"


def _state(path: Path) -> FileReport:
    return check_file(path, name=path.name)


def test_a_full_disk_leaves_only_whole_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = ArchiveWriter(tmp_path, NAME)
    (first,) = writer.append(_response(1))
    real, calls = os.write, 0

    def full(number: int, data: bytes) -> int:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(number, bytes(data)[:50])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(DiskFull):
        writer.append(_response(2))
    monkeypatch.undo()
    (second,) = writer.append(_response(3))
    assert second.offset == first.length
    writer.close()
    assert check_file(tmp_path / NAME, name=NAME).records == 2


def test_the_reserve_of_the_disk_is_kept(tmp_path: Path) -> None:
    with pytest.raises(DiskFull):
        ArchiveWriter(tmp_path, NAME, reserve=1 << 60)
    (tmp_path / "2027").write_bytes(b"a file where a folder should be")
    with pytest.raises(ArchiveUnwritable):
        ArchiveWriter(tmp_path, "2027/01/01/x-1-1.warc.gz")


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a/../../b", "", "a\\..\\b"])
def test_stored_names_never_lead_out_of_the_folder(tmp_path: Path, name: str) -> None:
    assert archive.path_of(tmp_path, name) is None


def test_stored_files_are_held_against_their_names(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'files.db'}")
    upgrade(database)
    blobs = BlobStore(tmp_path / "blobs")
    kept = [blobs.put([text], limit=100) for text in (b"one", b"two", b"three")]
    with database.writer() as session:
        for blob in kept:
            values = {"kind": "pdf", "media_type": "application/pdf", "path": blob.path}
            session.add(StoredFile(sha256=blob.sha256, size=blob.size, stored_at=NOW, **values))
    blobs.path_of(kept[1].sha256).write_bytes(b"2")
    blobs.path_of(kept[2].sha256).unlink()
    with database.reader() as session:
        found = {report.path: report.state for report in check_blobs(session, blobs)}
    database.dispose()
    states = [found[f"blobs/{blob.path}"] for blob in kept]
    assert states == ["whole", "altered", "missing"]


def test_chunked_bodies_are_put_together() -> None:
    body = b"4\r\nWiki\r\n5;x=1\r\npedia\r\n0\r\nTrailer: x\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\ntransfer-ENCODING: Chunked\r\n\r\n"
    assert body_of(head, body) == b"Wikipedia"
    assert unchunked(b"not chunked at all") == b""
