"""List pages that can be read and are wrong: old copies, new addresses, some lists gone.

What each would be without a rule is "nothing new", for ever.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawler.control.watch import update_health
from crawler.fetch.old_lists import ListDays, carried
from storage.models import CrawlRun, FrontierEntry, Source
from tests.crawler.fetch.lab import Lab, article, listing
from tests.fault_server import NOT_FOUND, FaultServer, Reply, html

DAY = datetime(2026, 3, 1, tzinfo=UTC).toordinal()


def rows(*numbers: int) -> Reply:
    """A list page; article n is of March n + 1."""
    made = "".join(
        f'<li><a href="/a/{n}.html">第{n}号通知</a><span>2026-03-{n + 1:02d}</span></li>'
        for n in numbers
    )
    return html(f'<ul class="list">{made}</ul>')


def changed(lab: Lab, *, days: int = 0) -> list[tuple[str, bool]]:
    """Rules that opened (True) or closed now."""
    now = datetime.now(UTC) + timedelta(days=days)
    return [(one.rule, one.opened) for one in update_health(lab.db, open_after=2, now=now)]


def test_an_old_copy_of_a_list_is_told_until_the_new_rows_are_back(
    lab: Lab, server: FaultServer
) -> None:
    for number in range(8):
        server.routes[f"/a/{number}.html"] = html(article(number))
    server.routes["/list"] = rows(*range(7, 2, -1))
    lab.html_source("cn-cache", server.url("/list"))
    assert lab.run("cn-cache").state == "ok"
    server.routes["/list"] = rows(*range(4, -1, -1))  # last week's
    done = lab.run("cn-cache")
    assert (done.state, done.error_code) == ("partial", "stale_listing"), done.log
    assert changed(lab) == [("stale_listing", True)]
    server.routes["/list"] = rows(*range(7, 2, -1))
    assert lab.run("cn-cache").state == "ok"


@pytest.mark.parametrize(
    ("newest", "known", "older"),
    [
        ([DAY + 9], [DAY + 9], False),
        ([DAY + 8], [DAY + 9], True),
        ([DAY + 9, DAY + 2], [DAY + 9, DAY + 3], True),  # one of two lists
        ([None], [DAY + 9], False),  # not read in this run
    ],
)
def test_a_list_is_older_when_its_newest_day_is(
    newest: list[int | None], known: list[int], older: bool
) -> None:
    def by_number(days: list[int | None] | list[int]) -> dict[str, int | None]:
        return {str(n): day for n, day in enumerate(days)}

    before = ListDays({}, {str(n): day for n, day in enumerate(known)})
    now = ListDays(by_number(newest), {k: d for k, d in by_number(newest).items() if d}).after(
        before
    )
    assert (now.older is not None) is older
    assert ListDays.from_json(now.to_json()).older == now.older


def test_an_edited_source_file_starts_anew() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    run = CrawlRun(finished_at=now, stats={"days": {"0": [DAY, DAY]}})
    assert carried(run, Source(updated_at=now - timedelta(days=1))).known == {"0": DAY}
    assert carried(run, Source(updated_at=now + timedelta(days=1))).known == {}


def test_addresses_that_change_at_every_look_are_told(lab: Lab, server: FaultServer) -> None:
    for number in range(3):
        server.routes[f"/a/{number}.html"] = html(article(number))
    entries = [(f"/a/{number}.html", f"第{number}号通知") for number in range(3)]
    server.routes["/list"] = lambda seen, count: html(
        listing([(f"{path}?tk=d{count}", title) for path, title in entries])
    )
    lab.html_source("cn-token", server.url("/list"))
    assert lab.run("cn-token").state == "ok"
    done = lab.run("cn-token")
    assert (done.state, done.error_code) == ("partial", "addresses_change"), done.log
    assert changed(lab) == [("addresses_change", True)]


def test_one_dead_list_of_two_and_one_unreadable_page_stay_told(
    lab: Lab, server: FaultServer
) -> None:
    """Both leave a run partial at first; the second looks like a good one from then on."""
    server.routes["/a/0.html"] = html(article(0))
    server.routes["/a/1.html"] = html('<div class="article"></div>')
    server.routes["/list"] = html(listing([(f"/a/{n}.html", f"第{n}号通知") for n in range(2)]))
    server.routes["/two"] = NOT_FOUND
    lab.html_source("cn-two", server.url("/list"))
    path = lab.folder / "sources" / "cn-two.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("url: ", f"urls: [{server.url('/two')}, ", 1).replace(
            "/list\n", "/list]\n", 1
        ),
        encoding="utf-8",
    )
    assert lab.run("cn-two").error_code == "gone"
    assert changed(lab) == []
    with lab.db.writer() as session:  # an hour later
        for entry in session.query(FrontierEntry):
            entry.not_before = None
    assert lab.run("cn-two").state == "partial"
    assert changed(lab) == [("some_lists", True), ("unread_pages", True)]
    path.write_text(text.replace("notes: sample", "notes: mended"), encoding="utf-8")
    server.routes["/a/1.html"] = html(article(1))
    done = lab.run("cn-two")  # a file that was edited: what could not be read is tried at once
    assert (done.state, done.counts["new"]) == ("ok", 1), done.log
    assert changed(lab) == [("unread_pages", False)]
    path.unlink()
    lab.sync()
    assert changed(lab) == []  # a source that is gone is not told of
    assert changed(lab, days=9) == []
