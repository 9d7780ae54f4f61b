"""What is read from the text of a policy: every value with the span it was read from.

``start`` and ``end`` count characters of the text given to ``read_structure``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Op = Literal["eq", "ge", "gt", "le", "approx", "range", "qualitative"]
NodeKind = Literal["part", "chapter", "section", "article", "task"]
UnitRole = Literal["lead", "support", "responsible"]


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of the text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Node:
    """A chapter, an article or a numbered task.

    ``label`` is in its normal form (第三条, （一）, 1.); ``heading`` is the text up to the
    first 。, empty for articles. ``start``/``end`` cover the node with everything below it;
    ``paragraphs`` are its own paragraphs (款), without those of its children.
    """

    kind: NodeKind
    label: str
    number: int
    heading: str
    start: int
    end: int
    paragraphs: tuple[Span, ...] = ()
    children: tuple[Node, ...] = ()

    def walk(self, path: tuple[Node, ...] = ()) -> Iterator[tuple[tuple[Node, ...], Node]]:
        """This node and all below it in order, each with the nodes above it."""
        yield path, self
        for child in self.children:
            yield from child.walk((*path, self))


@dataclass(frozen=True, slots=True)
class ResponsibleUnit:
    """One unit made responsible for one task; ``path`` are the labelled headings above it."""

    name: str
    role: UnitRole
    task: str
    path: tuple[str, ...]
    printed: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Target:
    """A quantified aim. ``value`` and ``unit`` as printed (1500, 亿元).

    ``by_year`` None = no year can be known; ``year_explicit`` False = the year was carried over
    from the heading sentence of the aims or is the end of the plan. ``yearly`` = every year.
    """

    text: str
    metric: str
    op: Op
    value: float | None
    unit: str | None
    value_max: float | None
    by_year: int | None
    year_explicit: bool
    yearly: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SupportMeasure:
    """Money promised: a share of the cost (``rate``, 0.1 = 10 %), its ``cap``, or an ``amount``.

    Money in base units of ``unit`` (ISO 4217).
    """

    text: str
    rate: float | None
    cap: float | None
    amount: float | None
    unit: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Obligation:
    """A time limit, frequency or threshold of a rule: 二十个工作日内, 不少于六个月, 30%以上."""

    text: str
    op: Op
    value: float
    unit: str
    where: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money or of tokens; ``value`` in base units, None when it has no figure (数亿元)."""

    text: str
    value: float | None
    unit: str
    op: Op
    value_max: float | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Quantity:
    """Another figure with what it counts (71条供需信息, 增长194%); ``value`` in base units."""

    text: str
    value: float
    unit: str
    op: Op
    value_max: float | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CitedDocument:
    """A document named in 《》, with the number printed behind it."""

    title: str
    doc_number: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Structure:
    """Everything read from one text."""

    outline: tuple[Node, ...]
    units: tuple[ResponsibleUnit, ...]
    targets: tuple[Target, ...]
    support: tuple[SupportMeasure, ...]
    obligations: tuple[Obligation, ...]
    amounts: tuple[Amount, ...]
    quantities: tuple[Quantity, ...]
    cited: tuple[CitedDocument, ...]

    def nodes(self) -> Iterator[tuple[tuple[Node, ...], Node]]:
        """All nodes of the outline in order, each with the nodes above it."""
        for node in self.outline:
            yield from node.walk()
