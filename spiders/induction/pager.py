"""How the list goes on: the link to the next page, the number of pages in a script, or neither."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from spiders.induction.dom import Element, Page

_NEXT = re.compile(
    r"^(?:下一页|下页|后一页|next(?: page)?|›|»|>|older(?: posts| entries)?)[\s>»›]*$", re.I
)
#: TRS: createPageHTML(pages, current, "index", "html"); the second page is index_1
_TRS = re.compile(
    r"createPage(?:HTML)?\s*\(\s*['\"]?(?:\d+|\$?\{?\w*[Cc]ount\w*)|countPage\s*=\s*\d+"
)
#: UCAP: createPageHTML('page_div', pages, current, 'list', 'shtml', rows); the second is list_2
_UCAP = re.compile(r"createPageHTML\s*\(\s*['\"][A-Za-z]\w*['\"]\s*,\s*\d+\s*,")
_NEXT_KEY = re.compile(r"^_?next(?:_?(?:page|url|link|href))?$", re.IGNORECASE)
_OFFSETS = ("start", "offset", "from", "skip", "startrow", "startrecord", "firstresult")
_PAGE_PARAMS = (
    "page",
    "pageno",
    "pagenum",
    "pageindex",
    "p",
    "pn",
    "currentpage",
    "paged",
    "curpage",
    "pageid",
    "page_no",
    "page_num",
    "page_index",
    "pagenumber",
)


def guess_paging(page: Page, text: str, base_url: str) -> dict[str, Any] | None:
    """The ``paging`` of a source file; None when the page shows no way on."""
    for link in page.root.links:
        found = _from_number(link, base_url)
        if found is not None:
            return found
    stated = _in_query(base_url, rows=0)
    if stated is not None:
        return stated
    if _UCAP.search(text):
        return {"style": "number", "template": "{stem}_{n}{ext}", "start": 2}
    if _TRS.search(text):
        return {"style": "number", "template": "{stem}_{n}{ext}", "start": 1}
    for link in page.root.links:
        if _NEXT.match(link.text) or "next" in (link.attributes.get("rel") or "").split():
            return {"style": "next", "link": _selector(link)}
    return None


def guess_data_paging(data: Any, base_url: str, *, rows: int) -> dict[str, Any] | None:
    """The ``paging`` of a JSON answer: its own word on the next page, or a number it was asked."""
    path = _next_path(data, "", 0)
    if path is not None:
        return {"style": "next", "path": path}
    return _in_query(base_url, rows=rows)


def _next_path(data: Any, path: str, depth: int) -> str | None:
    if not isinstance(data, dict) or depth > 3:
        return None
    for key, value in data.items():
        here = f"{path}.{key}" if path else key
        if not isinstance(key, str) or re.search(r"[.\[\]|&{}]", key):
            continue
        if _NEXT_KEY.match(key) and isinstance(value, str) and re.match(r"https?://|/|\?", value):
            return here
        found = _next_path(value, here, depth + 1)
        if found is not None:
            return found
    return None


def _in_query(base_url: str, *, rows: int) -> dict[str, Any] | None:
    """Paging by a number that stands in the address itself: ``page=1``, or ``offset=0``."""
    for name, value in parse_qsl(urlsplit(base_url).query):
        if name.lower() in _PAGE_PARAMS and value in ("0", "1"):
            first = int(value)
            return {"style": "number", "param": name, "first": first, "start": first + 1}
        if name.lower() in _OFFSETS and value == "0" and 2 <= rows <= 1000:
            return {"style": "number", "param": name, "first": 0, "start": rows, "step": rows}
    return None


def _selector(link: Element) -> str:
    if "next" in (link.attributes.get("rel") or "").split():
        return "a[rel~=next]::attr(href)"
    for name in link.classes:
        if "next" in name.lower() and re.fullmatch(r"[A-Za-z_][\w-]*", name):
            return f"a.{name}::attr(href)"
    return f'xpath:.//a[normalize-space()="{link.text}"]/@href'


def _from_number(link: Element, base_url: str) -> dict[str, Any] | None:
    """Paging by a link that is called 2 (or leads on) and carries a page number."""
    if link.text not in ("2", "下一页", "下页", "Next", "next", ">", "»") or not link.link:
        return None
    here, there = urlsplit(base_url), urlsplit(link.link)
    if here.hostname != there.hostname:
        return None
    known = dict(parse_qsl(here.query))
    for name, value in parse_qsl(there.query):
        if value in ("1", "2") and name.lower() in _PAGE_PARAMS and known.get(name) != value:
            return {"style": "number", "param": name, "start": int(value)}
    name = here.path.rsplit("/", 1)[-1]
    stem, dot, ext = name.rpartition(".")
    stem, ext = (stem, f".{ext}") if dot else (name or "index", ".html")
    last = there.path.rsplit("/", 1)[-1]
    if here.path.rsplit("/", 1)[0] != there.path.rsplit("/", 1)[0]:
        match = re.fullmatch(r"page/(2)/?", there.path.removeprefix(here.path.rstrip("/") + "/"))
        return {"style": "number", "template": "page/{n}/"} if match else None
    match = re.fullmatch(rf"{re.escape(stem)}([_-]?)([12]){re.escape(ext)}", last)
    if match is None:
        return None
    template = "{stem}" + match[1] + "{n}{ext}"
    return {"style": "number", "template": template, "start": int(match[2])}
