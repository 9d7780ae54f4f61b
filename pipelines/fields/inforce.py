"""The first day in force: the history under the title, the text's own words, the amendment.

A text that was amended keeps its first closing article; the day it names is then that of an older
version and is not given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from pipelines.dates import DateSpan
from pipelines.fields.doctype import is_interpretation
from pipelines.fields.effect import find_effective
from pipelines.fields.lawheader import (
    Event,
    amended_in_force,
    in_force,
    is_stale,
    promulgated_on,
)
from pipelines.fields.terms import Term

_OF_ANOTHER = 0.4
"""Confidence in a day in force that an interpretation names: it is that of its document."""
_CONGRESS = "全国人民代表大会"
_ANOTHER_VERSION = 365
_REPUBLISHED = 60
"""Days after which a page of a text is a re-publication, not its promulgation."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A text with the days that are known of it.

    ``listed_on`` is the day of the row where only the list dates the page, as databases of laws
    do: it is that of the version, and one long after all history lines is of another version.
    """

    text: str
    title: str
    dates: tuple[DateSpan, ...]
    events: tuple[Event, ...]
    number: str | None
    written_on: date | None
    published_on: date | None
    listed_on: date | None = None


def first_day_in_force(page: Dated) -> Term | None:
    """The day with its evidence, or None where neither the text nor its history tells it."""
    found = _found(page)
    if found is not None and page.events and page.listed_on is not None:
        last = max(found.value, *(event.day for event in page.events))
        if (page.listed_on - last).days > _ANOTHER_VERSION:
            return None
    return found


def _found(page: Dated) -> Term | None:
    line = in_force(page.events)
    if line is not None:
        return Term(line.day, line.span, line.start, "header", 0.95)
    found = find_effective(
        page.text, dates=page.dates, written_on=page.written_on, published_on=page.published_on,
        promulgated_on=_promulgated(page),
    )  # fmt: skip
    if page.events and (found is None or is_stale(found.value, page.events)):
        found = _amended(page.events, page.published_on)
    if found is not None and is_interpretation(page.title):
        found = replace(found, confidence=min(found.confidence, _OF_ANOTHER))
    return found


def _amended(events: tuple[Event, ...], published_on: date | None) -> Term | None:
    later = amended_in_force(events, published_on)
    last = events[-1]
    return Term(later, last.span, last.start, "amendment", 0.7) if later else None


def _promulgated(page: Dated) -> date | None:
    """Orders are promulgated when signed, national laws on the day they are adopted; a page long
    after the text is a re-publication."""
    day, written, published = promulgated_on(page.events), page.written_on, page.published_on
    if day is not None or written is None:
        return day
    if any(body.startswith(_CONGRESS) for event in page.events for body in event.bodies):
        return written
    if published is not None and 0 <= (published - written).days <= _REPUBLISHED:
        return written if page.number and "令" in page.number else published
    return written
