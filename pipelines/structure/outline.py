"""The outline of a document: parts, chapters, articles and numbered tasks at any depth.

Labels stand at the start of a line. Their order of nesting is the usual one (一、 over （一） over
1. over （1） over ①: GB/T 9704-2012, 7.3.3; articles: 立法法 and 规章制定程序条例); a document
that nests them another way is followed when the outer numbering goes on later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipelines.numerals import chinese_number
from pipelines.structure.values import Node, NodeKind, Span

_HAN = "[〇零一二三四五六七八九十百千]"
_SP = r"[ \t\u3000\xa0]"
_LABEL = re.compile(
    rf"{_SP}{{0,12}}(?:\#{{1,6}}{_SP}{{1,3}})?(?:"
    rf"第(?P<no>{_HAN}{{1,7}}|\d{{1,4}}){_SP}?(?P<unit>分编|编|章|节|条)"
    rf"(?P<sub>之[一二三四五六七八九十]{{1,2}})?"
    rf"|(?P<han>[一二三四五六七八九十]{{1,3}}){_SP}?[、．.]"
    rf"|[（(]{_SP}?(?P<bhan>[一二三四五六七八九十]{{1,3}}){_SP}?[)）][、.．]?"
    rf"|(?P<num>\d{{1,2}}){_SP}?(?P<mark>[.．、])(?!\d)"
    rf"|(?P<half>\d{{1,2}}){_SP}?[)）]"
    rf"|[（(]{_SP}?(?P<bnum>\d{{1,2}}){_SP}?[)）]"
    rf"|(?P<ring>[①-⑳])"
    rf"|(?P<dec>\d{{1,2}}(?:[.．]\d{{1,2}}){{1,4}})[.．、]?(?={_SP}|[\u4e00-\u9fff“《（])"
    rf"|(?P<top>\d{{1,2}})(?={_SP}{{1,4}}[\u4e00-\u9fff“《])"
    rf"){_SP}{{0,6}}"
)
_FILES = re.compile(r"附件[：:]")
_LONGEST_FILE = 80
# （责任单位：…） directly behind a heading is not part of it
_NOTE = re.compile(r"[（(\[【](?:责任|牵头|配合|主办|参与|负责)(?:单位|部门|主体)")
_RANKS = {"编": 0, "分编": 1, "章": 2, "节": 3, "条": 4}
_KINDS: dict[int, NodeKind] = {0: "part", 1: "part", 2: "chapter", 3: "section", 4: "article"}
# between two styles there is room for the depths of a decimal outline (1.1, 1.1.1)
_ARTICLE, _FIRST_TASK, _STEP = 4, 10, 10
_DECIMAL = 4
_STYLES = ("han", "bhan", "mark", "bnum", "half", "ring")
_LONGEST_HEADING = 200


@dataclass(slots=True)
class _Label:
    rank: int
    number: int
    text: str
    start: int
    body: int
    """Where the text behind the label begins."""
    line_end: int
    spaced: bool
    path: tuple[int, ...] = ()
    """The numbers of a decimal label: 2.1.3, or 2 alone."""


@dataclass(slots=True)
class _Open:
    label: _Label
    children: list[Node] = field(default_factory=list)


def read_outline(text: str) -> tuple[Node, ...]:
    """The outermost nodes of ``text`` in order; () for a text without labels."""
    lines = list(_lines(text))
    files = _file_lists(text, lines)
    read = (line for line in lines if line.start not in files)
    labels = _without_contents(
        _plausible(_decimals([found for line in read if (found := _label(text, line))]))
    )
    return _nest(text, lines, labels)


def _file_lists(text: str, lines: list[Span]) -> set[int]:
    """Starts of the lines that only list attached files (附件：1. 甲, 2. 乙)."""
    found: set[int] = set()
    listing = False
    for line in lines:
        words = text[line.start : line.end].strip()
        if _FILES.match(words):
            listing = True
        elif not (listing and len(words) <= _LONGEST_FILE and words[:1].isdigit()):
            listing = False
        if listing:
            found.add(line.start)
    return found


def _lines(text: str) -> Iterator[Span]:
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if not text[start:end].isspace() and end > start:
            yield Span(start, end)
        start = end + 1


def _label(text: str, line: Span) -> _Label | None:
    match = _LABEL.match(text, line.start, line.end)
    if match is None:
        return None
    spaced = match.end() < line.end and (
        text[match.end() - 1] in " \t\u3000\xa0" or text[match.end()] in "【（(“《"
    )
    spaced = spaced or match.end() == line.end
    kind = match.lastgroup or ""
    path: tuple[int, ...] = ()
    rank = _FIRST_TASK + _STEP * _STYLES.index(kind) if kind in _STYLES else _DECIMAL
    if match["no"]:
        rank, number = _RANKS[match["unit"]], _value(match["no"])
        shown = f"第{match['no']}{match['unit']}{match['sub'] or ''}"
    elif kind == "han":
        number, shown = _value(match["han"]), f"{match['han']}、"
    elif kind == "bhan":
        number, shown = _value(match["bhan"]), f"（{match['bhan']}）"
    elif kind == "mark":
        mark = "、" if match["mark"] == "、" else "."
        number, shown = int(match["num"]), f"{match['num']}{mark}"
    elif kind == "bnum":
        number, shown = int(match["bnum"]), f"（{match['bnum']}）"
    elif kind == "half":
        number, shown = int(match["half"]), f"{match['half']}）"
    elif kind == "ring":
        number, shown = ord(match["ring"]) - ord("①") + 1, match["ring"]
    else:
        shown = match[kind].replace("．", ".")
        path = tuple(int(part) for part in shown.split("."))
        number = path[-1]
    return _Label(rank, number, shown, line.start, match.end(), line.end, spaced, path)


def _value(text: str) -> int:
    return int(text) if text.isdigit() else chinese_number(text)


def _decimals(labels: list[_Label]) -> list[_Label]:
    """Decimal labels with their ranks, where they count on (1, 1.1, 1.2, 2 …); else without them.

    A line that begins with a figure (1.5 亿元) continues no such row. Depths lie directly below
    the style that holds the first of them: 一、 over 1.1, or 1. over 1.1; else above all tasks.
    """
    if sum(len(label.path) > 1 for label in labels) < 2:
        return [label for label in labels if not label.path]
    base = _DECIMAL
    kept: list[_Label] = []
    last: tuple[int, ...] = ()
    for label in labels:
        path = label.path
        if path:
            above = kept[-1] if kept and not last else None
            if above is not None and len(path) == 2 and above.number == path[0]:
                base, last = max(above.rank, _FIRST_TASK) - 1, path[:1]  # 1.1 lies one below it
            if not _counts_on(last, path):
                continue
            label.rank = base + len(path)
            last = path
        kept.append(label)
    deep = sum(len(label.path) > 1 for label in kept) >= 2
    return kept if deep else [label for label in kept if not label.path]


def _counts_on(last: tuple[int, ...], path: tuple[int, ...]) -> bool:
    """Whether ``path`` follows ``last``: the first below it, or the next at one of its depths."""
    depth = len(path) - 1
    if depth >= len(last):
        return path[: len(last)] == last and all(number == 1 for number in path[len(last) :])
    if path[:depth] == last[:depth] and path[depth] == last[depth] + 1:
        return True
    # 1.2 … 2.1 where the chapters have another style
    return depth > 0 and path[0] == last[0] + 1 and all(number == 1 for number in path[1:])


def _plausible(labels: list[_Label]) -> list[_Label]:
    """Without lines that begin with a reference (第三条规定的…) or a stray figure."""
    kept: list[_Label] = []
    last: dict[int, int] = {}
    for label in labels:
        if label.rank <= _ARTICLE:
            before = last.get(label.rank, 0)
            follows = label.number == before + 1 or "之" in label.text
            forward = label.number > before or label.number == 1
            if not (follows or (label.spaced and forward)):
                continue
            for deeper in [rank for rank in last if label.rank < rank != _ARTICLE]:
                del last[deeper]
        last[label.rank] = label.number
        kept.append(label)
    return kept


def _without_contents(labels: list[_Label]) -> list[_Label]:
    """Without a table of contents: chapters listed once more, with articles, further down."""
    if not any(label.rank == _ARTICLE for label in labels):
        return labels
    first = next(i for i, label in enumerate(labels) if label.rank == _ARTICLE)
    tops = {(label.rank, label.number) for label in labels[first:] if label.rank < _ARTICLE}
    head = labels[:first]
    cut = 0
    for at, label in enumerate(head):
        # the last repeated first chapter before the first article is the real one
        if (
            label.number == 1
            and label.rank < _ARTICLE
            and any(other.rank == label.rank and other.number == 1 for other in head[:at])
        ):
            cut = at
    return labels[cut:] if cut or not tops else labels


def _nest(text: str, lines: list[Span], labels: list[_Label]) -> tuple[Node, ...]:
    roots: list[Node] = []
    stack: list[_Open] = []
    later = _later_numbers(labels)
    for at, label in enumerate(labels):
        while stack and not _below(label, stack[-1].label, stack, later[at]):
            _close(stack, roots, text, lines, label.start)
        stack.append(_Open(label))
    while stack:
        _close(stack, roots, text, lines, len(text))
    return tuple(roots)


def _later_numbers(labels: list[_Label]) -> list[set[tuple[int, int]]]:
    """For the first label of a style under another: what follows before that style restarts."""
    sets: list[set[tuple[int, int]]] = []
    following: dict[int, int] = {}
    for label in reversed(labels):
        sets.append(set(following.items()))
        following[label.rank] = label.number
    return sets[::-1]


def _below(label: _Label, top: _Label, stack: list[_Open], later: set[tuple[int, int]]) -> bool:
    """Whether ``label`` opens a level under ``top``."""
    if label.rank > top.rank:
        return not any(opened.label.rank == label.rank for opened in stack)
    if label.rank == top.rank or any(o.label.rank == label.rank for o in stack):
        return False
    # an inverted order: 1. … （一）（二） 2. …
    return (
        label.number == 1
        and top.rank >= _FIRST_TASK
        and label.rank >= _FIRST_TASK
        and (top.rank, top.number + 1) in later
    )


def _close(stack: list[_Open], roots: list[Node], text: str, lines: list[Span], end: int) -> None:
    opened = stack.pop()
    label = opened.label
    first_child = opened.children[0].start if opened.children else end
    own = [
        Span(max(line.start, label.body), line.end)
        for line in _between(lines, label.start, first_child)
        if line.end > label.body
    ]
    last = _between(lines, label.start, end)[-1].end
    node = Node(
        kind=_KINDS.get(label.rank, "task"),
        label=label.text,
        number=label.number,
        heading="" if label.rank == _ARTICLE else _heading(text, label),
        start=label.start,
        end=last,
        paragraphs=tuple(own),
        children=tuple(opened.children),
    )
    (stack[-1].children if stack else roots).append(node)


def _between(lines: list[Span], start: int, end: int) -> list[Span]:
    low, high = _first_at(lines, start), _first_at(lines, end)
    return lines[low:high]


def _first_at(lines: list[Span], start: int) -> int:
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high) // 2
        if lines[middle].start < start:
            low = middle + 1
        else:
            high = middle
    return low


def _heading(text: str, label: _Label) -> str:
    line = text[label.body : label.line_end]
    stop = line.find("。")
    heading = line[:stop] if stop >= 0 else line
    note = _NOTE.search(heading)
    heading = heading[: note.start()] if note else heading
    return " ".join(heading.split())[:_LONGEST_HEADING]
