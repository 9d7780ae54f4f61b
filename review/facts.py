"""The facts of a document beside the evidence they were read from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from review.shown import Clock, region_name
from review.validity import FIELDS as VALIDITY
from review.validity import standing
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
    cause as other stored documents tell them."""
    found: list[Fact] = []
    edited = set(document.edited or ())
    force = standing(document, told, today=clock.today)
    state = clock.texts.name("validity", force.state) if force.state else ""
    in_force = dict(zip(VALIDITY, (state, force.by), strict=True))
    for name in _FIELDS:
        shown = in_force.get(name)
        if shown is None:
            shown = _shown(name, getattr(document, name), clock)
        if not shown and name not in _ALWAYS | edited:
            continue
        if name in edited:
            found.append(Fact(name, shown, by_hand=True))
        elif not shown or (name in in_force and force.by_others):
            found.append(Fact(name, shown))
        else:
            found.append(_with_evidence(name, shown, evidence))
    return found


def _with_evidence(name: str, shown: str, evidence: Sequence[Mapping[str, Any]]) -> Fact:
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
    return Fact(name, shown, confidence, sources)


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


def _number(value: Any) -> float:
    return min(1.0, max(0.0, float(value))) if isinstance(value, int | float) else 0.0
