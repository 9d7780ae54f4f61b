"""Reading lists: each trap is one that real sites set."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.clean import clean_page
from pipelines.decode import decode
from pipelines.errors import LayoutChanged
from pipelines.metadata import extract_metadata
from spiders.catalogue import parse_source
from spiders.listing import read_listing
from spiders.rowdates import read_row_date
from spiders.rows import Listing, ListRow

HEAD = "title: 示例\npublisher: 示例部\nregion: CN\nlevel: national\nurl: https://www.example.gov.cn/a/\n"
BASE = "https://www.example.gov.cn/a/"
TODAY = date(2026, 11, 20)


def read(yaml: str, content: bytes | str, *, charset: str | None = None) -> Listing:
    spec = parse_source((HEAD + yaml).encode(), path=Path("t-one.yaml"))
    data = content.encode() if isinstance(content, str) else content
    return read_listing(spec, data, base_url=BASE, charset=charset, today=TODAY)


HTML = "kind: html_list\nrow: li\ndate: span::text\n"


def one_row(row: str, yaml: str = HTML) -> ListRow:
    (found,) = read(yaml, f"<ul>{row}</ul>").rows
    return found


def test_relative_links_full_titles_and_dates() -> None:
    row = one_row(
        '<li><a href="./202611/t20261105_1.html" title="完整的标题">完整的…</a>'
        "<span>[2026-11-05]</span></li>"
    )
    assert row.url == "https://www.example.gov.cn/a/202611/t20261105_1.html"
    assert row.title == "完整的标题"
    assert row.published_on == date(2026, 11, 5)
    assert row.published_at is None
    assert row.date_text == "[2026-11-05]"


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("2026/11/5", date(2026, 11, 5)),
        ("2026.11.05", date(2026, 11, 5)),
        ("2026年11月5日", date(2026, 11, 5)),
        ("成文日期：2026-11-05", date(2026, 11, 5)),
        ("11-05", date(2026, 11, 5)),
        ("12-30", date(2025, 12, 30)),
        ("近日", None),
        ("1970-01-01", None),
        ("2031-01-01", None),
    ],
)
def test_dates_as_lists_print_them(printed: str, day: date | None) -> None:
    row = one_row(f'<li><a href="/1.html">标题</a><span>{printed}</span></li>')
    assert row.published_on == day


def test_a_clock_time_is_local_to_the_publisher() -> None:
    row = one_row('<li><a href="/1.html">标题</a><span>2026-11-05 07:30</span></li>')
    assert row.published_at == datetime(2026, 11, 4, 23, 30, tzinfo=UTC)
    assert row.published_on == date(2026, 11, 5)


def test_the_day_comes_from_the_address_when_the_row_has_none() -> None:
    yaml = HTML + r"link_regex: '/t(?P<ymd>\d{8})_\d+\.html$'" + "\n"
    row = one_row(
        '<li><a href="/t20261101_5.html">标题</a></li><li><a href="/zt/">专题</a></li>', yaml
    )
    assert row.published_on == date(2026, 11, 1)
    assert row.date_text == "2026-11-01"


def test_variants_of_one_address_are_one_row() -> None:
    listing = read(
        HTML,
        '<li><a href="/1.html?utm_source=x">一</a></li><li><a href="http://example.gov.cn/1.html">一</a></li>',
    )
    assert len(listing.rows) == 1
    assert listing.skipped == 1


def test_rows_without_a_usable_link_are_counted_not_raised() -> None:
    listing = read(
        HTML,
        "<li>无链接</li><li><a href='javascript:;'>脚本</a></li><li><a href='file:///etc/passwd'>文件</a></li>"
        "<li><a href='https://mp.weixin.qq.com/s/abc'>公众号</a></li>"
        "<li><a href='/x.html'> </a></li>"
        "<li><a href='/ok.html'>可用</a></li>",
    )
    assert [row.title for row in listing.rows] == ["可用"]
    assert sorted(problem.code for problem in listing.problems) == [
        "bad_link", "manual_host", "no_link", "no_link", "no_title",
    ]  # fmt: skip


def test_hidden_characters_and_highlight_tags_leave_the_title() -> None:
    row = one_row(
        "<li><a href='/1.html' title='数\u200b据\ue123要素&lt;em&gt;流通&lt;/em&gt;'>x</a></li>"
    )
    assert row.title == "数据要素流通"


def test_gb18030_bytes_under_a_utf8_header_are_read_right() -> None:
    page = "<html><ul><li><a href='/1.html'>关于开展专项行动的通知</a></li></ul></html>".encode(
        "gb18030"
    )
    assert read(HTML, page, charset="utf-8").rows[0].title == "关于开展专项行动的通知"


def test_xpath_and_css_give_the_same_row() -> None:
    page = '<table><tr><td><a href="/1.html" title="甲">x</a></td><td>2026-11-05</td></tr></table>'
    css = "kind: html_list\nrow: tr\ndate: td:nth-child(2)::text\n"
    xpath = (
        'kind: html_list\nrow: "xpath://tr"\nlink: "xpath:.//a/@href"\n'
        'row_title: "a::attr(title)"\ndate: "xpath:td[2]"\n'
    )
    assert read(css, page).rows == read(xpath, page).rows


def test_own_text_leaves_out_the_date_inside_the_link() -> None:
    yaml = "kind: html_list\nrow: li\nrow_title: a::own\ndate: a b::text\n"
    row = one_row("<li><a href='/1.html'>标题<b>2026-11-05</b></a></li>", yaml)
    assert (row.title, row.published_on) == ("标题", date(2026, 11, 5))


def test_lookups_rename_values_and_ignore_rows() -> None:
    yaml = HTML + "issuer: i::text\nlookups: {issuer: {本部: 示例部, 转载: ignore}}\n"
    listing = read(
        yaml,
        "<li><a href='/1.html'>甲</a><i>本部</i></li><li><a href='/2.html'>乙</a><i>转载</i></li>",
    )
    assert [(row.title, row.issuer) for row in listing.rows] == [("甲", "示例部")]


def test_titles_can_be_filtered() -> None:
    yaml = HTML + "title_match: 数据|区块链\ntitle_skip: 招标\n"
    listing = read(
        yaml,
        "<li><a href='/1.html'>数据办法</a></li><li><a href='/2.html'>数据平台招标</a></li>"
        "<li><a href='/3.html'>会议</a></li>",
    )
    assert [row.title for row in listing.rows] == ["数据办法"]
    assert listing.skipped == 2


def api(fields: str, data: Any, more: str = "items_path: data.list[]\n") -> tuple[ListRow, ...]:
    return read(f"kind: json_api\n{more}fields: {{{fields}}}\n", json.dumps(data)).rows


def test_json_paths_fallbacks_templates_and_filters() -> None:
    record = {
        "name": "标题",
        "meta": {"id": 7},
        "by": [{"name": "甲"}, {"name": "乙"}],
        "kv": [{"key": "x", "value": "1"}, {"key": "refno", "value": "示〔2026〕1号"}],
    }
    fields = (
        "title: t || name, url: 'https://m.example.cn/{meta.id}', "
        "doc_number: 'kv[key=refno].value', issuer: 'by[].name'"
    )
    (row,) = api(fields, {"data": {"list": [record]}})
    assert (row.title, row.url) == ("标题", "https://m.example.cn/7")
    assert (row.doc_number, row.issuer) == ("示〔2026〕1号", "甲 乙")


def test_json_inside_a_json_text_is_opened() -> None:
    (row,) = api(
        "title: t, url: urls.pc", {"data": {"list": [{"t": "甲", "urls": '{"pc": "/1.html"}'}]}}
    )
    assert row.url == "https://www.example.gov.cn/1.html"


@pytest.mark.parametrize(
    ("value", "form", "day", "timed"),
    [
        (1762304400, "epoch_s", date(2025, 11, 5), True),
        (1762304400000, "epoch_ms", date(2025, 11, 5), True),
        ("1762272000", "auto", date(2025, 11, 5), False),
        ("2026-11-04T16:00:00.000Z", "auto", date(2026, 11, 5), False),
        ("05/11/2026", "'%d/%m/%Y'", date(2026, 11, 5), False),
        (0, "auto", None, False),
    ],
)
def test_dates_of_apis(value: Any, form: str, day: date | None, timed: bool) -> None:
    (row,) = api(
        "title: t, url: u, date: d",
        {"data": {"list": [{"t": "甲", "u": "/1", "d": value}]}},
        more=f"items_path: data.list[]\ndate_format: {form}\n",
    )
    assert row.published_on == day
    assert (row.published_at is not None) == timed


def test_jsonp_html_fragments_and_answers_that_are_no_json() -> None:
    yaml = "kind: json_api\nitems_path: data.html\nrow: li\ndate: b::text\n"
    body = json.dumps({"data": {"html": "<li><a href='/1.html'>甲</a><b>2026-11-05</b></li>"}})
    assert read(yaml, f"callback({body});").rows[0].published_on == date(2026, 11, 5)
    with pytest.raises(LayoutChanged):
        read(yaml, "<html>登录</html>")


def test_a_text_in_a_field_means_that_no_page_is_needed() -> None:
    (row,) = api(
        "title: t, url: u, body: c, attachments: 'files[]'",
        {"data": {"list": [{"t": "甲", "u": "/1", "c": "<p>正文</p>",
                            "files": [{"filePath": "/f/a.pdf", "fileName": "附件.pdf"}]}]}},
    )  # fmt: skip
    assert row.body == "<p>正文</p>"
    assert [(ref.url, ref.name) for ref in row.attachments] == [
        ("https://www.example.gov.cn/f/a.pdf", "附件.pdf")
    ]
    assert ListRow.from_json(json.loads(json.dumps(row.to_json()))) == row


def sitemap(body: str) -> str:
    return f'<?xml version="1.0"?><urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{body}</urlset>'


def test_news_sitemaps_give_titles_and_newest_first() -> None:
    listing = read(
        "kind: sitemap\n",
        gzip.compress(
            sitemap(
                "<url><loc>https://x.cn/old</loc><lastmod>2026-10-01</lastmod></url>"
                "<url><loc>https://x.cn/new</loc><lastmod>2026-11-05T08:00:00+08:00</lastmod><n:news>"
                "<n:publication><n:name>报</n:name></n:publication><n:title>新</n:title>"
                "<n:publication_date>2026-11-04</n:publication_date></n:news></url>"
            ).encode()
        ),
    )
    assert [row.url for row in listing.rows] == ["https://x.cn/new", "https://x.cn/old"]
    new = listing.rows[0]
    assert (new.title, new.published_on) == ("新", date(2026, 11, 4))
    assert new.modified_at == datetime(2026, 11, 5, tzinfo=UTC)
    assert listing.rows[1].published_on is None, "lastmod is no date of publication"


def test_a_sitemap_index_names_the_newest_children_that_are_wanted() -> None:
    index = "".join(
        f"<sitemap><loc>https://x.cn/{name}.xml</loc><lastmod>{day}</lastmod></sitemap>"
        for name, day in (("news-1", "2026-01-01"), ("img", "2026-11-01"), ("news-2", "2026-11-02"))
    )
    listing = read("kind: sitemap\nchildren: /news-\n", f"<sitemapindex>{index}</sitemapindex>")
    assert listing.children == ("https://x.cn/news-2.xml", "https://x.cn/news-1.xml")


@pytest.mark.parametrize("kind", ["feed", "sitemap"])
@pytest.mark.parametrize(
    "content",
    [
        b"<html><body>hello</body></html>",
        b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><rss><channel>&c;</channel></rss>',
        b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><urlset><url><loc>&f;</loc></url></urlset>',
        b"",
        b"/etc/hostname",
    ],
)
def test_what_is_no_feed_or_tries_an_entity_is_refused(kind: str, content: bytes) -> None:
    with pytest.raises(LayoutChanged):
        read(f"kind: {kind}\n", content)


def test_a_gzip_bomb_stops_at_the_limit() -> None:
    with pytest.raises(LayoutChanged, match="too large"):
        read("kind: sitemap\n", gzip.compress(b" " * 60_000_000, compresslevel=1))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11 18", date(2026, 11, 18)),
        ("18 2026.11", date(2026, 11, 18)),
        ("2026年11月 8日", date(2026, 11, 8)),
        ("2026-13 18", None),
        ("2026-11", None),
    ],
)
def test_a_date_in_two_elements_is_one_day(text: str, day: date | None) -> None:
    found = read_row_date(text, form="auto", zone="Asia/Shanghai", lang="zh", today=None)
    assert found.day == day


@pytest.mark.parametrize(
    ("text", "lang", "day"),
    [
        ("2026年3月 1日", "zh", date(2026, 3, 1)),
        ("2025年 (12-31)", "zh", date(2025, 12, 31)),
        ("2026年3月 03-01", "zh", date(2026, 3, 1)),
        ("October 2026 28 October:", "en", date(2026, 10, 28)),
        ("2026 Tuesday, Oct. 6", "en", date(2026, 10, 6)),
        ("2026 3 files", "en", None),
        ("昨天 14:30", "zh", date(2026, 11, 19)),
        ("3天前", "zh", date(2026, 11, 17)),
        ("2 days ago", "en", date(2026, 11, 18)),
        ("2周前", "zh", None),
        ("昨天召开的会议", "zh", None),
        ("115-03-01", "zh", date(2026, 3, 1)),
        ("民國115年3月1日", "zh", date(2026, 3, 1)),
        ("115-03-01", "en", None),
        ("Jan. 16 Feb. 13 March 13", "en", None),
        ("Argued May 4, 2026. Decided June 5, 2026", "en", date(2026, 6, 5)),
        ("Notice of hearing, May 4, 2026, issued by the clerk", "en", date(2026, 5, 4)),
    ],
)
def test_days_in_headings_in_words_and_of_the_republic(
    text: str, lang: str, day: date | None
) -> None:
    assert read_row_date(text, form="auto", zone="UTC", lang=lang, today=TODAY).day == day


IN_PAGE = "kind: json_api\nitems_path: '[]'\nfields: {title: t, url: u, date: d}\n"


def test_records_are_read_from_a_script_of_the_page() -> None:
    records = [
        {"t": f"关于第{i}件事的公告", "u": f"/a/{i}.html", "d": "2026-11-0{i}"} for i in (1, 2, 3)
    ]
    text = json.dumps(records, ensure_ascii=False)
    page = f"<script>var other = {{}}; window.rows = {text}; draw(rows)</script>"
    rows = read(IN_PAGE + "script: window.rows\n", page).rows
    assert [row.url[-6:] for row in rows] == ["1.html", "2.html", "3.html"]
    named = f'<script id="data" type="application/json">{text}</script>'
    assert len(read(IN_PAGE + "script: '#data'\n", named).rows) == 3
    with pytest.raises(LayoutChanged, match="#data"):
        read(IN_PAGE + "script: '#data'\n", page)


def test_the_written_day_of_a_record_travels_to_the_metadata() -> None:
    (row,) = api(
        "title: t, url: u, date: d, written: w",
        {"data": {"list": [{"t": "甲", "u": "/1", "d": 1762304400, "w": "2025年10月31日"}]}},
        more="items_path: data.list[]\ndate_format: epoch_s\n",
    )
    assert (row.published_on, row.written_on) == (date(2025, 11, 5), date(2025, 10, 31))
    assert ListRow.from_json(row.to_json()) == row
    assert row.hints().written_on == date(2025, 10, 31)
    page = clean_page(
        decode("<h1>甲</h1><p>正文。</p>".encode(), header_charset=None),
        url=row.url, layouts=(), hints=row.hints(), lang="zh",
    )  # fmt: skip
    found = extract_metadata(
        page, url=row.url, hints=row.hints(), timezone="Asia/Shanghai",
        fetched_at=datetime(2026, 11, 20, tzinfo=UTC), publisher="示例部", region="CN",
        level="national",
    )  # fmt: skip
    assert found.written_on == date(2025, 10, 31)
