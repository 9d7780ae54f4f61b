"""Which of the numbers on a page is the document's own: table, list, order head, text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.fields.docnumber import DocNumber, normalise_doc_number, order_number, own_number
from pipelines.fields.issuers import bodies_in
from pipelines.fields.orderhead import OrderHead

_FRONT = 600
_SPACED = re.compile(
    r"^[ \t\u3000]{0,40}(?:[\u4e00-\u9fff][ \u3000]{1,3}){2,8}[〔\[（(【][ ]{0,2}20\d\d"
    r"[ ]{0,2}[〕\]）)】]"
    r"[ ]{0,2}第?[ ]{0,2}\d{1,5}[ ]{0,2}号[ \t\u3000]{0,40}$",
    re.MULTILINE,
)
_LAST_SIGN = re.compile(r"[\n，。；：（(日]")


@dataclass(frozen=True, slots=True)
class Numbered:
    """The document's number in its normal form, with where and how it was read; ``partners`` are
    the bodies printed before the one that the number names (国务院、中央军事委员会令第371号)."""

    value: str
    span: str
    rule: str
    confidence: float
    place: str
    start: int = -1
    partners: tuple[str, ...] = ()


def find_number(
    title: str,
    *,
    table: tuple[str, str] | None,
    listed: str | None,
    head: OrderHead | None,
    areas: Iterable[tuple[str, str]],
) -> Numbered | None:
    """``table`` is the label and value of the page's own field, ``listed`` what the list row or a
    selector says, ``areas`` names and texts to search in turn, ``head`` the head of an order."""
    if table is not None:
        label, text = table
        value = normalise_doc_number(text) or order_number(text, title=title)
        if value:
            return Numbered(value, text, f"table:{label}", 0.99, "table")
    if value := normalise_doc_number(listed):
        return Numbered(value, listed or "", "list", 0.97, "list")
    if head is not None:
        return Numbered(head.number, head.span, "order_head", 0.95, "body", head.start)
    areas = tuple(areas)
    for place, text in areas:
        own = own_number(text, title=title) if "号" in text else None
        if own is not None:
            partners = _partners(text, own)
            return Numbered(own.value, own.text, f"{place}:own", 0.95, place, own.start, partners)
    return next((found for place, text in areas if (found := _spaced(place, text))), None)


def _spaced(place: str, text: str) -> Numbered | None:
    """A number printed letter by letter on a line of its own: 苏 政 发 〔2024〕 35 号."""
    match = _SPACED.search(text[:_FRONT]) if "号" in text[:_FRONT] else None
    value = normalise_doc_number("".join(match[0].split())) if match else None
    if match is None or value is None:
        return None
    return Numbered(value, match[0].strip(), f"{place}:spaced", 0.9, place, match.start())


def _partners(text: str, own: DocNumber) -> tuple[str, ...]:
    """The names between the last sign or day and a number that begins with a name itself."""
    before = text[max(0, own.start - 60) : own.start].removesuffix("中华人民共和国")
    if own.kind == "code" or before[-1:] not in ("、", " ", "\u3000"):
        return ()
    return bodies_in(_LAST_SIGN.split(before)[-1].strip("、 \u3000"))
