"""Challenge pages in all their shapes are a state of the host: never items, never solved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.crawler.fetch.lab import Lab, Outcome, article, listing
from tests.fault_server import FaultServer, Reply, html

JSL = (
    b"<script>document.cookie=('_')+('_')+('jsl_clearance_s=1732060800.1|-1|x');"
    b"location.href=location.pathname+location.search</script>"
)
RUISHU = (
    b"<!DOCTYPE html><html><head><meta charset=\"utf-8\"><script>$_ts=window['$_ts'];"
    b'if(!$_ts)$_ts={};$_ts.nsd=1;$_ts.cd="q";</script><script src="/a.js"></script>'
    b"</head><body></body></html>"
)
MOMENT = html(
    "<h1>Just a moment...</h1><p>Enable JavaScript and cookies to continue</p>",
    title="Just a moment...",
).body
ACW = (
    b"<html><script>var arg1='3000176000856006061501533003690027800375';"
    b"function setCookie(n,v){document.cookie=n+'='+v;}setCookie('acw_sc__v2',x);"
    b"document.location.reload();</script></html>"
)
SLIDE = html("<p>为了您的访问安全，请完成以下验证：滑动验证</p>", title="安全验证").body
SHAPES: dict[str, Reply] = {
    "202-empty": Reply(b"", 202),
    "202-untyped": Reply(b"", 202, content_type=None),
    "202-shell": Reply(RUISHU, 202),
    "412-empty": Reply(b"", 412),
    "412-shell": Reply(RUISHU, 412),
    "468": Reply(b"<html></html>", 468),
    "521": Reply(JSL, 521),
    "200-jsl": Reply(JSL),
    "200-ruishu": Reply(RUISHU),
    "200-moment": Reply(MOMENT),
    "403-moment": Reply(MOMENT, 403, headers=(("cf-mitigated", "challenge"),)),
    "503-moment": Reply(MOMENT, 503),
    "200-acw": Reply(ACW),
    "200-slide": Reply(SLIDE),
    "200-gzip": Reply(JSL).gzipped(),
    "200-plain": Reply(JSL, content_type="text/plain"),
}


@dataclass(frozen=True)
class Crawl:
    """One finished crawl over hosts that show one shape each."""

    lab: Lab
    outcome: Outcome
    hosts: dict[str, FaultServer]


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[Crawl]:
    lab = Lab(tmp_path_factory.mktemp("challenges") / "lab", empty_database)
    with ExitStack() as stack:
        home = stack.enter_context(FaultServer())
        hosts = {}
        entries = [("/a/good.html", "关于试点工作的通知")]
        for name, reply in SHAPES.items():
            hosts[name] = stack.enter_context(FaultServer())
            hosts[name].routes[f"/{name}.html"] = reply
            entries.append((hosts[name].url(f"/{name}.html"), f"关于{name}的通知"))
        home.routes["/a/good.html"] = html(article(1))
        home.routes["/list"] = html(listing(entries))
        lab.html_source("cn-challenges", home.url("/list"))
        lab.sync()
        fast = ("-s", "DIBAO_RETRY_PAUSE=0.02", "-s", "RETRY_TIMES=1")
        done = lab.scrapy("crawl", "cn-challenges", *fast)
        outcome = lab.outcome(1, exit_code=done.returncode, log=done.output)
        yield Crawl(lab, outcome, hosts)


@pytest.mark.parametrize("name", SHAPES)
def test_each_shape_is_a_state_and_no_document(crawl: Crawl, name: str) -> None:
    path = f"/{name}.html"
    assert crawl.lab.frontier()[path][1] == "challenge", crawl.outcome.log
    assert path not in crawl.lab.documents()


def test_nothing_is_solved(crawl: Crawl) -> None:
    """No script, no second address, no cookie: the page is asked for and left."""
    assert list(crawl.lab.documents()) == ["/a/good.html"]
    for name, host in crawl.hosts.items():
        assert {seen.path for seen in host.requests} <= {"/robots.txt", f"/{name}.html"}
        assert not any("cookie" in seen.headers for seen in host.requests)
        assert host.hits(f"/{name}.html") <= 2


def test_a_list_behind_a_challenge_fails_by_that_name(lab: Lab, server: FaultServer) -> None:
    server.routes["/list"] = Reply(RUISHU, 412)
    lab.html_source("cn-shell", server.url("/list"))
    done = lab.run("cn-shell")
    assert (done.state, done.error_code, done.counts["listed"]) == ("failed", "challenge", 0)


def test_a_ban_widens_the_pause_and_ends_with_the_first_good_answer(
    lab: Lab, server: FaultServer
) -> None:
    """Three refusals open the circuit; each later probe that is refused doubles the pause."""
    rows = [(f"/a/{number}.html", f"第{number}号通知") for number in range(6)]
    for path, _ in rows:
        server.routes[path] = Reply(b"<html>no</html>", 403)
    server.routes["/list"] = html(listing(rows))
    lab.html_source("cn-banned", server.url("/list"))
    pauses = []
    for _ in range(3):
        before = len(server.requests)
        lab.run("cn-banned")
        asked = [seen.path for seen in server.requests[before:] if seen.path.startswith("/a/")]
        assert len(asked) <= 3
        row = lab.host(server.netloc)
        assert row is not None
        assert row.not_before is not None
        pauses.append(row.not_before - datetime.now(UTC))
        _let_pass(lab, server.netloc)
    assert pauses[0] > timedelta(minutes=55)
    assert pauses[0] < pauses[1] < pauses[2] <= timedelta(hours=24)
    for number, (path, _) in enumerate(rows):
        server.routes[path] = html(article(number))
    assert lab.run("cn-banned").state == "ok"
    row = lab.host(server.netloc)
    assert row is not None
    assert (row.strikes, row.not_before) == (0, None)
    assert len(lab.documents()) == 6
    agents = {seen.headers["user-agent"] for seen in server.requests}
    assert len(agents) == 1


def _let_pass(lab: Lab, host: str) -> None:
    """Make the pause of a host, and the waiting of its pages, be over."""
    from storage.models import FrontierEntry, HostState

    with lab.db.writer() as session:
        state = session.get_one(HostState, host)
        state.not_before = datetime.now(UTC) - timedelta(seconds=1)
        for entry in session.query(FrontierEntry):
            entry.not_before = None
