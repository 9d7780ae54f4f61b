"""Taking documents away: hidden by an editor, or removed for good and kept from coming back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from storage.errors import Conflict, NotFound, StateConflict
from storage.event_edits import drop_page
from storage.index_queue import requeue_document, unindex
from storage.models import (
    Cluster,
    Document,
    DocumentVersion,
    FrontierEntry,
    IssueItem,
    NearBand,
    SentenceHash,
    Tombstone,
)
from storage.search_index import stored_text
from storage.upsert import insert_ignoring

EDITABLE = (
    "title",
    "publisher",
    "issuer",
    "issuing_bodies",
    "doc_number",
    "index_number",
    "doc_type",
    "region",
    "level",
    "summary",
    "written_on",
    "published_on",
    "effective_on",
    "expires_on",
    "comments_until",
    "original_source",
    "validity",
    "validity_by",
)


def _get(session: Session, document_id: int) -> Document:
    found = session.scalars(
        select(Document)
        .where(Document.id == document_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound(f"没有这篇文档 / no such document: {document_id}")
    return found


def set_review_state(session: Session, document_id: int, *, state: str) -> str:
    """new, accepted or rejected; returns the state before."""
    found = _get(session, document_id)
    before, found.review_state = found.review_state, state
    session.flush()
    return before


def edit_document(
    session: Session,
    document_id: int,
    *,
    values: Mapping[str, str | date | list[str] | None],
    row_version: int | None = None,
) -> dict[str, Any]:
    """Correct metadata by hand; crawls do not overwrite these columns any more.

    Returns the values before. Raises StateConflict if ``row_version`` (what the editor saw) is
    not the stored one, ``ValueError`` for a column that may not be edited.
    """
    unknown = set(values) - set(EDITABLE)
    if unknown:
        raise ValueError(f"not editable: {', '.join(sorted(unknown))}")
    found = _get(session, document_id)
    if row_version is not None and found.row_version != row_version:
        raise StateConflict(
            "这篇文档已被别人修改，请刷新后再改 / somebody else changed this document: reload it"
        )
    searched = stored_text(session, document_id)
    before = {name: getattr(found, name) for name in values}
    for name, value in values.items():
        setattr(found, name, value)
    found.edited = sorted({*(found.edited or ()), *values})
    found.row_version += 1
    session.flush()
    if searched is not None and searched != stored_text(session, document_id):
        requeue_document(session.connection(), document_id, old=searched, keys=None)
    return before


def suppress_document(session: Session, document_id: int) -> None:
    """Hide a document everywhere; its texts stay and its page is not taken in again."""
    _get(session, document_id).state = "suppressed"
    session.flush()


def restore_document(session: Session, document_id: int) -> None:
    """Show a hidden document again."""
    found = _get(session, document_id)
    if found.state == "suppressed":
        found.state = "live"
    session.flush()


def bury_document(
    session: Session, document_id: int, *, reason: str, actor: str, now: datetime
) -> None:
    """Remove a document with its texts and leave a tombstone, so that it is not imported again.

    Raises Conflict if an issue contains it: what was sent stays provable; hide it instead.
    """
    found = _get(session, document_id)
    cited = session.scalar(
        select(IssueItem.issue_id).where(IssueItem.document_id == document_id).limit(1)
    )
    if cited is not None:
        raise Conflict(
            f"第 {cited} 号刊期引用了它，只能隐藏 / issue {cited} contains it: hide it instead"
        )
    searched = stored_text(session, document_id)
    if searched is not None:
        unindex(session.connection(), document_id, old=searched)
    bury_url(
        session,
        source_id=found.source_id,
        url_key=found.url_key,
        url=found.url,
        reason=reason,
        actor=actor,
        now=now,
    )
    _leave_cluster(session, found, now=now)
    drop_page(session, document_id, now=now)
    for model, column in (
        (NearBand, NearBand.document_id),
        (SentenceHash, SentenceHash.document_id),
        (DocumentVersion, DocumentVersion.document_id),
    ):
        session.execute(delete(model).where(column == document_id))
    session.delete(found)
    session.flush()


def _leave_cluster(session: Session, found: Document, *, now: datetime) -> None:
    if found.cluster_id is None:
        return
    others = list(
        session.scalars(
            select(Document.id)
            .where(Document.cluster_id == found.cluster_id, Document.id != found.id)
            .order_by(Document.id)
        )
    )
    cluster = session.get_one(Cluster, found.cluster_id)
    found.cluster_id = None
    session.flush()
    if not others:
        session.delete(cluster)
        return
    cluster.size, cluster.updated_at = len(others), now
    if cluster.representative_id == found.id:
        cluster.representative_id = others[0]
        for document_id in others:
            session.execute(
                update(Document)
                .where(Document.id == document_id)
                .values(duplicate_of=None if document_id == others[0] else others[0])
            )


def bury_url(
    session: Session,
    *,
    source_id: int,
    url_key: str,
    url: str,
    reason: str,
    actor: str | None,
    now: datetime,
) -> None:
    """Keep a URL of a source from being taken in, whether or not it is stored."""
    insert_ignoring(
        session,
        Tombstone,
        {
            "source_id": source_id,
            "url_key": url_key,
            "url": url,
            "reason": reason,
            "actor": actor,
            "created_at": now,
        },
        returning=Tombstone.url_key,
    )
    session.execute(
        delete(FrontierEntry).where(
            FrontierEntry.source_id == source_id, FrontierEntry.url_key == url_key
        )
    )


def unbury_url(session: Session, *, source_id: int, url_key: str) -> bool:
    """Let a buried URL be taken in again. False if it was not buried."""
    done = session.execute(
        delete(Tombstone)
        .where(Tombstone.source_id == source_id, Tombstone.url_key == url_key)
        .returning(Tombstone.url_key)
    ).scalar()
    return done is not None
