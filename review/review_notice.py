"""After a review click: the line with its undo, shown to the person who clicked."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from review.desk import Desk
from review.notices import Notice, small_number
from review.queries import items as reads
from storage.documents import get_document

UNDO_WITHIN = timedelta(minutes=30)
REVIEW = "review"


def review_notice(session: Session, desk: Desk) -> Notice | None:
    """The notice for ``?done=<action>``: only for one's own, recent review action."""
    action_id = small_number(desk.query().get("done"))
    row = reads.action(session, action_id) if action_id else None
    if row is None or row.action != REVIEW or row.actor != desk.actor:
        return None
    if desk.now - row.at > UNDO_WITHIN:
        return None
    document = get_document(session, int(row.target_id))
    state = (row.after or {}).get("review_state", "")
    if document is None or document.review_state != state or not desk.texts.has(f"done.{state}"):
        return None
    title = document.title or desk.texts("item.untitled")
    return Notice(desk.texts(f"done.{state}", title=_short(title)), "ok", undo=row.id)


def _short(title: str) -> str:
    return title if len(title) <= 40 else title[:39] + "…"
