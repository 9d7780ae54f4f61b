"""Lists at the edge of what can be told: odd rows, deep tables, days in addresses; articles."""

from __future__ import annotations

from datetime import date

import pytest

from spiders.induction import Induced, NothingFound, induce
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


def test_marks_in_the_first_links_only_are_words_too() -> None:
    rows = "".join(
        f'<li><a href="/art/{4000 + i}.html">{"<b>【转发】</b>" if i < 5 else ""}{title}</a></li>'
        for i, title in enumerate([*TITLES, *(f"{title}的解读" for title in TITLES)])
    )
    titles = [row.title for row in read(f"<ul>{rows}</ul>").listing.rows]
    assert titles[:5] == [f"【转发】{title}" for title in TITLES]


def test_an_icon_beside_the_title_does_not_lead_to_the_document() -> None:
    rows = "".join(
        f'<li><a href="/photo/{5000 + i}.html" title="{title}"><img src="x.png" alt="图"></a>'
        f'<a href="/art/{4000 + i}.html">{title}</a><i>2026-11-{18 - i}</i></li>'
        for i, title in enumerate(TITLES)
    )
    found = [row.url for row in read(f"<ul>{rows}</ul>").listing.rows]
    assert found == [f"https://records.example.org/art/{4000 + i}.html" for i in range(len(TITLES))]


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
    assert found.listing.matched == 4, "rows of the tables around it are none"


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


PROSE = "为扎实推进各项工作，现将有关事项通知如下，请结合实际认真贯彻执行，并及时报告执行中的问题。"
MENU = "".join(
    f'<li><a href="/zwgk/{path}/index.html">{words}</a></li>'
    for path, words in (
        ("zfxxgk", "政府信息公开指南"),
        ("zcwj", "政策文件与解读"),
        ("ndbg", "政府信息公开年度报告"),
        ("jczwgk", "基层政务公开标准化规范化"),
    )
)
ARTICLES = {
    "menu": f'<ul class="side">{MENU}</ul><h1>关于水利工作的通知</h1>' + f"<p>{PROSE}</p>" * 8,
    "files_and_neighbours": "<h2>关于公布名单的公告</h2><p>2026年11月10日</p>"
    + f"<p>{PROSE}</p>" * 8
    + '<p>附件：<a href="/files/P020261110.docx">1. 2026年度名单汇总表.docx</a></p>'
    + "".join(
        f'<p>{which}：<a href="/art/2026/11/9/art_12_{4021 + i}.html">{TITLES[i]}</a></p>'
        for i, which in enumerate(("上一篇", "下一篇"))
    ),
    "citations": "<div>发布日期：2026-10-09 09:12</div>"
    + "".join(
        f"<p>根据<a href='/art/2025/3/4/art_9_{3000 + i}.html'>《{title}》</a>执行。{PROSE}</p>"
        for i, title in enumerate(TITLES[:3])
    )
    + f"<p>{PROSE}</p>" * 9,
}


@pytest.mark.parametrize("page_of", ARTICLES)
def test_an_article_is_refused_as_one(page_of: str) -> None:
    with pytest.raises(NothingFound, match=r"是一篇文章.* / this page is one article"):
        read(ARTICLES[page_of])


@pytest.mark.parametrize(
    "form",
    [
        '<h3><a href="/art/{i}.html">{title}</a></h3><p>{text}</p>',
        '<p><a href="/art/{i}.html">{title}</a>{text}</p>',
        '<div><a href="/art/{i}.html">{title}</a><p>{text}</p></div><hr>',
        '<a href="/art/{i}.html">{title}</a>{text}<br>',
        '<h3><a href="/art/{i}.html">{title}</a></h3>',
    ],
)
def test_a_short_list_with_summaries_or_words_above_is_no_article(form: str) -> None:
    rows = "".join(
        form.format(i=4000 + i, title=title, text=PROSE * 3) for i, title in enumerate(TITLES[:4])
    )
    above = "" if "text" in form else f"<p>{PROSE * 5}</p>"
    assert len(read(f"{above}<div>{rows}</div>").listing.rows) == 4


def test_a_class_that_only_holds_the_word_script_is_printed_text() -> None:
    rows = [
        f'<li><a href="/art/{4000 + i}.html">{title}</a><b class="description">2026-11-{18 - i}</b>'
        f'<b class="c">2026-10-{18 - i}</b></li>'
        for i, title in enumerate(TITLES)
    ]
    found = read(f"<ul>{''.join(rows)}</ul>")
    assert [str(row.published_on) for row in found.listing.rows][:2] == ["2026-11-18", "2026-11-17"]
