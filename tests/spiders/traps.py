"""One site on loopback with the traps that real ones set, and the sources that read it."""

from __future__ import annotations

import json
from typing import Any

from tests.spiders.site import Answer, Hit, Pages

HEAD = """
title: 示例来源
publisher: 示例部
region: CN
level: national
"""


def js(data: Any) -> Answer:
    return Answer(json.dumps(data).encode(), headers={"Content-Type": "application/json"})


def html(body: str) -> Answer:
    return Answer(
        f"<html><body>{body}</body></html>".encode(),
        headers={"Content-Type": "text/html; charset=utf-8"},
    )


def rows(*numbers: int, folder: str = "a") -> str:
    items = "".join(
        f'<li><a href="/{folder}/t202611{n:02d}_{n}.html" title="关于第{n}号示例的通知">通知</a>'
        f"<span>2026-11-{n:02d}</span></li>"
        for n in numbers
    )
    return f'<ul class="list">{items}</ul>'


def article(title: str) -> Answer:
    return html(f"<h1>{title}</h1><div class='TRS_Editor'><p>示例正文：{title}。</p></div>")


def pages() -> Pages:
    """One site with every trap."""
    found: Pages = {f"/a/t202611{n:02d}_{n}.html": article(f"第{n}号") for n in range(1, 13)}
    found |= {
        # three pages; the third repeats the second, as many pagers do
        "/paged/": html(rows(12, 11, 10)),
        "/paged/index_1.html": html(rows(9, 8, 7)),
        "/paged/index_2.html": html(rows(9, 8, 7)),
        "/paged/index_3.html": html(rows(1)),
        "/empty/": html("<ul class='list'></ul><p>" + "欢迎访问本栏目。" * 60 + "</p>"),
        "/short/": html(rows(3)),
        "/turned/": html(rows(1, 2, 3, 4, 5, 6)),
        "/broken/": html(
            rows(12)
            + '<ul><li><a>无链接</a></li><li><a href="/a/t20261113_13.html">x</a></li></ul>'
        ),
        "/home/": html(
            rows(12)
            + '<li><a href="/a/t20261114_14.html">已撤下的文件</a><span>2026-11-14</span></li>'
        ),
        "/a/t20261114_14.html": Answer(b"", 302, {"Location": "/"}),
        "/": html(rows(5, 4, 3)),
        "/moved/": Answer(b"", 302, {"Location": "/"}),
        "/one-link/": html(rows(12, 12, 12, 12, 12)),
        "/few-links/": html(
            rows(12) + "<ul class='list'>" + "<li><a>无链接</a></li>" * 8 + "</ul>"
        ),
        "/files/": html(
            '<li><a href="/f/t20261101_1.pdf">附件一</a></li>'
            '<li><a href="/a/t20261115_15.html">伪装的文件</a></li>'
        ),
        "/a/t20261115_15.html": Answer(b"%PDF-1.7 x", headers={"Content-Type": "text/html"}),
        "/challenge/": Answer(
            b"<html><head><title>Just a moment...</title></head><body>"
            b"<script>window._cf_chl_opt={}</script></body></html>"
        ),
    }
    return found | data_pages()


def data_pages() -> Pages:
    """Feeds, interfaces and what else is no plain list."""
    return {
        "/feed.xml": Answer(FEED.encode(), headers={"Content-Type": "application/rss+xml"}),
        "/api": api_page,
        "/post": posted,
        "/cursor": cursor_page,
        "/gkmlpt/index": html("<script>window._CONFIG = { SID: '755001' , X: 1}</script>"),
        "/gkmlpt/api/all/0": gkmlpt,
        "/gkmlpt/content/3/1/post_1.html": html(
            "<div class='article-content'>页面外壳</div><script>window._CONFIG = {DETAIL: "
            + json.dumps(
                {"title": "正式标题", "content": "<p>脚本中的正文</p>", "date": 1763596800}
            )
            + ", SID: '755001'}</script>"
        ),
        "/col/col100/index.html": html(
            "<script>var unitid = '777'; var webid=3;</script><script type='text/xml'><datastore>"
            "<recordset><record><![CDATA[<li><a href='/art/2026/11/9/art_1_1.html' title='记录一'>"
            "x</a><b>2026-11-09</b></li>]]></record></recordset></datastore></script>"
        ),
        "/art/2026/11/9/art_1_1.html": article("记录一"),
        "/art/2026/11/8/art_1_2.html": article("记录二"),
        "/module/web/jpage/dataproxy.jsp": dataproxy,
        "/sitemap.xml": xml("sitemapindex", "sitemap", ["/s-new.xml", "/s-old.xml"]),
        "/s-new.xml": xml("urlset", "url", ["/a/t20261112_12.html", "/a/t20261111_11.html"]),
        "/s-old.xml": xml("urlset", "url", []),
        "/next/": html(rows(12) + '<a class="next" href="?p=2">下一页</a>'),
        "/next/?p=2": html(rows(11)),
        "/endless/": lambda hit: html(rows(int(hit.path.rsplit("=", 1)[-1]), folder="e")),
        "/records": js({"rows": [{"t": "有正文", "id": 1}, {"t": "无正文", "id": 2}]}),
        "/record/1.json": js({"data": {"clob": "<p>记录正文</p>"}}),
        "/record/2.json": js({"data": {"clob": ""}}),
    }


