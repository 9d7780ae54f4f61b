"""Feeds: RSS, Atom, RDF and JSON Feed, one page per list address."""

from __future__ import annotations

from typing import ClassVar

from spiders.base import SourceSpider
from spiders.spec import FeedSpec


class FeedSpider(SourceSpider):
    """A source of kind ``feed``."""

    spec: ClassVar[FeedSpec]
