"""Reading addresses that others control: the client's IP, the Host header, ``next=``."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from review.settings import type_network

_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


def client_address(
    peer: str | None, forwarded_for: str | None, *, proxies: tuple[type_network, ...]
) -> str:
    """The caller's IP: the peer, or the last untrusted hop when the peer is a trusted proxy."""
    current = peer or "unknown"
    if not forwarded_for or not _within(current, proxies):
        return current
    for hop in reversed([part.strip() for part in forwarded_for.split(",")]):
        try:
            current = str(ip_address(hop))
        except ValueError:
            return current
        if not _within(current, proxies):
            return current
    return current


def is_direct_loopback(peer: str | None, header_names: set[str]) -> bool:
    """True when this very machine calls, and not on behalf of somebody else."""
    if header_names.intersection(_FORWARDED):
        return False
    try:
        return ip_address(peer or "").is_loopback
    except ValueError:
        return False


def host_name(header: str | None) -> str | None:
    """Host header without port, lower case; None when it is malformed."""
    if not header or len(header) > 300 or any(c in header for c in "/\\@?#, \t%"):
        return None
    try:
        parts = urlsplit(f"//{header}")
        _ = parts.port
    except ValueError:
        return None
    return parts.hostname.lower() if parts.hostname else None


def safe_next(value: str | None, *, default: str = "/") -> str:
    """A path on this site, or ``default``.

    Browsers treat ``\\`` as ``/`` and drop tabs and line ends inside addresses, so everything
    beyond plain printable path characters is refused, also when it arrives percent-encoded.
    """
    if not value or len(value) > 2000 or not _is_local(value):
        return default
    path = value.partition("?")[0].partition("#")[0]
    once = unquote(path)
    if not (_is_local(once) and _is_local(unquote(once))):
        return default
    try:
        parts = urlsplit(value)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else value


def _is_local(text: str) -> bool:
    if not text.startswith("/") or text.startswith("//") or "\\" in text:
        return False
    return all(32 < ord(char) != 127 for char in text)


def _within(address: str, networks: tuple[type_network, ...]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed.version == net.version and parsed in net for net in networks)
