"""Which text of a row is its date, where several are, and what the page calls each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pipelines.dates import find_dates
from spiders.fields import tidy
from spiders.induction.days import best_form, is_date_like
from spiders.induction.dom import Element, width

#: labels of days on which a document was not published
OTHER_DAY = re.compile(
    r"成文|生成日期|有效期|截止|失效|废止|施行|实施|生效|修改|截至|到期"
    r"|deadline|expir|effective|\bdue\b|clos(?:es|ing)|argued|submitted"
    r"|scadenza|échéance|date limite|plazo|vencimiento|prazo|validade|frist\b|締切|期限|마감",
    re.IGNORECASE,
)
#: words of a day that is the page's, not that of its rows
PAGE_DAY = re.compile(r"今[天日]|当前|更新|today|updated|modified|as of|copyright|©", re.IGNORECASE)
_REVISED = re.compile(r"^(?:updated|modified|dateModified|last-?(?:updated|modified))$")
_AGO = re.compile(r"\b(?:week|month|year)s? ago$|[周月年]前$", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_DATE_NAME = re.compile(r"date|time|day|rq|sj")
_WHOLE = re.compile(r"(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}(?!\d)")
_LONGEST_BOX = 20
_WIDEST_LABEL = 24
_LONGEST_FIELD = 60
_LONGEST_SENTENCE = 300
#: labels of the day on which it was
OWN_DAY = re.compile(
    r"发布|公布|发文|印发|發布|公告日|publish|releas|issued|decided|decision|filed"
    r"|publi(?:é|cad|cat|zier)|pubblicat|veröffentlicht|公開日|掲載日|등록일|작성일|게시일",
    re.IGNORECASE,
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_ENGLISH_DAY = rf"(?:{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|\d{{1,2}}/\d{{1,2}}/\d{{4}})"
#: a link that begins with a full day, or (in English) ends with one
_IN_TITLE = (
    re.compile(r"^[\[【(（]?(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?!\d)"),
    re.compile(rf"^(?:[a-z]{{3,6}}day,? )?{_ENGLISH_DAY}", re.IGNORECASE),
    re.compile(rf"{_ENGLISH_DAY}\)?$", re.IGNORECASE),
    re.compile(r"[\[【(（](?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?[\]】)）]$"),
)


def date_text(row: Element, link: Element, *, lang: str, today: date | None) -> str | None:
    """The text of a row that is its date: the smallest readable one outside the link.

    Then loose text of the row, then text inside the link.
    """
    inside = {id(element) for element in link.walk()}
    outside = [element for element in row.walk() if id(element) not in inside]
    holders = [element for element in outside if not any(e is link for e in element.walk())]
    found = [(_stamp(element), element) for element in holders]
    found += [(text, element) for element in outside for text in _loose(element)]
    texts = _dates_in_order(found)
    texts += _dates_in_order([(_stamp(e), e) for e in link.walk() if e is not link])
    texts += [match[0] for form in _IN_TITLE if (match := form.search(link.text))]
    readable = (text for text in texts if _reads(text, lang=lang, today=today))
    found_text = next(readable, None)
    if found_text is None or not _YEAR.search(found_text):
        whole = (text for _, _, text in stated_in(row) if _reads(text, lang=lang, today=today))
        return next(whole, found_text)
    return found_text


def stated_in(row: Element) -> Iterator[tuple[Element, str, str]]:
    """Whole days in attributes that are called a date or a time, or that explain a date, and in
    scripts that write them: element, end of the field that reads it, text."""
    for element in row.walk():
        for name, value in element.attributes.items():
            if name.startswith("data-") and _DATE_NAME.search(name):
                told = True
            else:
                told = name == "title" and _explained(element.text)
            if told and value and _WHOLE.match(value.strip()):
                yield element, f"::attr({name})", value.strip()
        for script in element.scripts:
            if (match := _WHOLE.search(script)) is not None:
                yield element, " script::text", match[0]


def _explained(text: str) -> bool:
    """Whether a text is a day or says how long ago one was."""
    return is_date_like(text) or (len(text) <= _WIDEST_LABEL and _AGO.search(text) is not None)


def _reads(text: str, *, lang: str, today: date | None) -> bool:
    return best_form([text], lang=lang, today=today)[1][0] is not None


def day_in_sentence(row: Element, link: Element) -> str | None:
    """The first longer text of a row, outside the link, that states exactly one day."""
    inside = {id(element) for element in link.walk()}
    for element in row.walk():
        if id(element) in inside or any(e is link for e in element.walk()):
            continue
        if _LONGEST_FIELD < len(element.text) <= _LONGEST_SENTENCE:
            spans = find_dates(element.text, lang="en")
            if len(spans) == 1:
                return spans[0].text
    return None


def _dates_in_order(found: list[tuple[str, Element]]) -> list[str]:
    """Texts like dates: those called the day of something else last, the shortest first."""
    like = [(text, element) for text, element in found if is_date_like(text)]
    if len(like) > 1:
        like.sort(key=lambda pair: (_is_other_day(*pair), not _is_own_day(*pair), len(pair[0])))
        _put_whole_days_first(like)
    return [text for text, _ in like]


def _put_whole_days_first(like: list[tuple[str, Element]]) -> None:
    """03/01 beside 2026 in one box: the box says the year, which its parts do not."""
    text, element = like[0]
    if _YEAR.search(text):
        return
    for place, (longer, box) in enumerate(like[1:], 1):
        inside = any(above is box for above in element.ancestors())
        if inside and _YEAR.search(longer) and len(longer) <= _LONGEST_BOX:
            like.insert(0, like.pop(place))
            return


def _loose(element: Element) -> list[str]:
    """The text directly in an element; of a long one, its parts between other elements."""
    if len(element.own) <= _LONGEST_FIELD:
        return [element.own] if element.own else []
    parts = [tidy(child) for child in element.children if isinstance(child, str)]
    return [part for part in parts if part]


def _is_other_day(text: str, element: Element) -> bool:
    """Whether a date is labelled as one that is not the day of publication."""
    named = (*element.classes, element.attributes.get("itemprop") or "")
    if any(_REVISED.search(name) for name in named):
        return True
    label = text if not text[:1].isdigit() else label_before(element)
    return OTHER_DAY.search(label) is not None


def _is_own_day(text: str, element: Element) -> bool:
    """Whether a date is labelled as the day of publication."""
    label = text if not text[:1].isdigit() else label_before(element)
    return OWN_DAY.search(label) is not None


def label_before(element: Element) -> str:
    """What the page calls a value: the short text before it, or the head of its column."""
    if element.tag == "td" and element.parent is not None:
        table = next((a for a in element.ancestors() if a.tag == "table"), None)
        head = next((e for e in table.walk() if e.tag == "tr"), None) if table else None
        cells = [c for c in head.children if isinstance(c, Element)] if head else []
        own = [c for c in element.parent.children if isinstance(c, Element)]
        if head is not element.parent and len(cells) == len(own):
            return cells[own.index(element)].text[:20]
    before = ""
    for child in element.parent.children if element.parent else ():
        if child is element:
            break
        text = child if isinstance(child, str) else child.text
        before = text.strip() or before
    told = any(char.isdigit() for char in before)  # a value of its own, not the name of this one
    return before if width(before) <= _WIDEST_LABEL and not told else ""


def _stamp(element: Element) -> str:
    """The text, or for ``time`` without a whole day in it what its attribute states."""
    stated = element.attributes.get("datetime") if element.tag == "time" else None
    if stated and len(find_dates(element.text, lang="en")) == 1:
        return element.text  # the day as printed: the attribute is often in another zone
    return stated or element.text
