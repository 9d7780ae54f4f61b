"""A first look: the part of a long page that is worth measuring.

Long texts and the line that ``<title>`` repeats are found in one cheap pass; the box that holds
both, widened by what stands around it (date line, fact table), is the region. Menus, link lists
and footers outside it are never looked at again. Where no such box is found the whole page is
measured.
"""

from __future__ import annotations

from typing import Any

from selectolax.lexbor import LexborNode

_MIN_TEXT = 24  # characters of one piece of prose
_MIN_MASS = 300
_MIN_TITLE = 8
_SHARE = 0.75
_MAX_CLIMB = 8
_MARGIN = 400  # characters of frame that may stand around title and text


def likely_region(body: LexborNode, *, title: str) -> LexborNode | None:
    """The element that holds the title and most of the prose; ``None``: take the whole page.

    ``title`` is the text of ``<title>`` on one line.
    """
    if len(title) < _MIN_TITLE:
        return None
    mass: dict[int, int] = {}
    holders: dict[int, LexborNode] = {}
    total = 0
    heading: Any = None
    heading_size = _MIN_TITLE - 1
    for node in body.traverse(include_text=True, skip_empty=True):
        if not node.is_text_node:
            continue
        content = node.text_content or ""
        size = len(content)
        if size <= heading_size:
            continue
        if size < 200:
            line = content.strip()
            if len(line) > heading_size and line in title:
                heading, heading_size = node.parent, len(line)
                continue
        if size < _MIN_TEXT or not _has_pause(content):
            continue
        holder: Any = node.parent
        if holder.tag == "a":
            continue
        total += size
        key = holder.mem_id
        mass[key] = mass.get(key, 0) + size
        holders[key] = holder
    if heading is None or total < _MIN_MASS:
        return None
    key = heading.mem_id
    holders[key] = heading
    mass[key] = mass.get(key, 0) + total  # so that nothing without the title has enough
    return _widened(_lowest(mass, holders, (1 + _SHARE) * total, body.mem_id), body.mem_id)


def _has_pause(content: str) -> bool:
    return "，" in content or "。" in content or ", " in content or ". " in content


def _lowest(
    mass: dict[int, int], holders: dict[int, LexborNode], need: float, body: int
) -> LexborNode | None:
    """The lowest element with at least ``need`` characters below it; each is visited once."""
    elements, sums = dict(holders), dict(mass)
    parents: dict[int, int] = {}
    waiting: dict[int, int] = {}  # element -> children not yet added to it
    found = list(mass)
    for key in found:
        parent = elements[key].parent if key != body else None
        if parent is None:
            continue
        above = parents[key] = parent.mem_id
        waiting[above] = waiting.get(above, 0) + 1
        if above not in elements:
            elements[above] = parent
            sums[above] = 0
            found.append(above)
    ready = [key for key in found if key not in waiting]
    while ready:
        key = ready.pop()
        outer = parents.get(key)
        if outer is None:
            continue
        sums[outer] += sums[key]
        waiting[outer] -= 1
        if not waiting[outer]:
            ready.append(outer)
    full = {key for key, size in sums.items() if size >= need}
    inner = full - {parents.get(key) for key in full}
    # elements with more than half of the prose lie on one path, so one of them is the lowest
    return elements[inner.pop()] if len(inner) == 1 else None


def _widened(node: LexborNode | None, body: int) -> LexborNode | None:
    """Climb while no more than the margin of text is added; ``None`` if that is the whole page."""
    if node is None:
        return None
    limit = len(node.text()) + _MARGIN
    for _ in range(_MAX_CLIMB):
        parent = node.parent
        if parent is None or node.mem_id == body:
            return None
        if parent.mem_id == body or len(parent.text()) > limit:
            return node
        node = parent
    return node
