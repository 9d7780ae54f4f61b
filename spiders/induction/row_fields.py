"""Where link, title and date stand in a row: fields tried on the rows themselves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import mean

from selectolax.lexbor import SelectolaxError

from pipelines.urls import canonicalise
from spiders.fields import Node, fast_node, read_field
from spiders.induction.days import FORMS, is_date_like, read_day
from spiders.induction.dom import Element, Page, width
from spiders.induction.groups import Group
from spiders.induction.row_days import stated_in
from spiders.induction.row_selectors import best_row_selector, names_of
from spiders.induction.worth import GENERIC
from spiders.listing.assemble import link_in_script

_SAMPLE = 150
#: texts that are looked through for a day at last
_SHORT, _LONG = 60, 600
#: stands for "the text directly in the link" in a list of selectors
_OWN = "\0own"
#: a text that begins or ends with a day
_DATED = re.compile(
    r"^\W{0,2}(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}|^\W{0,2}\d{1,2}/\d{1,2}/\d{2,4}|"
    r"(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?\W{0,2}$"
)
_WORD = re.compile(r"[\u3400-\u9fff]{2}|[^\W\d_]{3}")
_NOT_LETTERS = re.compile(r"[^A-Za-z]+")
_MAX_TITLE = 240
_CELLS = ("td", "th", "dd", "dt")


@dataclass(frozen=True, slots=True)
class Fields:
    """Selectors of one list, as a source file writes them."""

    row: str
    link: str
    title: str
    date: str | None = None
    date_format: str = "auto"


@dataclass(frozen=True, slots=True)
class _Row:
    element: Element
    node: Node
    link: Element
    day: date | None


def write_fields(page: Page, group: Group, *, today: date | None, lang: str) -> Fields:
    """The selectors that read a group."""
    rows = [
        _Row(element, fast_node(element.node), link, day)
        for element, link, day in zip(group.rows, group.links, group.days, strict=True)
        if element.node is not None
    ][:_SAMPLE]
    selector, _ = best_row_selector(page, group)
    base = page.base_url

    def right_link(row: _Row, value: str | None) -> bool:
        return value is not None and canonicalise(link_in_script(value), base=base) == row.link.link

    source = Counter(row.link.source for row in rows).most_common(1)[0][0]
    end = f"::attr({source})"
    link = _best(rows, _link_fields(rows, end=end), right_link) or f"a{end}"
    link = _unlike_odd_rows(page, group, selector, rows=rows, link=link, end=end)
    title = _title_field(rows, link.removesuffix(end))
    when, form = None, "auto"
    if any(group.days):
        when, form = _date_field(rows, group.form, lang=lang, today=today)
    return Fields(selector, link, title, when, form)


def _read(row: _Row, field: str) -> str | None:
    try:
        return read_field(row.node, field)
    except SelectolaxError:
        return None


def _best(
    rows: Sequence[_Row], fields: Iterable[str], right: Callable[[_Row, str | None], bool]
) -> str | None:
    """The first field that is right in every row, else the one right most often."""
    best, most = None, 0
    for field in dict.fromkeys(fields):
        count = sum(right(row, _read(row, field)) for row in rows)
        if count > most:
            best, most = field, count
        if most == len(rows):
            break
    return best


def _unlike_odd_rows(
    page: Page, group: Group, selector: str, *, rows: Sequence[_Row], link: str, end: str
) -> str:
    """Of the fields that give all links, the one that gives none in a pager or another odd row."""
    wanted = {row.order for row in group.rows}
    try:
        found = [e for e in page.select(selector) if e.order not in wanted and e.links]
    except SelectolaxError:
        return link
    odd = [_Row(e, fast_node(e.node), e.links[0], None) for e in found if e.node is not None]
    if not odd or len(odd) > 0.5 * len(rows):
        return link

    def stray(field: str) -> int:
        return sum(_read(row, field) is not None for row in odd)

    right = [_read(row, link) for row in rows]
    least = stray(link)
    for field in dict.fromkeys(_link_fields(rows, end=end)):
        if least == 0:
            break
        if (count := stray(field)) < least and [_read(row, field) for row in rows] == right:
            link, least = field, count
    return link


def _link_fields(rows: Sequence[_Row], *, end: str) -> Iterator[str]:
    if all(row.link is row.element for row in rows):
        yield end
        return
    yield f"a{end}"
    for selector in selectors_of([(row.element, row.link) for row in rows]):
        yield f"{selector}{end}"
    yield "a[title]::attr(href)"
    yield 'a[target="_blank"]::attr(href)'
    yield 'a[href*=".pdf"]::attr(href)'


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


def _title_field(rows: Sequence[_Row], link: str) -> str:
    """The field with the most telling, most different texts; the link's own if it will do."""
    plain = f"{link}::text"
    own = [_read(row, plain) or "" for row in rows]
    tips = [" ".join((row.link.attributes.get("title") or "").split()) for row in rows]
    pairs = [(tip, text) for tip, text in zip(tips, own, strict=True) if tip]
    read = [_read(row, f"{link}::attr(title)") or "" for row in rows]
    of_link = sum(tip == value for tip, value in zip(tips, read, strict=True))
    if len(pairs) >= 0.6 * len(rows) and of_link >= 0.9 * len(rows):
        told = [tip for tip, _ in pairs]
        if _good(told) and _worth(told) >= _worth([text for _, text in pairs]):
            return f"{link}::attr(title) || {plain}"
    bare = [_read(row, f"{link}::own") or "" for row in rows]
    around = {text.replace(part, "") for text, part in zip(own, bare, strict=True)}
    if len(around) == 1 and bare != own and len(rows) > 1 and _good(bare):
        return f"{link}::own || {plain}"  # "opens in a new window" in every link
    if _good(own) and not _wordy(own):
        return plain
    fields = []
    if _wordy(own):
        fields = [f"{link} {name}".strip() for name in _inner_names(rows)]
        fields.append(_OWN)
    fields += [] if _good(own) else [*_other_names(rows)]
    best, most = plain, _worth(own) if not _wordy(own) else -1.0
    for name in dict.fromkeys(fields):
        field = f"{name}::text" if name else "::own"
        if name == _OWN:
            field = f"{link}::own"
        texts = [_read(row, field) or "" for row in rows]
        if sum(is_date_like(text) for text in texts) > 0.5 * len(texts) or _wordy(texts):
            continue
        if _swallows(rows, texts):
            continue
        worth = _worth(texts)
        if worth > most + 0.05:
            best, most = field, worth
    return best if best == plain else f"{best} || {plain}"


