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
_READ_BY_SCRIPT = re.compile(
    r"(?:getJSON|\.ajax|\bfetch|axios(?:\.get)?|\$\.get|\burl)\s{0,3}[(:]\s{0,3}"
    r"(?:\{\s{0,9}url\s{0,3}:\s{0,3})?['\"]([^'\"\s<>{}+]{4,300})['\"]"
)
_DATA_WORDS = re.compile(r"/api/|list|query|search|data", re.IGNORECASE)
_PAGE_PART = re.compile(r"\.(?:js|css|png|jpe?g|gif|svg|s?html?|php)$")
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


def data_named(text: str, base_url: str) -> tuple[str, ...]:
    """Addresses on the same host from which scripts of the page read data (``getJSON``, ``fetch``).

    Only what can be asked for with GET as it stands: no address is put together.
    """
    found = []
    for match in _READ_BY_SCRIPT.finditer(text):
        url = canonicalise(match[1], base=base_url)
        path = urlsplit(url).path.lower()
        if not is_fetchable(url) or urlsplit(url).hostname != urlsplit(base_url).hostname:
            continue
        if path.endswith(".json") or (_DATA_WORDS.search(path) and not _PAGE_PART.search(path)):
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
