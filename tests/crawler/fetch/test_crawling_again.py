"""Second runs: conditional GET, rechecks, withdrawn pages; plain Scrapy; dry runs; soft limit."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from itertools import pairwise

from storage.models import Fetch
from tests.crawler.fetch.lab import Lab, article, listing
from tests.fault_server import FaultServer, Reply, html


def _site(server: FaultServer, count: int = 4) -> None:
    rows = [(f"/a/{number}.html", f"关于第{number}号试点工作的通知") for number in range(count)]
    for number, (path, _) in enumerate(rows):
        page = html(article(number))
        server.routes[path] = Reply(page.body, etag=f'"page-{number}"')
    page = html(listing(rows))
    server.routes["/list"] = Reply(page.body, etag='"list-1"')


def test_unchanged_is_success_never_empty(lab: Lab, server: FaultServer) -> None:
    """304 for list and pages; then a page changes, one goes away, a source file is edited."""
    _site(server)
    lab.html_source("cn-again", server.url("/list"), recheck="0s")
    assert lab.run("cn-again").counts["new"] == 4
    robots = server.hits("/robots.txt")
    second = lab.run("cn-again")
    assert second.state == "ok", second.log
    assert second.counts["unchanged"] == 4
    assert (second.counts["new"], second.counts["changed"], second.counts["failed"]) == (0, 0, 0)
    asked = [seen.headers.get("if-none-match") for seen in server.requests[-5:]]
    assert asked.count('"list-1"') == 1
    assert None not in asked
    assert server.hits("/robots.txt") == robots == 1

    changed = html(article(1, text="现将试点工作调整事项通知如下，原有安排不再执行，请遵照办理。"))
    server.routes["/a/1.html"] = Reply(changed.body, etag='"page-1b"')
    server.routes["/a/2.html"] = Reply(b"", 404)
    lab.html_source("cn-again", server.url("/list"), recheck="0s", notes="edited")
    third = lab.run("cn-again")
    assert third.counts["changed"] == 1, third.log
    assert third.code_of("/a/2.html") == "gone"
    assert len(lab.documents()) == 4
    assert "调整事项" in lab.text_of("/a/1.html")
    listed = [seen for seen in server.requests if seen.path == "/list"]
    assert "if-none-match" not in listed[-1].headers


def test_a_server_that_lies_about_its_validators_is_found_out_in_a_week(
    lab: Lab, server: FaultServer
) -> None:
    """The page changes, its ETag does not: believed for seven days, then fetched in full."""
    _site(server, 2)
    lab.html_source("cn-lies", server.url("/list"), recheck="0s")
    lab.run("cn-lies")
    changed = html(article(1, text="现将试点工作调整事项通知如下，原有安排不再执行，请遵照办理。"))
    server.routes["/a/1.html"] = Reply(changed.body, etag='"page-1"')
    assert lab.run("cn-lies").counts["changed"] == 0
    with lab.db.writer() as session:
        for fetch in session.query(Fetch):
            fetch.fetched_at -= timedelta(days=7, minutes=1)
    before = len(server.requests)
    late = lab.run("cn-lies")
    assert late.counts["changed"] == 1, late.log
    asked = [seen for seen in server.requests[before:] if seen.path != "/robots.txt"]
    assert not any("if-none-match" in seen.headers for seen in asked)


def test_empty_list_fails_the_run_by_name(lab: Lab, server: FaultServer) -> None:
    server.routes["/list"] = html("<ul class='other'><li>改版了</li></ul>" * 40)
    lab.html_source("cn-empty", server.url("/list"))
    done = lab.run("cn-empty")
    assert (done.state, done.error_code, done.exit_code) == ("failed", "empty_listing", 1)
    assert done.code_of("/list") == "empty_listing"


def test_soft_limit_ends_a_run_with_the_rest_pending(lab: Lab, server: FaultServer) -> None:
    _site(server, 8)
    lab.configure(delay=0.5, soft_limit=2)
    lab.html_source("cn-slow", server.url("/list"))
    first = lab.run("cn-slow")
    assert (first.state, first.error_code) == ("partial", "time_box"), first.log
    assert len(lab.documents()) < 8
    assert "pending" in {state for state, _ in lab.frontier().values()}
    assert first.stats["listing"] == "partial"


def test_plain_scrapy_lists_and_crawls_without_a_database(lab: Lab, server: FaultServer) -> None:
    _site(server)
    lab.html_source("cn-plain", server.url("/list"))
    lab.html_source("cn-second", server.url("/list"))
    assert lab.scrapy("list").output.split() == ["cn-plain", "cn-second"]
    unknown = lab.scrapy("crawl", "cn-plian")
    assert unknown.returncode == 1
    assert "cn-plain" in unknown.output

    bare = lab.folder / "bare"
    bare.mkdir()
    options = ["-s", "DIBAO_DATABASE_URL=", "-s", f"DIBAO_CONFIG_FILE={lab.config_path}"]
    options += ["-s", "DIBAO_DELAY=0.2"]
    done = lab.scrapy("crawl", "cn-second", *options, "-O", str(bare / "items.jsonl:jsonlines"))
    assert done.returncode == 0, done.output
    assert "没有配置数据库" in done.output
    times = server.times()
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.12
    items = [json.loads(line) for line in (bare / "items.jsonl").read_text().splitlines()]
    assert {item["title"] for item in items} == {f"关于第{n}号试点工作的通知" for n in range(4)}
    assert all(item["published_on"].startswith("2026-03-") for item in items)


def test_dry_run_shows_rows_and_stores_nothing(lab: Lab, server: FaultServer) -> None:
    _site(server)
    lab.html_source("cn-dry", server.url("/list"))
    command = [sys.executable, "-P", "-m", "crawler.child", "--dry-run", "cn-dry"]
    done = subprocess.run(
        [*command, "--config", str(lab.config_path), "--json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found["rows"]) == 4
    assert found["failures"] == []
    assert [seen.path for seen in server.requests] == ["/robots.txt", "/list"]
    assert lab.documents() == {}
