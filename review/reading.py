"""What can be read from the text of an item: aims, support, who does what, money, citations.

Read anew for every look (milliseconds); each line keeps the words it was read from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from pipelines.structure import Node, Structure, read_structure
from review.queries.items import version_at
from storage.models import Document

MAX_TEXT = 100_000
_LISTED = 300
_OPS = {
    "eq": "",
    "ge": "≥ ",
    "gt": "> ",
    "le": "≤ ",
    "approx": "约 ",
    "range": "",
    "qualitative": "",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One finding: what it says, how much, when, and the words it was read from."""

    what: str
    value: str
    when: str
    span: str


@dataclass(frozen=True, slots=True)
class Task:
    """A task with the units responsible for it, by role."""

    name: str
    units: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that is shown; empty parts are left out by the page."""

    outline: tuple[tuple[int, str], ...]
    targets: tuple[Line, ...]
    support: tuple[Line, ...]
    tasks: tuple[Task, ...]
    duties: tuple[Line, ...]
    amounts: tuple[Line, ...]
    quantities: tuple[Line, ...]
    cited: tuple[Line, ...]
    cut: bool


def structure_of(session: Session, document: Document) -> tuple[Structure, str]:
    """The structure of the newest version and the text it was read from."""
    version = version_at(session, document.id, document.latest_seq)
    text = (version.body_text if version else "")[:MAX_TEXT]
    day = document.published_on
    year = day.year if day else document.first_seen_at.year
    return read_structure(text, title=document.title, this_year=year), text


def reading_of(session: Session, document: Document) -> Reading:
    """The same, ready to be shown."""
    found, text = structure_of(session, document)
    return Reading(
        outline=_outline(found.outline),
        targets=tuple(
            Line(
                row.metric,
                _value(row.op, row.value, row.value_max, row.unit or ""),
                _by(row.by_year, yearly=row.yearly),
                row.text,
            )
            for row in found.targets[:_LISTED]
        ),
        support=tuple(
            Line("", _support(row.rate, row.cap, row.amount, row.unit), "", row.text)
            for row in found.support[:_LISTED]
        ),
        tasks=_tasks(found),
        duties=tuple(
            Line(row.where, _value(row.op, row.value, None, row.unit), "", row.text)
            for row in found.obligations[:_LISTED]
        ),
        amounts=tuple(
            Line("", _value(row.op, row.value, row.value_max, row.unit), "", row.text)
            for row in found.amounts[:_LISTED]
        ),
        quantities=tuple(
            Line("", _value(row.op, row.value, row.value_max, row.unit), "", row.text)
            for row in found.quantities[:_LISTED]
        ),
        cited=tuple(
            Line(f"《{row.title}》", row.doc_number or "", "", "") for row in found.cited[:_LISTED]
        ),
        cut=len(text) == MAX_TEXT,
    )


def as_plain(found: Structure) -> dict[str, Any]:
    """Everything that was read, as plain values with places in the text."""
    return {
        "outline": [
            {"depth": depth, "kind": node.kind, "label": node.label, "heading": node.heading}
            for depth, node in _nodes(found.outline)
        ],
        **{
            name: [asdict(row) for row in getattr(found, name)]
            for name in (
                *("targets", "support", "units", "obligations", "amounts", "quantities", "cited"),
            )
        },
    }


def _nodes(outline: Sequence[Node]) -> list[tuple[int, Node]]:
    return [(len(path), node) for top in outline for path, node in top.walk()]


def _outline(outline: Sequence[Node]) -> tuple[tuple[int, str], ...]:
    return tuple(
        (min(depth, 5), f"{node.label}{' ' if node.kind == 'chapter' else ''}{node.heading[:60]}")
        for depth, node in _nodes(outline)[:_LISTED]
    )


def _tasks(found: Structure) -> tuple[Task, ...]:
    tasks: dict[str, list[tuple[str, str]]] = {}
    for unit in found.units:
        tasks.setdefault(unit.task, []).append((unit.role, unit.name))
    return tuple(Task(name, tuple(units)) for name, units in list(tasks.items())[:_LISTED])


def _value(op: str, value: float | None, value_max: float | None, unit: str) -> str:
    if value is None:
        return ""
    number = _number(value) if value_max is None else f"{_number(value)}–{_number(value_max)}"
    return f"{_OPS.get(op, '')}{_with_unit(number, unit)}"


def _with_unit(number: str, unit: str) -> str:
    """``5万元``, ``100 家``: money of the country as it is written there."""
    return f"{number}元" if unit == "CNY" else f"{number} {unit}".rstrip()


def _number(value: float) -> str:
    for size, name in ((10**8, "亿"), (10**4, "万")):
        if value >= size and round(value / size, 4) * size == value:
            return f"{value / size:g}{name}"
    return f"{value:,.10g}"


def _by(year: int | None, *, yearly: bool) -> str:
    if yearly:
        return "每年" if year is None else f"每年，至 {year}"
    return str(year) if year else ""


def _support(rate: float | None, cap: float | None, amount: float | None, unit: str) -> str:
    parts = []
    if rate is not None:
        parts.append(f"{rate:.4g}".rstrip() if rate > 1 else f"{rate * 100:g}%")
    if cap is not None:
        parts.append(f"≤ {_with_unit(_number(cap), unit)}")
    if amount is not None:
        parts.append(_with_unit(_number(amount), unit))
    return "，".join(parts)
