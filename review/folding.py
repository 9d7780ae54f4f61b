"""Search results fold an event: the best page of a policy with a line for its other pages."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from review.item_filters import ItemFilters
from review.queries.events import events_of

Row = dict[str, Any]


def fold(session: Session, rows: list[Row], filters: ItemFilters) -> list[Row]:
    """The rows with their event. In search results only the first row of an event stays, with the
    titles of those that were folded beneath it; lists for review show every page."""
    found = events_of(session, [row["id"] for row in rows])
    shown: list[Row] = []
    first: dict[int, Row] = {}
    for row in rows:
        event = found.get(row["id"])
        row["event"] = None
        row["folded"] = []
        if event is None:
            shown.append(row)
            continue
        event_id, title, size = event
        if filters.q and event_id in first:
            first[event_id]["folded"].append(row)
            continue
        row["event"] = {"id": event_id, "title": title, "size": size}
        first.setdefault(event_id, row)
        shown.append(row)
    return shown
