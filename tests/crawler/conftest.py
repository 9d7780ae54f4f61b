"""Crawl laboratory and fault server for the tests of dispatcher and scheduler."""

from tests.crawler.fetch.conftest import empty_database, lab, server

__all__ = ["empty_database", "lab", "server"]
