"""Articles that a site cuts into pages: which address is the first page of a later one.

``…/a_2.html``, ``…/a-3.shtml``, ``…/a/2/`` and ``?page=2`` look like later pages of ``…/a.html``;
whether they are, the equal title says.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pipelines.fingerprint import normalise_text

_IN_NAME = re.compile(r"\A(?P<stem>.*[^/_-])[_-](?P<n>[2-9]|1\d)(?P<end>\.[sx]?html?)\Z")
_MAY_BE_LATER = re.compile(r"[_-]\d{1,2}\.[sx]?html?|/\d{1,2}/?(?:[?#]|\Z)|\?")
_AS_FOLDER = re.compile(r"\A(?P<stem>.*[^/])/(?P<n>[2-9]|1\d)/?\Z")
_PARAMETERS = frozenset({"page", "p", "pn", "pageno", "page_no", "pageindex"})
_PART = re.compile(
    r"[（(【\[]?\s{0,2}(?:第\s?)?(?:\d{1,2}|[一二三四五六七八九十上中下])\s?(?:页|/\s?\d{1,2})?\s{0,2}[）)】\]]?\s{0,4}\Z"
)


def first_page(url: str) -> str | None:
    """The address of the first page when ``url`` looks like that of a later one, else None."""
    if not _MAY_BE_LATER.search(url):  # spares most pages the parsing
        return None
    parts = urlsplit(url)
    if match := _IN_NAME.match(parts.path):
        return urlunsplit(parts._replace(path=f"{match['stem']}{match['end']}"))
    kept = []
    later = False
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name.lower() in _PARAMETERS and value.isdigit() and 2 <= int(value) <= 19:
            later = True
        else:
            kept.append((name, value))
    if later:
        return urlunsplit(parts._replace(query=urlencode(kept)))
    if match := _AS_FOLDER.match(parts.path):
        return urlunsplit(parts._replace(path=match["stem"]))
    return None


def one_article(first_title: str, later_title: str) -> bool:
    """Whether both pages bear one title; the later one may add （2） or 第2页."""
    first = normalise_text(first_title)
    if len(first) < 6:
        return False
    return first == normalise_text(later_title) or first == normalise_text(
        _PART.sub("", later_title)
    )
