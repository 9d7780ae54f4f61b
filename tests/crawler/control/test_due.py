"""When to look again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.control.due import MAX_BACKOFF, closing, next_check, opening

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
SIX_HOURS = timedelta(hours=6)


def test_a_healthy_source_keeps_its_rhythm_with_a_small_stable_spread() -> None:
    times = {
        key: next_check(NOW, source_key=key, every=SIX_HOURS) - NOW for key in ("a", "b", "c", "d")
    }
    assert all(SIX_HOURS <= pause <= SIX_HOURS * 1.1 for pause in times.values())
    assert len(set(times.values())) == 4
    assert next_check(NOW, source_key="a", every=SIX_HOURS) - NOW == times["a"]


@given(failures=st.integers(1, 1000), hours=st.integers(1, 24 * 30))
def test_a_failing_source_is_asked_less_often_but_never_given_up(failures: int, hours: int) -> None:
    every = timedelta(hours=hours)
    pause = next_check(NOW, source_key="x", every=every, failures=failures) - NOW
    assert every <= pause <= max(MAX_BACKOFF, every)


def test_the_pause_grows_with_each_failure() -> None:
    hour = timedelta(hours=1)
    pauses = [next_check(NOW, source_key="x", every=hour, failures=n) - NOW for n in range(1, 6)]
    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[-1]


NIGHT = "20:00-08:00"


@pytest.mark.parametrize(
    ("hours", "utc", "opens", "closes"),
    [
        (None, "04:00", None, None),
        (NIGHT, "04:00", "20T12:00", None),  # noon in Shanghai: opens at 20:00 there
        (NIGHT, "12:00", None, "21T00:00"),
        (NIGHT, "23:59", None, "21T00:00"),
        (NIGHT, "00:00", "20T12:00", None),  # 08:00 sharp is over
        ("09:00-17:30", "00:30", "20T01:00", None),
        ("09:00-17:30", "02:00", None, "20T09:30"),
        ("09:00-17:30", "10:00", "21T01:00", None),
    ],
)
def test_hours_are_those_of_the_publisher(
    hours: str | None, utc: str, opens: str | None, closes: str | None
) -> None:
    now = datetime.fromisoformat(f"2026-11-20T{utc}:00+00:00")
    found = (
        opening(hours, timezone="Asia/Shanghai", now=now),
        closing(hours, timezone="Asia/Shanghai", now=now),
    )
    expected = [
        datetime.fromisoformat(f"2026-11-{text}:00+00:00") if text else None
        for text in (opens, closes)
    ]
    assert list(found) == expected


def test_what_the_host_asked_for_is_honoured() -> None:
    asked = NOW + timedelta(days=2)
    assert next_check(NOW, source_key="x", every=SIX_HOURS, not_before=asked) == asked
