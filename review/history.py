"""The audit of one item, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from review.i18n import Texts
from review.queries import items as reads
from review.shown import Clock
from storage.models import ReviewAction


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One action, told."""

    text: str
    actor: str
    at: datetime


def history_lines(session: Session, clock: Clock, item_id: int) -> list[HistoryLine]:
    """What people did to a document, the newest first."""
    rows = reads.actions_on(session, kind="document", target_id=item_id)
    return [
        HistoryLine(_told(row, clock.texts), clock.texts.name("actor", row.actor), row.at)
        for row in rows
    ]


def _told(row: ReviewAction, texts: Texts) -> str:
    before, after = row.before or {}, row.after or {}
    if row.action.startswith("review"):
        return texts(
            "history.review",
            before=texts.name("review_state", before.get("review_state", "new")),
            after=texts.name("review_state", after.get("review_state", "new")),
        )
    if row.action.startswith("label"):
        what = "label_yes" if after.get("present") else "label_no"
        return texts("history.label", label=after.get("label", ""), what=texts(f"history.{what}"))
    if row.action == "summary_adopted":
        return texts("history.summary")
    if row.action.startswith("correct"):
        names = [texts.name("fact", name) for name in after.get("values", {}) if name != "issuer"]
        key = "history.correct" if row.action == "correct" else "history.uncorrect"
        return texts(key, fields="、".join(names))
    if row.action in ("import", "import_undone"):
        return texts(f"history.{row.action}")
    if texts.has(f"done.{row.action}"):
        return texts(f"done.{row.action}").rstrip("。.")
    return texts("history.other", action=row.action)