FEED = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>t</title><link>HOST/</link>
<item><title>全文条目</title><link>/full/1</link><guid isPermaLink="false">x-1</guid>
<pubDate>Thu, 19 Nov 2026 10:30:00 +0800</pubDate>
<content:encoded><![CDATA[<p>LONG</p>]]></content:encoded></item>
<item><title>摘要条目</title><link>/a/t20261112_12.html</link><description>短</description>
<pubDate>Wed, 18 Nov 2026 00:00:00 GMT</pubDate></item>
<item><title>没有链接</title><guid isPermaLink="false">x-3</guid></item>
</channel></rss>""".replace("LONG", "全文内容已经在源里。" * 80)


def records(*numbers: int) -> list[dict[str, Any]]:
    return [
        {"t": f"<em>第{n}号</em>", "u": f"/a/t202611{n:02d}_{n}.html", "d": 1763000000000 + n}
        for n in numbers
    ]


def api_page(hit: Hit) -> Answer:
    page = hit.path.rsplit("p=", 1)[-1]
    return js({"data": {"list": records(*{"1": (12, 11), "2": (10,)}.get(page, ()))}})


def posted(hit: Hit) -> Answer:
    wanted = b"channel=A1&pageno=1" in hit.body and hit.method == "POST"
    return js({"list": [{"topic": "表单", "infourl": "/a/t20261112_12.html"}] if wanted else []})


def cursor_page(hit: Hit) -> Answer:
    if "after=x2" in hit.path:
        return js({"items": records(11), "next": ""})
    return js({"items": records(12), "next": "x2"})


def gkmlpt(hit: Hit) -> Answer:
    if "sid=755001" not in hit.path or "page=1" not in hit.path:
        return js({"articles": []})
    return js(
        {
            "articles": [
                {
                    "title": "列表标题",
                    "url": "/gkmlpt/content/3/1/post_1.html",
                    "display_publish_time": 1763596800,
                    "document_number": "示发〔2026〕1号",
                }
            ]
        }
    )


def dataproxy(hit: Hit) -> Answer:
    asked = all(
        part in hit.path for part in ("columnid=100", "unitid=777", "webid=3", "startrecord=16")
    )
    row = "<li><a href='/art/2026/11/8/art_1_2.html' title='记录二'>x</a></li>"
    record = f"<record><![CDATA[{row}]]></record>" if asked else ""
    return Answer(f"<recordset>{record}</recordset>".encode())


def xml(root: str, name: str, urls: list[str]) -> Answer:
    parts = "".join(
        f"<{name}><loc>HOST{u}</loc><lastmod>2026-11-1{i}</lastmod></{name}>"
        for i, u in enumerate(urls)
    )
    return Answer(f"<{root}>{parts}</{root}>".encode(), headers={"Content-Type": "text/xml"})


def jobs(url: str) -> list[dict[str, Any]]:
    """Every crawl of the tests, its addresses on the server at ``url``."""
    made = [*page_jobs(url), *data_jobs()]
    return [{**job, "yaml": job["yaml"].replace("HOST", url)} for job in made]


def job(key: str, yaml: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "yaml": HEAD + yaml, **more}


def page_jobs(url: str) -> list[dict[str, Any]]:
    trs = "family: trs-wcm\nrow: ul.list li\n"
    return [
        job("t-paged", trs + "url: HOST/paged/"),
        job("t-budget", trs + "url: HOST/paged/\nbudget: {items: 2}"),
        job(
            "t-ground",
            trs + "url: HOST/paged/",
            known=[f"{url}/a/t202611{n}_{n}.html" for n in (12, 11, 10)],
        ),
        job(
            "t-crashed",
            trs + "url: HOST/paged/",
            known=[f"{url}/a/t20261112_12.html"],
            unfinished=[f"{url}/a/t202611{n}_{n}.html" for n in (11, 10)],
        ),
        job("t-since", trs + "url: HOST/paged/", args={"since": "2026-11-08"}),
        job("t-empty", trs + "url: HOST/empty/"),
        job("t-may-be-empty", trs + "url: HOST/empty/\nexpect: {min_rows: 0}"),
        job("t-short", trs + "url: HOST/short/\nexpect: {min_rows: 5}"),
        job("t-broken", trs.replace("ul.list li", "li") + "url: HOST/broken/"),
        job("t-home", trs.replace("ul.list li", "li") + "url: HOST/home/"),
        job("t-files", "kind: html_list\nrow: li\nurl: HOST/files/"),
        job("t-challenge", "kind: html_list\nrow: li\nurl: HOST/challenge/"),
        job("t-two-lists", trs + "urls: [HOST/short/, HOST/empty/, HOST/missing/]"),
        job("t-moved", "kind: html_list\nrow: ul.list li\nurl: HOST/moved/"),
        job("t-one-link", "kind: html_list\nrow: ul.list li\nurl: HOST/one-link/"),
        job("t-few-links", "kind: html_list\nrow: ul.list li\nurl: HOST/few-links/"),
        job(
            "t-turnover",
            "kind: html_list\nrow: ul.list li\nurl: HOST/paged/\npaging: {style: number, param: p}",
        ),
        job(
            "t-one-page",
            "kind: html_list\nrow: ul.list li\nurls: [HOST/turned/, HOST/paged/]\ndate: span::text",
            known=[f"{url}/a/t202611{n:02d}_{n}.html" for n in (12, 11, 10)],
        ),
        job(
            "t-backlog",
            "kind: html_list\nrow: ul.list li\nurl: HOST/paged/\nbudget: {items: 4}",
            unfinished=[f"{url}/a/t202611{n:02d}_{n}.html" for n in (1, 2, 3, 4, 5)],
        ),
        job("t-next", trs + 'url: HOST/next/\npaging: {style: next, link: "a.next::attr(href)"}'),
    ]


def data_jobs() -> list[dict[str, Any]]:
    api = "kind: json_api\nfields: {title: t, url: u, date: d}\n"
    return [
        job("t-feed", "kind: feed\nurl: HOST/feed.xml"),
        job(
            "t-api",
            api
            + "url: HOST/api\nitems_path: data.list[]\nparams: {p: '{n}'}\npaging: {style: number}",
        ),
        job(
            "t-post",
            "kind: json_api\nurl: HOST/post\nmethod: POST\nitems_path: list[]\n"
            "form: {channel: A1, pageno: '{n}'}\nfields: {title: topic, url: infourl}",
        ),
        job(
            "t-cursor",
            api
            + "url: HOST/cursor\nitems_path: items[]\n"
            + "paging: {style: cursor, path: next, param: after}",
        ),
        job("t-gkmlpt", "family: gkmlpt\nurl: 'HOST/gkmlpt/api/all/0?page={n}&sid={sid}'"),
        job("t-jpage", "family: hanweb-jpage\nurl: HOST/col/col100/index.html"),
        job(
            "t-endless",
            "kind: html_list\nrow: li\nurl: 'HOST/endless/?p={n}'\n"
            "paging: {style: number}\nbudget: {pages: 4}",
        ),
        job(
            "t-records",
            "kind: json_api\nurl: HOST/records\nitems_path: rows[]\ndetail: {body: data.clob}\n"
            "fields: {title: t, url: 'HOST/show?id={id}', fetch: 'HOST/record/{id}.json'}",
        ),
        job("t-sitemap", "kind: sitemap\nurl: HOST/sitemap.xml"),
    ]
