"""Lists with days in boxes, brackets, headings and words: sample text, one function per shape."""

from __future__ import annotations

import html
from datetime import timedelta

from tests.spiders.list_shapes import TITLES, TODAY, Row, day, page, shape, simple
from tests.spiders.list_shapes_beside import OTHER
from tests.spiders.list_shapes_more import SHAPES
from tests.spiders.list_shapes_other import NAMES
from tests.spiders.list_shapes_other import day as day_en
from tests.spiders.list_shapes_other import page as page_en
from tests.spiders.list_shapes_other import shape as shape_en
from tests.spiders.list_shapes_other import simple as simple_en

__all__ = ["OTHER", "SHAPES"]
HOST = "https://www.example.gov.cn"
BASE = HOST + "/zwgk/tzgg/"


@shape
def link_holds_title_summary_and_date() -> tuple[bytes, str, list[Row]]:
    return simple(
        (
            '<li><a href="{href}"><h3>{title}</h3><p>为贯彻落实有关部署，'
            "现将有关事项通知如下，请结合实际认真抓好落实，"
            "遇有问题及时反馈。</p><em>{day:%Y.%m.%d}</em></a></li>"
        ),
        link="/xw/{n}.html",
    )


@shape
def day_above_month_year_in_address() -> tuple[bytes, str, list[Row]]:
    return simple(
        '<li><div class="date"><span class="dd">{day:%d}</span><span '
        'class="mm">{day:%m}月</span></div><a href="{href}">{title}</a>'
        "</li>"
    )


@shape
def date_in_brackets_after_the_title() -> tuple[bytes, str, list[Row]]:
    return simple('<li><a href="{href}">{title}（{day}）</a></li>', link="/art/{n}.html")


@shape
def date_in_brackets_before_the_title() -> tuple[bytes, str, list[Row]]:
    return simple('<li><a href="{href}">【{day:%Y.%m.%d}】{title}</a></li>', link="/art/{n}.html")


@shape
def grouped_by_month_day_only() -> tuple[bytes, str, list[Row]]:
    parts: list[str] = []
    rows: list[Row] = []
    last = ""
    for n, title in enumerate(TITLES):
        when = day(n)
        head = f"{when.year}年{when.month}月"
        if head != last:
            parts.append(("</ul>" if last else "") + f"<h3>{head}</h3><ul>")
            last = head
        parts.append(f'<li><span>{when.day}日</span><a href="/art/{700 + n}.html">{title}</a></li>')
        rows.append((f"{HOST}/art/{700 + n}.html", title, when.isoformat()))
    return page("<div class='gz'>" + "".join(parts) + "</ul></div>"), BASE, rows


