"""Reading lists: bytes in, rows out. Pure functions, no network, no Scrapy.

``read_listing`` picks the reader by the kind of the source.
"""

from __future__ import annotations

from datetime import date

from spiders.listing.feeds import rows_from_feed
from spiders.listing.pages import rows_from_html
from spiders.listing.records import rows_from_json
from spiders.listing.sitemaps import rows_from_sitemap
from spiders.rows import Listing
from spiders.spec import FeedSpec, HtmlListSpec, JsonApiSpec, SitemapSpec

__all__ = [
    "read_listing",
    "rows_from_feed",
    "rows_from_html",
    "rows_from_json",
    "rows_from_sitemap",
]


def read_listing(
    spec: FeedSpec | HtmlListSpec | JsonApiSpec | SitemapSpec,
    content: bytes,
    *,
    base_url: str,
    charset: str | None = None,
    today: date | None = None,
) -> Listing:
    """Rows of one answer. ``charset`` is that of the HTTP header; ``today`` at the publisher.

    Raises ``pipelines.errors.ParseError`` when the answer is not what the kind promises.
    """
    if isinstance(spec, FeedSpec):
        return rows_from_feed(spec, content, base_url=base_url, charset=charset, today=today)
    if isinstance(spec, SitemapSpec):
        return rows_from_sitemap(spec, content, base_url=base_url, today=today)
    if isinstance(spec, JsonApiSpec):
        return rows_from_json(spec, content, base_url=base_url, charset=charset, today=today)
    return rows_from_html(spec, content, base_url=base_url, charset=charset, today=today)
