"""Every way a page writes a day, and what is no day."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.dates import (
    date_from_url,
    date_language,
    find_dates,
    is_plausible,
    parse_date,
    parse_datetime,
)
from pipelines.fields.holidays import HolidayDay, holiday_days

TODAY = date(2024, 6, 1)
MARCH_5 = date(2024, 3, 5)


@pytest.mark.parametrize(
    "text",
    [
        "2024年3月5日",
        "2024 年 3 月 5 日",
        "二〇二四年三月五日",
        "二○二四年三月五日",
        "2024-03-05",
        "2024/3/5",
        "2024.03.05",
        "２０２４年３月５日",
        "[03-05]",
        "3月5日",
        "t20240305_1234.html",
        "20240305",
        "发布时间：2024-03-05 10:20",
        "1709600000",
        "1709600000000",
        "2024-03-05T08:00:00+08:00",
        "Tue, 05 Mar 2024 08:00:00 +0800",
        "March 5th, 2024",
        "5 Mar 2024",
        "5. März 2024",
        "5 de marzo de 2024",
        "2024－03－05",
        "發文日期：中華民國113年3月5日",
        "令和6年3月5日",
    ],
)
def test_forms_of_one_day(text: str) -> None:
    assert parse_date(text, today=TODAY) == MARCH_5


@pytest.mark.parametrize(
    "text",
    [
        "近日", "日前", "昨日", "1天前", "刚刚", "", "   ", "13800138000",
        "000014349/2018-00204",
        "113325000026455663/2023-43887", "2024年2月30日", "2024-13-01", "12:30", "2024年",
        "2024-03", "民國113年2月30日", "113年3月5日",
    ],
)  # fmt: skip
def test_no_day(text: str) -> None:
    assert parse_date(text, today=TODAY) is None


def test_a_list_date_without_a_year_is_the_last_such_day() -> None:
    assert parse_date("12-31", today=date(2024, 1, 3)) == date(2023, 12, 31)
    assert parse_date("01-04", today=date(2024, 1, 3)) == date(2024, 1, 4)
    assert parse_date("12-31") is None


def test_slashes_follow_the_language() -> None:
    assert [s.value for s in find_dates("on 03/05/2024", lang="en")] == [MARCH_5]
    assert [s.value for s in find_dates("on 03/05/2024", lang="en-gb")] == [date(2024, 5, 3)]
    assert find_dates("版本 03/05/2024", lang="zh") == ()


def test_days_that_can_be_read_in_one_way_only_decide_for_the_others() -> None:
    october = date(2020, 10, 2)
    assert find_dates("02/10/2020, 13/10/2020", lang="en")[0].value == october
    assert find_dates("10/02/2020, 10/13/2020", lang="en-gb")[0].value == october
    assert find_dates("02/10/2020", lang="en_NZ")[0].value == october
    assert find_dates("02/10/2020", lang="pt-br")[0].value == october


@pytest.mark.parametrize(
    ("stated", "url", "text", "lang"),
    [
        ("en", "https://www.example.gov.uk/a", "", "en-gb"),
        ("en-us", "https://www.example.co.uk:8443/a", "", "en-gb"),
        ("en", "https://example.com/en-gb/news/1", "", "en-gb"),
        ("en", "https://example.com/en-us/news/1", "", "en"),
        ("en", "https://example.com/?from=news.co.uk/", "", "en"),
        ("en", "https://example.uk.com/", "", "en"),
        ("en", "", "Posted 28/02/2020", "en-gb"),
        ("en-gb", "https://www.example.gov.uk/a", "Posted 02/28/2020", "en-us"),
        ("de", "https://www.example.co.uk/a", "", "de"),
    ],
)
def test_where_a_page_shows_how_it_writes_days(stated: str, url: str, text: str, lang: str) -> None:
    assert date_language(stated, url=url, text=text) == lang


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05T23:30:00-05:00",
        "2024-03-05 23:30:00 -0500",
        "2024-03-05T00:30:00+09",
        "2024-03-05T00:30:00.123+09:00",
        "Tue, 05 Mar 2024 23:30:00 -0800",
        "March 5, 2024 23:30 -0800",
    ],
)
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "UTC"])
def test_a_stated_offset_keeps_the_day_as_printed(text: str, zone: str) -> None:
    assert parse_date(text, lang="en", zone=zone) == MARCH_5


def test_a_stamp_with_hours_only_is_a_moment() -> None:
    assert parse_datetime("2024-03-05 09:00:00+08", zone="UTC") == datetime(
        2024, 3, 5, 1, 0, tzinfo=UTC
    )
    assert parse_datetime("2024-03-05 09:00-17", zone="UTC") == datetime(2024, 3, 5, 9, tzinfo=UTC)


def test_a_utc_stamp_is_the_day_in_china_an_own_offset_the_day_printed() -> None:
    assert parse_date("2024-03-04T18:00:00Z") == MARCH_5
    assert parse_date("2024-03-04T18:00:00+0000") == MARCH_5
    assert parse_date("2024-03-05T02:00:00+07:00") == MARCH_5


def test_times_are_stored_in_utc_with_the_rules_of_their_year() -> None:
    assert parse_datetime("2024-03-05 10:20", zone="Asia/Shanghai") == datetime(
        2024, 3, 5, 2, 20, tzinfo=UTC
    )
    # China had summer time from 1986 to 1991
    assert parse_datetime("1988-07-01 09:00", zone="Asia/Shanghai") == datetime(
        1988, 7, 1, 0, 0, tzinfo=UTC
    )
    assert parse_datetime("2024-03-05", zone="Asia/Shanghai") is None


def test_spans_say_where_the_day_stood() -> None:
    text = "自２０２４年３月５日起施行，2019.1.1版废止"
    first, second = find_dates(text)
    assert text[first.start : first.end] == first.text == "２０２４年３月５日"
    assert (first.value, second.value) == (MARCH_5, date(2019, 1, 1))


def test_a_range_is_two_days() -> None:
    assert [s.value for s in find_dates("2024年3月5日至2024年4月4日")] == [
        MARCH_5,
        date(2024, 4, 4),
    ]


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("http://a.gov.cn/zfxxgk/202403/t20240305_958.html", MARCH_5),
        ("http://a.gov.cn/art/2024/3/5/art_12_34.html", MARCH_5),
        ("http://a.gov.cn/content/2024-03/05/content_1.htm", MARCH_5),
        ("http://a.gov.cn/20240305/0f3e5d6c7b8a90123456789012345678.html", MARCH_5),
        ("http://a.gov.cn/zwfw/20240305083851127.html", MARCH_5),
        ("http://a.gov.cn/gongbao/content_5338761.htm", None),
        ("http://a.gov.cn/c100/20249999/1.html", None),
    ],
)
def test_day_in_an_address(url: str, day: date | None) -> None:
    assert date_from_url(url) == day


def test_plausible_window() -> None:
    assert is_plausible(date(2024, 6, 3), today=TODAY)
    assert not is_plausible(date(2024, 6, 4), today=TODAY)
    assert not is_plausible(date(2099, 1, 1), today=TODAY)
    assert not is_plausible(date(1970, 1, 1), today=TODAY)


@settings(max_examples=60, deadline=None)
@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2090, 12, 31)))
def test_every_day_survives_every_form(day: date) -> None:
    digits = "〇一二三四五六七八九"
    year = "".join(digits[int(c)] for c in str(day.year))
    numbers = [
        "", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二",
        "十三", "十四", "十五", "十六", "十七", "十八", "十九", "二十", "二十一", "二十二",
        "二十三", "二十四", "二十五",
        "二十六", "二十七", "二十八", "二十九", "三十", "三十一",
    ]  # fmt: skip
    for text in (
        f"{day.year}年{day.month}月{day.day}日",
        day.isoformat(),
        f"{day:%Y/%m/%d}",
        f"{year}年{numbers[day.month]}月{numbers[day.day]}日",
        f"{day:%B} {day.day}, {day.year}",
    ):
        assert parse_date(f"（{text}）") == day


@pytest.mark.parametrize(
    "hostile",
    [
        "2024年" * 30_000,
        "2024-" * 30_000,
        "1" * 100_000,
        " " * 100_000,
        "二〇二四年三月" * 20_000,
        "3月" * 100_000,
    ],
)
def test_hostile_text_takes_linear_time(hostile: str) -> None:
    started = time.process_time()
    find_dates(hostile)
    find_dates(hostile, lang="en")
    assert time.process_time() - started < 2.0


def test_holidays_with_a_turn_of_the_year() -> None:
    text = "2018年12月30日至2019年1月1日放假调休，共3天。2018年12月29日（星期六）上班。"
    days = holiday_days(text, year=2019)
    assert [d.date for d in days if d.is_off] == [
        date(2018, 12, 30), date(2018, 12, 31), date(2019, 1, 1),
    ]  # fmt: skip
    assert days[-1] == HolidayDay(date(2018, 12, 29), is_off=False)


def test_holidays_that_move_weekends() -> None:
    text = "4月4日至6日放假，其中4月6日（星期日）公休日调至4月7日（星期一），4月12日（星期六)上班。"
    days = holiday_days(text, year=2025)
    off = {d.date for d in days if d.is_off}
    assert off == {date(2025, 4, n) for n in (4, 5, 6, 7)}
    assert {d.date for d in days if not d.is_off} == {date(2025, 4, 12)}