@shape
def year_headings_and_month_days() -> tuple[bytes, str, list[Row]]:
    parts: list[str] = []
    rows: list[Row] = []
    last = 0
    for n, title in enumerate(TITLES):
        when = day(n) - timedelta(days=300 * (n // 4))
        if when.year != last:
            parts.append(("</ul>" if last else "") + f"<h4>{when.year}年</h4><ul>")
            last = when.year
        parts.append(f'<li><a href="/art/{700 + n}.html">{title}</a><span>{when:%m-%d}</span></li>')
        rows.append((f"{HOST}/art/{700 + n}.html", title, when.isoformat()))
    return page("<div class='gz'>" + "".join(parts) + "</ul></div>"), BASE, rows


@shape
def relative_days() -> tuple[bytes, str, list[Row]]:
    words = ["3小时前", "昨天", "前天", "3天前", "5天前", "6天前", "9天前", "15天前"]
    back = [0, 1, 2, 3, 5, 6, 9, 15]
    parts: list[str] = []
    rows: list[Row] = []
    for n, title in enumerate(TITLES):
        parts.append(
            f'<li><a href="/art/{700 + n}.html">{title}</a><span '
            f'class="time">{words[n]}</span></li>'
        )
        rows.append(
            (f"{HOST}/art/{700 + n}.html", title, (TODAY - timedelta(days=back[n])).isoformat())
        )
    return page("<ul>" + "".join(parts) + "</ul>"), BASE, rows


@shape
def comments_from_and_until() -> tuple[bytes, str, list[Row]]:
    parts: list[str] = []
    rows: list[Row] = []
    for n, title in enumerate(TITLES):
        parts.append(
            f'<li><h4><a href="/yjzj/{700 + n}.html">{title}</a></h4><p>'
            f"<span>征集时间：{day(n)} 至 "
            f"{day(n) + timedelta(days=30)}</span><span "
            f'class="zt">状态：已结束</span><a '
            f'href="/yjzj/fk/{700 + n}.html">结果反馈</a></p></li>'
        )
        rows.append((f"{HOST}/yjzj/{700 + n}.html", title, day(n).isoformat()))
    return page("<ul>" + "".join(parts) + "</ul>"), BASE, rows


@shape
def date_before_links_and_breaks() -> tuple[bytes, str, list[Row]]:
    return simple(
        '{day}　<a href="{href}">{title}</a><br/>',
        frame='<div class="content"><p>{rows}</p></div>',
        link="/art/{n}.html",
    )


@shape
def tabs_of_years() -> tuple[bytes, str, list[Row]]:
    parts: list[str] = []
    rows: list[Row] = []
    for y in (0, 1):
        parts.append(f'<div class="tab-pane{" active" if not y else ""}" id="y{2026 - y}"><ul>')
        for n, title in enumerate(TITLES[4 * y : 4 * y + 4]):
            k = 4 * y + n
            parts.append(f'<li><a href="/art/{700 + k}.html">{title}</a><span>{day(k)}</span></li>')
            rows.append((f"{HOST}/art/{700 + k}.html", title, day(k).isoformat()))
        parts.append("</ul></div>")
    tabs = (
        '<ul class="tabs"><li><a href="#y2026">2026年</a></li><li><a '
        'href="#y2025">2025年</a></li></ul>'
    )
    return page(tabs + "".join(parts)), BASE, rows


@shape
def numbered_rows_with_hits() -> tuple[bytes, str, list[Row]]:
    return simple(
        (
            '<li><em>{i}.</em><a href="{href}">{title}</a><span '
            'class="hits">点击：{n}</span><span class="rq">发布于 '
            "{day.year}-{day.month}-{day.day}</span></li>"
        ),
        frame="<ol>{rows}</ol>",
        link="/art/{n}.html",
    )


@shape
def republic_years() -> tuple[bytes, str, list[Row]]:
    parts: list[str] = []
    rows: list[Row] = []
    for n, title in enumerate(TITLES):
        w = day(n)
        parts.append(
            f'<tr><td data-th="標題"><a '
            f'href="/News_Content.aspx?n=1&amp;s={700 + n}" '
            f'title="{title}">{title}</a></td><td '
            f'data-th="日期">{w.year - 1911}-{w:%m-%d}</td></tr>'
        )
        rows.append((f"{HOST}/News_Content.aspx?n=1&s={700 + n}", title, w.isoformat()))
    return page("<table><tbody>" + "".join(parts) + "</tbody></table>"), BASE, rows


@shape
def quoted_month_after_slash() -> tuple[bytes, str, list[Row]]:
    return simple(
        (
            '<div class="n"><div class="date"><b>{day:%m/%d}</b>'
            '<i>{day:%Y}</i></div><div class="w"><a '
            'href="{href}">{title}</a></div></div>'
        ),
        frame='<div class="nn">{rows}</div>',
        link="/art/{n}.html",
    )


@shape_en
def date_tile_in_three_parts() -> tuple[bytes, list[Row]]:
    return simple_en(
        (
            '<div class="ev"><div class="dt"><span '
            'class="m">{day:%b}</span><span class="d">{day:%d}</span><span '
            'class="y">{day:%Y}</span></div><h3><a '
            'href="{href}">{title}</a></h3></div>'
        ),
        link="/news/{n}/",
    )


@shape_en
def month_heading_and_day_in_text() -> tuple[bytes, list[Row]]:
    parts: list[str] = []
    rows: list[Row] = []
    last = ""
    for i, name in enumerate(NAMES):
        w = day_en(i)
        head = f"{w:%B %Y}"
        if head != last:
            parts.append(("</ul>" if last else "") + f"<h2>{head}</h2><ul>")
            last = head
        parts.append(f'<li>{w.day} {w:%B}: <a href="/d/{40 + i}.html">{html.escape(name)}</a></li>')
        rows.append((f"https://records.example.org/d/{40 + i}.html", name, w.isoformat()))
    return page_en("".join(parts) + "</ul>"), rows


@shape_en
def case_number_with_name_in_the_link() -> tuple[bytes, list[Row]]:
    parts: list[str] = []
    rows: list[Row] = []
    for i, name in enumerate(NAMES):
        w = day_en(i)
        parts.append(
            f'<p><a href="/o/{i + 70}.pdf">26-{311 + i} '
            f"{html.escape(name)}</a>, filed {w:%m/%d/%Y}<br>Affirmed. "
            f"Judge Park writing for the court.</p>"
        )
        rows.append(
            (f"https://records.example.org/o/{i + 70}.pdf", f"26-{311 + i} {name}", w.isoformat())
        )
    return page_en("".join(parts)), rows


@shape_en
def accordion_of_years() -> tuple[bytes, list[Row]]:
    parts: list[str] = []
    rows: list[Row] = []
    for i, name in enumerate(NAMES):
        w = day_en(i)
        if i in (0, 4):
            parts.append(
                ("</ul></details>" if i else "")
                + f"<details><summary>{'Second' if not i else 'First'} half</summary><ul>"
            )
        parts.append(
            f"<li><strong>{w:%b}. {w.day}, {w.year}</strong> – <a "
            f'href="/d/{40 + i}.pdf">{html.escape(name)}</a> (PDF)</li>'
        )
        rows.append((f"https://records.example.org/d/{40 + i}.pdf", name, w.isoformat()))
    return page_en("".join(parts) + "</ul></details>"), rows
