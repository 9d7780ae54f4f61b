"""Rows with several documents of one kind: a case under which orders no. 31 and no. 35 stand.

Each document becomes a row of its own. Title and day are those of the row it stands in, so their
fields lead from the link up to that row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from spiders.fields import Step, compile_field
from spiders.induction.dom import Element, Page
from spiders.induction.judge import Group
from spiders.induction.result import Induced, Read
from spiders.induction.row_selectors import best_row_selector
from spiders.induction.worth import shape_of

_DIGITS = re.compile(r"\d+")
#: numbered things that belong to a document and are none: Exhibit 2
_PARTS = re.compile(
    r"attach|exhibit|append|annex|part|vol|page|figure|tab|附件|附表|页", re.IGNORECASE
)
_LEAST_SHARE, _LEAST_ROWS = 0.02, 2


def with_every_document(own: Induced, read: Read, *, page: Page, group: Group) -> Induced:
    """One row for every document, where rows hold several of the same kind."""
    links = _documents(group)
    if links is None:
        return own
    up = _way_up(group)
    settings = _of_links(own.settings, up) if up else None
    if settings is None:
        return own
    selector, wrong = best_row_selector(page, Group(links, links))
    if wrong:
        return own
    found = read({**settings, "row": selector, "link": "::attr(href)"})
    told = {row.url: (row.title, row.published_on) for row in found.listing.rows}
    same = all(told.get(r.url) == (r.title, r.published_on) for r in own.listing.rows)
    return found if same and len(found.listing.rows) > len(own.listing.rows) else own


def _documents(group: Group) -> list[Element] | None:
    """The links of all documents, None where no row holds another one like its own."""
    found: list[Element] = []
    several = 0
    for row, link in zip(group.rows, group.links, strict=True):
        stem = _stem(link.text)
        if link.source != "href" or stem is None or row is link:
            return None
        here = [other for other in row.links if _alike(other, link, stem=stem)]
        several += len({other.link for other in here}) > 1
        found += here
    enough = several >= max(_LEAST_ROWS, _LEAST_SHARE * len(group.rows))
    return found if enough and len({link.link for link in found}) == len(found) else None


def _stem(text: str) -> str | None:
    """The words of a numbered document; None for other texts, and for parts of documents."""
    if not any(char.isdigit() for char in text) or _PARTS.search(text):
        return None
    return _DIGITS.sub("0", text).strip().lower()


def _alike(other: Element, link: Element, *, stem: str) -> bool:
    """Whether two links of a row stand at one place and differ in their numbers only."""
    return (
        other.parent is link.parent
        and _stem(other.text) == stem
        and shape_of(other.link or "") == shape_of(link.link or "")
    )


def _way_up(group: Group) -> str | None:
    """XPath from a link to its row, where it is the same for all."""
    ways = set()
    for row, link in zip(group.rows, group.links, strict=True):
        between = [node for node in link.ancestors() if node.order >= row.order]
        ways.add((row.tag, sum(node.tag == row.tag for node in between)))
    if len(ways) != 1:
        return None
    tag, number = ways.pop()
    return f"ancestor::{tag}[{number}]"


def _of_links(settings: Mapping[str, Any], up: str) -> dict[str, Any] | None:
    """The settings with title and day read from the row above; None where that cannot be said."""
    found = dict(settings)
    for name in ("row_title", "date"):
        if name not in settings:
            continue
        alternatives = compile_field(settings[name])
        if name == "row_title" and len(alternatives) == 1:
            return None  # the texts of the links are the titles
        if any(len(steps) > 1 for steps in alternatives):
            return None
        paths = [_lifted(steps[0], up) for steps in alternatives]
        told = [path for path in paths if path is not None]
        if len(told) < len(paths):
            return None
        found[name] = " || ".join(told)
    return found


def _lifted(step: Step, up: str) -> str | None:
    """A step from a row as a field of a link inside it, in XPath; None where there is none."""
    path = step.selector
    if step.xpath:
        return None if path.startswith(("(", "/")) else f"xpath:{up}/{path}"
    end = {"text": "", "own": "/text()[normalize-space()][1]"}.get(step.what, f"/@{step.attribute}")
    if not path:
        return f"xpath:{up}{end}"
    from cssselect import HTMLTranslator, SelectorError  # few pages need it

    try:
        return f"xpath:{up}/{HTMLTranslator().css_to_xpath(path, prefix='descendant::')}{end}"
    except SelectorError:
        return None
