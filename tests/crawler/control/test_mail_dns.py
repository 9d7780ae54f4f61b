"""What ``dibao doctor`` says of the sender's domain, asked of a real DNS server on loopback."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from crawler.control.dns_answers import Dns
from crawler.control.doctor_dns import mail_dns, related
from crawler.control.findings import CheckResult
from digest.settings import MailConfig

Zone = dict[tuple[str, str], list[str]]
GOOD: Zone = {
    ("news.example.cn", "TXT"): ['"unrelated"', '"v=spf1 include:spf.relay.cn -all"'],
    ("spf.relay.cn", "TXT"): ['"v=spf1 ip4:198.51.100.0/24 mx -all"'],
    ("spf.relay.cn", "MX"): ["10 in.relay.cn."],
    ("in.relay.cn", "A"): ["203.0.113.9"],
    ("smtp.relay.cn", "A"): ["198.51.100.7"],
    ("7.100.51.198.in-addr.arpa", "PTR"): ["smtp.relay.cn."],
    ("_dmarc.example.cn", "TXT"): ['"v=DMARC1; p=quarantine"'],
    ("news.example.cn", "MX"): ["10 in.relay.cn."],
}


@dataclass
class Server:
    """Answers what stands in ``zone``; everything else does not exist."""

    zone: Zone = field(default_factory=dict)
    silent: bool = False
    asked: list[str] = field(default_factory=list)
    port: int = 0

    def serve(self, line: socket.socket) -> None:
        while True:
            try:
                data, sender = line.recvfrom(4096)
            except OSError:
                return
            if self.silent:
                continue
            line.sendto(self.answer(dns.message.from_wire(data)).to_wire(), sender)

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        (question,) = query.question
        name = question.name.to_text(omit_final_dot=True)
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append(f"{kind} {name}")
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        texts = self.zone.get((name, kind))
        if texts:
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *texts))
        elif not any(known == name for known, _ in self.zone):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(zone=dict(GOOD))
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind(("127.0.0.1", 0))
    made.port = line.getsockname()[1]
    thread = threading.Thread(target=made.serve, args=(line,), daemon=True)
    thread.start()
    yield made
    line.close()


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A private key file and its public half as DKIM publishes it."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - a test
    path = tmp_path_factory.mktemp("dkim") / "key.pem"
    path.write_bytes(
        made.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    public = made.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return path, base64.b64encode(public).decode()


def _mail(server: Server, **more: object) -> MailConfig:
    values: dict[str, object] = {
        "host": "smtp.relay.cn",
        "from_address": "digest@news.example.cn",
        "dns_server": f"127.0.0.1:{server.port}",
        **more,
    }
    return MailConfig.model_validate(values)


def _signed(server: Server, key: tuple[Path, str], **more: object) -> MailConfig:
    path, public = key
    server.zone.setdefault(
        ("s1._domainkey.example.cn", "TXT"),
        [f'"v=DKIM1; k=rsa; p={public[:120]}" "{public[120:]}"'],
    )
    signing = {"dkim_domain": "example.cn", "dkim_selector": "s1", "dkim_key_file": path}
    return _mail(server, **{**signing, **more})


def _told(mail: MailConfig) -> dict[str, CheckResult]:
    return {result.name: result for result in mail_dns(mail)}


def test_a_domain_in_order_is_ok_in_every_point(server: Server, key: tuple[Path, str]) -> None:
    told = _told(_signed(server, key))
    assert {name: result.level for name, result in told.items()} == {
        "SPF": "ok",
        "DKIM": "ok",
        "DMARC": "ok",
        "MX": "ok",
        "rDNS": "ok",
    }, told


@pytest.mark.parametrize(
    ("change", "name", "level", "words"),
    [
        ({("news.example.cn", "TXT"): []}, "SPF", "error", "v=spf1 a:smtp.relay.cn -all"),
        (
            {("news.example.cn", "TXT"): ['"v=spf1 -all"', '"v=spf1 ~all"']},
            "SPF",
            "error",
            "合并成一条",
        ),
        ({("news.example.cn", "TXT"): ['"v=spf1 mx +all"']}, "SPF", "error", "-all"),
        ({("news.example.cn", "TXT"): ['"v=spf1 mx -all"']}, "SPF", "warning", "ip4:198.51.100.7"),
        (
            {("news.example.cn", "TXT"): ['"v=spf1 ' + "a:in.relay.cn " * 11 + '-all"']},
            "SPF",
            "error",
            "include",
        ),
        ({("_dmarc.example.cn", "TXT"): []}, "DMARC", "error", "_dmarc.news.example.cn"),
        ({("_dmarc.example.cn", "TXT"): ['"v=DMARC1; p=maybe"']}, "DMARC", "error", "p=none"),
        ({("news.example.cn", "MX"): []}, "MX", "error", "MX  10 mail.news.example.cn."),
        ({("news.example.cn", "MX"): ["0 ."]}, "MX", "error", "null MX"),
        ({("s1._domainkey.example.cn", "TXT"): ['"v=DKIM1; p="']}, "DKIM", "error", "撤销"),
        ({("s1._domainkey.example.cn", "TXT"): ['"k=rsa; p=MIGf"']}, "DKIM", "error", "一对"),
        ({("s1._domainkey.example.cn", "TXT"): ['"nothing"']}, "DKIM", "error", "p=MIG"),
    ],
)
def test_each_fault_is_named_with_the_record_to_add(
    server: Server, key: tuple[Path, str], change: Zone, name: str, level: str, words: str
) -> None:
    server.zone.update(change)
    result = _told(_signed(server, key))[name]
    assert result.level == level, result
    assert words in result.message + result.remedy, result
    assert " / " in result.message


REVERSE = ("9.100.51.198.in-addr.arpa", "PTR")


@pytest.mark.parametrize(
    ("change", "name", "level", "words"),
    [
        ({REVERSE: []}, "rDNS", "error", "9.100.51.198.in-addr.arpa  PTR  mail.example.cn."),
        ({REVERSE: ["other.example.cn."]}, "rDNS", "error", "other.example.cn  A  198.51.100.9"),
        ({REVERSE: ["in.relay.cn."]}, "rDNS", "error", "203.0.113.9"),
        (
            {
                REVERSE: ["host-198-51-100-9.isp.cn."],
                ("host-198-51-100-9.isp.cn", "A"): ["198.51.100.9"],
            },
            "rDNS",
            "warning",
            "dial-up",
        ),
        ({("mail.example.cn", "A"): []}, "rDNS", "error", "mail.host"),
        ({("mail.example.cn", "A"): ["10.0.0.5"]}, "rDNS", "unchecked", "内部地址"),
        ({("news.example.cn", "MX"): ["10 gone.example.cn."]}, "MX", "error", "gone.example.cn"),
        ({("news.example.cn", "MX"): ["10 203.0.113.9."]}, "MX", "error", "A  203.0.113.9"),
        (
            {
                ("news.example.cn", "MX"): ["10 alias.example.cn."],
                ("alias.example.cn", "CNAME"): ["in.relay.cn."],
            },
            "MX",
            "warning",
            "MX  10 in.relay.cn.",
        ),
    ],
)
def test_faults_of_the_hosts_that_send_and_receive(
    server: Server, change: Zone, name: str, level: str, words: str
) -> None:
    server.zone["mail.example.cn", "A"] = ["198.51.100.9"]
    server.zone[REVERSE] = ["mail.example.cn."]
    assert _told(_mail(server, host="mail.example.cn"))["rDNS"].level == "ok"
    server.zone.update(change)
    result = _told(_mail(server, host="mail.example.cn"))[name]
    assert result.level == level, result
    assert words in result.message + result.remedy, result
    assert " / " in result.message
    assert result.remedy


@pytest.mark.parametrize(
    ("host", "sender", "level"),
    [
        ("smtp.relay.cn", "digest@news.example.cn", "warning"),
        ("smtp.relay.com.cn", "digest@firm.com.cn", "warning"),
        ("smtp.firm.com.cn", "digest@news.firm.com.cn", "error"),
    ],
)
def test_the_entrance_of_a_provider_is_not_ours_to_mend(
    server: Server, host: str, sender: str, level: str
) -> None:
    server.zone[host, "A"] = ["198.51.100.7"]
    server.zone["7.100.51.198.in-addr.arpa", "PTR"] = []
    result = _told(_mail(server, host=host, from_address=sender))["rDNS"]
    assert result.level == level
    assert ("服务商" in result.remedy.partition("；")[2]) == (level == "warning")


def test_alignment_decides_for_dmarc(server: Server, key: tuple[Path, str]) -> None:
    """Signed by a stranger and without SPF: DMARC fails, and says why."""
    server.zone["s1._domainkey.other.cn", "TXT"] = [f'"p={key[1][:200]}" "{key[1][200:]}"']
    server.zone["news.example.cn", "TXT"] = []
    told = _told(_signed(server, key, dkim_domain="other.cn"))
    assert "other.cn" in told["DKIM"].message
    assert (told["DKIM"].level, told["DMARC"].level) == ("error", "error")
    assert related("example.cn", "news.example.cn")
    assert not related("badexample.cn", "example.cn")


def test_without_an_answer_nothing_is_called_ok(server: Server, key: tuple[Path, str]) -> None:
    server.silent = True
    mail = _signed(server, key)
    asking = Dns(mail.dns_server, limit=0.3)
    told = list(mail_dns(mail, dns=asking))
    assert [result.level for result in told] == ["unchecked"] * 5
    assert all("没有核对" in result.message for result in told)


def test_mail_that_never_leaves_the_machine_asks_nothing(server: Server) -> None:
    assert _told(_mail(server, from_address="dibao@localhost")) == {}
    assert _told(_mail(server, transport="folder")) == {}
    assert server.asked == []
