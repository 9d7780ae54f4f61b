"""Lists with days in attributes, numerals and headings of their rows: one function per shape."""

from __future__ import annotations

import html

from tests.spiders.list_shapes import TITLES, Row, day, page, shape, simple
from tests.spiders.list_shapes_days import OTHER
from tests.spiders.list_shapes_other import NAMES
from tests.spiders.list_shapes_other import day as day_en
from tests.spiders.list_shapes_other import page as page_en
from tests.spiders.list_shapes_other import shape as shape_en
from tests.spiders.list_shapes_other import simple as simple_en
from tests.spiders.list_shapes_rows import SHAPES

__all__ = ["OTHER", "SHAPES"]
HOST = "https://www.example.gov.cn"
BASE = HOST + "/zwgk/tzgg/"
REC = "https://records.example.org"
_DIGITS = "〇一二三四五六七八九"


def grouped(
    open_: str, item: str, close: str, *, frame: str = "{rows}", every: int = 3
) -> tuple[bytes, list[Row]]:
    parts: list[str] = []
    rows: list[Row] = []
    for i, name in enumerate(NAMES):
        w = day_en(i // every)
        if i % every == 0:
            if i:
                parts.append(close)
            parts.append(open_.format(day=w))
        parts.append(
            item.format(
                href=f"/d/op-{300 + i}.pdf", title=html.escape(name), case=f"26-{311 + i}", i=i
            )
        )
        rows.append((f"{REC}/d/op-{300 + i}.pdf", name, w.isoformat()))
    parts.append(close)
    return page_en(frame.format(rows="".join(parts))), rows


@shape_en
def lists_inside_dated_items() -> tuple[bytes, list[Row]]:
    return grouped(
        "<li>{day:%B} {day.day}, {day.year}<ul>",
        '<li><a href="{href}">{title}</a></li>',
        "</ul></li>",
        frame="<ul class='outer'>{rows}</ul>",
    )


@shape_en
def caption_of_each_table() -> tuple[bytes, list[Row]]:
    return grouped(
        "<table><caption>Opinions released {day:%B} {day.day}, {day.year}</caption>",
        '<tr><td>{case}</td><td><a href="{href}">{title}</a></td></tr>',
        "</table>",
    )


@shape_en
def paragraph_headings() -> tuple[bytes, list[Row]]:
    return grouped(
        '<p class="filed"><u>{day:%A}, {day:%B} {day.day}, {day.year}</u></p>',
        '<p><a href="{href}">{title}</a> - Case {case}</p>',
        "",
    )


@shape_en
def number_link_then_name_and_day_in_text() -> tuple[bytes, list[Row]]:
    return simple_en('<li><a href="{href}">{case}</a> {title} ({day:%m/%d/%Y})</li>')


@shape_en
def posted_and_updated_times() -> tuple[bytes, list[Row]]:
    return simple_en(
        (
            '<article><h2><a href="{href}" rel="bookmark">{title}</a></h2>'
            '<span class="posted-on">Posted on <time class="entry-date '
            'published" datetime="{day:%Y-%m-%d}T22:10:00-05:00">{day:%B} '
            '{day.day}, {day.year}</time><time class="updated" '
            'datetime="2026-11-02T09:00:00-05:00">November 2, 2026</time>'
            '</span><div class="entry-summary"><p>The commission will meet '
            "to take up the matters that are listed in the attached "
            "notice.</p></div></article>"
        ),
        frame="<div>{rows}</div>",
        link="/{n}/",
    )


@shape
def day_in_an_attribute() -> tuple[bytes, str, list[Row]]:
    return simple('<li data-date="{day}"><a href="{href}">{title}</a></li>', link="/art/{n}.html")


@shape
def tip_of_the_day_box() -> tuple[bytes, str, list[Row]]:
    return simple(
        (
            '<li><a href="{href}">{title}</a><span class="rq" title="{day} '
            '10:22">{day:%m-%d}</span></li>'
        ),
        link="/art/{n}.html",
        titles=TITLES,
    )


def _numeral(n: int) -> str:
    tens = "" if n < 10 else "十" if n < 20 else _DIGITS[n // 10] + "十"
    return tens + (_DIGITS[n % 10] if n % 10 else "")


@shape
def numerals_of_the_day() -> tuple[bytes, str, list[Row]]:
    parts: list[str] = []
    rows: list[Row] = []
    for n, t in enumerate(TITLES):
        w = day(n)
        year = "".join(_DIGITS[int(c)] for c in str(w.year))
        parts.append(
            f'<tr><td><a href="/art/{700 + n}.html">{t}</a></td>'
            f"<td>{year}年{_numeral(w.month)}月{_numeral(w.day)}日</td>"
            f"</tr>"
        )
        rows.append((f"{HOST}/art/{700 + n}.html", t, w.isoformat()))
    return page("<table>" + "".join(parts) + "</table>"), BASE, rows


@shape
def today_above_an_undated_list() -> tuple[bytes, str, list[Row]]:
    return simple(
        '<li><a href="{href}">{title}</a></li>',
        frame='<h4>今天是2026年11月20日 星期五</h4><ul class="list">{rows}</ul>',
        link="/art/{n}.html",
        dated=False,
    )


@shape
def date_cell_above_title_cell() -> tuple[bytes, str, list[Row]]:
    return simple(
        '<tr><td class="d">{day}</td></tr><tr><td class="t"><a href="{href}">{title}</a></td></tr>',
        frame="<table>{rows}</table>",
        link="/art/{n}.html",
    )


@shape
def english_months_on_a_chinese_site() -> tuple[bytes, str, list[Row]]:
    return simple(
        (
            '<li><div class="date"><b>{day:%d}</b><span>{day:%b}, '
            '{day:%Y}</span></div><a href="{href}">{title}</a></li>'
        ),
        link="/art/{n}.html",
    )


@shape
def day_written_by_a_script() -> tuple[bytes, str, list[Row]]:
    return simple(
        '<li><a href="{href}">{title}</a><span><script>document.write("{day} 10:00:00"'
        ".substr(0,10))</script></span></li>",
        link="/art/{n}.html",
    )


@shape
def icon_of_the_file_beside_the_page() -> tuple[bytes, str, list[Row]]:
    return simple(
        '<tr><td>{day}</td><td><a href="{href}">{title}</a></td><td><a href="/files/{n}.pdf" '
        'title="{title}"><img src="/pdf.gif"></a></td></tr>',
        frame="<table>{rows}</table>",
        link="/art/{n}.html",
    )


@shape
def hours_ago_on_a_page_of_another_day() -> tuple[bytes, str, list[Row]]:
    return simple(
        '<li><a href="{href}">{title}</a><span>{i}小时前</span></li>',
        link="/omn/{ymd}A0{n}.html",
    )
