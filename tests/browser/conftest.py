"""The application on a loopback port and Debian's chromium in front of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from tests.crawler.fetch.conftest import empty_database, lab, server
from tests.review.conftest import PASSWORDS, Desk, empty, filled, open_desk

__all__ = ["empty", "empty_database", "filled", "lab", "server"]

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    """One headless browser for the tests of this folder.

    Not longer: while it runs, its event loop would be in the way of other tests.
    """
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is absent: apt-get install chromium fonts-wqy-microhei")
    api = pytest.importorskip("playwright.sync_api", reason="the browser extra is not installed")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Site:
    """A running server with what its pages complained about."""

    base: str
    desk: Desk
    complaints: list[str] = field(default_factory=list)


@pytest.fixture
def site(filled: Path, tmp_path: Path) -> Iterator[Site]:
    """The sample desk behind a real server."""
    desk = open_desk(filled, tmp_path)
    config = uvicorn.Config(
        desk.app, host="127.0.0.1", port=0, log_level="error", lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive(), "the server did not start"
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Site(f"http://127.0.0.1:{port}", desk)
    server.should_exit = True
    thread.join(10)
    desk.close()


@dataclass
class Tabs:
    """Opens pages that report every console error, page error and failed request."""

    browser: Any
    site: Site
    contexts: list[Any] = field(default_factory=list)
    signed_in: Any = None

    def open(self, *, role: str | None = "editor", **options: Any) -> Any:
        """A fresh tab, signed in as the given role."""
        state = self.signed_in if role is not None else None
        context = self.browser.new_context(base_url=self.site.base, storage_state=state, **options)
        self.contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.site.complaints.append(f"page: {error}"))
        page.on("requestfailed", self._failed)
        if role is not None and state is None:
            page.goto("/login")
            page.fill("input[name=name]", role)
            page.fill("input[name=password]", PASSWORDS[role])
            page.press("input[name=password]", "Enter")
            page.wait_for_url("**/")
            self.signed_in = context.storage_state()
        return page

    def _failed(self, request: Any) -> None:
        # leaving a page stops what it was still loading
        if request.failure != "net::ERR_ABORTED":
            self.site.complaints.append(f"failed: {request.url} {request.failure}")

    def _console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.site.complaints.append(f"console: {message.text}")


@pytest.fixture
def tabs(chromium: Any, site: Site) -> Iterator[Tabs]:
    """Tabs over the running site; afterwards nothing may have been complained about."""
    opened = Tabs(chromium, site)
    yield opened
    for context in opened.contexts:
        context.close()
    assert site.complaints == []
