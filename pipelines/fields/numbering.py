"""Which of the numbers on a page is the document's own: table, list, order head, text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.fields.docnumber import DocNumber, normalise_doc_number, order_number, own_number
from pipelines.fields.englishnumbers import english_numbers
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
    chinese: bool = True,
) -> Numbered | None:
    """``table`` is the label and value of the page's own field, ``listed`` what the list row or a
    selector says, ``areas`` names and texts to search in turn, the body last, ``head`` the head of
    an order. A text that is not ``chinese`` is asked for the numbers of English documents too."""
    if table is not None:
        label, text = table
        value = normalise_doc_number(text) or order_number(text, title=title) or _taiwan(text)
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
    body = areas[-1][1] if areas else ""
    if not chinese:
        stated = next(english_numbers(title, body), None)
        return Numbered(stated[0], stated[0], "own", 0.9, *stated[1:]) if stated else None
    found = next((found for place, text in areas if (found := _spaced(place, text))), None)
    return found or _in_title(title) or _beyond_the_mainland(title, body)


# …管理办法的通知（浙财科教〔2025〕14号）; not 转发…的通知（国办发〔2025〕1号）
_AT_END = re.compile(
    r"(?P<kind>通知|意见|公告|通告|批复|决定|函|通报|办法|规定|细则|方案)[（(](?P<no>[^（()）]{4,40}号)[）)]\Z"
)
_NUMBER_ENDS = ("号）", "号)")
_BY_YEAR = re.compile(r"(?P<y>20\d\d)年第(?P<n>\d{1,4})号")


def _in_title(title: str) -> Numbered | None:
    """The number in brackets that closes a title: a whole one, or 2021年第47号 of a 公告."""
    match = _AT_END.search(title) if title.endswith(_NUMBER_ENDS) else None
    if match is None or "转发" in title:
        return None
    start = match.start("no")
    if yearly := _BY_YEAR.fullmatch(match["no"]):
        bodies = bodies_in(title.partition("关于")[0])
        if not bodies or match["kind"] not in ("公告", "通告"):
            return None
        value = f"{bodies[0]}{match['kind']}{yearly[0]}"
        return Numbered(value, match["no"], "title:year", 0.85, "title", start)
    own = normalise_doc_number(match["no"])
    return Numbered(own, match["no"], "title:end", 0.9, "title", start) if own else None


_TAIWAN = re.compile(
    r"^[^\n]{0,12}?(?P<no>[\u4e00-\u9fff]{2,14}字第[0-9A-Z]{5,14}號)[ \t\u3000]{0,9}$", re.MULTILINE
)
_MACAU = re.compile(
    r"第\d{1,4}/(?:19|20)\d\d[號号](?:法律|行政法[規规]|行政命令|行政[長长]官批示|[^\s《》，。]{2,8}司司[長长]批示)"
)


def _taiwan(text: str) -> str | None:
    match = _TAIWAN.search(text) if "號" in text else None
    return match["no"] if match else None


def _beyond_the_mainland(title: str, text: str) -> Numbered | None:
    """金管銀國字第1140270001號 of Taiwan, 第7/2025號行政法規 of Macau."""
    if match := _MACAU.match(title):
        return Numbered(match[0], match[0], "title:own", 0.9, "title", 0)
    front = text[:_FRONT]
    found = _TAIWAN.search(front) if "號" in front else None
    if found is None:
        return None
    return Numbered(found["no"], found["no"], "body:own", 0.9, "body", found.start("no"))


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
