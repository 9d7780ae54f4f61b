"""Which of several links of a row leads to its document: named features of every link, summed.

Links that stand at the same place of their rows are judged together: a place is worth the sum of
its links, so that a link which only some rows have loses against one that all have.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from spiders.induction.dom import Element
from spiders.induction.judge import Group
from spiders.induction.weights import weighed
from spiders.induction.worth import GENERIC, address_worth, title_of, title_worth

_MOST_LINKS = 40
_LONGEST_WORDS = 40
#: what every link adds to its place, whatever it is
_EACH = 0.3
#: links that open the document, and links to what goes with it
_DOCUMENT = (
    r"^(?:full |view |read |slip |majority |download |the |pdf |online )*"
    r"(?:opinion|order|judge?ment|decision|(?:meeting )?details?|documents?|agenda|notice"
    r"|正文|原文|全文|查看)"
)
_MAIN = re.compile(_DOCUMENT + r"\b.{0,16}$", re.IGNORECASE)
_MAIN_ALONE = re.compile(_DOCUMENT + r"s?(?: \(?pdf\)?)?$", re.IGNORECASE)
#: a form of file, with its size or number in brackets: PDF (213 KB)
_FILE_ALONE = re.compile(r"^(?:pdf|html?|docx?|xml|epub|word)\s?\([^()]{1,60}\)$", re.IGNORECASE)
_ASIDE = re.compile(
    r"^.{0,24}\b(?:minutes|video|audio|listen|watch|webcast|livestream|recording|transcript|ical|calendar|map"
    r"|directions|summary|syllabus|dissent\w*|concurr\w*|briefs?|previous versions?|share|subscribe"
    r"|zoom|espa[nñ]ol|fran[cç]ais|deutsch|print|e-?mail|tweet)\b"
    r"(?:.{0,16}| .{0,16}\b(?:of|for|in|to) .*)$"
    r"|^.{0,4}(?:解读|图解|视频).{0,4}$",
    re.IGNORECASE,
)
#: addresses of what a document belongs to, as portals of courts and councils call them
FILE_OF_CASE = re.compile(
    r"/(?:case|docket|party|department)s?(?:search|view|detail|info|number)?(?:\.aspx?)?(?:\?|/[^/]*$)"
    r"|/departmentdetail\.|[?&](?:cn|caseno|docketno)=",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Features:
    """What speaks for (or against) one link of a row."""

    telling: float  # its text, or its tooltip
    address: float  # like those of documents
    echo: float  # an icon beside a link with the same title
    opens: float  # Opinion, Order, Details
    aside: float  # Minutes, Video, Summary
    belongs: float  # leads to the case or the body it belongs to
    icon: float  # an icon that says nothing
    constant: float  # every row has this text


_WEIGHTS = Features(
    telling=1.0,
    address=1.0,
    echo=-1.0,
    opens=0.15,
    aside=-0.3,
    belongs=-1.2,
    icon=-0.1,
    constant=-0.4,
)


def says_nothing(text: str) -> bool:
    """Whether a text says that something can be opened, and not what: View, Opinion (PDF)."""
    return any(form.match(text) for form in (GENERIC, _MAIN_ALONE, _FILE_ALONE))


def with_links(rows: Sequence[Element]) -> Group | None:
    """These rows with the links of the best place; None where there is none."""
    places: dict[str, list[tuple[Element, Element]]] = defaultdict(list)
    for row in rows:
        if len(row.links) > _MOST_LINKS:
            return None
        taken: dict[str, int] = defaultdict(int)
        for link in row.links:
            slot = _slot_of(row, link)
            taken[slot] += 1
            places[f"{slot} {taken[slot]}" if taken[slot] > 1 else slot].append((row, link))
    if not places:
        return None
    best = max(places, key=lambda name: (*_rank(places[name]), -len(name)))
    return Group([row for row, _ in places[best]], [link for _, link in places[best]])


def _rank(pairs: Sequence[tuple[Element, Element]]) -> tuple[float, int, float]:
    """Places are compared by their worth; those worth nothing by how many rows have them."""
    worth = _worth(pairs)
    return max(0.0, worth), len(pairs) if worth <= 0 else 0, worth


def _worth(pairs: Sequence[tuple[Element, Element]]) -> float:
    """The sum over the links of one place, smaller where they lead to the same pages."""
    titles = {title_of(link) for _, link in pairs}
    same = len(titles) <= max(1, len(pairs) / 4) and len(pairs) > 1
    distinct = len({link.link for _, link in pairs}) / len(pairs)
    total = sum(weighed(_features(row, link, same=same), _WEIGHTS) for row, link in pairs)
    return (total + _EACH * len(pairs)) * distinct


def _features(row: Element, link: Element, *, same: bool) -> Features:
    words = link.text or _told_by_image(link)
    short = len(words) > 0 and (not link.text or len(words) <= _LONGEST_WORDS)
    aside = short and _ASIDE.match(words) is not None
    opens = short and not aside and _MAIN.match(words) is not None
    told = "" if link.text else title_of(link)
    echo = bool(told) and any(other.text == told for other in row.links)
    found = Features(
        telling=title_worth("" if aside or opens else title_of(link)),
        address=address_worth(link),
        echo=float(echo),
        opens=float(opens),
        aside=float(aside),
        belongs=float(FILE_OF_CASE.search(link.link or "") is not None),
        icon=float(not words),
        constant=float(same),
    )
    return replace(found, telling=0.0, echo=0.0) if same else found


def _told_by_image(link: Element) -> str:
    """What stands for an image inside a link."""
    images = (e.attributes for e in link.walk() if e.tag == "img")
    told = (image.get("alt") or image.get("title") or "" for image in images)
    return " ".join(" ".join(told).split())


def _slot_of(row: Element, link: Element) -> str:
    """Where in a row a link stands: tags, with the number of table cells and of definitions."""
    steps = []
    node = link
    while node is not row and node.parent is not None:
        numbered = node.tag in ("td", "th", "dd", "dt")
        steps.append(f"{node.tag}{node.place - _spanning(node)}" if numbered else node.tag)
        node = node.parent
    return ">".join(reversed(steps))


def _spanning(cell: Element) -> int:
    """The cells before one that stand for several rows: later rows do not have them."""
    found = 0
    for other in cell.parent.children if cell.parent and cell.tag in ("td", "th") else ():
        if other is cell:
            break
        found += isinstance(other, Element) and (other.attributes.get("rowspan") or "1") != "1"
    return found
