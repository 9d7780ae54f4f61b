"""SPF as a receiver reads it (RFC 7208): which addresses may send for a domain."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from crawler.control.dns_answers import Address, Dns, addresses

MOST_LOOKUPS = 10  # RFC 7208 section 4.6.4


@dataclass(slots=True)
class SpfWalk:
    """Reads an SPF record as a receiver does, as far as addresses go."""

    dns: Dns
    lookups: int = 0

    def allows(self, domain: str, address: Address, *, depth: int = 0) -> bool:
        """Whether a mechanism with "+" covers the address. Raises NoAnswer."""
        records = [text for text in self.dns.ask(domain, "TXT") if is_spf(text)]
        if len(records) != 1 or depth > MOST_LOOKUPS:
            return False
        redirect = ""
        for term in records[0].lower().split()[1:]:
            if term.startswith("redirect="):
                redirect = term.removeprefix("redirect=")
                continue
            if term[0] in "-~?":
                if self._covers(term[1:], domain, address, depth):
                    return False
                continue
            if self._covers(term.lstrip("+"), domain, address, depth):
                return True
        if redirect and self._count():
            return self.allows(redirect, address, depth=depth + 1)
        return False

    def _covers(self, term: str, domain: str, address: Address, depth: int) -> bool:
        name, _, value = term.partition(":")
        name, _, short = name.partition("/")
        if name in ("ip4", "ip6"):
            return within(address, value)
        if name == "all":
            return True
        target, _, size = (value or domain).partition("/")
        size = size or short
        if name not in ("a", "mx", "include", "exists", "ptr") or not self._count():
            return False
        if name == "include":
            return self.allows(target, address, depth=depth + 1)
        hosts = [target]
        if name == "mx":
            hosts = [text.split()[-1] for text in self.dns.ask(target, "MX")]
        elif name != "a":
            return False  # exists and ptr depend on the sender: not judged
        found = (str(one) for host in hosts[:MOST_LOOKUPS] for one in addresses(self.dns, host))
        return any(within(address, f"{one}/{size}" if size else one) for one in found)

    def _count(self) -> bool:
        self.lookups += 1
        return self.lookups <= MOST_LOOKUPS * 2  # counted beyond the limit, to say so


def is_spf(text: str) -> bool:
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")


def within(address: Address, network: str) -> bool:
    try:
        return address in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
