"""Search results by policy: the pages of one event, or of one text, as one line.

The matches are counted as far as any search is (``COUNT_CAP``), then folded: so the numbers of
pages and of lines are those of the whole result, and an event stands on one page of it only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.filters import DocumentFilter
from storage.models import Document, EventMember
from storage.search import COUNT_CAP, RANKED_OTHERS, Order, matching_ids

_AT_ONCE = 500  # ids in one statement


@dataclass(frozen=True, slots=True)
class Line:
    """One line of folded results: the page that stands for the others, which match as well."""

    document_id: int
    others: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded results in the order of their first pages; ``pages`` counts what was found,
    ``capped``: there may be more."""

    lines: tuple[Line, ...]
    pages: int
    capped: bool


def fold_matches(
    session: Session,
    query: str,
    *,
    filters: DocumentFilter | None = None,
    order: Order = "newest",
    most: int = COUNT_CAP,
) -> Folded:
    """All matches of ``query`` up to ``most``, folded. Raises QueryError for a bad query."""
    ids = matching_ids(session, query, filters=filters, order=order, most=most)
    reached = RANKED_OTHERS if order == "relevance" else most  # ranking looks at the newest only
    return Folded(fold_ids(session, ids), len(ids), capped=len(ids) >= reached)


def fold_ids(session: Session, document_ids: Sequence[int]) -> tuple[Line, ...]:
    """Documents in their order, those of one event or of one text under the first of them.

    The page with a document number stands for its group, else the one that came first.
    """
    groups: dict[tuple[str, int], list[tuple[int, bool]]] = {}
    facts = _facts(session, document_ids)
    for document_id in document_ids:
        event, cluster, numbered = facts.get(document_id, (None, None, False))
        key = ("page", document_id)
        if event is not None:
            key = ("event", event)
        elif cluster is not None:
            key = ("text", cluster)
        groups.setdefault(key, []).append((document_id, numbered))
    lines = []
    for members in groups.values():
        head = next((key for key, numbered in members if numbered), members[0][0])
        lines.append(Line(head, tuple(key for key, _ in members if key != head)))
    return tuple(lines)


def _facts(
    session: Session, document_ids: Sequence[int]
) -> dict[int, tuple[int | None, int | None, bool]]:
    """(event, cluster, has a number) of documents."""
    found: dict[int, tuple[int | None, int | None, bool]] = {}
    for start in range(0, len(document_ids), _AT_ONCE):
        wanted = list(document_ids[start : start + _AT_ONCE])
        query = (
            select(
                Document.id,
                EventMember.event_id,
                Document.cluster_id,
                Document.doc_number.is_not(None),
            )
            .outerjoin(EventMember, EventMember.document_id == Document.id)
            .where(Document.id.in_(wanted))
        )
        for key, event, cluster, numbered in session.execute(query):
            found[key] = event, cluster, bool(numbered)
    return found
