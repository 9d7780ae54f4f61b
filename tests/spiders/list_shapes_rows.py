"""Lists with links, titles and records in odd places: sample text, one function per shape."""

from __future__ import annotations

import json

from tests.spiders.list_shapes import TITLES, Row, day, page, shape, simple
from tests.spiders.list_shapes_beside import OTHER
from tests.spiders.list_shapes_more import SHAPES
from tests.spiders.list_shapes_other import shape as shape_en
from tests.spiders.list_shapes_other import simple as simple_en

__all__ = ["OTHER", "SHAPES"]
HOST = "https://www.example.gov.cn"
BASE = HOST + "/zwgk/tzgg/"


@shape
def index_number_links_too() -> tuple[bytes, str, list[Row]]:
    return simple(
        (
            '<tr><td><a href="{href}">{index}</a></td><td><a '
            'href="{href}">{title}</a></td><td>示例市人民政府办公室</td>'
            "<td>{day}</td></tr>"
        ),
        frame=(
            "<table><tr><th>索引号</th><th>标题</th><th>发布机构</th>"
            "<th>发布日期</th></tr>{rows}</table>"
        ),
        link="/art/{n}.html",
    )


@shape
def javascript_in_href() -> tuple[bytes, str, list[Row]]:
    return simple(
        "<li><a href=\"javascript:viewInfo('{href}','_blank')\">{title}</a><span>{day}</span></li>",
        link="/art/{n}.html",
    )


@shape
def data_url_on_the_row() -> tuple[bytes, str, list[Row]]:
    return simple(
        (
            '<li class="row" data-url="{href}"><p class="t">{title}</p>'
            '<span class="d">{day}</span></li>'
        ),
        link="/art/{n}.html",
    )


@shape
def picture_link_then_title_link() -> tuple[bytes, str, list[Row]]:
    return simple(
        (
            '<div class="card"><a href="{href}" class="pic"><img '
            'src="/i/{n}.jpg" alt=""></a><div class="txt"><a '
            'href="{href}">{title}</a><p>近日，有关部门联合印发文件，'
            "明确今后一个时期的主要目标与重点任务，并就组织实施作出安排。"
            '</p><p class="b"><i>{day}</i><i>阅读 1203</i></p></div></div>'
        ),
        frame='<div class="cards">{rows}</div>',
        link="/xw/{n}.html",
    )


@shape
def hot_news_longer_than_the_list() -> tuple[bytes, str, list[Row]]:
    hot = "".join(
        (
            f"<li><i>{i}</i><a "
            f'href="/xw/2025/{900 + i}.html">全市上下掀起学习贯彻重要会议精神热潮之第{i}篇报道</a>'
            f"</li>"
        )
        for i in range(1, 13)
    )
    return simple(
        '<li><a href="{href}">{title}</a><span>{day}</span></li>',
        frame='<div class="l"><ul>{rows}</ul></div><div class="r"><h3>热点新闻</h3><ul>'
        + hot
        + "</ul></div>",
        link="/xw/2026/{n}.html",
        titles=TITLES[:6],
    )


@shape
def records_in_a_variable() -> tuple[bytes, str, list[Row]]:
    recs: list[dict[str, object]] = []
    rows: list[Row] = []
    for n, title in enumerate(TITLES):
        recs.append(
            {
                "id": 900 + n,
                "title": title,
                "url": f"/art/{700 + n}.html",
                "pubDate": f"{day(n)} 08:30:00",
            }
        )
        rows.append((f"{HOST}/art/{700 + n}.html", title, day(n).isoformat()))
    text = json.dumps(recs, ensure_ascii=False)
    return (
        page(
            f"<div id='list'></div><script>var pageSize = 20; var dataList "
            f"= {text}; render(dataList);</script>"
        ),
        BASE,
        rows,
    )


@shape
def records_in_next_data() -> tuple[bytes, str, list[Row]]:
    recs: list[dict[str, object]] = []
    rows: list[Row] = []
    for n, title in enumerate(TITLES):
        recs.append(
            {
                "docId": 900 + n,
                "docTitle": title,
                "docUrl": f"{HOST}/art/{700 + n}.html",
                "releaseTime": f"{day(n)}",
            }
        )
        rows.append((f"{HOST}/art/{700 + n}.html", title, day(n).isoformat()))
    text = json.dumps(
        {"props": {"pageProps": {"list": {"total": 88, "rows": recs}}}, "page": "/list"},
        ensure_ascii=False,
    )
    return (
        page(
            "<div id='__next'></div>",
            after=f"<script id='__NEXT_DATA__' type='application/json'>{text}</script>",
        ),
        BASE,
        rows,
    )


