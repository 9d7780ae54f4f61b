"""A morning at the desk, in a real browser."""

from __future__ import annotations

import pytest

from storage.models import Document, Issue
from storage.runs import claim_run, finish_run
from tests.browser.conftest import Tabs
from tests.review.conftest import NEWEST, PASSWORDS

pytestmark = pytest.mark.browser


def test_from_login_to_the_approved_issue(tabs: Tabs) -> None:
    page = tabs.open()
    assert page.inner_text("h1") == "今日一览"
    page.click("nav >> text=条目")
    page.click(".row h3 a >> nth=0")
    assert "浙江省经济和信息化厅等5部门" in page.inner_text("h1")
    page.click("text=与上一版对照")
    assert page.locator(".diff ins").count() >= 2
    page.go_back()
    page.click(".bar >> text=采用")
    assert "已采用" in page.inner_text("[role=status]")
    page.click("[role=status] >> text=撤销")
    assert "已撤销" in page.inner_text("[role=status]")
    page.click("nav >> text=简报")
    page.click("text=政策法规周报 >> nth=0")
    mail = page.frame_locator("iframe.mail")
    assert "政策法规周报" in mail.locator("body").inner_text()
    page.click("text=批准发送")
    page.check("text=我已看过预览")
    page.click("text=确认批准")
    assert "已批准" in page.inner_text("[role=status]")
    with tabs.site.desk.db.reader() as session:
        assert session.get_one(Issue, 2).state == "sending"


def test_run_now_follows_the_run_by_itself(tabs: Tabs) -> None:
    page = tabs.open()
    page.goto("/sources?q=工业和信息化部")
    page.click("text=立即抓取")
    assert "正在排队" in page.inner_text("#live")
    run_id = int(page.url.split("/runs/")[1].split("?")[0])
    desk = tabs.site.desk
    with desk.db.writer() as session:
        assert claim_run(session, run_id=run_id, lease_token="t", now=desk.now)
    page.wait_for_selector("#live progress")
    with desk.db.writer() as session:
        finish_run(
            session,
            run_id=run_id,
            lease_token="t",
            state="ok",
            reason="finished",
            now=desk.now,
            counts={"listed": 20, "new": 3},
        )
    page.wait_for_selector("#live:not([data-refresh])")
    assert "成功" in page.inner_text("#live")


def test_the_list_works_from_the_keyboard(tabs: Tabs) -> None:
    page = tabs.open()
    page.goto("/items?state=new")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("jax")  # letters typed into the box are no commands
    assert page.input_value("#q") == "jax"
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    current = page.locator(".row[aria-current]")
    assert current.count() == 1
    title = current.locator("h3").inner_text()
    page.keyboard.press("a")
    page.wait_for_selector("[role=status]")
    assert title[:20] in page.inner_text("[role=status]")
    # the list comes anew and the work goes on at the same place
    assert (
        page.evaluate("[...document.querySelectorAll('.row')].findIndex(r => r.ariaCurrent)") == 1
    )
    page.keyboard.press("s")
    page.keyboard.press("j")
    page.keyboard.press("s")
    assert "2" in page.inner_text("[data-chosen]")
    page.keyboard.press("X")
    page.wait_for_selector("[role=status] >> text=2 条")
    page.click("[role=status] >> text=撤销")
    page.wait_for_selector("[role=status] >> text=已撤销")
    assert page.is_disabled("#batch button >> nth=0")
    page.click("[data-all]")
    assert page.locator(".pick:checked").count() == page.locator(".pick").count() > 2
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url("**/items/*?from=**")
    page.click(".crumb a")
    page.wait_for_url("**/items?state=new*")


def test_everything_works_without_scripts(tabs: Tabs) -> None:
    page = tabs.open(role=None, java_script_enabled=False, viewport={"width": 390, "height": 844})
    page.goto("/items/1")
    page.fill("input[name=name]", "editor")
    page.fill("input[name=password]", PASSWORDS["editor"])
    page.click("main button")
    assert page.url.endswith("/items/1")
    page.goto("/items")
    assert not page.is_visible("select[name=state]")
    page.click("label[for=show-filters]")
    page.select_option("select[name=state]", "new")
    page.click(".side-fields >> text=筛选")
    assert "state=new" in page.url
    page.click(".row >> nth=0 >> text=不用")
    assert "不用" in page.inner_text("[role=status]")
    with tabs.site.desk.db.reader() as session:
        assert session.get_one(Document, NEWEST).review_state == "rejected"


def test_a_link_in_the_mail_preview_opens_outside_the_desk(tabs: Tabs) -> None:
    page = tabs.open()
    page.goto("/issues/2")
    frame = page.frame_locator("iframe.mail")
    assert frame.locator("base").get_attribute("target") == "_blank"
    assert page.evaluate("document.querySelector('iframe').contentDocument") is None
