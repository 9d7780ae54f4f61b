"""robots.txt by RFC 9309: a table of answers, and one crawl over hosts that answer badly."""

from __future__ import annotations

import ssl
import subprocess
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest

from crawler.fetch.robots_rules import judge_answer, kept, product_token, read_rules
from tests.crawler.fetch.lab import Lab, Outcome, article, listing
from tests.fault_server import FaultServer, Reply, html, redirect

RULES = b"User-agent: *\nDisallow: /secret/\n"


@pytest.mark.parametrize(
    ("status", "content_type", "body", "state"),
    [
        (200, "text/plain", RULES, "rules"),
        (200, "text/plain", b"", "rules"),
        (200, "", b"\xef\xbb\xbf" + RULES, "rules"),
        (200, "text/html", b"<html>not found</html>", "allowed_all"),
        (200, "text/plain", b"\n <!DOCTYPE html><html>", "allowed_all"),
        (404, "text/html", b"", "allowed_all"),
        (410, "", b"", "allowed_all"),
        (400, "", b"", "allowed_all"),
        (401, "", b"", "disallowed"),
        (403, "", b"", "disallowed"),
        (429, "", b"", "disallowed"),
        (500, "", b"", "unreachable"),
        (503, "", RULES, "unreachable"),
        (304, "", b"", "unreachable"),
    ],
)
def test_meaning_of_an_answer(status: int, content_type: str, body: bytes, state: str) -> None:
    assert judge_answer(status, content_type=content_type, body=body) == state


@pytest.mark.parametrize(
    ("body", "path", "allowed"),
    [
        (RULES, "/secret/x", False),
        (RULES, "/open/x", True),
        (b"\xef\xbb\xbf" + RULES, "/secret/x", False),
        (b"# \xd6\xd0\xce\xc4 GBK\n" + RULES, "/secret/x", False),
        (b"User-agent: Dibao\nDisallow: /\n\nUser-agent: *\nAllow: /\n", "/x", False),
        (b"User-agent: Other\nDisallow: /\n", "/x", True),
        (b"User-agent: *\nDisallow: /*.pdf$\n", "/a.pdf", False),
        (b"User-agent: *\nDisallow:\n", "/x", True),
        (b"", "/x", True),
        (b"#" + b"x" * 2_000_000 + b"\n" + RULES, "/secret/x", True),
        (RULES + b"#" + b"x" * 2_000_000, "/secret/x", False),
    ],
)
def test_rules_decide(body: bytes, path: str, allowed: bool) -> None:
    rules = read_rules("rules", body, token="Dibao", longest_delay=60)
    assert rules.allows(f"https://example.gov.cn{path}") is allowed


def test_delays_are_read_and_capped() -> None:
    text = b"User-agent: *\nCrawl-delay: 7\nDisallow: /x\n"
    assert read_rules("rules", text, token="Dibao", longest_delay=60).crawl_delay == 7
    assert read_rules("rules", text, token="Dibao", longest_delay=5).crawl_delay == 5
    rate = b"User-agent: *\nRequest-rate: 1/10\nDisallow: /x\n"
    assert read_rules("rules", rate, token="Dibao", longest_delay=60).crawl_delay == 10


def test_half_a_mebibyte_is_parsed() -> None:
    body = b"# filler\n" * 100_000
    assert 500 * 1024 <= len(kept(body)) <= 512 * 1024
    assert kept(body).endswith(b"\n")


def test_product_token() -> None:
    assert product_token("Dibao/0.1 (policy monitor; +x)") == "Dibao"
    assert product_token("MyBot") == "MyBot"


