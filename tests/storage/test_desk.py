"""What the review desk needs: clusters, health, accounts, figures, pruning, files."""

from __future__ import annotations

import errno
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import clusters, health, runs, users
from storage.blobs import BlobStore, BlobTooLarge
from storage.documents import DocumentFilter, list_documents, mark_gone, save_document
from storage.engine import Database
from storage.errors import Conflict, DiskFull, NotFound, StateConflict
from storage.frontier import FrontierRow, discover, mark
from storage.labels import (
    LabelTerm,
    clear_human_label,
    label_counts,
    labels_of,
    list_labels,
    set_human_label,
    sync_labels,
)
from storage.metrics import documents_by_day, overview, source_figures
from storage.models import Cluster, Document, Fetch, FrontierEntry, WebSession
from storage.outbox import OutboxRecord, claim, enqueue, settle_sent
from storage.prune import Keep, prune
from storage.removal import bury_document, edit_document, set_review_state
from storage.runs import FetchRow
from tests.storage.samples import DAY, HOUR, NOW, add_source, key, record


def pages(session: Session, count: int, *, text: str | None = None) -> list[int]:
    source = add_source(session)
    ids = []
    for number in range(1, count + 1):
        url = f"https://sample.gov.cn/{number}"
        body = text or f"第{number}篇正文。" * 30
        saved = save_document(session, record(source, url, text=body), now=NOW)
        assert saved.document_id is not None
        ids.append(saved.document_id)
    return ids


def grouped(session: Session) -> dict[int, tuple[int | None, int | None]]:
    session.expire_all()
    rows = session.scalars(select(Document).order_by(Document.id))
    return {row.id: (row.cluster_id, row.duplicate_of) for row in rows}


def test_split_document_is_not_joined_again_by_code(database: Database) -> None:
    same = "各地转载的同一篇通知。" * 30
    with database.writer() as session:
        first, second, third = pages(session, 3, text=same)
        cluster = grouped(session)[first][0]
        assert grouped(session) == {
            first: (cluster, None),
            second: (cluster, first),
            third: (cluster, first),
        }
        assert clusters.split(session, [second], actor="li", now=NOW) is None
        found = grouped(session)
        assert found[second] == (None, None)
        assert found[third] == (cluster, first)
        # Code meets the same texts again, changed and changed back.
        for text in (same + "改", same):
            again = record(1, "https://sample.gov.cn/2", text=text)
            save_document(session, again, now=NOW, judge=lambda candidate: True)
        assert grouped(session)[second] == (None, None)
        # A new reprint joins the others as before.
        saved = save_document(session, record(1, "https://sample.gov.cn/4", text=same), now=NOW)
        assert (saved.duplicate_of, saved.cluster_id) == (first, cluster)


def test_merge_joins_whole_clusters_and_holds(database: Database) -> None:
    with database.writer() as session:
        a, b, c, d = pages(session, 4)
        one = clusters.merge(session, [a, b], actor="li", now=NOW)
        two = clusters.merge(session, [c, d], actor="li", now=NOW)
        merged = clusters.merge(session, [b, d], actor="wang", now=NOW)
        assert merged.id == one.id
        assert session.get(Cluster, two.id) is None
        assert (merged.size, merged.locked_by, merged.representative_id) == (4, "wang", a)
        assert {row.id for row in clusters.members(session, merged.id)} == {a, b, c, d}
        clusters.set_representative(session, merged.id, document_id=c, actor="li", now=NOW)
        assert grouped(session) == {
            a: (merged.id, c),
            b: (merged.id, c),
            c: (merged.id, None),
            d: (merged.id, c),
        }
        new = clusters.split(session, [c, d], actor="li", now=NOW)
        assert new is not None
        assert grouped(session) == {
            a: (merged.id, None),
            b: (merged.id, a),
            c: (new.id, None),
            d: (new.id, c),
        }
        assert set(clusters.members_of(session, [merged.id, new.id])) == {merged.id, new.id}
        with pytest.raises(NotFound):
            clusters.set_representative(session, new.id, document_id=a, actor="li", now=NOW)
        with pytest.raises(NotFound):
            clusters.merge(session, [a, 99], actor="li", now=NOW)


def test_buried_representative_hands_over(database: Database) -> None:
    with database.writer() as session:
        first, second, third = pages(session, 3, text="同一篇通知。" * 40)
        bury_document(session, first, reason="x", actor="li", now=NOW)
        cluster = grouped(session)[second][0]
        assert grouped(session) == {second: (cluster, None), third: (cluster, second)}
        for gone in (second, third):
            bury_document(session, gone, reason="x", actor="li", now=NOW)
        assert session.scalars(select(Cluster)).all() == []


