"""Servers that never stop talking, break off, or show papers that are not in order."""

from __future__ import annotations

import ssl
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.models import Fetch
from tests.crawler.fetch.certificates import own_authority
from tests.crawler.fetch.lab import Lab, Outcome, article, listing
from tests.fault_server import FaultServer, Reply, html, redirect

FAST = ("-s", "DIBAO_RETRY_PAUSE=0.02", "-s", "RETRY_TIMES=0")
ONLY_TLS_1_0 = bytes.fromhex("15030100020246")  # fatal alert: protocol version
NAMES = ("good", "expired", "other", "early", "old")


@dataclass(frozen=True)
class Crawl:
    """One finished crawl."""

    lab: Lab
    outcome: Outcome
    server: FaultServer
    details: dict[str, str]


def _routes(server: FaultServer) -> list[str]:
    good = html(article(1)).body
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    cookies = b"".join(b"Set-Cookie: k%d=v\r\n" % number for number in range(100_000))
    routes = server.routes
    routes["/a/good.html"] = Reply(good)
    routes["/a/headers.html"] = Reply(raw=head, endless=b"X-More: and more\r\n")
    routes["/a/oneline.html"] = Reply(raw=head + b"X-Long: ", endless=b"x" * 1000)
    routes["/a/cookies.html"] = Reply(raw=head + cookies + b"\r\n" + good)
    routes["/a/endless.html"] = Reply(b"<html>", length=-1, endless=b"<p>more</p>")
    routes["/a/longurl.html"] = redirect("/a/" + "x" * 1_000_000)
    routes["/a/reset.html"] = Reply(good, cut=500, reset=True)
    routes["/a/halfopen.html"] = Reply(hang=True)
    routes["/a/status.html"] = Reply(raw=b"HTTP/1.1 999999999999 <script>\r\n\r\n")
    routes["/a/garbage.html"] = Reply(raw=bytes(range(256)) * 20)
    routes["/a/chunks.html"] = Reply(
        raw=head + b"Transfer-Encoding: chunked\r\n\r\nffffffff\r\n" + good[:300]
    )
    routes["/a/badchunk.html"] = Reply(
        raw=head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + good
    )
    return [path for path in routes if path.startswith("/a/")]


def _authorities(folder: Path) -> tuple[Path, dict[str, ssl.SSLContext]]:
    """All certificates are trusted as authorities, so that only the fault in question counts."""
    made = {
        "good": own_authority(folder / "good", "good.example"),
        "expired": own_authority(folder / "expired", "expired.example", days=(-9, -2)),
        "early": own_authority(folder / "early", "early.example", days=(2, 9)),
        "other": own_authority(folder / "other", "somebody-else.example"),
    }
    bundle = folder / "all.pem"
    bundle.write_bytes(b"".join(path.read_bytes() for path, _ in made.values()))
    return bundle, {name: context for name, (_, context) in made.items()}


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Crawl:
    """One crawl over all of them."""
    folder = tmp_path_factory.mktemp("rough")
    bundle, contexts = _authorities(folder)
    lab = Lab(folder / "lab", empty_database)
    lab.configure(timeout=1, max_body="2MB", ca_file=str(bundle))
    with lab.config_path.open("a", encoding="utf-8") as file:
        file.write("[crawl.hosts]\n")
        file.writelines(f'"{name}.example" = "127.0.0.1"\n' for name in NAMES)
    with ExitStack() as stack:
        server = stack.enter_context(FaultServer())
        entries = [(path, f"关于{path}的通知") for path in _routes(server)]
        entries.append(("http://nowhere.invalid/a/name.html", "查无此名的通知"))
        entries.append(("/a/" + "y" * 1_000_000, "网址过长的通知"))
        for number, name in enumerate(NAMES):
            tls = contexts.get(name)
            secure = stack.enter_context(FaultServer(tls=tls, blunt=None if tls else ONLY_TLS_1_0))
            secure.routes[f"/t/{name}.html"] = html(article(number + 2))
            url = f"https://{name}.example:{secure.port}/t/{name}.html"
            entries.append((url, f"{name}的通知"))
        with FaultServer() as away:
            entries.append((away.url("/a/refused.html"), "拒绝连接的通知"))
        server.routes["/list"] = html(listing(entries))
        lab.html_source("cn-rough", server.url("/list"))
        lab.sync()
        done = lab.scrapy("crawl", "cn-rough", *FAST)
        outcome = lab.outcome(1, exit_code=done.returncode, log=done.output)
    with lab.db.reader() as session:
        rows = session.execute(
            select(Fetch.url, Fetch.error_detail).where(Fetch.error_detail.is_not(None))
        )
        details = {url: detail or "" for url, detail in rows}
    return Crawl(lab, outcome, server, details)


@pytest.mark.parametrize(
    ("path", "codes"),
    [
        ("/a/headers.html", {"timeout", "too_large", "unreachable"}),
        ("/a/oneline.html", {"timeout", "too_large", "unreachable"}),
        ("/a/endless.html", {"too_large"}),
        ("/a/longurl.html", {"bad_address", "unreachable"}),
        ("/a/reset.html", {"unreachable", "truncated"}),
        ("/a/halfopen.html", {"timeout"}),
        ("/a/status.html", {"unreachable", "http_error"}),
        ("/a/garbage.html", {"unreachable"}),
        ("/a/chunks.html", {"truncated", "unreachable"}),
        ("/a/badchunk.html", {"truncated", "unreachable"}),
        ("/a/name.html", {"robots_unreachable"}),
        ("/a/refused.html", {"robots_unreachable"}),
    ],
)
def test_each_fault_of_a_connection_is_named(crawl: Crawl, path: str, codes: set[str]) -> None:
    assert crawl.lab.frontier()[path][1] in codes, crawl.outcome.log
    assert path not in crawl.lab.documents()


def test_a_hundred_thousand_cookies_do_no_harm(crawl: Crawl) -> None:
    state, code = crawl.lab.frontier()["/a/cookies.html"]
    assert state == "done" or code in {"too_large", "unreachable", "timeout"}
    assert not any("cookie" in seen.headers for seen in crawl.server.requests)


def test_memory_and_time_stay_bounded(crawl: Crawl) -> None:
    assert crawl.outcome.stats["max_rss_mb"] < 350
    assert crawl.outcome.state == "partial"
    assert "/a/good.html" in crawl.lab.documents()


def test_an_address_of_a_megabyte_is_not_even_listed(crawl: Crawl) -> None:
    assert all(len(path) < 5000 for path in crawl.lab.frontier())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("expired", ("expired",)),
        ("early", ("not yet valid",)),
        ("other", ("VerificationError", "hostname", "DNS")),
        ("old", ("protocol",)),
    ],
)
def test_papers_not_in_order_are_refused_with_the_reason(
    crawl: Crawl, name: str, words: tuple[str, ...]
) -> None:
    assert crawl.lab.frontier()[f"/t/{name}.html"][1] == "robots_unreachable"
    (url,) = [url for url in crawl.details if f"{name}.example" in url and "robots" in url]
    assert crawl.outcome.errors[url] == "tls_invalid", crawl.details[url]
    assert any(word in crawl.details[url] for word in words), crawl.details[url]


def test_papers_in_order_are_accepted(crawl: Crawl) -> None:
    assert "/t/good.html" in crawl.lab.documents()
