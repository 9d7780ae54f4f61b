"""Whom a crawl believes: the authorities of the system and, beside them, ``crawl.ca_file``.

For machines inside a network whose certificates come from the organisation's own authority.
Without the setting Scrapy's own policy stays in place, which verifies too. OpenSSL says only that
a certificate "verify failed"; what it failed on is noted here for the run record, with the key that
a source file may name (``certificate``) to believe this one host all the same.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from OpenSSL import SSL
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from twisted.internet._sslverify import IOpenSSLTrustRoot
from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.ssl import CertificateOptions, optionsForClientTLS
from twisted.python.failure import Failure
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.pins import mismatch, pin_of, warned

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

log = logging.getLogger(__name__)

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
    if not result:
        return None
    words = _REASONS.get(result, f"verification error {result}")
    key = _key_of(connection)
    return f"{words} (key {key})" if key else words


def _key_of(connection: Any) -> str | None:
    leaf = connection.get_peer_certificate()
    return None if leaf is None else pin_of(leaf.to_cryptography())


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
class PinningPolicy:
    """Believes one key for each host of ``pins`` and nobody else there; ``inner`` for the rest."""

    def __init__(self, inner: Any, pins: Mapping[str, str]) -> None:
        self.inner = inner
        self.pins = dict(pins)

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:
        """The TLS side of one connection."""
        host = hostname.decode("ascii").lower()
        if host in self.pins:
            return Pinned(host, self.pins[host])
        return self.inner.creatorForNetloc(hostname, port)


@implementer(IOpenSSLClientConnectionCreator)
class Pinned:
    """A connection that is given up after the handshake unless the server has the one key."""

    def __init__(self, host: str, pin: str) -> None:
        self.host = host
        self.pin = pin
        options: Any = CertificateOptions(verify=False, fixBrokenPeers=True)
        self.context = options.getContext()
        self.context.set_info_callback(self._watch)

    def clientConnectionForTLS(self, protocol: Any) -> Any:
        """The connection of one handshake."""
        connection = SSL.Connection(self.context, None)
        connection.set_app_data(protocol)
        if not isIPAddress(self.host) and not isIPv6Address(self.host):
            connection.set_tlsext_host_name(self.host.encode("ascii"))
        return connection

    def _watch(self, connection: Any, where: int, _result: int) -> None:
        if not where & SSL.SSL_CB_HANDSHAKE_DONE:
            return
        found = _key_of(connection)
        if found != self.pin:
            error: Any = SSL.Error([("", "", mismatch(found))])
            failure = Failure(error)  # type: ignore[no-untyped-call]
            connection.get_app_data().failVerification(failure)


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
        spec = getattr(crawler.spider, "spec", None)
        pins = getattr(spec, "pins", None)
        if spec is not None and pins:
            log.warning(warned(pins, spec.certificate.reason))
            pinning: Any = PinningPolicy(self._contextFactory, pins)
            self._contextFactory = pinning
        explaining: Any = ExplainingPolicy(self._contextFactory)
        self._contextFactory = explaining
