"""Labels on documents: human beats rule beats model when they are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, func, select, text
from sqlalchemy.orm import Session

from storage.later import Later
from storage.models import Document, DocumentLabel, Label
from storage.models.label import LABEL_ORIGINS
from storage.prepared import Prepared, forget, once
from storage.records import LabelRecord
from storage.upsert import dialect_insert, upsert

_RANK = {origin: rank for rank, origin in enumerate(LABEL_ORIGINS)}  # human, rule, model
_labels: Table = Label.__table__  # type: ignore[assignment]

_PUT = text(
    "insert into document_label "
    "(document_id, label_id, origin, present, confidence, reason, model_version) "
    "select :document_id, id, :origin, true, :confidence, :reason, :model_version "
    "from label where slug = :slug on conflict do nothing"
)
_IDS = "label ids by slug"
_PUT_FIRST = Prepared(
    lambda _: DocumentLabel.__table__.insert().inline(),  # type: ignore[attr-defined]
    columns=[
        *("document_id", "label_id", "origin", "present", "confidence", "reason", "model_version")
    ],
)


@dataclass(frozen=True, slots=True)
class LabelTerm:
    """A term of the taxonomy."""

    slug: str
    kind: str
    title: str
    parent_slug: str | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class LabelView:
    """A label as a reader sees it: the strongest origin's word, with its reason."""

    slug: str
    kind: str
    title: str
    origin: str
    confidence: float
    reason: str | None


def sync_labels(session: Session, terms: Sequence[LabelTerm], *, now: datetime) -> None:
    """Make the label rows follow the taxonomy; terms gone from it are retired, not deleted."""
    upsert(
        session,
        Label,
        [
            {
                "slug": term.slug,
                "kind": term.kind,
                "title": term.title,
                "parent_slug": term.parent_slug,
                "position": term.position,
                "retired_at": None,
            }
            for term in terms
        ],
        keys=["slug"],
        update=["kind", "title", "parent_slug", "position", "retired_at"],
    )
    slugs = {term.slug for term in terms}
    for label in session.scalars(select(Label).execution_options(populate_existing=True)):
        if label.slug not in slugs and label.kind != "tag" and label.retired_at is None:
            label.retired_at = now
    session.flush()


def list_labels(session: Session, *, kind: str | None = None) -> list[Label]:
    """Labels in use, by kind and position."""
    query = (
        select(Label)
        .where(Label.retired_at.is_(None))
        .order_by(Label.kind, Label.position, Label.slug)
    )
    if kind is not None:
        query = query.where(Label.kind == kind)
    return list(session.scalars(query))


def _label_ids(session: Session, wanted: Mapping[str, str]) -> dict[str, int]:
    """Ids by slug for {slug: kind}; unknown slugs are added with their slug as title."""
    connection = session.connection()
    query = select(_labels.c.slug, _labels.c.id).where(_labels.c.slug.in_(list(wanted)))
    found = _pairs(connection.execute(query))
    missing = [slug for slug in wanted if slug not in found]
    if missing:
        connection.execute(
            dialect_insert(session, Label).on_conflict_do_nothing(),
            [
                {"slug": slug, "kind": wanted[slug], "title": slug, "position": 0}
                for slug in missing
            ],
        )
        found = _pairs(connection.execute(query))
    return found


def _pairs(rows: Iterable[Row[Any]]) -> dict[str, int]:
    return {row.slug: row.id for row in rows}


def _label_rows(document_id: int, labels: Sequence[LabelRecord]) -> list[dict[str, Any]]:
    """Values to insert: one row a label and origin, none for those of people."""
    guesses = {(label.slug, label.origin): label for label in labels if label.origin != "human"}
    return [
        {
            "document_id": document_id,
            "slug": label.slug,
            "origin": label.origin,
            "confidence": label.confidence,
            "reason": label.reason or None,
            "model_version": label.model_version,
        }
        for label in guesses.values()
    ]


def _ids_by_slug(connection: Connection) -> dict[str, int]:
    return dict(connection.exec_driver_sql("select slug, id from label").all())


