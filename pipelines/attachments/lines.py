"""From placed lines of a page layout back to paragraphs: for PDF and OFD.

Lines that a layout broke are joined, page numbers and repeated headers and footers go. All
measures are relative to the page's own type size and margins.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

from pipelines.attachments.model import Block, Para, Table
from pipelines.attachments.plain import is_wide, tidy, without_gaps

_PAGE_NUMBER = re.compile(
    r"(?:[-—–－·•~\s]{0,4}\d{1,4}[-—–－·•~\s]{0,4}"
    r"|第\s?\d{1,4}\s?页(?:[,，/\s]{0,3}共\s?\d{1,4}\s?页)?"
    r"|(?:page\s)?\d{1,4}\s?(?:/|of)\s?\d{1,4}|[ivxlc]{1,6})",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_STARTS = re.compile(
    r"第[一二三四五六七八九十百零〇\d]{1,6}[章节条款编]"
    r"|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[)）]"
    r"|\d{1,2}[.、．](?!\d)|附件\s?\d{0,2}[:：]?|抄送[:：]|[①-⑳]|[●■◆▪•]"
)
#: lines that are never part of a longer one: numbers of documents, days, notes in brackets
_ALONE = re.compile(
    r"\S{1,20}[〔\[［(（]\d{4}[〕\]］)）]\s?第?\d{1,5}号|[（(].{1,60}[)）]"
    r"|[\d〇○零一二三四]{4}年[\d一二三四五六七八九十]{1,2}月[\d一二三四五六七八九十]{1,3}日"
)
_ROW = re.compile(r"\d{1,3}[ 　\t]+[^\d\s]")  # a row of a table without lines
_ENDS = ("。", "！", "？", "；", "：", ":", ".", "”。")
_EDGE = 0.11  # share of the page height where headers, footers and page numbers stand
_MOST_EDGE_LINES = 3
_GAP = 1.35  # of the usual distance of lines


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text on a page. ``top`` counts from the page's upper edge; points or mm."""

    text: str
    left: float
    right: float
    top: float
    size: float
    page: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """Lines in reading order; ``tables`` are (top, table) pairs whose lines were taken out."""

    lines: tuple[Line, ...]
    height: float
    width: float
    tables: tuple[tuple[float, Table], ...] = ()


def paragraphs(pages: Sequence[Page]) -> list[Block]:
    """The blocks of a document."""
    kept = _without_edges(pages)
    left, right, size = _body_box(kept)
    blocks: list[Block] = []
    run: list[Line] = []

    def end() -> None:
        if run:
            blocks.append(Para(_joined(run)))
            run.clear()

    for page in kept:
        tables = list(page.tables)
        fresh = True
        for line in page.lines:
            while tables and tables[0][0] <= line.top:
                end()
                _add_table(blocks, tables.pop(0)[1], continued=fresh)
                fresh = False
            if run and _breaks(run[-1], line, left=left, right=right, size=size):
                end()
            run.append(line)
            fresh = False
        for _, table in tables:
            end()
            _add_table(blocks, table, continued=fresh)
            fresh = False
    end()
    return blocks


def _add_table(blocks: list[Block], table: Table, *, continued: bool) -> None:
    """A table at the top of a page goes on where the last page's table ended."""
    last = blocks[-1] if blocks else None
    if continued and isinstance(last, Table) and len(last.rows[0]) == len(table.rows[0]):
        rows = table.rows[1:] if table.rows[0] == last.rows[0] else table.rows
        blocks[-1] = Table(last.rows + rows)
        return
    blocks.append(table)


def _joined(lines: Sequence[Line]) -> str:
    text = ""
    for line in lines:
        piece = tidy(without_gaps(line.text))
        if not text or not piece:
            text += piece
        elif text.endswith("-") and piece[:1].islower() and text[-2:-1].isalpha():
            text = text[:-1] + piece
        elif is_wide(text[-1]) or is_wide(piece[0]):
            text += piece
        else:
            text += " " + piece
    return text


