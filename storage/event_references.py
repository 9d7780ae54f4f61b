"""What pages say of other policies, kept beside the page that says it and found by keys.

Nothing is written to the page that is spoken of, so a reference is undone by taking away the page
or the text that makes it, and it does not matter which of both came first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from storage.event_records import ReferenceRow
from storage.models import Document, EventKey, EventReference, Source

MOST_IDS = 500  # in one statement


@dataclass(frozen=True, slots=True)
class NamedPolicy:
    """A policy as a page names it; ``place`` is "" when unknown."""

    kind: str
    name: str
    number: str | None
    place: str


@dataclass(frozen=True, slots=True)
class StoredReference:
    """A reference with the page that makes it; ``day`` is the day of that page, ``effective_on``
    the day from which it holds, None when unknown."""

    kind: str
    name: str
    number: str | None
    place: str
    document_id: int
    title: str
    url: str
    publisher: str
    doc_number: str | None
    day: date | None
    effective_on: date | None = None


def named_policies(
    session: Session, document_ids: Sequence[int], *, kinds: Sequence[str] = ()
) -> dict[int, list[NamedPolicy]]:
    """What each of these pages says of other policies, in the order of its text; ``kinds``: only
    these. Pages that say nothing are absent."""
    found: dict[int, dict[NamedPolicy, None]] = {}
    for start in range(0, len(document_ids), MOST_IDS):
        query = select(EventReference).where(
            EventReference.document_id.in_(document_ids[start : start + MOST_IDS])
        )
        if kinds:
            query = query.where(EventReference.kind.in_(kinds))
        for row in session.scalars(query.order_by(EventReference.id)):
            named = NamedPolicy(row.kind, row.name, row.number, row.place)
            found.setdefault(row.document_id, {}).setdefault(named)
    return {document: list(named) for document, named in found.items()}


def put_references(
    session: Session, document_id: int, references: Sequence[ReferenceRow], *, fresh: bool
) -> None:
    """Set what a page says of other policies. ``fresh``: the page was never stored before."""
    if not fresh:
        session.execute(delete(EventReference).where(EventReference.document_id == document_id))
    rows = [
        {
            "document_id": document_id,
            "value": value,
            "kind": row.kind,
            "name": row.name,
            "number": row.number,
            "place": row.place,
        }
        for row in references
        for value in row.values
    ]
    if rows:
        session.execute(insert(EventReference), rows)


def references_to(session: Session, values: Sequence[int]) -> list[StoredReference]:
    """Who speaks of the policy known by ``values``, by day; each page once a kind."""
    if not values:
        return []
    query = (
        select(EventReference, Document, Source.title)
        .join(Document, Document.id == EventReference.document_id)
        .join(Source, Source.id == Document.source_id)
        .where(EventReference.value.in_(values), Document.state != "suppressed")
        .order_by(Document.published_on, Document.id)
        .limit(200)
    )
    found: dict[tuple[int, str], StoredReference] = {}
    for row, document, source in session.execute(query):
        found.setdefault(
            (document.id, row.kind),
            StoredReference(
                kind=row.kind,
                name=row.name,
                number=row.number,
                place=row.place,
                document_id=document.id,
                title=document.title,
                url=document.url,
                publisher=document.publisher or source,
                doc_number=document.doc_number,
                day=document.published_on or document.written_on,
                effective_on=document.effective_on,
            ),
        )
    return list(found.values())


def references_by(session: Session, document_id: int) -> list[tuple[NamedPolicy, list[int]]]:
    """What a page says of other policies, each with the pages that are filed under its name or
    its number, the newest first."""
    rows = session.scalars(
        select(EventReference)
        .where(EventReference.document_id == document_id)
        .order_by(EventReference.id)
    ).all()
    filed: dict[int, list[int]] = {}
    pairs = select(EventKey.value, EventKey.document_id).where(
        EventKey.value.in_([row.value for row in rows]), EventKey.document_id != document_id
    )
    for value, found in session.execute(pairs.order_by(EventKey.document_id.desc()).limit(2000)):
        filed.setdefault(value, []).append(found)
    joined: dict[NamedPolicy, list[int]] = {}
    for row in rows:
        pages = joined.setdefault(NamedPolicy(row.kind, row.name, row.number, row.place), [])
        pages += [found for found in filed.get(row.value, ()) if found not in pages]
    return list(joined.items())
