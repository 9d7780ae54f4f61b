"""Clusters as people see and shape them. What a person decided is kept pair by pair, so that
code, now or after a rebuild, never undoes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import combinations

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from storage.errors import NotFound
from storage.grouping import join_cluster
from storage.models import Cluster, ClusterVerdict, Document
from storage.verdicts import put_verdicts


def members(session: Session, cluster_id: int) -> list[Document]:
    """The documents of a cluster, its representative first."""
    cluster = session.get(Cluster, cluster_id)
    first = cluster.representative_id if cluster else None
    rows = session.scalars(
        select(Document).where(Document.cluster_id == cluster_id).order_by(Document.id)
    )
    return sorted(rows, key=lambda row: (row.id != first, row.id))


def members_of(session: Session, cluster_ids: Iterable[int]) -> dict[int, list[Document]]:
    """The documents of several clusters by cluster id, oldest first."""
    found: dict[int, list[Document]] = {cluster_id: [] for cluster_id in cluster_ids}
    for row in session.scalars(
        select(Document).where(Document.cluster_id.in_(list(found))).order_by(Document.id)
    ):
        if row.cluster_id is not None:
            found[row.cluster_id].append(row)
    return found


def _documents(session: Session, document_ids: Sequence[int]) -> list[Document]:
    rows = list(
        session.scalars(
            select(Document)
            .where(Document.id.in_(list(document_ids)))
            .order_by(Document.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    missing = set(document_ids) - {row.id for row in rows}
    if missing:
        raise NotFound(f"没有这些文档 / no such documents: {sorted(missing)}")
    return rows


_AT = select(Document.id, Document.title).where(
    Document.source_id == bindparam("source"),
    Document.url_key == bindparam("key"),
    Document.state == "live",
)


def page_at(session: Session, *, source_id: int, url_key: str) -> tuple[int, str] | None:
    """(document, title) of a live page of a source by its address."""
    found = session.execute(_AT, {"source": source_id, "key": url_key}).one_or_none()
    return (found.id, found.title) if found else None


def join_parts(
    session: Session, document_id: int, *, first_id: int, now: datetime
) -> tuple[int, int] | None:
    """Put a later page of an article beside its first page; (representative, cluster) or None."""
    return join_cluster(
        session, document_id=document_id, other_id=first_id, method="pages", now=now
    )


def merge(session: Session, document_ids: Sequence[int], *, actor: str, now: datetime) -> Cluster:
    """A person says that these documents (and the clusters they stand in) are one.

    Returns the cluster they now share; its representative is kept, or is the oldest document.
    """
    rows = _documents(session, document_ids)
    clusters = sorted({row.cluster_id for row in rows if row.cluster_id is not None})
    everybody = {row.id: row for row in rows}
    for row in session.scalars(select(Document).where(Document.cluster_id.in_(clusters))):
        everybody[row.id] = row
    if clusters:
        target = session.get_one(Cluster, clusters[0])
    else:
        target = Cluster(method="human", created_at=now, updated_at=now)
        session.add(target)
        session.flush()
    put_verdicts(
        session,
        ClusterVerdict,
        combinations(sorted(everybody), 2),
        verdict="same",
        actor=actor,
        now=now,
    )
    target.method, target.locked_by = "human", actor
    for row in everybody.values():
        row.cluster_id, row.cluster_locked = target.id, True
    for gone in clusters[1:]:
        session.flush()
        session.delete(session.get_one(Cluster, gone))
    _settle(session, target, now=now)
    return target


def split(
    session: Session, document_ids: Sequence[int], *, actor: str, now: datetime
) -> Cluster | None:
    """A person takes these documents out of their cluster; together they form a new one.

    Returns the new cluster, None for a single document, which then stands alone.
    """
    rows = _documents(session, document_ids)
    left = {row.cluster_id for row in rows if row.cluster_id is not None}
    taken = {row.id for row in rows}
    staying = [
        row
        for row in session.scalars(select(Document).where(Document.cluster_id.in_(list(left))))
        if row.id not in taken
    ]
    pairs = [(row.id, other.id) for row in rows for other in staying]
    put_verdicts(session, ClusterVerdict, pairs, verdict="different", actor=actor, now=now)
    for row in rows:
        row.cluster_id, row.duplicate_of, row.cluster_locked = None, None, True
    session.flush()
    for cluster_id in left:
        cluster = session.get_one(Cluster, cluster_id)
        cluster.locked_by = actor
        _settle(session, cluster, now=now)
    if len(rows) < 2:
        return None
    new = Cluster(method="human", locked_by=actor, created_at=now, updated_at=now)
    session.add(new)
    session.flush()
    for row in rows:
        row.cluster_id = new.id
    _settle(session, new, now=now)
    return new


def set_representative(
    session: Session, cluster_id: int, *, document_id: int, actor: str, now: datetime
) -> None:
    """A person chooses the document that stands for the cluster."""
    cluster = session.get_one(Cluster, cluster_id)
    if document_id not in {row.id for row in members(session, cluster_id)}:
        raise NotFound(f"文档 {document_id} 不在这一组 / document not in this cluster")
    cluster.representative_id, cluster.locked_by = document_id, actor
    _settle(session, cluster, now=now)


def _settle(session: Session, cluster: Cluster, *, now: datetime) -> None:
    """Make size, representative and ``duplicate_of`` agree with the members."""
    session.flush()
    ids = list(
        session.scalars(
            select(Document.id).where(Document.cluster_id == cluster.id).order_by(Document.id)
        )
    )
    if not ids:
        session.delete(cluster)
        session.flush()
        return
    if cluster.representative_id not in ids:
        cluster.representative_id = ids[0]
    cluster.size, cluster.updated_at = len(ids), now
    first = cluster.representative_id
    session.execute(
        update(Document)
        .where(Document.cluster_id == cluster.id)
        .values(duplicate_of=func.nullif(first, Document.id))
    )
    session.flush()
