"""A small crawl without a source: named pages and waiting files, under the manners of every crawl.

``python -m crawler.errand --config PATH``: reads one JSON request from standard input and prints
one JSON report. Guard, robots, the shared budget of each host, retry and size rules are those of
``crawler.child``; only the list, the run row and the frontier are missing.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import scrapy.core.downloader.handlers.http11  # noqa: F401 - before everything else, see child
from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.config import load_config
from crawler.fetch.process_limits import die_with_parent, lead_own_group, limit_memory

MOST_FILES = 500


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the errand of standard input; 0 also when addresses failed (the report says which)."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    parent = os.getppid()
    parser = argparse.ArgumentParser(prog="python -m crawler.errand")
    parser.add_argument("--config", type=Path)
    options = parser.parse_args(arguments)
    config = load_config(options.config)
    request = json.load(sys.stdin)
    die_with_parent(parent)
    lead_own_group()
    limit_memory(int(config.crawl.memory_limit))
    logging.basicConfig(level="WARNING", stream=sys.stderr)
    report = run(request, config_file=options.config, database_url=config.storage.database_url)
    print(json.dumps(report, ensure_ascii=False))
    return 0


def run(request: dict[str, Any], *, config_file: Path | None, database_url: str) -> dict[str, Any]:
    """Fetch what the request names: ``urls`` into ``folder``, and the ``files`` it selects."""
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    from crawler.child import quieten
    from crawler.fetch.attachments import AttachmentFetcher

    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    values = {
        "LOG_INSTALL_ROOT_HANDLER": False,
        "LOG_LEVEL": "WARNING",
        "DIBAO_CONFIG_FILE": str(config_file) if config_file else "",
        "DIBAO_DATABASE_URL": database_url,
        "DIBAO_DRY_RUN": True,  # no run row, no frontier
        "DIBAO_ERRAND": request.get("files") or {},
        "DIBAO_WARC": "",
    }
    settings.update(values, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    quieten(level="WARNING")
    crawler = process.create_crawler(Errand)
    process.crawl(crawler, urls=request.get("urls") or (), folder=request.get("folder"))
    process.start()
    pages = crawler.spider.pages if isinstance(crawler.spider, Errand) else []
    fetcher = crawler.get_extension(AttachmentFetcher) if crawler._extensions is not None else None
    return {"pages": pages, "files": fetcher.fetched if fetcher is not None else 0}


class Errand(Spider):
    """Fetches addresses into files of a folder, numbered as they were asked."""

    name = "errand"

    def __init__(self, *, urls: Sequence[str] = (), folder: str | None = None) -> None:
        super().__init__()
        self.urls = list(urls)
        self.folder = Path(folder) if folder else None
        self.pages: list[dict[str, Any]] = []

    async def start(self) -> AsyncIterator[Any]:
        """One request for each address."""
        for number, url in enumerate(self.urls):
            yield Request(
                url,
                callback=self.parse,
                errback=self.failed,
                cb_kwargs={"number": number, "asked": url},
                meta={"role": "detail"},
                dont_filter=True,
            )

    def parse(self, response: Response, number: int, asked: str) -> None:
        """Keep the bytes and the facts of an answer."""
        if self.folder is None:
            return
        path = self.folder / f"page-{number}"
        path.write_bytes(response.body)
        self.pages.append(
            {
                "asked": asked,
                "url": response.url,
                "status": response.status,
                "path": str(path),
                "content_type": _header(response, "Content-Type"),
                "disposition": _header(response, "Content-Disposition"),
                "etag": _header(response, "ETag"),
                "last_modified": _header(response, "Last-Modified"),
            }
        )

    def failed(self, failure: Failure) -> None:
        """A named error in place of a page."""
        request: Request = failure.request  # type: ignore[attr-defined]
        error = failure.value
        self.pages.append(
            {
                "asked": request.cb_kwargs["asked"],
                "code": str(getattr(error, "code", "fetch_failed")),
                "detail": str(getattr(error, "detail", error))[:300],
            }
        )


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1")[:500] if value else None


if __name__ == "__main__":
    sys.exit(main())
