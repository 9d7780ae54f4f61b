"""Questions to the domain name system, each with a time limit and all together with one."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import dns.exception
import dns.resolver

ONE_QUESTION = 3.0
ALL_QUESTIONS = 20.0
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NoAnswer(Exception):
    """The question got no usable answer: nothing can be said."""


@dataclass(slots=True)
class Dns:
    """Asks one resolver, within a time that all questions share.

    ``server``: ``address`` or ``address:port``; empty: the resolver of the system.
    """

    server: str = ""
    limit: float = ALL_QUESTIONS
    clock: Callable[[], float] = time.monotonic
    _until: float = 0.0
    _known: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def ask(self, name: str, kind: str) -> tuple[str, ...]:
        """The records of a name; none when there are none. Raises NoAnswer."""
        key = (name.lower().rstrip("."), kind)
        if key not in self._known:
            self._known[key] = self._ask(*key)
        return self._known[key]

    def _ask(self, name: str, kind: str) -> tuple[str, ...]:
        now = self.clock()
        self._until = self._until or now + self.limit
        left = self._until - now
        if left <= 0:
            raise NoAnswer("time is over")
        try:
            found = self._resolver().resolve(
                name, kind, lifetime=min(ONE_QUESTION, left), search=False, raise_on_no_answer=False
            )
        except dns.resolver.NXDOMAIN:
            return ()
        except (dns.exception.DNSException, OSError) as error:
            raise NoAnswer(f"{kind} {name}: {type(error).__name__}") from error
        if found.rrset is None:
            return ()
        if kind == "TXT":
            return tuple(b"".join(one.strings).decode("utf-8", "replace") for one in found.rrset)
        return tuple(one.to_text() for one in found.rrset)

    def _resolver(self) -> dns.resolver.Resolver:
        if not self.server:
            return dns.resolver.Resolver()
        made = dns.resolver.Resolver(configure=False)
        host, _, port = self.server.rpartition(":")
        if not host or not port.isdigit():
            host, port = self.server, "53"
        made.nameservers = [host.strip("[]")]
        made.port = int(port)
        return made


def addresses(dns: Dns, host: str) -> list[Address]:
    """The addresses of a host, or the address itself."""
    try:
        return [ipaddress.ip_address(host)]
    except ValueError:
        texts = (*dns.ask(host, "A"), *dns.ask(host, "AAAA"))
        return [ipaddress.ip_address(text) for text in texts]
