"""Full-text search: candidates from the index, then, where needed, a look at the text.

Newest first by default, which the index gives for free. Ranking looks at the newest title hits
and the newest other hits, a bounded number, because ordering a common word by score would mean
reading every posting.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, column, func, select, table, text
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from storage.file_texts import FilePiece, file_pieces, joined
from storage.filters import DocumentFilter, conditions
from storage.index_queue import reindex
from storage.matching import Candidate, Plan, plan_query, score
from storage.models import Document, DocumentVersion, IndexQueue
from storage.query import QueryError
from storage.search_index import SearchText, require_index
from storage.snippets import Segment, highlight, mentions, snippet

__all__ = [
    "QueryError",
    "SearchHit",
    "Segment",
    "count_matches",
    "hits_for",
    "matching_ids",
    "reindex",
    "require_index",
    "search",
]

Order = Literal["newest", "relevance"]

COUNT_CAP = 1000  # counting stops here: a page shows "1000+"
RANKED_TITLES = 150  # newest title hits and other hits looked at when ranking
RANKED_OTHERS = 350
_CHUNK = 60
_ANY_WAITING = select(IndexQueue.document_id).limit(1)

_index = table("search_document", column("rowid"), column("document_id"), column("tokens"))


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A document found, with its title and a piece of its text in segments (plain text)."""

    document_id: int
    title: tuple[Segment, ...]
    snippet: tuple[Segment, ...]
    score: float = 0.0


def search(
    session: Session,
    query: str,
    *,
    limit: int = 20,
    offset: int = 0,
    order: Order = "newest",
    filters: DocumentFilter | None = None,
) -> list[SearchHit]:
    """Documents that match ``query`` and pass ``filters`` (whose own query is not used).

    Raises QueryError if the query cannot be read.
    """
    filters = filters or DocumentFilter()
    plan = plan_query(query)
    if order == "relevance":
        ranked = _ranked(session, plan, filters)
        chosen = [(found.id, points) for points, found in ranked[offset : offset + limit]]
    else:
        matches = _matches(session, plan, filters, first=offset + limit)
        chosen = [(found, 0.0) for _, found in zip(range(offset + limit), matches, strict=False)][
            offset:
        ]
    return _hits(session, plan, chosen)


def matching_ids(
    session: Session,
    query: str,
    *,
    filters: DocumentFilter | None = None,
    order: Order = "newest",
    most: int = COUNT_CAP,
) -> list[int]:
    """The ids of what ``search`` finds, in its order, at most ``most`` of them."""
    filters = filters or DocumentFilter()
    plan = plan_query(query)
    if order == "relevance":
        return [found.id for _, found in _ranked(session, plan, filters)[:most]]
    matches = _matches(session, plan, filters, first=most)
    return [found for _, found in zip(range(most), matches, strict=False)]


def hits_for(session: Session, query: str, document_ids: Sequence[int]) -> list[SearchHit]:
    """Titles and pieces of text of documents that are known to match."""
    return _hits(session, plan_query(query), [(key, 0.0) for key in document_ids])


def count_matches(
    session: Session, query: str, *, filters: DocumentFilter | None = None, most: int = COUNT_CAP
) -> int:
    """How many documents match, counted up to ``most``."""
    filters = filters or DocumentFilter()
    plan = plan_query(query)
    if plan.exact:
        statement = _candidates(session, plan, filters, columns=[Document.id]).limit(most)
        indexed = session.scalar(select(func.count()).select_from(statement.subquery())) or 0
        return min(most, indexed + len(_waiting(session, plan, filters)))
    return sum(
        1 for _ in zip(range(most), _matches(session, plan, filters, first=most), strict=False)
    )


