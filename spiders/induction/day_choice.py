"""Which slot of the rows holds the day of publication: one sum of named features for every slot."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from pipelines.dates import date_from_url, find_dates
from spiders.induction.days import best_form, descending_share, may_hold_a_day
from spiders.induction.row_days import OTHER_DAY, OWN_DAY, stated_in
from spiders.induction.slots import Row, Slot, read
from spiders.induction.weights import weighed
from spiders.induction.worth import WORD

_YEAR = re.compile(r"(?:19|20)\d\d|[一二][〇○零一二三四五六七八九]{3}年|ago|前")
_SHORT_YEAR = re.compile(r"\W{0,2}\d{1,2}([/.-])\d{1,2}\1\d\d\W{0,2}$")
_FIRST_DIGIT = re.compile(r"\d|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.I)
_NAMED = re.compile(r"date|time|day|rq|sj|posted|publish", re.IGNORECASE)
_REVISED = re.compile(r"updated|modified|revised", re.IGNORECASE)
_LEAST = 0.5
_PLAIN, _LONG, _LOOKED_AT = 12, 80, 8
_LONGEST_ALONE, _MOST_WORDS = 28, 2


@dataclass(frozen=True, slots=True)
class Features:
    """What speaks for (or against) a slot of days, each from 0 to 1."""

    dated: float  # rows with a day
    own: float  # called the day of publication
    other: float  # called the day of something else
    ordered: float  # the list runs by it
    same: float  # one day in all rows
    yearless: float
    several: float  # texts with more than one day
    long: float  # words around the day
    alone: float  # printed, a day and nothing else
    addressed: float  # the day that the address of the row states
    named: float  # class of the element, as templates call days
    link: float  # inside the link
    whole: float  # holds the text of the link
    attribute: float  # not printed: an attribute, a script
    beside: float  # outside the row


_WEIGHTS = Features(
    dated=2.0,
    own=0.5,
    other=-0.9,
    ordered=0.25,
    same=-0.3,
    yearless=-0.35,
    several=-0.35,
    long=-0.25,
    alone=0.4,
    addressed=0.5,
    named=0.05,
    link=-0.15,
    whole=-0.3,
    attribute=-0.2,
    beside=-0.2,
)


@dataclass(frozen=True, slots=True)
class Days:
    """A field, the form of its dates, and the day of every row."""

    field: str
    form: str
    days: tuple[date | None, ...]


def choose_days(
    rows: Sequence[Row], slots: Sequence[Slot], *, lang: str, today: date | None
) -> Days | None:
    """The best slot of days."""
    own = [row.link.text for row in rows]
    stated = [date_from_url(row.link.link or "") for row in rows]
    told = [*slots, *_attributes(rows)]
    read_of: list[tuple[Slot, str, list[date | None]]] = []
    for slot in told:
        if sum(map(may_hold_a_day, slot.texts)) < _LEAST * len(rows) or _in_passing(slot):
            continue
        form, days = best_form(slot.texts, lang=lang, today=today)
        share = sum(day is not None for day in days) / len(days)
        if share >= _LEAST:
            read_of.append((slot, form, days))
    if not read_of:
        return None
    slot, form, days = max(
        read_of,
        key=lambda each: weighed(_features(each[0], each[2], own=own, stated=stated), _WEIGHTS),
    )
    return Days(slot.field, form, tuple(days))


def _in_passing(slot: Slot) -> bool:
    """Whether days are only mentioned, in longer texts outside the rows."""
    size = median(len(text) for text in slot.texts if may_hold_a_day(text))
    said = any(OWN_DAY.search(_label(text)) for text in slot.texts[:_LOOKED_AT])
    return slot.where == "beside" and size > _LONG and not said


def _attributes(rows: Sequence[Row]) -> Iterator[Slot]:
    """Days in attributes of the rows, and in scripts that write them."""
    fields: dict[str, None] = {}
    for row in rows[:3]:
        for element, end, _ in stated_in(row.element):
            own = element is row.element
            names = [""] if own else [element.tag, *(f"{element.tag}.{c}" for c in element.classes)]
            fields.update(dict.fromkeys(f"{name}{end}".strip() for name in names))
    fields["time::attr(datetime)"] = None
    for field in fields:
        texts = tuple(read(row, field) for row in rows)
        if any(texts):
            yield Slot(field, texts, "attribute")


def _features(
    slot: Slot, days: Sequence[date | None], *, own: Sequence[str], stated: Sequence[date | None]
) -> Features:
    texts = [text for text, day in zip(slot.texts, days, strict=True) if day is not None]
    known = [day for day in days if day is not None]
    labels = [f"{slot.head} {_label(text)}" for text in texts[:_LOOKED_AT]]
    classes = (
        " ".join((*slot.element.classes, slot.element.attributes.get("itemprop") or ""))
        if slot.element
        else ""
    )
    other = sum(OTHER_DAY.search(label) is not None for label in labels) / len(labels)
    called = sum(OWN_DAY.search(label) is not None for label in labels) / len(labels)
    size = median(map(len, texts))
    unseen = slot.where in ("attribute", "tip")
    told = [(a, b) for a, b in zip(days, stated, strict=True) if a and b]
    return Features(
        dated=len(known) / len(days),
        own=called,
        other=max(other, float(_REVISED.search(classes) is not None)),
        ordered=descending_share(days) if len(known) > 2 else 0.0,
        same=float(len(known) > 3 and len(set(known)) == 1),
        yearless=sum(not _has_year(text) for text in texts) / len(texts),
        several=sum(len(find_dates(text, lang="en")) > 1 for text in texts[:_LOOKED_AT])
        / len(texts[:_LOOKED_AT]),
        long=min(1.0, max(0.0, (size - _PLAIN) / 100)),
        alone=0.0 if unseen else sum(map(_is_alone, texts)) / len(texts),
        addressed=sum(a == b for a, b in told) / len(told) if told else 0.0,
        named=float(_NAMED.search(classes) is not None),
        link=float(slot.where in ("link", "tip", "inside link")),
        whole=sum(bool(o) and o in t and o != t for t, o in zip(slot.texts, own, strict=True))
        / len(own),
        attribute=float(unseen),
        beside=float(slot.where == "beside"),
    )


def _is_alone(text: str) -> bool:
    """Whether a text is a whole day and nothing else; month and weekday are words of it."""
    short = len(text) <= _LONGEST_ALONE and len(WORD.findall(text)) <= _MOST_WORDS
    return short and _has_year(text)


def _has_year(text: str) -> bool:
    return _YEAR.search(text) is not None or _SHORT_YEAR.match(text) is not None


def _label(text: str) -> str:
    """The words before the day in its own text."""
    first = _FIRST_DIGIT.search(text)
    return text[: first.start()][-24:] if first else ""
