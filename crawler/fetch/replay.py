"""A crawl out of captures: the same spider, middlewares and stages, and no network at all.

Connections are played from WARC files below Scrapy's own handler, so that parsing of the message,
transfer and content decoding, redirects, robots.txt and limits run as they did. Whatever was not
captured is ``not_archived``, never asked for. Nobody is waited for, and the clock of the spider
shows the time of the captures.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.core.downloader.handlers.http11 import _LenientHTTP11ClientProtocol
from scrapy.exceptions import NotConfigured
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.python.failure import Failure
from twisted.web.client import HTTPConnectionPool
from w3lib.url import safe_url_string

from crawler.errors import NotArchived
from crawler.fetch.politeness import PoliteMiddleware
from crawler.fetch.tls import TlsHandler
from crawler.fetch.warc_tap import address_of
from storage.archive import path_of
from storage.warc import Damage, Record, read_file, read_record

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

log = logging.getLogger(__name__)

Key = tuple[str, str, str]
ROBOTS_STATUS = {"rules": 200, "allowed_all": 404, "disallowed": 403}


@dataclass(slots=True)
class Kept:
    """Where an answer is, and when it came (UTC)."""

    path: Path
    offset: int
    at: datetime


@dataclass(slots=True)
class Captured:
    """Every answer of some files, by what was asked: method, address, digest of the body."""

    folder: Path
    answers: dict[Key, list[Kept]] = field(default_factory=dict)
    damaged: list[str] = field(default_factory=list)
    _next: dict[Key, int] = field(default_factory=dict)

    @classmethod
    def read(cls, files: list[Path], *, folder: Path) -> Self:
        """Look through the files; ``folder`` is where revisits find what they stand for."""
        made = cls(folder)
        for path in files:
            made._add(path)
        for kept in made.answers.values():
            kept.sort(key=lambda one: one.at)
        return made

    @property
    def begin(self) -> datetime | None:
        """The earliest capture."""
        return min((kept[0].at for kept in self.answers.values()), default=None)

    def take(self, key: Key) -> Kept | None:
        """The next answer to a question; the last one again when there are no more."""
        found = self.answers.get(key)
        if not found:
            return None
        place = self._next.get(key, 0)
        self._next[key] = place + 1
        return found[min(place, len(found) - 1)]

    def _add(self, path: Path) -> None:
        questions: dict[str, tuple[str, str]] = {}
        answers: list[tuple[Record, Kept]] = []
        for record in read_file(path):
            if isinstance(record, Damage):
                self.damaged.append(f"{path.name} @{record.offset}: {record.reason} {record.about}")
                continue
            at = record.at or datetime.fromtimestamp(0, UTC)
            if record.kind == "request":
                self._note_question(record, questions)
            elif record.kind in ("response", "revisit") or record.fields.get("dibao-robots"):
                # the block is read again when it is played
                slim = Record(record.offset, record.length, record.fields, b"")
                answers.append((slim, Kept(path, record.offset, at)))
        for record, kept in answers:
            ids = (record.fields.get("warc-record-id"), record.fields.get("warc-concurrent-to"))
            asked = next((questions[one] for one in ids if one in questions), ("GET", ""))
            key = (asked[0], safe_url_string(record.uri), asked[1])
            self.answers.setdefault(key, []).append(kept)

    @staticmethod
    def _note_question(record: Record, questions: dict[str, tuple[str, str]]) -> None:
        head, body = record.parts
        asked = (head.split(b" ", 1)[0].decode("latin-1"), _digest(body))
        for name in ("warc-concurrent-to", "warc-record-id"):
            if name in record.fields:
                questions[record.fields[name]] = asked

    def message(self, kept: Kept, *, conditional: bool) -> tuple[bytes, bool]:
        """The bytes of an answer, and whether its connection was lost. Raises NotArchived."""
        record = read_record(kept.path, kept.offset)
        if isinstance(record, Damage):
            raise NotArchived(f"{kept.path.name} @{kept.offset}: {record.reason}")
        if record.kind == "resource":
            return _robots(record), False
        if record.kind == "revisit" and not (conditional and record.block[9:12] == b"304"):
            record = self._original(record)
        return record.block, record.fields.get("warc-truncated") == "disconnect"

    def _original(self, revisit: Record) -> Record:
        name, offset = revisit.refers_to
        path = path_of(self.folder, name)
        places = [(path, offset)] if path is not None else list(self._by_date(revisit))
        for place, start in places:
            found = read_record(place, start)
            if isinstance(found, Record) and found.kind == "response" and found.uri == revisit.uri:
                return found
        raise NotArchived(f"revisit of {revisit.uri}: {name or 'no original'}")

    def _by_date(self, revisit: Record) -> Iterator[tuple[Path, int]]:
        """Captures of the address at the stated moment, among the files at hand."""
        uri = revisit.fields.get("warc-refers-to-target-uri", revisit.uri)
        wanted = revisit.fields.get("warc-refers-to-date", "")
        for kept in self.answers.get(("GET", safe_url_string(uri), ""), ()):
            if wanted and kept.at.isoformat()[:19] == wanted[:19]:
                yield kept.path, kept.offset


class Replay:
    """The captures of this crawl (``DIBAO_REPLAY``: a JSON file with ``files`` and ``folder``)."""

    def __init__(self, crawler: Crawler, captured: Captured) -> None:
        self.crawler = crawler
        self.captured = captured
        self.now = captured.begin or datetime.now(UTC)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        path = crawler.settings["DIBAO_REPLAY"]
        if not path:
            raise NotConfigured
        plan = json.loads(Path(path).read_text(encoding="utf-8"))
        files = [Path(name) for name in plan["files"]]
        made = cls(crawler, Captured.read(files, folder=Path(plan["folder"])))
        for damage in made.captured.damaged:
            log.warning("damaged, not played: %s", damage)
        crawler.signals.connect(made.opened, signals.spider_opened)
        return made

    def opened(self) -> None:
        """Pages that say "today" mean the day of the capture."""
        spider: Any = self.crawler.spider
        spider.clock = lambda: self.now

    def answer(self, request: Request) -> tuple[bytes, bool]:
        """What the site said to this request. Raises NotArchived."""
        url = request.url.partition("#")[0]
        kept = self.captured.take((request.method, url, _digest(request.body)))
        if kept is None:
            raise NotArchived(f"{request.method} {url}")
        self.now = max(self.now, kept.at)
        asked = request.headers
        conditional = b"If-None-Match" in asked or b"If-Modified-Since" in asked
        return self.captured.message(kept, conditional=conditional)


class ReplayHandler(TlsHandler):
    """Scrapy's handler over connections that are played."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.crawler = crawler
        self._played = self._pool = _Pool(self._pool._reactor, persistent=False)
        self._replay: Replay | None = None

    async def download_request(self, request: Request) -> Response:
        """The answer as it was captured. Raises NotArchived."""
        replay = self._replay or self._find()
        self._played.waiting[address_of(request.url)] = replay.answer(request)
        response = await super().download_request(request)
        response.ip_address = None  # nobody was dialled
        return response

    def _find(self) -> Replay:
        found = self.crawler.get_extension(Replay)
        if found is None:
            raise NotConfigured("ReplayHandler needs the Replay extension")
        self._replay = found
        return found


