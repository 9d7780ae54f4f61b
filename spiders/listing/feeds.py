"""Rows of feeds: RSS, Atom, RDF (feedparser) and JSON Feed."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import feedparser

from pipelines.decode import decode
from pipelines.errors import LayoutChanged
from pipelines.items import AttachmentRef
from pipelines.urls import canonicalise, is_fetchable
from spiders.listing.assemble import Assembler, RawRow, plain_text
from spiders.listing.records import attachment, load_json
from spiders.rowdates import RowDate, read_feed_date
from spiders.rows import Listing
from spiders.spec import FeedSpec

#: an entry counts as the whole article from this many characters of text on
WHOLE_TEXT = 500
_CUT = re.compile(
    r"(?:\[?(?:…|\.\.\.|&hellip;|&#8230;)\]?|阅读全文|查看全文|阅读原文|read more|continue reading)"
    r"[\s»›>→.。)]{0,8}$",
    re.IGNORECASE,
)
_WORDPRESS_FOOT = re.compile(r"The post .{1,400}appeared first on .{1,200}$", re.S)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_HEAD = 4096
#: the root of a channel definition (CDF), which may hold no entry
_CHANNEL = re.compile(rb"\s*(?:<[?!][^>]*>\s*)*<channel[\s>]", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?-->", re.S)


def rows_from_feed(
    spec: FeedSpec,
    content: bytes,
    *,
    base_url: str,
    charset: str | None = None,
    today: date | None = None,
) -> Listing:
    """Rows of one feed. Raises ``LayoutChanged`` when the answer is not a feed."""
    home, entries = entries_of_feed(spec, content, base_url=base_url, charset=charset, today=today)
    assembler = Assembler(spec, base_url=home, today=today)
    for entry in entries:
        assembler.add(entry)
    return assembler.listing()


def entries_of_feed(
    spec: FeedSpec,
    content: bytes,
    *,
    base_url: str,
    charset: str | None = None,
    today: date | None = None,
) -> tuple[str, list[RawRow]]:
    """The address that links are relative to, and every entry as the feed states it.

    Raises ``LayoutChanged`` when the answer is not a feed.
    """
    head = content[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"{"):
        return base_url, _from_json_feed(spec, content, base_url=base_url, today=today)
    if b"<!entity" in content[: 4 * _HEAD].lower():
        raise LayoutChanged(
            "拒绝含实体声明（DTD）的 XML / XML that declares entities (DTD) is refused",
            url=base_url,
        )
    # Never pass bytes or text themselves: feedparser would take them for an address or a path.
    text = _as_utf8(content, charset=charset)
    # without a type among the headers, the parser takes everything for ISO 8859-1
    kind = "application/xml" if text is content else "application/xml; charset=utf-8"
    parsed = feedparser.parse(
        io.BytesIO(text),
        response_headers={"content-location": base_url, "content-type": kind},
        sanitize_html=False,
        resolve_relative_uris=True,
    )
    if (
        not parsed.get("version")
        and not parsed.entries
        and not _CHANNEL.match(_COMMENT.sub(b"", head))
    ):
        raise LayoutChanged(
            "应答不是 RSS/Atom 源 / the answer is not an RSS or Atom feed", url=base_url
        )
    return _home(parsed, base_url), [_raw(spec, entry, today=today) for entry in parsed.entries]


def _as_utf8(content: bytes, *, charset: str | None) -> bytes:
    """The feed in UTF-8 without its declaration, which like the header may lie.

    UTF-16 and UTF-32 (zero bytes at the start) are left to the parser.
    """
    if b"\x00" in content[:64]:
        return content
    text = decode(content, header_charset=charset).text
    return _DECLARATION.sub("", text, count=1).encode("utf-8", "replace")


def _home(parsed: Any, base_url: str) -> str:
    """Relative links of entries are relative to the site that the feed names, if it does."""
    link = parsed.feed.get("link") if parsed.get("feed") else None
    home = canonicalise(link, base=base_url) if link else base_url
    return home if is_fetchable(home) else base_url


def _raw(spec: FeedSpec, entry: Mapping[str, Any], *, today: date | None) -> RawRow:
    printed = _first(entry, "published", "issued", "date", "created")
    updated = _first(entry, "updated", "modified")
    summary = _first(entry, "summary", "description")
    content = _content(entry) or ""
    body = _body(spec, content=content, summary=summary or "")
    return RawRow(
        link=_link(entry),
        title=_first(entry, "title") or _headline(summary or content),
        date_text=printed or updated,
        when=_when(spec, printed or updated, today=today),
        modified=_when(spec, updated, today=today) if printed and updated else None,
        summary=summary,
        author=_first(entry, "author"),
        external_id=_first(entry, "id"),
        categories=tuple(
            str(tag.get("term"))[:80] for tag in entry.get("tags") or () if tag.get("term")
        )[:20],
        body=body,
        attachments=_enclosures(entry),
    )


def _when(spec: FeedSpec, text: str | None, *, today: date | None) -> RowDate:
    return read_feed_date(text, zone=spec.timezone, lang=spec.lang, today=today, trust=spec.zone)


def _first(entry: Mapping[str, Any], *names: str) -> str | None:
    for name in names:
        # ``in`` first: feedparser answers ``updated`` with ``published`` when it is absent
        value = dict.get(entry, name) if isinstance(entry, dict) else entry.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return None


def _link(entry: Mapping[str, Any]) -> str | None:
    """The address of the article: the original one behind a redirector, never a bare guid."""
    original = _first(entry, "feedburner_origlink", "pheedo_origlink")
    if original and is_fetchable(original):
        return original
    for link in entry.get("links") or ():
        if link.get("rel") == "alternate" and link.get("href"):
            return str(link["href"])
    link = _first(entry, "link")
    if link and is_fetchable(link):
        return link
    guid = _first(entry, "id")
    if guid and entry.get("guidislink") and is_fetchable(guid):
        return guid
    return link


def _content(entry: Mapping[str, Any]) -> str | None:
    """The longest full-content element of an entry (``content:encoded``, Atom ``content``)."""
    found: Iterable[Any] = entry.get("content") or ()
    texts = [str(part.get("value") or "") for part in found if "value" in part]
    return max(texts, key=len, default=None)


def _body(spec: FeedSpec, *, content: str, summary: str) -> str | None:
    if spec.content == "page":
        return None
    if spec.content == "entry":
        return content or summary or None
    text = plain_text(_WORDPRESS_FOOT.sub("", content[:200_000]))
    if len(text) < WHOLE_TEXT or _CUT.search(text[-80:]):
        return None
    return content


def _headline(text: str) -> str | None:
    """Entries without a title (short messages) are named by the start of their text."""
    words = plain_text(text)
    if not words:
        return None
    return words if len(words) <= 60 else words[:59] + "…"


def _enclosures(entry: Mapping[str, Any]) -> tuple[AttachmentRef, ...]:
    refs = []
    for item in entry.get("enclosures") or ():
        url = canonicalise(str(item.get("href") or ""))
        media = str(item.get("type") or "")
        if is_fetchable(url) and not media.startswith(("image/", "audio/", "video/")):
            refs.append(attachment(url, media_type=media or None))
    return tuple(refs[:20])


def _from_json_feed(
    spec: FeedSpec, content: bytes, *, base_url: str, today: date | None
) -> list[RawRow]:
    """JSON Feed 1.0 and 1.1 (jsonfeed.org)."""
    data = load_json(content, charset="utf-8", url=base_url)
    version = data.get("version") if isinstance(data, dict) else None
    if not isinstance(version, str) or "jsonfeed.org" not in version:
        raise LayoutChanged("应答不是 JSON Feed / the answer is not a JSON Feed", url=base_url)
    items = data.get("items")
    found = items if isinstance(items, list) else []
    return [_raw_json(spec, item, today=today) for item in found if isinstance(item, dict)]


def _raw_json(spec: FeedSpec, item: dict[str, Any], *, today: date | None) -> RawRow:
    text = {name: value for name, value in item.items() if isinstance(value, str)}
    content = text.get("content_html") or ""
    if not content and text.get("content_text"):
        content = "".join(
            f"<p>{_escaped(line)}</p>" for line in text["content_text"].splitlines() if line.strip()
        )
    authors = item.get("authors") or [item.get("author")]
    names = [str(a["name"]) for a in authors if isinstance(a, dict) and a.get("name")]
    refs = [
        attachment(str(part["url"]), media_type=part.get("mime_type"))
        for part in item.get("attachments") or ()
        if isinstance(part, dict) and is_fetchable(str(part.get("url")))
    ]
    identifier = str(item.get("id") or "")
    published, modified = text.get("date_published"), text.get("date_modified")
    return RawRow(
        link=text.get("url")
        or text.get("external_url")
        or (identifier if is_fetchable(identifier) else None),
        title=text.get("title") or _headline(text.get("summary") or content),
        date_text=published or modified,
        when=_when(spec, published or modified, today=today),
        modified=_when(spec, modified, today=today) if published and modified else None,
        summary=text.get("summary"),
        author="、".join(names) or None,
        external_id=identifier or None,
        categories=tuple(str(tag)[:80] for tag in item.get("tags") or () if tag)[:20],
        body=_body(spec, content=content, summary=text.get("summary") or ""),
        attachments=tuple(refs[:20]),
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
