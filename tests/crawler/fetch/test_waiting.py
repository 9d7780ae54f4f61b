"""Retry-After in all forms, and bounded pauses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawler.fetch.waiting import LONGEST, backoff_seconds, pause_after, retry_after

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (b"120", 120),
        (" 0 ", 0),
        ("1.5", 1.5),
        ("Mon, 02 Mar 2026 08:10:00 GMT", 600),
        ("Mon, 02 Mar 2026 16:10:00 +0800", 600),
        ("Sun, 01 Mar 2026 08:00:00 GMT", 0),
        ("Wed, 02 Mar 2036 08:00:00 GMT", LONGEST.total_seconds()),
        ("315360000", LONGEST.total_seconds()),
        ("9" * 400, LONGEST.total_seconds()),
    ],
)
def test_forms_of_retry_after(value: str | bytes, seconds: float) -> None:
    assert retry_after(value, now=NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize("value", [None, "", "soon", "-5", "１２", "Mon, 99 Foo", "1e9", "0x10"])
def test_garbage_is_no_answer(value: str | None) -> None:
    assert retry_after(value, now=NOW) is None


def test_pauses_grow_and_stay_bounded() -> None:
    pauses = [pause_after(strikes) for strikes in range(12)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(minutes=5)
    assert pauses[-1] <= LONGEST


def test_backoff_is_spread_and_bounded() -> None:
    first = {backoff_seconds(1) for _ in range(50)}
    assert len(first) > 10
    assert all(0.5 <= value <= 1.0 for value in first)
    assert all(backoff_seconds(30) <= 30.0 for _ in range(50))
