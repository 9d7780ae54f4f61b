"""Where captures stand: files, the record behind a version, repeats, retirement."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from storage import captures, runs
from storage.documents import save_document
from storage.engine import Database
from storage.listing import latest_version
from storage.models import CrawlRun
from storage.runs import FetchRow, record_fetches
from tests.storage.samples import DAY, NOW, add_source, digest, key, record

URL = "https://sample.gov.cn/1.html"


def _fetch(path: str, *, offset: int, minutes: int = 0, role: str = "detail") -> FetchRow:
    return FetchRow(
        role=role,
        url=URL,
        url_key=key(URL),
        fetched_at=NOW + timedelta(minutes=minutes),
        status=200,
        warc_file=path,
        warc_offset=offset,
        warc_length=50,
        warc_digest=digest(path),
    )


def _run(session: Session, source_id: int) -> CrawlRun:
    run = runs.queue_run(session, source_id=source_id, trigger="manual", now=NOW)
    assert run is not None
    run.state, run.started_at = "ok", NOW
    session.flush()
    return run


def test_a_version_finds_the_record_it_came_from(database: Database) -> None:
    with database.writer() as session:
        source_id = add_source(session)
        run = _run(session, source_id)
        captures.file_opened(session, path="a.warc.gz", run_id=run.id, now=NOW)
        captures.file_opened(session, path="a.warc.gz", run_id=run.id, now=NOW)
        saved = save_document(session, record(source_id, URL, run_id=run.id), now=NOW)
        rows = [_fetch("a.warc.gz", offset=10), _fetch("a.warc.gz", offset=90, minutes=1)]
        record_fetches(session, rows, run_id=run.id)
        assert saved.document_id is not None
        version = latest_version(session, saved.document_id)
        assert version is not None
        unlinked = captures.capture_of_version(session, version)
        captures.link_versions(session, run_id=run.id)
        session.refresh(version)
        linked = captures.capture_of_version(session, version)
        assert version.fetch_id is not None
        assert linked == unlinked
        assert linked is not None
        assert (linked.place.offset, linked.digest) == (90, digest("a.warc.gz"))
        last = captures.last_capture(session, source_id=source_id, url_key=key(URL), url=URL)
        assert last == linked
        other = captures.last_capture(session, source_id=source_id, url_key=key(URL), url="other")
        assert other is None
        assert set(captures.places_in(session, path="a.warc.gz", run_id=run.id)) == {10, 90}


def test_only_old_files_without_documents_are_retired(database: Database) -> None:
    with database.writer() as session:
        source_id = add_source(session)
        first, second = _run(session, source_id), _run(session, source_id)
        for run, path in ((first, "cited.warc.gz"), (second, "lists.warc.gz")):
            captures.file_opened(session, path=path, run_id=run.id, now=NOW)
            captures.file_closed(
                session, path=path, size=9, records=1, sha256=digest(path), now=NOW
            )
        saved = save_document(session, record(source_id, URL, run_id=first.id), now=NOW)
        assert saved.outcome == "new"
        record_fetches(session, [_fetch("cited.warc.gz", offset=5)], run_id=first.id)
        record_fetches(session, [_fetch("lists.warc.gz", offset=5, role="list")], run_id=second.id)
        captures.link_versions(session, run_id=first.id)
        assert captures.retire_files(session, now=NOW + DAY, keep=2 * DAY) == []
        gone = captures.retire_files(session, now=NOW + 9 * DAY, keep=2 * DAY)
        assert gone == ["lists.warc.gz"]
        states = {kept.path: kept.state for kept in captures.files(session)}
        assert states == {"cited.warc.gz": "closed", "lists.warc.gz": "pruned"}
        assert captures.places_in(session, path="lists.warc.gz", run_id=second.id) == {}


@pytest.mark.parametrize("active", [True, False])
def test_open_files_of_ended_runs_are_left_over(database: Database, active: bool) -> None:
    with database.writer() as session:
        run = _run(session, add_source(session))
        run.state = "running" if active else "lost"
        captures.file_opened(session, path="b.warc.gz", run_id=run.id, now=NOW)
        assert [kept.path for kept in captures.left_open(session)] == (
            [] if active else ["b.warc.gz"]
        )
