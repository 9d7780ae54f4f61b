"""From the chosen part of the page to a small BeautifulSoup tree of allowed elements.

The parsed page is read once more, but only the article: boxes become paragraphs, styling goes,
headings, lists, tables, quotes, links and image descriptions stay.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from bs4 import Tag
from bs4.element import NavigableString, PageElement
from selectolax.lexbor import LexborNode

from pipelines.extraction.marks import FRAME, mark_of
from pipelines.extraction.outline import INLINE
from pipelines.urls import canonicalise, is_fetchable

_MAX_DEPTH = 150
_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\x00-\x08\x0b\x0e-\x1f]"
)
_WIDE = r"\u3000-\u9fff\uff00-\uffef"
_BREAK_IN_CJK = re.compile(rf"(?<=[{_WIDE}])[ \t]*[\r\n]\s*(?=[{_WIDE}])")
_KEPT_INLINE = {
    "b": "strong",
    "strong": "strong",
    "i": "em",
    "em": "em",
    "u": "u",
    "sub": "sub",
    "sup": "sup",
    "code": "code",
    "del": "del",
    "s": "del",
    "strike": "del",
    "ins": "ins",
}
_HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h4", "h5": "h5", "h6": "h6"}
_LISTS = frozenset({"ul", "ol", "dl"})
_ITEMS = {"li": "li", "dt": "dt", "dd": "dd"}
_IMAGE_SOURCES = ("src", "data-src", "data-original", "data-lazy-src", "data-url", "_src", "oldsrc")


@dataclass(slots=True)
class Adopted:
    """The soup of a body with what was met on the way."""

    root: Tag
    links: list[tuple[str, str]] = field(default_factory=list)
    images: list[tuple[str, str]] = field(default_factory=list)


class _Builder:
    """Appends in document order; ``parent`` is where the next paragraph goes."""

    def __init__(self, *, base: str, skip: Container[int], mute: Container[int]) -> None:
        self.base = base
        self.mute = mute
        self.skip = skip
        self.root = Tag(name="div")
        self.result = Adopted(self.root)
        self._last: PageElement = self.root
        self._paragraph: Tag | None = None
        self._inline: list[Tag] = []
        self._boxes: list[Tag] = [self.root]

    # -- low level -------------------------------------------------------------------------
    def _attach(self, element: PageElement, parent: Tag) -> None:
        element.setup(parent, previous_element=self._last)
        parent.contents.append(element)
        self._last = element

    def _open_tag(self, name: str, parent: Tag) -> Tag:
        tag = Tag(name=name)
        self._attach(tag, parent)
        return tag

    def _target(self) -> Tag:
        """The element that takes inline content now; opens a paragraph where one is needed."""
        if self._inline:
            return self._inline[-1]
        if self._paragraph is None:
            box = self._boxes[-1]
            self._paragraph = box if box.name in _OWN_TEXT else self._open_tag("p", box)
        return self._paragraph

    def flush(self) -> None:
        self._paragraph = None
        self._inline = []

    # -- walking ---------------------------------------------------------------------------
    def children(self, node: LexborNode, depth: int) -> None:
        muted = node.mem_id in self.mute
        for child in node.iter(include_text=True):
            if muted and (child.is_text_node or child.tag in INLINE):
                continue
            if child.is_text_node:
                self.text(child.text_content or "")
            elif child.is_element_node and child.mem_id not in self.skip:
                self.element(child, depth)

    def text(self, content: str) -> None:
        content = _INVISIBLE.sub("", content)
        if not content:
            return
        if "\n" in content:
            content = _BREAK_IN_CJK.sub("", content)
        collapsed = " ".join(content.split())
        if not collapsed:
            if self._paragraph is not None or self._inline:
                self._space()
            return
        lead = content[0].isspace()
        trail = content[-1].isspace()
        if lead and (self._paragraph is not None or self._inline):
            collapsed = " " + collapsed
        self._attach(NavigableString(collapsed + (" " if trail else "")), self._target())

    def _space(self) -> None:
        last = self._last
        if isinstance(last, NavigableString) and not last.endswith(" "):
            self._attach(NavigableString(" "), self._target())

    def element(self, node: LexborNode, depth: int) -> None:
        tag = node.tag or ""
        if depth > _MAX_DEPTH:
            self.text(node.text(separator=" "))
            return
        if tag == "br":
            self.line_break()
        elif tag == "img":
            self.image(node)
        elif tag == "a":
            self.link(node, depth)
        elif tag in _KEPT_INLINE:
            self.inline(node, _KEPT_INLINE[tag], depth)
        elif tag in INLINE:
            attributes = node.attributes
            name = attributes.get("class") or attributes.get("id") or ""
            if not (name and mark_of(name) == FRAME):
                self.children(node, depth + 1)
        else:
            self.block(node, tag, depth)

    def line_break(self) -> None:
        last = self._last
        if isinstance(last, Tag) and last.name == "br" and not self._inline:
            self.flush()  # two in a row end the paragraph
        elif self._paragraph is not None or self._inline:
            self._attach(Tag(name="br", can_be_empty_element=True), self._target())

    def image(self, node: LexborNode) -> None:
        attributes = node.attributes
        source = next((v for k in _IMAGE_SOURCES if (v := attributes.get(k))), "") or ""
        address = canonicalise(source, base=self.base) if source else ""
        if not is_fetchable(address):
            return
        alt = " ".join((attributes.get("alt") or attributes.get("title") or "").split())[:300]
        self.result.images.append((address, alt))
        image = Tag(name="img", can_be_empty_element=True)
        image.attrs = {"alt": alt, "data-src": address}
        self._attach(image, self._target())

    def link(self, node: LexborNode, depth: int) -> None:
        href = (node.attributes.get("href") or "").strip()
        address = canonicalise(href, base=self.base) if href and href[0] != "#" else ""
        if not is_fetchable(address):
            self.children(node, depth + 1)
            return
        label = " ".join(node.text(separator="").split())[:300]
        self.result.links.append((address, label))
        anchor = Tag(name="a")
        anchor.attrs = {"href": address}
        self._wrap(node, anchor, depth)

    def inline(self, node: LexborNode, name: str, depth: int) -> None:
        self._wrap(node, Tag(name=name), depth)

    def _wrap(self, node: LexborNode, tag: Tag, depth: int) -> None:
        """Inline element; if it holds blocks (bold around paragraphs) only its content stays."""
        if _holds_blocks(node):
            self.children(node, depth + 1)
            return
        self._attach(tag, self._target())
        self._inline.append(tag)
        self.children(node, depth + 1)
        if self._inline and self._inline[-1] is tag:
            self._inline.pop()

    def block(self, node: LexborNode, tag: str, depth: int) -> None:
        self.flush()
        name = _HEADINGS.get(tag) or _ITEMS.get(tag)
        if tag == "table":
            if is_data_table(node):
                self.table(node, depth)
            else:
                self.children(node, depth + 1)
        elif tag in _LISTS or tag in {"blockquote", "pre", "figure", "figcaption"} or name:
            self._boxes.append(self._open_tag(name or tag, self._boxes[-1]))
            if tag == "pre":
                self._attach(NavigableString(node.text(separator="")), self._boxes[-1])
            else:
                self.children(node, depth + 1)
            self.flush()
            self._boxes.pop()
        elif tag == "hr":
            pass
        else:
            self.children(node, depth + 1)
        self.flush()

    def table(self, node: LexborNode, depth: int) -> None:
        table = self._open_tag("table", self._boxes[-1])
        for row in _rows(node):
            line = self._open_tag("tr", table)
            for cell in row.iter():
                if cell.tag not in {"td", "th"} or cell.mem_id in self.skip:
                    continue
                box = self._open_tag(cell.tag, line)
                for name in ("colspan", "rowspan"):
                    value = cell.attributes.get(name) or ""
                    if value.isdigit() and 1 < int(value[:4]) <= 200:
                        box.attrs[name] = value
                self._boxes.append(box)
                self.children(cell, depth + 1)
                self.flush()
                self._boxes.pop()


#: boxes that take text directly instead of through a paragraph
_OWN_TEXT = frozenset({"li", "dt", "dd", "td", "th", "h2", "h3", "h4", "h5", "h6", "figcaption"})


def adopt(
    nodes: list[LexborNode], *, base: str, skip: Container[int] = (), mute: Container[int] = ()
) -> Adopted:
    """Build the soup of ``nodes``, leaving out elements whose ``mem_id`` is in ``skip`` and the
    direct text of those in ``mute``.

    Addresses are made absolute against ``base``. Elements nested deeper than 150 keep their
    text only.
    """
    builder = _Builder(base=base, skip=skip, mute=mute)
    for node in nodes:
        builder.element(node, 0)
        builder.flush()
    return builder.result


def _holds_blocks(node: LexborNode) -> bool:
    first = node.first_child
    if first is None or (first.is_text_node and first.next is None):
        return False
    return any(
        child.is_element_node and (child.tag or "") not in INLINE for child in node.traverse()
    )


def _rows(table: LexborNode) -> Iterator[LexborNode]:
    for child in table.iter():
        if child.tag == "tr":
            yield child
        elif child.tag in {"tbody", "thead", "tfoot"}:
            for row in child.iter():
                if row.tag == "tr":
                    yield row


def is_data_table(table: LexborNode) -> bool:
    """Rows and columns of short cells; not a frame for layout with boxes and long text."""
    if table.css_first("table table") is not None:
        return False
    rows = list(_rows(table))
    cells = [[c for c in row.iter() if c.tag in {"td", "th"}] for row in rows]
    widest = max((len(row) for row in cells), default=0)
    if widest < 2:
        return False
    filled = [c for row in cells for c in row]
    if len(rows) == 1:
        return all(len(c.text(strip=True)) < 200 for c in filled)
    long_cells = sum(len(c.text(strip=True)) > 600 for c in filled)
    return long_cells * 4 <= len(rows)