@shape
def definition_with_facts_and_summary() -> tuple[bytes, str, list[Row]]:
    return simple(
        (
            '<dl><dt><a href="{href}">{title}</a></dt><dd '
            'class="meta">来源：示例日报　发布日期：{day}　浏览：81</dd>'
            '<dd class="sum">为贯彻落实有关部署，现将有关事项通知如下，'
            "请认真抓好落实。</dd></dl>"
        ),
        frame='<div class="lst">{rows}</div>',
        link="/xw/{n}.html",
    )


@shape
def category_spans_rows() -> tuple[bytes, str, list[Row]]:
    parts: list[str] = []
    rows: list[Row] = []
    for n, title in enumerate(TITLES):
        first = f'<td rowspan="4">{["规范性文件", "政策解读"][n // 4]}</td>' if n % 4 == 0 else ""
        parts.append(
            f'<tr>{first}<td><a href="/art/{700 + n}.html">{title}</a></td>'
            f"<td>示府办〔2026〕{n + 3}号</td><td>{day(n)}</td></tr>"
        )
        rows.append((f"{HOST}/art/{700 + n}.html", title, day(n).isoformat()))
    return (
        page(
            "<table><tr><th>类别</th><th>名称</th><th>文号</th><th>日期</th></tr>"
            + "".join(parts)
            + "</table>"
        ),
        BASE,
        rows,
    )


@shape
def pager_inside_the_list() -> tuple[bytes, str, list[Row]]:
    pager = (
        '<li class="page"><a href="index_1.html">上一页</a><a '
        'href="index_2.html">2</a><a href="index_3.html">3</a><a '
        'href="index_4.html">下一页</a> 共 41 页</li>'
    )
    return simple(
        '<li><a href="{href}">{title}</a><span>{day}</span></li>',
        frame='<ul class="list">{rows}' + pager + "</ul>",
        link="/art/{n}.html",
    )


@shape
def pager_in_the_last_table_row() -> tuple[bytes, str, list[Row]]:
    return simple(
        (
            '<tr><td>·</td><td><a href="{href}"><font '
            'color="#333333">{title}</font></a></td>'
            "<td>[{day:%y-%m-%d}]</td></tr>"
        ),
        frame=(
            '<table width="100%"><tbody>{rows}<tr><td colspan="3" '
            'align="right">共88条 <a href="list.asp?page=1">首页</a> <a '
            'href="list.asp?page=2">下页</a> <a '
            'href="list.asp?page=9">尾页</a></td></tr></tbody></table>'
        ),
        link="/show.asp?id={n}",
    )


@shape
def stock_code_and_name_link_to_the_company() -> tuple[bytes, str, list[Row]]:
    return simple(
        (
            '<tr><td><a href="/company/60{i}113.html">60{i}113</a></td><td>'
            '<a href="/company/60{i}113.html">示例股份</a></td><td><a '
            'href="{href}" target="_blank">{title}</a></td><td>{day} '
            "17:30</td></tr>"
        ),
        frame=(
            "<table><tr><th>代码</th><th>简称</th><th>公告标题</th>"
            "<th>公告时间</th></tr>{rows}</table>"
        ),
        link="/disclosure/{n}.pdf",
    )


@shape
def whole_card_link_with_labelled_facts() -> tuple[bytes, str, list[Row]]:
    return simple(
        (
            '<a class="item" data-v-6ac3="" href="{href}" target="_blank">'
            '<div data-v-6ac3="" class="title">{title}</div><div '
            'class="info" data-v-6ac3="">'
            "<span>发布机构：示例市数据局</span>"
            "<span>成文日期：2025-06-30</span><span>发布时间：{day}</span>"
            "</div></a>"
        ),
        frame='<div class="news-list">{rows}</div>',
        link="/detail/{n}.html",
    )


@shape
def tooltip_with_labels() -> tuple[bytes, str, list[Row]]:
    return simple(
        (
            '<li><a href="{href}" title="标题：{title}&#10;发布时间：{day} '
            '10:21:33&#10;作者：">{cut}</a><span>{day}</span></li>'
        ),
        link="/art/{n}.html",
    )


