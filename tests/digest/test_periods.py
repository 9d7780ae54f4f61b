"""When editions appear: weekdays, months, zones, clock changes, machines that slept."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.periods import cadence, next_moment, period_at
from digest.settings import EditionConfig


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def test_weekly_default_is_monday_eight_in_shanghai() -> None:
    edition = EditionConfig()
    # 2026-11-16 is a Monday; 08:00 in Shanghai is 00:00 UTC.
    assert period_at(edition, utc(2026, 11, 16, 0, 0)).end == utc(2026, 11, 16, 0, 0)
    assert period_at(edition, utc(2026, 11, 15, 23, 59)).end == utc(2026, 11, 9, 0, 0)
    assert period_at(edition, utc(2026, 11, 20)).start == utc(2026, 11, 9, 0, 0)
    assert next_moment(edition, utc(2026, 11, 16, 0, 0)) == utc(2026, 11, 23, 0, 0)


def test_printed_days_are_monday_to_sunday() -> None:
    edition = EditionConfig()
    period = period_at(edition, utc(2026, 11, 16, 1))
    assert period.days(edition) == (date(2026, 11, 9), date(2026, 11, 15))


def test_machine_asleep_for_three_weeks_finds_one_period() -> None:
    edition = EditionConfig()
    period = period_at(edition, utc(2026, 12, 9, 4))
    assert (period.start, period.end) == (utc(2026, 11, 30), utc(2026, 12, 7))


def test_two_weekdays() -> None:
    edition = EditionConfig(weekdays=("thu", "mon"))
    period = period_at(edition, utc(2026, 11, 19, 12))
    assert (period.start, period.end) == (utc(2026, 11, 16), utc(2026, 11, 19))
    assert cadence(edition) == "每周一、四"


def test_monthly_on_the_31st_takes_the_last_day_of_short_months() -> None:
    edition = EditionConfig(every="monthly", day=31, timezone="UTC")
    period = period_at(edition, utc(2027, 3, 1))
    assert (period.start, period.end) == (utc(2027, 1, 31, 8), utc(2027, 2, 28, 8))


def test_every_ten_days_counts_from_the_anchor() -> None:
    edition = EditionConfig(every="10d", anchor=date(2026, 1, 5), timezone="UTC")
    period = period_at(edition, utc(2026, 1, 26))
    assert (period.start, period.end) == (utc(2026, 1, 15, 8), utc(2026, 1, 25, 8))
    before = period_at(edition, utc(2025, 12, 31))
    assert before.end == utc(2025, 12, 26, 8)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        # Berlin skips 02:00-03:00 on 2027-03-28: 02:30 happens at 03:30 summer time.
        (utc(2027, 3, 28, 12), utc(2027, 3, 28, 1, 30)),
        (utc(2027, 3, 29, 12), utc(2027, 3, 29, 0, 30)),
        # and repeats 02:00-03:00 on 2027-10-31: the first 02:30 counts, once.
        (utc(2027, 10, 31, 0, 30), utc(2027, 10, 31, 0, 30)),
        (utc(2027, 10, 31, 1, 30), utc(2027, 10, 31, 0, 30)),
    ],
)
def test_clock_changes(now: datetime, end: datetime) -> None:
    edition = EditionConfig(every="daily", at=time(2, 30), timezone="Europe/Berlin")
    assert period_at(edition, now).end == end


_editions = st.builds(
    EditionConfig,
    every=st.sampled_from(["daily", "weekly", "monthly", "3d", "10d", "999d"]),
    weekdays=st.sets(st.sampled_from(["mon", "wed", "sun"]), min_size=1).map(tuple),
    day=st.integers(1, 31),
    at=st.times().map(lambda value: value.replace(second=0, microsecond=0)),
    timezone=st.sampled_from(["Asia/Shanghai", "America/New_York", "Pacific/Apia", "UTC"]),
)


@settings(max_examples=60, deadline=None)
@given(edition=_editions, now=st.integers(1_324_000_000, 2_200_000_000))
def test_periods_join_without_gap_or_overlap(edition: EditionConfig, now: int) -> None:
    moment = datetime.fromtimestamp(now, tz=UTC)
    period = period_at(edition, moment)
    assert period.start < period.end <= moment < next_moment(edition, moment)
    # Seen just before its end, the period is still open: the previous one is the newest.
    earlier = period_at(edition, period.end - timedelta(seconds=1))
    assert earlier.end == period.start
    assert next_moment(edition, period.start) == period.end


def test_words_for_the_footer() -> None:
    assert cadence(EditionConfig()) == "每周一"
    assert cadence(EditionConfig(every="daily")) == "每天"
    assert cadence(EditionConfig(every="monthly", day=5)) == "每月 5 日"
    assert cadence(EditionConfig(every="10d")) == "每 10 天"
