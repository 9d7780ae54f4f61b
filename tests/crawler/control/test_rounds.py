"""A fault that many sources share at once is one event, one alert and one recovery."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from crawler.control.alerts import announce
from crawler.control.health import RunFacts
from crawler.control.rounds import SourceRun, over, shared_faults
from crawler.control.watch import HealthChange, update_health
from storage import runs
from storage.engine import Database
from storage.health import open_events
from storage.models import Outbox
from storage.sources import list_sources, sync_sources
from tests.storage.samples import source

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _latest(*ends: tuple[str, str | None], ago: timedelta = timedelta(0)) -> list[SourceRun]:
    return [
        SourceRun(f"来源{n}", RunFacts(n, state, NOW - ago, code, 20, 0, 0, 5))
        for n, (state, code) in enumerate(ends)
    ]


DOWN = ("failed", "unreachable")
GOOD = ("ok", None)


@pytest.mark.parametrize(
    ("ends", "kinds"),
    [
        ([DOWN] * 4 + [GOOD] * 6, ["failing"]),
        ([DOWN] * 3 + [GOOD] * 7, []),  # three in ten is not more than three in ten
        ([DOWN] * 2 + [GOOD], []),  # two may fail by chance
        ([("failed", "timeout"), DOWN, ("timed_out", "time_box")], ["failing"]),
        ([("failed", "challenge")] * 5 + [GOOD] * 5, ["blocked"]),
        ([("failed", "empty_listing")] * 5 + [GOOD] * 5, ["broken_structure"]),
        ([("partial", "empty_body")] * 9, []),
    ],
)
def test_many_alike_at_once_is_one_fault(
    ends: list[tuple[str, str | None]], kinds: list[str]
) -> None:
    found = shared_faults(_latest(*ends), now=NOW)
    assert [fault.kind for fault in found] == kinds


def test_old_runs_say_nothing_of_now() -> None:
    assert shared_faults(_latest(*[DOWN] * 9, ago=3 * HOUR), now=NOW) == []
    assert over(_latest(*[GOOD] * 9, ago=3 * HOUR), ["failing"], now=NOW) == []
    assert over(_latest(*[GOOD] * 9), ["failing"], now=NOW) == ["failing"]


def _round(database: Database, ends: Mapping[str, tuple[str, str | None]], now: datetime) -> None:
    with database.writer() as session:
        for row in list_sources(session):
            if row.key not in ends:
                continue
            state, code = ends[row.key]
            run = runs.queue_run(session, source_id=row.id, trigger="schedule", now=now)
            assert run is not None
            runs.claim_run(session, run_id=run.id, lease_token="t", now=now)
            runs.finish_run(
                session,
                run_id=run.id,
                lease_token="t",
                state=state,
                reason="finished",
                error_code=code,
                now=now,
            )


def _judge(database: Database, now: datetime) -> tuple[list[HealthChange], int]:
    changes = update_health(database, open_after=2, now=now)
    with database.writer() as session:
        mails = announce(session, changes, recipients=["a@example.org"], repeat_days=[1], now=now)
    return changes, mails


def test_a_cut_network_is_one_alert_and_one_recovery(sqlite_database: Database) -> None:
    keys = [f"cn-{number:02}" for number in range(20)]
    with sqlite_database.writer() as session:
        records = [source(key, group=f"{key}.gov.cn") for key in keys]
        sync_sources(session, records, now=NOW - 9 * HOUR)
    _round(sqlite_database, {"cn-00": DOWN}, NOW - 8 * HOUR)
    _round(sqlite_database, {"cn-00": DOWN}, NOW - 7 * HOUR)  # broken for longer, by itself
    changes, mails = _judge(sqlite_database, NOW - 7 * HOUR)
    assert ([change.source_title for change in changes], mails) == (["示例部 政策文件"], 1)

    for hours in (3, 2):  # twice, so that each would open by its own rule
        now = NOW - hours * HOUR
        _round(sqlite_database, dict.fromkeys(keys, DOWN), now)
        changes, mails = _judge(sqlite_database, now)
        assert ([change.rule for change in changes], mails) == (
            (["failing"], 1) if hours == 3 else ([], 0)
        )
    with sqlite_database.reader() as session:
        assert [event.subject for event in open_events(session)] == ["source:cn-00", "system"]
        letter = session.query(Outbox).order_by(Outbox.id.desc()).first()
        assert letter is not None
        assert "19 个来源中有 19 个" in letter.payload["text"]
        assert "dibao doctor" in letter.payload["text"]

    _round(sqlite_database, dict.fromkeys(keys[1:], GOOD), NOW)
    changes, mails = _judge(sqlite_database, NOW)
    assert [(change.source_title, change.opened) for change in changes] == [("系统", False)]
    assert mails == 1
    with sqlite_database.reader() as session:
        assert [event.subject for event in open_events(session)] == ["source:cn-00"]
