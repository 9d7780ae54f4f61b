"""The guard where connections are made: names are resolved here, and only judged addresses dialled.

The resolver hands the endpoint nothing but addresses that passed ``guard.check_address``, and the
endpoint dials exactly those, so a name cannot change its mind between check and connection. The
middleware reads the text of every address (seeds, links, redirect hops, robots.txt, sitemaps)
before any packet, and looks once more at the peer that answered.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import (
    IAddress,
    IHostnameResolver,
    IHostResolution,
    IResolutionReceiver,
)
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.errors import BlockedAddress
from crawler.fetch.guard import AllowList, check_address, check_fast

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

CACHE_SECONDS = 300.0
CACHE_NAMES = 2000


@implementer(IHostResolution)
class Resolution:
    """What Twisted wants to know of a resolution in progress."""

    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """Nothing to cancel: the answer of the system resolver is awaited in a thread."""


@implementer(IHostnameResolver)
class GuardedResolver:
    """Resolves names with the system resolver; passes on only addresses that may be dialled.

    ``fixed`` names (``crawl.hosts``) are not asked for: their address is known, and judged all
    the same. Raises ValueError for one that is no address.
    """

    def __init__(
        self, reactor: Any, allow: AllowList, fixed: Mapping[str, str] | None = None
    ) -> None:
        self.reactor = reactor
        self.allow = allow
        self.fixed = {name.lower(): _address(name, text) for name, text in (fixed or {}).items()}
        self.system: Any = reactor.nameResolver
        self.refused: dict[str, str] = {}
        self._known: dict[str, tuple[float, tuple[IAddress, ...]]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:
        """``crawler`` is the crawler process: only its settings are read."""
        settings = crawler.settings
        return cls(
            reactor,
            AllowList.parse(settings.getlist("DIBAO_ALLOW_PRIVATE")),
            settings.getdict("DIBAO_HOSTS"),
        )

    def install_on_reactor(self) -> None:
        """Make every connection by name go through this resolver."""
        self.reactor.installNameResolver(self)

    def resolveHostName(
        self,
        resolutionReceiver: Any,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None,
        transportSemantics: str = "TCP",
    ) -> Any:
        """Tell the receiver the allowed addresses of a name (none, if all were refused)."""
        literal = _literal(self.fixed.get(hostName.lower(), hostName), portNumber)
        known = (literal,) if literal is not None else self._fresh(hostName)
        receiver = _Sieve(self, resolutionReceiver, hostName)
        if known is None:
            return self.system.resolveHostName(
                receiver, hostName, portNumber, addressTypes, transportSemantics
            )
        resolution = Resolution(hostName)
        receiver.resolutionBegan(resolution)
        for address in known:
            receiver.addressResolved(_with_port(address, portNumber))
        receiver.resolutionComplete()
        return resolution

    def remember(self, name: str, addresses: Sequence[IAddress]) -> None:
        """Keep the allowed addresses of a name for a while."""
        if len(self._known) >= CACHE_NAMES:
            self._known.clear()
        self._known[name] = (time.monotonic() + CACHE_SECONDS, tuple(addresses))

    def _fresh(self, name: str) -> tuple[IAddress, ...] | None:
        found = self._known.get(name)
        return found[1] if found is not None and found[0] > time.monotonic() else None


@implementer(IResolutionReceiver)
class _Sieve:
    """Passes allowed addresses to the real receiver; notes when all were refused."""

    def __init__(self, resolver: GuardedResolver, receiver: Any, name: str) -> None:
        self.resolver = resolver
        self.receiver = receiver
        self.name = name
        self.passed: list[IAddress] = []
        self.stopped: str | None = None

    def resolutionBegan(self, resolution: Any) -> None:
        self.receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:
        try:
            check_address(address.host, self.resolver.allow, host=self.name)
        except BlockedAddress:
            self.stopped = address.host
            return
        self.passed.append(address)
        self.receiver.addressResolved(address)

    def resolutionComplete(self) -> None:
        if self.passed:
            self.resolver.remember(self.name, self.passed)
            self.resolver.refused.pop(self.name, None)
        elif self.stopped is not None:
            self.resolver.refused[self.name] = self.stopped
        self.receiver.resolutionComplete()


def _address(name: str, text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise ValueError(
            f"crawl.hosts.{name}：不是 IP 地址 / not an IP address: {text!r}"
        ) from None


def _literal(host: str, port: int) -> IAddress | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    kind: Any = IPv6Address if address.version == 6 else IPv4Address
    found: IAddress = kind("TCP", host, port)
    return found


def _with_port(address: Any, port: int) -> IAddress:
    if address.port == port:
        return address  # type: ignore[no-any-return]
    found: IAddress = type(address)("TCP", address.host, port)
    return found


def refused_address(host: str) -> str | None:
    """The inside address because of which a name was not dialled, if that was the reason."""
    from twisted.internet import reactor

    resolver = getattr(reactor, "nameResolver", None)
    if not isinstance(resolver, GuardedResolver):
        return None
    return resolver.refused.get(host)


class GuardMiddleware:
    """Refuses addresses by their text, and answers that came from a peer inside."""

    def __init__(self, allow: AllowList) -> None:
        self.allow = allow
        self._peers: set[tuple[object, str]] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(AllowList.parse(crawler.settings.getlist("DIBAO_ALLOW_PRIVATE")))

    def process_request(self, request: Request) -> None:
        """Raise BadAddress or BlockedAddress."""
        check_fast(request.url, self.allow)

    def process_response(self, request: Request, response: Response) -> Response:
        """Raise BlockedAddress when the peer is not the kind we dial."""
        if response.ip_address is not None:
            host = check_fast(response.url, self.allow)
            self._check_peer(response.ip_address, host)
        return response

    def _check_peer(self, peer: object, host: str) -> None:
        if (peer, host) not in self._peers:
            check_address(str(peer), self.allow, host=host)
            self._peers.add((peer, host))
