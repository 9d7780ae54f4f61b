"""Crawl runs: queue, lease, heartbeat, loss, history."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import frontier, hosts, runs, sources
from storage.engine import Database
from storage.errors import NotFound
from storage.leases import acquire, lease_holder, release, renew
from storage.models import CrawlRun, Fetch, IndexQueue, Lease
from storage.runs import FetchRow
from tests.storage.samples import DAY, HOUR, NOW, add_source, key, record, source


def test_one_active_run_a_source(database: Database) -> None:
    with database.writer() as session:
        first = add_source(session)
        second = add_source(session, "second", group="b")
        run = runs.queue_run(session, source_id=first, trigger="schedule", now=NOW)
        assert run is not None
        assert runs.queue_run(session, source_id=first, trigger="manual", now=NOW) is None
        assert runs.queue_run(session, source_id=second, trigger="manual", now=NOW) is not None
        assert runs.claim_run(session, run_id=run.id, lease_token="a", now=NOW)
        assert runs.queue_run(session, source_id=first, trigger="manual", now=NOW) is None
        done: dict[str, Any] = {"state": "ok", "reason": "finished", "now": NOW}
        assert runs.finish_run(session, run_id=run.id, lease_token="a", **done)
        assert runs.queue_run(session, source_id=first, trigger="manual", now=NOW) is not None


def test_run_is_fenced_by_its_lease(database: Database) -> None:
    with database.writer() as session:
        run = runs.queue_run(session, source_id=add_source(session), trigger="manual", now=NOW)
        assert run is not None
        assert runs.claim_run(session, run_id=run.id, lease_token="mine", now=NOW, worker="w1")
        assert not runs.claim_run(session, run_id=run.id, lease_token="other", now=NOW)
        mine: dict[str, Any] = {"run_id": run.id, "lease_token": "mine", "now": NOW + HOUR}
        assert runs.heartbeat(session, **mine, counts={"listed": 20, "new": 3})
        assert not runs.heartbeat(session, run_id=run.id, lease_token="other", now=NOW)
        with pytest.raises(ValueError, match="unknown run counts"):
            runs.heartbeat(session, **mine, counts={"nonsense": 1})
        with pytest.raises(ValueError, match="final state"):
            runs.finish_run(session, **mine, state="running", reason="x")
        late = NOW + timedelta(hours=2)
        lost = runs.reap_lost_runs(session, now=late, silent_for=timedelta(minutes=5))
        assert [row.id for row in lost] == [run.id]
    # The paused child wakes up: it may neither report nor finish.
    with database.writer() as session:
        assert not runs.heartbeat(session, **mine)
        assert not runs.finish_run(session, **mine, state="ok", reason="finished")
        states = session.execute(select(CrawlRun.state, CrawlRun.attempt).order_by(CrawlRun.id))
        assert [tuple(row) for row in states] == [("lost", 1), ("queued", 2)]
        assert session.get_one(CrawlRun, run.id).listed == 20


def test_lost_run_is_queued_again_twice_at_most(database: Database) -> None:
    now = NOW
    with database.writer() as session:
        runs.queue_run(session, source_id=add_source(session), trigger="schedule", now=now)
        for _ in range(3):
            now += DAY
            (queued,) = runs.queued_runs(session, now=now, limit=5)
            assert runs.claim_run(session, run_id=queued.id, lease_token="t", now=now)
            assert not runs.reap_lost_runs(session, now=now, silent_for=HOUR)
            now += DAY
            assert len(runs.reap_lost_runs(session, now=now, silent_for=HOUR)) == 1
        assert runs.queued_runs(session, now=now + DAY, limit=5) == []
        assert [row.run.attempt for row in runs.list_runs(session)] == [3, 2, 1]


def test_queue_gives_one_run_a_host_group_and_manual_ones_first(database: Database) -> None:
    with database.writer() as session:
        ids = [
            add_source(session, name, group=group)
            for name, group in (("a", "x"), ("b", "x"), ("c", "y"), ("d", "z"))
        ]
        triggers = ("schedule", "manual", "schedule", "schedule")
        for source_id, trigger in zip(ids, triggers, strict=True):
            runs.queue_run(session, source_id=source_id, trigger=trigger, now=NOW)
        queued = runs.queued_runs(session, now=NOW, limit=10)
        assert [run.source_id for run in queued] == [ids[1], ids[2], ids[3]]
        runs.claim_run(session, run_id=queued[0].id, lease_token="t", now=NOW)
        again = runs.queued_runs(session, now=NOW, limit=10)
        assert [run.source_id for run in again] == [ids[2], ids[3]]
        assert runs.cancel_queued(session, run_id=again[0].id, now=NOW, reason="operator")
        assert not runs.cancel_queued(session, run_id=queued[0].id, now=NOW, reason="operator")


def test_finished_run_leaves_nothing_waiting_for_the_index(database: Database) -> None:
    from storage.documents import save_document

    with database.writer() as session:
        run = runs.queue_run(session, source_id=add_source(session), trigger="manual", now=NOW)
        assert run is not None
        runs.claim_run(session, run_id=run.id, lease_token="t", now=NOW)
        save_document(session, record(1, run_id=run.id), now=NOW)
        assert session.scalars(select(IndexQueue.document_id)).all() == [1]
        runs.finish_run(
            session,
            run_id=run.id,
            lease_token="t",
            state="partial",
            reason="finished",
            now=NOW,
            counts={"new": 1, "failed": 2},
            error_code="empty_listing",
            error_detail="第二页没有条目",
        )
        assert session.scalars(select(IndexQueue.document_id)).all() == []
        (row,) = runs.list_runs(session, source_key="cn-sample")
        assert (row.run.state, row.run.new, row.run.failed) == ("partial", 1, 2)
        assert runs.recent_runs(session, source_id=1, limit=3)[0].error_code == "empty_listing"


def test_fetches_are_recorded(database: Database) -> None:
    with database.writer() as session:
        run = runs.queue_run(session, source_id=add_source(session), trigger="manual", now=NOW)
        assert run is not None
        row = FetchRow(
            "list", "https://sample.gov.cn/", key("l"), NOW, status=200, sha256="ab" * 32
        )
        bad = FetchRow("detail", "https://sample.gov.cn/1", key("d"), NOW, error_code="unreachable")
        runs.record_fetches(session, [row, bad], run_id=run.id)
        runs.record_fetches(session, [], run_id=run.id)
        found = session.scalars(select(Fetch).order_by(Fetch.id)).all()
        assert [(f.status, f.sha256, f.error_code) for f in found] == [
            (200, "ab" * 32, None),
            (None, None, "unreachable"),
        ]


def test_catalogue_is_followed(database: Database) -> None:
    with database.writer() as session:
        result = sources.sync_sources(session, [source("a"), source("b", group="b")], now=NOW)
        assert (result.added, result.retired) == (("a", "b"), ())
        again = sources.sync_sources(session, [source("a"), source("b", group="b")], now=NOW + DAY)
        assert again == sources.SyncResult((), (), (), ())
        changed = source("a", title="新名称", spec_hash="2")
        result = sources.sync_sources(session, [changed], now=NOW + DAY)
        assert (result.changed, result.retired) == (("a",), ("b",))
        assert [row.title for row in sources.list_sources(session)] == ["新名称"]
        result = sources.sync_sources(session, [changed, source("b", group="b")], now=NOW + DAY)
        assert result.revived == ("b",)
        assert len(sources.list_sources(session)) == 2


def test_due_sources_one_a_host_group_longest_overdue_first(database: Database) -> None:
    with database.writer() as session:
        specs = (("a", "x"), ("b", "x"), ("c", "y"), ("d", "z"), ("e", "w"), ("f", "v"), ("g", "u"))
        statuses = {"e": "unproven", "f": "manual"}
        records = [source(k, group=g, status=statuses.get(k, "enabled")) for k, g in specs]
        sources.sync_sources(session, records, now=NOW)
        ids = {row.key: row.id for row in sources.list_sources(session)}
        for name, hours in (("a", 1), ("b", 3), ("c", 2), ("d", -1)):
            when = NOW - hours * HOUR
            sources.set_next_check(session, source_id=ids[name], next_check_at=when)
        sources.set_enabled(session, "g", enabled=False)
        due = sources.due_sources(session, now=NOW, limit=10)
        assert [row.key for row in due] == ["b", "c"]
        assert len(sources.due_sources(session, now=NOW, limit=1)) == 1
        runs.queue_run(session, source_id=ids["a"], trigger="manual", now=NOW)
        assert [row.key for row in sources.due_sources(session, now=NOW, limit=10)] == ["c"]
        hosts.set_not_before(session, "y", not_before=NOW + HOUR, reason="Retry-After")
        assert sources.due_sources(session, now=NOW, limit=10) == []
        with pytest.raises(NotFound):
            sources.set_enabled(session, "nowhere", enabled=True)


def test_a_run_that_did_not_read_its_lists_to_the_end_leaves_the_next_one_the_first(
    database: Database,
) -> None:
    with database.writer() as session:
        source_id = add_source(session)
        for listing, expected in (("partial", False), ("complete", True)):
            run = runs.queue_run(session, source_id=source_id, trigger="manual", now=NOW)
            assert run is not None
            runs.claim_run(session, run_id=run.id, lease_token="t", now=NOW)
            runs.finish_run(
                session,
                run_id=run.id,
                lease_token="t",
                state="ok",
                reason="finished",
                now=NOW,
                stats={"listing": listing},
            )
            assert runs.has_read_to_the_end(session, source_id=source_id) is expected


def test_a_paused_host_keeps_its_sources_waiting_not_those_of_its_neighbours(
    database: Database,
) -> None:
    """Pauses are kept by group (Retry-After) and by host (robots.txt that cannot be read)."""
    with database.writer() as session:
        names = {"a": "fgw.some.gov.cn", "b": "www.other.gov.cn", "c": None}
        sources.sync_sources(
            session,
            [source(key, group=f"{key}.gov.cn", host=host) for key, host in names.items()],
            now=NOW,
        )

        def due() -> list[str]:
            return sorted(row.key for row in sources.due_sources(session, now=NOW, limit=9))

        assert due() == ["a", "b", "c"]
        hosts.set_not_before(session, "fgw.some.gov.cn", not_before=NOW + HOUR, reason="robots")
        assert due() == ["b", "c"]
        hosts.set_not_before(session, "b.gov.cn", not_before=NOW + HOUR, reason="Retry-After")
        assert due() == ["c"]


def test_checks_are_counted(database: Database) -> None:
    with database.writer() as session:
        source_id = add_source(session)
        for ok in (False, False, None):
            sources.set_next_check(
                session, source_id=source_id, next_check_at=NOW + DAY, checked_at=NOW, ok=ok
            )
        session.expire_all()
        row = sources.source_by_key(session, "cn-sample")
        assert row is not None
        assert (row.failures, row.last_ok_at, row.last_run_at) == (2, None, NOW)
        later = NOW + HOUR
        sources.set_next_check(
            session,
            source_id=source_id,
            next_check_at=later + DAY,
            checked_at=later,
            ok=True,
            saw_new=True,
        )
        session.expire_all()
        assert (row.failures, row.last_ok_at, row.last_new_at) == (0, later, later)


def test_frontier_survives_and_orders_retries(database: Database) -> None:
    rows = [frontier.FrontierRow(f"https://sample.gov.cn/{n}", key(str(n))) for n in range(900)]
    with database.writer() as session:
        source_id = add_source(session)
        found = frontier.discover(session, source_id=source_id, run_id=1, entries=rows, now=NOW)
        assert found == rows
        twice = [rows[0], rows[0], frontier.FrontierRow("https://new", key("new"))]
        found = frontier.discover(session, source_id=source_id, run_id=2, entries=twice, now=NOW)
        assert [row.url for row in found] == ["https://new"]
        at: dict[str, Any] = {"source_id": source_id, "now": NOW + HOUR}
        assert frontier.mark(session, url_key=key("0"), state="done", **at)
        assert frontier.mark(session, url_key=key("1"), state="failed", error_code="gone", **at)
        later = NOW + DAY
        assert frontier.mark(session, url_key=key("2"), state="pending", not_before=later, **at)
        assert not frontier.mark(session, url_key=key("?"), state="done", **at)
    with database.reader() as session:
        left = frontier.pending(session, source_id=source_id, limit=2000, now=NOW + HOUR)
        assert len(left) == 898
        assert len(frontier.pending(session, source_id=source_id, limit=2000, now=later)) == 899
        known = frontier.known_urls(
            session, source_id=source_id, url_keys=[r.url_key for r in rows]
        )
        assert len(known) == 900
        assert (known[key("1")].state, known[key("1")].error_code) == ("failed", "gone")
        assert (known[key("2")].attempts, known[key("2")].not_before) == (1, later)
        assert frontier.known_urls(session, source_id=source_id, url_keys=[key("?")]) == {}


def test_host_slots_are_shared_and_respect_pauses(database: Database) -> None:
    def reserve(now: datetime = NOW, delay: float = 2.0) -> float:
        with database.writer() as session:
            return hosts.reserve_slot(session, "h", now=now, delay_seconds=delay)

    assert [reserve() for _ in range(3)] == [0, 2, 4]
    assert reserve(NOW + timedelta(seconds=5)) == 1
    assert reserve(NOW + HOUR) == 0
    with database.writer() as session:
        pause = NOW + timedelta(hours=30)
        hosts.set_not_before(session, "h", not_before=pause, reason="Retry-After", strike=True)
        hosts.set_not_before(session, "h", not_before=NOW + HOUR, reason="shorter")
        assert [row.host for row in hosts.paused_hosts(session, now=NOW)] == ["h"]
    assert [reserve(NOW + HOUR) for _ in range(2)] == [29 * 3600, 29 * 3600 + 2]
    with database.writer() as session:
        row = hosts.host_state(session, "h")
        assert row is not None
        assert (row.not_before_reason, row.strikes) == ("Retry-After", 1)
        assert hosts.set_not_before(session, "h", not_before=None).strikes == 0


def test_slot_far_in_the_future_is_not_believed(database: Database) -> None:
    with database.writer() as session:
        hosts.reserve_slot(session, "h", now=NOW + 300 * DAY, delay_seconds=2)
        # The clock was wrong by 300 days and has been set back.
        assert hosts.reserve_slot(session, "h", now=NOW, delay_seconds=2) == 3600


def test_unreachable_robots_keeps_the_last_good_copy(database: Database) -> None:
    with database.writer() as session:
        assert hosts.host_state(session, "h") is None
        hosts.remember_robots(session, "h", state="unreachable", now=NOW, status=503)
        row = hosts.host_state(session, "h")
        assert row is not None
        assert (row.robots_state, row.robots_fetched_at) == ("unreachable", None)
        hosts.remember_robots(
            session, "h", state="rules", now=NOW + HOUR, body=b"User-agent: *", crawl_delay=5.0
        )
        hosts.remember_robots(session, "h", state="unreachable", now=NOW + DAY, status=503)
        row = hosts.host_state(session, "h")
        assert row is not None
        assert (row.robots_state, row.robots_body) == ("rules", b"User-agent: *")
        assert (row.robots_fetched_at, row.robots_checked_at) == (NOW + HOUR, NOW + DAY)
        assert (row.crawl_delay, row.robots_status) == (5.0, 503)


def test_lease_has_one_holder_and_fences_the_former(database: Database) -> None:
    ttl = timedelta(seconds=90)

    def take(session: Session, holder: str, now: datetime) -> Lease | None:
        return acquire(session, name="scheduler", holder=holder, now=now, ttl=ttl)

    with database.writer() as session:
        first = take(session, "a", NOW)
        assert first is not None
        token, fence = first.token, first.fence
        assert take(session, "b", NOW) is None
        soon = NOW + timedelta(seconds=60)
        assert renew(session, name="scheduler", token=token, now=soon, ttl=ttl)
        assert take(session, "b", NOW + timedelta(seconds=100)) is None
        late = NOW + timedelta(seconds=200)
        assert lease_holder(session, "scheduler", now=late) is None
        second = take(session, "b", late)
        assert second is not None
        assert second.fence > fence
        assert not renew(session, name="scheduler", token=token, now=late, ttl=ttl)
        assert not release(session, name="scheduler", token=token)
        assert release(session, name="scheduler", token=second.token)
        assert take(session, "a", late) is not None
