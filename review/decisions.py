"""Decisions of editors that can be taken back: how each is told, and how it is undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy.orm import Session

from digest.editing import take_back_change
from review.desk import Desk
from review.errors import StaleEdit
from review.relink import look_again
from storage.audit import record_action
from storage.clusters import members, merge, split
from storage.edits import take_back_edit
from storage.errors import NotFound, StateConflict
from storage.event_edits import restore, snapshot
from storage.models import Document, ReviewAction

CORRECT = "correct"
APART = "cluster_split"
EVENT_ACTIONS = (
    "event_split",
    "event_merge",
    "event_role",
    "event_order",
    "event_title",
    "event_official",
)
ISSUE_EDIT = "issue_edit"
UNDOABLE = (CORRECT, APART, ISSUE_EDIT, *EVENT_ACTIONS)


def decide_event(
    session: Session,
    desk: Desk,
    *,
    action: str,
    event_ids: Iterable[int],
    document_ids: Iterable[int],
    work: Callable[[], int | None],
    told: str = "",
) -> tuple[int, int | None]:
    """Do ``work`` on events and write what was and what is into the audit.

    Returns the id of the audit line and what ``work`` returned (an event).
    """
    events, documents = set(event_ids), set(document_ids)
    before = snapshot(session, event_ids=events, document_ids=documents)
    made = work()
    events |= {made} if made is not None else set()
    after = snapshot(session, event_ids=events, document_ids=documents | set(before["documents"]))
    row = record_action(
        session,
        actor=desk.actor,
        action=action,
        target_kind="event",
        target_id=made or min(events, default=0),
        before=before,
        after=after,
        note=told or None,
        now=desk.now,
    )
    return row.id, made


def take_back(session: Session, desk: Desk, row: ReviewAction) -> str:
    """Undo a decision; returns the page to go to. Raises StaleEdit when it is too late."""
    before, after = dict(row.before or {}), dict(row.after or {})
    try:
        if row.action == CORRECT:
            target = _uncorrect(session, desk, row, before, after)
        elif row.action == APART:
            target = _together(session, desk, row, before)
        elif row.action == ISSUE_EDIT:
            take_back_change(session, int(row.target_id), before, after)
            target = f"/issues/{row.target_id}?part=items"
        else:
            restore(session, before=before, after=after)
            target = _event_page(before)
    except StateConflict as error:
        raise StaleEdit from error
    record_action(
        session,
        actor=desk.actor,
        action=f"{row.action}_undo",
        target_kind=row.target_kind,
        target_id=row.target_id,
        before=after,
        after=before,
        note=row.note,
        now=desk.now,
    )
    return target


def _uncorrect(
    session: Session, desk: Desk, row: ReviewAction, before: dict[str, Any], after: dict[str, Any]
) -> str:
    document_id = int(row.target_id)
    take_back_edit(
        session,
        document_id,
        before=before.get("values", {}),
        after=after.get("values", {}),
        edited=before.get("edited", ()),
    )
    look_again(session, document_id, now=desk.now)
    return f"/items/{document_id}"


def tell_apart(session: Session, desk: Desk, document_id: int) -> int | None:
    """A person says that a page does not carry the text of its cluster; the audit line's id."""
    document = session.get(Document, document_id, with_for_update=True, populate_existing=True)
    if document is None:
        raise NotFound(f"没有这个条目 / no such item: {document_id}")
    if document.cluster_id is None:
        return None
    everybody = [row.id for row in members(session, document.cluster_id)]
    split(session, [document_id], actor=desk.actor, now=desk.now)
    return record_action(
        session,
        actor=desk.actor,
        action=APART,
        target_kind="document",
        target_id=document_id,
        before={"members": everybody},
        after={"members": [document_id]},
        now=desk.now,
    ).id


def _together(session: Session, desk: Desk, row: ReviewAction, before: dict[str, Any]) -> str:
    document_id = int(row.target_id)
    document = session.get(Document, document_id, populate_existing=True)
    if document is None or document.cluster_id is not None:
        raise StaleEdit
    merge(session, [int(key) for key in before["members"]], actor=desk.actor, now=desk.now)
    return f"/items/{document_id}"


def _event_page(before: dict[str, Any]) -> str:
    events = before.get("events") or []
    return f"/events/{events[0]['id']}" if events else "/events"
