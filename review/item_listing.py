"""One page of the item list: the rows that pass the filters, folded where something is searched."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from review.citing import Cited, cited
from review.desk import Desk
from review.folding import line_rows
from review.item_filters import ItemFilters, to_storage
from review.paging import Paging, paged
from storage.documents import DocumentFilter, DocumentRow, count_documents
from storage.listing import list_documents, rows_by_id
from storage.query import QueryError, parse_query
from storage.search import Order, search
from storage.search_folds import Folded, Line, fold_matches


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list. ``lines`` and ``found``, the pages that match: of folded results.
    ``problem``: what of the question was not understood; ``cited``: the document that the rows
    cite, as it is shown."""

    rows: list[DocumentRow]
    paging: Paging
    lines: tuple[Line, ...] = ()
    found: str = ""
    problem: str = ""
    cited: str = ""


def listed(session: Session, desk: Desk, filters: ItemFilters) -> Listed:
    """The page of the list that was asked for."""
    document = cited(session, filters.cites) if filters.cites else None
    problem = desk.texts("items.cites_unknown") if filters.cites and document is None else ""
    wanted = to_storage(filters, desk.clock)
    if document is not None:
        wanted = replace(wanted, without=document.own)
    try:
        found = _listed(session, desk, filters, _asking(wanted, filters.q, document))
    except QueryError as error:
        problem = desk.texts("query_error.bad", why=desk.one_language(str(error)))
        wanted = _asking(wanted, _as_words(filters.q), document)
        found = _listed(session, desk, filters, wanted)
    return replace(found, problem=problem, cited=document.shown if document is not None else "")


def _asking(wanted: DocumentFilter, query: str | None, document: Cited | None) -> DocumentFilter:
    """Both questions as one. Raises QueryError."""
    parts = [query, document.query if document is not None else ""]
    given = [part for part in parts if part]
    if len(given) > 1:
        for part in given:
            parse_query(part)  # a bracket of the one must not close that around it
    joined = given[0] if len(given) == 1 else " ".join(f"({part})" for part in given)
    return replace(wanted, query=joined or None)


def _listed(session: Session, desk: Desk, filters: ItemFilters, wanted: DocumentFilter) -> Listed:
    query = (wanted.query or "").strip()
    if query and filters.folded:
        order: Order = "relevance" if filters.order == "relevance" else "newest"
        folded = fold_matches(session, query, filters=wanted, order=order)
        paging = _paging(desk, filters, len(folded.lines))
        lines = folded.lines[paging.offset : paging.offset + paging.size]
        return Listed(line_rows(session, query, lines), paging, lines, _found(folded, paging))
    paging = _paging(desk, filters, count_documents(session, filters=wanted))
    return Listed(_rows(session, wanted, filters, paging), paging)


def _found(folded: Folded, paging: Paging) -> str:
    """How many pages were found, where lines stand for more than one of them."""
    if folded.capped:
        return f"{folded.pages}+"
    return str(folded.pages) if folded.pages > paging.total else ""


def _paging(desk: Desk, filters: ItemFilters, total: int) -> Paging:
    return paged(
        desk.query().get("page"),
        size=desk.site.config.page_size,
        total=total,
        query=filters.query,
        address="/items",
    )


def _rows(
    session: Session, wanted: DocumentFilter, filters: ItemFilters, paging: Paging
) -> list[DocumentRow]:
    if wanted.query and filters.order == "relevance":
        hits = search(
            session,
            wanted.query,
            filters=wanted,
            order="relevance",
            limit=paging.size,
            offset=paging.offset,
        )
        by_id = rows_by_id(session, [hit.document_id for hit in hits])
        return [
            replace(by_id[hit.document_id], snippet=hit.snippet)
            for hit in hits
            if hit.document_id in by_id
        ]
    return list_documents(session, filters=wanted, limit=paging.size, offset=paging.offset)


def _as_words(query: str) -> str | None:
    """A query that could not be read, as one phrase of its letters and digits."""
    words = "".join(char if char.isalnum() else " " for char in query).split()
    return " ".join(f'"{word}"' for word in words[:20]) or None
