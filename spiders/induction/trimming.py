"""A pattern that keeps stray links out of the rows: neighbours of the list that look like rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from urllib.parse import urlsplit

from spiders.induction.judge import Group
from spiders.rows import ListRow

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


def pattern_of_dated(rows: Sequence[ListRow]) -> str | None:
    """What the addresses of dated rows share and those of all others lack: folder or file type.

    For lists whose day stands beside the rows: links of the page without one are none of them.
    """
    dated = [row.url for row in rows if row.published_on is not None]
    others = [row.url for row in rows if row.published_on is None]
    if not dated or not 0 < len(others) <= max(1, 0.5 * len(dated)):
        return None
    folder = _folder(dated)
    types = {urlsplit(url).path.rpartition("/")[2].rpartition(".")[2].lower() for url in dated}
    forms = [f"{re.escape(folder)}/{end}" for end in ("[^/]+$", "") if len(folder) > 1]
    if len(types) == 1 and re.fullmatch(r"[a-z]{3,5}", kind := types.pop()):
        forms.append(rf"\.{kind}(?:$|\?)")
    for form in forms:
        if all(re.search(form, url) for url in dated) and not any(
            re.search(form, url) for url in others
        ):
            return form
    return None


def _folder(urls: Sequence[str]) -> str:
    """The folder that all addresses share, without the last slash."""
    folders = [urlsplit(url).path.split("/")[:-1] for url in urls]
    return "/".join(names[0] for names in takewhile(_same, zip(*folders, strict=False)))


def _same(names: tuple[str, ...]) -> bool:
    return len(set(names)) == 1


def _tail(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
