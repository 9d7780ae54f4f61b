"""Lists that a site answers in JSON, with or without the articles' text."""

from __future__ import annotations

from typing import ClassVar

from spiders.base import SourceSpider
from spiders.spec import JsonApiSpec


class JsonApiSpider(SourceSpider):
    """A source of kind ``json_api``."""

    spec: ClassVar[JsonApiSpec]
