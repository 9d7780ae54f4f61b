"""List pages in HTML, with their paging."""

from __future__ import annotations

from typing import ClassVar

from spiders.base import SourceSpider
from spiders.spec import HtmlListSpec


class HtmlListSpider(SourceSpider):
    """A source of kind ``html_list``."""

    spec: ClassVar[HtmlListSpec]
