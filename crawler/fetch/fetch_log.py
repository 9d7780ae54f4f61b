"""The fetches of a run, collected until the next write: what was asked, what came, what failed.

One row per answer; a page that fails later (nothing to read in it, no room to store it) gets the
error on its row, or a row of its own when that one is already written.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipelines.urls import url_key
from storage.runs import FetchRow

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

ROLES = frozenset({"list", "detail", "attachment", "robots", "sitemap"})


class FetchLog:
    """Rows not yet written, and where to find the one of a page."""

    def __init__(self) -> None:
        self.rows: list[FetchRow] = []
        self._place: dict[str, int] = {}
        self._keys: dict[str, str] = {}

    def answer(self, request: Request, response: Response) -> None:
        """Note an answer. Bodies of documents are hashed by the spider, others here."""
        role, key = role_of(request), asked_key(request)
        row = request.cb_kwargs.get("row")
        self._keys[response.url if row is None else row.url] = key
        latency = request.meta.get("download_latency") or 0.0
        self._put(
            FetchRow(
                role=role,
                url=response.url,
                url_key=key,
                fetched_at=datetime.now(UTC),
                status=response.status,
                bytes=len(response.body),
                elapsed_ms=int(latency * 1000),
                sha256=None if role == "detail" else _digest(response.body),
                etag=_header(response, "ETag"),
                last_modified=_header(response, "Last-Modified"),
                **capture_of(request, response.url),
            )
        )

    def failure(self, request: Request, code: str, detail: str, *, status: int | None) -> None:
        """Note a request that brought no answer worth having."""
        self._put(
            FetchRow(
                role=role_of(request),
                url=request.url,
                url_key=asked_key(request),
                fetched_at=datetime.now(UTC),
                status=status,
                error_code=code,
                error_detail=detail[:500],
                **capture_of(request, request.url),
            )
        )

    def page_failed(self, url: str, code: str, detail: str, *, role: str) -> None:
        """Note that an answered page came to nothing. ``url`` as the spider knows it."""
        key = self._keys.get(url) or url_key(url)
        place = self._place.get(key)
        if place is None:
            now = datetime.now(UTC)
            self._put(FetchRow(role, url, key, now, error_code=code, error_detail=detail[:500]))
        elif self.rows[place].error_code is None:
            self.rows[place] = replace(self.rows[place], error_code=code, error_detail=detail[:500])

    def digest(self, url: str, sha256: str) -> None:
        """Take over the hash of a page from its bulletin. ``url`` as the spider knows it."""
        place = self._place.get(self._keys.get(url, ""))
        if place is not None:
            self.rows[place] = replace(self.rows[place], sha256=sha256)

    def drain(self) -> list[FetchRow]:
        """Hand over the rows and forget them."""
        rows, self.rows = self.rows, []
        self._place.clear()
        return rows

    def forget(self, url: str) -> None:
        """The page is stored or given up: nothing more will be said of it."""
        self._keys.pop(url, None)

    def restore(self, rows: list[FetchRow]) -> None:
        """Take rows back that could not be written."""
        self.rows = rows + self.rows
        self._place = {row.url_key: place for place, row in enumerate(self.rows)}

    def _put(self, row: FetchRow) -> None:
        self._place[row.url_key] = len(self.rows)
        self.rows.append(row)


def asked_key(request: Request) -> str:
    """The identity of the page that a request is for: the row's own, or that of the address
    first asked for (before redirects)."""
    known: str | None = request.meta.get("url_key")
    if known:
        return known
    first: list[str] = request.meta.get("redirect_urls") or [request.url]
    return url_key(first[0])


def capture_of(request: Request, url: str) -> dict[str, Any]:
    """The place of the captured answer; nothing when it was another hop's, or none is kept."""
    taken = request.meta.get("capture")
    if taken is None or taken.url != url:
        return {}
    return {
        "warc_file": taken.place.file,
        "warc_offset": taken.place.offset,
        "warc_length": taken.place.length,
        "warc_digest": taken.digest,
    }


def role_of(request: Request) -> str:
    """The role of a request in the fetch table."""
    role = request.meta.get("role", "list")
    return role if role in ROLES else "list"


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1")[:300] if value else None
