"""What is left out inside the chosen block: frame parts, link lists, head line, tail."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate

from pipelines.extraction.attachments import media_type_of
from pipelines.extraction.marks import PLAIN
from pipelines.extraction.outline import Outline
from pipelines.extraction.phrases import (
    asks_to_subscribe,
    ends_article,
    is_byline,
    is_credit,
    is_meta_line,
    is_promotion,
    may_be_notice,
    points_elsewhere,
)
from pipelines.extraction.score import Scores
from pipelines.extraction.statements import Statements, is_statement

_SENTENCE = re.compile(r"\w \S{1,40} .{0,200}\w[\"”’)]?[.!?][\"”’)]?\Z")
#: what press offices put below the last line: "###", "ENDS", "-30-"
_END_MARK = re.compile(r"[#*•_ –—-]{0,20}(?:ends?|ende|fin|30)?[#*•_ –—-]{0,20}", re.IGNORECASE)
_KEPT_AT_END = frozenset({"li", "td", "th", "dd", "dt", "pre"})
_POINTERS = frozenset({"p", "div", "h2", "h3", "h4"})
_CELLS = frozenset({"td", "th"})
_HEAD_LINES = 40
_LEAD_LINES = 8
_BYLINE = 100  # characters
_HEAD_PROSE = 25.0  # weight after which the text has begun,
_HEAD_SHARE = 0.3  # or this share of all of it
_TAIL_SHARE = 0.25  # of the text at most may follow a line that ends the article
_LONG = 40.0  # weight of a paragraph that shows that the text goes on
_BOX_SHARE = 0.2  # of the text at most may stand in a box that is dropped for its first line
_SALES_SHARE = 0.4
_OTHERS = 3  # articles in a box that begins with the heading of related ones
_PROMOTED = 60.0  # weight at most of what a promotion tells in the box that it begins
_SMALL_TABLE = 80.0
_LINE = 80.0
_SIGNATURE = 40  # characters
_MIXED = 40.0  # text directly in a box that also holds blocks


@dataclass(slots=True)
class Pruned:
    """``dropped`` blocks go with all they hold; of ``muted`` blocks only the direct text goes.

    ``first`` and ``last`` are the first and the last block of the text that are kept; where a
    lead stands above byline and date, ``first`` is below these.
    """

    dropped: set[int] = field(default_factory=set)
    muted: set[int] = field(default_factory=set)
    first: int = 0
    last: int = 0


def prune(out: Outline, scores: Scores, *, best: int, title: int) -> Pruned:
    """What to leave out of ``best``; ``title`` is the block that shows the title (-1: none)."""
    work = _Pruning(out, scores, best)
    work.frames_and_link_lists()
    work.small_tables()
    work.head(title)
    work.tail()
    work.promotions()
    work.credits()
    work.outside_text_box()
    if not out.cjk:
        work.short_ends()
    kept = work.alive()
    first, work.pruned.last = (kept[0], kept[-1]) if kept else (best, best)
    work.pruned.first = max(first, work.pruned.first)
    return work.pruned


class _Spans:
    """Ranges of blocks, asked for in logarithmic time."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self.firsts = [first for first, _ in ordered]
        self.lasts = list(accumulate((last for _, last in ordered), max))

    def hold(self, i: int) -> bool:
        """Whether a range begins before and ends after ``i``."""
        count = bisect_left(self.firsts, i)
        return count > 0 and self.lasts[count - 1] > i


