"""Answers that are no page: challenges, error, maintenance, login and "not found" pages.

A challenge is a state of the host, never an item, and never solved. Only suspicious answers are
decoded and judged (``pipelines.pageclass``): an odd status, a short body, or hardly a link or
paragraph in it. Article pages pass at the sixth link, which is near their beginning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy.http import HtmlResponse, TextResponse

from crawler.errors import (
    Challenged,
    ErrorPage,
    FetchError,
    LoginPage,
    MaintenancePage,
    MissingPage,
)
from crawler.fetch.retrying import RetryPolicyMiddleware
from pipelines.decode import decode
from pipelines.pageclass import PageState, classify_response

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

SHORT_BODY = 3000
FEW_MARKS = 6
NOT_JUDGED = frozenset({304, 429})
SCANNED = 1 << 16
_ERRORS: dict[PageState, type[FetchError]] = {
    "challenge": Challenged,
    "error": ErrorPage,
    "maintenance": MaintenancePage,
    "login": LoginPage,
    "soft_404": MissingPage,
}


class ChallengeMiddleware:
    """Raises the named error of an answer that is no page; outermost but one."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> object:
        """The response, or a coroutine that raises."""
        if request.meta.get("any_status") or not suspicious(response):
            return response
        state = judge(response)
        if state not in _ERRORS or (response.status >= 400 and state != "challenge"):
            return response  # the retry policy reads error statuses
        return self._refuse(request, response, state)

    async def _refuse(self, request: Request, response: Response, state: PageState) -> Response:
        error = _ERRORS[state](f"HTTP {response.status}, {len(response.body)} bytes")
        if isinstance(error, Challenged):
            retrying = self.crawler.get_downloader_middleware(RetryPolicyMiddleware)
            if retrying is not None:
                await retrying.refused(request, error)
        raise error


def suspicious(response: Response) -> bool:
    """Whether an answer is worth a closer look; cheap."""
    if response.status in NOT_JUDGED:
        return False
    body = response.body
    if not isinstance(response, HtmlResponse):
        # a shell is a shell whatever type the wall in front of the site gives it
        return type(response) is TextResponse and b"<script" in body[:SHORT_BODY].lower()
    if response.status != 200 or len(body) < SHORT_BODY:
        return True
    return not (_has_many(body, b"<a ") or _has_many(body, b"<p") or _has_many(body, b"<A "))


def _has_many(body: bytes, mark: bytes) -> bool:
    """Whether a mark stands in the body some times; stops at the last one it needs."""
    place = -1
    for _ in range(FEW_MARKS):
        place = body.find(mark, place + 1)
        if place < 0:
            return False
    return True


def judge(response: Response) -> PageState:
    """The class of an answer by its decoded beginning."""
    text = decode(response.body[:SCANNED], header_charset=None).text
    headers = {
        name.decode("latin-1"): b"; ".join(values).decode("latin-1")
        for name, values in response.headers.items()
    }
    return classify_response(response.status, text, headers)
