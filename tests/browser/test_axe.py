"""W03: axe-core finds nothing serious on any page, in both themes and at 320 pixels.

Slow, so it runs where ``DIBAO_TEST_AXE`` is set (``.ci/run``). axe-core comes with a package of the
CI lock; it is no part of this repository.
"""

from __future__ import annotations

import os
from datetime import date
from importlib import resources
from typing import Any

import pytest
from sqlalchemy import select

from storage.models import EventMember
from tests.browser.conftest import Tabs
from tests.browser.test_pages import PAGES
from tests.review.conftest import NEWEST
from tests.review.test_event_references import NEW, OLD, issue_new, put

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif("DIBAO_TEST_AXE" not in os.environ, reason="set DIBAO_TEST_AXE=1 to run it"),
]
MORE_PAGES = (
    "/import", "/events", f"/items/{NEWEST}/reading", f"/items/{NEWEST}/correct",
    f"/items/{NEWEST}/versions/1/evidence", f"/items/{NEWEST}/diff?show=changed",
    "/items?cites=数据安全法", "/issues/2/links", "/issues", f"/compare?a={NEWEST}@1&b={NEWEST}@2",
)  # fmt: skip
STRANGERS = ("/login", "/u/1.x", "/m/1.x", "/c/1.x")
RUN = """
() => axe.run(document, {iframes: false, resultTypes: ["violations"]}).then((done) =>
  done.violations.filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.help} ${one.nodes[0].html.slice(0, 160)}`))
"""


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core."""
    try:
        folder = resources.files("axe_playwright_python")
    except ModuleNotFoundError:
        pytest.skip("axe-core is absent: pip install -r requirements-ci.lock")
    return folder.joinpath("axe.min.js").read_text(encoding="utf-8")


def _serious(page: Any, axe: str) -> list[str]:
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(axe)
    found: list[str] = page.evaluate(RUN)
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_of_the_desk_has_a_serious_fault(tabs: Tabs, axe: str, theme: str) -> None:
    page = tabs.open(role="admin", color_scheme=theme, viewport={"width": 1280, "height": 900})
    for path in (*PAGES, *MORE_PAGES):
        page.goto(path)
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 900})
            assert _serious(page, axe) == [], (path, theme, width)
    # the mail's own page runs nothing at all, so its source is looked at elsewhere
    mail = page.request.get("/issues/2/mail").text()
    page.goto("about:blank")
    page.set_content(mail)
    assert _serious(page, axe) == []
    tabs.site.complaints = [c for c in tabs.site.complaints if "404" not in c]


def test_no_page_about_several_documents_has_a_serious_fault(tabs: Tabs, axe: str) -> None:
    desk = tabs.site.desk
    first = put(desk, OLD, "第一条 为规范数据经纪人，制定本规定。", day=date(2021, 5, 6))
    act = issue_new(desk)
    report = f"近日，浙江省数据局印发《{NEW}》，自2026年10月1日起施行。"
    put(desk, f"浙江印发《{NEW}》", report, day=date(2026, 9, 2), media=True)
    with desk.db.reader() as session:
        event = session.scalars(select(EventMember.event_id)).first()
    pages = (f"/items/{first}", f"/items/{act}", f"/events/{event}", f"/compare?a={first}&b={act}")
    for theme, width in (("light", 1280), ("light", 320), ("dark", 1280)):
        page = tabs.open(role="admin", color_scheme=theme, viewport={"width": width, "height": 900})
        for path in pages:
            answer = page.goto(path)
            assert answer.status == 200, path
            assert _serious(page, axe) == [], (path, theme, width)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_for_strangers_has_a_serious_fault(tabs: Tabs, axe: str, theme: str) -> None:
    page = tabs.open(role=None, color_scheme=theme, viewport={"width": 320, "height": 844})
    for path in STRANGERS:
        page.goto(path)
        assert _serious(page, axe) == [], (path, theme)
    tabs.site.complaints = [c for c in tabs.site.complaints if "404" not in c]
