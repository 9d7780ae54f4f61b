"""Where captures are taken: at the connection, below everything that changes a byte.

The protocol notes what it sends and what arrives (after TLS, before transfer and content decoding)
and still hands it on; the handler pairs both with the request when the answer is complete or lost.
Nothing is decoded or decided here; ``crawler.fetch.warc`` writes.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.handlers.http11 import (
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError
from twisted.web.client import URI

from crawler.fetch.tls import TlsHandler

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.fetch.warc import WarcCapture

log = logging.getLogger(__name__)

#: addresses that taking apart and putting together leaves as they are: nearly all
_AS_IT_IS = re.compile(rb"https?://[^\s/?#;]+/[^\s?#;]*(?:\?[^\s#;]+)?")
MOST_KEPT = 64  # exchanges that nobody asked for any more (cancelled requests)


@dataclass(slots=True)
class Exchange:
    """One request and what came back. ``at`` is when it was sent (UTC); ``lost`` says why the
    answer is not whole: ``disconnect``, ``length`` or ``time`` (as in WARC-Truncated)."""

    at: datetime
    sent: list[bytes] = field(default_factory=list)
    peer: str | None = None
    received: list[bytes] = field(default_factory=list)
    whole: bool = False
    lost: str | None = None

    @property
    def answer(self) -> bytes:
        """Everything that arrived."""
        return self.received[0] if len(self.received) == 1 else b"".join(self.received)

    def drop_tail(self, size: int) -> None:
        """Take off bytes that came behind the end of the message."""
        data = self.answer
        self.received = [data[: len(data) - size]]


class Tape:
    """The exchanges of a crawl that no request has claimed yet, by address."""

    def __init__(self) -> None:
        self._by_address: dict[bytes, list[Exchange]] = {}

    def begin(self, address: bytes) -> Exchange:
        """A request goes out."""
        made = Exchange(datetime.now(UTC))
        if len(self._by_address) > MOST_KEPT:
            del self._by_address[next(iter(self._by_address))]
        self._by_address.setdefault(address, []).append(made)
        return made

    def take(self, address: bytes) -> Exchange | None:
        """The last exchange of an address that brought anything; the others are forgotten."""
        found = self._by_address.pop(address, [])
        return next((one for one in reversed(found) if one.received), None)


class _Tee:
    """Stands before the transport while a request is written, and keeps what it wrote."""

    def __init__(self, transport: Any, sent: list[bytes]) -> None:
        self.transport = transport
        self.sent = sent

    def write(self, data: bytes) -> None:
        self.sent.append(data)
        self.transport.write(data)

    def writeSequence(self, data: list[bytes]) -> None:
        self.sent.extend(data)
        self.transport.writeSequence(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transport, name)


class TappedProtocol(_LenientHTTP11ClientProtocol):
    """Scrapy's protocol; one request after the other, so one exchange at a time."""

    tape: Tape
    exchange: Exchange | None = None

    def request(self, request: Any) -> Any:
        """Note the request as it goes over the line."""
        address = request.absoluteURI
        if address is not None and self.state == "QUIESCENT":
            self.exchange = self.tape.begin(address)
            transport: Any = self.transport
            self.exchange.peer = getattr(transport.getPeer(), "host", None)
            # The class's method: a request that is sent again was given a lambda before.
            write_to, sent = type(request).writeTo, self.exchange.sent
            request.writeTo = lambda transport: write_to(request, _Tee(transport, sent))
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:
        """Note what arrived, and pass it on."""
        if self.exchange is not None:
            self.exchange.received.append(data)
        super().dataReceived(data)  # type: ignore[no-untyped-call]

    def _finishResponse(self, rest: bytes) -> None:
        exchange, self.exchange = self.exchange, None
        if exchange is not None:
            exchange.whole = True
            if rest:
                exchange.drop_tail(len(rest))
        super()._finishResponse(rest)


class _TappedFactory(_LenientHTTP11ClientFactory):
    def __init__(self, callback: Any, metadata: str, *, tape: Tape) -> None:
        super().__init__(callback, metadata)  # type: ignore[no-untyped-call]
        self.tape = tape

    def buildProtocol(self, addr: Any) -> TappedProtocol:
        made = TappedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
        made.tape = self.tape
        return made


class CaptureHandler(TlsHandler):
    """The download handler that has every exchange kept before its answer goes on."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.crawler = crawler
        self.tape = Tape()
        self._capture: WarcCapture | None = None
        self._looked = False

    async def download_request(self, request: Request) -> Response:
        """The answer, once it is kept. Raises EvidenceFailed when it cannot be."""
        capture = self._capture if self._looked else self._find()
        if capture is None:
            return await super().download_request(request)
        request.meta.pop("capture", None)
        address = address_of(request.url)
        try:
            response = await super().download_request(request)
        except Exception as error:
            exchange = self.tape.take(address)
            if exchange is not None:
                exchange.lost = _reason(error)
                await capture.keep(request, exchange)
            raise
        exchange = self.tape.take(address)
        if exchange is None:
            log.error("the answer of %s came past the capture", request.url)
        else:
            if "partial" in response.flags and not exchange.whole:
                exchange.lost = "disconnect"
            await capture.keep(request, exchange)
        return response

    def _find(self) -> WarcCapture | None:
        from crawler.fetch.warc import WarcCapture

        self._capture, self._looked = self.crawler.get_extension(WarcCapture), True
        if self._capture is not None:
            factory: Any = partial(_TappedFactory, tape=self.tape)
            self._pool._factory = factory
        return self._capture


def address_of(url: str) -> bytes:
    """An address as the protocol knows it."""
    text = url.partition("#")[0].encode("ascii", "ignore")
    if _AS_IT_IS.fullmatch(text) is not None:
        return text
    found: bytes = URI.fromBytes(text).toBytes()  # type: ignore[no-untyped-call]
    return found


def _reason(error: Exception) -> str:
    if isinstance(error, DownloadTimeoutError):
        return "time"
    return "length" if isinstance(error, DownloadCancelledError) else "disconnect"
