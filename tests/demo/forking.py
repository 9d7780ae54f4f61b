"""The program with crawl processes that are forked: ``python -m tests.demo.forking demo``."""

from __future__ import annotations

from unittest.mock import patch

from crawler.cli import main
from tests.crawler.fetch.forked import ForkingDispatcher

if __name__ == "__main__":
    with patch("crawler.demo.run.LocalDispatcher", ForkingDispatcher):
        main()
