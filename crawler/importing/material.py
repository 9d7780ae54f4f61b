"""What was handed in: its bytes, where they are from, and what kind of thing they are.

Pure functions over bytes: saved pages (also MHTML), WeChat articles, text. Nothing is fetched.
"""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from html import unescape
from typing import Literal
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from pipelines.attachments.kinds import kind_of
from pipelines.decode import decode
from pipelines.items import Hints, Layout
from pipelines.urls import is_fetchable

Form = Literal["html", "text", "file"]

_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+)\s*-->", re.IGNORECASE)
_MHTML = re.compile(
    rb"^(?:from|mime-version|snapshot-content-location|content-type):", re.IGNORECASE
)
_MULTIPART = re.compile(rb"multipart/related", re.IGNORECASE)
_WECHAT_HOST = "mp.weixin.qq.com"
_WECHAT_BODY = "#js_content"
_WECHAT_TIME = re.compile(r"""\b(?:ct|oriCreateTime|create_time)\s*[=:]\s*["'](\d{10})["']""")
_WECHAT_CLOCK = re.compile(
    r"""createTime\s*=\s*["'](\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d)(?::\d\d)?["']"""
)
_WECHAT_NAME = re.compile(r"""\bnickname\s*=\s*(?:htmlDecode\()?["']([^"'<>]{1,80})["']""")
_META_URLS = ('link[rel="canonical"]', 'meta[property="og:url"]')
_MAX_MHTML = 40 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Given:
    """What the person said about the material; all optional but ``name`` or ``url``.

    ``published`` is a day (ISO) at the publisher, ``by`` the account that imports.
    """

    url: str | None = None
    name: str | None = None
    title: str | None = None
    published: str | None = None
    publisher: str | None = None
    source: str | None = None
    by: str = "cli"
    charset: str | None = None
    fetched: bool = False
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """Ready to be read: ``content`` is a page, plain text, or a file of ``kind``."""

    form: Form
    kind: str
    content: bytes
    url: str | None
    charset: str | None = None
    hints: Hints = field(default_factory=Hints)
    layouts: tuple[Layout, ...] = ()
    publisher: str | None = None
    wechat: bool = False


def material_of(content: bytes, given: Given) -> Material:
    """Tell what was handed in. ``ValueError`` for nothing at all."""
    if not content.strip():
        raise ValueError("内容为空 / there is nothing in it")
    if _is_mhtml(content):
        page, charset, place = _of_mhtml(content)
        return _page(page, replace(given, charset=charset, url=given.url or place))
    kind = kind_of(content)
    if kind in ("html", "xml") or (kind == "txt" and _has_markup(content)):
        return _page(content, given)
    hints = _hints(given)
    if kind == "txt":
        return Material(
            "text", kind, content, given.url, given.charset, hints, publisher=given.publisher
        )
    return Material("file", kind, content, given.url, hints=hints, publisher=given.publisher)


def _has_markup(content: bytes) -> bool:
    head = content[:4000].lower()
    return head.count(b"</") >= 2 and (b"<p" in head or b"<div" in head or b"<section" in head)


def _is_mhtml(content: bytes) -> bool:
    head = content[:4000]
    return _MHTML.match(head) is not None and _MULTIPART.search(head) is not None


def _of_mhtml(content: bytes) -> tuple[bytes, str | None, str | None]:
    """The page of a saved archive, its charset, and the address it was saved from."""
    message = email.message_from_bytes(content[:_MAX_MHTML], policy=email.policy.default)
    place = message.get("Snapshot-Content-Location")
    for part in message.walk():
        if not isinstance(part, EmailMessage) or part.get_content_type() != "text/html":
            continue
        body = part.get_payload(decode=True)
        if isinstance(body, bytes) and body.strip():
            own = part.get("Content-Location")
            return body, part.get_content_charset(), str(place or own or "") or None
    raise ValueError("MHTML 中没有网页 / there is no page in this MHTML")


def _page(content: bytes, given: Given) -> Material:
    text = decode(content, header_charset=given.charset).text
    tree = LexborHTMLParser(text)
    url = given.url or _own_address(text, tree)
    wechat = _is_wechat(url, text, tree)
    hints, publisher = _hints(given), given.publisher
    layouts: tuple[Layout, ...] = ()
    if wechat:
        layouts = (Layout(body=_WECHAT_BODY, title="#activity-name"),)
        hints = _wechat_hints(hints, text, tree)
        publisher = publisher or _wechat_name(text, tree)
    else:
        publisher = publisher or _meta(tree, "og:site_name")
    return Material(
        "html",
        "html",
        content,
        url,
        given.charset,
        hints,
        layouts=layouts,
        publisher=publisher,
        wechat=wechat,
    )


def _hints(given: Given) -> Hints:
    return Hints(title=given.title or None, date_text=given.published or None)


def _own_address(text: str, tree: LexborHTMLParser) -> str | None:
    """The address a saved page says it is from."""
    found = _SAVED_FROM.search(text[:2000])
    if found and is_fetchable(found[1]):
        return found[1]
    for selector in _META_URLS:
        node = tree.css_first(selector)
        if node is not None:
            address = node.attributes.get("href") or node.attributes.get("content") or ""
            if is_fetchable(address):
                return address
    return None


def _is_wechat(url: str | None, text: str, tree: LexborHTMLParser) -> bool:
    if url and urlsplit(url).hostname == _WECHAT_HOST:
        return True
    marked = "rich_media" in text or "activity-name" in text
    return marked and tree.css_first(_WECHAT_BODY) is not None


def _wechat_hints(hints: Hints, text: str, tree: LexborHTMLParser) -> Hints:
    title = hints.title or _text(tree, "#activity-name") or _meta(tree, "og:title")
    moment = None if hints.date_text else _wechat_moment(text)
    author = _text(tree, "#js_author_name") or _meta(tree, "author")
    return replace(hints, title=title, published_at=moment, author=author)


def _wechat_moment(text: str) -> datetime | None:
    """When the article was sent out: the page keeps it in its script, not in its text."""
    found = _WECHAT_TIME.search(text)
    if found:
        return datetime.fromtimestamp(int(found[1]), UTC)
    clock = _WECHAT_CLOCK.search(text)
    if clock:
        from zoneinfo import ZoneInfo

        parts = [int(part) for part in clock.groups()]
        local = datetime(*parts, tzinfo=ZoneInfo("Asia/Shanghai"))  # type: ignore[arg-type,misc]
        return local.astimezone(UTC)
    return None


def _wechat_name(text: str, tree: LexborHTMLParser) -> str | None:
    name = _text(tree, "#js_name") or _text(tree, ".profile_nickname")
    if name:
        return name
    found = _WECHAT_NAME.search(text)
    return unescape(found[1]).strip() or None if found else None


def _text(tree: LexborHTMLParser, selector: str) -> str | None:
    node = tree.css_first(selector)
    return " ".join(node.text().split())[:300] or None if node is not None else None


def _meta(tree: LexborHTMLParser, name: str) -> str | None:
    for key in ("property", "name"):
        node = tree.css_first(f'meta[{key}="{name}"]')
        if node is not None and (value := (node.attributes.get("content") or "").strip()):
            return value[:300]
    return None
