"""Whom a crawl believes: the authorities of the system and, beside them, ``crawl.ca_file``.

For machines inside a network whose certificates come from the organisation's own authority.
Without the setting Scrapy's own policy stays in place, which verifies too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from twisted.internet._sslverify import IOpenSSLTrustRoot
from twisted.internet.ssl import optionsForClientTLS
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


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


class TlsHandler(HTTP11DownloadHandler):
    """Scrapy's handler, with ``DIBAO_CA_FILE`` among the authorities when it is set."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        ca_file = crawler.settings["DIBAO_CA_FILE"]
        if ca_file:
            policy: Any = TrustPolicy(ca_file)
            self._contextFactory = policy
