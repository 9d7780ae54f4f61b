"""Pages that are one article in Chinese: the links in and below its text are no list."""

from __future__ import annotations

from collections.abc import Iterator

from spiders.induction.dom import Element, Page
from spiders.induction.judge import Group
from spiders.induction.worth import title_of

_SENTENCE_END = "。"
#: characters of running text, in pieces of at least so many
_LEAST_TEXT, _LEAST_PIECE = 300, 20
#: a list of so many rows is one, whatever stands above it
_MANY_ROWS = 10
#: running text for every character of the titles
_TIMES = 4


def is_article(page: Page, group: Group | None = None) -> bool:
    """Whether a page is running text, beside which its best group is next to nothing.

    Only of groups without days. What stands in a row or right behind it does not count: a summary.
    """
    if group is not None and (any(group.days) or len(group.rows) >= _MANY_ROWS):
        return False
    rows = group.rows if group is not None else []
    inside = {order for row in rows for order in _of_row(row)}
    running = sum(
        len(element.own)
        for element in page.elements
        if len(element.own) >= _LEAST_PIECE
        and _SENTENCE_END in element.own
        and element.order not in inside
    )
    titles = sum(len(title_of(link)) for link in group.links) if group is not None else 0
    return running >= max(_LEAST_TEXT, _TIMES * titles)


def _of_row(row: Element) -> Iterator[int]:
    """The elements whose own text may belong to a row."""
    yield from (element.order for element in row.walk())
    if row.parent is not None:
        yield row.parent.order
        inner = [child for child in row.parent.children if isinstance(child, Element)]
        at = next(number for number, child in enumerate(inner) if child is row)
        for following in inner[at + 1 : at + 2]:
            yield from (element.order for element in following.walk())
