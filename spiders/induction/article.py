"""The template of a site's articles, from two or three of them: where title and text stand.

A selector is only proposed when every article has exactly one element for it, and that element
holds the text that is found there without any selector: it then keeps working when an article
is too short, or too full of links, to be found by its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from selectolax.lexbor import SelectolaxError

from spiders.induction.dom import Element, Page
from spiders.induction.row_selectors import names_of

_SPACE = re.compile(r"\s+")
#: an element may hold this much more than the text: attachments, the editor's line
_MOST_AROUND = 1.35
_LEAST_TEXT = 60
_HEADS = frozenset({"h1", "h2", "h3", "div", "p", "td", "span", "ucaptitle"})


@dataclass(frozen=True, slots=True)
class Article:
    """A parsed article page with the title and text that were read of it."""

    page: Page
    title: str
    text: str


def article_settings(articles: Sequence[Article]) -> dict[str, str]:
    """``body`` and ``article_title`` of a source file, as far as all articles agree."""
    whole = [a for a in articles if len(_plain(a.text)) >= _LEAST_TEXT]
    if len(whole) < 2:
        return {}
    found = {}
    body = _agreed([(a.page, _body_of(a)) for a in whole])
    if body:
        found["body"] = body
    title = _agreed([(a.page, _title_of(a)) for a in whole])
    if title and title != "h1":
        found["article_title"] = title
    return found


def _agreed(places: Sequence[tuple[Page, Element | None]]) -> str | None:
    """The first selector that finds exactly the given element of every page."""
    first = places[0][1]
    if first is None:
        return None
    for selector in _selectors(first):
        if all(_is_only(page, selector, element) for page, element in places):
            return selector
    return None


def _selectors(element: Element) -> Iterator[str]:
    names = names_of(element)
    yield from names
    if element.tag == "h1":
        yield "h1"
    above = element.parent
    while above is not None and above.tag not in ("body", "html"):
        for head in names_of(above):
            for name in (*names, element.tag):
                yield f"{head} > {name}" if above is element.parent else f"{head} {name}"
        above = above.parent


def _is_only(page: Page, selector: str, element: Element | None) -> bool:
    try:
        found = page.select(selector)
    except SelectolaxError:
        return False
    return element is not None and len(found) == 1 and found[0] is element


def _body_of(article: Article) -> Element | None:
    """The smallest element that holds the lines of the text."""
    lines = [_plain(line) for line in article.text.splitlines() if len(_plain(line)) >= 8]
    size = len(_plain(article.text))
    best: Element | None = None
    node: Element = article.page.root
    while True:
        inside = [child for child in node.children if isinstance(child, Element)]
        holder = next((child for child in inside if _holds(child, lines)), None)
        if holder is None:
            break
        node = holder
        if len(_plain(node.text)) <= _MOST_AROUND * size + 40:
            best = best if best is not None and not names_of(node) else node
    return best


def _holds(element: Element, lines: Sequence[str]) -> bool:
    text = _plain(element.text)
    return bool(lines) and sum(line in text for line in lines) >= 0.95 * len(lines)


def _title_of(article: Article) -> Element | None:
    wanted = _plain(article.title)
    same = [e for e in article.page.elements if e.tag in _HEADS and _plain(e.text) == wanted]
    return max(same, key=lambda e: (e.tag == "h1", e.depth), default=None)


def _plain(text: str) -> str:
    return _SPACE.sub("", text)
