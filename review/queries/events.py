"""Reads behind the pages of events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from pipelines.levels import OFFICIAL_LEVELS
from review.queries import pairs
from storage.event_traces import official_of
from storage.models import Attachment, Document, Event, EventMember, Source, StoredFile

ROLE_ORDER = (
    *("draft", "feedback", "final", "full_text"),
    *("interpretation", "report", "amendment", "repeal"),
)


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event in the list; ``roles`` as (role, number) in the order of a policy's life."""

    id: int
    title: str
    size: int
    updated_at: datetime
    first_day: date | None
    last_day: date | None
    roles: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """The official page of a report. ``state``: page, address, none (looked for), denied (a person
    says there is none)."""

    state: str
    document_id: int | None = None
    title: str = ""
    url: str = ""
    reason: str = ""
    origin: str = "rule"


@dataclass(frozen=True, slots=True)
class Twin:
    """Another page with the same text."""

    id: int
    publisher: str
    url: str
    published_on: date | None


@dataclass(frozen=True, slots=True)
class PageLine:
    """One page of an event."""

    id: int
    title: str
    url: str
    publisher: str
    day: date | None
    doc_number: str | None
    role: str
    role_origin: str
    reason: str
    origin: str
    confidence: float
    official: bool
    versions: int
    gone: bool
    review_state: str
    trace: Trace | None
    twins: tuple[Twin, ...] = ()


def event_lines(session: Session, *, words: str, limit: int, offset: int) -> list[EventLine]:
    """Events that changed last first; ``words`` must be in the title."""
    # The page of events first: joining all members of all events to show thirty is dear.
    shown = (
        select(Event.id)
        .where(*_with(words))
        .order_by(Event.updated_at.desc(), Event.id.desc())
        .limit(limit)
        .offset(offset)
    )
    ids = list(session.scalars(shown))
    query = (
        select(
            Event.id,
            Event.title,
            Event.size,
            Event.updated_at,
            func.min(Document.published_on),
            func.max(Document.published_on),
        )
        .join(EventMember, EventMember.event_id == Event.id)
        .join(Document, Document.id == EventMember.document_id)
        .where(Event.id.in_(ids))
        .group_by(Event.id)
        .order_by(Event.updated_at.desc(), Event.id.desc())
    )
    rows = session.execute(query).all()
    roles = _roles(session, [row[0] for row in rows])
    return [EventLine(*row, roles=roles.get(row[0], ())) for row in rows]


def count_events(session: Session, *, words: str) -> int:
    """How many events have ``words`` in the title."""
    return session.scalar(select(func.count(Event.id)).where(*_with(words))) or 0


def _with(words: str) -> list[ColumnElement[bool]]:
    return [Event.title.contains(word, autoescape=True) for word in words.split()[:8]]


def _roles(session: Session, event_ids: Sequence[int]) -> dict[int, tuple[tuple[str, int], ...]]:
    rows = session.execute(
        select(EventMember.event_id, EventMember.role, func.count())
        .where(EventMember.event_id.in_(event_ids))
        .group_by(EventMember.event_id, EventMember.role)
    )
    found: dict[int, list[tuple[str, int]]] = {}
    for event_id, role, number in rows:
        found.setdefault(event_id, []).append((role, number))
    return {
        key: tuple(sorted(values, key=lambda row: ROLE_ORDER.index(row[0])))
        for key, values in found.items()
    }


