"""Every place of a row where a text may stand, with the field of a source file that reads it.

A slot is a place that most rows share: the link, an element, one of the texts between elements,
or what lies between a row and the next one (the second line of a table, the ``dd`` of a ``dt``,
the words behind a link in running text). Title and day are each chosen among the same slots.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from selectolax.lexbor import SelectolaxError

from spiders.fields import Node, fast_node, read_field, tidy
from spiders.induction.dom import Element
from spiders.induction.judge import Group
from spiders.induction.row_days import label_before
from spiders.induction.row_selectors import selectors_of

_SAMPLE = 150
_TRIED_ON = 12
_MOST_PLACES = 90
_MOST_SELECTORS = 14
_LEAST_SHARE = 0.3
_LONGEST = 700
_MOST_BETWEEN = 4
_LEAST_BETWEEN = 0.6
_NEARLY_ALL = 0.9
_MOST_PARTS = 4
_DEEPEST_BETWEEN = 3
_CELLS = frozenset({"td", "th", "dd", "dt"})
_TEXT = "text()[normalize-space()]"

Counted = Literal["cells", "all", "cells from the end"]
_COUNTED: tuple[Counted, ...] = ("cells", "all", "cells from the end")
Where = Literal["link", "tip", "inside link", "row", "part", "beside", "attribute"]


@dataclass(frozen=True, slots=True)
class Row:
    """A row as fields are read from it."""

    element: Element
    node: Node
    link: Element


@dataclass(frozen=True, slots=True)
class Slot:
    """A field and what it reads in every row; ``head`` is what the page calls that place."""

    field: str
    texts: tuple[str, ...]
    where: Where
    element: Element | None = None
    head: str = ""


def rows_in(group: Group) -> list[Row]:
    """The rows of a group from which fields are read, the first of a long list."""
    return [
        Row(element, fast_node(element.node), link)
        for element, link in zip(group.rows, group.links, strict=True)
        if element.node is not None
    ][:_SAMPLE]


def read(row: Row, field: str) -> str:
    """What a field without XPath gives in one row, empty for nothing."""
    try:
        return read_field(row.node, field) or ""
    except SelectolaxError:
        return ""


def text_of(selector: str) -> str:
    """The field that reads the text of what a selector finds."""
    return selector if selector.startswith("xpath:") else f"{selector}::text"


def slots_of(rows: Sequence[Row], link: str) -> list[Slot]:
    """All slots of these rows; ``link`` is the selector of their links."""
    found = [
        *_of_links(rows, link),
        *_elements(rows),
        *_parts(rows),
        *_between(rows),
        *_around(rows),
    ]
    known: dict[tuple[str, ...], Slot] = {}
    for slot in found:
        if any(slot.texts) and max(map(len, slot.texts)) <= _LONGEST:
            known.setdefault(slot.texts, slot)
    return list(known.values())


def _of_links(rows: Sequence[Row], link: str) -> Iterator[Slot]:
    """The texts of the links: whole, without what other elements in them say, and the tooltip."""
    head = _head([(row, row.link) for row in rows])
    if link.startswith("xpath:"):
        texts = tuple(row.link.text for row in rows)
        yield Slot(link, texts, "link", rows[0].link, head)
        return
    yield _slot(rows, f"{link}::text", "link", rows[0].link, head)
    # of several links in a row the selector may find another one, if the first has no such text
    if all(read(row, f"{link}::attr(title)") == _tip(row.link) for row in rows):
        yield _slot(rows, f"{link}::attr(title)", "tip", rows[0].link, head)
    framed = sum(row.link.own != row.link.text for row in rows)  # a mark in some rows is a word
    same = all(read(row, f"{link}::own") == row.link.own for row in rows)
    if framed >= _NEARLY_ALL * len(rows) and same:
        yield _slot(rows, f"{link}::own", "inside link", rows[0].link, head)


def _tip(link: Element) -> str:
    return tidy(link.attributes.get("title") or "")


def _slot(
    rows: Sequence[Row], field: str, where: Where, element: Element | None, head: str = ""
) -> Slot:
    return Slot(field, tuple(read(row, field) for row in rows), where, element, head)


def _elements(rows: Sequence[Row]) -> Iterator[Slot]:
    """Elements by their path in the row, each with a selector that finds just it."""
    yield _slot(rows, "::text", "row", rows[0].element)
    yield _slot(rows, "::own", "row", rows[0].element)
    for pairs in _places(rows):
        selector = _selector(pairs)
        where: Where = "inside link" if _is_inside(*pairs[0]) else "row"
        element = pairs[0][1]
        head = _head(pairs)
        by_row = {id(row): place for row, place in pairs}
        if selector is not None:
            texts = tuple(read(row, f"{selector}::text") for row in rows)
            yield Slot(f"{selector}::text", texts, where, element, head)
            if all(read(row, f"{selector}::own") == place.own for row, place in pairs[:_TRIED_ON]):
                yield _slot(rows, f"{selector}::own", where, element, head)
        else:
            path = steps(pairs[0][0].element, pairs[0][1])
            texts = tuple(
                place.text if (place := by_row.get(id(row))) is not None else "" for row in rows
            )
            if all(steps(row.element, place) == path for row, place in pairs):
                yield Slot(f"xpath:{path}", texts, where, element, head)


def _places(rows: Sequence[Row]) -> list[list[tuple[Row, Element]]]:
    """The elements of all rows that stand at one path of tags and classes, the first in each."""
    places: dict[tuple[str, ...], dict[int, tuple[Row, Element]]] = defaultdict(dict)
    for row in rows:
        for element in row.element.walk():
            if element is row.element or element is row.link or not element.text:
                continue
            for counted in _COUNTED:
                names = _signature(row.element, element, counted=counted)
                places[names].setdefault(id(row), (row, element))
    shared = [list(p.values()) for p in places.values() if len(p) >= _LEAST_SHARE * len(rows)]
    shared.sort(key=len, reverse=True)
    distinct = {tuple(id(element) for _, element in pairs): pairs for pairs in shared}
    return list(distinct.values())[:_MOST_PLACES]


def _signature(row: Element, element: Element, *, counted: Counted) -> tuple[str, ...]:
    """Tags on the way down with their first class, or with their number.

    Cells also by their number from the end: a cell for several lines is missing in all but one.
    """
    names = []
    node = element
    while node is not row and node.parent is not None:
        if node.tag in _CELLS and counted == "cells from the end":
            names.append(f"{node.tag}.-{node.place_from_end}")
        else:
            place = node.tag in _CELLS or counted == "all"
            names.append(f"{node.tag}.{node.place if place else ''.join(node.classes[:1])}")
        node = node.parent
    return tuple(names)


def _selector(pairs: Sequence[tuple[Row, Element]]) -> str | None:
    sample = pairs[:_TRIED_ON]
    for name in selectors_of([(row.element, e) for row, e in sample])[:_MOST_SELECTORS]:
        if all(read(row, f"{name}::text") == e.text for row, e in sample):
            return name
    return None


def _is_inside(row: Row, element: Element) -> bool:
    return any(above is row.link for above in element.ancestors())


def _head(pairs: Sequence[tuple[Row, Element]]) -> str:
    """What most of the first rows call this place."""
    heads = Counter(_called(row.element, element) for row, element in pairs[:5])
    head, times = heads.most_common(1)[0]
    return head if times >= 0.6 * len(pairs[:5]) else ""


def _called(row: Element, element: Element) -> str:
    """The label of an element, of the box it stands in alone, or else the head of its cell."""
    node = element
    while node is not row and node.parent is not None:
        found = label_before(node)
        if found or node.tag in ("td", "th"):
            return found
        if node.parent.text != node.text:
            break
        node = node.parent
    cell = next((a for a in element.ancestors() if a.tag in ("td", "th")), None)
    return label_before(cell) if cell is not None and row in cell.ancestors() else ""


def steps(top: Element, element: Element) -> str:
    """XPath from one element down to another, by numbers."""
    path = []
    node = element
    while node is not top and node.parent is not None:
        path.append(f"{node.tag}[{node.place}]")
        node = node.parent
    return "/".join(reversed(path))


def _texts_in(element: Element) -> list[str]:
    """The texts directly in an element, as XPath counts them."""
    pieces = [tidy(child) for child in element.children if isinstance(child, str)]
    return [piece for piece in pieces if piece]


def _parts(rows: Sequence[Row]) -> Iterator[Slot]:
    """Of elements that hold texts beside other elements, each text."""
    parted: Counter[str] = Counter()
    holders: list[dict[str, Element]] = []
    for row in rows:
        here: dict[str, Element] = {}
        for element in row.element.walk():
            if element.inner and _texts_in(element):
                here[steps(row.element, element)] = element
        holders.append(here)
        parted.update(list(here))
    for path, times in parted.most_common(12):
        if times < _LEAST_SHARE * len(rows):
            return
        texts = [_texts_in(here[path]) if path in here else [] for here in holders]
        head = f"{path}/" if path else ""
        pairs = [(row, here[path]) for row, here in zip(rows, holders, strict=True) if path in here]
        holder, called = pairs[0][1], _head(pairs)
        for number in range(_MOST_PARTS):
            told = tuple(each[number] if len(each) > number else "" for each in texts)
            yield Slot(f"xpath:{head}{_TEXT}[{number + 1}]", told, "part", holder, called)
        last = tuple(each[-1] if each else "" for each in texts)
        yield Slot(f"xpath:{head}{_TEXT}[last()]", last, "part", holder, called)


def _between(rows: Sequence[Row]) -> Iterator[Slot]:
    """What stands between rows: behind each, and before each."""
    own = {row.element.order for row in rows}
    for axis in ("following", "preceding"):
        found: dict[str, dict[int, tuple[str, Element | None]]] = defaultdict(dict)
        for number, row in enumerate(rows):
            for field, text, element in _near(row.element, own, axis):
                found[field].setdefault(number, (text, element))
        for field, values in found.items():
            if len(values) < _LEAST_BETWEEN * len(rows):
                continue
            texts = tuple(values[i][0] if i in values else "" for i in range(len(rows)))
            yield Slot(f"xpath:{field}", texts, "beside", next(iter(values.values()))[1])


def _around(rows: Sequence[Row]) -> Iterator[Slot]:
    """Rows inside the cell of a table, several in one line of it: the other cells of the line."""
    found: dict[int, dict[int, Element]] = defaultdict(dict)
    for number, row in enumerate(rows):
        line = next((a for a in row.element.ancestors() if a.tag == "tr"), None)
        cells = [c for c in line.children if isinstance(c, Element)] if line is not None else []
        for cell in cells:
            if cell.tag == "td" and cell.text and not any(e is row.element for e in cell.walk()):
                found[cell.place][number] = cell
    for place, cells_of in found.items():
        if len(cells_of) < _LEAST_BETWEEN * len(rows):
            continue
        texts = tuple(cells_of[i].text if i in cells_of else "" for i in range(len(rows)))
        first = next(iter(cells_of.values()))
        yield Slot(
            f"xpath:ancestor::tr[1]/td[{place}]", texts, "beside", first, label_before(first)
        )


def _near(row: Element, own: set[int], axis: str) -> Iterator[tuple[str, str, Element | None]]:
    siblings = row.parent.children if row.parent is not None else []
    at = next(i for i, child in enumerate(siblings) if child is row)
    run = siblings[at + 1 :] if axis == "following" else siblings[:at][::-1]
    elements = texts = 0
    for child in run[:40]:
        if isinstance(child, str):
            text = tidy(child)
            if text:
                texts += 1
                yield f"{axis}-sibling::{_TEXT}[{texts}]", text, None
        elif child.order in own or any(e.order in own for e in child.walk()):
            return
        else:
            elements += 1
            step = f"{axis}-sibling::*[{elements}]"
            if child.text:
                yield step, child.text, child
                for inner in _inside(child):
                    yield f"{step}/{steps(child, inner)}", inner.text, inner
        if elements >= _MOST_BETWEEN or texts >= _MOST_BETWEEN:
            return


def _inside(top: Element) -> Iterable[Element]:
    for element in top.walk():
        deep = element.depth - top.depth
        if 0 < deep <= _DEEPEST_BETWEEN and element.text and element.text != top.text:
            yield element
