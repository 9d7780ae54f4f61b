"""From an answer to a ``Bulletin``, and what an answer or a failure is worth.

Nothing here touches ``response.text`` or ``response.encoding``: pages are decoded once, later,
in the pipelines.
"""

from __future__ import annotations

import hashlib
import html
import re
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError

from pipelines.items import Bulletin, FetchFacts, Layout, MediaKind
from spiders.asks import Spec
from spiders.fragments import LAYOUTS, fragment_page
from spiders.rows import ListRow

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_FILE_LINK = re.compile(
    r"\.(?:pdf|docx?|wps|ofd|xlsx?|et|pptx?|zip|rar|7z|txt|csv)$", re.IGNORECASE
)
_FILE_STARTS = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"Rar!", b"7z\xbc\xaf")
_FILE_TYPES = (
    b"application/pdf",
    b"application/msword",
    b"application/vnd.",
    b"application/zip",
    b"application/octet-stream",
    b"image/",
    b"audio/",
    b"video/",
)
_HOME = re.compile(r"/?(?:(?:index|default|home|main)\.\w{2,5})?", re.IGNORECASE)


class Source(Protocol):
    """What a bulletin takes from the spider."""

    @property
    def spec(self) -> Spec: ...
    @property
    def layouts(self) -> tuple[Layout, ...]: ...
    @property
    def run_id(self) -> int | None: ...
    def clock(self) -> datetime: ...


def bulletin_of_page(
    source: Source, row: ListRow, response: Response, *, html: str | None = None
) -> Bulletin:
    """The item of a fetched page; ``html`` is the text when the page only carried it."""
    return _bulletin(
        source,
        row,
        content=response.body if html is None else fragment_page(html, row),
        media="html" if html is None else "fragment",
        charset=charset_of(response) if html is None else "utf-8",
        fetch=facts_of(response),
    )


def bulletin_of_body(source: Source, row: ListRow) -> Bulletin:
    """The item of a row that carries its whole text."""
    content = fragment_page(row.body or "", row)
    return _bulletin(
        source,
        row,
        content=content,
        media="fragment",
        charset="utf-8",
        fetch=FetchFacts(sha256=hashlib.sha256(content).hexdigest(), bytes=len(content)),
    )


def bulletin_of_file(
    source: Source, row: ListRow, url: str, *, response: Response | None = None
) -> Bulletin:
    """The item of a row that links to a file: its text is the title, the file its attachment."""
    name = html.escape(row.title or url.rsplit("/", 1)[-1])
    content = fragment_page(f'<p><a href="{html.escape(url, quote=True)}">{name}</a></p>', row)
    facts = FetchFacts(sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))
    return _bulletin(
        source,
        row,
        content=content,
        media="fragment",
        charset="utf-8",
        fetch=facts_of(response) if response is not None else facts,
    )


def _bulletin(
    source: Source,
    row: ListRow,
    *,
    content: bytes,
    media: MediaKind,
    charset: str | None,
    fetch: FetchFacts,
) -> Bulletin:
    spec = source.spec
    return Bulletin(
        source_key=spec.key,
        url=row.url,
        fetched_at=source.clock(),
        content=content,
        media=media,
        charset=charset,
        lang=spec.lang,
        timezone=spec.timezone,
        publisher=spec.publisher,
        region=spec.region,
        level=spec.level,
        topics=spec.topics,
        hints=row.hints(),
        layouts=LAYOUTS if media == "fragment" else source.layouts,
        fetch=fetch,
        run_id=source.run_id,
    )


def facts_of(response: Response) -> FetchFacts:
    """The HTTP facts of an answer; the hash is over the body after decompression.

    ``body_sha256`` in its meta is that hash, where the capture of the exchange has made it.
    """
    meta = response.meta if response.request is not None else {}
    latency = meta.get("download_latency")
    return FetchFacts(
        status=response.status,
        sha256=meta.get("body_sha256") or hashlib.sha256(response.body).hexdigest(),
        bytes=len(response.body),
        elapsed_ms=int(1000 * latency) if latency else 0,
        etag=_header(response, "ETag"),
        last_modified=_header(response, "Last-Modified"),
    )


def charset_of(response: Response) -> str | None:
    """The charset of the Content-Type header, without guessing."""
    match = _CHARSET.search(response.headers.get("Content-Type") or b"")
    return match[1].decode("ascii", "replace").lower() if match else None


def is_file_link(url: str) -> bool:
    """Whether an address names a document file rather than a page."""
    return _FILE_LINK.search(urlsplit(url).path) is not None


def is_file(response: Response) -> bool:
    """Whether an answer is a file; a body that looks like HTML or JSON outranks its type."""
    head = response.body[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(_FILE_STARTS):
        return True
    if head[:1] in (b"<", b"{", b"["):
        return False
    return (response.headers.get("Content-Type") or b"").lower().startswith(_FILE_TYPES)


def sent_home(asked: str, got: str) -> bool:
    """Whether the answer to an article address came from a home page (a disguised 404)."""
    wanted, found = urlsplit(asked), urlsplit(got)
    if (wanted.path, wanted.query) == (found.path, found.query):
        return False
    return (
        not found.query
        and _HOME.fullmatch(found.path) is not None
        and (_HOME.fullmatch(wanted.path) is None or bool(wanted.query))
    )


def failure_facts(error: BaseException | None) -> tuple[str, str, bool]:
    """Code, detail and "worth another try" of whatever ended a request.

    Errors of the crawler bring their own; the others are named by their class.
    """
    code = getattr(error, "code", None)
    if isinstance(code, str):
        return code, str(getattr(error, "detail", error))[:300], bool(getattr(error, "retry", True))
    if isinstance(error, HttpError):
        status = error.response.status
        gone = status in (404, 410)
        return ("gone" if gone else f"http_{status}"), f"HTTP {status}", not gone
    return "unreachable", f"{type(error).__name__}: {error}"[:300], True


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1")[:300] if value else None
