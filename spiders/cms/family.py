"""What is known of one content management system (CMS) that many sites share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Family:
    """Defaults for source files of a family, and the marks by which its pages are known.

    ``defaults`` is by kind; the first kind is the one meant when a file names none.
    ``url_marks`` are patterns over article or list addresses, ``page_marks`` plain text.
    """

    id: str
    vendor: str
    defaults: Mapping[str, Mapping[str, Any]]
    url_marks: tuple[str, ...] = ()
    page_marks: tuple[str, ...] = ()

    def defaults_for(self, kind: str | None) -> Mapping[str, Any]:
        """The defaults of a kind with ``kind`` itself; empty for a kind it does not know."""
        chosen = kind if kind is not None else next(iter(self.defaults))
        found = self.defaults.get(chosen)
        return MappingProxyType({"kind": chosen, **(found or {})})

    def recognises(self, *, url: str, text: str = "") -> bool:
        """Whether an address or a page bears a mark of the family."""
        return any(re.search(mark, url) for mark in self.url_marks) or any(
            mark in text for mark in self.page_marks
        )
