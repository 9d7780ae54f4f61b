"""Selectors of a source: CSS, or XPath 1.0 with the prefix ``xpath:``."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field

import lxml.html  # type: ignore[import-untyped]
from lxml import etree
from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from pipelines.extraction.outline import DROPPED
from pipelines.items import Layout

_PREFIX = "xpath:"
_MAX_FIELD = 500


@dataclass(slots=True)
class Selected:
    """What a layout selects: body nodes, nodes to leave out, and fields as one line each."""

    layout: Layout
    nodes: list[LexborNode]
    dropped: set[int]
    fields: dict[str, str] = field(default_factory=dict)
    #: trees made for XPath results; they must outlive ``nodes``
    owners: list[LexborHTMLParser] = field(default_factory=list)


class Selector:
    """Runs selectors on one page; the page is parsed for XPath only when one is used."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self._tree = tree
        self._lxml: etree._Element | None = None
        self.owners: list[LexborHTMLParser] = []

    def nodes(self, selector: str | None) -> list[LexborNode]:
        """Matching nodes; none for an invalid selector (the catalogue reports those)."""
        if not selector:
            return []
        if selector.startswith(_PREFIX):
            return self._by_xpath(selector.removeprefix(_PREFIX).strip())
        try:
            return list(self._tree.css(selector))
        except (SelectolaxError, ValueError):
            return []

    def text(self, selector: str | None) -> str:
        """Text of the first match that has some, as one line of at most 500 characters."""
        for node in self.nodes(selector):
            line = " ".join(node.text(separator=" ").split())
            if line:
                return line[:_MAX_FIELD]
        return ""

    def _by_xpath(self, expression: str) -> list[LexborNode]:
        if self._lxml is None:
            markup = self._tree.html
            if not markup:
                return []
            self._lxml = lxml.html.document_fromstring(markup)
        try:
            found = self._lxml.xpath(expression, smart_strings=False)
        except etree.XPathError:
            return []
        items = found if isinstance(found, list) else [found]
        chosen = {item for item in items if isinstance(item, etree._Element)}
        nodes: list[LexborNode] = []
        for item in items:
            if isinstance(item, etree._Element) and any(
                up in chosen for up in item.iterancestors()
            ):
                continue  # each result becomes a tree of its own: nested ones must go here
            node = self._as_node(item)
            if node is not None:
                nodes.append(node)
        return nodes

    def _as_node(self, item: object) -> LexborNode | None:
        """An lxml element, or the string or number an expression gave, as a node of its own."""
        if isinstance(item, etree._Element):
            markup = lxml.html.tostring(item, encoding="unicode", with_tail=False)
        else:
            markup = html.escape(str(item))
        owner = LexborHTMLParser(f"<div>{markup}</div>")
        self.owners.append(owner)
        return owner.body.first_child if owner.body is not None else None


def select_layout(tree: LexborHTMLParser, layouts: Sequence[Layout]) -> Selected | None:
    """The first layout whose body matches text; fields are read even if no body matches.

    ``None`` without layouts. Fields: ``title``, ``date``, ``source``, ``doc_number``.
    """
    if not layouts:
        return None
    selector = Selector(tree)
    chosen, nodes = layouts[0], list[LexborNode]()
    for layout in layouts:
        matched = [
            n for n in selector.nodes(layout.body) if n.text(strip=True) or n.css_first("img")
        ]
        if matched:
            chosen, nodes = layout, _outermost(matched)
            break
    dropped = {n.mem_id for name in (*chosen.drop, *DROPPED) for n in selector.nodes(name)}
    selected = Selected(chosen, nodes, dropped, owners=selector.owners)
    for name in ("title", "date", "source", "doc_number"):
        value = selector.text(getattr(chosen, name))
        if value:
            selected.fields[name] = value
    return selected


def _outermost(nodes: list[LexborNode]) -> list[LexborNode]:
    """Each node once, without those inside another; a node may match several selectors."""
    chosen = {node.mem_id: node for node in nodes}
    kept = []
    for node in chosen.values():
        above = node.parent
        while above is not None and above.mem_id not in chosen:
            above = above.parent
        if above is None:
            kept.append(node)
    return kept