def put_first_labels(
    session: Session,
    document_id: int,
    labels: Sequence[LabelRecord],
    *,
    connection: Connection,
    later: Later,
) -> None:
    """:func:`put_labels` for a document that this transaction, of ``connection``, just made."""
    ids = once(connection, _IDS, _ids_by_slug)
    rows = _label_rows(document_id, labels)
    for row in rows:
        row["label_id"] = ids.get(row["slug"])
        row["present"] = True
    if any(row["label_id"] is None for row in rows):
        forget(connection, _IDS)
        put_labels(session, document_id, labels, replace=False)
    elif rows:
        later.add(_PUT_FIRST, rows)


def put_labels(
    session: Session, document_id: int, labels: Sequence[LabelRecord], *, replace: bool
) -> None:
    """Store labels of rules and models; with ``replace`` their earlier ones go first.

    Labels given by people are never touched here.
    """
    if replace:
        session.execute(
            delete(DocumentLabel).where(
                DocumentLabel.document_id == document_id, DocumentLabel.origin != "human"
            )
        )
    rows = _label_rows(document_id, labels)
    if not rows:
        return
    connection = session.connection()
    if connection.execute(_PUT, rows).rowcount < len(rows):
        # A label the taxonomy has not been synchronised for yet.
        _label_ids(session, {label.slug: label.kind for label in labels if label.origin != "human"})
        connection.execute(_PUT, rows)


def set_human_label(
    session: Session,
    document_id: int,
    *,
    slug: str,
    kind: str,
    present: bool,
    actor: str,
    reason: str | None = None,
) -> None:
    """A person says that a label applies, or does not; this outranks every rule and model."""
    ids = _label_ids(session, {slug: kind})
    upsert(
        session,
        DocumentLabel,
        [
            {
                "document_id": document_id,
                "label_id": ids[slug],
                "origin": "human",
                "present": present,
                "confidence": 1.0,
                "reason": reason,
                "actor": actor,
            }
        ],
        keys=["document_id", "label_id", "origin"],
        update=["present", "confidence", "reason", "actor"],
    )


def clear_human_label(session: Session, document_id: int, *, slug: str) -> None:
    """Forget what a person said about a label; rules and models count again."""
    label_id = session.scalar(select(Label.id).where(Label.slug == slug))
    session.execute(
        delete(DocumentLabel).where(
            DocumentLabel.document_id == document_id,
            DocumentLabel.label_id == label_id,
            DocumentLabel.origin == "human",
        )
    )


def labels_of(session: Session, document_ids: Iterable[int]) -> dict[int, list[LabelView]]:
    """The labels in force of each document: the strongest origin decides, absent ones are out."""
    wanted = list(document_ids)
    rows = session.execute(
        select(
            DocumentLabel.document_id,
            DocumentLabel.origin,
            DocumentLabel.present,
            DocumentLabel.confidence,
            DocumentLabel.reason,
            Label.slug,
            Label.kind,
            Label.title,
        )
        .join(Label, Label.id == DocumentLabel.label_id)
        .where(DocumentLabel.document_id.in_(wanted))
        .order_by(DocumentLabel.document_id, Label.kind, Label.position, Label.slug)
    ).all()
    strongest: dict[tuple[int, str], tuple[int, bool, LabelView]] = {}
    for document_id, origin, present, confidence, reason, slug, kind, title in rows:
        rank = _RANK[origin]
        known = strongest.get((document_id, slug))
        if known is None or rank < known[0]:
            view = LabelView(slug, kind, title, origin, confidence, reason)
            strongest[document_id, slug] = (rank, present, view)
    result: dict[int, list[LabelView]] = {document_id: [] for document_id in wanted}
    for (document_id, _), (_, present, view) in strongest.items():
        if present:
            result[document_id].append(view)
    return result


def label_counts(session: Session, *, kind: str | None = None) -> list[tuple[Label, int]]:
    """Labels with the number of live documents that any origin gave them to."""
    query = (
        select(Label, func.count(DocumentLabel.document_id.distinct()))
        .join(DocumentLabel, DocumentLabel.label_id == Label.id)
        .join(Document, Document.id == DocumentLabel.document_id)
        .where(Document.state == "live", DocumentLabel.present)
        .group_by(Label.id)
        .order_by(Label.kind, Label.position, Label.slug)
    )
    if kind is not None:
        query = query.where(Label.kind == kind)
    return [(label, count) for label, count in session.execute(query)]
