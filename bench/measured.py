"""The process whose CPU is counted: ``python -m bench.measured <mode> --url … --count …``.

Modes: ``stock`` (Scrapy as it comes, robots on), ``ours`` (our settings, no database), ``line``
(a source from its list to the database) and ``obvious``. Prints one JSON line: CPU seconds,
peak memory, CPU seconds at the first request, pages.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

FIRST: list[float] = []


class FirstRequest:
    """Scrapy extension: notes the CPU used when the first request goes out."""

    def __init__(self, crawler: Any) -> None:
        from scrapy import signals

        crawler.signals.connect(self.reached, signals.request_reached_downloader)

    @classmethod
    def from_crawler(cls, crawler: Any) -> FirstRequest:
        return cls(crawler)

    def reached(self) -> None:
        """Called for every request."""
        if not FIRST:
            FIRST.append(time.process_time())


EXTENSION = {"bench.measured.FirstRequest": 900}


def pages_spider(url: str, kind: str, count: int) -> Any:
    """A spider that fetches numbered pages and does nothing with them."""
    import scrapy

    class PagesSpider(scrapy.Spider):
        name = "pages"

        async def start(self) -> AsyncIterator[Any]:
            for number in range(count):
                yield scrapy.Request(f"{url}/{kind}/{number}")

        def parse(self, response: Any) -> None:
            """Nothing: fetching is what is measured."""

    return PagesSpider


def run_stock(url: str, kind: str, count: int) -> None:
    """Scrapy as it comes, with robots.txt obeyed."""
    from scrapy.crawler import AsyncCrawlerProcess

    settings = {
        "ROBOTSTXT_OBEY": True,
        "LOG_LEVEL": "INFO",
        "LOG_FILE": os.devnull,
        "EXTENSIONS": EXTENSION,
    }
    process = AsyncCrawlerProcess(settings)
    process.crawl(pages_spider(url, kind, count))
    process.start()


def run_ours(url: str, kind: str, count: int) -> None:
    """Our settings, middlewares and downloader; no database, nothing parsed."""
    import scrapy.core.downloader.handlers.http11  # noqa: F401 - as crawler.child does
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    extra = {"DIBAO_DATABASE_URL": "", "LOG_FILE": os.devnull, "EXTENSIONS": EXTENSION}
    settings.update(extra, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    process.crawl(pages_spider(url, kind, count))
    process.start()


def run_line(run_id: int, token: str, config: str) -> None:
    """One crawl run through the child, as the dispatcher starts it."""
    from crawler import child

    original = child.run_spider
    child.run_spider = lambda key, values: original(key, {**values, "EXTENSIONS": EXTENSION})
    code = child.main(["--run-id", str(run_id), "--lease-token", token, "--config", config])
    if code != 0:
        sys.exit(f"the run ended with exit code {code}")


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mode", choices=["stock", "ours", "line", "obvious"])
    parser.add_argument("--url", default="")
    parser.add_argument("--kind", default="plain")
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--run-id", type=int, default=0)
    parser.add_argument("--config", default="")
    parser.add_argument("--database", default="")
    arguments = parser.parse_args()
    if arguments.mode == "stock":
        run_stock(arguments.url, arguments.kind, arguments.count)
    elif arguments.mode == "ours":
        run_ours(arguments.url, arguments.kind, arguments.count)
    elif arguments.mode == "obvious":
        from bench.obvious import run_obvious

        run_obvious(arguments.url, arguments.kind, arguments.count, arguments.database)
    else:
        run_line(arguments.run_id, "bench", arguments.config)
    from bench.measured import FIRST as first  # Scrapy loads this module by its name

    usage = resource.getrusage(resource.RUSAGE_SELF)
    found = {
        "cpu": round(usage.ru_utime + usage.ru_stime, 4),
        "rss_mb": usage.ru_maxrss // 1024,
        "first_request_cpu": round(first[0], 3) if first else None,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
