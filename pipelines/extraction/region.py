"""A first look: the part of a long page that is worth measuring.

Long texts and the line that ``<title>`` repeats are found in one cheap pass; the box that holds
both, widened by what stands around it (date line, fact table), is the region. Menus, link lists
and footers outside it are never looked at again. Where no such box is found the whole page is
measured.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import islice
from operator import attrgetter

from selectolax.lexbor import LexborNode

_MIN_TEXT = 24  # characters of one piece of prose
_MIN_MASS = 300
_MIN_TITLE = 8
_SHARE = 0.75
_MAX_CLIMB = 8
_PART = "\x00"  # no parsed text holds it
_IS_TEXT = attrgetter("is_text_node")
_MARGIN = 400  # characters of frame that may stand around title and text


def likely_region(body: LexborNode, *, title: str) -> LexborNode | None:
    """The element that holds the title and most of the prose; ``None``: take the whole page.

    ``title`` is the text of ``<title>`` on one line.
    """
    if len(title) < _MIN_TITLE:
        return None
    pieces = body.text(separator=_PART, skip_empty=True).split(_PART)
    heading, heading_size = -1, _MIN_TITLE - 1
    prose: list[tuple[int, int]] = []
    total = 0
    for i, content in enumerate(pieces):
        size = len(content)
        if size <= heading_size:
            continue
        if size < 200:
            line = content.strip()
            if len(line) > heading_size and line in title:
                heading, heading_size = i, len(line)
                continue
        if size >= _MIN_TEXT and _has_pause(content):
            total += size
            prose.append((i, total))
    if total < _MIN_MASS:
        return None
    if heading >= 0:
        climb = _Climb(_text_node(body, pieces, heading), heading, body.mem_id)
    else:
        lone = _lone_heading(body, pieces)
        if lone is None:
            return None
        climb = _Climb(*lone, body.mem_id)
    at, sums = [i for i, _ in prose], [0, *(size for _, size in prose)]
    while sums[bisect_left(at, climb.stop)] - sums[bisect_left(at, climb.start)] < _SHARE * total:
        if not climb.up():
            return None
    return climb.widened()


def _text_node(body: LexborNode, pieces: list[str], piece: int) -> LexborNode:
    """The text node of a piece: looked for in the first heading, where titles mostly stand, if the
    text is met once; else by counting."""
    if pieces.count(pieces[piece]) == 1:
        heading = body.css_first("h1")
        inner = heading.first_child if heading is not None else None
        if inner is not None and inner.text_content == pieces[piece]:
            return inner
    texts = filter(_IS_TEXT, body.traverse(include_text=True, skip_empty=True))
    return next(islice(texts, piece, None))


def _lone_heading(body: LexborNode, pieces: list[str]) -> tuple[LexborNode, int] | None:
    """The text of the only main heading, and which piece it is, where ``<title>`` words it
    differently."""
    headings = body.css("h1")
    inner = headings[0].first_child if len(headings) == 1 else None
    text = inner.text_content if inner is not None else None
    if inner is None or text is None or len(text) < _MIN_TITLE or pieces.count(text) != 1:
        return None
    return inner, pieces.index(text)


def _has_pause(content: str) -> bool:
    return "，" in content or "。" in content or ", " in content or ". " in content


class _Climb:
    """From the heading upwards: which pieces of text an element holds (``start`` to ``stop``) and
    how many characters, without reading any text twice."""

    def __init__(self, node: LexborNode, piece: int, body: int) -> None:
        self.node = node
        self.start, self.stop = piece, piece + 1
        self.size = len(node.text_content or "")
        self.body = body

    def up(self, *, limit: float = float("inf")) -> bool:
        """Go to the parent; not to the body, nor to an element larger than ``limit``."""
        parent = self.node.parent
        if parent is None or parent.mem_id == self.body:
            return False
        before = after = 0
        beside = self.node.prev
        while beside is not None and self.size <= limit:
            before += self._add(beside)
            beside = beside.prev
        beside = self.node.next
        while beside is not None and self.size <= limit:
            after += self._add(beside)
            beside = beside.next
        if self.size > limit:
            return False
        self.node = parent
        self.start -= before
        self.stop += after
        return True

    def _add(self, node: LexborNode) -> int:
        """Count the text of a sibling; how many pieces it has."""
        text = node.text(separator=_PART, skip_empty=True)
        if not text:
            return 0
        joints = text.count(_PART)
        self.size += len(text) - joints
        return joints + 1

    def widened(self) -> LexborNode:
        """The element, or one above it while no more than the margin of text is added."""
        limit = self.size + _MARGIN
        for _ in range(_MAX_CLIMB):
            if not self.up(limit=limit):
                break
        return self.node