@shape
def search_results_with_address_line() -> tuple[bytes, str, list[Row]]:
    return simple(
        (
            '<div class="res"><h3><a href="{href}">{title}</a></h3>'
            "<p>……现将《公共<em>数据</em>资源登记办法》印发给你们，"
            '请结合实际认真贯彻执行……</p><div class="u"><a '
            'href="{href}">www.example.gov.cn{href}</a><span>{day}</span>'
            "</div></div>"
        ),
        frame='<div class="results">{rows}</div>',
        link="/art/{n}.html",
    )


@shape
def files_below_every_row() -> tuple[bytes, str, list[Row]]:
    return simple(
        (
            '<li><p class="bt"><a href="{href}">{title}</a>'
            '<span>{day}</span></p><ul class="fj"><li><a '
            'href="/down/{n}1.docx">附件1：申报书.docx</a></li><li><a '
            'href="/down/{n}2.xlsx">附件2：汇总表.xlsx</a></li></ul></li>'
        ),
        link="/art/{n}.html",
    )


@shape
def column_name_before_every_title() -> tuple[bytes, str, list[Row]]:
    return simple(
        '<li>[<a href="/zwgk/tzgg/">通知公告</a>] <a '
        'href="{href}">{title}</a> '
        "<small>({day.month}月{day.day}日)</small></li>"
    )


@shape
def three_columns_of_home_with_main() -> tuple[bytes, str, list[Row]]:
    def col(name: str, k: str) -> str:
        return (
            f'<div class="side"><h3>{name}</h3><ul>'
            + "".join(
                f'<li><a href="/{k}/{300 + i}.html">{name}栏目下的第{i}条短讯</a></li>'
                for i in range(5)
            )
            + "</ul></div>"
        )

    return simple(
        '<li><a href="{href}">{title}</a><span>{day}</span></li>',
        frame=col("政策解读", "jd")
        + '<div class="mid"><ul>{rows}</ul></div>'
        + col("回应关切", "hy"),
        link="/art/{n}.html",
    )


@shape_en
def court_table_with_two_files() -> tuple[bytes, list[Row]]:
    return simple_en(
        (
            "<tr><td>{day:%m/%d/%Y}</td><td><a "
            'href="/dockets/{case}">{case}</a></td><td>{title}</td><td><a '
            'href="{href}">Opinion</a> <a '
            'href="/docs/2026/d{n}.pdf">Dissent</a></td></tr>'
        ),
        frame=(
            "<table><thead><tr><th>Filed</th><th>Docket</th>"
            "<th>Caption</th><th>Files</th></tr></thead>"
            "<tbody>{rows}</tbody></table>"
        ),
    )


@shape_en
def meetings_with_agenda_and_minutes() -> tuple[bytes, list[Row]]:
    return simple_en(
        (
            "<tr><td>{day:%B} {day.day}, {day.year} 6:00 pm</td>"
            '<td>{title}</td><td><a href="{href}">Agenda</a></td><td><a '
            'href="/min/{n}.pdf">Minutes</a></td></tr>'
        ),
        frame="<table>{rows}</table>",
    )


@shape_en
def agency_news_with_topics() -> tuple[bytes, list[Row]]:
    return simple_en(
        (
            '<div class="views-row"><span '
            'class="date-display-single">{day:%B} {day.day}, '
            '{day.year}</span><h3><a href="{href}">{title}</a></h3><p>The '
            "office today announced a rule that would change how records "
            'are kept. <a href="{href}">Read more</a></p><div class="tags">'
            '<a href="/topics/data">Data protection</a> <a '
            'href="/topics/rules">Rulemaking and notices</a></div></div>'
        ),
        link="/news/{n}",
    )


@shape_en
def federal_register_blocks() -> tuple[bytes, list[Row]]:
    return simple_en(
        (
            '<article><h5><a href="{href}">{title}</a></h5><p>by the <a '
            'href="/agencies/data-office">Office of Data</a> on '
            '<span>{day:%m/%d/%Y}</span>.</p><p class="d">This document '
            "proposes rules on the keeping of records by agencies and asks "
            "for comments.</p></article>"
        ),
        link="/documents/2026/{n}/x",
    )
