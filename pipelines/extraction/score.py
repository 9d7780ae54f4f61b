"""Which block holds the article: the subtree whose text outweighs its frame the most.

Every block gets a weight: sentences count for it, links and labels against it. The article is
the block with the greatest sum over its subtree, so a body split over several boxes is found as
a whole and a box with a menu beside the text is not. Names of elements, the place of the title
and rows of teaser cards decide what the sums leave open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.extraction.attachments import first_link, media_type_of
from pipelines.extraction.marks import CAPTION, FRAME, GOOD, NEVER, SOFT, STRONG, WEAK, words
from pipelines.extraction.outline import Outline
from pipelines.extraction.phrases import is_meta_line

_FRAME_TAGS = frozenset({"aside", "dialog"})
_NEVER_TAGS = frozenset({"nav", "footer", "menu"})
_BODY_TAGS = frozenset({"article", "main"})
_CARD_TAGS = frozenset({"li", "dl", "div", "article", "section", "dd", "h3", "h4"})
_LINE_TAGS = words(
    "p li td th dd dt h1 h2 h3 h4 h5 h6 tr ul ol dl table tbody thead blockquote pre header center"
)
_ROW = 3  # cards
_SOME_PROSE = 12.0  # weight of one short sentence
_SMALL_FOOTER = 160.0  # a footer or menu with less text is never the article
#: a page with this much weight of prose has an article, whatever its boxes are called
MISSED_PROSE = 100.0
_PROGRAM_ERROR = re.compile(
    r"(?:warning|notice|fatal error|deprecated): .{1,300} on line \d", re.IGNORECASE
)


@dataclass(slots=True)
class Scores:
    """``weight`` per block, ``total`` per subtree, ``framed`` = inside a page frame part;
    ``prose`` = weight of all sentences of the page, frame parts included."""

    weight: list[float]
    total: list[float]
    framed: list[bool]
    prose: float


def block_weight(size: float, link: float, pause: int) -> float:
    """Weight of the inline text of one block; positive for prose, negative for links."""
    if size <= 0:
        return 0.0
    plain = size - link
    if size > 400 and pause * 150 < size:
        return -1.0  # lists of names, keyword stuffing: prose pauses every dozen characters
    if link > 0.5 * size:
        if pause >= 2 and plain >= 12 and plain >= 0.15 * size:
            return 0.3 * plain  # a sentence full of links
        return -(5.0 + 0.7 * link)
    if pause >= 2 or (pause and plain >= 12) or plain >= 50:
        return plain - link
    if plain >= 20:
        return 0.6 * plain - link
    return -0.5 - link


def score(
    out: Outline,
    *,
    outside: frozenset[int] = frozenset(),
    title: int = -1,
    by_name: bool = True,
    terse: bool = False,
) -> Scores:
    """Weigh every block; frame parts count against their ancestors, never for them.

    ``outside`` are blocks known to belong to the page (fact table, template), not to the text.
    ``title`` is the block that shows the title (-1 unknown): what holds it is no frame part.
    ``by_name``: whether names like "share" and "banner" make a frame part; menus, footers and
    teaser cards always are. ``terse``: lines without a pause below the title count for the text
    too, as on a notice of a few words.
    """
    count = len(out.nodes)
    raw = [
        block_weight(size, link, pause) if size > 0 else 0.0
        for size, link, pause in zip(out.own, out.own_link, out.pause, strict=True)
    ]
    _table_cells(out, raw)
    for i, content in enumerate(out.content):
        if raw[i] > 30 and " on line " in content and _PROGRAM_ERROR.search(content):
            raw[i] = -1.0
    if terse and title >= 0:
        for i in range(title + 1, count):
            if raw[i] and not out.own_link[i]:
                meta = is_meta_line(out.content[i].strip())
                raw[i] = -0.5 if meta else max(raw[i], 0.5 * out.own[i])
    for i in outside:
        raw[i] = -3.0
    if title >= 0:
        raw[title] = min(0.0, raw[title])  # the title alone is no article
    prose = [w if w > 0 else 0.0 for w in raw]
    parent = out.parent
    for i in range(count - 1, 0, -1):
        prose[parent[i]] += prose[i]
    framed = _framed(out, prose, outside, title, by_name=by_name)
    weight = [
        w if not f or not w else w - 1.0 if w < 0 else -1.0
        for w, f in zip(raw, framed, strict=True)
    ]
    total = weight[:]
    for i in range(count - 1, 0, -1):
        total[parent[i]] += total[i]
    return Scores(weight, total, framed, prose[0])


def _framed(
    out: Outline, prose: list[float], outside: frozenset[int], title: int, *, by_name: bool
) -> list[bool]:
    count = len(out.nodes)
    limit = (0.5 if title < 0 else 0.8) * prose[0]
    parent, mark, tag, end, hidden = out.parent, out.mark, out.tag, out.end, out.hidden
    rows = _rows(out)
    cards: set[int] = set()
    framed = [False] * count
    for i in range(1, count):
        above = parent[i]
        if framed[above] or i in outside or tag[i] == "figcaption":
            framed[i] = True
            continue
        if above in rows:
            cards |= _cards(out, rows.pop(above))
        if i <= title < end[i] and prose[i] > 0.2 * limit:
            continue
        elif i in cards:
            framed[i] = True
        elif mark[i] == NEVER or tag[i] in _NEVER_TAGS:
            small = out.text[i] < _SMALL_FOOTER or prose[i] < limit
            framed[i] = small or (title >= 0 and prose[0] - prose[i] > _SOME_PROSE)
        elif not by_name:
            continue
        elif mark[i] == FRAME or tag[i] in _FRAME_TAGS or i in hidden:
            framed[i] = prose[i] < limit and not (i in hidden and mark[i] >= GOOD)
        elif mark[i] == CAPTION:
            framed[i] = not out.cjk and prose[i] < 0.25 * prose[0]
        elif mark[i] == SOFT:
            framed[i] = prose[i] < 0.25 * prose[0] and tag[i] != "blockquote"
    return framed


def _rows(out: Outline) -> dict[int, list[int]]:
    """Boxes that may be cards by the box around them, where there are three and more."""
    rows: dict[int, list[int]] = {}
    for i, (tag, size, above) in enumerate(zip(out.tag, out.text, out.parent, strict=True)):
        if tag in _CARD_TAGS and size and i:
            rows.setdefault(above, []).append(i)
    return {above: boxes for above, boxes in rows.items() if len(boxes) >= _ROW}


def _cards(out: Outline, boxes: list[int]) -> set[int]:
    """Of boxes in one box three and more alike, each with a link and little text: teasers."""
    groups: dict[tuple[str, str], list[int]] = {}
    small: dict[tuple[str, str], list[int]] = {}
    sizes: dict[tuple[str, str], int] = {}
    tag, text, link, name = out.tag, out.text, out.link, out.name
    for i in boxes:
        key = (tag[i], name[i].split(" ", 1)[0])
        sizes[key] = sizes.get(key, 0) + 1
        if text[i] > 250 or link[i] < 5:
            continue
        small.setdefault(key, []).append(i)
        if link[i] >= (0.12 if text[i] <= 150 else 0.25) * text[i]:
            groups.setdefault(key, []).append(i)
    found: set[int] = set()
    for key, members in groups.items():
        if len(members) >= _ROW and len(members) >= 0.6 * sizes[key] and not _files(out, members):
            found.update(members)
            if len(members) >= 0.8 * sizes[key]:
                found.update(small[key])  # one of the row may have a longer text
    return found


def _files(out: Outline, members: list[int]) -> bool:
    """The boxes lead to files: attachments, not teasers."""
    links = [first_link(out.nodes[i]) for i in members[:3]]
    return any(a and media_type_of(a.attributes.get("href") or "") for a in links)


def _table_cells(out: Outline, raw: list[float]) -> None:
    """Short texts in the cells of a table without links are content: half a point a character.

    Tables that hold tables, or one cell with most of the text, only arrange boxes.
    """
    tag, own, end = out.tag, out.own, out.end
    for i in range(len(out.nodes)):
        if tag[i] != "table" or not out.text[i] or out.link[i] >= 0.1 * out.text[i]:
            continue
        inside = tag[i + 1 : end[i]]
        rows = inside.count("tr")
        cells = inside.count("td") + inside.count("th")
        if "table" in inside or rows < 2 or cells < max(4, 2 * rows - 1):
            continue
        if max(own[i : end[i]]) > max(200.0, 0.5 * out.text[i]):
            continue
        for j in range(i, end[i]):
            if own[j] and raw[j] < 0 and not out.own_link[j]:
                raw[j] = 0.5 * own[j]


def best_block(out: Outline, scores: Scores, *, title: int = -1) -> int:
    """Index of the block that holds the article (0, the body, if nothing reads like text)."""
    first, rank = _first_prose(out, scores)
    best, best_value = 0, float("-inf")
    for i, total in enumerate(scores.total):
        if total <= 0 or scores.framed[i]:
            continue
        value = total * _name_factor(out, i) * _place_factor(out, i, title, first, rank)
        if value >= best_value:
            best, best_value = i, value
    return _widened(out, scores, best)


def _name_factor(out: Outline, i: int) -> float:
    mark = out.mark[i]
    if mark == STRONG:
        return 1.10
    if mark == GOOD or out.tag[i] in _BODY_TAGS:
        return 1.05
    if i == 0 or mark == WEAK:
        return 0.97
    return 1.0


def _place_factor(out: Outline, i: int, title: int, first: list[int], rank: list[int]) -> float:
    """Text that starts soon after the title is more likely the article than text far away."""
    if title < 0 or i <= title < out.end[i]:
        return 1.0
    if out.end[i] <= title:
        return 0.3
    gap = rank[first[i]] - rank[title]
    return 1.0 if gap <= 20 else 0.85 if gap <= 50 else 0.6


def _first_prose(out: Outline, scores: Scores) -> tuple[list[int], list[int]]:
    """First positive block of each subtree, and the number of text blocks before each block."""
    count = len(out.nodes)
    first = list(range(count))
    positive = [w > 0 for w in scores.weight]
    for i in range(count - 1, 0, -1):
        above = out.parent[i]
        if positive[i] and not scores.weight[above] > 0:
            first[above] = first[i]
            positive[above] = True
    rank, seen = [], 0
    for size in out.own:
        rank.append(seen)
        seen += size > 0
    return first, rank


def _widened(out: Outline, scores: Scores, best: int) -> int:
    """A single line is never the whole article: take the box around it."""
    while best > 0 and out.tag[best] in _LINE_TAGS:
        best = out.parent[best]
    return best
