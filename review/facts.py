"""The facts of a document beside the evidence they were read from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipelines.fields.validity import IN_FORCE, PENDING, REPEALED, by_days
from review.shown import Clock, region_name
from storage.models import Document

_FIELDS = (
    "issuing_bodies",
    "doc_number",
    "publisher",
    "doc_type",
    "written_on",
    "published_on",
    "effective_on",
    "expires_on",
    "validity",
    "validity_by",
    "comments_until",
    "region",
    "level",
    "index_number",
    "subject",
    "topic_words",
    "original_source",
    "summary",
)
# Unknown is worth a line only where a reader expects the value; the rest is left out when empty.
_ALWAYS = frozenset({"issuing_bodies", "doc_number", "published_on", "written_on", "region"})


@dataclass(frozen=True, slots=True)
class Source:
    """One place a value was read from."""

    span: str
    place: str
    rule: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One value; ``confidence`` is 0..1, None when there is no evidence."""

    field: str
    shown: str
    confidence: float | None = None
    evidence: tuple[Source, ...] = ()
    by_hand: bool = False


def facts_of(
    document: Document,
    evidence: Sequence[Mapping[str, Any]],
    clock: Clock,
    *,
    told: tuple[str, str] | None = None,
) -> list[Fact]:
    """Facts in a fixed order, each with the spans that carry it. ``told``: the validity and its
    cause as other stored documents tell them; a text that says itself that it is repealed stays."""
    found: list[Fact] = []
    by_others = _by_others(document, told)
    for name in _FIELDS:
        if name in by_others:
            found.append(Fact(name, by_others[name]))
            continue
        value = getattr(document, name)
        if name == "validity":
            value = _validity(document, today=clock.today)
        shown = _shown(name, value, clock)
        if not shown and name not in _ALWAYS:
            continue
        rows = [row for row in evidence if row.get("field") == name]
        sources = tuple(
            Source(
                span=str(row.get("span") or ""),
                place=str(row.get("place") or "body"),
                rule=str(row.get("rule") or ""),
            )
            for row in rows[:5]
        )
        confidence = max((_number(row.get("confidence")) for row in rows), default=None)
        if name in (document.edited or ()):
            found.append(Fact(name, shown, by_hand=True))
        else:
            found.append(Fact(name, shown, confidence if shown else None, sources if shown else ()))
    return found


def _by_others(document: Document, told: tuple[str, str] | None) -> dict[str, str]:
    if told is None or document.validity == REPEALED:
        return {}
    return {"validity": told[0], "validity_by": told[1]}


def _shown(name: str, value: Any, clock: Clock) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return "、".join(str(part) for part in value)
    if name == "region":
        return region_name(str(value), clock.texts)
    if name == "level":
        return clock.texts.name(name, value)
    return str(value)


def _validity(document: Document, *, today: date) -> str | None:
    """The state today: one that only days decided (有效, 尚未生效) goes on with the calendar."""
    stated = document.validity
    if stated not in (None, IN_FORCE, PENDING):
        return stated
    counted = by_days(document.effective_on, document.expires_on, today=today)
    return counted.state if counted is not None else stated


def _number(value: Any) -> float:
    return min(1.0, max(0.0, float(value))) if isinstance(value, int | float) else 0.0
