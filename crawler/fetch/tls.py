"""Whom a crawl believes: the authorities of the system and, beside them, ``crawl.ca_file``.

For machines inside a network whose certificates come from the organisation's own authority.
Without the setting Scrapy's own policy stays in place, which verifies too. OpenSSL says only that
a certificate "verify failed"; what it failed on is noted here for the run record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from OpenSSL import SSL
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from twisted.internet._sslverify import IOpenSSLTrustRoot
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.ssl import optionsForClientTLS
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


# Results of X509_verify_cert(3) that people can do something about.
_REASONS = {
    9: "certificate is not yet valid",
    10: "certificate has expired",
    18: "self-signed certificate",
    19: "self-signed certificate in the chain",
    20: "issuer is unknown, or an intermediate certificate is missing",
    21: "intermediate certificate is missing",
    23: "certificate is revoked",
    62: "certificate is for another host",
    66: "key is too weak",
    67: "authority's key is too weak",
    68: "signature is too weak",
}
_last: dict[str, Any] = {}  # the newest connection to each host, as OpenSSL sees it


def refusal(host: str) -> str | None:
    """Why the certificate of a host was refused last; None if OpenSSL did not refuse it."""
    connection = _last.get(host)
    if connection is None:
        return None
    library: Any = SSL._lib  # type: ignore[attr-defined]
    result = library.SSL_get_verify_result(connection._ssl)
    return _REASONS.get(result, f"verification error {result}") if result else None


@implementer(IOpenSSLTrustRoot)
class Authorities:
    """The authorities of the system and those of a PEM file."""

    def __init__(self, ca_file: str) -> None:
        self.ca_file = ca_file

    def _addCACertsToContext(self, context: Any) -> None:
        context.set_default_verify_paths()
        context.load_verify_locations(self.ca_file)


@implementer(IPolicyForHTTPS)
class TrustPolicy:
    """Verifies certificates against ``Authorities``; as lenient as Scrapy about old servers."""

    def __init__(self, ca_file: str) -> None:
        self.root: Any = Authorities(ca_file)

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:
        """The TLS side of one connection."""
        return optionsForClientTLS(
            hostname.decode("ascii"),
            trustRoot=self.root,
            extraCertificateOptions={"fixBrokenPeers": True},
        )


@implementer(IPolicyForHTTPS)
class ExplainingPolicy:
    """Remembers the connections that ``inner`` makes, so that a refusal can be explained."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:
        """The TLS side of one connection."""
        creator = Remembering(self.inner.creatorForNetloc(hostname, port))
        creator.host = hostname.decode("ascii").lower()
        return creator


@implementer(IOpenSSLClientConnectionCreator)
class Remembering:
    """Makes the connection and keeps it at hand."""

    host = ""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def clientConnectionForTLS(self, protocol: Any) -> Any:
        """The connection of one handshake."""
        connection = self.inner.clientConnectionForTLS(protocol)
        _last[self.host] = connection
        return connection


class TlsHandler(HTTP11DownloadHandler):
    """Scrapy's handler, with ``DIBAO_CA_FILE`` among the authorities when it is set."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        ca_file = crawler.settings["DIBAO_CA_FILE"]
        if ca_file:
            policy: Any = TrustPolicy(ca_file)
            self._contextFactory = policy
        explaining: Any = ExplainingPolicy(self._contextFactory)
        self._contextFactory = explaining