def test_stale_editor_is_told(database: Database) -> None:
    with database.writer() as session:
        (page,) = pages(session, 1)
        edit_document(session, page, values={"region": "CN-11"}, row_version=1)
        with pytest.raises(StateConflict, match="reload"):
            edit_document(session, page, values={"region": "CN-31"}, row_version=1)
        with pytest.raises(ValueError, match="not editable"):
            edit_document(session, page, values={"url": "https://x"})
        with pytest.raises(NotFound):
            edit_document(session, 99, values={})
        assert set_review_state(session, page, state="accepted") == "new"


def test_taxonomy_is_followed_and_counted(database: Database) -> None:
    terms = [LabelTerm("topic-ai", "topic", "人工智能"), LabelTerm("topic-old", "topic", "旧")]
    with database.writer() as session:
        sync_labels(session, terms, now=NOW)
        pages(session, 2)
        sync_labels(session, [LabelTerm("topic-ai", "topic", "人工智能+")], now=NOW)
        assert [label.title for label in list_labels(session, kind="topic")] == ["人工智能+"]
        assert [(label.slug, count) for label, count in label_counts(session)] == [("topic-ai", 2)]
        set_human_label(session, 1, slug="tag-x", kind="tag", present=True, actor="li")
        clear_human_label(session, 1, slug="tag-x")
        assert [view.slug for view in labels_of(session, [1])[1]] == ["topic-ai"]
        sync_labels(session, terms, now=NOW)
        assert len(list_labels(session, kind="topic")) == 2


def test_label_denied_on_one_document_stays_on_others(database: Database) -> None:
    with database.writer() as session:
        first, second = pages(session, 2)
        set_human_label(session, first, slug="topic-ai", kind="topic", present=False, actor="li")
        found = list_documents(session, filters=DocumentFilter(label="topic-ai"))
    assert [row.id for row in found] == [second]


def test_health_event_is_open_once(database: Database) -> None:
    with database.writer() as session:
        about: dict[str, Any] = {
            "subject": "source:a",
            "rule": "empty_listing",
            "severity": "error",
        }
        event, opened = health.open_event(session, **about, now=NOW, evidence={"rows": 0})
        assert opened
        again, opened = health.open_event(session, **about, now=NOW + HOUR, evidence={"rows": 1})
        assert not opened
        assert (again.id, again.seen, again.evidence) == (event.id, 2, {"rows": 1})
        assert [row.id for row in health.open_events(session, subject="source:a")] == [event.id]
        until = NOW + DAY
        assert health.acknowledge_event(
            session, event_id=event.id, actor="li", now=NOW, until=until
        )
        assert health.unattended_events(session, now=NOW + HOUR) == []
        assert len(health.unattended_events(session, now=until)) == 1
        health.mark_notified(session, event_id=event.id, now=NOW)
        assert health.close_event(session, event.id, now=NOW + DAY)
        assert not health.close_event(session, event.id, now=NOW + DAY)
        assert not health.acknowledge_event(session, event_id=event.id, actor="li", now=NOW)
        new, opened = health.open_event(session, **about, now=NOW + 2 * DAY)
        assert opened
        assert new.id != event.id
        assert len(health.recent_events(session, since=NOW)) == 2


def test_accounts_and_sessions(database: Database) -> None:
    with database.writer() as session:
        user = users.add_user(session, name=" Li ", password_hash="h1", role="editor", now=NOW)
        with pytest.raises(Conflict):
            users.add_user(session, name="LI", password_hash="h", role="reader", now=NOW)
        assert users.find_user(session, "lI") is user

        def login(token: str) -> WebSession:
            return users.start_session(
                session, user_id=user.id, token_hash=token, now=NOW, expires_at=NOW + HOUR
            )

        login("t1")
        second = login("t2")
        found = users.find_session(session, token_hash="t1", now=NOW)
        assert found is not None
        assert found[1].display_name == "Li"
        assert users.find_session(session, token_hash="t1", now=NOW + HOUR) is None
        users.touch_session(session, session_id=second.id, now=NOW, expires_at=NOW + DAY)
        assert users.find_session(session, token_hash="t2", now=NOW + HOUR) is not None
        assert users.end_session(session, token_hash="t1")
        assert not users.end_session(session, token_hash="t1")
        users.set_password(session, user_id=user.id, password_hash="h2", now=NOW)
        assert users.find_session(session, token_hash="t2", now=NOW) is None
        login("t3")
        token = users.add_token(session, user_id=user.id, name="ci", token_hash="a", now=NOW)
        assert users.find_token(session, token_hash="a", now=NOW) is not None
        users.disable_user(session, user_id=user.id, now=NOW)
        assert users.find_session(session, token_hash="t3", now=NOW) is None
        assert users.find_token(session, token_hash="a", now=NOW) is None
        assert not users.revoke_token(session, token_id=token.id, user_id=user.id, now=NOW)
        assert users.count_users(session) == 0
        users.enable_user(session, user_id=user.id)
        assert users.find_session(session, token_hash="t3", now=NOW) is None


