"""Reading documents: one, its versions, or a filtered list, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from storage.filters import DocumentFilter, conditions
from storage.labels import LabelView, labels_of
from storage.models import Attachment, Document, DocumentVersion, Source
from storage.search import Segment, count_matches, search


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document in a list. ``snippet`` is set when the list answers a query."""

    id: int
    title: str
    url: str
    source_key: str
    source_title: str
    publisher: str | None
    issuer: str | None
    doc_number: str | None
    doc_type: str | None
    region: str | None
    level: str | None
    lang: str
    summary: str | None
    published_on: date | None
    comments_until: date | None
    effective_on: date | None
    first_seen_at: datetime
    changed_at: datetime
    state: str
    review_state: str
    latest_seq: int
    cluster_id: int | None
    duplicate_of: int | None
    labels: tuple[LabelView, ...] = ()
    snippet: tuple[Segment, ...] = ()
    held: str | None = None


def _rows(session: Session, query: Select[Document, str, str]) -> list[DocumentRow]:
    found = session.execute(query).all()
    labels = labels_of(session, [document.id for document, _, _ in found])
    return [
        DocumentRow(
            id=document.id,
            title=document.title,
            url=document.url,
            source_key=key,
            source_title=title,
            publisher=document.publisher,
            issuer=document.issuer,
            doc_number=document.doc_number,
            doc_type=document.doc_type,
            region=document.region,
            level=document.level,
            lang=document.lang,
            summary=document.summary,
            published_on=document.published_on,
            comments_until=document.comments_until,
            effective_on=document.effective_on,
            first_seen_at=document.first_seen_at,
            changed_at=document.changed_at,
            state=document.state,
            review_state=document.review_state,
            latest_seq=document.latest_seq,
            cluster_id=document.cluster_id,
            duplicate_of=document.duplicate_of,
            held=document.held,
            labels=tuple(labels[document.id]),
        )
        for document, key, title in found
    ]


def _base() -> Select[Document, str, str]:
    return select(Document, Source.key, Source.title).join(Source, Source.id == Document.source_id)


def list_documents(
    session: Session, *, filters: DocumentFilter | None = None, limit: int = 50, offset: int = 0
) -> list[DocumentRow]:
    """Documents that pass the filters, the last seen first. Raises QueryError for a bad query."""
    filters = filters or DocumentFilter()
    if not (filters.query or "").strip():
        query = _base().where(*conditions(filters))
        if filters.review_state == "new":  # few of many: the order of their own index
            query = query.order_by(Document.first_seen_at.desc())
        query = query.order_by(Document.id.desc())
        return _rows(session, query.limit(limit).offset(offset))
    hits = search(session, filters.query or "", filters=filters, limit=limit, offset=offset)
    by_id = rows_by_id(session, [hit.document_id for hit in hits])
    return [
        replace(by_id[hit.document_id], snippet=hit.snippet)
        for hit in hits
        if hit.document_id in by_id
    ]


def rows_by_id(session: Session, document_ids: Sequence[int]) -> dict[int, DocumentRow]:
    """List rows of given documents, whatever their state."""
    query = _base().where(Document.id.in_(list(document_ids)))
    return {row.id: row for row in _rows(session, query)}


def document_rows(session: Session, document_ids: Sequence[int]) -> list[DocumentRow]:
    """List rows in the order of the ids; ids that do not exist are left out."""
    found = rows_by_id(session, document_ids)
    return [found[document_id] for document_id in document_ids if document_id in found]


def count_documents(session: Session, *, filters: DocumentFilter | None = None) -> int:
    """How many documents pass the filters."""
    filters = filters or DocumentFilter()
    if (filters.query or "").strip():
        return count_matches(session, filters.query or "", filters=filters)
    query = select(func.count()).select_from(Document).where(*conditions(filters))
    return session.scalar(query) or 0


def get_document(session: Session, document_id: int) -> Document | None:
    """The document row."""
    return session.get(Document, document_id)


def latest_version(session: Session, document_id: int) -> DocumentVersion | None:
    """The newest version of a document."""
    return session.scalars(
        select(DocumentVersion)
        .where(DocumentVersion.document_id == document_id)
        .order_by(DocumentVersion.seq.desc())
        .limit(1)
    ).one_or_none()


def versions(session: Session, document_id: int) -> list[DocumentVersion]:
    """All versions of a document, oldest first, texts included."""
    return list(
        session.scalars(
            select(DocumentVersion)
            .where(DocumentVersion.document_id == document_id)
            .order_by(DocumentVersion.seq)
        )
    )


def attachments_of(session: Session, document_id: int) -> list[Attachment]:
    """The files linked from a document, in the order of the page."""
    return list(
        session.scalars(
            select(Attachment).where(Attachment.document_id == document_id).order_by(Attachment.id)
        )
    )
