"""Captures of real crawls: what is in the files, read by another program too."""

from __future__ import annotations

import gzip
import json
import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from crawler.cli import app
from crawler.config import load_config
from crawler.control.ticks import prune_captures
from crawler.fetch.warc import SECRET
from storage import archive, captures
from storage.models import CrawlRun, DocumentVersion, Fetch
from storage.warc import Damage, Record, body_of, read_file
from tests.crawler.fetch.lab import Lab, article, listing
from tests.fault_server import FaultServer, Reply, html, redirect


def _dibao(lab: Lab, *arguments: str) -> Any:
    return CliRunner().invoke(app, [*arguments, "--config", str(lab.config_path)])


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


def _place(lab: Lab, suffix: str) -> captures.Capture:
    with lab.db.reader() as session:
        row = session.scalars(select(Fetch).where(Fetch.url.endswith(suffix))).all()[-1]
        found = captures.places_in(session, path=row.warc_file or "", run_id=row.run_id)
        return found[row.warc_offset or 0]


def test_replay_and_verify_with_the_site_gone(lab: Lab) -> None:
    """One byte flipped: its record is named, the other pages (gzip, chunked, moved) come out
    identical; a lost file is missing."""
    with FaultServer() as server:
        _site(server)
        lab.html_source("cn-again", server.url("/list"))
        run = lab.run("cn-again")
        assert run.counts["new"] == 4, run.log
    whole = _dibao(lab, "verify")
    assert (whole.exit_code, "完好 / whole 1" in whole.stdout) == (0, True), whole.output
    (path,) = _files(lab)
    good = path.read_bytes()
    place = _place(lab, "/a/1.html").place
    spot = place.offset + place.length // 2
    path.write_bytes(good[:spot] + bytes([good[spot] ^ 1]) + good[spot + 1 :])
    flipped = _dibao(lab, "verify", "--run", str(run.run_id))
    assert flipped.exit_code == 1
    assert f"response http://{server.netloc}/a/1.html @{place.offset}" in flipped.stdout
    assert "checksum" in flipped.stdout
    assert "SHA-256" in flipped.stdout

    redone = _dibao(lab, "replay", str(path), "--json")
    (result,) = json.loads(redone.stdout)
    assert redone.exit_code == 1
    assert (result["comparison"]["identical"], result["comparison"]["extra"]) == (3, [])
    assert [url for url, _ in result["comparison"]["missing"]] == [server.url("/a/1.html")]
    assert result["comparison"]["missing"][0][1] == "not_archived"

    path.write_bytes(good)
    path.rename(path.with_name("away"))
    (lost,) = json.loads(_dibao(lab, "verify", "--json").stdout)
    assert lost["state"] == "missing"
    assert _dibao(lab, "verify", "--run", "99").exit_code == 2
    assert _dibao(lab, "replay", str(run.run_id)).exit_code == 2


def test_repeats_are_short_and_still_replay(lab: Lab, server: FaultServer) -> None:
    """A 304, and the same bytes once more: revisits of what the first run kept."""
    page = html(article(1))
    server.routes["/a/1.html"] = Reply(page.body, etag='"1"')
    server.routes["/a/2.html"] = html(article(2)).gzipped()
    server.routes["/list"] = html(listing([("/a/1.html", "甲"), ("/a/2.html", "乙")]))
    lab.html_source("cn-twice", server.url("/list"), recheck="0s")
    assert lab.run("cn-twice").counts["new"] == 2
    second = lab.run("cn-twice")
    assert second.counts["unchanged"] == 2, second.log
    first_file, second_file = _files(lab)
    found = {record.uri: record for record in _records(second_file) if record.kind == "revisit"}
    assert set(found) == {server.url(path) for path in ("/list", "/a/1.html", "/a/2.html")}
    profiles = [record.fields["warc-profile"].rsplit("/", 1)[1] for record in found.values()]
    assert sorted(profiles) == ["identical-payload-digest"] * 2 + ["server-not-modified"]
    for record in found.values():
        name, offset = record.refers_to
        original = archive.record_at(lab.folder / "data" / "warc", name, offset)
        assert isinstance(original, Record)
        assert (original.kind, original.uri) == ("response", record.uri)
        digest = original.fields["warc-payload-digest"]
        assert digest == record.fields["warc-payload-digest"]
    (robots,) = [r for r in _records(second_file) if r.fields.get("dibao-robots")]
    assert robots.fields["dibao-robots"] == "allowed_all"
    assert Checker(_Arguments(first_file, second_file)).process_all() == 0
    assert second_file.stat().st_size < first_file.stat().st_size
    done = _dibao(lab, "replay", str(second.run_id), "--json")
    (result,) = json.loads(done.stdout)
    assert (done.exit_code, result["comparison"]["identical"]) == (0, 2), done.output


