"""Reading the archive of a source back to a day: past known ground, past the usual budgets."""

from __future__ import annotations

from datetime import date
from typing import Any

ARCHIVE_PAGES = 5000
ARCHIVE_ITEMS = 100_000


def read_archive(spider: Any, since: str) -> None:
    """Make a spider page back to ``since`` (ISO day) whatever its everyday budget is.

    What a person gave on the command line (``-a since=… -a pages=…``) stays.
    """
    if getattr(spider, "since", None) is not None:
        return
    spider.since = date.fromisoformat(since)
    spider.pages = max(spider.pages, ARCHIVE_PAGES)
    spider.items = max(spider.items, ARCHIVE_ITEMS)
