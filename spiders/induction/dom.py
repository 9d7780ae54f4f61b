"""A light tree of a page: what the search for rows needs of every element, read once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipelines.urls import canonicalise, is_fetchable
from spiders.fields import BREAKS, LINE, joined, tidy
from spiders.listing.assemble import link_in_script

_SILENT = frozenset(
    {"script", "style", "noscript", "template", "svg", "iframe", "select", "option"}
)
_DEAD_LINK = re.compile(
    r"^\s*(?:#|javascript:|mailto:|tel:|data:|vbscript:)?\s*$|^\s*(?:#|javascript:|mailto:|tel:|data:|vbscript:)",
    re.I,
)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_CLICKED = ("href", "onclick", "data-href", "data-url", "data-link")
_PLACE = re.compile(r"(?:https?:/)?\.{0,2}/\S+$|\S+\.s?html?$")
MAX_ELEMENTS = 60_000
_MAX_DEPTH = 200
_SHORT_SCRIPT = 300


@dataclass(eq=False)
class Element:
    """One element: ``children`` are elements and texts, ``order`` is its place in the page."""

    tag: str
    order: int
    parent: Element | None
    attributes: dict[str, str | None]
    node: LexborNode | None
    depth: int
    children: list[Element | str] = field(default_factory=list)
    #: absolute address, for anchors that lead somewhere
    link: str | None = None
    #: the attribute that gives the address
    source: str = "href"
    #: short scripts directly inside: some write a date
    scripts: tuple[str, ...] = ()

    @cached_property
    def classes(self) -> tuple[str, ...]:
        return tuple((self.attributes.get("class") or "").split())

    @cached_property
    def id(self) -> str:
        return (self.attributes.get("id") or "").strip()

    @cached_property
    def text(self) -> str:
        """All text inside, one line."""
        return tidy(joined(self._texts()))

    @cached_property
    def own(self) -> str:
        """The text directly inside, without that of child elements."""
        return tidy(
            joined(
                child if isinstance(child, str) else LINE if child.tag in BREAKS else ""
                for child in self.children
            )
        )

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag in BREAKS:
                yield LINE
                yield from child._texts()
                yield LINE
            else:
                yield from child._texts()

    @cached_property
    def links(self) -> tuple[Element, ...]:
        """The elements inside that lead somewhere (anchors, mostly), itself included."""
        own = (self,) if self.link else ()
        return own + tuple(
            link for child in self.children if isinstance(child, Element) for link in child.links
        )

    @cached_property
    def inner(self) -> int:
        """How many elements stand directly inside."""
        return sum(isinstance(child, Element) for child in self.children)

    def ancestors(self) -> Iterator[Element]:
        """Parent, grandparent … up to the root."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def walk(self) -> Iterator[Element]:
        """Itself and everything inside, in order."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    @cached_property
    def place(self) -> int:
        """1-based number among the siblings of the same tag."""
        if self.parent is None:
            return 1
        same = [c for c in self.parent.children if isinstance(c, Element) and c.tag == self.tag]
        return next(i for i, c in enumerate(same, 1) if c is self)

    @cached_property
    def place_from_end(self) -> int:
        """1-based number among the siblings of the same tag, counted from the last."""
        if self.parent is None:
            return 1
        same = [c for c in self.parent.children if isinstance(c, Element) and c.tag == self.tag]
        return len(same) + 1 - self.place


@dataclass
class Page:
    """A parsed page: the light tree, and the parser's own for trying selectors."""

    root: Element
    elements: list[Element]
    parser: LexborHTMLParser
    base_url: str

    @cached_property
    def by_mem(self) -> dict[int, Element]:
        """Elements by the address the parser keeps them at."""
        return {e.node.mem_id: e for e in self.elements if e.node is not None}

    @cached_property
    def has_spans(self) -> bool:
        """Whether a cell of some table stands for several rows."""
        return any("rowspan" in e.attributes for e in self.elements)

    def select(self, css: str) -> list[Element]:
        """The elements a CSS selector finds, in order of the page."""
        by_mem = self.by_mem
        return [by_mem[node.mem_id] for node in self.parser.css(css) if node.mem_id in by_mem]


def read_page(text: str, *, base_url: str) -> Page:
    """Parse a page; links are made absolute with its ``base`` element, if it has a usable one."""
    parser = LexborHTMLParser(text)
    base = parser.css_first("base[href]")
    if base is not None:
        stated = canonicalise(base.attributes.get("href") or "", base=base_url)
        base_url = stated if is_fetchable(stated) else base_url
    elements: list[Element] = []
    body = parser.body or parser.root
    root = Element("html", 0, None, {}, None, 0)
    if body is not None:
        _grow(body, root, elements, base_url=base_url)
    return Page(root, elements, parser, base_url)


def _grow(top: LexborNode, root: Element, elements: list[Element], *, base_url: str) -> None:
    stack: list[tuple[LexborNode, Element]] = [(top, root)]
    while stack:
        node, parent = stack.pop()
        if node.is_text_node:
            parent.children.append(node.text_content or "")
            continue
        tag = node.tag or ""
        if not node.is_element_node or tag in _SILENT:
            script = (node.text(deep=True) or "") if tag == "script" else ""
            if 0 < len(script) <= _SHORT_SCRIPT:
                parent.scripts += (script,)
            continue
        if len(elements) >= MAX_ELEMENTS or parent.depth >= _MAX_DEPTH:
            continue
        element = Element(tag, len(elements) + 1, parent, node.attributes, node, parent.depth + 1)
        if tag == "a":
            element.link = _address(element.attributes.get("href"), base_url=base_url)
        if element.link is None:
            _scripted(element, base_url=base_url)
        if element.link is not None and _HIDDEN.search(element.attributes.get("style") or ""):
            element.link = None
        elements.append(element)
        parent.children.append(element)
        inside = list(node.iter(include_text=True))
        stack.extend((child, element) for child in reversed(inside))


def _scripted(element: Element, *, base_url: str) -> None:
    """Take the address that a click on an element opens, where no link states one."""
    for name in _CLICKED:
        text = element.attributes.get(name)
        if not text or (name.startswith("data-") and not _PLACE.match(text.strip())):
            continue
        found = link_in_script(text)
        if found == text.strip() and not name.startswith("data-"):
            continue
        element.link = _address(found, base_url=base_url)
        if element.link is not None:
            element.source = name
            return


def _address(href: str | None, *, base_url: str) -> str | None:
    if not href or _DEAD_LINK.match(href):
        return None
    url = canonicalise(href.strip(), base=base_url)
    return url if is_fetchable(url) else None


def width(text: str) -> int:
    """Columns of a text: a Chinese character counts two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
