"""The official page of what media report: stored beside the report, never against a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from storage.event_records import EventRules, StoredPage
from storage.models import OfficialSource
from storage.upsert import upsert

_OFFICIAL = select(OfficialSource).where(
    OfficialSource.document_id.in_(bindparam("ids", expanding=True))
)
_COLUMNS = ("official_id", "url", "reason", "confidence", "origin", "found_at")


def trace_members(
    session: Session,
    pages: Sequence[StoredPage],
    *,
    among: Sequence[StoredPage],
    rules: EventRules,
    now: datetime,
) -> None:
    """Find the official page of each page that is a medium's report; what a person set stays."""
    ids = [page.document_id for page in pages]
    known = {row.document_id: row for row in session.scalars(_OFFICIAL, {"ids": ids})}
    rows = []
    for page in pages:
        stored = known.get(page.document_id)
        if stored is not None and stored.origin == "human":
            continue
        found = rules.official(page, among)
        if found is None:
            if stored is not None and stored.official_id is not None:
                session.delete(stored)
            continue
        if stored is not None and (stored.official_id, stored.url) == (
            found.document_id,
            found.url,
        ):
            continue
        rows.append(
            {
                "document_id": page.document_id,
                "official_id": found.document_id,
                "url": found.url,
                "reason": found.reason,
                "confidence": found.confidence,
                "origin": "rule",
                "found_at": now,
            }
        )
    session.flush()
    upsert(session, OfficialSource, rows, keys=["document_id"], update=_COLUMNS)


def set_official(
    session: Session,
    document_id: int,
    *,
    official_id: int | None,
    url: str,
    reason: str,
    now: datetime,
) -> None:
    """A person names the official page of a report; neither id nor address = there is none."""
    row = {
        "document_id": document_id,
        "official_id": official_id,
        "url": url,
        "reason": reason,
        "confidence": 1.0,
        "origin": "human",
        "found_at": now,
    }
    upsert(session, OfficialSource, [row], keys=["document_id"], update=_COLUMNS)
    session.expire_all()


def clear_official(session: Session, document_id: int) -> None:
    """Forget what is stored about the official page of a report."""
    session.execute(delete(OfficialSource).where(OfficialSource.document_id == document_id))


def official_of(session: Session, document_ids: Sequence[int]) -> dict[int, OfficialSource]:
    """What is known of the official pages, by report."""
    query = select(OfficialSource).where(OfficialSource.document_id.in_(list(document_ids)))
    return {row.document_id: row for row in session.scalars(query)}
