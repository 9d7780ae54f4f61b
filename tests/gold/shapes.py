"""The shapes of sample lists and articles: HTML around rows, JSON records, feeds, sitemaps."""
# ruff: noqa: E501 - templates of pages

from __future__ import annotations

import html
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from email.utils import format_datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.gold.wording import Bulletin

NOTE = "本页为测试样例，版式仿照同类网站，内容并非真实文件 / sample page, not a real document"
META = f'<meta name="dibao-sample" content="{NOTE}">'
CHINA = ZoneInfo("Asia/Shanghai")

LIST_PAGE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8">{meta}<title>{name}</title></head>
<body>
<div class="header"><ul class="nav"><li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li>
<li><a href="/hdjl/">互动交流</a></li><li><a href="/bsfw/">办事服务</a></li></ul></div>
<div class="position">当前位置：<a href="/">首页</a> &gt; <a href="./">{name}</a></div>
<div class="main">{rows}</div>
<div class="page">{pager}</div>
<div class="footer"><ul class="links"><li><a href="https://www.gov.cn/">中国政府网</a></li>
<li><a href="/wzdt/">网站地图</a></li></ul><p>主办单位：样例机构　网站标识码：0000000000</p><p>{note}</p></div>
</body></html>
"""
ARTICLE_PAGE = """<!DOCTYPE html>
<html lang="{lang}"><head><meta charset="utf-8">{meta}<title>{title}{site}</title>
{metas}</head>
<body>
<div class="header"><ul class="nav"><li><a href="/">{home}</a></li><li><a href="/zwgk/">{more}</a></li></ul></div>
<div class="content-box">
{heading}
{info}
{body}
</div>
<div class="share"><a href="javascript:;">{share}</a> <a href="javascript:window.print()">{print}</a></div>
<div class="footer"><p>{note}</p></div>
</body></html>
"""
WORDS = {
    "zh": {"home": "首页", "more": "政务公开", "share": "分享", "print": "打印本页"},
    "en": {"home": "Home", "more": "News", "share": "Share", "print": "Print"},
}


@dataclass(frozen=True)
class Row:
    """A bulletin and its address: as the list writes it, and in full."""

    item: Bulletin
    href: str
    url: str

    @property
    def fields(self) -> dict[str, str]:
        """Everything a template may print."""
        item = self.item
        stamp = datetime.combine(item.day, time(9, 30), CHINA)
        return {
            "href": self.href,
            "title": html.escape(item.title),
            "short": html.escape(item.short),
            "date": f"{item.day:%Y-%m-%d}",
            "slashed": f"{item.day:%Y/%m/%d}",
            "dotted": f"{item.day:%Y.%m.%d}",
            "chinese": f"{item.day.year}年{item.day.month}月{item.day.day}日",
            "clock": f"{stamp:%Y-%m-%d %H:%M}",
            "number": item.number,
            "source": item.publisher,
        }


def list_page(rows: list[Row], *, name: str, frame: str, row: str, pager: str = "") -> str:
    """An HTML list: ``frame`` holds ``{rows}``, ``row`` is the form of one."""
    printed = "\n".join(row.format(**entry.fields) for entry in rows)
    return LIST_PAGE.format(
        meta=META, note=NOTE, name=name, pager=pager, rows=frame.replace("{rows}", printed)
    )


def paragraphs(item: Bulletin) -> str:
    """The text of a bulletin as HTML; the last two lines of a Chinese one are the signature."""
    parts = []
    for i, text in enumerate(item.paragraphs):
        signature = i >= len(item.paragraphs) - 2 and len(text) < 40
        style = ' style="text-align: right"' if signature else ""
        parts.append(f"<p{style}>{html.escape(text)}</p>")
    if item.number:
        parts.insert(0, f'<p style="text-align: center">{item.number}</p>')
    return "\n".join(parts)


def article_page(
    row: Row,
    *,
    body: str,
    heading: str = "<h1>{title}</h1>",
    info: str = '<div class="info">发布时间：{date}　来源：{source}</div>',
    metas: str = "",
    lang: str = "zh",
) -> str:
    """An HTML article: ``body`` holds ``{body}``."""
    fields = row.fields
    return ARTICLE_PAGE.format(
        meta=META,
        note=NOTE,
        lang=lang,
        title=fields["title"],
        site="" if lang == "en" else f"_{fields['source']}",
        metas=metas.format(**fields),
        heading=heading.format(**fields),
        info=info.format(**fields),
        body=body.replace("{body}", paragraphs(row.item)),
        **WORDS[lang],
    )


STANDARD_METAS = """<meta name="ArticleTitle" content="{title}">
<meta name="PubDate" content="{clock}">
<meta name="ContentSource" content="{source}">"""


def json_list(
    rows: list[Row], *, record: Callable[[Row], dict[str, Any]], wrap: Callable[[Any], Any]
) -> str:
    """A JSON answer; the mark of a sample stands in the first record."""
    records: list[dict[str, Any]] = [record(row) for row in rows]
    records[0] = {"dibao_sample": NOTE, **records[0]}
    return json.dumps(wrap(records), ensure_ascii=False, indent=1)


def rss(rows: list[Row], *, name: str, home: str, zone: str = "UTC", full: bool = False) -> str:
    """RSS 2.0 with a guid that is no address; the last entry's date is only a day."""
    items = []
    for i, row in enumerate(rows):
        at = time(0) if i == len(rows) - 1 else time(9 + i, 15)
        stamp = format_datetime(datetime.combine(row.item.day, at, ZoneInfo(zone)))
        text = paragraphs(row.item) if full else html.escape(row.item.paragraphs[0])
        content = f"<content:encoded><![CDATA[{text}]]></content:encoded>" if full else ""
        items.append(
            f"<item><title>{html.escape(row.item.title)}</title><link>{row.href}</link>"
            f'<guid isPermaLink="false">sample-{row.item.n}</guid><pubDate>{stamp}</pubDate>'
            f"<description>{html.escape(row.item.paragraphs[0])}</description>{content}</item>"
        )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- dibao-sample: {NOTE} -->\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>\n'
        f"<title>{name}</title><link>{home}</link><description>sample</description>\n"
        + "\n".join(items)
        + "\n</channel></rss>\n"
    )


def atom(rows: list[Row], *, name: str, home: str) -> str:
    """Atom 1.0 as GOV.UK finders write it: ``updated`` only, links relative to nothing."""
    entries = [
        f"<entry><id>{row.url}#2026</id><updated>{row.item.day}T10:{i:02d}:00+00:00</updated>"
        f'<link rel="alternate" type="text/html" href="{row.url}"/>'
        f"<title>{html.escape(row.item.title)}</title>"
        f"<summary>{html.escape(row.item.paragraphs[0])}</summary></entry>"
        for i, row in enumerate(rows)
    ]
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- dibao-sample: {NOTE} -->\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>{name}</title><id>{home}</id>\n'
        f"<updated>{rows[0].item.day}T10:00:00+00:00</updated>\n"
        + "\n".join(entries)
        + "\n</feed>\n"
    )


def sitemap(rows: list[Row]) -> str:
    """A sitemap in the order of the site, with pages that are no articles."""
    urls = "".join(
        f"<url><loc>{row.url}</loc><lastmod>{row.item.day}</lastmod></url>\n" for row in rows
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- dibao-sample: {NOTE} -->\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        "<url><loc>https://www.stdaily.com/index.html</loc></url>\n" + urls + "</urlset>\n"
    )
