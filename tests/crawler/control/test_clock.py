"""Clocks that ran ahead, were set back or stood still: nothing sleeps for a year."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from crawler.control.next_look import due_now
from crawler.control.scheduler import catch_up
from storage import leases
from storage.models import CrawlRun, HostState, Source
from tests.crawler.fetch.lab import Lab

YEAR = timedelta(days=365)


def test_what_a_clock_a_year_ahead_wrote_holds_nothing_back(lab: Lab) -> None:
    lab.html_source("one", "https://one.gov.cn/list")
    run_id = lab.queue("one")
    now = datetime.now(UTC)
    with lab.db.writer() as session:
        session.query(Source).one().next_check_at = now + YEAR
        session.add(HostState(host="one.gov.cn", not_before=now + YEAR, strikes=0))
        run = session.get_one(CrawlRun, run_id)
        run.state, run.heartbeat_at = "running", now + YEAR
    with lab.db.writer() as session:
        assert due_now(session, now=now, limit=5) == []  # its run is still thought alive
        run = session.get_one(CrawlRun, run_id)
        assert run.heartbeat_at is not None
        assert run.heartbeat_at <= now
        run.state = "lost"
    with lab.db.writer() as session:
        assert [row.key for row in due_now(session, now=now, limit=5)] == ["one"]


def test_looks_and_pauses_that_can_be_are_kept(lab: Lab) -> None:
    lab.html_source("one", "https://one.gov.cn/list")
    lab.sync()
    now = datetime.now(UTC)
    with lab.db.writer() as session:
        session.query(Source).one().every_seconds = 30 * 86400
        session.query(Source).one().next_check_at = now + timedelta(days=33)
        session.add(HostState(host="two.gov.cn", not_before=now + timedelta(hours=24), strikes=0))
    with lab.db.writer() as session:
        assert due_now(session, now=now, limit=5) == []
        host = session.get_one(HostState, "two.gov.cn")
        assert host.not_before is not None
        assert host.not_before > now


def test_a_lease_of_a_clock_ahead_is_free(lab: Lab) -> None:
    now, ttl = datetime.now(UTC), timedelta(seconds=90)
    with lab.db.writer() as session:
        assert leases.acquire(session, name="x", holder="a", now=now + YEAR, ttl=ttl)
        assert leases.acquire(session, name="x", holder="b", now=now, ttl=ttl)
        assert leases.acquire(session, name="x", holder="c", now=now, ttl=ttl) is None


def test_after_a_clock_was_set_back_every_tick_comes_at_once() -> None:
    clock = BackgroundScheduler(timezone=UTC)
    later = datetime.now(UTC) + timedelta(hours=1)
    clock.add_job(print, "interval", seconds=20, id="tick", next_run_time=later)
    clock.add_job(print, "cron", hour=3, id="nightly")
    clock.start(paused=True)
    try:
        catch_up(clock)
        assert clock.get_job("tick").next_run_time <= datetime.now(UTC)
        assert clock.get_job("nightly").next_run_time.hour == 3
    finally:
        clock.shutdown(wait=False)
