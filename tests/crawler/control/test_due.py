"""When to look again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from crawler.control.due import MAX_BACKOFF, next_check

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


def test_what_the_host_asked_for_is_honoured() -> None:
    asked = NOW + timedelta(days=2)
    assert next_check(NOW, source_key="x", every=SIX_HOURS, not_before=asked) == asked
