"""No packet to addresses inside, however they are written or reached; no secret to strangers."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from spiders.catalogue import CatalogueError, find_spec
from tests.crawler.fetch.lab import HTML_SOURCE, Lab, Outcome, article, listing
from tests.fault_server import FaultServer, Reply, html, redirect

SPELLINGS = (
    "127.0.0.2",
    "127.2",
    "127.0.2",
    "2130706434",
    "0x7f000002",
    "0x7f.0.0.2",
    "0177.0.0.2",
    "017700000002",
    "[::ffff:127.0.0.2]",
    "[::ffff:7f00:2]",
    "[::127.0.0.2]",
    "[64:ff9b::7f00:2]",
    "[2002:7f00:2::]",
    "①②⑦.0.0.2",
    "127。0。0。2",
    "user@127.0.0.2",
    "127.0.0.2.",
    "canary.example",
)


@dataclass(frozen=True)
class Crawl:
    """One finished crawl, with a server that nobody may reach."""

    lab: Lab
    outcome: Outcome
    canary: FaultServer
    other: FaultServer
    server: FaultServer


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Crawl:
    lab = Lab(tmp_path_factory.mktemp("inside") / "lab", empty_database)
    with lab.config_path.open("a", encoding="utf-8") as file:
        file.write('[crawl.hosts]\n"canary.example" = "127.0.0.2"\n')
    with ExitStack() as stack:
        server, other = stack.enter_context(FaultServer()), stack.enter_context(FaultServer())
        canary = stack.enter_context(FaultServer("127.0.0.2"))
        entries = [("/a/good.html", "关于试点工作的通知")]
        for number, host in enumerate(SPELLINGS):
            url = f"http://{host}:{canary.port}/{number}.html"
            entries.append((url, f"直接指向内网的第{number}号通知"))
            server.routes[f"/hop/{number}.html"] = redirect(url.encode().decode("latin-1"))
            entries.append((f"/hop/{number}.html", f"转向内网的第{number}号通知"))
        refresh = f'<meta http-equiv="refresh" content="0; url={canary.url("/refresh")}">'
        page = html(article(2)).body.replace(b"<head>", b"<head>" + refresh.encode())
        server.routes["/a/refresh.html"] = Reply(page)
        server.routes["/a/images.html"] = html(
            article(3).replace("</h1>", f'</h1><img src="{canary.url("/i.png")}">')
        )
        server.routes["/a/elsewhere.html"] = redirect(other.url("/b/elsewhere.html"))
        other.routes["/b/elsewhere.html"] = Reply(
            html(article(4)).body, headers=(("Set-Cookie", "session=1; Path=/"),)
        )
        server.routes["/a/good.html"] = html(article(1))
        entries += [(f"/a/{n}.html", f"第{n}通知") for n in ("refresh", "images", "elsewhere")]
        server.routes["/list"] = html(listing(entries))
        text = HTML_SOURCE.format(url=server.url("/list"), recheck="7d", notes="sample")
        lab.source("cn-inside", text + "headers: {Referer: 'https://example.gov.cn/'}\n")
        lab.sync()
        fast = ("-s", "DIBAO_RETRY_PAUSE=0.02", "-s", "RETRY_TIMES=0")
        done = lab.scrapy("crawl", "cn-inside", *fast)
        outcome = lab.outcome(1, exit_code=done.returncode, log=done.output)
    return Crawl(lab, outcome, canary, other, server)


def test_no_spelling_and_no_hop_reaches_the_inside(crawl: Crawl) -> None:
    assert crawl.canary.requests == [], crawl.outcome.log
    codes = {
        code
        for path, (_, code) in crawl.lab.frontier().items()
        if not path.startswith("/a/") and code is not None
    }
    assert codes <= {"blocked_address", "bad_address"}, codes
    assert "blocked_address" in codes


def test_hops_are_named_and_store_nothing(crawl: Crawl) -> None:
    known = crawl.lab.frontier()
    for number in range(len(SPELLINGS)):
        assert known[f"/hop/{number}.html"][1] in {"blocked_address", "bad_address"}
    assert sorted(crawl.lab.documents()) == [
        "/a/elsewhere.html",
        "/a/good.html",
        "/a/images.html",
        "/a/refresh.html",
    ]


def test_meta_refresh_and_images_are_not_followed(crawl: Crawl) -> None:
    assert crawl.server.hits("/a/refresh.html") == 1
    assert crawl.server.hits("/a/images.html") == 1


def test_nothing_that_names_us_crosses_to_another_site(crawl: Crawl) -> None:
    for seen in (*crawl.other.requests, *crawl.server.requests):
        assert not {"cookie", "authorization", "proxy-authorization"} & set(seen.headers)


@pytest.mark.parametrize("name", ["Cookie", "Authorization", "Proxy-Authorization", "X-Api-Key"])
def test_a_source_file_cannot_carry_credentials(lab: Lab, name: str) -> None:
    text = HTML_SOURCE.format(url="https://example.gov.cn/list", recheck="7d", notes="sample")
    lab.source("cn-secret", text + f"headers: {{{name}: 'secret'}}\n")
    with pytest.raises(CatalogueError, match=name):
        find_spec("cn-secret", (lab.folder / "sources",))


def test_a_source_inside_is_refused_before_any_packet(lab: Lab, server: FaultServer) -> None:
    lab.configure(allow_private=[])
    server.routes["/list"] = html(listing([("/a", "通知")]))
    lab.html_source("cn-own", server.url("/list"))
    done = lab.run("cn-own")
    assert (done.state, done.error_code) == ("failed", "blocked_address"), done.log
    assert server.requests == []


@pytest.mark.parametrize("field", ["url", "homepage", "resolve"])
@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "ftp://example.com/",
        "data:text/html,x",
        "source:file:///etc/passwd",
        "http://inside\\@outside/",
        "http://user:pw@example.com/",
        "http://exa mple.com/",
        "javascript:alert(1)",
    ],
)
def test_no_field_of_a_source_file_takes_another_kind_of_address(
    lab: Lab, field: str, address: str
) -> None:
    text = HTML_SOURCE.format(url="https://example.gov.cn/list", recheck="7d", notes="sample")
    if field == "url":
        text = text.replace("https://example.gov.cn/list", f"'{address}'")
    elif field == "homepage":
        text += f"homepage: '{address}'\n"
    else:
        text += f"resolve: {{url: '{address}', find: {{x: 'a(b)'}}}}\n"
    lab.source("cn-odd", text)
    with pytest.raises(CatalogueError):
        find_spec("cn-odd", (lab.folder / "sources",))
