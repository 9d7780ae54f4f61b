"""What is left out inside the chosen block: frame parts, link lists, head line, tail."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipelines.extraction.marks import PLAIN
from pipelines.extraction.outline import Outline
from pipelines.extraction.phrases import asks_to_subscribe, ends_article, is_meta_line, is_promotion
from pipelines.extraction.score import Scores

_KEPT_AT_END = frozenset({"li", "td", "th", "dd", "dt", "pre"})
_LISTY = frozenset({"ul", "ol", "dl", "div", "section", "table", "tr", "td", "p", "tbody", "li"})


@dataclass(slots=True)
class Pruned:
    """``dropped`` blocks go with all they hold; of ``muted`` blocks only the direct text goes."""

    dropped: set[int] = field(default_factory=set)
    muted: set[int] = field(default_factory=set)
    #: the first and the last block of the text that are kept
    first: int = 0
    last: int = 0

    def leave_out(self, out: Outline, i: int) -> None:
        """Leave out the text of ``i``, but not the text of blocks inside it."""
        if out.end[i] == i + 1:
            self.dropped.add(i)
        else:
            self.muted.add(i)


def prune(out: Outline, scores: Scores, *, best: int, title: int) -> Pruned:
    """What to leave out of ``best``; ``title`` is the block that shows the title (-1: none)."""
    pruned = Pruned({i for i in range(best + 1, out.end[best]) if scores.framed[i]})
    _link_lists(out, scores, best, pruned)
    _small_tables(out, best, pruned)
    _head(out, scores, best, title, pruned)
    _tail(out, scores, best, pruned)
    _promotions(out, scores, best, pruned)
    _credits(out, best, pruned)
    _outside_text_box(out, scores, best, pruned)
    if not out.cjk:
        _short_ends(out, scores, best, pruned)
    kept = _kept_leaves(out, best, pruned)
    pruned.first, pruned.last = (kept[0], kept[-1]) if kept else (best, best)
    return pruned


def _kept_leaves(out: Outline, best: int, pruned: Pruned) -> list[int]:
    """Blocks with text of their own, in order, that are not inside a dropped one."""
    leaves = []
    i = best
    while i < out.end[best]:
        if i in pruned.dropped:
            i = out.end[i]
            continue
        if out.own[i] > 0 and i not in pruned.muted:
            leaves.append(i)
        i += 1
    return leaves


def _link_lists(out: Outline, scores: Scores, best: int, pruned: Pruned) -> None:
    i = best + 1
    while i < out.end[best]:
        if i in pruned.dropped:
            i = out.end[i]
            continue
        text, link = out.text[i], out.link[i]
        if text and link > 0.6 * text and scores.total[i] < 0 and out.tag[i] in _LISTY:
            anchors = sum(out.anchors[i : out.end[i]])
            if anchors >= 3 and link / anchors >= 2 and not _files(out, i):
                pruned.dropped.add(i)
                i = out.end[i]
                continue
        i += 1


def _files(out: Outline, block: int) -> bool:
    return "附件" in "".join(out.content[max(0, block - 2) : out.end[block]])


def _head(out: Outline, scores: Scores, best: int, title: int, pruned: Pruned) -> None:
    """Everything before the first sentence that is title, date line or frame."""
    leaves = _kept_leaves(out, best, pruned)
    cut = -1
    prose = 0.0
    for position, i in enumerate(leaves[:40]):
        if _in_data_cell(out, scores, i):
            break
        line = " ".join(out.content[i].split())
        if i == title or is_meta_line(line):
            cut = position
            prose = 0.0
        else:
            prose += max(0.0, scores.weight[i])
        if prose > 25:
            break
    for i in leaves[: cut + 1]:
        pruned.leave_out(out, i)


def _tail(out: Outline, scores: Scores, best: int, pruned: Pruned) -> None:
    """From the line that ends the article on, if little text follows."""
    leaves = _kept_leaves(out, best, pruned)
    total = sum(max(0.0, scores.weight[i]) for i in leaves)
    seen = 0.0
    for position, i in enumerate(leaves):
        line = " ".join(out.content[i].split())
        weight = scores.weight[i]
        rest = total - seen
        if seen > 0 and rest < 0.25 * total and ends_article(line):
            for later in leaves[position:]:
                pruned.leave_out(out, later)
            return
        if weight > 0:
            seen += weight


def _in_data_cell(out: Outline, scores: Scores, i: int) -> bool:
    cell = out.tag[i] in {"td", "th"} or out.tag[out.parent[i]] in {"td", "th"}
    return cell and 0 < scores.weight[i] <= 0.5 * out.own[i]


def _small_tables(out: Outline, best: int, pruned: Pruned) -> None:
    """A table of one or two rows with links and hardly any text is a promotion, not data."""
    for i in range(best + 1, out.end[best]):
        if out.tag[i] != "table" or not 0 < out.text[i] < 80:
            continue
        inside = range(i, out.end[i])
        if sum(out.tag[j] == "tr" for j in inside) > 2 or not any(out.anchors[j] for j in inside):
            continue
        if not _files(out, i):
            pruned.dropped.add(i)


def _outside_text_box(out: Outline, scores: Scores, best: int, pruned: Pruned) -> None:
    """Short lines before the first and after the last sentence, outside the box of the text.

    The box is the parent that directly holds most of the prose. Signatures and dates stand
    in it; tags, counters, share labels and editors' boxes do not.
    """
    leaves = _kept_leaves(out, best, pruned)
    share: dict[int, float] = {}
    total = 0.0
    for i in leaves:
        if scores.weight[i] > 0:
            total += scores.weight[i]
            box = out.parent[i] if out.end[i] == i + 1 and i != best else i
            share[box] = share.get(box, 0.0) + scores.weight[i]
    if not share:
        return
    box = max(share, key=lambda key: share[key])
    if share[box] < 0.6 * total or box == best:
        return
    positive = [i for i in leaves if scores.weight[i] > 0]
    while (
        len(positive) > 1 and not box <= positive[-1] < out.end[box] and _is_meta(out, positive[-1])
    ):
        positive.pop()  # a line of credits may be long enough to pass for a sentence
    first, last = positive[0], positive[-1]
    for i in leaves:
        if (i < first or i > last) and not box <= i < out.end[box]:
            pruned.leave_out(out, i)


def _credits(out: Outline, best: int, pruned: Pruned) -> None:
    """Lines of source and editor at the end, in a box whose name says that it is not the text."""
    for i in reversed(_kept_leaves(out, best, pruned)):
        if out.mark[i] >= PLAIN or not _is_meta(out, i):
            return
        pruned.leave_out(out, i)


def _is_meta(out: Outline, i: int) -> bool:
    return out.own[i] <= 80 and is_meta_line(" ".join(out.content[i].split()))


def _promotions(out: Outline, scores: Scores, best: int, pruned: Pruned) -> None:
    """Lines that advertise something else, and small boxes that begin with such a line."""
    leaves = _kept_leaves(out, best, pruned)
    total = sum(max(0.0, scores.weight[i]) for i in leaves)
    for i in leaves:
        if out.own[i] > 100 or i in pruned.dropped:
            continue
        line = " ".join(out.content[i].split())
        closing = ends_article(line)
        if is_promotion(line) or (closing and out.cjk and scores.weight[i] <= 0):
            pruned.leave_out(out, i)
        if not closing and not asks_to_subscribe(line):
            continue
        box = _box_begun_by(out, i, best)
        if box != i and 0 < scores.total[box] < 0.2 * total:
            pruned.dropped.add(box)


def _box_begun_by(out: Outline, i: int, best: int) -> int:
    """The outermost box inside ``best`` whose first text is block ``i``."""
    box = i
    while True:
        above = out.parent[box]
        if above <= best or any(out.own[j] for j in range(above, i)):
            return box
        box = above


def _short_ends(out: Outline, scores: Scores, best: int, pruned: Pruned) -> None:
    """Latin pages: short lines before the first and after the last sentence are bylines."""
    leaves = _kept_leaves(out, best, pruned)
    positive = [i for i in leaves if scores.weight[i] > 0]
    if positive:
        for i in leaves:
            if i < positive[0] or (i > positive[-1] and out.tag[i] not in _KEPT_AT_END):
                pruned.leave_out(out, i)
