"""Who sends and who receives for the domain: reverse DNS of the mail server, and the MX hosts.

Receivers look up the address that a mail comes from, want a name for it, and want that name to
lead back to the address (Gmail's sender rules; RFC 1912 section 2.1). MX names have addresses of
their own and are no aliases (RFC 5321 section 5.1, RFC 2181 section 10.3).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from crawler.control.dns_answers import Address, Dns, addresses
from crawler.control.findings import CheckResult, Level
from digest.settings import MailConfig
from pipelines.urls import host_group, is_ip_address

# Addresses that nobody outside sees; the documentation networks are not among them.
_INSIDE = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8"),
        *("169.254.0.0/16", "::1/128", "fc00::/7", "fe80::/10"),
    )
)


def reverse_dns(dns: Dns, mail: MailConfig) -> Iterator[CheckResult]:
    """Whether every public address of ``mail.host`` has a name that leads back to it."""
    servers = addresses(dns, mail.host)
    if not servers:
        yield CheckResult(
            "rDNS",
            "error",
            f"mail.host 查不到地址：{mail.host} / mail.host has no address",
            f"改正 mail.host，或添加 / correct mail.host, or add: {mail.host}  A  …",
        )
        return
    public = [one for one in servers if not any(one in network for network in _INSIDE)]
    if not public:
        yield CheckResult(
            "rDNS",
            "unchecked",
            f"没有核对：{mail.host} 是内部地址，看不出对外用哪个地址 / not checked: an inside "
            "address, the one that receivers see is not known here",
            "在那台服务器上核对：对外地址的反向解析要有名字，名字要解析回该地址 / check there "
            "that its public address has a name, and that the name leads back",
        )
        return
    # A provider's entrance is often not the machine that goes out, and not ours to mend.
    own = host_group(f"http://{mail.host}") == host_group(f"http://{mail.domain}")
    for address in public:
        if found := _fault(dns, mail.host, address, own=own):
            yield found
            return
    yield CheckResult("rDNS", "ok", f"{mail.host} {', '.join(map(str, public))}"[:120])


def _fault(dns: Dns, host: str, address: Address, *, own: bool) -> CheckResult | None:
    """What is wrong with one address, if anything."""
    level: Level = "error" if own else "warning"
    whose = (
        "" if own else "；服务商的发信入口由服务商负责 / a provider's entrance is theirs to mend"
    )
    record = f"{address.reverse_pointer}  PTR  {host}."
    asked = (
        f"在机房或云服务商的控制台设反向解析 / at the owner of the address, set: {record}{whose}"
    )
    names = [name.rstrip(".") for name in dns.ask(address.reverse_pointer, "PTR")]
    if not names:
        text = f"{address}（{host}）没有反向解析 / has no reverse DNS"
        return CheckResult("rDNS", level, text, asked)
    forward = {name: addresses(dns, name) for name in names}
    if not any(address in found for found in forward.values()):
        name = names[0]
        to = ", ".join(map(str, forward[name])) or "没有地址 / no address"
        kind = "A" if address.version == 4 else "AAAA"
        return CheckResult(
            "rDNS",
            level,
            f"反向与正向不一致：{address} → {name} → {to} / reverse and forward DNS differ",
            f"{asked}；或添加 / or add: {name}  {kind}  {address}",
        )
    if all(_generic(name, address) for name in names):
        return CheckResult(
            "rDNS",
            "warning",
            f"{address} 的名字像拨号或默认分配的：{names[0]} / looks like a dial-up name",
            asked,
        )
    return None


def _generic(name: str, address: Address) -> bool:
    """Whether a name merely spells its address, as providers give to lines of their customers."""
    if address.version == 6:
        return False
    numbers = [str(int(found)) for found in re.findall(r"\d+", name)]
    octets = str(address).split(".")
    run = len(octets)
    both = (octets, octets[::-1])
    return any(numbers[at : at + run] in both for at in range(len(numbers)))


def mail_exchangers(dns: Dns, domain: str) -> Iterator[CheckResult]:
    """Whether replies and bounces can reach the domain (RFC 5321, RFC 7505)."""
    found = sorted(text.split()[-1].rstrip(".") for text in dns.ask(domain, "MX"))
    advice = f"添加 / add: {domain}  MX  10 mail.{domain}."
    if found == [""]:
        yield CheckResult(
            "MX",
            "error",
            f"{domain} 声明不收信（null MX），退信与回复到不了 / accepts no mail (null MX)",
            "换一个能收信的发件域，或去掉该记录 / use a domain that accepts mail",
        )
    elif found:
        yield _targets(dns, domain, found)
    elif addresses(dns, domain):
        text = f"{domain} 没有 MX，只有地址 / has no MX, only an address"
        yield CheckResult("MX", "warning", text, advice)
    else:
        text = f"{domain} 既无 MX 也无地址，许多收件方拒收 / has neither MX nor address"
        yield CheckResult("MX", "error", text, advice)


def _targets(dns: Dns, domain: str, hosts: list[str]) -> CheckResult:
    """The first MX host that mail cannot be handed to, or ok."""
    for host in hosts:
        if is_ip_address(host):
            return CheckResult(
                "MX",
                "error",
                f"{domain} 的 MX 写成了地址 {host} / an MX names an address instead of a host",
                f"写主机名 / a host: {domain}  MX  10 mail.{domain}.，mail.{domain}  A  {host}",
            )
        if alias := dns.ask(host, "CNAME"):
            return CheckResult(
                "MX",
                "warning",
                f"{domain} 的 MX {host} 是别名（CNAME），不少服务器不认 / an MX that is an alias",
                f"直接写 / name the host itself: {domain}  MX  10 {alias[0]}",
            )
        if not addresses(dns, host):
            return CheckResult(
                "MX",
                "error",
                f"{domain} 的 MX {host} 没有地址，退信与回复到不了 / an MX without an address",
                f"添加 / add: {host}  A  …；不用的 MX 记录请删除 / drop it if it is not used",
            )
    return CheckResult("MX", "ok", ", ".join(hosts)[:120])