def _candidates(
    session: Session,
    plan: Plan,
    filters: DocumentFilter,
    *,
    columns: list[Any],
    match: str | None = None,
    below: int | None = None,
) -> Select[Any]:
    """Documents that the index cannot rule out, newest first, with ids under ``below``."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    match = match or (plan.fts5 if sqlite else plan.tsquery)
    query: Select[Any] = select(*columns)
    if match is None:
        query = query.select_from(Document)
        newest: ColumnElement[Any] = Document.id.expression
    elif sqlite:
        # The plus sign keeps the planner from walking documents and asking the index for each.
        found: ColumnElement[int] = UnaryExpression(_index.c.rowid, operator=custom_op("+"))
        query = query.select_from(_index.join(Document, Document.id == found)).where(
            text("search_document match :match").bindparams(match=match)
        )
        newest = _index.c.rowid
    else:
        # Materialised: otherwise "order by id desc limit 20" makes PostgreSQL walk the primary
        # key and look at every newest document for a rare word.
        hits = (
            select(_index.c.document_id)
            .where(text("tokens @@ cast(:match as tsquery)").bindparams(match=match))
            .cte("hits")
            .prefix_with("MATERIALIZED", dialect="postgresql")
        )
        query = query.select_from(hits).join(Document, Document.id == hits.c.document_id)
        newest = Document.id.expression
    query = query.where(*conditions(filters), *plan.sql)
    if below is not None:
        query = query.where(newest < below)
    return query.order_by(newest.desc())


def _matches(session: Session, plan: Plan, filters: DocumentFilter, *, first: int) -> Iterator[int]:
    """Ids of matching documents, newest first."""
    waiting = [found.id for found in _waiting(session, plan, filters)]
    for indexed in _indexed_matches(session, plan, filters, first=first):
        while waiting and waiting[0] > indexed:
            yield waiting.pop(0)
        yield indexed
    yield from waiting


def _indexed_matches(
    session: Session, plan: Plan, filters: DocumentFilter, *, first: int
) -> Iterator[int]:
    if plan.exact:
        query = _candidates(session, plan, filters, columns=[Document.id]).limit(first)
        yield from session.scalars(query)
        return
    below: int | None = None
    size = min(_CHUNK, first + first // 4 + 1)  # most of what the index gives holds
    while True:
        chunk = _read(session, plan, filters, below=below, limit=size)
        for found in chunk:
            if plan.holds(found):
                yield found.id
        if len(chunk) < size:
            return
        below, size = chunk[-1].id, _CHUNK


def _waiting(session: Session, plan: Plan, filters: DocumentFilter) -> list[Candidate]:
    """Matching documents that are not in the index yet, newest first."""
    if plan.fts5 is None:
        return []  # such a query reads documents, not the index
    if session.scalar(_ANY_WAITING) is None:
        return []
    everything = select(*_columns(plan)).select_from(Document)
    everything = everything.where(
        Document.id.in_(select(IndexQueue.document_id)), *conditions(filters), *plan.sql
    ).order_by(Document.id.desc())
    return [found for found in _fetch(session, everything) if plan.holds(found)]


def _read(
    session: Session,
    plan: Plan,
    filters: DocumentFilter,
    *,
    limit: int,
    below: int | None = None,
    match: str | None = None,
) -> list[Candidate]:
    columns = _columns(plan)
    query = _candidates(session, plan, filters, columns=columns, below=below, match=match)
    return _fetch(session, query.limit(limit))


def _columns(plan: Plan) -> list[Any]:
    return [
        Document.id,
        Document.title,
        Document.doc_number,
        Document.publisher,
        Document.issuing_bodies,
        Document.published_on,
        Document.first_seen_at,
        DocumentVersion.body_text,
        *(condition.label(f"f{place}") for place, condition in enumerate(plan.flags)),
    ]


def _fetch(session: Session, query: Select[Any]) -> list[Candidate]:
    query = query.join(
        DocumentVersion,
        (DocumentVersion.document_id == Document.id) & (DocumentVersion.seq == Document.latest_seq),
    )
    rows = session.execute(query).all()
    files = file_pieces(session.connection(), [row[0] for row in rows])
    return [
        Candidate(
            id=row[0],
            text=SearchText(
                row[1], row[2], row[3], tuple(row[4] or ()), row[7], joined(files.get(row[0], ()))
            ),
            day=row[5] or row[6].date(),
            flags=tuple(bool(flag) for flag in row[8:]),
        )
        for row in rows
    ]


def _ranked(session: Session, plan: Plan, filters: DocumentFilter) -> list[tuple[float, Candidate]]:
    sqlite = session.get_bind().dialect.name == "sqlite"
    found: dict[int, Candidate] = {}
    in_title = plan.title_fts5 if sqlite else plan.title_tsquery
    if in_title is not None:
        for item in _read(session, plan, filters, limit=RANKED_TITLES, match=in_title):
            found[item.id] = item
    for item in _read(session, plan, filters, limit=RANKED_OTHERS):
        found[item.id] = item
    for item in _waiting(session, plan, filters):
        found[item.id] = item
    newest = max((item.day for item in found.values()), default=None)
    ranked = [
        (score(plan, item, newest=newest or item.day), item)
        for item in found.values()
        if plan.holds(item)
    ]
    ranked.sort(key=lambda pair: (-pair[0], -pair[1].id))
    return ranked


def _hits(session: Session, plan: Plan, chosen: list[tuple[int, float]]) -> list[SearchHit]:
    rows = session.execute(
        select(Document.id, Document.title, DocumentVersion.body_text)
        .join(
            DocumentVersion,
            (DocumentVersion.document_id == Document.id)
            & (DocumentVersion.seq == Document.latest_seq),
        )
        .where(Document.id.in_([found for found, _ in chosen]))
    )
    texts = {key: (title, body) for key, title, body in rows}
    elsewhere = [key for key, pair in texts.items() if not mentions("\n".join(pair), plan.phrases)]
    files = file_pieces(session.connection(), elsewhere) if plan.phrases else {}
    return [
        SearchHit(
            found,
            title=highlight(texts[found][0], plan.phrases),
            snippet=_snippet(texts[found][1], files.get(found, ()), plan.phrases),
            score=points,
        )
        for found, points in chosen
        if found in texts
    ]


def _snippet(body: str, files: Sequence[FilePiece], phrases: Sequence[str]) -> tuple[Segment, ...]:
    """A piece of the body; of a file, with its name, where only that says what was looked for."""
    for piece in files:
        if mentions(piece.text, phrases):
            return (Segment(f"附件《{piece.name}》："), *snippet(piece.text, phrases))
    return snippet(body, phrases)
