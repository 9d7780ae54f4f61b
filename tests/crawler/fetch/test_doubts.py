"""Redesigns that no selector notices: what a run brought is held, named, and waits for a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from crawler.control.watch import update_health
from crawler.fetch.doubts import doubt_of, known_again
from storage.held import SampleRow, not_held
from storage.models import CrawlRun, Document
from storage.removal import set_review_state
from tests.crawler.fetch.lab import TEXT, Lab, article, listing
from tests.fault_server import FaultServer, Reply, html


def _rows(count: int, *, first: int = 0, text: str = "", filled: str = "") -> list[SampleRow]:
    names = frozenset(filled.split())
    return [SampleRow(f"/{n}", text or f"text {n}", names) for n in range(first, first + count)]


ALL = "published_on issuer"


@pytest.mark.parametrize(
    ("brought", "known", "usual", "floors", "code"),
    [
        (_rows(20, filled=ALL), _rows(50, filled=ALL), [3, 5, 2, 0, 9], {}, None),
        (_rows(3, text="menu"), [], [], {}, "same_text"),
        (_rows(2, text="menu"), [], [], {}, None),
        (_rows(3, text="menu") + _rows(3, first=9), [], [], {}, None),
        (_rows(6, filled="issuer"), _rows(50, filled=ALL), [], {}, "low_fill"),
        (_rows(2, filled="issuer"), _rows(50, filled=ALL), [], {}, None),
        # one a run: the latest five together
        (_rows(1, filled="issuer"), _rows(2) + _rows(50, filled=ALL), [], {}, "low_fill"),
        (_rows(1, text="menu"), _rows(2, text="menu") + _rows(9), [], {}, "same_text"),
        (_rows(1, text="menu"), _rows(1, text="menu") + _rows(9), [], {}, None),
        ([], _rows(3, text="menu"), [], {}, None),
        (_rows(6, filled="issuer"), _rows(10, filled=ALL), [], {}, None),
        (_rows(6, filled="issuer"), [], [], {"published_on": 0.5}, "low_fill"),
        (_rows(400), _rows(50), [20, 18, 3, 0, 7], {}, "flood"),
        (_rows(190), _rows(50), [20, 18, 3, 0, 7], {}, None),
        (_rows(40), _rows(50), [1, 0, 0, 0, 1], {}, None),
        (_rows(400), _rows(50), [20, 18], {}, None),
    ],
)
def test_what_is_doubted(
    brought: list[SampleRow],
    known: list[SampleRow],
    usual: list[int],
    floors: dict[str, float],
    code: str | None,
) -> None:
    found = doubt_of(brought, known=known, usual=usual, floors=floors)
    assert (found.code if found else None) == code


def test_texts_that_the_source_gave_before_under_other_addresses() -> None:
    known = _rows(9)
    assert known_again(_rows(4), known)
    assert known_again(_rows(2), known) is None
    assert known_again(_rows(4) + _rows(4, first=20), known) is None


def _site(server: FaultServer, numbers: range, *, page: Reply | None = None) -> None:
    entries = []
    for number in numbers:
        path = f"/a/{number}.html"
        server.routes[path] = page or html(article(number))
        entries.append((path, f"关于第{number}号试点工作的通知"))
    server.routes["/list"] = html(listing(entries))


def _held(lab: Lab) -> set[str | None]:
    with lab.db.reader() as session:
        return set(session.scalars(select(Document.held)))


def _rules(lab: Lab) -> list[str]:
    changes = update_health(lab.db, open_after=2, now=datetime.now(UTC))
    return [change.rule for change in changes if change.opened]


def test_a_list_redesigned_between_two_runs_is_told_at_once(lab: Lab, server: FaultServer) -> None:
    """v1, then v2: the row selector matches nothing; then v3: the body selector does not."""
    _site(server, range(4))
    lab.html_source("cn-design", server.url("/list"))
    assert lab.run("cn-design").state == "ok"
    assert _rules(lab) == []
    server.routes["/list"] = html(
        "<div class='news'><a href='/a/9.html'>改版后的通知</a></div>" * 9
    )
    second = lab.run("cn-design")
    assert (second.state, second.error_code) == ("failed", "empty_listing")
    assert _rules(lab) == ["broken_structure"]
    assert _rules(lab) == []  # one alert, not one a look
    for number in range(10, 14):
        server.routes[f"/a/{number}.html"] = html(
            article(number).replace('class="article"', 'class="content-v3"')
        )
    entries = [(f"/a/{number}.html", f"第{number}号通知") for number in range(10, 14)]
    server.routes["/list"] = html(listing(entries))
    third = lab.run("cn-design")
    assert (third.state, third.error_code) == ("partial", "layout_changed"), third.log
    assert _held(lab) == {None, "layout_changed"}


def test_one_text_under_many_addresses_is_held_until_a_person_accepts(
    lab: Lab, server: FaultServer
) -> None:
    """A wrong selector, or a site that answers every address with its front page."""
    _site(server, range(4), page=html(article(1)))
    lab.html_source("cn-same", server.url("/list"))
    done = lab.run("cn-same")
    assert (done.state, done.error_code, done.exit_code) == ("partial", "same_text", 3), done.log
    assert _held(lab) == {"same_text"}
    assert _rules(lab) == ["doubted"]
    with lab.db.writer() as session:
        free = select(Document.id).where(not_held())
        assert session.scalars(free).all() == []
        first = session.scalars(select(Document.id)).first()
        assert first is not None
        set_review_state(session, first, state="accepted")
        assert session.scalars(free).all() == [first]


def test_a_flood_is_held(lab: Lab, server: FaultServer) -> None:
    _site(server, range(2))
    lab.html_source("cn-flood", server.url("/list"))
    lab.run("cn-flood")
    with lab.db.writer() as session:
        run = session.query(CrawlRun).one()
        for number in range(5):  # a history of quiet runs
            session.add(
                CrawlRun(
                    source_id=run.source_id,
                    trigger="schedule",
                    state="ok",
                    new=1,
                    requested_at=datetime.now(UTC) - timedelta(hours=9 - number),
                )
            )
    _site(server, range(2, 47))
    done = lab.run("cn-flood")
    assert (done.state, done.error_code) == ("partial", "flood"), done.log
    assert done.counts["new"] == 45
    with lab.db.reader() as session:
        held = session.query(Document).filter(Document.held == "flood").count()
    assert held == 45


def test_a_budget_of_one_page_is_enough_where_it_meets_known_rows(
    lab: Lab, server: FaultServer
) -> None:
    """Two new notices above the known ones of the only page that is read: nothing is amiss."""
    for number in range(8):
        server.routes[f"/a/{number}.html"] = html(article(number))
    rows = [(f"/a/{number}.html", f"第{number}号通知") for number in range(8)]
    server.routes["/list"] = html(listing(rows[2:]))
    lab.html_source("cn-short", server.url("/list"))
    text = (lab.folder / "sources" / "cn-short.yaml").read_text(encoding="utf-8")
    lab.source("cn-short", text + "paging: {style: number, param: page}\nbudget: {pages: 1}\n")
    assert lab.run("cn-short").state == "ok"
    server.routes["/list"] = html(listing(rows))
    done = lab.run("cn-short")
    assert (done.state, done.error_code, done.counts["new"]) == ("ok", None, 2), done.log


def test_a_list_without_end_is_reported_when_it_meets_the_limit_again(
    lab: Lab, server: FaultServer
) -> None:
    """A calendar: each page names new rows and a next page, for ever."""
    seen = 0

    def page(*_: object) -> Reply:
        nonlocal seen
        seen += 1
        path = f"/a/{seen}.html"
        server.routes[path] = html(article(seen))
        return html(listing([(path, f"第{seen}号通知")]))

    server.routes["/list"] = page
    lab.html_source("cn-endless", server.url("/list"))
    text = (lab.folder / "sources" / "cn-endless.yaml").read_text(encoding="utf-8")
    lab.source("cn-endless", text + "paging: {style: number, param: page}\nbudget: {pages: 3}\n")
    assert lab.run("cn-endless").state == "ok"  # the first look stops at its budget
    for _ in range(2):
        done = lab.run("cn-endless")
        assert (done.state, done.error_code) == ("partial", "limit_reached"), done.log
        assert done.counts["listed"] == 3
    assert _rules(lab) == ["limit_reached"]


def test_a_page_edited_withdrawn_and_put_back(lab: Lab, server: FaultServer) -> None:
    """A revision is no new item; a page counts as withdrawn after two looks, and may return."""
    _site(server, range(3))
    lab.html_source("cn-edited", server.url("/list"), recheck="0s")
    lab.run("cn-edited")
    edited = TEXT.replace("有关事项", "修订后的有关事项")
    server.routes["/a/1.html"] = html(article(1, text=edited))
    server.routes["/a/2.html"] = Reply(b"", 404)
    second = lab.run("cn-edited")
    assert (second.counts["new"], second.counts["changed"]) == (0, 1), second.log
    assert _states(lab) == {"/a/0.html": "live", "/a/1.html": "live", "/a/2.html": "live"}
    assert second.stats["gone"] == 0
    third = lab.run("cn-edited")
    assert third.stats["gone"] == 1, third.log
    assert _states(lab)["/a/2.html"] == "gone"
    assert "试点" in lab.text_of("/a/2.html")  # what it said is kept
    server.routes["/a/2.html"] = html(article(2))
    fourth = lab.run("cn-edited")
    assert _states(lab)["/a/2.html"] == "live"
    assert fourth.counts["new"] == 0
    with lab.db.reader() as session:
        days = session.scalars(select(Document.first_seen_at)).all()
        assert max(days) < datetime.now(UTC)
        assert len(lab.documents()) == 3


def _states(lab: Lab) -> dict[str, str]:
    with lab.db.reader() as session:
        rows = session.execute(select(Document.url, Document.state)).all()
    return {"/" + url.split("/", 3)[-1]: state for url, state in rows}
