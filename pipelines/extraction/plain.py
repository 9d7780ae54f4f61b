"""The text of an article straight from the parsed page, for those who need no markup.

The lines are those of :func:`pipelines.extraction.write.text_of` on the adopted tree: a line per
paragraph, list item and table row, cells joined by `` | ``. No tree is built in between, which
takes a third of the time.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from selectolax.lexbor import LexborNode

from pipelines.extraction.markup import is_frame_inline, joined_lines
from pipelines.extraction.outline import IGNORED, INLINE
from pipelines.extraction.safe import without_invisible
from pipelines.extraction.tables import is_data_table, table_rows

_KEPT_INLINE = frozenset({"a", "b", "strong", "i", "em", "u", "sub", "sup", "code", "del", "s",
                          "strike", "ins"})  # fmt: skip
_CELLS = frozenset({"td", "th"})
_MAX_DEPTH = 150
_NONE: AbstractSet[int] = frozenset()
_BREAK = "\x00"


def plain_text(
    nodes: Iterable[LexborNode], *, skip: AbstractSet[int] = _NONE, mute: AbstractSet[int] = _NONE
) -> str:
    """Text of ``nodes`` without the elements in ``skip`` (``mem_id``) and the direct text of those
    in ``mute``. Elements nested deeper than 150 are read as one run of text."""
    writer = _Writer(skip, mute)
    for node in nodes:
        writer.element(node, node.tag or "", 0)
        writer.end_line()
    return "\n".join([without_invisible(line) for line in writer.lines])


class _Writer:
    """Text is buffered until a block begins or ends."""

    def __init__(self, skip: AbstractSet[int], mute: AbstractSet[int]) -> None:
        self.skip = skip
        self.mute = mute
        self.lines: list[str] = []
        self._buffer: list[str] = []

    def end_line(self) -> None:
        if not self._buffer:
            return
        raw = "".join(self._buffer)
        self._buffer.clear()
        if _BREAK in raw:
            for part in raw.split(_BREAK):
                if line := joined_lines(part):
                    self.lines.append(line)
        elif line := joined_lines(raw):
            self.lines.append(line)

    def children(self, node: LexborNode, depth: int) -> None:
        muted = bool(self.mute) and node.mem_id in self.mute
        skip, buffer = self.skip, self._buffer
        for child in node.iter(include_text=True):
            if child.is_text_node:
                content = child.text_content or ""
                if not muted and (buffer or not content.isspace()):
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
            self._buffer.append(_BREAK)
        elif tag != "img" and (tag in _KEPT_INLINE or not is_frame_inline(node)):
            self.children(node, depth + 1)

    def _block(self, node: LexborNode, tag: str, depth: int) -> None:
        self.end_line()
        if tag == "table" and is_data_table(node):
            self._table(node, depth)
        elif tag == "pre":
            text = node.text(separator="")
            self.lines += [line for raw in text.split("\n") if (line := " ".join(raw.split()))]
        else:
            self.children(node, depth)
            self.end_line()

    def _table(self, node: LexborNode, depth: int) -> None:
        outer = self.lines
        for row in table_rows(node):
            cells: list[str] = []
            for cell in row.iter():
                if cell.tag in _CELLS and cell.mem_id not in self.skip:
                    self.lines = []
                    self.children(cell, depth)
                    self.end_line()
                    cells.append(" ".join(self.lines))
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                outer.append(" | ".join(cells))
        self.lines = outer
