"""The dispatcher with real crawl processes: limits, hangs, deaths, the time box."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from crawler.config import load_config
from crawler.control.dispatch import LocalDispatcher
from crawler.control.next_look import due_now
from storage.models import CrawlRun, Source
from tests.crawler.fetch.forked import ForkingDispatcher
from tests.crawler.fetch.lab import Lab, article, listing
from tests.fault_server import FaultServer, Reply, html


@dataclass
class Clock:
    """A monotonic clock that a test can push forward."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


def dispatcher_of(
    lab: Lab,
    clock: Callable[[], float] = time.monotonic,
    kind: type[LocalDispatcher] = ForkingDispatcher,
) -> LocalDispatcher:
    return kind(
        db=lab.db,
        config=load_config(lab.config_path).crawl,
        config_path=lab.config_path,
        log_dir=lab.folder / "data" / "logs",
        clock=clock,
    )


def wait_for(condition: Callable[[], object], *, seconds: float = 20) -> None:
    """Look until something holds; fails the test when it never does.

    Between two looks the core belongs to the processes that are waited for.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


def state_of(lab: Lab, run_id: int) -> tuple[str, str | None]:
    with lab.db.reader() as session:
        run = session.get_one(CrawlRun, run_id)
        return run.state, run.error_code


def good_site(server: FaultServer) -> None:
    server.robots("User-agent: *\nAllow: /\n")
    server.routes["/list"] = html(listing([("/a/1", "关于第1号试点工作的通知")]))
    server.routes["/a/1"] = html(article(1))


def hanging_site(server: FaultServer) -> None:
    server.robots("User-agent: *\nAllow: /\n")
    server.routes["/list"] = Reply(hang=True)


def run_until(dispatcher: LocalDispatcher, run_id: int) -> None:
    ended: list[int] = []

    def over() -> bool:
        ended.extend(dispatcher.poll(now=datetime.now(UTC)))
        return run_id in ended

    wait_for(over)


def test_a_queued_run_is_crawled_to_the_end(lab: Lab, server: FaultServer) -> None:
    good_site(server)
    lab.html_source("one", server.url("/list"))
    run_id = lab.queue("one")
    dispatcher = dispatcher_of(lab, kind=LocalDispatcher)
    assert dispatcher.start_queued(now=datetime.now(UTC)) == 1
    run_until(dispatcher, run_id)
    assert state_of(lab, run_id) == ("ok", None)
    assert list(lab.documents()) == ["/a/1"]


def test_never_two_runs_of_one_host_at_a_time(lab: Lab, server: FaultServer) -> None:
    hanging_site(server)
    lab.html_source("one", server.url("/list"))
    lab.html_source("two", server.url("/list"))
    lab.configure(kill_grace=1)
    lab.queue("one")
    lab.queue("two")
    dispatcher = dispatcher_of(lab)
    try:
        assert dispatcher.start_queued(now=datetime.now(UTC)) == 1
        assert dispatcher.start_queued(now=datetime.now(UTC)) == 0
    finally:
        dispatcher.stop(now=datetime.now(UTC))


def test_a_killed_child_leaves_a_named_failure(lab: Lab, server: FaultServer) -> None:
    hanging_site(server)
    lab.html_source("one", server.url("/list"))
    run_id = lab.queue("one")
    dispatcher = dispatcher_of(lab)
    dispatcher.start_queued(now=datetime.now(UTC))
    wait_for(lambda: server.hits("/list"))
    os.kill(dispatcher.children[run_id].process.pid, signal.SIGKILL)
    run_until(dispatcher, run_id)
    assert state_of(lab, run_id) == ("failed", "child_died")
    with lab.db.writer() as session:
        source = session.query(Source).one()
        assert source.failures == 1
        assert due_now(session, now=datetime.now(UTC), limit=5) == []  # not again at once


def test_a_process_that_cannot_be_started_is_a_named_failure(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.html_source("one", "http://127.0.0.1:1/list")
    run_id = lab.queue("one")
    monkeypatch.setattr(sys, "executable", str(lab.folder / "absent"))
    dispatcher = dispatcher_of(lab, kind=LocalDispatcher)
    assert dispatcher.start_queued(now=datetime.now(UTC)) == 0
    assert state_of(lab, run_id) == ("failed", "start_failed")
    with lab.db.writer() as session:
        assert due_now(session, now=datetime.now(UTC), limit=5) == []


def test_a_frozen_child_is_killed_when_its_heartbeat_is_silent(
    lab: Lab, server: FaultServer
) -> None:
    hanging_site(server)
    lab.configure(heartbeat_silence=60, timeout=30)
    lab.html_source("one", server.url("/list"))
    run_id = lab.queue("one")
    clock = Clock()
    dispatcher = dispatcher_of(lab, clock)
    dispatcher.start_queued(now=datetime.now(UTC))
    wait_for(lambda: server.hits("/list"))
    os.kill(dispatcher.children[run_id].process.pid, signal.SIGSTOP)
    clock.ahead = 61
    later = datetime.now(UTC) + timedelta(seconds=61)
    assert dispatcher.poll(now=later) == []  # a machine that woke: its heart may beat again
    assert dispatcher.children[run_id].killed_because is None
    clock.ahead = 92
    wait_for(lambda: run_id in dispatcher.poll(now=later))
    assert state_of(lab, run_id) == ("timed_out", "heartbeat_silent")


def test_a_run_over_its_time_box_is_interrupted_then_killed(lab: Lab, server: FaultServer) -> None:
    hanging_site(server)
    lab.configure(timeout=60, soft_limit=100, hard_grace=10, kill_grace=5, heartbeat_silence=500)
    lab.html_source("one", server.url("/list"))
    run_id = lab.queue("one")
    clock = Clock()
    dispatcher = dispatcher_of(lab, clock)
    dispatcher.start_queued(now=datetime.now(UTC))
    wait_for(lambda: server.hits("/list"))
    os.kill(dispatcher.children[run_id].process.pid, signal.SIGSTOP)  # it cannot hear SIGINT
    clock.ahead = 111
    assert dispatcher.poll(now=datetime.now(UTC)) == []
    assert dispatcher.children[run_id].interrupted_at is not None
    clock.ahead = 117
    wait_for(lambda: run_id in dispatcher.poll(now=datetime.now(UTC)))
    assert state_of(lab, run_id) == ("timed_out", "time_box")


def test_stopping_ends_the_children_and_the_run_goes_on_next_time(
    lab: Lab, server: FaultServer
) -> None:
    good_site(server)
    server.routes["/a/1"] = Reply(hang=True)
    lab.configure(timeout=60, kill_grace=1)
    lab.html_source("one", server.url("/list"))
    run_id = lab.queue("one")
    dispatcher = dispatcher_of(lab)
    dispatcher.start_queued(now=datetime.now(UTC))
    wait_for(lambda: server.hits("/a/1"))
    process = dispatcher.children[run_id].process
    dispatcher.stop(now=datetime.now(UTC))
    assert process.poll() is not None
    assert state_of(lab, run_id) == ("timed_out", "stopped")
    good_site(server)
    again = lab.run("one")
    assert again.state == "ok"
    assert list(lab.documents()) == ["/a/1"]
