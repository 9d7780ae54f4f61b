"""From the chosen part of the page to a small BeautifulSoup tree of allowed elements.

The parsed page is read once more, but only the article: boxes become paragraphs, styling goes,
headings, lists, tables, quotes, links and image descriptions stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, cast

from bs4 import Tag
from bs4.element import NavigableString
from selectolax.lexbor import LexborNode

from pipelines.extraction.marks import CAPTION, FRAME, NEVER, mark_of
from pipelines.extraction.outline import IGNORED, INLINE
from pipelines.extraction.safe import LINK_REL
from pipelines.extraction.tables import is_data_table, table_rows
from pipelines.urls import canonicalise, is_fetchable

_MAX_DEPTH = 150
_NONE: AbstractSet[int] = frozenset()
_WIDE = r"\u3000-\u9fff\uff00-\uffef"
_ANY_WIDE = re.compile(rf"[{_WIDE}]")
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
_KEPT_BLOCK = {
    "h1": "h2",
    "h2": "h2",
    "h3": "h3",
    "h4": "h4",
    "h5": "h5",
    "h6": "h6",
    "li": "li",
    "dt": "dt",
    "dd": "dd",
    "ul": "ul",
    "ol": "ol",
    "dl": "dl",
    "blockquote": "blockquote",
    "pre": "pre",
    "figure": "figure",
}
#: boxes that take text directly instead of through a paragraph
_OWN_TEXT = frozenset({"li", "dt", "dd", "td", "th", "h2", "h3", "h4", "h5", "h6"})
_NO_BREAK_AFTER = frozenset({"br", "p", "ul", "ol", "dl", "table", "blockquote", "pre", "figure"})
_PLAIN_INLINE = frozenset({"span", "font"})
_IMAGE_SOURCES = ("src", "data-src", "data-original", "data-lazy-src", "data-url", "_src", "oldsrc")


class Paragraph(NavigableString):
    """A paragraph that is nothing but text: most are, and two objects each cost a tenth of all."""


class Text(NavigableString):
    """A piece of text; like :class:`Element` it knows nothing of its neighbours."""


class Element(Tag):
    """An element with its content. What links a tag to its neighbours and to a document is left
    out: nothing here asks for it, and it takes ten times as long to set up as all the rest."""

    def __init__(self, name: str, attributes: dict[str, str] | None = None) -> None:
        self.name = name
        self.attrs = cast(Any, attributes or {})
        self.contents = []


@dataclass(slots=True)
class Adopted:
    """The soup of a body with the links and images met on the way, as (address, text)."""

    root: Element
    links: list[tuple[str, str]] = field(default_factory=list)
    images: list[tuple[str, str]] = field(default_factory=list)


def adopt(
    nodes: Iterable[LexborNode],
    *,
    base: str,
    skip: AbstractSet[int] = _NONE,
    mute: AbstractSet[int] = _NONE,
) -> Adopted:
    """Build the soup of ``nodes``, leaving out elements whose ``mem_id`` is in ``skip`` and the
    direct text of those in ``mute``.

    Addresses are made absolute against ``base``. Elements nested deeper than 150 keep their
    text only.
    """
    builder = _Builder(base=base, skip=skip, mute=mute)
    for node in nodes:
        builder.element(node, node.tag or "", 0)
        builder.end_paragraph()
    return builder.result


class _Builder:
    """Appends in document order; text is buffered until an element begins or ends."""

    def __init__(self, *, base: str, skip: AbstractSet[int], mute: AbstractSet[int]) -> None:
        self.base = base
        self.skip = skip
        self.mute = mute
        root = Element("div")
        self.result = Adopted(root)
        self._broken = False  # the last thing written is a line break
        self._buffer: list[str] = []
        self._boxes: list[Element] = [root]
        self._inline: list[Element] = []
        self._paragraph: Element | None = None

    def _open(
        self, name: str, parent: Element, attributes: dict[str, str] | None = None
    ) -> Element:
        element = Element(name, attributes)
        parent.contents.append(element)
        self._broken = name == "br"
        return element

    def _target(self) -> Element:
        """The element that takes inline content now; opens a paragraph where one is needed."""
        if self._inline:
            return self._inline[-1]
        if self._paragraph is None:
            self._paragraph = self._new_paragraph()
        return self._paragraph

    def _new_paragraph(self) -> Element:
        box = self._boxes[-1]
        if box.name not in _OWN_TEXT:
            return self._open("p", box)
        last = box.contents[-1] if box.contents else None
        if last is not None and not (isinstance(last, Tag) and last.name in _NO_BREAK_AFTER):
            self._open("br", box)
        return box

    def _end_text(self) -> None:
        """Write the buffered text with its white space collapsed."""
        raw = "".join(self._buffer)
        self._buffer.clear()
        text = joined_lines(raw)
        started = self._paragraph is not None and bool(self._paragraph.contents)
        if not text:
            if not started:
                return
            text = " "
        else:
            if started and raw[0].isspace():
                text = " " + text
            if raw[-1].isspace():
                text += " "
        self._text(text, self._target())

    def _text(self, text: str, parent: Element) -> None:
        parent.contents.append(str.__new__(Text, text))
        self._broken = False

    def end_paragraph(self) -> None:
        if self._buffer:
            self._end_text()
        self._paragraph = None
        self._inline = []

    def children(self, node: LexborNode, depth: int) -> None:
        muted = bool(self.mute) and node.mem_id in self.mute
        skip, buffer = self.skip, self._buffer
        for child in node.iter(include_text=True):
            if child.is_text_node:
                content = child.text_content or ""
                # white space between blocks is nothing, inside a paragraph it parts words
                if not muted and (buffer or self._paragraph is not None or not content.isspace()):
                    buffer.append(content)
                continue
            tag = child.tag or ""
            if tag == "-comment" or (muted and tag in INLINE) or (skip and child.mem_id in skip):
                continue
            self.element(child, tag, depth)

    def element(self, node: LexborNode, tag: str, depth: int) -> None:
        if depth > _MAX_DEPTH:
            self._buffer.append(" " + node.text(separator=" ") + " ")
        elif tag not in INLINE:
            if tag not in IGNORED:
                self._block(node, tag, depth + 1)
        elif tag == "br":
            self._line_break()
        elif tag == "a":
            self._link(node, depth + 1)
        elif tag in _KEPT_INLINE:
            self._wrap(node, _KEPT_INLINE[tag], None, depth + 1)
        elif tag == "img":
            self._image(node)
        elif not is_frame_inline(node):
            self.children(node, depth + 1)

    def _line_break(self) -> None:
        if self._buffer:
            self._end_text()
        if self._broken and not self._inline:
            self.end_paragraph()  # two in a row end the paragraph
        elif self._paragraph is not None or self._inline:
            self._open("br", self._target())

    def _image(self, node: LexborNode) -> None:
        attributes = node.attributes
        source = next((v for k in _IMAGE_SOURCES if (v := attributes.get(k))), "") or ""
        address = canonicalise(source, base=self.base) if source else ""
        if not is_fetchable(address):
            return
        alt = " ".join((attributes.get("alt") or attributes.get("title") or "").split())[:300]
        self.result.images.append((address, alt))
        if self._buffer:
            self._end_text()
        self._open("img", self._target(), {"alt": alt, "data-src": address})

    def _link(self, node: LexborNode, depth: int) -> None:
        href = (node.attributes.get("href") or "").strip()
        address = canonicalise(href, base=self.base) if href and href[0] != "#" else ""
        if not is_fetchable(address):
            self.children(node, depth)
            return
        label = " ".join(node.text(separator="").split())[:300]
        self.result.links.append((address, label))
        if any(tag.name == "a" for tag in self._inline):
            self.children(node, depth)  # a link in a link, from broken markup
            return
        self._wrap(node, "a", {"href": address, "rel": LINK_REL}, depth)

    def _wrap(
        self, node: LexborNode, name: str, attributes: dict[str, str] | None, depth: int
    ) -> None:
        """Inline element; if it holds blocks (bold around paragraphs) only its content stays."""
        if _holds_blocks(node):
            self.children(node, depth)
            return
        if self._buffer:
            self._end_text()
        tag = self._open(name, self._target(), attributes)
        self._inline.append(tag)
        self.children(node, depth)
        if self._buffer:
            self._end_text()
        if self._inline and self._inline[-1] is tag:
            self._inline.pop()

    def _block(self, node: LexborNode, tag: str, depth: int) -> None:
        self.end_paragraph()
        name = _KEPT_BLOCK.get(tag)
        if tag == "p" and (line := _only_text(node)) is not None:
            text = " ".join(line.split())
            if not text or node.mem_id in self.mute:
                return
            box = self._boxes[-1]
            if box.name in _OWN_TEXT:
                self._text(text, self._new_paragraph())
            else:
                box.contents.append(str.__new__(Paragraph, text))
        elif name is not None:
            self._boxes.append(self._open(name, self._boxes[-1]))
            if tag == "pre":
                self._preformatted(node)
            else:
                self.children(node, depth)
                self.end_paragraph()
            self._boxes.pop()
        elif tag == "table" and is_data_table(node):
            self._table(node, depth)
        else:
            self.children(node, depth)
            self.end_paragraph()

    def _preformatted(self, node: LexborNode) -> None:
        self._text(node.text(separator=""), self._boxes[-1])

    def _table(self, node: LexborNode, depth: int) -> None:
        whole = self._open("table", self._boxes[-1])
        table = self._open("tbody", whole)
        for row in table_rows(node):
            line = self._open("tr", table)
            for cell in row.iter():
                tag = cell.tag or ""
                if tag not in {"td", "th"} or cell.mem_id in self.skip:
                    continue
                spans = {
                    name: value
                    for name in ("colspan", "rowspan")
                    if (value := cell.attributes.get(name) or "").isdigit()
                    and 1 < int(value[:4]) <= 200
                }
                self._boxes.append(self._open(tag, line, spans))
                self.children(cell, depth)
                self.end_paragraph()
                self._boxes.pop()
        if _shows_nothing(whole):  # all it held stands elsewhere: title, number, date line
            self._boxes[-1].contents.pop()


def joined_lines(raw: str) -> str:
    """``raw`` on one line; a line break between Chinese characters is no space."""
    if "\n" in raw and not raw.isascii() and _ANY_WIDE.search(raw):
        raw = _BREAK_IN_CJK.sub("", raw)
    return " ".join(raw.split())


def is_frame_inline(node: LexborNode) -> bool:
    """An inline element whose name says that it is a share button, a counter or the like."""
    attributes = node.attributes
    name = attributes.get("class") or attributes.get("id") if attributes else None
    return bool(name) and mark_of(name or "") in {FRAME, NEVER, CAPTION}


def _shows_nothing(element: Element) -> bool:
    return all(
        isinstance(piece, Element) and piece.name != "img" and _shows_nothing(piece)
        for piece in element.contents
    )


def _only_text(node: LexborNode) -> str | None:
    """The text of a paragraph that is one piece of text, perhaps inside plain spans."""
    inner = node.first_child
    while inner is not None and inner.next is None:
        if inner.is_text_node:
            text = inner.text_content or ""
            return None if "\n" in text.strip() else text
        if inner.tag not in _PLAIN_INLINE:
            return None
        inner = inner.first_child
    return None


def _holds_blocks(node: LexborNode) -> bool:
    first = node.first_child
    if first is None or (first.is_text_node and first.next is None):
        return False
    return any(
        child.is_element_node and (child.tag or "") not in INLINE for child in node.traverse()
    )
