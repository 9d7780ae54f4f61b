"""A day that a page states once for all its rows: the heading or the first sentence of a release.

``May 23, 2025``; ``Opinions for May 23, 2025``; ``The following were handed down on the 30th day
of October, 2026``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from pipelines.dates import find_dates
from spiders.induction.days import may_hold_a_day
from spiders.induction.dom import Element, Page
from spiders.induction.judge import Group
from spiders.induction.row_days import PAGE_DAY
from spiders.induction.row_selectors import names_of
from spiders.induction.worth import in_chrome

_LONGEST = 200
_FURTHEST = 200
_MOST_FIELDS = 3
#: what is done with documents, and to which day the sentence belongs
_SAYS = re.compile(
    r"\b(?:handed down|released?|filed|issued|decided|announced|delivered|pronounced|published"
    r"|rendered)\b|发布|公布|印发",
    re.IGNORECASE,
)
_NAMES = r"opinions?|decisions?|orders?|judge?ments?|rulings?|releases?|lists?|agendas?|bulletins?"
_NAME = re.compile(_NAMES, re.IGNORECASE)
#: what stands beside the day in a heading: names of what follows, the day of the week
_HEADING = re.compile(
    r"^\W*(?:(?:slip |published |court |hand-?down |weekly )*"
    rf"(?:{_NAMES}|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\W*(?:(?:for|of|from|on|dated)\b\W*)*)*$",
    re.IGNORECASE,
)
_HEADING_TAGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "caption", "legend", "b", "strong"))
_HEADING_NAME = re.compile(r"head|title|caption", re.IGNORECASE)
#: days of other things: of what is to come, of a period
_OTHER = re.compile(
    r"since|after|before|until|through|between|prior to|next|upcoming|effective|deadline"
    r"|截止|之前|以来",
    re.IGNORECASE,
)


def days_told_once(page: Page, group: Group) -> Iterator[str]:
    """Fields of the texts before the rows that may state the day of all of them, nearest first."""
    first = group.rows[min(1, len(group.rows) - 1)]  # the very first may be a link in the lead
    above = {id(node) for node in first.ancestors()}
    share = len(page.root.text) // 2
    found = 0
    for element in reversed(page.elements[max(0, first.order - _FURTHEST) : first.order - 1]):
        if id(element) in above or not _states_day(element) or in_chrome(element, share=share):
            continue
        yield _field(page, element)
        found += 1
        if found == _MOST_FIELDS:
            return


def _states_day(element: Element) -> bool:
    """Whether a text is one day with words that make it the day of what follows."""
    text = element.text
    if len(text) > _LONGEST or not may_hold_a_day(text) or element.links:
        return False
    if PAGE_DAY.search(text) or _OTHER.search(text):
        return False
    spans = find_dates(text, lang="en")
    if len(spans) != 1:
        return False
    rest = text.replace(spans[0].text, "")
    if _SAYS.search(rest):
        return True
    return _HEADING.match(rest) is not None and (bool(_NAME.search(rest)) or _is_heading(element))


def _is_heading(element: Element) -> bool:
    """Whether an element is a heading by its name or its class: a bare day may be the page's."""
    return element.tag in _HEADING_TAGS or any(map(_HEADING_NAME.search, element.classes))


def _field(page: Page, element: Element) -> str:
    """By its class, by the words that make it what it is, or by its number in the page."""
    named = next((name.partition(".")[2] for name in names_of(element) if "." in name), "")
    if named:
        told = f'[contains(concat(" ", @class, " "), " {named} ")]'
        return f"xpath:preceding::{element.tag}{told}[1]"
    for node in (element, *islice(element.ancestors(), 2)):
        if len(node.text) <= _LONGEST and (said := _SAYS.search(node.text)) is not None:
            return f'xpath:preceding::{node.tag}[contains(., "{said[0]}")][1]'
    alike = [other for other in page.elements if other.tag == element.tag]
    number = next(i for i, other in enumerate(alike, 1) if other is element)
    return f"xpath:(//{element.tag})[{number}]"
