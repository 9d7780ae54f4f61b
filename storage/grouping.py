"""How code puts a document into a cluster, within what people have decided."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from storage.models import Cluster, ClusterVerdict, Document


def told_apart(session: Session, document_id: int, *, others: list[int]) -> bool:
    """True if a person said that the document and one of ``others`` are different."""
    pairs = or_(
        and_(ClusterVerdict.low_id == document_id, ClusterVerdict.high_id.in_(others)),
        and_(ClusterVerdict.high_id == document_id, ClusterVerdict.low_id.in_(others)),
    )
    found = session.scalar(
        select(ClusterVerdict.low_id).where(ClusterVerdict.verdict == "different", pairs).limit(1)
    )
    return found is not None


def join_cluster(
    session: Session, *, document_id: int, other_id: int, method: str, now: datetime
) -> tuple[int, int] | None:
    """Put a document that stands alone beside another one, in its cluster or a new one.

    Returns (representative, cluster id), or None if a person has told them apart or ``other_id``
    is gone. A document that a person placed, or that is clustered already, is not moved.
    """
    other = session.execute(
        select(Document.cluster_id, Document.cluster_locked)
        .where(Document.id == other_id)
        .with_for_update()
    ).one_or_none()
    if other is None:
        return None
    cluster_id = other.cluster_id
    members = [other_id]
    if cluster_id is not None:
        members = list(
            session.scalars(select(Document.id).where(Document.cluster_id == cluster_id).limit(500))
        )
    if told_apart(session, document_id, others=members):
        return None
    if cluster_id is None:
        cluster = Cluster(
            representative_id=other_id, size=1, method=method, created_at=now, updated_at=now
        )
        session.add(cluster)
        session.flush()
        cluster_id, representative = cluster.id, other_id
        _place(session, other_id, cluster_id=cluster_id, duplicate_of=None)
    else:
        found = session.get(Cluster, cluster_id)
        representative = (found.representative_id if found else None) or other_id
    _place(session, document_id, cluster_id=cluster_id, duplicate_of=representative)
    session.execute(
        update(Cluster)
        .where(Cluster.id == cluster_id)
        .values(size=Cluster.size + 1, updated_at=now)
    )
    return representative, cluster_id


def _place(
    session: Session, document_id: int, *, cluster_id: int, duplicate_of: int | None
) -> None:
    session.execute(
        update(Document)
        .where(Document.id == document_id)
        .values(cluster_id=cluster_id, duplicate_of=duplicate_of)
    )
