"""A pattern that keeps stray links out of the rows: neighbours of the list that look like rows."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from spiders.induction.groups import Group

#: lists of files: a page among them is navigation. Pages of other forms may be part of a list.
_FORMS = (r"\.pdf(?:$|\?)",)
_LEAST_SHARE = 0.75
_LEAST_ROWS = 5


def link_filter(group: Group) -> str | None:
    """The form of address that most rows share while undated others do not, if there is one."""
    links = [link.link or "" for link in group.links]
    if len(links) < _LEAST_ROWS:
        return None
    for form in _FORMS:
        hits = [re.search(form, _tail(url)) is not None for url in links]
        share = sum(hits) / len(hits)
        if share == 1.0:
            return None
        odd = [day for day, hit in zip(group.days, hits, strict=True) if not hit]
        if share >= _LEAST_SHARE and not any(odd):
            return form
    return None


def _tail(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
