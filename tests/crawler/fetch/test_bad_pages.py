"""One list page, many broken neighbours: each gets its name, the good ones are stored."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.crawler.fetch.lab import Lab, Outcome, article, listing
from tests.fault_server import FaultServer, Reply, html, redirect

MIB = 1024 * 1024
FAST = ("-s", "DIBAO_RETRY_PAUSE=0.05", "-s", "RETRY_TIMES=1")
SHELL = (
    "<script>document.cookie=('_')+('_jsl_clearance=1|-1|x');location.href=location.href</script>"
)


@dataclass(frozen=True)
class Crawl:
    """One finished crawl over all faults."""

    lab: Lab
    outcome: Outcome
    server: FaultServer
    inside: FaultServer
    challenger: FaultServer


def _page(body: str, *, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


def _routes(server: FaultServer, inside: FaultServer, challenger: FaultServer) -> None:
    """Every fault on a path of its own, all linked from /list."""
    good = _page(article(1)).encode()
    routes = server.routes
    routes["/a/good.html"] = Reply(good)
    routes["/a/broken.html"] = Reply(
        f"<html><body><div><p>{article(2)}<b><td></p></span></table><p>完<p".encode()
    )
    routes["/a/charset.html"] = Reply(_page(article(3)).encode("gb18030"))
    routes["/a/latin.html"] = Reply(
        _page(article(4)).encode("gb18030"), content_type="text/html; charset=iso-8859-1"
    )
    routes["/a/short.html"] = Reply(good, cut=700, length=len(good))
    routes["/a/nolength.html"] = Reply(good, cut=900, length=-1)
    routes["/a/error200.html"] = html(
        "<h1>系统错误</h1><p>服务器内部错误，请稍后再试</p>", title="错误提示"
    )
    routes["/a/soft404.html"] = html("<p>您访问的页面不存在</p>", title="404")
    routes["/a/gone.html"] = Reply(b"", 410)
    routes["/a/server.html"] = Reply(b"oops", 500)
    routes["/a/future.html"] = html(article(5).replace("2026-03-06", "2199-01-01"))
    routes["/a/undated.html"] = html(article(6).replace("发布时间：2026-03-07", ""))
    routes["/a/empty.html"] = html('<div class="article"></div>')
    routes["/a/inside.html"] = redirect(inside.url("/secret.html"))
    routes["/a/file.html"] = redirect("file:///etc/passwd")
    routes["/a/loop.html"] = redirect("/a/loop.html")
    bomb = gzip.compress(b"<p>" + b"0" * (64 * MIB))
    routes["/a/bomb.html"] = Reply(bomb, headers=(("Content-Encoding", "gzip"),))
    routes["/a/huge.html"] = Reply(good, length=64 * MIB)
    routes["/a/endless.html"] = Reply(b"<p>x</p>" * (3 * MIB // 8), length=-1)
    routes["/a/slow.html"] = Reply(good, drip=(64, 0.2))
    routes["/a/reset.html"] = Reply(reset=True)
    routes["/a/gzip.html"] = Reply(_page(article(7)).encode()).gzipped()
    routes["/a/badgzip.html"] = Reply(b"not gzip", headers=(("Content-Encoding", "gzip"),))
    routes["/a/headers.html"] = Reply(
        _page(article(8)).encode(),
        headers=(("Referrer-Policy", "sys.exit"), ("X-Odd", "\x01"), ("Set-Cookie", "a=b")),
    )
    hosted = [path for path in routes if path.startswith("/a/")]
    inside.routes["/secret.html"] = html(article(9))
    challenger.routes["/jsl.html"] = Reply(SHELL.encode(), 521)
    challenger.routes["/moment.html"] = html(
        "<p>Checking your browser</p>", title="Just a moment...", status=200
    )
    undated = ("/a/future.html", "/a/undated.html")
    routes["/list"] = html(listing(_entries(hosted, server, challenger), undated=undated))


def _entries(
    hosted: list[str], server: FaultServer, challenger: FaultServer
) -> list[tuple[str, str]]:
    """The rows of the list: every page, spellings of one page, and addresses of other schemes."""
    entries = [(path, f"关于{path}的通知") for path in hosted]
    entries += [(challenger.url(path), f"关于{path}的通知") for path in challenger.routes]
    return [
        *entries,
        ("/a/good.html?utm_source=x", "重复一"),
        (f"http://{server.netloc}/a/good.html#top", "重复二"),
        ("/a//good.html", "重复三"),
        ("file:///etc/passwd", "本地文件"),
        ("data:text/html,hello", "内联"),
        ("javascript:alert(1)", "脚本"),
    ]


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Crawl:
    """One crawl over everything; the servers stay up only for its time."""
    lab = Lab(tmp_path_factory.mktemp("bad") / "lab", empty_database)
    lab.configure(timeout=1, max_body=2 * MIB)
    with FaultServer() as server, FaultServer("127.0.0.2") as inside, FaultServer() as challenger:
        _routes(server, inside, challenger)
        lab.html_source("cn-bad", server.url("/list"))
        lab.sync()
        done = lab.scrapy("crawl", "cn-bad", *FAST)
        outcome = lab.outcome(1, exit_code=done.returncode, log=done.output)
    return Crawl(lab, outcome, server, inside, challenger)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/a/short.html", "truncated"),
        ("/a/nolength.html", "truncated"),
        ("/a/error200.html", "error_page"),
        ("/a/soft404.html", "soft_404"),
        ("/a/gone.html", "gone"),
        ("/a/server.html", "http_error"),
        ("/a/empty.html", "empty_body"),
        ("/a/inside.html", "blocked_address"),
        ("/a/file.html", "bad_address"),
        ("/a/loop.html", "too_many_redirects"),
        ("/a/bomb.html", "too_large"),
        ("/a/huge.html", "too_large"),
        ("/a/endless.html", "too_large"),
        ("/a/slow.html", "timeout"),
        ("/a/reset.html", "unreachable"),
        ("/a/badgzip.html", "bad_encoding"),
        ("/jsl.html", "challenge"),
        ("/moment.html", "challenge"),
    ],
)
def test_each_fault_is_named_in_the_run_record(crawl: Crawl, path: str, code: str) -> None:
    stored = crawl.lab.frontier()
    assert stored[path][1] == code
    assert code in crawl.outcome.stats["codes"]
    assert path not in crawl.lab.documents()


@pytest.mark.parametrize(
    "path",
    [
        "/a/good.html",
        "/a/broken.html",
        "/a/charset.html",
        "/a/latin.html",
        "/a/future.html",
        "/a/undated.html",
        "/a/gzip.html",
        "/a/headers.html",
    ],
)
def test_readable_neighbours_are_stored_as_chinese_text(crawl: Crawl, path: str) -> None:
    assert "试点工作" in crawl.lab.text_of(path)
    assert "\ufffd" not in crawl.lab.text_of(path)


def test_run_is_partial_and_nothing_else_is_stored(crawl: Crawl) -> None:
    assert crawl.outcome.state == "partial", crawl.outcome.log
    assert crawl.outcome.exit_code == 0
    assert len(crawl.lab.documents()) == 8
    assert crawl.outcome.counts["new"] == 8
    assert crawl.outcome.counts["failed"] == 18


def test_address_variants_are_one_document(crawl: Crawl) -> None:
    assert crawl.server.hits("/a/good.html") == 1
    assert sum("good" in path for path in crawl.lab.documents()) == 1


def test_inside_address_gets_no_packet(crawl: Crawl) -> None:
    assert crawl.inside.requests == []


def test_local_file_never_reaches_database_or_log(crawl: Crawl) -> None:
    secret = Path("/etc/passwd").read_text(encoding="utf-8").splitlines()[0]
    assert secret not in crawl.outcome.log
    assert secret.encode() not in (crawl.lab.folder / "data" / "dibao.db").read_bytes()


def test_missing_and_impossible_dates_are_remarked_not_invented(crawl: Crawl) -> None:
    from sqlalchemy import select

    from storage.models import Document

    assert crawl.outcome.stats["codes"]["missing_date"] == 2
    with crawl.lab.db.reader() as session:
        rows = dict(session.execute(select(Document.url, Document.published_on)).all())
    unknown = {url.rsplit("/", 1)[-1] for url, day in rows.items() if day is None}
    assert unknown == {"future.html", "undated.html"}


def test_passing_faults_are_tried_again_others_are_not(crawl: Crawl) -> None:
    assert crawl.server.hits("/a/server.html") == 2
    assert crawl.server.hits("/a/reset.html") in (2, 3)  # a reused connection counts no try
    assert crawl.server.hits("/a/gone.html") == 1
    assert crawl.server.hits("/a/bomb.html") == 1
    assert crawl.challenger.hits("/jsl.html") == 1


def test_requests_say_who_we_are_and_keep_no_cookie(crawl: Crawl) -> None:
    agents = {seen.headers["user-agent"] for seen in crawl.server.requests}
    assert len(agents) == 1
    assert "+test@example.org" in agents.pop()
    assert not any("cookie" in seen.headers for seen in crawl.server.requests)
    assert not any("referer" in seen.headers for seen in crawl.server.requests)
