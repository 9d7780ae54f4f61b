"""The time of a run: its limit, a longer one, and the end of its source's hours."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace

from crawler.fetch.run_counts import RunCounts
from crawler.fetch.time_box import TimeBox


def test_the_first_limit_that_is_over_stops_the_run() -> None:
    async def run() -> list[str]:
        stopped: list[str] = []
        box = TimeBox(stopped.append)
        box.allow(0.01)
        await asyncio.sleep(0.05)
        assert box.over
        box.close()
        return stopped

    assert asyncio.run(run()) == ["soft_limit"]


def test_a_longer_limit_replaces_the_everyday_one() -> None:
    async def run() -> list[str]:
        stopped: list[str] = []
        box = TimeBox(stopped.append)
        box.allow(0.01)
        box.allow(60)
        await asyncio.sleep(0.05)
        assert not box.over
        box.close()
        return stopped

    assert asyncio.run(run()) == []


def test_a_run_ends_with_the_hours_of_its_source() -> None:
    async def run() -> list[str]:
        stopped: list[str] = []
        box = TimeBox(stopped.append)
        spec = SimpleNamespace(hours="22:00-06:00", timezone="Asia/Shanghai")
        nearly_six = datetime(2026, 11, 20, 21, 59, 59, 980_000, tzinfo=UTC)
        box.keep_hours(spec, now=nearly_six)
        await asyncio.sleep(0.1)
        box.close()
        return stopped

    assert asyncio.run(run()) == ["hours_over"]
    state, code, _ = RunCounts().verdict("hours_over")
    assert (state, code) == ("partial", "hours_over")
