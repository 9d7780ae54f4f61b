"""Retry-After, bans and the shared budget: what a host asked for outlives the process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

from tests.crawler.fetch.lab import Lab, article, listing
from tests.fault_server import FaultServer, Reply, html


def _site(server: FaultServer, count: int) -> list[tuple[str, str]]:
    entries = []
    for number in range(count):
        path = f"/a/{number}.html"
        server.routes[path] = html(article(number))
        entries.append((path, f"关于第{number}号试点工作的通知"))
    server.routes["/list"] = html(listing(entries))
    return entries


def test_pauses_outlive_the_process(lab: Lab, server: FaultServer) -> None:
    """Retry-After of a second is waited for; of an hour, it is kept and obeyed by the next
    process. Three refusals in a row pause a host too, and are met with no disguise."""
    _site(server, 4)
    with FaultServer() as busy, FaultServer() as banned:
        for number in range(6):
            banned.routes[f"/c/{number}.html"] = Reply(b"<html>no</html>", 403)
        in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
        busy.routes["/b/0.html"] = Reply(b"", 503, headers=(("Retry-After", in_an_hour),))
        busy.routes["/b/1.html"] = html(article(7))
        server.routes["/a/1.html"] = [
            Reply(b"", 429, headers=(("Retry-After", "1"),)),
            html(article(1)),
        ]
        entries = [(f"/a/{n}.html", f"第{n}号通知") for n in range(4)]
        entries += [(busy.url(f"/b/{n}.html"), f"第{n + 10}号通知") for n in range(2)]
        entries += [(banned.url(f"/c/{n}.html"), f"第{n + 20}号通知") for n in range(6)]
        server.routes["/list"] = html(listing(entries))
        lab.html_source("cn-pauses", server.url("/list"))
        first = lab.run("cn-pauses")
        asked = [seen.at for seen in server.requests if seen.path == "/a/1.html"]
        assert len(asked) == 2, first.log
        assert asked[1] - asked[0] >= 0.95
        assert first.state == "partial"
        assert first.code_of("/b/0.html") == "rate_limited"
        assert lab.frontier()["/b/1.html"] == ("pending", "host_paused")
        assert busy.hits("/b/1.html") == 0
        row = lab.host(busy.netloc)
        assert row is not None
        assert row.not_before is not None
        assert timedelta(minutes=55) < row.not_before - datetime.now(UTC) < timedelta(minutes=61)

        assert sum(seen.path.startswith("/c/") for seen in banned.requests) == 3, first.log
        assert len({seen.headers["user-agent"] for seen in banned.requests}) == 1
        row = lab.host(banned.netloc)
        assert row is not None
        assert row.strikes == 1
        assert first.stats["codes"]["blocked"] == 3
        assert {lab.frontier()[f"/c/{n}.html"][0] for n in range(6)} == {"pending"}

        before = len(busy.requests), len(banned.requests)
        second = lab.run("cn-pauses")
        assert (len(busy.requests), len(banned.requests)) == before, second.log
        assert second.code_of("/b/0.html") == "host_paused"
        assert len(lab.documents()) == 4


def test_processes_share_the_budget_of_a_host(lab: Lab, server: FaultServer) -> None:
    """Three sources on one host, crawled by three processes: never closer than the delay."""
    lab.configure(delay=0.4)
    keys = ("cn-one", "cn-two", "cn-three")
    for place, key in enumerate(keys):
        rows = [(f"/a/{place}-{number}.html", f"第{place}{number}号通知") for number in range(2)]
        for number, (path, _) in enumerate(rows):
            server.routes[path] = html(article(place * 2 + number))
        server.routes[f"/{key}"] = html(listing(rows))
        lab.html_source(key, server.url(f"/{key}"))
    run_ids = [lab.queue(key) for key in keys]
    children = [lab.start(run_id) for run_id in run_ids]
    logs = [child.communicate(timeout=60)[0] for child in children]
    assert len(lab.documents()) == 6, logs
    times = [seen.at for seen in server.requests]
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.15
    assert times[-1] - times[0] >= 0.4 * (len(times) - 2)