@pytest.fixture(scope="module")
def crawl(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> tuple[Lab, Outcome, dict[str, FaultServer]]:
    """A list on one host whose articles live on hosts with every kind of robots.txt."""
    folder = tmp_path_factory.mktemp("robots")
    lab = Lab(folder / "lab", empty_database)
    lab.configure(timeout=2)
    names = ["rules", "down", "reset", "html", "denied", "gone", "hops", "loop", "inside"]
    names += ["limited", "delayed"]
    with ExitStack() as stack:
        hosts = {name: stack.enter_context(FaultServer()) for name in names}
        hosts["tls"] = stack.enter_context(FaultServer(tls=_self_signed(folder)))
        with FaultServer() as refused:
            hosts["refused"] = refused
        hosts["rules"].robots("User-agent: *\nDisallow: /a/closed\n")
        hosts["down"].robots("", status=503)
        hosts["reset"].routes["/robots.txt"] = Reply(reset=True)
        hosts["html"].routes["/robots.txt"] = html("<p>首页</p>")
        hosts["denied"].robots("", status=403)
        for hop in range(5):
            hosts["hops"].routes[f"/r{hop}"] = redirect(f"/r{hop + 1}")
        hosts["hops"].routes["/robots.txt"] = redirect("/r1")
        hosts["hops"].routes["/r5"] = Reply(
            b"User-agent: *\nDisallow: /a/\n", content_type="text/plain"
        )
        hosts["loop"].routes["/robots.txt"] = redirect("/robots.txt")
        hosts["inside"].routes["/robots.txt"] = redirect("http://127.0.0.2:9/robots.txt")
        hosts["limited"].robots("", status=429)
        hosts["delayed"].robots("User-agent: *\nCrawl-delay: 1.2\nDisallow: /x\n")
        entries = []
        for number, (name, host) in enumerate(hosts.items()):
            for page in ("open", "closed", "third"):
                host.routes[f"/a/{page}-{name}.html"] = html(article(number * 3 + len(page)))
                entries.append((host.url(f"/a/{page}-{name}.html"), f"{name}的{page}通知"))
        hosts["rules"].routes["/list"] = html(listing(entries))
        lab.html_source("cn-robots", hosts["rules"].url("/list"))
        lab.sync()
        done = lab.scrapy("crawl", "cn-robots", "-s", "DIBAO_RETRY_PAUSE=0.02")
        outcome = lab.outcome(1, exit_code=done.returncode, log=done.output)
    return lab, outcome, hosts


def _self_signed(folder: Path) -> ssl.SSLContext:
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("needs the openssl command for a self-signed certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


@pytest.mark.parametrize("name", ["down", "reset", "refused", "tls", "inside", "limited"])
def test_what_cannot_be_read_forbids(
    crawl: tuple[Lab, Outcome, dict[str, FaultServer]], name: str
) -> None:
    lab, outcome, hosts = crawl
    codes = {code for path, (_, code) in lab.frontier().items() if f"-{name}." in path}
    assert codes == {"robots_unreachable"}, outcome.log
    assert not [seen for seen in hosts[name].requests if seen.path != "/robots.txt"]
    row = lab.host(hosts[name].netloc)
    assert row is not None
    assert row.robots_state == "unreachable"
    assert row.not_before is not None


@pytest.mark.parametrize("name", ["html", "gone", "loop", "delayed"])
def test_what_is_absent_allows(
    crawl: tuple[Lab, Outcome, dict[str, FaultServer]], name: str
) -> None:
    lab, outcome, hosts = crawl
    assert hosts[name].hits(f"/a/open-{name}.html") == 1, outcome.log
    assert f"/a/closed-{name}.html" in lab.documents()


@pytest.mark.parametrize(
    ("name", "page"), [("rules", "closed"), ("denied", "open"), ("hops", "open")]
)
def test_rules_are_obeyed(
    crawl: tuple[Lab, Outcome, dict[str, FaultServer]], name: str, page: str
) -> None:
    lab, _, hosts = crawl
    assert hosts[name].hits(f"/a/{page}-{name}.html") == 0
    assert lab.frontier()[f"/a/{page}-{name}.html"] == ("pending", "robots_denied")


def test_a_bad_certificate_is_named(
    crawl: tuple[Lab, Outcome, dict[str, FaultServer]],
) -> None:
    _, outcome, hosts = crawl
    assert outcome.errors[hosts["tls"].url("/robots.txt")] == "tls_invalid"


def test_other_pages_of_the_run_are_unaffected(
    crawl: tuple[Lab, Outcome, dict[str, FaultServer]],
) -> None:
    lab, outcome, hosts = crawl
    assert outcome.state == "partial"
    assert "/a/open-rules.html" in lab.documents()
    assert all(host.hits("/robots.txt") <= 2 for name, host in hosts.items() if name != "loop")


def test_crawl_delay_keeps_requests_apart(
    crawl: tuple[Lab, Outcome, dict[str, FaultServer]],
) -> None:
    _, _, hosts = crawl
    times = hosts["delayed"].times()
    assert len(times) == 3
    gaps = [later - earlier for earlier, later in pairwise(times)]
    # The server notes arrivals in this process, late by what the machine is busy with.
    assert min(gaps) >= 0.6


def test_rules_are_kept_for_the_next_run(
    crawl: tuple[Lab, Outcome, dict[str, FaultServer]],
) -> None:
    lab, _, hosts = crawl
    row = lab.host(hosts["rules"].netloc)
    assert row is not None
    assert row.robots_state == "rules"
    assert row.robots_body == b"User-agent: *\nDisallow: /a/closed\n"
    assert row.robots_fetched_at is not None
