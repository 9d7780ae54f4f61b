"""Having the links of an issue asked from its page."""

from __future__ import annotations

from dataclasses import dataclass, field

from digest.frozen import load_issue
from digest.gates import record_links
from digest.link_check import check_links, issue_links
from review.link_checker import LinkProgress
from tests.review.conftest import Desk


@dataclass
class Checker:
    """Asks nothing; remembers who wanted what, and says what the test sets."""

    started: list[tuple[int, str]] = field(default_factory=list)
    known: LinkProgress | None = None

    def start(self, issue_id: int, *, actor: str) -> bool:
        if self.known is not None and self.known.state == "running":
            return False
        self.started.append((issue_id, actor))
        self.known = LinkProgress("running")
        return True

    def progress(self, issue_id: int) -> LinkProgress | None:
        return self.known


def answered(desk: Desk, *, dead: int) -> list[str]:
    """Keep answers in which the first ``dead`` links are gone; all addresses."""
    with desk.db.writer() as session:
        _, view = load_issue(session, 2)
        urls = [link.url for link in issue_links(view)]
        report = check_links(view, lambda url: 404 if url in urls[:dead] else 200)
        record_links(session, 2, report, actor="li", now=desk.now)
    return urls


def test_links_are_asked_from_the_page_with_progress_and_results(desk: Desk) -> None:
    checker = desk.app.state.site.links = Checker()
    editor = desk.visitor("editor")
    assert "还没有核对过" in editor.get("/issues/2").text
    answer = editor.post("/issues/2/links")
    assert checker.started == [(2, "editor")]
    assert "已开始核对链接" in editor.get(answer.headers["location"]).text
    checker.known = LinkProgress("running", 3, 40)
    page = editor.page("/issues/2")
    assert "3 / 40" in page.one("#live").text()
    assert page.one("#live progress").attr("value") == "3"
    assert page.one("#live").attr("data-from") == "/issues/2/links"
    assert "3 / 40" in editor.page("/issues/2/links").one("#live").text()
    assert not page.has('form[action="/issues/2/links"]')
    assert "正在核对" in editor.get(editor.post("/issues/2/links").headers["location"]).text
    urls = answered(desk, dead=1)
    checker.known = LinkProgress("done", len(urls), len(urls))
    live = editor.page("/issues/2").one("#live")
    assert "data-refresh" not in live.names()
    assert live.one("li a").attr("href") == urls[0]
    assert "HTTP 404" in live.text()
    number = live.one('li a[href*="#line-"]')
    assert number.text().startswith("本期第 1 条")
    target = number.attr("href").partition("#")[2]
    assert editor.page("/issues/2?part=items").has(f"#{target}")


def test_answers_that_are_old_or_broke_off_say_so(desk: Desk) -> None:
    checker = desk.app.state.site.links = Checker()
    answered(desk, dead=0)
    reader = desk.visitor("reader")
    assert "以前的结果" not in reader.get("/issues/2").text
    desk.later(hours=73)
    reader = desk.visitor("reader")
    assert "以前的结果" in reader.get("/issues/2").text
    checker.known = LinkProgress("failed", 2, 40)
    assert "核对中断了" in reader.get("/issues/2").text


def test_readers_start_nothing_and_a_desk_that_cannot_ask_offers_nothing(desk: Desk) -> None:
    checker = desk.app.state.site.links = Checker()
    reader = desk.visitor("reader")
    assert not reader.page("/issues/2").has('form[action="/issues/2/links"]')
    assert reader.post("/issues/2/links").status_code == 403
    assert checker.started == []
    desk.app.state.site.links = None
    editor = desk.visitor("editor")
    assert not editor.page("/issues/2").has('form[action="/issues/2/links"]')
    assert editor.post("/issues/2/links").status_code == 404
    assert editor.get("/issues/99/links").status_code == 404
