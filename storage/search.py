"""Full-text search: candidates from the index, then, where needed, a look at the text.

Newest first by default, which the index gives for free. Ranking looks at the newest title hits
and the newest other hits, a bounded number, because ordering a common word by score would mean
reading every posting.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from storage.file_texts import FilePiece, file_pieces
from storage.filters import DocumentFilter
from storage.index_queue import reindex
from storage.matching import Candidate, Plan, plan_query, score
from storage.models import LATEST_VERSION, Document, DocumentVersion
from storage.query import QueryError
from storage.search_index import require_index
from storage.search_read import Reading
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
_LOOSE_HOLDS = 8  # one of so many must hold, or the index is asked strictly

_SHOWN = (
    select(Document.id, Document.title, DocumentVersion.body_text)
    .join(DocumentVersion, LATEST_VERSION)
    .where(Document.id.in_(bindparam("ids", expanding=True)))
)


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
    plan = plan_query(query)
    reading = Reading(session, plan, filters or DocumentFilter())
    if order == "relevance":
        ranked = _ranked(reading, plan)[offset : offset + limit]
        return _hits(
            session, plan, [found for _, found in ranked], [points for points, _ in ranked]
        )
    matches = _matches(reading, plan, first=offset + limit)
    chosen = [found for _, found in zip(range(offset + limit), matches, strict=False)]
    return _hits(session, plan, chosen[offset:])


def matching_ids(
    session: Session,
    query: str,
    *,
    filters: DocumentFilter | None = None,
    order: Order = "newest",
    most: int = COUNT_CAP,
) -> list[int]:
    """The ids of what ``search`` finds, in its order, at most ``most`` of them."""
    plan = plan_query(query)
    reading = Reading(session, plan, filters or DocumentFilter())
    if order == "relevance":
        return [found.id for _, found in _ranked(reading, plan)[:most]]
    matches = _matches(reading, plan, first=most)
    return [_id(found) for _, found in zip(range(most), matches, strict=False)]


def hits_for(session: Session, query: str, document_ids: Sequence[int]) -> list[SearchHit]:
    """Titles and pieces of text of documents that are known to match."""
    return _hits(session, plan_query(query), document_ids)


def count_matches(
    session: Session, query: str, *, filters: DocumentFilter | None = None, most: int = COUNT_CAP
) -> int:
    """How many documents match, counted up to ``most``."""
    plan = plan_query(query)
    reading = Reading(session, plan, filters or DocumentFilter())
    if plan.exact:
        return min(most, reading.count(most=most) + len(reading.waiting()))
    return sum(1 for _ in zip(range(most), _matches(reading, plan, first=most), strict=False))


_Found = Candidate | int
"""A document found: with its texts if they had to be read, else its id."""


def _id(found: _Found) -> int:
    return found if isinstance(found, int) else found.id


def _matches(reading: Reading, plan: Plan, *, first: int) -> Iterator[_Found]:
    """Matching documents, newest first."""
    waiting = reading.waiting()
    for indexed in _indexed_matches(reading, plan, first=first):
        place = _id(indexed)
        while waiting and waiting[0].id >= place:
            ahead = waiting.pop(0)
            if ahead.id > place:
                yield ahead
        yield indexed
    yield from waiting


def _indexed_matches(reading: Reading, plan: Plan, *, first: int) -> Iterator[_Found]:
    below: int | None = None
    sizes = (min(_CHUNK, first + first // 4 + 1), _CHUNK // 2)  # most of what is given holds
    looked = held = 0
    if reading.floor is not None:
        for portion in reading.walked(sizes):
            for found in portion:
                if plan.holds(found):
                    held += 1
                    yield found
        below = reading.floor + 1
    for loose in (True, False) if reading.has_loose and first <= _CHUNK else (False,):
        if plan.exact and not loose:
            break
        for portion in reading.portions(sizes, below=below, loose=loose):
            for found in portion:
                if plan.holds(found):
                    held += 1
                    yield found
            looked += len(portion)
            below = portion[-1].id
            if loose and looked >= sizes[0] and held * _LOOSE_HOLDS < looked:
                break
        else:
            return
    yield from reading.ids(most=first - held, below=below)


def _ranked(reading: Reading, plan: Plan) -> list[tuple[float, Candidate]]:
    found = {item.id: item for item in reading.in_titles(most=RANKED_TITLES)}
    for item in reading.candidates(most=RANKED_OTHERS):
        found[item.id] = item
    for item in reading.waiting():
        found[item.id] = item
    newest = max((item.day for item in found.values()), default=None)
    ranked = [
        (score(plan, item, newest=newest or item.day), item)
        for item in found.values()
        if plan.holds(item)
    ]
    ranked.sort(key=lambda pair: (-pair[0], -pair[1].id))
    return ranked


def _hits(
    session: Session, plan: Plan, chosen: Sequence[_Found], scores: Sequence[float] = ()
) -> list[SearchHit]:
    texts = {
        found.id: (found.text.title, found.text.body)
        for found in chosen
        if isinstance(found, Candidate)
    }
    bare = [found for found in chosen if isinstance(found, int)]
    if bare:
        rows = session.connection().execute(_SHOWN, {"ids": bare})
        texts.update((key, (title, body)) for key, title, body in rows)
    elsewhere = [key for key, pair in texts.items() if not mentions("\n".join(pair), plan.phrases)]
    files = file_pieces(session.connection(), elsewhere) if plan.phrases else {}
    return [
        SearchHit(
            key,
            title=highlight(texts[key][0], plan.phrases),
            snippet=_snippet(texts[key][1], files.get(key, ()), plan.phrases),
            score=points,
        )
        for key, points in zip(map(_id, chosen), scores or [0.0] * len(chosen), strict=True)
        if key in texts
    ]


def _snippet(body: str, files: Sequence[FilePiece], phrases: Sequence[str]) -> tuple[Segment, ...]:
    """A piece of the body; of a file, with its name, where only that says what was looked for."""
    for piece in files:
        if mentions(piece.text, phrases):
            return (Segment(f"附件《{piece.name}》："), *snippet(piece.text, phrases))
    return snippet(body, phrases)