def test_a_killed_crawl_leaves_a_file_to_its_last_whole_record(
    lab: Lab, server: FaultServer
) -> None:
    """SIGKILL while pages come in; the next run finishes the file and its rows."""
    rows = [(f"/a/{number}.html", f"第{number}号") for number in range(12)]
    server.routes["/list"] = html(listing(rows))
    for number, (path, _) in enumerate(rows):
        server.routes[path] = html(article(number))
    lab.html_source("cn-killed", server.url("/list"))
    run_id = lab.queue("cn-killed")
    child = lab.start(run_id)
    server.on_request = lambda seen: (
        os.kill(child.pid, signal.SIGKILL) if seen.path == "/a/7.html" else None
    )
    child.communicate(timeout=60)
    server.on_request = None
    (unfinished,) = _files_open(lab)
    with unfinished.open("ab") as file:
        file.write(_records(unfinished)[1].block[:40])  # what a disk may leave of a record
    writing = _dibao(lab, "verify")
    assert (writing.exit_code, "正在写" in writing.stdout) == (0, True)
    with lab.db.writer() as session:
        run = session.get_one(CrawlRun, run_id)
        run.state, run.finished_at = "lost", run.started_at
    torn = _dibao(lab, "verify")
    assert (torn.exit_code, "尾部残缺 / torn" in torn.stdout) == (1, True)
    assert lab.run("cn-killed").counts["failed"] == 0
    assert len(lab.documents()) == 12
    assert _files_open(lab) == []
    after = _dibao(lab, "verify", "--json")
    states = [report["state"] for report in json.loads(after.stdout)]
    assert states == ["whole", "whole"], after.output
    with lab.db.reader() as session:
        versions = session.scalars(select(DocumentVersion)).all()
        assert all(captures.capture_of_version(session, v) for v in versions)


def _files_open(lab: Lab) -> list[Path]:
    return list((lab.folder / "data" / "warc").rglob("*.open"))


def test_what_cannot_be_kept_is_not_stored(lab: Lab, server: FaultServer) -> None:
    """A disk without room: the run ends disk_full, the pages stay open for the next one."""
    server.routes["/list"] = html(listing([("/a/1.html", "甲")]))
    server.routes["/a/1.html"] = html(article(1))
    lab.configure(disk_reserve="999TB")
    lab.html_source("cn-full", server.url("/list"))
    full = lab.run("cn-full")
    assert (full.state, full.error_code) == ("failed", "disk_full"), full.log
    assert lab.documents() == {}
    lab.configure(disk_reserve="1MB")
    assert lab.run("cn-full").counts["new"] == 1


@pytest.mark.parametrize("name", [b"Cookie", b"Authorization", b"proxy-authorization"])
def test_secrets_of_requests_are_blacked_out(name: bytes) -> None:
    sent = b"GET / HTTP/1.1\r\nHost: a\r\n" + name + b": hunter2\r\nX-Cookie: kept\r\n\r\n"
    kept = SECRET.sub(rb"\1: (redacted)", sent)
    assert b"hunter2" not in kept
    assert b"X-Cookie: kept\r\n\r\n" in kept


def test_captures_can_be_switched_off(lab: Lab, server: FaultServer) -> None:
    server.routes["/list"] = html(listing([("/a/1.html", "甲")]))
    server.routes["/a/1.html"] = html(article(1))
    lab.configure(warc=False)
    lab.html_source("cn-off", server.url("/list"))
    assert lab.run("cn-off").counts["new"] == 1
    assert _files(lab) == []
    assert _dibao(lab, "replay", "1").exit_code == 2


def test_old_files_go_unless_a_document_came_from_them(lab: Lab, server: FaultServer) -> None:
    server.routes["/list"] = html(listing([("/a/1.html", "甲")]))
    server.routes["/a/1.html"] = html(article(1))
    lab.html_source("cn-old", server.url("/list"))
    assert lab.run("cn-old").counts["new"] == 1
    assert lab.run("cn-old").state == "ok"
    assert len(_files(lab)) == 2
    later = datetime.now(UTC) + timedelta(days=200)
    gone = prune_captures(lab.db, load_config(lab.config_path), now=later)
    assert [name.rsplit("-", 2)[1] for name in gone] == ["2"]
    done = _dibao(lab, "verify", "--json")
    states = [report["state"] for report in json.loads(done.stdout)]
    assert (done.exit_code, states) == (0, ["whole", "pruned"])
