"""Search results fold an event: the best page of a policy with a line for its other pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from review.queries.events import events_of
from storage.listing import DocumentRow, rows_by_id
from storage.search import hits_for
from storage.search_folds import Line

Row = dict[str, Any]
MOST_FOLDED = 30
"""Pages named beneath a line; the rest is only counted."""


def line_rows(session: Session, query: str, lines: Sequence[Line]) -> list[DocumentRow]:
    """The rows of the pages that stand for their lines, with what was found in them."""
    ids = [line.document_id for line in lines]
    hits = {hit.document_id: hit for hit in hits_for(session, query, ids)}
    rows = rows_by_id(session, ids)
    return [
        replace(rows[key], snippet=hits[key].snippet) for key in ids if key in rows and key in hits
    ]


def fold(session: Session, rows: list[Row], lines: Sequence[Line]) -> list[Row]:
    """The rows with their event; ``lines`` name the pages folded beneath each, none where a list
    shows every page."""
    found = events_of(session, [row["id"] for row in rows])
    others = {line.document_id: line.others for line in lines}
    named = [key for keys in others.values() for key in keys[:MOST_FOLDED]]
    known = rows_by_id(session, named) if named else {}
    for row in rows:
        keys = others.get(row["id"], ())
        row["event"], row["folded_count"] = None, len(keys)
        row["folded"] = [known[key] for key in keys[:MOST_FOLDED] if key in known]
        if row["id"] in found:
            event_id, title, size = found[row["id"]]
            row["event"] = {"id": event_id, "title": title, "size": size}
    return rows
