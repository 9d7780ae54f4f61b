"""What a page says of other ways to its list: feeds, sitemaps, data interfaces of its CMS."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from pipelines.urls import canonicalise, is_fetchable
from spiders.cms import FAMILIES

_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "text/xml")
_COMMENTS = re.compile(r"comment|评论", re.IGNORECASE)
_HEX = re.compile(r"^[0-9a-f]{32}$")
_QUERY_DATA = re.compile(r"(\w+)['\"]?\s*:\s*['\"]([^'\"]{1,120})['\"]")
#: asked only where a page has no list of its own
COMMON_PATHS = ("/rss.xml", "/feed", "/atom.xml", "/sitemap.xml")


def feeds_of(text: str, base_url: str) -> tuple[str, ...]:
    """Feeds that a page names in its head, those of comments left out."""
    found = []
    for node in LexborHTMLParser(text).css('link[rel~="alternate"][href]'):
        kind = (node.attributes.get("type") or "").lower()
        title = node.attributes.get("title") or ""
        url = canonicalise(node.attributes.get("href") or "", base=base_url)
        if kind in _FEED_TYPES and is_fetchable(url) and not _COMMENTS.search(title + url):
            found.append(url)
    return tuple(dict.fromkeys(found))


def usual_places(base_url: str) -> tuple[str, ...]:
    """Addresses at which sites often keep feeds and sitemaps."""
    return tuple(urljoin(base_url, path) for path in COMMON_PATHS)


def data_behind(url: str, text: str) -> Mapping[str, Any] | None:
    """Settings of the data interface that the CMS of a page is known to have, if it is there."""
    root = f"{urlsplit(url).scheme}://{urlsplit(url).netloc}"
    if FAMILIES["gkmlpt"].recognises(url=url) or ("window._CONFIG" in text and "gkmlpt" in text):
        prefix = url.split("/gkmlpt", 1)[0] if "/gkmlpt" in url else root
        settings = {"family": "gkmlpt", "url": f"{prefix}/gkmlpt/api/all/0?page={{n}}&sid={{sid}}"}
        sid = re.search(FAMILIES["gkmlpt"].defaults["json_api"]["resolve"]["find"]["sid"], text)
        if prefix != root:
            settings["resolve"] = {  # type: ignore[assignment]
                "url": f"{prefix}/gkmlpt/index",
                "find": FAMILIES["gkmlpt"].defaults["json_api"]["resolve"]["find"],
            }
        return settings if sid or "/gkmlpt" in url else None
    page = LexborHTMLParser(text)
    for node in page.css("[querydata], [queryData]"):
        data = html.unescape(node.attributes.get("querydata") or "")
        known = dict(_QUERY_DATA.findall(data))
        if {"webId", "tplSetId", "pageId"} <= set(known):
            names = ("webId", "tplSetId", "tagId", "pageId")
            return {
                "family": "hanweb-jpaas",
                "url": f"{root}/api-gateway/jpaas-publish-server/front/page/build/unit",
                "params": {name: known[name] for name in names if name in known},
            }
    channel = page.css_first('meta[name="channelid"]')
    value = (channel.attributes.get("content") or "") if channel is not None else ""
    if _HEX.match(value):
        return {"family": "ucap", "kind": "json_api", "url": f"{root}/common/search/{value}"}
    return None
