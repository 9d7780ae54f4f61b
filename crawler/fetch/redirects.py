"""Redirects by status: at most five hops, each a request of its own through every check.

Scrapy's rules for credentials and methods stay; only the Referer, which we never send, is left
out. Meta refresh is not followed: it would decode every page, and no source needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.downloadermiddlewares.redirect import RedirectMiddleware as ScrapyRedirects

from crawler.errors import BadAddress, TooManyRedirects

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response


class RedirectMiddleware(ScrapyRedirects):
    """Follows 301, 302, 303, 307 and 308."""

    def handle_referer(self, request: Request, response: Response) -> None:
        """No Referer is ever sent."""

    def _engine_started(self) -> None:
        """Scrapy warns here that it misses the Referer middleware."""

    def process_response(
        self, request: Request, response: Response, spider: Any = None
    ) -> Request | Response:
        """The next hop, or the response. Raises TooManyRedirects, BadAddress (file:, data: …)."""
        if response.status < 300 or response.status >= 400:
            return response
        if request.meta.get("redirect_times", 0) >= self.max_redirect_times:
            raise TooManyRedirects(request.url)
        following = super().process_response(request, response)
        target = response.headers.get("Location")
        if following is response and target is not None:
            raise BadAddress(target.decode("latin-1")[:200])
        return following