def test_failed_logins_are_counted_and_forgotten(database: Database) -> None:
    with database.writer() as session:
        for expected in (1, 2, 3):
            count = users.record_failure(session, key="user:li", now=NOW, forget_after=HOUR)
            assert count == expected
        assert users.failures(session, key="user:li") == (3, NOW)
        late = NOW + 2 * HOUR
        assert users.record_failure(session, key="user:li", now=late, forget_after=HOUR) == 1
        users.clear_failures(session, key="user:li")
        assert users.failures(session, key="user:li") is None


def test_figures(database: Database) -> None:
    with database.writer() as session:
        pages(session, 3, text="同一篇通知。" * 40)
        for run in (1, 2):
            mark_gone(session, source_id=1, url_key=key("https://sample.gov.cn/3"), run_id=run,
                      now=NOW)  # fmt: skip
        run_row = runs.queue_run(session, source_id=1, trigger="manual", now=NOW)
        assert run_row is not None
        runs.claim_run(session, run_id=run_row.id, lease_token="t", now=NOW)
        runs.finish_run(session, run_id=run_row.id, lease_token="t", state="ok", reason="finished",
                        now=NOW, counts={"new": 3, "duplicate": 2})  # fmt: skip
        health.open_event(session, subject="system", rule="disk", severity="warning", now=NOW)
        seen = overview(session, now=NOW + HOUR)
        assert (seen.documents["live"], seen.documents["gone"]) == (2, 1)
        assert (seen.review["new"], seen.runs, seen.run_items["new"]) == (3, {"ok": 1}, 3)
        assert (seen.open_events["warning"], seen.schedule_lag) == (1, 3600)
        assert seen.scheduler_seen_at is None
        (figures,) = source_figures(session)
        assert (figures.key, figures.documents, figures.active) == ("cn-sample", 3, True)
        assert documents_by_day(session, since=NOW - DAY) == [("2026-11-16", 3, 2)]


def test_prune_forgets_only_what_nobody_needs(database: Database) -> None:
    old, now = NOW, NOW + 500 * DAY
    with database.writer() as session:
        source = add_source(session)
        run = runs.queue_run(session, source_id=source, trigger="manual", now=old)
        assert run is not None
        runs.claim_run(session, run_id=run.id, lease_token="t", now=old)
        rows = [FetchRow("detail", f"https://x/{n}", key(str(n)), old) for n in range(3)]
        runs.record_fetches(session, rows, run_id=run.id)
        cited = session.scalars(select(Fetch.id)).first()
        save_document(session, record(source, run_id=run.id, fetch_id=cited), now=old)
        runs.finish_run(
            session, run_id=run.id, lease_token="t", state="ok", reason="finished", now=old
        )
        found = [FrontierRow(f"https://x/{n}", key(str(n))) for n in range(2)]
        discover(session, source_id=source, run_id=run.id, entries=found, now=old)
        mark(session, source_id=source, url_key=key("0"), state="done", now=old)
        alert = [OutboxRecord("old", "alert", "ops@example.org")]
        enqueue(session, alert, now=old)
        (message,) = claim(session, worker="w", now=old, limit=1)
        settle_sent(session, outbox_id=message.id, worker="w", now=old)
        assert all(count == 0 for count in prune(session, now=old).values())
        removed = prune(session, now=now, keep=Keep())
        assert removed["fetch"] == 2
        assert (removed["frontier_entry"], removed["outbox"], removed["crawl_run"]) == (1, 1, 0)
        assert session.scalars(select(Fetch.id)).all() == [cited]
        assert session.scalars(select(FrontierEntry.state)).all() == ["pending"]
        assert session.scalars(select(Document.id)).all() == [1]


def chunks(data: bytes, size: int = 1000) -> Iterator[bytes]:
    stream = io.BytesIO(data)
    return iter(lambda: stream.read(size), b"")


def test_file_is_stored_once_by_its_hash(tmp_path: Path) -> None:
    store = BlobStore(tmp_path / "blobs")
    first = store.put(chunks(b"PDF" * 5000), limit=20_000)
    second = store.put([b"PDF" * 5000], limit=20_000)
    assert first == second
    assert first.size == 15_000
    path = store.folder / first.path
    assert path == store.path_of(first.sha256)
    assert store.intact(first.sha256)
    assert not store.intact("0" * 64)
    path.write_bytes(b"changed")
    assert not store.intact(first.sha256)
    assert [file for file in store.folder.rglob("*") if file.is_file()] == [path]


def test_too_large_or_broken_stream_leaves_no_file(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)

    def full() -> Iterator[bytes]:
        yield b"x"
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(BlobTooLarge):
        store.put(chunks(b"x" * 10_000), limit=9_000)
    with pytest.raises(DiskFull):
        store.put(full(), limit=9_000)
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "AB" * 32, "a" * 63])
def test_only_digests_name_files(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="digest"):
        BlobStore(tmp_path).path_of(name)
