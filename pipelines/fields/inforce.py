"""The first day in force: the history under the title, the text's own words, the amendment.

A text that was amended keeps its first closing article; the day it names is then that of an older
version and is not given.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pipelines.dates import DateSpan
from pipelines.fields.deadlines import Term, find_effective
from pipelines.fields.doctype import is_interpretation
from pipelines.fields.lawheader import (
    Event,
    amended_in_force,
    in_force,
    is_stale,
    promulgated_on,
)

_OF_ANOTHER = 0.4
"""Confidence in a day in force that an interpretation names: it is that of its document."""
_CONGRESS = "全国人民代表大会"
_ANOTHER_VERSION = 365
_REPUBLISHED = 60
"""Days after which a page of a text is a re-publication, not its promulgation."""


def first_day_in_force(
    text: str,
    *,
    title: str,
    dates: tuple[DateSpan, ...],
    events: tuple[Event, ...],
    number: str | None,
    written_on: date | None,
    published_on: date | None,
    listed_on: date | None = None,
) -> Term | None:
    """The day with its evidence, or None where neither the text nor its history tells it.

    ``listed_on`` is the day of the row where only the list dates the page, as databases of laws
    do: it is that of the version, and one long after all history lines is of another version.
    """
    found = _found(
        text, title=title, dates=dates, events=events, number=number, written_on=written_on,
        published_on=published_on,
    )  # fmt: skip
    if found is not None and events and listed_on is not None:
        last = max(found.value, *(event.day for event in events))
        if (listed_on - last).days > _ANOTHER_VERSION:
            return None
    return found


def _found(
    text: str,
    *,
    title: str,
    dates: tuple[DateSpan, ...],
    events: tuple[Event, ...],
    number: str | None,
    written_on: date | None,
    published_on: date | None,
) -> Term | None:
    line = in_force(events)
    if line is not None:
        return Term(line.day, line.span, line.start, "header", 0.95)
    found = find_effective(
        text, dates=dates, written_on=written_on, published_on=published_on,
        promulgated_on=_promulgated(events, number, written_on, published_on),
    )  # fmt: skip
    if events and (found is None or is_stale(found.value, events)):
        found = _amended(events, published_on)
    if found is not None and is_interpretation(title):
        found = replace(found, confidence=min(found.confidence, _OF_ANOTHER))
    return found


def _amended(events: tuple[Event, ...], published_on: date | None) -> Term | None:
    later = amended_in_force(events, published_on)
    last = events[-1]
    return Term(later, last.span, last.start, "amendment", 0.7) if later else None


def _promulgated(
    events: tuple[Event, ...],
    number: str | None,
    written_on: date | None,
    published_on: date | None,
) -> date | None:
    """Orders are promulgated when signed, national laws on the day they are adopted; a page long
    after the text is a re-publication."""
    day = promulgated_on(events)
    if day is not None or written_on is None:
        return day
    if any(body.startswith(_CONGRESS) for event in events for body in event.bodies):
        return written_on
    if published_on is not None and 0 <= (published_on - written_on).days <= _REPUBLISHED:
        return written_on if number and "令" in number else published_on
    return written_on
