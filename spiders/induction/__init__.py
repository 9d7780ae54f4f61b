"""Working out how to read a list nobody has described: from a page to the text of a source file.

Pure functions over bytes, without network and without Scrapy. ``induce`` is the way in.
"""

from __future__ import annotations

from spiders.induction.induce import induce
from spiders.induction.result import Induced, NothingFound

__all__ = ["Induced", "NothingFound", "induce"]
