"""Lists at the edge of what can be told: odd rows, deep tables, days in addresses only."""

from __future__ import annotations

from datetime import date

import pytest

from spiders.induction import Induced, induce
from spiders.induction.naming import describe

TODAY = date(2026, 11, 20)
BASE = "https://records.example.org/list/"
TITLES = [
    f"关于{word}管理办法的通知" for word in ("水利", "公共交通", "住房租赁", "燃气", "粮食储备")
]


def read(rows: str, *, lang: str = "zh") -> Induced:
    return induce(
        f"<html><body>{rows}</body></html>".encode(), base_url=BASE, today=TODAY, lang=lang
    )


def test_a_mark_inside_some_links_is_a_word_of_their_titles() -> None:
    rows = "".join(
        f'<li><a href="/art/{4000 + i}.html">{"<b>转发</b>" if i % 2 else ""}{title}</a>'
        f"<i>2026-11-{18 - i}</i></li>"
        for i, title in enumerate(TITLES)
    )
    titles = [row.title for row in read(f"<ul>{rows}</ul>").listing.rows]
    assert titles == [("转发" if i % 2 else "") + title for i, title in enumerate(TITLES)]


def test_a_row_without_a_day_stays_between_dated_ones_and_goes_before_them() -> None:
    rows = [
        f'<p><a href="/art/{4000 + i}.html">{title}</a> 2026-11-{18 - i}</p>'
        for i, title in enumerate(TITLES)
    ]
    odd = '<p><a href="/topics/water.html">关于水利工作的专题报道与解读</a></p>'
    assert len(read("".join([*rows[:2], odd, *rows[2:]])).listing.rows) == 6
    assert len(read("".join([odd, *rows])).listing.rows) == 5


def test_a_table_in_many_tables_is_counted() -> None:
    page = "".join(
        f"<tr><td>{i + 1:02d}/03/2026</td><td><a href='/d/{4000 + i}.pdf'>Harbor Lines v. {name}"
        "</a></td></tr>"
        for i, name in enumerate(("Alvarez", "Board of Pilots", "Ostrander", "Park"))
    )
    page = f"<table>{page}</table>"
    for _ in range(9):
        page = f"<table><tr><td>x</td><td>y</td></tr><tr><td>{page}</td></tr></table>"
    found = read(page, lang="en")
    assert [str(row.published_on) for row in found.listing.rows][1:3] == [
        "2026-02-03",
        "2026-03-03",
    ]
    assert all(len(str(value)) <= 300 for value in found.settings.values())


def test_days_that_only_addresses_state() -> None:
    rows = "".join(
        f'<li><a href="/xw/2026/11/{18 - i}/n{4000 + i}.html">{title}</a></li>'
        for i, title in enumerate(TITLES)
    )
    days = [row.published_on for row in read(f"<ul>{rows}</ul>").listing.rows]
    assert days == [date(2026, 11, 18 - i) for i in range(len(TITLES))]


@pytest.mark.parametrize(
    ("host", "tag", "lang"),
    [
        ("www.example.gov.uk", "en", "en-gb"),
        ("www.example.org", "en-AU", "en-gb"),
        ("www.example.org", "en", "en"),
    ],
)
def test_where_days_stand_before_months(host: str, tag: str, lang: str) -> None:
    page = f'<html lang="{tag}"><head><title>Decisions</title></head><body></body></html>'
    assert describe(f"https://{host}/decisions/", page).lang == lang
