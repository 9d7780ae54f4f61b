"""Which documents belong into an issue: read from storage, nothing decided about words.

New are live documents that no issue of the edition has carried yet and that were first seen
since the issue before the last one: a crawl that was still writing when the last issue was
composed loses nothing. Documents that an earlier issue carried come again only when their text
changed or their page vanished. All instants are aware UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from digest.periods import Period
from digest.places import is_within
from digest.settings import EditionConfig
from storage.filters import DocumentFilter
from storage.held import not_held
from storage.issues import earlier_appearances, list_issues
from storage.labels import LabelView, labels_of
from storage.models import (
    LATEST_VERSION,
    Document,
    DocumentVersion,
    Issue,
    IssueItem,
    Source,
    Watch,
)
from storage.query import QueryError
from storage.search import search

CATCH_UP = timedelta(days=62)
ACCEPTANCE_TIME = timedelta(days=31)
EXCERPT_CHARS = 6000
_WATCH_HITS = 2000


@dataclass(frozen=True, slots=True)
class Found:
    """One document with what composing needs.

    ``earlier`` is the number of the issue that carried it, ``shown`` the version it showed.
    """

    document: Document
    version_id: int
    text_length: int
    source_key: str
    source_title: str
    source_publisher: str
    source_level: str | None
    labels: tuple[LabelView, ...] = ()
    earlier: int = 0
    shown: int = 0

    @property
    def publisher(self) -> str:
        """Who shows the page."""
        return self.document.publisher or self.source_publisher or self.source_title


def new_documents(
    session: Session, *, edition: EditionConfig, period: Period, now: datetime
) -> list[Found]:
    """Documents for the issue that it has never carried, filtered by the edition's settings."""
    rows = _rows(
        session,
        Document.state == "live",
        Document.first_seen_at >= _since(session, edition=edition, period=period),
        Document.first_seen_at < max(period.end, period.start),
        ~_carried(edition.key),
        _reviewed(edition),
        not_held(),
    )
    oldest = period.start.astimezone(edition.zone).date() - timedelta(days=edition.max_age_days)
    kept = [row for row in rows if _wanted(row, edition, oldest)]
    return _labelled(session, kept, edition)


def changed_documents(session: Session, *, edition: EditionConfig, period: Period) -> list[Found]:
    """Documents that an earlier issue carried and whose text changed, or whose page vanished."""
    carried = exists().where(
        IssueItem.document_id == Document.id,
        IssueItem.issue_id == Issue.id,
        Issue.edition == edition.key,
        Issue.state.in_(("sending", "sent")),
    )
    rows = _rows(
        session,
        carried,
        or_(
            (Document.state == "live") & (Document.changed_at >= period.start - CATCH_UP),
            (Document.state == "gone") & (Document.gone_at >= period.start),
        ),
        Document.review_state != "rejected",
    )
    shown = earlier_appearances(
        session,
        edition=edition.key,
        document_ids=[row.document.id for row in rows],
        before=period.end,
    )
    seqs = _changed_after(session, shown)
    kept = []
    for row in rows:
        number, version_id = shown.get(row.document.id, (0, 0))
        vanished = row.document.state == "gone"
        if number and (vanished or (version_id != row.version_id and row.document.id in seqs)):
            kept.append(replace(row, earlier=number, shown=version_id))
    return _labelled(session, kept, edition)


def cluster_members(session: Session, cluster_ids: Iterable[int]) -> dict[int, list[Found]]:
    """All live documents of the clusters, by cluster."""
    wanted = list(cluster_ids)
    members: dict[int, list[Found]] = {cluster: [] for cluster in wanted}
    if wanted:
        live = (Document.cluster_id.in_(wanted), Document.state == "live")
        for row in _rows(session, *live, Document.review_state != "rejected"):
            if row.document.cluster_id is not None:
                members[row.document.cluster_id].append(row)
    return members


def carried_clusters(
    session: Session, *, edition: str, cluster_ids: Iterable[int]
) -> dict[int, list[tuple[int, int]]]:
    """For each cluster: (document, issue number) of its members in live issues of the edition."""
    wanted = list(cluster_ids)
    found: dict[int, list[tuple[int, int]]] = {}
    if not wanted:
        return found
    rows = session.execute(
        select(Document.cluster_id, Document.id, Issue.number)
        .join(IssueItem, IssueItem.document_id == Document.id)
        .join(Issue, Issue.id == IssueItem.issue_id)
        .where(Issue.edition == edition, Issue.state != "void", Document.cluster_id.in_(wanted))
        .order_by(Issue.number)
    )
    for cluster, document, number in rows:
        if cluster is not None:
            found.setdefault(cluster, []).append((document, number))
    return found


def with_deadlines(
    session: Session, *, edition: str, first: date, last: date, also: Sequence[int]
) -> list[Document]:
    """Live documents, carried by the edition or listed in ``also``, with a day in the range."""
    near = or_(
        Document.comments_until.between(first, last), Document.effective_on.between(first, last)
    )
    known = or_(_carried(edition), Document.id.in_(list(also)))
    return list(
        session.scalars(
            select(Document).where(near, known, Document.state == "live").order_by(Document.id)
        )
    )


def excerpts(session: Session, version_ids: Sequence[int]) -> dict[int, str]:
    """The first 6,000 characters of versions, by version id."""
    rows = session.execute(
        select(DocumentVersion.id, func.substr(DocumentVersion.body_text, 1, EXCERPT_CHARS)).where(
            DocumentVersion.id.in_(list(version_ids))
        )
    )
    return {version_id: text or "" for version_id, text in rows}


