"""Reading an archive back to a day: past the everyday budgets, past known ground, in view."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from crawler.control.batch import read_progress
from crawler.control.next_look import set_next_look
from storage import runs, sources
from tests.crawler.fetch.lab import Lab, article
from tests.fault_server import FaultServer, Reply, Seen, html

PER_PAGE = 5
PAGES = 6


def _archive(server: FaultServer) -> None:
    """Six list pages, a day older with each; the last two are older than anybody asked for."""

    def page(seen: Seen, _: int) -> Reply:
        number = int(seen.path.partition("page=")[2] or 1)
        day = f"2026-03-{20 - number:02d}"
        first = (number - 1) * PER_PAGE
        rows = "".join(
            f'<li><a href="/a/{n}.html">关于第{n}号试点工作的通知</a><span>{day}</span></li>'
            for n in range(first, first + PER_PAGE)
        )
        return html(f'<ul class="list">{rows}</ul>')

    server.routes["/list"] = page
    for number in range(PER_PAGE * PAGES):
        server.routes[f"/a/{number}.html"] = html(article(number))


def _source(lab: Lab, server: FaultServer) -> None:
    lab.html_source("cn-archive", server.url("/list"))
    text = (lab.folder / "sources" / "cn-archive.yaml").read_text(encoding="utf-8")
    more = "paging: {style: number, param: page}\nbudget: {pages: 1, items: 3}\n"
    lab.source("cn-archive", text + more)


def test_since_reads_the_archive_back_to_the_day(lab: Lab, server: FaultServer) -> None:
    _archive(server)
    _source(lab, server)
    first = lab.run("cn-archive")
    assert (first.state, first.counts["new"]) == ("ok", 3)
    everyday = lab.run("cn-archive")
    assert everyday.counts["new"] == 2
    backfill = lab.run("cn-archive", since="2026-03-16")  # pages 1 to 4 are of the 16th or later
    assert backfill.state == "ok", backfill.log
    assert sorted(lab.documents()) == sorted(f"/a/{n}.html" for n in range(PER_PAGE * 4))
    assert server.hits("/list?page=6") == 0
    assert server.hits("/a/0.html") == 1  # what is known is not fetched again


def test_a_back_fill_has_its_own_time_limit(lab: Lab, server: FaultServer) -> None:
    _archive(server)
    _source(lab, server)
    lab.configure(delay=0.2, soft_limit=1.5, backfill_limit=60)
    done = lab.run("cn-archive", since="2026-03-18")
    assert done.state == "ok", done.log
    assert done.counts["new"] == PER_PAGE * 2


def test_progress_is_what_running_runs_have_told(lab: Lab) -> None:
    lab.html_source("cn-archive", "https://example.gov.cn/list")
    run_id = lab.queue("cn-archive", since="2026-03-16")
    assert read_progress(lab.db, [run_id]) == ""
    now = datetime.now(UTC)
    with lab.db.writer() as session:
        runs.claim_run(session, run_id=run_id, lease_token="t", now=now)
        counts = {"listed": 40, "fetched": 12, "new": 11}
        runs.heartbeat(session, run_id=run_id, lease_token="t", now=now, counts=counts)
    assert read_progress(lab.db, [run_id]) == "列出 40  已读 12  新增 11"


def test_hours_put_the_next_look_off(lab: Lab) -> None:
    """A source with hours is looked at within them, also after a failure inside of them."""
    lab.html_source("cn-night", "https://example.gov.cn/list")
    text = (lab.folder / "sources" / "cn-night.yaml").read_text(encoding="utf-8")
    lab.source("cn-night", text + "hours: 22:00-06:00\n")
    lab.sync()
    evening = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)  # 22:30 in Shanghai
    with lab.db.writer() as session:
        source = sources.source_by_key(session, "cn-night")
        assert source is not None
        due = set_next_look(session, source_id=source.id, good=True, now=evening)
    assert due - evening < timedelta(hours=7)  # six hours and the spread: before 06:00
    with lab.db.writer() as session:
        late = set_next_look(session, source_id=source.id, good=False, now=evening)
    assert late == datetime(2026, 11, 21, 14, 0, tzinfo=UTC)  # 22:00 of the next evening
