"""Looks by hand take their turns with the crawls, and heed the pauses that crawls were told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.commands.source_fetch import MAX_BODY, FetchFailed, Visitor
from crawler.config import CrawlConfig
from crawler.errors import BadAddress, HostPaused, RobotsUnreachable
from crawler.host_budget import HostBudget, SharedBudget, budget_of, budget_url
from storage import hosts
from storage.engine import Database
from storage.settings import StorageConfig
from tests.fault_server import FaultServer, Reply, html

URL = "https://www.example.gov.cn/list"


class Clock:
    """Counts what would have been slept."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def test_two_looks_share_the_turns_of_a_crawl(database: Database) -> None:
    clock = Clock()
    with database.writer() as session:  # a crawl took the slot of this moment
        now = datetime.now(UTC)
        assert hosts.reserve_slot(session, "example.gov.cn", now=now, delay_seconds=5) == 0
    one, other = (SharedBudget(database, sleep=clock.sleep) for _ in range(2))
    one.wait(URL, gap=5)
    other.wait(URL, gap=5)
    assert clock.slept[0] == pytest.approx(5, abs=1)
    assert clock.slept[1] == pytest.approx(10, abs=1)


def test_a_pause_holds_and_is_left_for_others(database: Database) -> None:
    clock = Clock()
    budget = SharedBudget(database, sleep=clock.sleep)
    budget.answered(URL, status=429, wait_for="600")
    with database.reader() as session:
        row = hosts.host_state(session, "example.gov.cn")
        assert row is not None
        assert row.strikes == 0, "who says how long is no refuser, as in a crawl"
        assert row.not_before is not None
        assert row.not_before - datetime.now(UTC) > timedelta(minutes=9)
    with pytest.raises(HostPaused, match="example"):
        budget.wait(URL, gap=1)
    assert clock.slept == []
    for status in (404, 503):  # a 503 that asks for nothing passes by itself
        budget.answered("https://www.example.org/", status=status, wait_for=None)
    with database.reader() as session:
        assert hosts.host_state(session, "example.org") is None


def test_without_a_stated_time_each_refusal_pauses_longer_until_they_are_forgotten(
    database: Database,
) -> None:
    budget, now = SharedBudget(database), datetime.now(UTC)

    def minutes() -> float:
        budget.answered(URL, status=429, wait_for=None)
        with database.reader() as session:
            row = hosts.host_state(session, "example.gov.cn")
            assert row is not None
            assert row.not_before is not None
            return (row.not_before - now).total_seconds() / 60

    assert [minutes(), minutes()] == [pytest.approx(5, abs=1), pytest.approx(10, abs=1)]
    with database.writer() as session:
        row = hosts.host_state(session, "example.gov.cn")
        assert row is not None
        row.not_before = now - timedelta(days=8)
    assert minutes() == pytest.approx(5, abs=1)


def test_without_a_database_the_process_keeps_its_own_pace(tmp_path: Path) -> None:
    clock = Clock()
    storage = StorageConfig(data_dir=tmp_path)
    assert budget_url(storage) is None
    assert not list(tmp_path.iterdir()), "looking makes no database"
    assert type(budget_of(storage)) is HostBudget
    own = HostBudget(sleep=clock.sleep)
    for _ in range(2):
        own.wait(URL, gap=3)
    assert clock.slept == [0, pytest.approx(3, abs=0.5)]


def test_a_visitor_that_is_refused_asks_no_more(database: Database) -> None:
    config = CrawlConfig(delay=0.0, allow_private=["127.0.0.1"], contact="a@example.org")
    with FaultServer() as site:
        site.routes["/a"] = Reply(b"", 503, headers=(("Retry-After", "900"),))
        site.routes["/b"] = html("<p>x</p>")
        visitor = Visitor(config, user_agent="test", budget=SharedBudget(database))
        try:
            with pytest.raises(FetchFailed, match="503"):
                visitor.get(site.url("/a"))
            with pytest.raises(FetchFailed, match="host_paused"):
                visitor.get(site.url("/b"))
        finally:
            visitor.client.close()
        assert site.hits("/b") == 0


def test_an_answer_that_leads_to_no_address_ends_one_look_and_no_more() -> None:
    config = CrawlConfig(delay=0.0, allow_private=["127.0.0.1"])
    odd = ("http://[bad/", "javascript:1", f"http://{'a' * 70}.cn/", "http://xn--/")
    with FaultServer() as site:
        visitor = Visitor(config, user_agent="test")
        try:
            for number, target in enumerate(odd):
                site.routes[f"/{number}"] = Reply(status=302, headers=(("Location", target),))
                with pytest.raises(BadAddress):
                    visitor.status(site.url(f"/{number}"))
                with pytest.raises(FetchFailed, match="bad_address"):
                    visitor.get(site.url(f"/{number}"))
            visitor.rules.clear()
            site.robots("#" * (MAX_BODY + 1))
            with pytest.raises(RobotsUnreachable):
                visitor.status(site.url("/0"))
        finally:
            visitor.close()
