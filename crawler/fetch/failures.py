"""What Scrapy, Twisted and OpenSSL raise, as errors of ours with a code."""

from __future__ import annotations

from urllib.parse import urlsplit

from OpenSSL import SSL
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from service_identity import VerificationError
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.web.client import ResponseFailed

from crawler.errors import (
    BadAddress,
    BlockedAddress,
    CutShort,
    FetchError,
    TimedOut,
    TlsInvalid,
    TooLarge,
    TooManyRedirects,
    Unreachable,
)
from crawler.fetch.dialing import refused_address
from crawler.fetch.tls import refusal


class Refused(IgnoreRequest):
    """A fetch that ended without a page: what callbacks for errors receive.

    Scrapy logs an ``IgnoreRequest`` without a traceback; the error travels inside, and its
    ``code``, ``retry`` and ``detail`` are read from here by spiders, which do not know it.
    """

    def __init__(self, error: FetchError, *, status: int | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.code = error.code
        self.retry = error.retry
        self.detail = error.detail
        self.status = status


def translate(error: BaseException, request: Request) -> FetchError:
    """The named error for whatever ended a download."""
    if isinstance(error, FetchError):
        return error
    if isinstance(error, Refused):
        return error.error
    detail = _first_line(error)
    if isinstance(error, CannotResolveHostError):
        return _unresolved(request, detail)
    if isinstance(error, DownloadTimeoutError):
        return TimedOut(detail)
    if isinstance(error, DownloadCancelledError):
        return TooLarge(detail)
    if isinstance(error, ResponseDataLossError):
        return CutShort(detail)
    if isinstance(error, NotSupported | UnsupportedURLSchemeError):
        return BadAddress(detail)
    if isinstance(error, IgnoreRequest) and "redirection" in str(error):
        return TooManyRedirects(request.url)
    tls = _tls_reason(error)
    if tls is not None:
        reason = refusal((urlsplit(request.url).hostname or "").lower())
        return TlsInvalid(f"{tls}: {reason}" if reason and "verify" in tls else tls)
    network = (
        DownloadConnectionRefusedError,
        DownloadFailedError,
        ConnectError,
        ConnectionClosed,
        OSError,
    )
    if isinstance(error, network):
        return Unreachable(detail)
    return FetchError(f"{type(error).__name__}: {detail}")


def _unresolved(request: Request, detail: str) -> FetchError:
    host = (urlsplit(request.url).hostname or "").lower()
    inside = refused_address(host)
    if inside is not None:
        return BlockedAddress(f"{host} ({inside})")
    return Unreachable(detail)


def _tls_reason(error: BaseException) -> str | None:
    """The reason of a failed handshake, if that is what ``error`` is about."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, SSL.Error | VerificationError):
            return _ssl_words(seen)
        if isinstance(seen, ResponseFailed):
            for failure in seen.reasons:
                if isinstance(failure.value, SSL.Error | VerificationError):
                    return _ssl_words(failure.value)
        seen = seen.__cause__
    return None


def _ssl_words(error: BaseException) -> str:
    if isinstance(error, SSL.Error) and error.args and isinstance(error.args[0], list):
        words = [str(part[-1]) for part in error.args[0] if part]
        return "; ".join(words) or "TLS handshake failed"
    return f"{type(error).__name__}: {_first_line(error)}"


def _first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return text[0][:300] if text else type(error).__name__