class _Pruning:
    """The steps; ``leaves`` are the blocks with text of their own, ``gone`` those left out."""

    def __init__(self, out: Outline, scores: Scores, best: int) -> None:
        self.out = out
        self.weight = scores.weight
        self.scores = scores
        self.best = best
        self.stop = out.end[best]
        self.pruned = Pruned()
        self.leaves: list[int] = []
        self.statements = Statements(out, scores, self.leaves)
        self.gone: set[int] = set()
        self._lines: dict[int, str] = {}

    def alive(self) -> list[int]:
        """Leaves that are still kept, in order."""
        gone = self.gone
        return [i for i in self.leaves if i not in gone]

    def line(self, i: int) -> str:
        """Text of a block on one line."""
        line = self._lines.get(i)
        if line is None:
            line = self._lines[i] = " ".join(self.out.content[i].split())
        return line

    def leave_out(self, i: int) -> None:
        """Leave out the text of ``i``, but not the text of blocks inside it."""
        self.gone.add(i)
        if self.out.end[i] == i + 1:
            self.pruned.dropped.add(i)
        else:
            self.pruned.muted.add(i)

    def drop(self, box: int) -> None:
        """Leave out a block with all it holds."""
        self.pruned.dropped.add(box)
        self.gone.update(range(box, self.out.end[box]))

    def frames_and_link_lists(self) -> None:
        """Frame parts go; so do boxes of three and more links, unless the links are files."""
        out, framed, total = self.out, self.scores.framed, self.scores.total
        anchors = [0, *accumulate(out.anchors)]
        i = self.best
        while i < self.stop:
            stop = out.end[i]
            text, link = out.text[i], out.link[i]
            count = anchors[stop] - anchors[i]
            listed = link > 0.6 * text and total[i] < 0 and count >= 3 and link >= 2 * count
            if listed and out.tag[i] == "p" and out.pause[i] >= 2 and link < 0.9 * text:
                listed = _SENTENCE.search(self.line(i)) is None
            if i > self.best and (framed[i] or (listed and not self._links_files(i))):
                self.pruned.dropped.add(i)
                i = stop
                continue
            if out.own[i] > 0:
                self.leaves.append(i)
            i += 1

    def _links_files(self, box: int) -> bool:
        """附件 stands in or above the box, or its first links lead to files."""
        out = self.out
        if any(
            "附件" in text for text in out.content[max(0, box - 2) : min(out.end[box], box + 40)]
        ):
            return True
        links = out.nodes[box].css("a")[:20]
        return any(media_type_of(a.attributes.get("href") or "") for a in links)

    def small_tables(self) -> None:
        """A table of one or two rows with links and hardly any text is a promotion, not data."""
        out = self.out
        for i in range(self.best + 1, self.stop):
            if out.tag[i] != "table" or not 0 < out.text[i] < _SMALL_TABLE:
                continue
            stop = out.end[i]
            small = out.tag[i:stop].count("tr") <= 2
            if small and any(out.anchors[i:stop]) and not self._links_files(i):
                self.drop(i)

    def head(self, title: int) -> None:
        """Everything before the first sentence that is title, date line or frame."""
        leaves = self.alive()
        total = sum(w for i in leaves if (w := self.weight[i]) > 0)
        begun = min(_HEAD_PROSE, _HEAD_SHARE * total)
        leaves = leaves[:_HEAD_LINES]
        cut = -1
        prose = 0.0
        for position, i in enumerate(leaves):
            if self._in_data_cell(i):
                break
            if i == title or is_meta_line(self.line(i)):
                cut = position
                prose = 0.0
            else:
                prose += max(0.0, self.weight[i])
            if prose > begun:
                break
        for i in leaves[: cut + 1]:
            self.leave_out(i)
        if not self.out.cjk:
            self._below_lead(leaves[cut + 1 : cut + 1 + _LEAD_LINES])

    def _below_lead(self, leaves: list[int]) -> None:
        """Bylines and date lines between the lead and the text."""
        for i in leaves:
            line = self.line(i)
            if len(line) <= _BYLINE and (is_byline(line) or is_meta_line(line)):
                self.leave_out(i)
                self.pruned.first = i + 1

    def _in_data_cell(self, i: int) -> bool:
        tag, above = self.out.tag[i], self.out.tag[self.out.parent[i]]
        return (tag in _CELLS or above in _CELLS) and 0 < self.weight[i] <= 0.5 * self.out.own[i]

    def tail(self) -> None:
        """From the line that ends the article on, if little text follows."""
        leaves = self.alive()
        weight = self.weight
        total = rest = sum(w for i in leaves if (w := weight[i]) > 0)
        text: _Spans | None = None
        for position, i in enumerate(leaves):
            near_end = rest < _TAIL_SHARE * total and position
            if near_end and ends_article(self.line(i)) and not self.statements.hold(i):
                if not self.out.cjk and points_elsewhere(self.line(i)):
                    text = text or self._boxes_of_text(leaves)
                    if text.hold(i):
                        self.leave_out(i)
                        continue
                for later in leaves[position:]:
                    self.leave_out(later)
                return
            rest -= max(0.0, weight[i])

    def _boxes_of_text(self, leaves: list[int]) -> _Spans:
        """From the first to the last long paragraph of every box."""
        spans: dict[int, tuple[int, int]] = {}
        for i in leaves:
            if self.weight[i] > _LONG and self.out.tag[i] == "p":
                box = self.out.parent[i]
                spans[box] = (spans.get(box, (i, i))[0], i)
        return _Spans(spans.values())

    def promotions(self) -> None:
        """Lines that advertise something else, and small boxes that begin with such a line."""
        out = self.out
        leaves = self.alive()
        total = sum(w for i in leaves if (w := self.weight[i]) > 0)
        for i in leaves:
            if out.own[i] > _LINE or i in self.gone:
                continue
            line = self.line(i)
            closing = selling = promoting = False
            if may_be_notice(line):
                closing, selling = ends_article(line), asks_to_subscribe(line)
                promoting = is_promotion(line)
            if (closing or selling or promoting) and self.statements.hold(i):
                continue
            if (
                promoting
                or (closing and self.weight[i] <= 0 and (out.cjk or points_elsewhere(line)))
                or (not out.cjk and self._is_pointer(i))
            ):
                self.leave_out(i)
            most = _SALES_SHARE * total if selling else _BOX_SHARE * total if closing else 0.0
            if promoting and not out.cjk:
                most = max(most, min(_BOX_SHARE * total, _PROMOTED))
            if most and (box := self._box_begun_by(i)) != i:
                if closing and out.tag[box : out.end[box]].count("article") >= _OTHERS:
                    self.drop(box)
                    continue
                listed = promoting and out.link[box] > 0.5 * out.text[box]
                if (listed or self.scores.total[box] > 0) and self.scores.total[box] < most:
                    self.drop(box)

    def _is_pointer(self, i: int) -> bool:
        """Latin pages: a paragraph that is one link points to another article, unless to a file."""
        return self.out.tag[i] in _POINTERS and self._is_linked(i)

    def _is_linked(self, i: int, *, least: float = 8.0) -> bool:
        """All text of a block is a link, and not to a file."""
        linked = self.out.own_link[i] >= 0.95 * self.out.own[i] > least
        return linked and not self._links_files(i)

    def _box_begun_by(self, i: int) -> int:
        """The outermost box inside ``best`` whose first text is block ``i``; at most ten levels."""
        box = i
        for _ in range(10):
            above = self.out.parent[box]
            if above <= self.best:
                break
            before = box - 1  # the nearest text before, which is not far where there is one
            while before >= above and not self.out.own[before]:
                before -= 1
            if before >= above:
                break
            box = above
        return box

    def credits(self) -> None:
        """Lines of source and editor at the end, in a box that is named as no part of the text."""
        for i in reversed(self.alive()):
            named = self.out.mark[i] < PLAIN and self._is_meta(i)
            line = self.line(i)
            if not named and (not is_credit(line) or is_statement(line)):
                return
            self.leave_out(i)

    def _is_meta(self, i: int) -> bool:
        return self.out.own[i] <= _LINE and is_meta_line(self.line(i))

    def outside_text_box(self) -> None:
        """Short lines before the first and after the last sentence, outside the box of the text.

        The box is the parent that directly holds most of the prose. Signatures and dates stand
        in it; tags, counters, share labels and editors' boxes do not.
        """
        out, weight = self.out, self.weight
        leaves = self.alive()
        positive = [i for i in leaves if weight[i] > 0]
        share: dict[int, float] = {}
        for i in positive:
            box = out.parent[i] if out.end[i] == i + 1 and i != self.best else i
            share[box] = share.get(box, 0.0) + weight[i]
        if not share:
            return
        box = max(share, key=lambda key: share[key])
        if share[box] < 0.6 * sum(share.values()) or box == self.best:
            return
        inside = range(box, out.end[box])
        while len(positive) > 1 and positive[-1] not in inside and self._is_meta(positive[-1]):
            positive.pop()  # a line of credits may be long enough to pass for a sentence
        first, last = positive[0], self._last_of(positive[-1])
        for i in leaves:
            if (i < first or i > last) and i not in inside:
                self.leave_out(i)

    def short_ends(self) -> None:
        """Latin pages: short lines before the first and after the last sentence are bylines."""
        leaves = self.alive()
        positive = [i for i in leaves if self.weight[i] > 0]
        if not positive:
            return
        first = self._first_sentence(leaves, positive[0])
        last = self._last_of(self._last_sentence(leaves, positive[-1]))
        for i in leaves:
            mixed = self.out.end[i] > i + 1 and self.out.own[i] > _MIXED
            if mixed or first <= i <= last:
                continue
            if i < first or self.out.tag[i] not in _KEPT_AT_END or self._is_linked(i, least=2):
                self.leave_out(i)

    def _first_sentence(self, leaves: list[int], first: int) -> int:
        """The first of the short sentences that stand before the text as paragraphs of its box."""
        out = self.out
        for i in reversed(leaves[: leaves.index(first)]):
            if (
                out.tag[i] != "p"
                or out.parent[i] != out.parent[first]
                or not _SENTENCE.search(self.line(i))
            ):
                break
            first = i
        return first

    def _last_sentence(self, leaves: list[int], last: int) -> int:
        """The last of the short sentences and signatures that follow the text as paragraphs of the
        same box."""
        out = self.out
        for i in leaves[leaves.index(last) + 1 :]:
            line = self.line(i)
            if (
                out.tag[i] != "p"
                or out.parent[i] != out.parent[last]
                or out.own_link[i]
                or not (_SENTENCE.search(line) or self._is_signature(i))
            ):
                break
            last = i
        return last

    def _is_signature(self, i: int) -> bool:
        """A short paragraph without a name that is no date line, and announces nothing."""
        line = self.line(i)
        if self.out.name[i] or len(line) > _SIGNATURE or line.endswith(":"):
            return False
        if _END_MARK.fullmatch(line):
            return False
        return not is_meta_line(line)

    def _last_of(self, i: int) -> int:
        """The text that stands directly in a box goes on around the blocks inside it."""
        return self.out.end[i] - 1