def _body_box(pages: Sequence[Page]) -> tuple[float, float, float]:
    """Left and right margin and type size of most lines."""
    lines = [line for page in pages for line in page.lines]
    if not lines:
        return 0.0, 0.0, 1.0
    sizes = Counter[float]()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    size = max(0.1, sizes.most_common(1)[0][0])
    body = [line for line in lines if abs(line.size - size) < size * 0.15] or lines
    lefts = sorted(line.left for line in body)
    rights = sorted(line.right for line in body)
    return lefts[len(lefts) // 20], rights[-1 - len(rights) // 20], size


def _breaks(before: Line, line: Line, *, left: float, right: float, size: float) -> bool:
    """Whether ``line`` begins a paragraph of its own."""
    em = max(before.size, 0.1)
    same_page = before.page == line.page
    if abs(before.size - line.size) > 0.12 * max(before.size, line.size):
        return True
    gap = line.top - before.top
    if same_page and (gap > 2.6 * em or gap < -0.5 * em):
        return True
    short = before.right + _needed(line) < right - 0.4 * em
    if _centred(before, left=left, right=right) or _centred(line, left=left, right=right):
        # a title of several centred lines is one title
        both = _centred(before, left=left, right=right) and _centred(line, left=left, right=right)
        alone = any(_ALONE.fullmatch(tidy(one.text)) for one in (before, line))
        close = same_page and gap < 2.2 * em
        return not (both and close and not alone and not before.text.endswith(_ENDS))
    if short or _flush_right(before, left, right) or _flush_right(line, left, right):
        return True
    indented = line.left > left + 1.3 * em
    if indented and line.left > before.left + 0.8 * em:
        return True
    if _ROW.match(before.text) and _ROW.match(line.text):
        return True
    return bool(_STARTS.match(line.text.strip())) and before.text.rstrip().endswith(_ENDS)


def _needed(line: Line) -> float:
    """Room that the first word of a line would have wanted at the end of the line before it."""
    text = line.text.lstrip()
    word = "".join(takewhile(lambda char: not (char.isspace() or is_wide(char)), text[:40]))
    room = 1.8 * line.size  # Chinese breaks anywhere, but not before a comma
    return max(room, (len(word) + 1) * (line.right - line.left) / max(1, len(text)))


def _flush_right(line: Line, left: float, right: float) -> bool:
    """A signature or a day at the right margin."""
    return line.left - left > 0.4 * (right - left) and right - line.right < 4 * line.size


def _centred(line: Line, *, left: float, right: float) -> bool:
    before, after = line.left - left, right - line.right
    em = max(line.size, 0.1)
    return before > 3 * em and after > 2.5 * em and abs(before - after) < 2.5 * em


def _without_edges(pages: Sequence[Page]) -> list[Page]:
    """Pages without page numbers and without what stands apart at the edge of most of them."""
    repeated = _repeated(pages)
    kept = []
    for number, page in enumerate(pages):
        edges, apart = _edge_places(page), _set_apart(page)
        # a title stands where later pages have their header: it goes only if most pages have it
        known = set(repeated) if number else {key for key, count in repeated.items() if count > 2}
        known = known | {key for key in repeated if key[1] * 8 > page.height / 2}
        lines = tuple(
            line
            for place, line in enumerate(page.lines)
            if not (place in edges and _is_number(line.text))
            and not (place in apart and _key(line) in known)
        )
        kept.append(replace(page, lines=lines))
    return kept


def _repeated(pages: Sequence[Page]) -> dict[tuple[str, int], int]:
    """What stands apart at the edge of most pages, with the number of pages."""
    if len(pages) < 2:
        return {}
    seen: Counter[tuple[str, int]] = Counter()
    for page in pages:
        seen.update({_key(page.lines[place]) for place in _set_apart(page)})
    least = max(2, len(pages) // 2)
    return {key: count for key, count in seen.items() if count >= least and key[0]}


def _edge_places(page: Page) -> set[int]:
    """The outermost lines near the upper and the lower edge."""
    upper, lower = page.height * _EDGE, page.height * (1 - _EDGE)
    order = sorted(range(len(page.lines)), key=lambda place: page.lines[place].top)
    top = [place for place in order[:_MOST_EDGE_LINES] if page.lines[place].top < upper]
    bottom = [place for place in order[-_MOST_EDGE_LINES:] if page.lines[place].top > lower]
    return {*top, *bottom}


def _set_apart(page: Page) -> set[int]:
    """Edge lines with a gap between them and the text."""
    edges = _edge_places(page)
    if not edges:
        return set()
    order = sorted(range(len(page.lines)), key=lambda place: page.lines[place].top)
    tops = [page.lines[place].top for place in order]
    gaps = sorted(low - high for high, low in pairwise(tops) if low > high + 1)
    usual = gaps[len(gaps) // 2] if gaps else 0.0
    apart: set[int] = set()
    for walk in (order, order[::-1]):
        block: list[int] = []
        for place, following in pairwise(walk):
            if place not in edges:
                break
            block.append(place)
            if abs(page.lines[place].top - page.lines[following].top) > _GAP * usual:
                apart.update(block)
    return apart


def _key(line: Line) -> tuple[str, int]:
    return _DIGITS.sub("#", without_gaps(tidy(line.text))), round(line.top / 8)


def _is_number(text: str) -> bool:
    return _PAGE_NUMBER.fullmatch(tidy(text)) is not None