def page_lines(session: Session, event_id: int) -> list[PageLine]:
    """The pages of an event as a person ordered them, else by day and role; twins beneath the
    page that stands for their text."""
    rows = session.execute(
        select(EventMember, Document, Source.title, Source.level)
        .join(Document, Document.id == EventMember.document_id)
        .join(Source, Source.id == Document.source_id)
        .where(EventMember.event_id == event_id, Document.state != "suppressed")
    ).all()
    traces = traces_of(session, {document.id: level for _, document, _, level in rows})
    heads = _heads([document for _, document, _, _ in rows])
    lines: list[tuple[tuple[int, date, int, int], PageLine]] = []
    for member, document, source_title, level in rows:
        if heads[document.id] != document.id:
            continue
        twins = tuple(
            Twin(other.id, other.publisher or title, other.url, other.published_on)
            for _, other, title, _ in rows
            if heads[other.id] == document.id and other.id != document.id
        )
        line = PageLine(
            id=document.id,
            title=document.title,
            url=document.url,
            publisher=document.publisher or source_title,
            day=document.published_on or document.written_on,
            doc_number=document.doc_number,
            role=member.role,
            role_origin=member.role_origin,
            reason=member.reason,
            origin=member.origin,
            confidence=member.confidence,
            official=level in OFFICIAL_LEVELS,
            versions=document.latest_seq,
            gone=document.state == "gone",
            review_state=document.review_state,
            trace=traces.get(document.id),
            twins=twins,
        )
        place = member.position if member.position is not None else 1_000_000
        order = ROLE_ORDER.index(member.role)
        lines.append(((place, line.day or date.max, order, line.id), line))
    return [line for _, line in sorted(lines, key=lambda row: row[0])]


def _heads(documents: Sequence[Document]) -> dict[int, int]:
    """For each document the one of its cluster that stands for the text here."""
    first: dict[int, int] = {}
    heads: dict[int, int] = {}
    for document in sorted(documents, key=lambda d: (d.duplicate_of is not None, d.id)):
        if document.cluster_id is None:
            heads[document.id] = document.id
        else:
            heads[document.id] = first.setdefault(document.cluster_id, document.id)
    return heads


def traces_of(session: Session, levels: dict[int, str | None]) -> dict[int, Trace]:
    """The official page of every page that is not on a public body's site itself."""
    media = [key for key, level in levels.items() if level not in OFFICIAL_LEVELS]
    stored = official_of(session, media)
    wanted = [row.official_id for row in stored.values() if row.official_id is not None]
    titles = {
        row.id: row for row in session.scalars(select(Document).where(Document.id.in_(wanted)))
    }
    traces = {}
    for key in media:
        row = stored.get(key)
        if row is None:
            traces[key] = Trace("none")
        elif row.official_id is not None and row.official_id in titles:
            page = titles[row.official_id]
            traces[key] = Trace("page", page.id, page.title, page.url, row.reason, row.origin)
        elif row.url:
            traces[key] = Trace("address", None, row.url, row.url, row.reason, row.origin)
        else:
            traces[key] = Trace("denied", reason=row.reason, origin=row.origin)
    return traces


def events_of(session: Session, document_ids: Iterable[int]) -> dict[int, tuple[int, str, int]]:
    """(event, its title, its size) by document."""
    query = (
        select(EventMember.document_id, Event.id, Event.title, Event.size)
        .join(Event, Event.id == EventMember.event_id)
        .where(EventMember.document_id.in_(list(document_ids)))
    )
    return {row[0]: (row[1], row[2], row[3]) for row in session.execute(query)}


def pages_of_event(session: Session, document_id: int) -> list[int]:
    """The pages of the event that a page belongs to; none when it belongs to none."""
    own = select(EventMember.event_id).where(EventMember.document_id == document_id)
    query = select(EventMember.document_id).where(EventMember.event_id == own.scalar_subquery())
    return list(session.scalars(query.limit(200)))


def role_of(session: Session, document_id: int) -> str:
    """The role of a page in its event."""
    query = select(EventMember.role).where(EventMember.document_id == document_id)
    return session.scalar(query) or "report"


def file_texts(session: Session, document_id: int) -> list[tuple[str, str]]:
    """Name and text of the files of a document that could be read, the longest first."""
    query = (
        select(Attachment.name, StoredFile.text)
        .join(StoredFile, StoredFile.sha256 == Attachment.sha256)
        .where(Attachment.document_id == document_id, StoredFile.text.is_not(None))
        .order_by(Attachment.id)
    )
    rows = [(name, text) for name, text in session.execute(query) if text]
    return sorted(rows, key=lambda row: -len(row[1]))


def event_by_id(session: Session, event_id: int) -> Event | None:
    """The event row."""
    return session.get(Event, event_id) if event_id < 2**62 else None


def titles_of(session: Session, document_ids: Iterable[int]) -> dict[int, str]:
    """Titles by document."""
    return pairs(
        session, select(Document.id, Document.title).where(Document.id.in_(list(document_ids)))
    )
