"""Which block holds the article: the subtree whose text outweighs its frame the most.

Every block gets a weight: sentences count for it, links and labels against it. The article is
the block with the greatest sum over its subtree, so a body split over several boxes is found as
a whole and a box with a menu beside the text is not.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.extraction.marks import FRAME, GOOD, STRONG, WEAK
from pipelines.extraction.outline import Outline

_FRAME_TAGS = frozenset({"nav", "footer", "aside", "dialog", "menu"})
_BODY_TAGS = frozenset({"article", "main"})


@dataclass(slots=True)
class Scores:
    """``weight`` per block, ``total`` per subtree, ``framed`` = inside a page frame part."""

    weight: list[float]
    total: list[float]
    framed: list[bool]


def block_weight(size: float, link: float, pause: int) -> float:
    """Weight of the inline text of one block; positive for prose, negative for links."""
    if size <= 0:
        return 0.0
    plain = size - link
    if link > 0.5 * size:
        return -(4.0 + 0.5 * link)
    if pause >= 2 or (pause and plain >= 12) or plain >= 50:
        return plain - link
    if plain >= 20:
        return 0.6 * plain - link
    return 0.2 * plain - 1.0 - link


def score(out: Outline) -> Scores:
    """Weigh every block; frame parts count against their ancestors, never for them."""
    count = len(out.nodes)
    raw = [
        block_weight(size, link, pause)
        for size, link, pause in zip(out.own, out.own_link, out.pause, strict=True)
    ]
    prose = [max(0.0, w) for w in raw]
    parent = out.parent
    for i in range(count - 1, 0, -1):
        prose[parent[i]] += prose[i]
    half = 0.5 * prose[0]
    framed = [False] * count
    for i in range(1, count):
        framed[i] = framed[parent[i]] or (
            (out.mark[i] == FRAME or out.tag[i] in _FRAME_TAGS or i in out.hidden)
            and prose[i] < half
        )
    weight = [min(0.0, w) - 1.0 if f and w else w for w, f in zip(raw, framed, strict=True)]
    total = weight[:]
    for i in range(count - 1, 0, -1):
        total[parent[i]] += total[i]
    return Scores(weight, total, framed)


def best_block(out: Outline, scores: Scores) -> int:
    """Index of the block that holds the article (0, the body, if nothing reads like text)."""
    best, best_value = 0, float("-inf")
    for i, total in enumerate(scores.total):
        if total <= 0 or scores.framed[i]:
            continue
        mark = out.mark[i]
        value = total
        if mark == STRONG:
            value *= 1.10
        elif mark == GOOD or out.tag[i] in _BODY_TAGS:
            value *= 1.05
        elif mark == WEAK:
            value *= 0.97
        if i == 0:
            value *= 0.95
        if value >= best_value:
            best, best_value = i, value
    return best
