"""Captures of real crawls: what is in the files, read by another program too."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

from sqlalchemy import select
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from storage import archive, captures
from storage.models import DocumentVersion, Fetch
from storage.warc import Damage, Record, body_of, read_file
from tests.crawler.fetch.lab import Lab, article, listing
from tests.fault_server import FaultServer, Reply, html, redirect


class _Arguments:
    def __init__(self, *paths: Path) -> None:
        self.inputs = [str(path) for path in paths]
        self.verbose = False


def _files(lab: Lab) -> list[Path]:
    folder = lab.folder / "data" / "warc"
    return [folder / name for name in archive.files_in(folder)]


def _records(path: Path) -> list[Record]:
    found = list(read_file(path))
    assert not [one for one in found if isinstance(one, Damage)]
    return [one for one in found if isinstance(one, Record)]


def _site(server: FaultServer) -> None:
    """Robots, a list, a plain page, a gzip one, a chunked one, one behind a redirect."""
    server.robots("User-agent: *\nDisallow: /private/\n")
    paths = ["/a/1.html", "/a/2.html", "/a/3.html", "/moved/4.html"]
    server.routes["/list"] = html(listing([(path, f"关于{path}的通知") for path in paths]))
    server.routes["/a/1.html"] = html(article(1), charset="gb18030")
    server.routes["/a/2.html"] = html(article(2)).gzipped()
    body = html(article(3)).body
    chunks = b"".join(
        b"%x\r\n%s\r\n" % (len(body[at : at + 700]), body[at : at + 700])
        for at in range(0, len(body), 700)
    )
    server.routes["/a/3.html"] = Reply(
        raw=b"HTTP/1.1 200 OK\r\ncontent-TYPE: text/html; charset=utf-8\r\nX-Odd:  yes\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    )
    server.routes["/moved/4.html"] = redirect("/a/4.html")
    server.routes["/a/4.html"] = html(article(4))


def test_a_run_is_kept_byte_for_byte(lab: Lab, server: FaultServer) -> None:
    _site(server)
    lab.html_source("cn-kept", server.url("/list"))
    done = lab.run("cn-kept")
    assert (done.state, done.counts["new"]) == ("ok", 4), done.log
    (path,) = _files(lab)
    records = _records(path)
    assert Checker(_Arguments(path)).process_all() == 0
    with path.open("rb") as file:
        kinds = [record.rec_type for record in ArchiveIterator(file, check_digests="raise")]
    assert kinds == ["warcinfo"] + ["response", "request"] * 7

    answers = {record.uri: record for record in records if record.kind == "response"}
    chunked = answers[server.url("/a/3.html")].block
    reply = server.routes["/a/3.html"]
    assert isinstance(reply, Reply)
    assert chunked == reply.raw
    head, body = answers[server.url("/a/2.html")].parts
    assert gzip.decompress(body_of(head, body)) == html(article(2)).body
    assert answers[server.url("/moved/4.html")].block.startswith(b"HTTP/1.1 302")
    assert server.url("/robots.txt") in answers
    (asked,) = [r for r in records if r.kind == "request" and r.uri == server.url("/a/1.html")]
    assert asked.block.startswith(b"GET /a/1.html HTTP/1.1\r\n")
    assert f"Host: {server.netloc}".encode() in asked.block

    with lab.db.reader() as session:
        versions = session.scalars(select(DocumentVersion)).all()
        places = {v.document_id: captures.capture_of_version(session, v) for v in versions}
        assert all(v.fetch_id is not None for v in versions)
    assert None not in places.values()
    for place in places.values():
        assert place is not None
        record = archive.record_at(lab.folder / "data" / "warc", *_start(place.place))
        assert isinstance(record, Record)
        assert record.uri == place.url
        assert record.length == place.place.length


def _start(place: archive.Place) -> tuple[str, int]:
    return place.file, place.offset