class Unhurried(PoliteMiddleware):
    """No pauses: there is nobody to be polite to."""

    def gap(self, group: str) -> float:
        """None."""
        return 0.0

    async def pause(
        self, group: str, *, until: datetime | None = None, reason: str, strike: bool = False
    ) -> datetime:
        """The pause as it was asked for, not kept."""
        return until or datetime.now(UTC)

    async def forgive(self, group: str) -> None:
        """Nothing to forgive."""

    async def rest(self, seconds: float) -> None:
        """At once."""

    async def _recall(self, group: str) -> None:
        self._met.add(group)


class _Pool(HTTPConnectionPool):
    """Gives out connections that answer by themselves."""

    def __init__(self, reactor: Any, persistent: bool) -> None:
        super().__init__(reactor, persistent=persistent)  # type: ignore[no-untyped-call]
        self.waiting: dict[bytes, tuple[bytes, bool]] = {}

    def getConnection(self, key: Any, endpoint: Any) -> Deferred[Any]:
        """A fresh connection; ``endpoint`` is never connected."""
        made = _Played()  # type: ignore[no-untyped-call]
        made.pool = self
        line: Any = _Line()
        made.makeConnection(line)  # type: ignore[no-untyped-call]
        return succeed(made)


class _Played(_LenientHTTP11ClientProtocol):
    pool: _Pool

    def request(self, request: Any) -> Any:
        found = super().request(request)
        message, lost = self.pool.waiting.pop(request.absoluteURI)
        self.pool._reactor.callLater(0, self._play, message, lost)
        return found

    def _play(self, message: bytes, lost: bool) -> None:
        self.dataReceived(message)  # type: ignore[no-untyped-call]
        if self._parser is not None:
            ending = ConnectionLost() if lost else ConnectionDone()
            self.connectionLost(Failure(ending))  # type: ignore[no-untyped-call]


class _Line:
    """A transport without a line: what is written goes nowhere."""

    host = "192.0.2.1"  # reserved for documentation (RFC 5737)
    disconnecting = False

    def getPeer(self) -> _Line:
        return self

    def write(self, data: bytes) -> None:
        """Nowhere."""

    def writeSequence(self, data: list[bytes]) -> None:
        """Nowhere."""

    def _nothing(self, *arguments: Any) -> None:
        """No line to hold, pause or drop."""

    registerProducer = unregisterProducer = _nothing
    pauseProducing = resumeProducing = stopProducing = _nothing
    loseConnection = abortConnection = _nothing


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest() if body else ""


def _robots(record: Record) -> bytes:
    """The stored copy of robots.txt, as an answer."""
    status = ROBOTS_STATUS.get(record.fields.get("dibao-robots", ""), 503)
    body = record.block if status == 200 else b""
    head = f"HTTP/1.1 {status} -\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
