"""What the domain name system says of the sender: SPF, DKIM, DMARC, and what to publish.

Receivers ask the same questions (Gmail and Yahoo since February 2024, QQ and 163 likewise). Each
question has a time limit and all of them together have one; without an answer a check says "not
checked", never "ok". Rules: RFC 7208 (SPF), 6376 (DKIM), 7489 (DMARC), 7505 (null MX).
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

from crawler.control.dns_answers import Address, Dns, NoAnswer, addresses
from crawler.control.doctor_host import mail_exchangers, reverse_dns
from crawler.control.findings import CheckResult
from crawler.control.spf import MOST_LOOKUPS, SpfWalk, is_spf
from digest.settings import MailConfig

LOCAL = ("localhost", "local", "localdomain", "invalid", "test", "example")
RESERVED = ("example.com", "example.net", "example.org")  # RFC 2606: the sample settings


def leaves_machine(mail: MailConfig) -> bool:
    """Whether the settings are those of a sender that writes to others."""
    domain = mail.domain
    reserved = domain.rsplit(".", 1)[-1] in LOCAL or domain in RESERVED
    return mail.transport == "smtp" and "." in domain and not reserved


def mail_dns(mail: MailConfig, *, dns: Dns | None = None) -> Iterator[CheckResult]:
    """Every check of the sender's domain; nothing for a sender that never leaves this machine."""
    if not leaves_machine(mail):
        return
    domain = mail.domain
    dns = dns or Dns(mail.dns_server)
    aligned: dict[str, bool] = {}
    asked = dns
    checks: list[tuple[str, Callable[[], Iterator[CheckResult]]]] = [
        ("SPF", lambda: _spf(asked, mail, aligned)),
        ("DKIM", lambda: _dkim(asked, mail, aligned)),
        ("DMARC", lambda: _dmarc(asked, mail, aligned)),
        ("MX", lambda: mail_exchangers(asked, domain)),
        ("rDNS", lambda: reverse_dns(asked, mail)),
    ]
    for name, check in checks:
        try:
            yield from check()
        except NoAnswer as error:
            yield CheckResult(
                name,
                "unchecked",
                f"没有核对：DNS 没有应答（{error}） / not checked: no answer from DNS",
                "检查网络，或设 mail.dns_server / check the network, or set mail.dns_server",
            )


# SPF --------------------------------------------------------------------------------------


def _spf(dns: Dns, mail: MailConfig, aligned: dict[str, bool]) -> Iterator[CheckResult]:
    domain = mail.domain
    found = [text for text in dns.ask(domain, "TXT") if is_spf(text)]
    advice = f'{domain}  TXT  "v=spf1 a:{mail.host} -all"'
    if not found:
        yield CheckResult(
            "SPF",
            "error",
            f"{domain} 没有 SPF 记录 / has no SPF record",
            f"添加 / add: {advice}（发信服务器是别人的，照服务商给的 include 写）",
        )
        return
    if len(found) > 1:
        yield CheckResult(
            "SPF",
            "error",
            f"{domain} 有 {len(found)} 条 SPF 记录，收件方会当作出错 / several SPF records",
            "合并成一条 / merge them into one",
        )
        return
    terms = found[0].lower().split()[1:]
    if terms and terms[-1] in ("+all", "all", "?all"):
        yield CheckResult(
            "SPF",
            "error",
            f"SPF 以 {terms[-1]} 结尾，等于谁都可以冒名 / lets anybody send as {domain}",
            "改为 -all 或 ~all / end it with -all or ~all",
        )
        return
    yield from _spf_servers(dns, mail, found[0], aligned)


def _spf_servers(
    dns: Dns, mail: MailConfig, record: str, aligned: dict[str, bool]
) -> Iterator[CheckResult]:
    """Whether the record can be worked out, and names the mail server."""
    walk = SpfWalk(dns)
    servers = addresses(dns, mail.host)
    covered = [address for address in servers if walk.allows(mail.domain, address)]
    if walk.lookups > MOST_LOOKUPS:
        yield CheckResult(
            "SPF",
            "error",
            f"SPF 要查 {walk.lookups} 次 DNS，上限 {MOST_LOOKUPS} 次 / needs too many lookups",
            "去掉不用的 include，或改写为 ip4: / drop unused includes, or write ip4:",
        )
        return
    aligned["spf"] = True
    if servers and not covered:
        yield CheckResult(
            "SPF",
            "warning",
            f"SPF 不含 mail.host（{mail.host} {', '.join(map(str, servers))}） / does not name it",
            f"若信由它直接发出，加上 / if it sends itself, add: {_mechanism(servers[0])}；"
            "若它转给别的服务器，按服务商说明写 / if it relays, follow its provider",
        )
        return
    yield CheckResult("SPF", "ok", record[:120])


