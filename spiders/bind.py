"""From a spec to the spider class that ``scrapy crawl <key>`` runs."""

from __future__ import annotations

from spiders.asks import Spec
from spiders.base import SourceSpider
from spiders.feed import FeedSpider
from spiders.html_list import HtmlListSpider
from spiders.json_api import JsonApiSpider
from spiders.sitemap import SitemapSpider

SPIDERS: dict[str, type[SourceSpider]] = {
    "feed": FeedSpider,
    "html_list": HtmlListSpider,
    "json_api": JsonApiSpider,
    "sitemap": SitemapSpider,
}


def bind(spec: Spec) -> type[SourceSpider]:
    """A subclass of the spider of the spec's kind, named by its key."""
    base = SPIDERS[spec.kind]
    return type(base.__name__, (base,), {"name": spec.key, "spec": spec, "__module__": __name__})
