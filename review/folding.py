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
    groups: dict[int, list[Row]] = {}
    for row in rows:
        row["event"], row["folded"] = None, []
        event = found.get(row["id"])
        if event is None:
            shown.append(row)
            continue
        event_id, title, size = event
        row["event"] = {"id": event_id, "title": title, "size": size}
        if not filters.q:
            shown.append(row)
        elif event_id in groups:
            groups[event_id].append(row)
        else:
            groups[event_id] = [row]
            shown.append(row)
    return [_best(groups[row["event"]["id"]]) if _grouped(row, groups) else row for row in shown]


def _grouped(row: Row, groups: dict[int, list[Row]]) -> bool:
    return row["event"] is not None and row["event"]["id"] in groups


def _best(rows: list[Row]) -> Row:
    """The page with a document number, else the one found first; the others beneath it."""
    head = min(rows, key=lambda row: row["doc_number"] is None)
    head["folded"] = [row for row in rows if row is not head]
    return head
