"""A small HTTP/1.1 server for the sample sites: GET and HEAD, validators, gzip, keep-alive."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import format_datetime
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.demo.content import pages_of
from crawler.demo.families import answer_for
from crawler.demo.sample_site import Answer, Site, View, draw_error
from crawler.demo.weeks import Weeks

IDLE_SECONDS = 30
_MAX_HEAD = 16_384
_HOME = {
    "trs": "/zwgk/index.html",
    "hanweb": "/col/col1229560784/index.html",
    "gkmlpt": "/gkmlpt/index",
    "court": "/article/index/id/MzAwNDAwMjAwMiAOAAA.shtml",
    "city": "/zwgk/index.htm",
    "ucap": "/wxb/c100066/list.shtml",
    "rss": "/rss.xml",
    "jsonnews": "/api/articles",
    "atom": "/news.atom",
    "jsonfeed": "/feed.json",
    "association": "/news/list.html",
    "sitemap": "/sitemap.xml",
}


@dataclass(frozen=True, slots=True)
class Request:
    """A parsed request; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]


class SiteServer:
    """Serves one site. ``week`` says which moment of the samples to show (1 to 3)."""

    def __init__(self, site: Site, weeks: Weeks, *, week: Callable[[], int]) -> None:
        self.site = site
        self.weeks = weeks
        self.week = week
        self.base = ""

    async def listen(self, port: int) -> asyncio.Server:
        """Listen on the site's own address; where a system has only one loopback address, or
        the port is taken, on a free port."""
        for host, number in ((self.site.host, port), (self.site.host, 0), ("127.0.0.1", 0)):
            with suppress(OSError):
                server = await asyncio.start_server(self._serve, host, number, limit=_MAX_HEAD)
                address = server.sockets[0].getsockname()
                self.base = f"http://{address[0]}:{address[1]}"
                return server
        raise OSError(
            f"无法在本机监听 {self.site.host}:{port} / cannot listen on {self.site.host}:{port}"
        )

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, TimeoutError, asyncio.IncompleteReadError):
            while True:
                async with asyncio.timeout(IDLE_SECONDS):
                    head = await reader.readuntil(b"\r\n\r\n")
                request = parse_request(head)
                if request is None:
                    break
                writer.write(self.respond(request))
                await writer.drain()
                if request.headers.get("connection", "").lower() == "close":
                    break
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    def respond(self, request: Request) -> bytes:
        """The bytes of the response."""
        if request.method not in ("GET", "HEAD"):
            return _encode(Answer(b"", "text/plain", status=405), {}, request)
        view = self._view()
        path, query = _target(request.target)
        if path == "/":
            home = Answer(b"", "text/plain", status=302, location=_HOME[self.site.family])
            return _encode(home, {}, request)
        answer = answer_for(view, path, query) or draw_error(view, 404)
        return _encode(answer, self._validators(answer), request, packed=self.site.gzip)

    def _view(self) -> View:
        moment = self.weeks.seen_at(self.week())
        redesigned = self.site.redesigned
        return View(
            site=self.site,
            pages=pages_of(self.weeks, self.site.key, moment=moment),
            moment=moment,
            base=self.base,
            redesigned=bool(redesigned) and self.weeks.moment(redesigned) <= moment,
        )

    def _validators(self, answer: Answer) -> dict[str, str]:
        if answer.status != HTTPStatus.OK:
            return {}
        if self.site.validators == "etag":
            return {"ETag": f'"{hashlib.sha256(answer.body).hexdigest()[:20]}"'}
        if self.site.validators == "modified" and answer.changed is not None:
            changed = answer.changed.astimezone(UTC).replace(microsecond=0)
            return {"Last-Modified": format_datetime(changed, usegmt=True)}
        return {}


def parse_request(head: bytes) -> Request | None:
    """The request of a head block, None when it is not HTTP/1."""
    try:
        first, *rest = head.decode("latin-1").split("\r\n")
        method, target, version = first.split(" ")
    except ValueError:
        return None
    if not version.startswith("HTTP/1."):
        return None
    pairs = (line.partition(":") for line in rest if ":" in line)
    return Request(
        method, target, {name.strip().lower(): value.strip() for name, _, value in pairs}
    )


def _target(target: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(target)
    return unquote(parts.path), dict(parse_qsl(parts.query))


def _encode(
    answer: Answer, validators: Mapping[str, str], request: Request, *, packed: bool = False
) -> bytes:
    if _matches(validators, request.headers):
        answer = replace(answer, body=b"", status=304)
    headers = {"Server": "sample", "Cache-Control": "no-cache", **validators}
    if answer.location:
        headers["Location"] = answer.location
    body = answer.body
    if answer.status != HTTPStatus.NOT_MODIFIED:
        # GB18030 pages state their encoding only inside, as their originals do.
        text = answer.media.startswith("text/plain") or answer.media.endswith("json")
        headers["Content-Type"] = answer.media + ("; charset=utf-8" if text else "")
        if packed and "gzip" in request.headers.get("accept-encoding", "") and len(body) > 500:
            body = gzip.compress(body, 6, mtime=0)
            headers["Content-Encoding"] = "gzip"
        headers["Vary"] = "Accept-Encoding"
    headers["Content-Length"] = str(len(body))
    head = f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return head.encode("latin-1") + b"\r\n" + (b"" if request.method == "HEAD" else body)


def _matches(validators: Mapping[str, str], headers: Mapping[str, str]) -> bool:
    etag, modified = validators.get("ETag"), validators.get("Last-Modified")
    if etag and "if-none-match" in headers:
        return etag in [part.strip() for part in headers["if-none-match"].split(",")]
    return modified is not None and headers.get("if-modified-since") == modified
