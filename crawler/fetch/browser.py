"""Pages that scripts build (``needs: js`` in a source file), rendered by the system's Chromium.

The browser has no network of its own: every request of a page is answered from here, through the
crawl's own downloader, so the address guard, robots.txt, the budget of the host, the limits of size
and time and the record of fetches hold for it as for any other. What cannot be asked for that way
(pictures, fonts, sockets, downloads, other schemes) is refused. A page is fetched and judged before
its scripts run, so a challenge is a state here too, and is never given to a browser to solve.
Optional: without Playwright or Chromium such a source fails by name, and only such a source.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scrapy import Request, signals
from scrapy.exceptions import NotConfigured
from scrapy.http import HtmlResponse, Response
from scrapy.http.request import NO_CALLBACK

from crawler.errors import BrowserFailed, BrowserMissing, FetchError, TimedOut
from crawler.fetch.failures import translate

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

log = logging.getLogger(__name__)

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WANTED = frozenset({"document", "script", "xhr", "fetch"})
MOST_REQUESTS = 60  # of one page
RENDER_SECONDS = 60.0
QUIET_SECONDS = 0.5
PATIENT_SECONDS = 3.0  # where the source says what must appear
STEP = 0.05
FLAGS = (
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--renderer-process-limit=1",
    "--js-flags=--max-old-space-size=384",
    # nothing leaves this process by itself: names do not resolve, and the proxy is nobody
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
)


class BrowserMiddleware:
    """Answers list and article requests of a source that needs scripts with the rendered page."""

    def __init__(self, crawler: Crawler, *, executable: str) -> None:
        self.crawler = crawler
        self.executable = executable
        self._playwright: Any = None
        self._browser: Any = None
        self._one_at_a_time = asyncio.Lock()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Only for sources with ``needs: js``."""
        spec = getattr(crawler.spidercls, "spec", None)
        if getattr(spec, "needs", None) != "js":
            raise NotConfigured
        made = cls(crawler, executable=crawler.settings["DIBAO_BROWSER"] or "")
        crawler.signals.connect(made.close, signals.spider_closed)
        return made

    async def process_request(self, request: Request) -> Response | None:
        """The rendered page; None for requests of a page being rendered, and for robots.txt."""
        role = request.meta.get("role")
        if request.meta.get("in_browser") or role not in ("list", "detail"):
            return None
        if request.method != "GET":
            return None  # an API needs no browser
        async with self._one_at_a_time:
            first = await self._ask(Request(request.url, headers=request.headers))
            if not isinstance(first, HtmlResponse):
                return first
            return await self._rendered(request, first)

    async def _ask(self, request: Request) -> Response:
        """One request of a page, through every check of the crawl. Raises FetchError."""
        asked = request.replace(
            callback=NO_CALLBACK,
            dont_filter=True,
            meta={"in_browser": True, "role": "resolve"},
        )
        try:
            return await self.crawler.engine.download_async(asked)
        except Exception as error:
            raise translate(error, asked) from error

    async def _rendered(self, request: Request, first: HtmlResponse) -> Response:
        browser = await self._open()
        try:
            context = await browser.new_context(
                accept_downloads=False,
                service_workers="block",
                user_agent=self.crawler.settings["USER_AGENT"],
            )
        except Exception as error:
            await self.close()
            raise BrowserFailed(_line(error)) from error
        try:
            page = Page(self, first, wanted=self._awaited(request))
            html = await asyncio.wait_for(page.render(context), RENDER_SECONDS)
        except TimeoutError:
            raise TimedOut(f"rendering took longer than {RENDER_SECONDS:.0f} s") from None
        except FetchError:
            raise
        except Exception as error:
            raise BrowserFailed(_line(error)) from error
        finally:
            with suppress(Exception):
                await context.close()
        limit = self.crawler.settings.getint("DOWNLOAD_MAXSIZE")
        body = html.encode("utf-8", "replace")[: limit or None]
        return HtmlResponse(
            first.url,
            status=first.status,
            headers={"Content-Type": "text/html; charset=utf-8"},
            body=body,
            request=request,
            flags=["rendered"],
            ip_address=first.ip_address,
        )

    def _awaited(self, request: Request) -> str | None:
        """The selector whose match says that the scripts are done, where the source has one."""
        spec: Any = getattr(self.crawler.spider, "spec", None)
        name = "row" if request.meta.get("role") == "list" else "body"
        text: str | None = getattr(spec, name, None)
        return None if text is None or text.startswith("xpath:") else text

    async def _open(self) -> Any:
        if self._browser is not None and self._browser.is_connected():
            return self._browser
        executable = find_browser(self.executable)
        try:
            from playwright.async_api import async_playwright
        except ImportError as error:
            raise BrowserMissing(_line(error)) from error
        try:
            self._playwright = self._playwright or await async_playwright().start()
            self._browser = await self._playwright.chromium.launch(
                executable_path=executable,
                args=list(FLAGS),
                chromium_sandbox=os.geteuid() != 0,
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
        except Exception as error:
            await self.close()
            raise BrowserFailed(_line(error)) from error
        return self._browser

    async def close(self) -> None:
        """End the browser; it ends by itself when this process is killed."""
        browser, self._browser = self._browser, None
        playwright, self._playwright = self._playwright, None
        for part, end in ((browser, "close"), (playwright, "stop")):
            if part is not None:
                with suppress(Exception):
                    await asyncio.wait_for(getattr(part, end)(), 10)


class Page:
    """One page in the browser, whose requests are answered by ``keeper``."""

    def __init__(
        self, keeper: BrowserMiddleware, first: HtmlResponse, *, wanted: str | None
    ) -> None:
        self.keeper = keeper
        self.first = first
        self.wanted = wanted
        self.asked = 0
        self.waiting = 0
        self.busy_at = time.monotonic()

    async def render(self, context: Any) -> str:
        """The document once its scripts are done: the rows are there, or nothing moves."""
        await context.route("**/*", self._answer)
        page = await context.new_page()
        await page.goto(self.first.url, wait_until="domcontentloaded", timeout=0)
        self.busy_at = time.monotonic()  # its scripts begin now, however slowly it opened
        quiet = PATIENT_SECONDS if self.wanted else QUIET_SECONDS
        while time.monotonic() - self.busy_at < quiet or self.waiting:
            if self.wanted and await page.query_selector(self.wanted):
                break
            await asyncio.sleep(STEP)
        html: str = await page.content()
        return html

    async def _answer(self, route: Any) -> None:
        """Give the browser what the crawl fetched, or refuse."""
        asked = route.request
        self.asked += 1
        if self.asked == 1 and asked.url.partition("#")[0] == self.first.url.partition("#")[0]:
            await _give(route, self.first)
            return
        # one document a page: a second one is a frame, or a page that loads itself again
        if asked.resource_type not in WANTED - {"document"} or self.asked > MOST_REQUESTS:
            await route.abort("blockedbyclient")
            return
        self.waiting += 1
        try:
            await _give(route, await self.keeper._ask(_copied(asked, referer=self.first.url)))
        except FetchError as error:
            log.info("no part of a page (%s) %s: %s", error.code, asked.url, error.detail)
            with suppress(Exception):
                await route.abort("failed")
        finally:
            self.waiting -= 1
            self.busy_at = time.monotonic()


def find_browser(configured: str) -> str:
    """The Chromium to use. Raises BrowserMissing."""
    if configured:
        if os.access(configured, os.X_OK) and Path(configured).is_file():
            return configured
        raise BrowserMissing(configured)
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    raise BrowserMissing("chromium")


def _copied(asked: Any, *, referer: str) -> Request:
    headers = {
        name: value
        for name, value in asked.headers.items()
        if name.lower() in ("accept", "content-type", "x-requested-with")
    }
    method = asked.method if asked.method in ("GET", "POST") else "GET"
    return Request(
        asked.url,
        method=method,
        headers={**headers, "Referer": referer},
        body=asked.post_data_buffer,
    )


async def _give(route: Any, response: Response) -> None:
    kind = (response.headers.get("Content-Type") or b"text/html").decode("latin-1")
    headers = {"content-type": kind, "access-control-allow-origin": "*"}
    await route.fulfill(status=response.status, headers=headers, body=response.body)


def _line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
