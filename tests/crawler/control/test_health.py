"""Health rules over run history: what opens, with which remedy, and what stays quiet."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from crawler.control.health import (
    RunFacts,
    SourceFacts,
    findings,
    settled_rules,
    usual_silence,
)
from crawler.control.watch import update_health
from storage.engine import Database
from storage.models import Source
from storage.saving import save_document
from tests.storage.samples import add_source, record

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
SOURCE = SourceFacts(
    key="cn-sample",
    title="示例来源",
    min_rows=5,
    quiet_days=14,
    last_new_at=NOW - timedelta(days=1),
    first_run_at=NOW - timedelta(days=90),
)


def run(
    number: int, state: str = "ok", code: str | None = None, *, listed: int = 20, failed: int = 0
) -> RunFacts:
    return RunFacts(
        run_id=number,
        state=state,
        finished_at=NOW - timedelta(hours=6 * (100 - number)),
        error_code=code,
        listed=listed,
        new=0,
        failed=failed,
        fetched=10,
    )


def rules(*runs: RunFacts, source: SourceFacts = SOURCE) -> list[str]:
    return [finding.rule for finding in findings(source, runs, now=NOW)]


def test_good_runs_without_anything_new_are_healthy() -> None:
    assert rules(run(3), run(2), run(1)) == []


def test_a_redesign_is_reported_after_the_first_run() -> None:
    found = findings(SOURCE, [run(2, "failed", "empty_listing", listed=0), run(1)], now=NOW)
    assert [finding.rule for finding in found] == ["broken_structure"]
    assert "source test cn-sample" in found[0].remedy
    assert found[0].evidence["runs"] == [2]


def test_one_network_failure_is_no_alarm_two_are() -> None:
    assert rules(run(2, "failed", "unreachable"), run(1)) == []
    assert rules(run(3, "failed", "unreachable"), run(2, "failed", "timeout"), run(1)) == [
        "failing"
    ]


def test_since_is_the_first_bad_run() -> None:
    bad = [run(3, "failed", "timeout"), run(2, "failed", "timeout")]
    found = findings(SOURCE, [*bad, run(1)], now=NOW)
    assert found[0].since == bad[-1].finished_at


@pytest.mark.parametrize("code", ["challenge", "blocked", "robots_denied", "rate_limited"])
def test_a_refusing_site_is_named_as_such(code: str) -> None:
    assert rules(run(2, "failed", code), run(1)) == ["blocked"]


def test_an_unreachable_robots_txt_is_a_network_fault_not_a_refusal() -> None:
    assert rules(run(2, "failed", "robots_unreachable"), run(1)) == []
    bad = [run(3, "failed", "robots_unreachable"), run(2, "failed", "robots_unreachable")]
    assert rules(*bad, run(1)) == ["failing"]


def test_a_short_list_is_a_warning() -> None:
    assert rules(run(1, listed=2)) == ["few_rows"]


def test_most_pages_unreadable() -> None:
    assert rules(run(1, "partial", "empty_body", failed=8)) == ["bad_records"]
    assert rules(run(1, "partial", "empty_body", failed=2)) == []


def test_silence_beyond_the_usual() -> None:
    quiet = SourceFacts("x", "示例", 0, 14, NOW - timedelta(days=15), None)
    assert rules(run(1), source=quiet) == ["quiet"]
    unlimited = SourceFacts("x", "示例", 0, 0, NOW - timedelta(days=900), None)
    assert rules(run(1), source=unlimited) == []


def test_a_source_that_never_had_anything_new_is_judged_from_its_first_run() -> None:
    never = SourceFacts("x", "示例", 0, 14, None, NOW - timedelta(days=20))
    assert rules(run(1), source=never) == ["quiet"]
    fresh = SourceFacts("x", "示例", 0, 14, None, NOW - timedelta(days=2))
    assert rules(run(1), source=fresh) == []


def test_closing_needs_two_good_runs() -> None:
    assert not settled_rules([run(3), run(2, "failed", "timeout")])
    assert settled_rules([run(3), run(2), run(1, "failed", "timeout")])


def test_a_source_without_a_limit_of_silence_is_judged_by_its_rhythm(
    sqlite_database: Database,
) -> None:
    assert usual_silence([]) == 60
    assert usual_silence([date(2026, 11, day) for day in (2, 3, 5, 6, 9)]) == 14
    assert usual_silence([date(2026, month, 1) for month in range(1, 7)]) == 93
    with sqlite_database.writer() as session:
        source_id = add_source(session, "cn-own", status="enabled")
        for number in range(8):  # every four days, then nothing for two weeks
            seen = NOW - timedelta(days=15 + 4 * number)
            save_document(session, record(source_id, f"https://x.gov.cn/{number}"), now=seen)
        session.get_one(Source, source_id).last_new_at = NOW - timedelta(days=15)
    day_before = NOW - timedelta(days=1)
    assert update_health(sqlite_database, open_after=2, now=day_before) == []
    changes = update_health(sqlite_database, open_after=2, now=NOW)
    assert [change.rule for change in changes] == ["quiet"]
