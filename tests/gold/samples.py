"""Which sample each source gets: the form of its links, its list and its articles."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from tests.gold import shapes
from tests.gold.shapes import CHINA, STANDARD_METAS, Row
from tests.gold.wording import Bulletin

LI = '<li><a href="{href}" title="{title}" target="_blank">{short}</a><span>{date}</span></li>'
INFO = '<div class="info">发布时间：{date}　来源：{source}</div>'


@dataclass(frozen=True)
class Sample:
    """One source's sample. ``articles`` false: the list carries the texts."""

    key: str
    genres: tuple[str, ...]
    href: str
    write_list: Callable[[list[Row], str], str]
    ext: str = "html"
    write_article: Callable[[Row], str] | None = None
    article_ext: str = "html"
    number: str = ""
    fetch: str = ""
    resolve: str = ""
    extra: dict[str, Any] = field(default_factory=dict)
    href_of: Callable[[Bulletin], str] | None = None

    def link(self, item: Bulletin) -> str:
        """The address as the list writes it."""
        if self.href_of is not None:
            return self.href_of(item)
        return self.href.format(**address_parts(self.key, item))


def address_parts(key: str, item: Bulletin) -> dict[str, Any]:
    """What addresses are made of."""
    return {
        "n": item.n,
        "ymd": f"{item.day:%Y%m%d}",
        "ym": f"{item.day:%Y%m}",
        "md": f"{item.day:%m%d}",
        "y": item.day.year,
        "m": item.day.month,
        "d": item.day.day,
        "iso": item.day.isoformat(),
        "hex": hashlib.md5(f"{key}{item.n}".encode(), usedforsecurity=False).hexdigest(),
    }


def page(
    key: str,
    genres: tuple[str, ...],
    href: str,
    *,
    frame: str,
    body: str,
    row: str = LI,
    pager: str = "",
    heading: str = "<h1>{title}</h1>",
    info: str = INFO,
    metas: str = "",
    number: str = "",
) -> Sample:
    """A source with an HTML list."""

    def write_list(rows: list[Row], name: str) -> str:
        return shapes.list_page(rows, name=name, frame=frame, row=row, pager=pager)

    def write_article(row: Row) -> str:
        return shapes.article_page(row, body=body, heading=heading, info=info, metas=metas)

    return Sample(key, genres, href, write_list, write_article=write_article, number=number)


def trs(key: str, genres: tuple[str, ...], *, frame: str, body: str, **more: Any) -> Sample:
    """A TRS site: relative links, the number of pages in a script, standard meta elements."""
    return page(
        key,
        genres,
        more.pop("href", "./{ym}/t{ymd}_{n}.html"),
        frame=frame,
        body=body,
        metas=more.pop("metas", STANDARD_METAS),
        pager='<script>createPageHTML(12, 0, "index", "html");</script>',
        **more,
    )


def records(
    key: str,
    genres: tuple[str, ...],
    href: str,
    *,
    record: Callable[[Row], dict[str, Any]],
    wrap: Callable[[Any], Any],
    body: str | None = None,
    metas: str = "",
    info: str = INFO,
    lang: str = "zh",
    number: str = "",
    **more: Any,
) -> Sample:
    """A source with a JSON list; without ``body`` the records carry the texts."""

    def write_list(rows: list[Row], name: str) -> str:
        return shapes.json_list(rows, record=record, wrap=wrap)

    def write_article(row: Row) -> str:
        return shapes.article_page(row, body=body or "", metas=metas, info=info, lang=lang)

    writer = more.pop("write_article", write_article if body else None)
    return Sample(key, genres, href, write_list, "json", writer, number=number, **more)


def fragment(key: str, row: str, *, frame: str, body: str, href: str) -> Sample:
    """A JPAAS list: HTML inside JSON."""

    def write_list(rows: list[Row], name: str) -> str:
        printed = "\n".join(row.format(**entry.fields) for entry in rows)
        text = frame.replace("{rows}", printed)
        mark = {"dibao_sample": shapes.NOTE}
        return json.dumps(
            {**mark, "success": True, "code": "200", "data": {"html": text}},
            ensure_ascii=False,
            indent=1,
        )

    def write_article(row: Row) -> str:
        return shapes.article_page(row, body=body, metas=STANDARD_METAS)

    return Sample(key, ("policy", "reading"), href, write_list, "json", write_article)


def feed(
    key: str,
    genres: tuple[str, ...],
    href: str,
    *,
    zone: str = "UTC",
    full: bool = False,
    body: str = '<main id="content"><article>{body}</article></main>',
) -> Sample:
    """A source with an RSS feed."""
    lang = "en" if genres == ("english",) else "zh"
    metas = '<meta property="article:published_time" content="{date}">' if lang == "en" else ""
    info = "<p class='meta'>{date}</p>" if lang == "en" else INFO

    def write_list(rows: list[Row], name: str) -> str:
        home = "/".join(rows[0].url.split("/")[:3]) + "/"
        return shapes.rss(rows, name=name, home=home, zone=zone, full=full)

    def write_article(row: Row) -> str:
        return shapes.article_page(row, body=body, info=info, metas=metas, lang=lang)

    return Sample(key, genres, href, write_list, "xml", None if full else write_article)


def epoch(row: Row, *, milliseconds: int = 1) -> int:
    """09:30 in China on the day of a row, in seconds or milliseconds."""
    return int(datetime.combine(row.item.day, time(9, 30), CHINA).timestamp()) * milliseconds


def cdata(rows: list[Row], name: str, *, row: str) -> str:
    """A Hanweb column: rows as CDATA records in a script block."""
    printed = "".join(f"<record><![CDATA[{row.format(**e.fields)}]]></record>\n" for e in rows)
    frame = (
        "<div id='356383'><script type=\"text/xml\"><datastore><nextgroup></nextgroup>"
        "<recordset>{rows}</recordset></datastore></script></div>"
        '<script>var dataproxy = "/module/web/jpage/dataproxy.jsp?page=1&webid=1&unitid=356383";'
        "</script>"
    )
    return shapes.LIST_PAGE.format(
        meta=shapes.META,
        note=shapes.NOTE,
        name=name,
        pager="",
        rows=frame.replace("{rows}", printed),
    )
