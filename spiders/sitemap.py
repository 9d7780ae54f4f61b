"""Sitemaps, news sitemaps and sitemap indexes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import ClassVar

from pipelines.errors import EmptyListing
from spiders.asks import Ask, IndexTally, Lane
from spiders.base import Output, SourceSpider
from spiders.rows import Listing
from spiders.spec import SitemapSpec


class SitemapSpider(SourceSpider):
    """A source of kind ``sitemap``. Of an index, the ``pages`` newest sitemaps are read."""

    spec: ClassVar[SitemapSpec]

    async def follow_index(self, listing: Listing, lane: Lane) -> AsyncIterator[Output]:
        """Open the sitemaps of an index; report it as empty when all of them were."""
        if lane.index is not None:
            lane.index.open -= 1
            lane.index.rows += len(listing.rows)
            if lane.index.open == 0 and lane.index.rows == 0 and self.spec.expect.min_rows:
                await self.list_failed(lane.index.url, EmptyListing.code, EmptyListing.remedy)
            return  # an index inside an index is not in the protocol
        children = listing.children[: self.pages]
        tally = IndexTally(url=lane.url, open=len(children))
        for url in children:
            child = Lane(url=url, index=tally)
            yield self.request_for(Ask(url), self.parse_list, role="list", lane=child)
