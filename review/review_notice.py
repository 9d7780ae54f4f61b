"""After a review click: the line with its undo, shown to the person who clicked."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from review.decisions import UNDOABLE
from review.desk import Desk
from review.notices import Notice, small_number
from review.queries import items as reads
from storage.documents import get_document
from storage.models import ReviewAction

UNDO_WITHIN = timedelta(minutes=30)
REVIEW = "review"
REVIEW_BATCH = "review_batch"


def review_notice(session: Session, desk: Desk) -> Notice | None:
    """The notice for ``?done=<action>``: only for one's own, recent review action."""
    row = _own_recent(session, desk)
    if row is not None and row.action in UNDOABLE:
        return decision_notice(session, desk)
    if row is not None and row.action == REVIEW_BATCH:
        return _batch_notice(row, desk)
    if row is None or row.action != REVIEW:
        return None
    document = get_document(session, int(row.target_id))
    state = (row.after or {}).get("review_state", "")
    if document is None or document.review_state != state or not desk.texts.has(f"done.{state}"):
        return None
    title = document.title or desk.texts("item.untitled")
    return Notice(desk.texts(f"done.{state}", title=_short(title)), "ok", undo=row.id)


def _batch_notice(row: ReviewAction, desk: Desk) -> Notice:
    after = row.after or {}
    state = desk.texts.name("review_state", after.get("review_state", "new"))
    text = desk.texts("done.batch", n=after.get("count", 0), state=state)
    if after.get("left"):
        text += desk.texts("done.batch_left", n=after["left"])
    return Notice(text, "warn" if after.get("left") else "ok", undo=row.id)


def decision_notice(session: Session, desk: Desk) -> Notice | None:
    """The notice after a decision about an event or a correction, with its undo."""
    row = _own_recent(session, desk)
    if row is None or row.action not in UNDOABLE:
        return None
    return Notice(desk.texts(f"done.{row.action}"), "ok", undo=row.id)


def _own_recent(session: Session, desk: Desk) -> ReviewAction | None:
    action_id = small_number(desk.query().get("done"))
    row = reads.action(session, action_id) if action_id else None
    if row is None or row.actor != desk.actor or desk.now - row.at > UNDO_WITHIN:
        return None
    return row


def _short(title: str) -> str:
    return title if len(title) <= 40 else title[:39] + "…"