def _swallows(rows: Sequence[_Row], texts: Sequence[str]) -> bool:
    """Whether these texts are those of whole rows: they hold the words of the link as well."""
    held = sum(
        bool(own) and text != own and GENERIC.match(own) is not None and own in text
        for text, own in zip(texts, (row.link.text for row in rows), strict=True)
    )
    return held > 0.6 * len(texts)


def is_good(texts: Sequence[str]) -> bool:
    """Whether texts will do as titles: told, different from each other, more than numbers."""
    return bool(texts) and _good(texts) and not _wordy(texts)


def worth_of(texts: Sequence[str]) -> float:
    """How telling texts are as titles, from 0 to 1."""
    return _worth(texts)


def _good(texts: Sequence[str]) -> bool:
    told = [text for text in texts if text and not GENERIC.match(text)]
    told = [text for text in told if _WORD.search(text)]  # a number of a file is no title
    if _numbered(texts):
        return False
    return len(told) >= 0.9 * len(texts) and mean(map(width, told)) >= 9 and _worth(texts) > 0.2


def _worth(texts: Sequence[str]) -> float:
    """Mean length up to that of a full title, times how different the texts are."""
    if not texts:
        return 0.0
    lengths = [0 if GENERIC.match(text) else min(60, width(text)) for text in texts]
    distinct = len(set(texts)) / len(texts)
    told = 0.3 if _numbered(texts) else 1.0
    return mean(lengths) / 60 * distinct * told


def _numbered(texts: Sequence[str]) -> bool:
    """Whether texts (in letters, not characters) differ in their numbers only: Opinion 24-101."""
    if len(texts) <= 3 or not all(text.isascii() for text in texts):
        return False
    return len({_NOT_LETTERS.sub("", text) for text in texts}) <= 0.3 * len(texts)


def _wordy(texts: Sequence[str]) -> bool:
    """Whether these texts hold more than titles: a date, or whole cards with a summary."""
    if not texts:
        return False
    dated = sum(_DATED.search(text) is not None for text in texts)
    return dated > 0.6 * len(texts) or mean(map(width, texts)) > _MAX_TITLE / 2


def _own_paths(row: _Row, element: Element) -> list[str]:
    return [""] if element is row.element else list(_paths(row.element, element))[:6]


def _inner_names(rows: Sequence[_Row]) -> list[str]:
    pairs = [(row.link, e) for row in rows for e in row.link.walk() if e is not row.link and e.text]
    return selectors_of(pairs)


def _other_names(rows: Sequence[_Row]) -> list[str]:
    pairs = [
        (row.element, e)
        for row in rows[:15]
        for e in row.element.walk()
        if e is not row.element and 12 <= width(e.text) <= _MAX_TITLE
    ]
    return [*selectors_of(pairs), ""]


def _date_field(
    rows: Sequence[_Row], form: str, *, lang: str, today: date | None
) -> tuple[str | None, str]:
    dated = [row for row in rows if row.day is not None]
    for shape in dict.fromkeys((form, *FORMS[:1])):

        def right(row: _Row, value: str | None, shape: str = shape) -> bool:
            if value is None:
                return False
            return read_day(value, form=shape, lang=lang, today=today) == row.day

        fields = _date_fields(dated, form=shape, lang=lang, today=today)
        field = _best(dated, fields, right)
        if field is not None:
            return field, shape
    return None, form


def _date_fields(
    rows: Sequence[_Row], *, form: str, lang: str, today: date | None
) -> Iterator[str]:
    yield "time::attr(datetime)"
    pairs = [
        (row.element, e)
        for row in rows
        for e in row.element.walk()
        if e is not row.element
        and is_date_like(e.text)
        and read_day(e.text, form=form, lang=lang, today=today) == row.day
    ]
    pairs.sort(key=lambda pair: len(pair[1].text))
    for name in ("span", *selectors_of(pairs)):
        yield f"{name}::text"
    for _, e in pairs[:3]:
        yield f"{e.tag}::own"
    for row in rows[:3]:
        for e, end, _ in stated_in(row.element):
            yield from (f"{path}{end}".strip() for path in _own_paths(row, e))
    long = [
        (row.element, e)
        for row in rows[:40]
        for e in row.element.walk()
        if e is not row.element and _SHORT < len(e.text) <= _LONG
    ]
    for name in selectors_of(long):
        yield f"{name}::own"
        yield f"{name}::text"
    yield "::own"
    yield "::text"
    yield "a::text"
