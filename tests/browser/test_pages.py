"""Every page in both themes and three widths: nothing to complain about."""

from __future__ import annotations

from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pytest

from tests.browser.conftest import Tabs
from tests.review.conftest import NEWEST

pytestmark = pytest.mark.browser

CHECK = (Path(__file__).parent / "accessible.js").read_text(encoding="utf-8")
PAGES = (
    "/", "/items", "/items?q=元宇宙&state=new", "/items?q=没有这样的词", f"/items/{NEWEST}",
    f"/items/{NEWEST}/diff", f"/items/{NEWEST}/versions/1", "/sources", "/sources/cn-zhejiang-jxt",
    "/runs", "/runs/5", "/issues", "/issues/2", "/issues/2?part=text", "/issues/2?part=items",
    "/issues/1/outbox", "/subscribers", "/archive", "/users", "/account", "/nothing-here",
    "/statistics?types=all", "/archive/1",
)  # fmt: skip


@pytest.mark.parametrize(("theme", "widths"), [("light", (1280, 390, 320)), ("dark", (1280,))])
def test_pages_are_accessible_and_fit(tabs: Tabs, theme: str, widths: tuple[int, ...]) -> None:
    page = tabs.open(role="admin", color_scheme=theme, viewport={"width": 1280, "height": 900})
    for path in PAGES:
        page.goto(path)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 844})
            found = page.evaluate(CHECK)
            assert found == [], (path, theme, width, found)
    tabs.site.complaints = [c for c in tabs.site.complaints if "404" not in c]


def test_pages_for_strangers(tabs: Tabs) -> None:
    for theme in ("light", "dark"):
        page = tabs.open(role=None, color_scheme=theme, viewport={"width": 390, "height": 844})
        for path in ("/login", "/u/1.x", "/m/1.x", "/c/1.x"):
            page.goto(path)
            assert page.evaluate(CHECK) == [], (path, theme)
    tabs.site.complaints = [c for c in tabs.site.complaints if "404" not in c]


def test_the_keyboard_reaches_everything_and_shows_where_it_is(tabs: Tabs) -> None:
    page = tabs.open()
    page.goto("/items")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    outlined = """() => {
      const style = getComputedStyle(document.activeElement);
      return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    }"""
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(outlined), page.evaluate("document.activeElement.outerHTML")


def test_the_web_edition_prints_without_its_navigation(tabs: Tabs) -> None:
    page = tabs.open()
    page.goto("/archive/1")
    with pypdfium2.PdfDocument(page.pdf(format="A4")) as file:
        text = "".join(sheet.get_textpage().get_text_range() for sheet in file)
    bare = "".join(text.split())
    assert "跳到正文" not in bare
    assert "←往期" not in bare
    first = page.locator("article h3 a >> nth=0")
    assert "".join(first.inner_text().split()) in bare
    assert first.get_attribute("href") in bare
