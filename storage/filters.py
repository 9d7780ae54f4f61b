"""Which documents are meant: filters as values, and as SQL conditions on ``document``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import ColumnElement, Text, and_, cast, exists, or_, select
from sqlalchemy.orm import aliased

from storage.models import Document, DocumentLabel, Label, Source


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """All given conditions must hold; ``query`` is the search language of :mod:`storage.query`.

    ``since`` and ``until`` (inclusive) are days of publication, or of first sight if the page
    has no date; ``seen_since`` and ``seen_before`` are UTC instants of first sight. ``region``
    matches the region itself and what lies below it (``CN-44`` and ``CN-4401``, ``广东/``).
    ``states`` empty means any state. All ``labels`` must be in
    force. ``representatives`` leaves out repeated texts, ``revised`` keeps only documents with
    more than one version, ``without`` leaves out these documents.
    """

    query: str | None = None
    source: str | None = None
    label: str | None = None
    labels: tuple[str, ...] = ()
    region: str | None = None
    level: str | None = None
    issuer: str | None = None
    doc_type: str | None = None
    lang: str | None = None
    review_state: str | None = None
    since: date | None = None
    until: date | None = None
    seen_since: datetime | None = None
    seen_before: datetime | None = None
    changed_since: datetime | None = None
    cluster_id: int | None = None
    representatives: bool = False
    revised: bool = False
    without: tuple[int, ...] = ()
    states: tuple[str, ...] = ("live", "gone")


def escape_like(text: str) -> str:
    """``text`` as a literal for LIKE with ``\\`` as escape character."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def contains(column: ColumnElement[str] | object, text: str) -> ColumnElement[bool]:
    """Case-insensitive "contains this literal text"."""
    return cast(column, Text).ilike(f"%{escape_like(text)}%", escape="\\")


def issuer_is(text: str) -> ColumnElement[bool]:
    """Publisher, issuer or one of the issuing bodies contains ``text``."""
    return or_(
        contains(Document.publisher, text),
        contains(Document.issuer, text),
        contains(Document.issuing_bodies, text),
    )


def day_since(day: date) -> ColumnElement[bool]:
    """Published (or, undated, first seen) on ``day`` or later."""
    start = datetime.combine(day, time(), tzinfo=UTC)
    return or_(
        Document.published_on >= day,
        and_(Document.published_on.is_(None), Document.first_seen_at >= start),
    )


def day_until(day: date) -> ColumnElement[bool]:
    """Published (or, undated, first seen) on ``day`` or earlier."""
    end = datetime.combine(day, time.max, tzinfo=UTC)
    return or_(
        Document.published_on <= day,
        and_(Document.published_on.is_(None), Document.first_seen_at <= end),
    )


def region_is(region: str) -> ColumnElement[bool]:
    """The region itself or one below it."""
    return Document.region.like(f"{escape_like(region)}%", escape="\\")


def has_label(slug: str) -> ColumnElement[bool]:
    """The label is in force: given by a person, or by a rule or model and denied by nobody."""
    human = aliased(DocumentLabel)
    denied = exists().where(
        human.document_id == DocumentLabel.document_id,
        human.label_id == DocumentLabel.label_id,
        human.origin == "human",
        human.present.is_(False),
    )
    given = (
        select(DocumentLabel.document_id)
        .join(Label, Label.id == DocumentLabel.label_id)
        .where(
            DocumentLabel.document_id == Document.id,
            Label.slug == slug,
            DocumentLabel.present,
            ~denied,
        )
    )
    return given.exists()


def source_is(key: str) -> ColumnElement[bool]:
    """The document comes from the source with this key."""
    return Document.source_id == select(Source.id).where(Source.key == key).scalar_subquery()


def conditions(filters: DocumentFilter) -> list[ColumnElement[bool]]:
    """The SQL conditions of all filters but ``query``."""
    found: list[ColumnElement[bool]] = []
    if filters.states:
        # no IN: its list would be written anew for every execution
        found.append(or_(*(Document.state == state for state in filters.states)))
    equal = (
        (Document.level, filters.level),
        (Document.doc_type, filters.doc_type),
        (Document.lang, filters.lang),
        (Document.review_state, filters.review_state),
        (Document.cluster_id, filters.cluster_id),
    )
    found.extend(column == value for column, value in equal if value is not None)
    if filters.source is not None:
        found.append(source_is(filters.source))
    wanted = {*filters.labels, *([filters.label] if filters.label else [])}
    found.extend(has_label(slug) for slug in sorted(wanted))
    if filters.region is not None:
        found.append(region_is(filters.region))
    if filters.issuer is not None:
        found.append(issuer_is(filters.issuer))
    if filters.since is not None:
        found.append(day_since(filters.since))
    if filters.until is not None:
        found.append(day_until(filters.until))
    if filters.seen_since is not None:
        found.append(Document.first_seen_at >= filters.seen_since)
    if filters.seen_before is not None:
        found.append(Document.first_seen_at < filters.seen_before)
    if filters.changed_since is not None:
        found.append(Document.changed_at >= filters.changed_since)
    if filters.revised:
        found.append(Document.latest_seq > 1)
    found.extend(Document.id != document_id for document_id in filters.without)
    if filters.representatives:
        found.append(Document.duplicate_of.is_(None))
    return found
