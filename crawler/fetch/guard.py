"""Which addresses may be contacted: global unicast only, plus what the operator lists.

Two questions, one answer each: :func:`check_url` reads the text of an address (before any
packet), :func:`check_address` judges the IP address that is really dialled (after name
resolution, so that a name cannot point inside after it was checked). Both are plain functions,
for every part that takes an address from outside. ``ipaddress.is_private`` is not enough: it
misses 100.64.0.0/10 and addresses wrapped in IPv6 (NAT64, 6to4, mapped, compatible).
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from crawler.errors import BadAddress, BlockedAddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_URL = 4096
_PLAIN_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_PLAIN_URL = re.compile(r"(https?://[A-Za-z0-9._:\[\]-]+)(?:[/?#][!-\[\]-~]*)?")
_NUMBER_LABEL = re.compile(r"(0x[0-9a-f]*|[0-9]+)")
_OTHER_DOTS = frozenset("\u3002\uff0e\uff61")  # IDNA 2003 reads these as "."
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")
# Tunnels whose inner address cannot be judged, documentation, benchmarks, retired relays.
_REFUSED: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "2001::/32",  # Teredo
        "2001:2::/48",  # benchmarks
        "2001:10::/28",  # ORCHID
        "2001:20::/28",  # ORCHIDv2
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",  # benchmarks
        "240.0.0.0/4",  # reserved
    )
)


@dataclass(frozen=True, slots=True)
class AllowList:
    """Inside hosts that may be contacted: names (exact, lower case) and networks."""

    names: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    @classmethod
    def parse(cls, entries: Iterable[str]) -> AllowList:
        """Read host names, addresses and CIDR networks. Raises ValueError on anything else."""
        names: set[str] = set()
        networks: list[Network] = []
        for entry in entries:
            text = entry.strip().lower().strip("[]")
            try:
                networks.append(ipaddress.ip_network(text, strict=False))
            except ValueError:
                if not _PLAIN_HOST.fullmatch(text):
                    raise ValueError(
                        f"既不是主机名也不是网段 / neither a host nor a network: {entry!r}"
                    ) from None
                names.add(text)
        return cls(frozenset(names), tuple(networks))

    def holds(self, address: Address, host: str | None) -> bool:
        """Whether the operator listed this address, or the name that led to it."""
        if host is not None and host in self.names:
            return True
        return any(address in net for net in self.networks if net.version == address.version)


NOBODY = AllowList()


def check_address(
    ip: str | Address, allow: AllowList | Iterable[str] = NOBODY, *, host: str | None = None
) -> None:
    """Raise BlockedAddress unless ``ip`` is global unicast or on the allow list.

    ``host`` is the name that was resolved, for allow lists that name hosts.
    """
    listed = allow if isinstance(allow, AllowList) else AllowList.parse(allow)
    if not _judge(str(ip), listed, host.lower() if host else None):
        raise BlockedAddress(f"{host} ({ip})" if host and host != str(ip) else str(ip))


@lru_cache(maxsize=2048)
def _judge(text: str, allow: AllowList, host: str | None) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return allow.holds(address, host) or is_global_unicast(address)


def is_global_unicast(address: Address) -> bool:
    """Whether an address belongs to one machine on the open internet, also when unwrapped."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = embedded_v4(address)
        if inner is not None:
            return is_global_unicast(inner)
        if address not in _GLOBAL_V6 or address.scope_id is not None:
            return False
    if address.is_multicast or address.is_unspecified or address.is_reserved:
        return False
    if any(address in net for net in _REFUSED if net.version == address.version):
        return False
    return address.is_global


def embedded_v4(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address inside a mapped, compatible, NAT64, 6to4 or ISATAP address."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    low = int(address) & 0xFFFFFFFF
    if address in _NAT64 or address in _COMPATIBLE:
        return ipaddress.IPv4Address(low)
    if (int(address) >> 32) & 0xFCFFFFFF == 0x5EFE:
        return ipaddress.IPv4Address(low)
    return None


def check_fast(url: str, allow: AllowList) -> str:
    """``check_url`` for addresses of plain characters: the verdict on host and port is kept."""
    plain = _PLAIN_URL.fullmatch(url)
    if plain is None or len(url) > MAX_URL:
        return check_url(url, allow)
    return _check_origin(plain[1], allow)


@lru_cache(maxsize=2048)
def _check_origin(origin: str, allow: AllowList) -> str:
    return check_url(origin, allow)


def check_url(url: str, allow: AllowList | Iterable[str] = NOBODY) -> str:
    """The host of a plain http(s) address, in lower-case ASCII.

    Raises BadAddress for anything that two parsers could read differently (backslash, blanks,
    credentials, numbers that are not dotted quads, look-alike dots), BlockedAddress for an IP
    literal that may not be contacted. Names are judged when they are dialled.
    """
    parts = _split(url)
    host = parts.hostname or ""
    if ":" in host:
        return _literal(host, allow)
    ascii_host = _ascii(host)
    labels = ascii_host.removesuffix(".").split(".")
    if _NUMBER_LABEL.fullmatch(labels[-1]):
        return _literal(ascii_host, allow)
    return ascii_host


def _split(url: str) -> SplitResult:
    if len(url) > MAX_URL:
        raise BadAddress(f"{len(url)} 个字符 / characters")
    if "\\" in url or any(ch <= " " or ch == "\x7f" or ch.isspace() for ch in url):
        raise BadAddress(repr(url[:200]))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadAddress(f"{url[:200]!r}: {error}") from error
    if parts.scheme not in ("http", "https"):
        raise BadAddress(f"{parts.scheme or 'no scheme'}: {url[:200]!r}")
    if "@" in parts.netloc or "%" in parts.netloc or not parts.hostname or port == 0:
        raise BadAddress(repr(url[:200]))
    return parts


def _literal(host: str, allow: AllowList | Iterable[str]) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        # 2130706433, 0x7f.1, 127.1, 0177.0.0.1: some resolvers read these as addresses
        raise BadAddress(repr(host)) from None
    check_address(address, allow, host=host)
    return host


@lru_cache(maxsize=2048)
def _ascii(host: str) -> str:
    if not host.isascii():
        if unicodedata.normalize("NFKC", host) != host or not _OTHER_DOTS.isdisjoint(host):
            raise BadAddress(repr(host))
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise BadAddress(f"{host!r}: {error}") from error
    if len(host) > 253 or not _PLAIN_HOST.fullmatch(host.removesuffix(".")):
        raise BadAddress(repr(host))
    return host.removesuffix(".")
