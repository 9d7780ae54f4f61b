"""Short log lines for crawls: an item or a failure never prints its body."""

from __future__ import annotations

import logging
from typing import Any

from scrapy.logformatter import LogFormatter, LogFormatterResult

_engine = logging.getLogger("scrapy.core.engine")
_scraper = logging.getLogger("scrapy.core.scraper")


class QuietFormatter(LogFormatter):
    """Says what happened to which address; details are in the run record."""

    def crawled(self, request: Any, response: Any, spider: Any) -> LogFormatterResult | None:  # type: ignore[override]
        """One line per answer, when anybody reads it."""
        if not _engine.isEnabledFor(logging.DEBUG):
            return None
        return {"level": logging.DEBUG, "msg": "%s %s", "args": (response.status, response.url)}

    def scraped(  # type: ignore[override]
        self, item: Any, response: Any, spider: Any
    ) -> LogFormatterResult | None:
        """One line per item, when anybody reads it."""
        if not _scraper.isEnabledFor(logging.DEBUG):
            return None
        outcome = getattr(item, "outcome", None) or "item"
        return {"level": logging.DEBUG, "msg": "%s %s", "args": (outcome, _address(item))}

    def dropped(
        self, item: Any, exception: BaseException, response: Any, spider: Any
    ) -> LogFormatterResult:
        """One line per refused item."""
        return {
            "level": logging.WARNING,
            "msg": "dropped %s: %s",
            "args": (_address(item), exception),
        }

    def item_error(
        self, item: Any, exception: BaseException, response: Any, spider: Any
    ) -> LogFormatterResult:
        """The address in place of the whole item."""
        return {
            "level": logging.ERROR,
            "msg": "error in a stage on %s",
            "args": (_address(item),),
        }


def _address(item: Any) -> str:
    return str(getattr(item, "url", None) or (item.get("url") if isinstance(item, dict) else "?"))
