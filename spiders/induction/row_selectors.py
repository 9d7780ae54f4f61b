"""From chosen rows to the selectors of a source file, tried on the page itself.

Stable beats short: an id or a class that reads like a word before a tag, a tag before a number.
Every selector is run over the page, and the one that gives exactly the wanted rows is taken; if
none does, the one that comes nearest.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from selectolax.lexbor import SelectolaxError

from spiders.fields import MAX_SELECTOR
from spiders.induction.dom import Element, Page
from spiders.induction.judge import Group

#: class names of a state or a position, which say nothing of the list
_STATE = re.compile(
    r"^(?:on|off|active|cur|current|first|last|odd|even|hot|new|hover|selected|open|show|hide"
    r"|clear(?:fix)?|cf|fl|fr|left|right|row|col|alt|item-?\d+)$|\d{3,}|[0-9a-f]{8,}"
    r"|^(?:css|sc|jsx|svelte|data-v)-|^[a-z]+_(?=[A-Za-z]*(?-i:[0-9A-Z]))[A-Za-z0-9]{5,}$|[:/\[\].@!]",
    re.IGNORECASE,
)
#: letters that stand for something (rq, bt) or for nothing (l, r): used where nothing else is
_SHORT = re.compile(r"^[A-Za-z]{1,2}$")
#: a selector that is off by more than this share of the rows is none
_OFF = 0.5
_CELLS = ("td", "th", "dd", "dt")
_IDENT = re.compile(r"^[A-Za-z_][\w-]*$")


def names_of(element: Element) -> list[str]:
    """Simple selectors of one element, most telling first."""
    found = []
    if element.id and _IDENT.match(element.id) and not _STATE.search(element.id):
        found.append(f"{element.tag}#{element.id}")
    stable = [c for c in element.classes if _IDENT.match(c) and not _STATE.search(c)]
    stable.sort(key=lambda name: _SHORT.match(name) is not None)
    found += [f"{element.tag}.{name}" for name in stable[:3]]
    return found


def best_row_selector(page: Page, group: Group) -> tuple[str, int]:
    """A selector for the rows, and how far it is off: rows found too many or too few."""
    wanted = {row.order for row in group.rows}
    best, least = "", 10**9
    for rank, selector in enumerate(_row_selectors(group)):
        if len(selector) > MAX_SELECTOR:
            continue
        try:
            found = {element.order for element in page.select(selector)}
        except SelectolaxError:
            continue
        wrong = len(wanted - found) * 3 + sum(
            1 for order in found - wanted if page.elements[order - 1].links
        )
        if wrong < least:
            best, least = selector, wrong
        if wrong == 0 or rank > 150:
            break
    if not best or least > _OFF * len(wanted):
        return _counted(page, group) or best, least
    return _without_odd_ones(page, best, wanted=wanted, least=least)


def _counted(page: Page, group: Group) -> str | None:
    """The rows by the number of their parent in the page, where no path of names or tags will do:
    tables in tables."""
    rows = group.rows
    parent = rows[0].parent
    if parent is None or any(row.parent is not parent for row in rows):
        return None
    alike = [element for element in page.elements if element.tag == parent.tag]
    number = next(i for i, element in enumerate(alike, 1) if element is parent)
    return f"xpath:(//{parent.tag})[{number}]/{rows[0].tag}"


def _without_odd_ones(
    page: Page, selector: str, *, wanted: set[int], least: int
) -> tuple[str, int]:
    """The selector without rows of a class that no wanted row has: headings of the list."""
    if least == 0 or not selector:
        return selector, least
    found = page.select(selector)
    odd = [row for row in found if row.order not in wanted and row.links]
    kept = {name for row in found if row.order in wanted for name in row.classes}
    names = [n for n in (odd[0].classes if odd else ()) if _IDENT.match(n) and n not in kept]
    if (
        names
        and all(names[0] in row.classes for row in odd)
        and len(found) - len(odd) == len(wanted)
    ):
        return f"{selector}:not(.{names[0]})", 0
    return selector, least


def _row_selectors(group: Group) -> Iterator[str]:
    rows = group.rows
    tag = rows[0].tag
    shared = [c for c in names_of(rows[0]) if "#" not in c and all(c in names_of(r) for r in rows)]
    heads = [*shared, tag]
    parents = _common(rows, 1)
    lines = [_common(rows, level) for level in range(1, 9)]
    for head in shared:
        yield head
    for level, names in enumerate(lines, 1):
        for name in names:
            for head in heads:
                if level == 1:
                    yield f"{name} > {head}"
                yield f"{name} {head}"
                if level > 1 and parents:
                    yield f"{name} {parents[-1]} > {head}"
    yield tag
    tags = [ancestor.tag for ancestor in rows[0].ancestors() if ancestor.tag != "html"]
    for level, names in enumerate(lines, 1):
        path = " > ".join([*reversed(tags[: level - 1]), tag])
        for name in names:
            yield f"{name} > {path}"
    for level in range(1, min(len(tags), 8) + 1):
        for head in heads:
            yield " > ".join([*reversed(tags[:level]), head])
    numbered = _numbered(rows)
    if numbered:
        yield numbered


def _common(rows: Sequence[Element], level: int) -> list[str]:
    """Names shared by the ancestors ``level`` steps above every row, the plain tag last."""
    above = [_up(row, level) for row in rows]
    if any(a is None or a.tag in ("html", "body") for a in above):
        return []
    known = [a for a in above if a is not None]
    distinct = list({a.order: a for a in known}.values())
    names = [n for n in names_of(distinct[0]) if all(n in names_of(a) for a in distinct)]
    tags = {a.tag for a in distinct} - {"tbody"}  # parsers add one where the page has none
    return [*names, *tags] if len(tags) == 1 else names


def _up(element: Element, level: int) -> Element | None:
    node: Element | None = element
    for _ in range(level):
        node = node.parent if node else None
    return node


def _numbered(rows: Sequence[Element]) -> str | None:
    """The path with numbers below the nearest named ancestor: works, until the page moves."""
    parent = rows[0].parent
    if parent is None or any(row.parent is not parent for row in rows):
        return None
    steps = [rows[0].tag]
    node: Element | None = parent
    while node is not None and node.tag not in ("body", "html"):
        names = names_of(node)
        if names:
            return " > ".join([names[0], *steps])
        steps.insert(0, f"{node.tag}:nth-of-type({node.place})")
        node = node.parent
    return " > ".join(["body", *steps])


def selectors_of(pairs: Sequence[tuple[Element, Element]]) -> list[str]:
    """Selectors that may find an element in its row, the most frequent first."""
    counted: Counter[str] = Counter()
    for row, element in pairs[:40]:
        if element is row:
            continue
        counted.update(list(dict.fromkeys(_paths(row, element))))
    return [name for name, _ in counted.most_common(40)]


def _paths(row: Element, element: Element) -> Iterator[str]:
    names = [*(n for n in names_of(element) if "#" not in n), element.tag]
    if element.tag in _CELLS:
        names.insert(0, f"{element.tag}:nth-of-type({element.place})")
        names.append(f"{element.tag}:nth-last-of-type({element.place_from_end})")
    yield from names
    above = element.parent
    steps = 0
    while above is not None and above is not row and steps < 4:
        heads = [n for n in names_of(above) if "#" not in n]
        heads.append(
            f"{above.tag}:nth-of-type({above.place})" if above.tag in _CELLS else above.tag
        )
        for head in heads:
            for name in names:
                yield f"{head} {name}"
        above, steps = above.parent, steps + 1
    yield f"{element.tag}:nth-of-type({element.place})"
