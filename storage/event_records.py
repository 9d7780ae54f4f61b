"""Values that cross the border of the event store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


class ReferenceRow(Protocol):
    """What a page says of another policy, and the keys that policy is known by."""

    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def number(self) -> str | None: ...
    @property
    def place(self) -> str: ...
    @property
    def values(self) -> tuple[int, ...]: ...


@dataclass(frozen=True, slots=True)
class EventPage:
    """A page that was just stored: the keys it is filed under and looks for (signed 64 bit), the
    links of its body as (address, text), and its cluster. ``traced``: a medium's report that
    wants its official page; ``references``: what it says of other policies; ``by_day``:
    those of ``asked`` under which pages of any topic are found; ``fresh``: it was
    never stored before."""

    document_id: int
    filed: tuple[int, ...] = ()
    asked: tuple[int, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    cluster_id: int | None = None
    traced: bool = False
    references: tuple[ReferenceRow, ...] = ()
    by_day: tuple[int, ...] = ()
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A stored document as the rules for events see it. ``text`` is the beginning only; ``level``
    is that of the source; ``matched`` are the asked keys it was found by."""

    document_id: int
    url: str
    title: str
    text: str
    doc_number: str | None
    issuing_bodies: tuple[str, ...]
    publisher: str | None
    level: str | None
    published_on: date | None
    written_on: date | None
    cluster_id: int | None = None
    event_id: int | None = None
    role: str | None = None
    role_origin: str | None = None
    matched: frozenset[int] = frozenset()
    links: tuple[tuple[str, str], ...] = ()


class Found(Protocol):
    """Why two pages are of one event. A link that is not ``sure`` counts only when unopposed;
    a ``scoped`` one (issuer and days agree) may stand beside sure ones."""

    @property
    def reason(self) -> str: ...
    @property
    def confidence(self) -> float: ...
    @property
    def sure(self) -> bool: ...
    @property
    def scoped(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class EventLink:
    """A link the store itself knows of: the same text, a person's word."""

    reason: str
    confidence: float
    sure: bool = True
    scoped: bool = False


class OfficialFound(Protocol):
    """The official page of a report: a stored document, or only an address."""

    @property
    def document_id(self) -> int | None: ...
    @property
    def url(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def confidence(self) -> float: ...


class EventRules(Protocol):
    """The rules as the store uses them; they are pure and live in ``pipelines.events``."""

    def role(self, page: StoredPage) -> str:
        """The role of a page in its event."""
        ...

    def name(self, page: StoredPage) -> str:
        """The name of the policy as the page prints it."""
        ...

    def link(self, page: StoredPage, other: StoredPage) -> Found | None:
        """Why both are of one event; None when they are not."""
        ...

    def clash(self, page: StoredPage, other: StoredPage) -> bool:
        """Whether both are about different policies for certain."""
        ...

    def concerns(self, page: StoredPage, title: str, lead: str) -> bool:
        """Whether a page found by its day may be about the same; a first, cheap look."""
        ...

    def official(self, page: StoredPage, among: Sequence[StoredPage]) -> OfficialFound | None:
        """The official page of what a medium's page reports."""
        ...
