"""What one answer to robots.txt means (RFC 9309); pure, parsed by protego.

The status decides first: protego reads an HTML error page as "all allowed".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from protego import Protego

RobotsState = Literal["rules", "allowed_all", "disallowed", "unreachable"]

PARSED_BYTES = 512 * 1024  # the RFC asks for at least 500 KiB
REFUSING = frozenset({401, 403, 429})  # stricter than the RFC: the site does not want us there


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """The rules of one host for our product token."""

    state: RobotsState
    parser: Protego | None
    token: str
    crawl_delay: float = 0.0

    def allows(self, url: str) -> bool:
        """Whether an address of this host may be fetched."""
        if self.parser is None:
            return self.state == "allowed_all"
        return bool(self.parser.can_fetch(url, self.token))


def judge_answer(status: int, *, content_type: str, body: bytes) -> RobotsState:
    """The state after a final answer.

    2xx text: its rules. 2xx HTML: no robots file there. 401, 403, 429: everything disallowed.
    Other 4xx: allowed. 5xx and anything else: unreachable, so nobody may fetch.
    """
    if 200 <= status < 300:
        return "allowed_all" if _is_html(content_type, body) else "rules"
    if status in REFUSING:
        return "disallowed"
    return "allowed_all" if 400 <= status < 500 else "unreachable"


def read_rules(
    state: RobotsState, body: bytes | None, *, token: str, longest_delay: float
) -> RobotsRules:
    """Parse the rules (the first 512 KiB, any BOM dropped, bytes that are no UTF-8 replaced)."""
    if state != "rules" or not body:
        return RobotsRules("allowed_all" if state == "rules" else state, None, token)
    text = kept(body).decode("utf-8-sig", "replace")
    if "disallow" not in text.lower() and "delay" not in text.lower():
        return RobotsRules("allowed_all", None, token)
    parser = Protego.parse(text)
    delay = float(parser.crawl_delay(token) or 0.0)
    rate = parser.request_rate(token)
    if rate is not None and rate.requests > 0:
        delay = max(delay, rate.seconds / rate.requests)
    return RobotsRules("rules", parser, token, min(max(delay, 0.0), longest_delay))


def kept(body: bytes) -> bytes:
    """The part of a robots.txt that is parsed and stored: whole lines of the first 512 KiB."""
    if len(body) <= PARSED_BYTES:
        return body
    cut = body[:PARSED_BYTES]
    return cut[: cut.rfind(b"\n") + 1] or cut


def host_key(url: str) -> str:
    """``host`` or ``host:port`` (when not the scheme's own): one robots.txt each."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    port = parts.port
    if port is None or port == {"http": 80, "https": 443}.get(parts.scheme):
        return host
    return f"{host}:{port}"


def product_token(user_agent: str) -> str:
    """The name that robots.txt files address: ``Dibao`` of ``Dibao/0.1 (…)``."""
    first = user_agent.split(" ", 1)[0]
    return first.split("/", 1)[0] or "Dibao"


def _is_html(content_type: str, body: bytes) -> bool:
    if "html" in content_type.lower():
        return True
    start = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype", b"<html", b"<head", b"<script", b"<?xml"))