def _mechanism(address: Address) -> str:
    return f"ip{address.version}:{address}"


# DKIM, DMARC ----------------------------------------------------------------------------


def _dkim(dns: Dns, mail: MailConfig, aligned: dict[str, bool]) -> Iterator[CheckResult]:
    if not mail.dkim_domain:
        yield CheckResult(
            "DKIM",
            "warning",
            "没有配置签名 / mails are not signed here",
            "设 mail.dkim_domain、dkim_selector、dkim_key_file；若发信服务器代为签名可以不设 / "
            "set them, unless the mail server signs",
        )
        return
    name = f"{mail.dkim_selector}._domainkey.{mail.dkim_domain}"
    own = _public_key(mail.dkim_key_file)
    tags = [_tags(text) for text in dns.ask(name, "TXT")]
    published = [one for one in tags if "p" in one]
    advice = f'添加 / add: {name}  TXT  "v=DKIM1; k=rsa; p={own or "…"}"'
    if not published:
        yield CheckResult("DKIM", "error", f"没有 {name} 的公钥 / no public key there", advice)
        return
    key = "".join(published[0]["p"].split())
    if not key:
        yield CheckResult("DKIM", "error", f"{name}：公钥已撤销 / the key is revoked", advice)
        return
    if own and key != own:
        yield CheckResult(
            "DKIM",
            "error",
            f"{name} 的公钥与 dkim_key_file 不是一对 / is not the pair of dkim_key_file",
            advice,
        )
        return
    aligned["dkim"] = related(mail.dkim_domain, mail.domain)
    if not aligned["dkim"]:
        yield CheckResult(
            "DKIM",
            "error",
            f"签名域 {mail.dkim_domain} 与发件人的域 {mail.domain} 不一致 / not aligned",
            f"用 {mail.domain} 签名 / sign with {mail.domain}",
        )
        return
    yield CheckResult("DKIM", "ok", f"{name}")


def _dmarc(dns: Dns, mail: MailConfig, aligned: dict[str, bool]) -> Iterator[CheckResult]:
    record, where = None, ""
    for domain in _upwards(mail.domain):
        where = f"_dmarc.{domain}"
        found = [text for text in dns.ask(where, "TXT") if text.lower().startswith("v=dmarc1")]
        if len(found) > 1:
            yield CheckResult(
                "DMARC", "error", f"{where} 有 {len(found)} 条记录 / several records", "只留一条"
            )
            return
        if found:
            record = _tags(found[0])
            break
    advice = f'_dmarc.{mail.domain}  TXT  "v=DMARC1; p=none; rua=mailto:postmaster@{mail.domain}"'
    if record is None:
        yield CheckResult(
            "DMARC",
            "error",
            f"{mail.domain} 没有 DMARC 记录 / has no DMARC record",
            f"添加 / add: {advice}；观察无误后改为 p=quarantine",
        )
        return
    if record.get("p", "").lower() not in ("none", "quarantine", "reject"):
        yield CheckResult("DMARC", "error", f"{where}：p= 无效 / p= is not valid", advice)
        return
    strict = record.get("adkim", "r").lower() == "s" and mail.dkim_domain not in ("", mail.domain)
    good = aligned.get("spf", False) or (aligned.get("dkim", False) and not strict)
    if not good:
        yield CheckResult(
            "DMARC",
            "error",
            "SPF 与 DKIM 都没有与发件人的域一致，DMARC 会判为伪造 / neither SPF nor DKIM is "
            "aligned with the sender's domain: DMARC fails",
            "先改好上面的 SPF 或 DKIM / mend SPF or DKIM above first",
        )
        return
    yield CheckResult("DMARC", "ok", f"{where}: p={record['p']}")


def related(one: str, other: str) -> bool:
    """Relaxed alignment: equal, or one is below the other (no list of public suffixes needed)."""
    one, other = one.lower().rstrip("."), other.lower().rstrip(".")
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _upwards(domain: str) -> Iterator[str]:
    """The domain, then those above it that still have two labels."""
    parts = domain.split(".")
    for start in range(len(parts) - 1):
        yield ".".join(parts[start:])


def _tags(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, found, value in pairs if found}


def _public_key(path: Path | None) -> str:
    """The public half of a private key, as DKIM publishes it; empty when it cannot be read."""
    from cryptography.hazmat.primitives import serialization

    if path is None:
        return ""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        public = key.public_key()
        if not hasattr(public, "public_numbers"):  # Ed25519: published as the bare key
            raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            return base64.b64encode(raw).decode()
        der = public.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    except (OSError, ValueError, TypeError):
        return ""
    return base64.b64encode(der).decode()