def version_texts(session: Session, version_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """(title, whole text) of versions, by version id."""
    rows = session.execute(
        select(DocumentVersion.id, DocumentVersion.title, DocumentVersion.body_text).where(
            DocumentVersion.id.in_(list(version_ids))
        )
    )
    return {key: (title or "", text or "") for key, title, text in rows}


def watch_hits(
    session: Session, *, owners: Sequence[str], documents: Sequence[Found], since: datetime
) -> dict[int, list[str]]:
    """Names of the watches of these owners (``*`` = all) that each document matches."""
    hits: dict[int, list[str]] = {}
    if not owners:
        return hits
    by_id = {found.document.id: found for found in documents}
    query = select(Watch).order_by(Watch.id)
    if "*" not in owners:
        query = query.where(Watch.owner.in_(list(owners)))
    for watch in session.scalars(query):
        for document_id in _matches(session, watch, by_id, since):
            hits.setdefault(document_id, []).append(watch.name)
    return hits


def _matches(session: Session, watch: Watch, by_id: dict[int, Found], since: datetime) -> list[int]:
    chosen = set(by_id)
    if watch.query.strip():
        filters = DocumentFilter(seen_since=since)
        try:
            found = search(session, watch.query, limit=_WATCH_HITS, filters=filters)
        except QueryError:
            return []
        chosen &= {hit.document_id for hit in found}
    if watch.labels:
        wanted = set(watch.labels)
        chosen = {key for key in chosen if wanted & {label.slug for label in by_id[key].labels}}
    if watch.regions:
        chosen = {
            key
            for key in chosen
            if any(is_within(by_id[key].document.region, region) for region in watch.regions)
        }
    if not (watch.query.strip() or watch.labels or watch.regions):
        return []
    return sorted(chosen)


def _rows(session: Session, *where: ColumnElement[bool]) -> list[Found]:
    query = (
        select(
            Document,
            DocumentVersion.id,
            DocumentVersion.text_length,
            Source.key,
            Source.title,
            Source.publisher,
            Source.level,
        )
        .join(Source, Source.id == Document.source_id)
        .join(DocumentVersion, LATEST_VERSION)
        .where(*where)
        .order_by(Document.id)
    )
    return [Found(*row) for row in session.execute(query)]


def _since(session: Session, *, edition: EditionConfig, period: Period) -> datetime:
    """First sight from which documents count: the period before, and those of dropped issues."""
    since = period.start
    for issue in list_issues(session, edition=edition.key, limit=20):
        if issue.period_start < since:
            since = issue.period_start
            if issue.state != "void":
                break
    if edition.accepted_only:
        since = min(since, period.start - ACCEPTANCE_TIME)
    return max(since, period.end - CATCH_UP)


def _carried(edition: str) -> ColumnElement[bool]:
    return exists().where(
        IssueItem.document_id == Document.id,
        IssueItem.issue_id == Issue.id,
        Issue.edition == edition,
        Issue.state != "void",
    )


def _reviewed(edition: EditionConfig) -> ColumnElement[bool]:
    if edition.accepted_only:
        return Document.review_state == "accepted"
    return Document.review_state != "rejected"


def _wanted(row: Found, edition: EditionConfig, oldest: date) -> bool:
    document = row.document
    if document.published_on is not None and document.published_on < oldest:
        return False
    if edition.sources and row.source_key not in edition.sources:
        return False
    level = document.level or row.source_level
    if edition.levels and level not in edition.levels:
        return False
    regions = edition.regions
    return not regions or any(is_within(document.region, region) for region in regions)


def _labelled(session: Session, rows: list[Found], edition: EditionConfig) -> list[Found]:
    labels = labels_of(session, [row.document.id for row in rows])
    found = [replace(row, labels=tuple(labels.get(row.document.id, ()))) for row in rows]
    if not edition.topics or edition.words:
        # with words a page may matter without a topic: the relevance decides
        return found
    wanted = set(edition.topics)
    return [
        row for row in found if wanted & {name for label in row.labels for name in _names(label)}
    ]


def _names(label: LabelView) -> tuple[str, str]:
    return (label.slug, label.title)


def _changed_after(session: Session, shown: dict[int, tuple[int, int]]) -> set[int]:
    """Documents with a change of content after the version that was shown, and another text now.

    A page that was changed and put back, or that two servers of a site give in two versions, says
    what the reader has read.
    """
    if not shown:
        return set()
    versions = [version_id for _, version_id in shown.values()]
    columns = (DocumentVersion.document_id, DocumentVersion.text_sha256, DocumentVersion.title)
    query = select(*columns, DocumentVersion.seq).where(DocumentVersion.id.in_(versions))
    seen = {row.document_id: row for row in session.execute(query)}
    query = select(*columns, DocumentVersion.seq).join(Document, LATEST_VERSION)
    now = {row.document_id: row for row in session.execute(query.where(Document.id.in_(seen)))}
    rows = session.execute(
        select(DocumentVersion.document_id, func.max(DocumentVersion.seq))
        .where(DocumentVersion.document_id.in_(seen), DocumentVersion.change == "content")
        .group_by(DocumentVersion.document_id)
    )
    return {
        document
        for document, seq in rows
        if seq > seen[document].seq and now[document][1:3] != seen[document][1:3]
    }
