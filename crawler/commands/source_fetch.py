"""Fetching a few pages by hand: through the guard, robots.txt first, one after the other.

For commands that look at a site once. Crawls never come here.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from crawler.commands.source_pins import PinnedStream
from crawler.errors import (
    BadAddress,
    BlockedAddress,
    HostPaused,
    RobotsDenied,
    RobotsUnreachable,
)
from crawler.fetch.guard import AllowList, check_address, check_url
from crawler.fetch.robots_rules import RobotsRules, judge_answer, product_token, read_rules
from crawler.host_budget import HostBudget

if TYPE_CHECKING:
    from crawler.config import CrawlConfig

MAX_HOPS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_BODY = 8 * 1024 * 1024


class FetchFailed(Exception):
    """A page that could not be had; the text says why (zh / en)."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """One answer, after redirects; ``charset`` is that of the header."""

    url: str
    status: int
    content: bytes
    charset: str | None


class GuardedBackend(httpcore.NetworkBackend):
    """Resolves names itself and dials only addresses that passed the guard."""

    def __init__(self, allow: AllowList, fixed: dict[str, str], pins: Mapping[str, str]) -> None:
        self.allow = allow
        self.pins = pins
        self.fixed = fixed
        self.inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Dial the first address of a host that may be contacted. Raises BlockedAddress."""
        if host in self.fixed:
            addresses = [self.fixed[host]]
        else:
            try:
                found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            except OSError as error:
                raise httpcore.ConnectError(f"{host}: {error}") from error
            addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for address in addresses:
            check_address(address, self.allow, host=host)
        stream = self.inner.connect_tcp(
            addresses[0], port, timeout, local_address, socket_options=socket_options
        )
        return PinnedStream(stream, self.pins) if self.pins else stream


class Visitor:
    """Asks one page at a time, in turn with all crawls; knows the robots rules of hosts it met."""

    def __init__(
        self,
        config: CrawlConfig,
        *,
        user_agent: str,
        budget: HostBudget | None = None,
        delay: float | None = None,
        pins: Mapping[str, str] | None = None,
    ) -> None:
        self.config = config
        self.delay = config.delay if delay is None else delay
        self.budget = budget or HostBudget()
        self.allow = AllowList.parse(config.allow_private)
        self.token = product_token(user_agent)
        context = ssl.create_default_context()
        if config.ca_file is not None:
            context.load_verify_locations(str(config.ca_file))
        transport = httpx.HTTPTransport(verify=context, trust_env=False)
        backend = GuardedBackend(self.allow, dict(config.hosts), pins or {})
        # httpx takes no network backend of its own; its pool is where names are dialled
        transport._pool = httpcore.ConnectionPool(ssl_context=context, network_backend=backend)
        self.client = httpx.Client(
            transport=transport,
            timeout=config.timeout,
            headers={"User-Agent": user_agent, "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.6"},
            follow_redirects=False,
            trust_env=False,
        )
        self.rules: dict[str, RobotsRules] = {}

    def close(self) -> None:
        """Close all connections."""
        self.client.close()
        self.budget.close()

    def get(
        self,
        url: str,
        *,
        method: str = "GET",
        body: bytes = b"",
        headers: Sequence[tuple[str, str]] = (),
    ) -> Fetched:
        """One page. Raises ``FetchFailed`` for everything that is not an answer of 200."""
        try:
            for _ in range(MAX_HOPS):
                check_url(url, self.allow)
                self._ask_robots(url)
                answer = self._send(url, method=method, body=body, headers=headers)
                if answer.status not in REDIRECTS:
                    break
                url, method, body = answer.url, "GET", b""
            else:
                raise FetchFailed(f"重定向过多 / too many redirects: {url}")
        except (BadAddress, BlockedAddress, HostPaused, RobotsDenied, RobotsUnreachable) as error:
            raise FetchFailed(f"{error.code}: {error}") from error
        except httpx.HTTPError as error:
            raise FetchFailed(f"{type(error).__name__}: {url}: {error}") from error
        if answer.status != 200:
            raise FetchFailed(f"HTTP {answer.status}: {url}")
        return answer

    def status(self, url: str) -> int:
        """The status behind an address, without its body; robots.txt and guard as for a page.

        Asked by HEAD, and by GET where that is refused: many servers know only GET. Raises
        ``BadAddress``, ``BlockedAddress``, ``HostPaused``, ``RobotsDenied``, ``RobotsUnreachable``
        or ``httpx.HTTPError``.
        """
        method = "HEAD"
        for _ in range(MAX_HOPS + 1):
            check_url(url, self.allow)
            self._ask_robots(url)
            answer = self._send(url, method=method, bodiless=True)
            if answer.status in REDIRECTS and answer.url != url:
                url = answer.url
            elif method == "HEAD" and answer.status >= 400 and answer.status != 429:
                method = "GET"
            else:
                return answer.status
        raise httpx.TooManyRedirects(url)

    def _send(
        self,
        url: str,
        *,
        method: str = "GET",
        body: bytes = b"",
        headers: Sequence[tuple[str, str]] = (),
        bodiless: bool = False,
    ) -> Fetched:
        known = self.rules.get(urlsplit(url).netloc)
        gap = max(self.delay, known.crawl_delay if known else 0.0)
        self.budget.wait(url, gap=gap)
        content = bytearray()
        try:
            with self.client.stream(
                method, url, content=body or None, headers=dict(headers)
            ) as response:
                for piece in () if bodiless else response.iter_bytes():
                    content += piece
                    if len(content) > MAX_BODY:
                        raise FetchFailed(f"超过 {MAX_BODY >> 20} MB / larger than that: {url}")
            target = response.headers.get("location")
            place = urljoin(url, target) if target and response.is_redirect else url
        except (ValueError, httpx.InvalidURL) as error:  # a name or a redirect that is no address
            raise BadAddress(f"{url}: {error}") from error
        self.budget.answered(
            url, status=response.status_code, wait_for=response.headers.get("retry-after")
        )
        return Fetched(place, response.status_code, bytes(content), response.charset_encoding)

    def _ask_robots(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.netloc not in self.rules:
            place = f"{parts.scheme}://{parts.netloc}/robots.txt"
            try:
                answer = self._send(place)
                for _ in range(MAX_HOPS):
                    if answer.status not in REDIRECTS:
                        break
                    check_url(answer.url, self.allow)
                    answer = self._send(answer.url)
                state = judge_answer(answer.status, content_type="", body=answer.content)
                body: bytes | None = answer.content
            except (httpx.HTTPError, FetchFailed):
                state, body = "unreachable", None
            self.rules[parts.netloc] = read_rules(
                state, body, token=self.token, longest_delay=self.config.max_crawl_delay
            )
        rules = self.rules[parts.netloc]
        if rules.state == "unreachable":
            raise RobotsUnreachable(url)
        if not rules.allows(url):
            raise RobotsDenied(url)
