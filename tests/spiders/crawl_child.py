"""A real crawl in a process of its own: sources as YAML on stdin, what they gave on stdout.

Run by the tests of the spiders; needs nothing of the crawler package.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess

from pipelines.items import Bulletin
from pipelines.urls import url_key
from spiders.bind import bind
from spiders.catalogue import parse_source
from spiders.ledger import MemoryLedger, Selection
from spiders.rows import ListRow

SETTINGS = {
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "LOG_ENABLED": False,
    "RETRY_ENABLED": False,
    "DOWNLOAD_DELAY": 0,
    "DOWNLOAD_TIMEOUT": 10,
}
NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


class EarlierRuns(MemoryLedger):
    """A ledger that remembers what earlier runs listed and what they left unfinished."""

    def __init__(self, known: list[str], unfinished: list[str]) -> None:
        super().__init__()
        self.earlier = {url_key(url) for url in known}
        self.known |= self.earlier | {url_key(url) for url in unfinished}
        self.unfinished = [ListRow(url=url, title="unfinished") for url in unfinished]

    async def pending(self) -> list[ListRow]:
        return self.unfinished

    async def filter_new(self, rows: Any) -> Selection:
        picked = await super().filter_new(rows)
        ground = bool(rows) and all(url_key(row.url) in self.earlier for row in rows)
        return Selection(fetch=picked.fetch, new=picked.new, ground=ground)


def main() -> None:
    """Crawl all sources of stdin in one process and print what came."""
    results: dict[str, Any] = {}
    process = AsyncCrawlerProcess(SETTINGS)
    for job in json.load(sys.stdin):
        spec = parse_source(job["yaml"].encode(), path=Path(f"{job['key']}.yaml"))
        ledger = EarlierRuns(job.get("known", []), job.get("unfinished", []))
        crawler = process.create_crawler(bind(spec))
        result: dict[str, Any] = {"items": [], "failures": ledger.failures}
        results[job["key"]] = result

        def keep(item: Bulletin, result: dict[str, Any] = result) -> None:
            result["items"].append(
                {
                    "url": item.url,
                    "title": item.hints.title,
                    "date_text": item.hints.date_text,
                    "media": item.media,
                    "charset": item.charset,
                    "text": item.content.decode("utf-8", "replace"),
                    "status": item.fetch.status,
                    "number": item.hints.doc_number,
                }
            )

        def closed(spider: Any, reason: str, result: dict[str, Any] = result) -> None:
            result["reason"] = reason
            stats = spider.crawler.stats.get_stats()
            result["stats"] = {k: v for k, v in stats.items() if isinstance(v, int | str | tuple)}

        crawler.signals.connect(keep, signals.item_scraped, weak=False)
        crawler.signals.connect(closed, signals.spider_closed, weak=False)
        process.crawl(crawler, ledger=ledger, clock=lambda: NOW, **job.get("args", {}))
    process.start()
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
