"""Lists that nobody described: the rows come out right, and the written selectors read them."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from spiders.induction import Induced, NothingFound, induce
from spiders.induction.article import Article, article_settings
from spiders.induction.discover import data_behind, feeds_of
from spiders.induction.dom import read_page
from spiders.induction.naming import describe
from spiders.induction.source_text import checked, source_text
from spiders.paging import NumberPaging
from tests.spiders.list_shapes_cases import OTHER, REFUSED
from tests.spiders.list_shapes_told import SHAPES as LISTS

TODAY = date(2026, 11, 20)
BASE = "https://www.example.gov.cn/zwgk/tzgg/index.html"
TITLES = [
    "关于印发《数据要素流通管理办法》的通知",
    "关于开展二〇二六年区块链应用试点申报工作的公告",
    "《人工智能产业发展行动计划》政策解读",
    "关于公布可信数据空间典型案例名单的通知",
    "关于加强公共数据授权运营工作的指导意见",
    "元宇宙产业创新发展现场会召开",
]
MENU = "".join(
    f'<li><a href="/{name}/index.html">{title}</a></li>'
    for name, title in [
        ("sy", "首页"),
        ("zwgk", "政务公开"),
        ("hdjl", "互动交流"),
        ("bsfw", "办事服务"),
    ]
)
SIDE = "".join(
    f'<li><a href="/ztzl/20250{i}/zt.html">专题专栏之第{i}个专题的名称</a></li>'
    for i in range(1, 8)
)


def page(rows: str, *, head: str = "", after: str = "") -> bytes:
    return (
        f"<html><head><title>通知公告_示例市人民政府</title>{head}</head><body>"
        f'<div class="nav"><ul>{MENU}</ul></div><div class="main">{rows}</div>{after}'
        f'<div class="sidebar"><ul>{SIDE}</ul></div>'
        '<div class="footer"><a href="https://www.gov.cn/2026/1.html">中国政府网站群的友情链接之一</a>'
        "</div></body></html>"
    ).encode()


def rows_of(found: Induced) -> list[tuple[str, str, str | None]]:
    return [
        (row.url, row.title, row.published_on.isoformat() if row.published_on else None)
        for row in found.listing.rows
    ]


def days() -> list[date]:
    return [date(2026, 11, 18 - 2 * i) for i in range(len(TITLES))]


def wanted(path: str = "/zwgk/tzgg/202611/t202611_{i}.html") -> list[tuple[str, str, str | None]]:
    return [
        ("https://www.example.gov.cn" + path.format(i=1000 + i), title, day.isoformat())
        for i, (title, day) in enumerate(zip(TITLES, days(), strict=True))
    ]


SHAPES = {
    "items with a date beside": (
        '<ul class="list">{rows}</ul>',
        '<li><a href="{href}" title="{title}">{short}…</a><span>[{day}]</span></li>',
    ),
    "a table": (
        "<table><tr><th>标题</th><th>日期</th></tr>{rows}</table>",
        '<tr class="{odd}"><td><a href="{href}">{title}</a></td><td>{day:%Y/%m/%d}</td></tr>',
    ),
    "cards that are links": (
        '<div class="cards">{rows}</div>',
        '<a class="card" href="{href}"><h3>{title}</h3><p>{long}</p><i>{day:%Y.%m.%d}</i></a>',
    ),
    "a date in two parts": (
        "<ul>{rows}</ul>",
        '<li><div class="d"><b>{day:%d}</b> <span>{day:%Y-%m}</span></div>'
        '<div class="t"><a href="{href}">{title}</a></div></li>',
    ),
    "several short lists": (
        "{rows}",
        '<ul class="item"><li><a href="{href}">{title}</a><em>{day}</em></li></ul>',
    ),
    "a second link in every row": (
        "<ul>{rows}</ul>",
        '<li><a class="pdf" href="/down/{i}">下载</a><a href="{href}">{title}</a><i>{day}</i></li>',
    ),
}


def written(shape: str) -> bytes:
    frame, form = SHAPES[shape]
    rows = "".join(
        form.format(
            i=i,
            href=f"./202611/t202611_{1000 + i}.html",
            title=title,
            short=title[:9],
            long=(title + "，现将有关事项通知如下。") * 4,
            day=day,
            odd="odd" if i % 2 else "even",
        )
        for i, (title, day) in enumerate(zip(TITLES, days(), strict=True))
    )
    return page(frame.format(rows=rows))


@pytest.mark.parametrize("shape", [*LISTS, *OTHER])
def test_rows_as_a_person_would_copy_them(shape: str) -> None:
    sample = (LISTS.get(shape) or OTHER[shape])()
    lang = "zh" if shape in LISTS else "en"
    found = induce(sample.content, base_url=sample.base, today=TODAY, lang=lang)
    assert sorted(rows_of(found)) == sorted(sample.rows)


@pytest.mark.parametrize("page_of", REFUSED)
def test_a_page_that_cannot_be_decided_is_refused(page_of: str) -> None:
    with pytest.raises(NothingFound, match=" / "):
        induce(REFUSED[page_of], base_url=BASE, today=TODAY, lang="en")


def test_another_list_of_the_page_can_be_chosen() -> None:
    sample = LISTS["a_short_list_of_favourites_beside_it"]()
    found = induce(sample.content, base_url=sample.base, today=TODAY)
    assert [(each.links, each.dated) for each in found.lists] == [(8, 8), (3, 3)]
    second = induce(sample.content, base_url=sample.base, today=TODAY, choice=2)
    assert {row.title[:4] for row in second.listing.rows} == {"热门公告"}
    with pytest.raises(NothingFound, match="2 个列表"):
        induce(sample.content, base_url=sample.base, today=TODAY, choice=3)


@pytest.mark.parametrize("shape", SHAPES)
def test_rows_of_common_shapes(shape: str) -> None:
    found = induce(written(shape), base_url=BASE, today=TODAY)
    assert rows_of(found) == wanted()


@pytest.mark.parametrize("shape", SHAPES)
def test_the_file_that_is_written_is_a_good_source_file(shape: str) -> None:
    content = written(shape)
    found = induce(content, base_url=BASE, today=TODAY)
    about = describe(BASE, content.decode())
    spec = checked(
        source_text(about, found.settings, url=BASE, rows=len(found.listing.rows)), key=about.key
    )
    assert spec.status == "unproven"
    assert spec.publisher == "示例市人民政府"
    assert spec.title.endswith("通知公告")
    assert spec.key == "cn-example-tzgg"


def test_a_date_in_the_heading_above_the_rows_is_found() -> None:
    rows = "".join(
        f'<h4>{day:%Y-%m-%d}</h4><p class="r"><a href="./a/{1000 + i}.html">{title}</a></p>'
        for i, (title, day) in enumerate(zip(TITLES, days(), strict=True))
    )
    found = induce(page(rows), base_url=BASE, today=TODAY)
    assert rows_of(found) == wanted("/zwgk/tzgg/a/{i}.html")


def test_paging_is_taken_from_the_pager_or_the_script() -> None:
    content = written("items with a date beside")

    def paging(extra: str, base: str = BASE) -> Any:
        return induce(
            content.replace(b"</body>", extra.encode() + b"</body>"), base_url=base, today=TODAY
        ).settings.get("paging")

    assert paging("") is None
    assert paging('<a href="index_2.html">2</a>') == {
        "style": "number", "template": "{stem}_{n}{ext}", "start": 2,
    }  # fmt: skip
    assert paging('<a href="?page=2">下一页</a>')["param"] == "page"
    assert paging("<script>createPageHTML(9, 0, 'index', 'html')</script>")["start"] == 1
    assert paging('<a class="next-page" href="/more/7">后一页</a>')["link"] == (
        "a.next-page::attr(href)"
    )


def test_a_known_family_needs_no_selectors() -> None:
    rows = "".join(
        f'<li><a href="./202611/t202611{18 - 2 * i:02d}_{1000 + i}.html">{title}</a>'
        f"<span>{day}</span></li>"
        for i, (title, day) in enumerate(zip(TITLES, days(), strict=True))
    )
    found = induce(page(f"<ul>{rows}</ul>"), base_url=BASE, today=TODAY)
    assert dict(found.settings) == {"family": "trs-wcm"}
    assert len(found.listing.rows) == len(TITLES)


def test_records_in_a_script_are_rows() -> None:
    records = "".join(
        f'<record><![CDATA[<li><a href="/art/2026/11/{day.day}/art_1_{i}.html" title="{title}">'
        f"{title[:8]}</a><b>{day}</b></li>]]></record>"
        for i, (title, day) in enumerate(zip(TITLES, days(), strict=True))
    )
    script = (
        f'<script type="text/xml"><datastore><recordset>{records}</recordset></datastore></script>'
    )
    found = induce(page(script), base_url=BASE, today=TODAY)
    assert found.settings["container"] == "cdata-records"
    assert [row.title for row in found.listing.rows] == TITLES


@pytest.mark.parametrize("epoch", [False, True])
def test_records_of_json_are_told_by_their_values(epoch: bool) -> None:
    records = [
        {
            "f_17": title,
            "f_21": f"https://www.example.gov.cn/a/{1000 + i}.html",
            "cover": f"https://www.example.gov.cn/img/{i}.png",
            "f_30": 1795017600 - 172800 * i if epoch else f"{day} 08:30:00",
            "written": "2020-01-01",
            "f_9": f"示数〔2026〕{i + 1}号",
            "id": i,
        }
        for i, (title, day) in enumerate(zip(TITLES, days(), strict=True))
    ]
    content = json.dumps({"code": 200, "data": {"page": {"list": records}}, "menu": [{"a": 1}]})
    found = induce(content.encode(), base_url=BASE, today=TODAY)
    fields = found.settings["fields"]
    assert found.settings["items_path"] == "data.page.list[]"
    assert (fields["title"], fields["url"], fields["date"]) == ("f_17", "f_21", "f_30")
    assert fields["doc_number"] == "f_9"
    assert found.settings.get("date_format") == ("epoch_s" if epoch else None)
    assert [row.title for row in found.listing.rows] == TITLES
    assert all(row.published_on for row in found.listing.rows)


def test_html_inside_json_is_searched_for_rows() -> None:
    rows = "".join(
        f'<li><a href="/a/{1000 + i}.html">{title}</a><span>{day}</span></li>'
        for i, (title, day) in enumerate(zip(TITLES, days(), strict=True))
    )
    content = json.dumps({"success": True, "data": {"html": f"<ul>{rows}</ul>"}}).encode()
    found = induce(content, base_url=BASE, today=TODAY)
    assert found.settings["items_path"] == "data.html"
    assert rows_of(found) == wanted("/a/{i}.html")


def test_feeds_and_sitemaps_are_known_by_their_root() -> None:
    feed = (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>'
        "<item><title>甲乙丙</title><link>https://a.example/1</link></item></channel></rss>"
    )
    assert induce(feed.encode(), base_url=BASE, today=TODAY).settings == {"kind": "feed"}
    sitemap = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        "<url><loc>https://a.example/1</loc></url></urlset>"
    )
    assert induce(sitemap.encode(), base_url=BASE, today=TODAY).settings == {"kind": "sitemap"}


@pytest.mark.parametrize(
    "content", [b"", b"<html><body><p>x</p></body></html>", b'{"a": [1]}', b"["]
)
def test_a_page_without_a_list_says_so(content: bytes) -> None:
    with pytest.raises(NothingFound, match=" / "):
        induce(content, base_url=BASE, today=TODAY)


def test_a_menu_alone_is_no_list() -> None:
    with pytest.raises(NothingFound):
        induce(f"<body><ul class=nav>{MENU}</ul></body>".encode(), base_url=BASE, today=TODAY)


def test_feeds_and_data_that_a_page_names() -> None:
    head = (
        '<link rel="alternate" type="application/rss+xml" href="/rss.xml">'
        '<link rel="alternate" type="application/rss+xml" href="/comments/feed">'
    )
    assert feeds_of(f"<head>{head}</head>", BASE) == ("https://www.example.gov.cn/rss.xml",)
    jpaas = "<div queryData=\"{'webId':'a1','tplSetId':'b2','tagId':'列表','pageId':'c3'}\"></div>"
    known = data_behind(BASE, jpaas)
    assert known is not None
    assert known["params"] == {"webId": "a1", "tplSetId": "b2", "tagId": "列表", "pageId": "c3"}
    ucap = data_behind(BASE, f'<meta name="channelid" content="{"ab" * 16}">')
    assert ucap is not None
    assert ucap["url"].endswith("/common/search/" + "ab" * 16)
    guangdong = data_behind(
        "https://www.example.gov.cn/gkmlpt/index", "window._CONFIG = {SID: '75'}"
    )
    assert guangdong is not None
    assert guangdong["family"] == "gkmlpt"
    assert data_behind(BASE, "<p>none</p>") is None


@pytest.mark.parametrize(
    ("query", "around", "paging"),
    [
        ("", {}, None),
        ("?pageNo=1&size=6", {}, {"style": "number", "param": "pageNo", "first": 1, "start": 2}),
        (
            "?offset=0",
            {},
            {"style": "number", "param": "offset", "first": 0, "start": 6, "step": 6},
        ),
        (
            "?page=1",
            {"links": {"next": "https://api.example.org/list?page=2"}},
            {"style": "next", "path": "links.next"},
        ),
    ],
)
def test_paging_of_data_is_taken_from_the_answer_or_the_address(
    query: str, around: dict[str, Any], paging: Any
) -> None:
    records = [{"title": title, "url": f"/a/{i}.html"} for i, title in enumerate(TITLES, 1000)]
    content = json.dumps({**around, "list": records}).encode()
    found = induce(content, base_url="https://api.example.org/list" + query, today=TODAY)
    assert found.settings.get("paging") == paging


def test_the_second_page_of_ucap_is_not_that_of_trs() -> None:
    rows = "".join(
        f'<li><a href="/c1/202611/{i:032x}.shtml">{title}</a><span>{day}</span></li>'
        for i, (title, day) in enumerate(zip(TITLES, days(), strict=True))
    )
    script = "<script>createPageHTML('page_div',12, 1,'common_list','shtml',180);</script>"
    base = "https://www.example.gov.cn/c100/common_list.shtml"
    found = induce(page(f"<ul>{rows}</ul>", after=script), base_url=base, today=TODAY)
    text = source_text(describe(base, ""), found.settings, url=base, rows=6)
    paging = getattr(checked(text, key="new"), "paging", None)
    assert isinstance(paging, NumberPaging)
    assert paging.url(base, 2) == "https://www.example.gov.cn/c100/common_list_2.shtml"


def article(title: str, text: str, *, box: str) -> Article:
    tree = read_page(
        f'<html><body><div class="nav"><a href="/">首页</a></div><div class="wrap"><div '
        f'class="art_title">{title}</div><p>发布时间：2026-11-18</p>'
        f'<div class="{box}">'
        f"{''.join(f'<p>{line}</p>' for line in text.splitlines())}</div></div></body></html>",
        base_url=BASE,
    )
    return Article(tree, title, text)


def test_the_template_of_articles_is_what_all_of_them_share() -> None:
    texts = ["为贯彻落实有关部署，现将有关事项通知如下，请认真执行。\n" * (3 + i) for i in range(3)]
    alike = [
        article(title, text, box="txt_con") for title, text in zip(TITLES, texts, strict=False)
    ]
    assert article_settings(alike) == {"body": "div.txt_con", "article_title": "div.art_title"}
    assert "body" not in article_settings([alike[0], article(TITLES[1], texts[1], box="other")])
    assert article_settings(alike[:1]) == {}, "one article proves nothing"


def test_records_without_an_address_are_named_with_their_fields() -> None:
    records = [{"docId": f"A-{i}7", "subject": title} for i, title in enumerate(TITLES)]
    content = json.dumps({"data": {"rows": records}}).encode()
    with pytest.raises(NothingFound, match=r"data\.rows\[\][^\0]*title: subject[^\0]*\{docId\}"):
        induce(content, base_url=BASE, today=TODAY)
