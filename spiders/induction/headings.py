"""Days that are told in two places: year (and month) in a heading, the rest in every row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from spiders.induction.dom import Element, Page
from spiders.induction.judge import Group
from spiders.induction.row_selectors import names_of, selectors_of

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
#: 2026, 2026年, 2026年11月, November 2026, 2026 Meetings, Opinions Issued in 2026
_HEAD = re.compile(
    rf"^\W{{0,3}}(?:{_MONTH},?\s)?(?:19|20)\d\d\s?(?:年度?\s?(?:\d{{1,2}}\s?月)?|[-/.]\d{{1,2}})?\W{{0,3}}$"
    r"|^(?:[a-z&]+\s){1,4}(?:19|20)\d\d$|^(?:19|20)\d\d(?:\s[a-z&]+){1,3}$",
    re.IGNORECASE,
)
#: 11-18, 11月18日, 18日, 18, 18 November, Nov. 18
_REST = re.compile(
    rf"^\W{{0,3}}(?:\d{{1,2}}\s?[-/.月]\s?)?\d{{1,2}}日?\W{{0,3}}$"
    rf"|^\W{{0,3}}(?:[a-z]{{3,9}}day,?\s)?(?:{_MONTH}\s\d{{1,2}}|\d{{1,2}}\s{_MONTH})\W{{0,3}}$",
    re.IGNORECASE,
)
#: month and day before the words of a row: October 30 - Finance Committee
_BEGINS = re.compile(
    rf"^\W{{0,3}}(?:[a-z]{{3,6}}day,?\s)?(?:{_MONTH}\s\d{{1,2}}|\d{{1,2}}\s{_MONTH})(?:st|nd|rd|th)?"
    r"(?!\d|,?\s(?:19|20)\d\d)",
    re.IGNORECASE,
)
_ENOUGH = 0.95
_FURTHEST = 400
_MOST_HEADS = 3


def divided_days(page: Page, group: Group, known: str | None) -> Iterator[str]:
    """Fields that join heading and row; ``known`` is the field of the rows, where one was found."""
    rests = [known] if known and "||" not in known else list(_rests(group))
    heads = [f"xpath:{path}" for path in _heads(page, group.rows)]
    for head in heads[:_MOST_HEADS]:
        for rest in rests[:_MOST_HEADS]:
            yield f"{head} && {rest}"


def _rests(group: Group) -> Iterator[str]:
    """Where in the rows month and day stand, or the day alone."""
    pairs = [
        (row, element)
        for row in group.rows
        for element in row.walk()
        if element is not row and _REST.match(element.text)
    ]
    if len({row.order for row, _ in pairs}) >= _ENOUGH * len(group.rows):
        for name in selectors_of(pairs)[:_MOST_HEADS]:
            yield f"{name}::text"
    if sum(_REST.match(row.own) is not None for row in group.rows) >= _ENOUGH * len(group.rows):
        yield "::own"
    texts_of = {
        "::own": [row.own for row in group.rows],
        "::text": [row.text for row in group.rows],
    }
    for field, texts in texts_of.items():
        if sum(_BEGINS.match(text) is not None for text in texts) >= _ENOUGH * len(texts):
            yield field


def _heads(page: Page, rows: Sequence[Element]) -> Iterator[str]:
    """XPath steps to the nearest heading before each row that states a year, tried on all rows."""
    first = rows[0].order
    near = [e for e in page.elements[max(0, first - _FURTHEST) : first - 1] if _HEAD.match(e.text)]
    tried: set[tuple[str, str]] = set()
    for element in reversed(near):
        named = [name.partition(".")[2] for name in names_of(element) if "." in name]
        for sign in [(element.tag, ""), *((element.tag, name) for name in named[:1])]:
            if sign in tried:
                continue
            tried.add(sign)
            if _leads(page, rows, *sign):
                told = f'[contains(concat(" ", @class, " "), " {sign[1]} ")]' if sign[1] else ""
                yield f"preceding::{sign[0]}{told}[1]"


def _leads(page: Page, rows: Sequence[Element], tag: str, name: str) -> bool:
    """Whether the last such element before nearly every row is a heading with a year."""
    alike = [e for e in page.elements if e.tag == tag and (not name or name in e.classes)]
    right, place = 0, 0
    for row in rows:
        while place < len(alike) and alike[place].order < row.order:
            place += 1
        above = {id(ancestor) for ancestor in row.ancestors()}
        before = next((e for e in reversed(alike[:place]) if id(e) not in above), None)
        right += before is not None and _HEAD.match(before.text) is not None
    return right >= _ENOUGH * len(rows)
