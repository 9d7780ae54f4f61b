"""Sample sites that are read through feeds, JSON and sitemaps, and one that breaks."""

from __future__ import annotations

import json
from datetime import UTC
from email.utils import format_datetime
from typing import Any

from crawler.demo.content import SamplePage
from crawler.demo.files import MARK
from crawler.demo.markup import to_html
from crawler.demo.sample_site import Answer, Family, Query, View, draw, summary


def json_answer(view: View, data: Any) -> Answer:
    """A JSON response."""
    body = json.dumps(data, ensure_ascii=False).encode()
    return Answer(body, "application/json", changed=view.changed)


def _rss_path(page: SamplePage) -> str:
    return f"/news/{page.at:%Y%m%d}/{page.serial}.html"


def _rss_lists(view: View, path: str, query: Query) -> Answer | None:
    if path != "/rss.xml":
        return None
    items = [
        (page, _rss_path(page), format_datetime(page.at), summary(page)) for page in view.pages
    ]
    return draw(view, "rss.xml", items=items)


def _json_path(page: SamplePage) -> str:
    return f"/detail/{page.serial}"


def _json_lists(view: View, path: str, query: Query) -> Answer | None:
    """List and text in one JSON answer; times are milliseconds since 1970."""
    if path != "/api/articles":
        return None
    records = [
        {
            "id": page.serial,
            "title": page.title,
            "category": page.category,
            "author": page.author,
            "publishTime": int(page.at.timestamp() * 1000),
            "summary": summary(page),
            "content": str(to_html(page.lines_at(view.moment), dialect="plain"))
            + f'<p class="notice">（{MARK}）</p>',
        }
        for page in view.chunk(int(query.get("page", "1")))
    ]
    data = {"total": len(view.pages), "notice": MARK, "list": records}
    return json_answer(view, {"code": 0, "message": "success", "data": data})


def _atom_path(page: SamplePage) -> str:
    return f"/news/{page.category.lower().replace(' ', '-')}/{page.slug}"


def _atom_lists(view: View, path: str, query: Query) -> Answer | None:
    if path != "/news.atom":
        return None
    entries = [
        (page, _atom_path(page), _utc(page), summary(page, limit=180)) for page in view.pages
    ]
    return draw(view, "atom.xml", entries=entries)


def _utc(page: SamplePage) -> str:
    return f"{page.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _feed_path(page: SamplePage) -> str:
    return f"/p/{page.slug}"


def _feed_lists(view: View, path: str, query: Query) -> Answer | None:
    """JSON Feed 1.1 with the whole text in every item."""
    if path != "/feed.json":
        return None
    items = [
        {
            "id": view.base + _feed_path(page),
            "url": view.base + _feed_path(page),
            "title": page.title,
            "summary": summary(page),
            "content_html": str(to_html(page.lines_at(view.moment), dialect="plain"))
            + f"<p>（{MARK}）</p>",
            "date_published": page.at.isoformat(),
            "date_modified": page.changed_at(view.moment).isoformat(),
            "authors": [{"name": page.author}],
            "tags": [page.topic],
        }
        for page in view.pages
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": view.site.name,
        "description": MARK,
        "home_page_url": view.base + "/",
        "feed_url": view.base + "/feed.json",
        "language": "zh-CN",
        "items": items,
    }
    return json_answer(view, feed)


def _old_path(page: SamplePage) -> str:
    return f"/news/show-{page.serial}.html"


def _old_lists(view: View, path: str, query: Query) -> Answer | None:
    """A table of news until the site is redesigned between the two weeks of the samples.

    The new page builds its list in the browser: a reader of the old table finds no row.
    """
    if path != "/news/list.html":
        return None
    name = "association_new.html" if view.redesigned else "association_list.html"
    return draw(view, name, rows=[(_old_path(page), page) for page in view.pages])


def _sitemap_path(page: SamplePage) -> str:
    return f"/std/{page.at.year}/{page.slug}.html"


def _sitemap_lists(view: View, path: str, query: Query) -> Answer | None:
    if path == "/sitemap.xml":
        return draw(view, "sitemap_index.xml")
    if path != "/sitemap-std.xml":
        return None
    rows = [(_sitemap_path(page), page.changed_at(view.moment).isoformat()) for page in view.pages]
    return draw(view, "sitemap.xml", rows=rows)


def _file_path(page: SamplePage, number: int) -> str:
    return f"/files/{page.slug}-{number}.{page.files[number].kind}"


FEED_FAMILIES: dict[str, Family] = {
    "rss": Family(_rss_path, _file_path, _rss_lists, "plain"),
    "jsonnews": Family(_json_path, _file_path, _json_lists, "plain"),
    "atom": Family(_atom_path, _file_path, _atom_lists, "english"),
    "jsonfeed": Family(_feed_path, _file_path, _feed_lists, "plain"),
    "association": Family(_old_path, _file_path, _old_lists, "plain"),
    "sitemap": Family(_sitemap_path, _file_path, _sitemap_lists, "plain"),
}
