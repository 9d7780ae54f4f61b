"""Where every fetch ends: with a page, or with a named error and a line in the run record.

Scrapy's downloader, extended at the one place that sees the outcome of all middlewares. Errors
leave it as ``Refused``, which carries ``code``, ``retry`` and ``detail`` for the spider's errback.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from scrapy.core.downloader import Downloader
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from twisted.internet.defer import Deferred, inlineCallbacks

from crawler.fetch.failures import Refused, translate

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

    from crawler.fetch.recorder import RunRecorder

log = logging.getLogger(__name__)


class CrawlDownloader(Downloader):
    """Counts every answer and gives every failure its name."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._recorder: RunRecorder | None = None

    @inlineCallbacks
    def fetch(
        self, request: Request, spider: Any = None
    ) -> Generator[Deferred[Any], Any, Response | Request]:
        """The answer after all middlewares. Raises Refused."""
        recorder = self._recorder or self._find_recorder()
        try:
            result: Response | Request = yield super().fetch(request)
        except Exception as error:
            refused = Refused(translate(error, request))
            refused.__cause__ = error
            recorder.count_failure(request, refused)
            raise refused from error
        if isinstance(result, Response):
            recorder.count_answer(request, result)
        return result

    def _find_recorder(self) -> RunRecorder:
        from crawler.fetch.recorder import RunRecorder

        found = self.crawler.get_extension(RunRecorder)
        if found is None:
            raise NotConfigured("CrawlDownloader needs the RunRecorder extension")
        self._recorder = found
        return found
