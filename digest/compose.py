"""Making issues: a draft for a period, and everything that is due.

State-driven: an edition is due when its newest period has no issue, so every step may run twice
and a machine that slept makes up for it once.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from digest.assembly import compose_view
from digest.editions import DueEdition, due_editions
from digest.errors import LintFailed
from digest.frozen import item_record, shell
from digest.issues import approve_issue
from digest.periods import Period
from digest.settings import DigestSettings, EditionConfig
from digest.view import IssueView, view_hash
from storage.engine import Database
from storage.issues import create_issue, issue_by_period, void_issue

log = logging.getLogger(__name__)

AUTOMATIC = "automatic"
EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Composed:
    """What composing did. ``exists``: the period already had an issue, which stays as it is."""

    outcome: Literal["draft", "empty", "exists"]
    issue_id: int | None
    items: int = 0


def compose_issue(
    session: Session, edition: EditionConfig, period: Period, now: datetime
) -> Composed:
    """Make the draft of the edition for the period, in the caller's transaction.

    A period without anything new leaves a void issue, so that it is not looked at again; with
    ``send_empty`` it becomes a draft that says so.
    """
    present = issue_by_period(session, edition=edition.key, period_start=period.start)
    if present is not None:
        return Composed("exists", present.id)
    view, versions = compose_view(session, edition, period, now)
    is_empty = not view.sections
    issue = create_issue(
        session,
        edition=edition.key,
        number=view.number,
        title=view.title,
        period_start=period.start,
        period_end=period.end,
        due_at=period.end,
        items=[
            item_record(item, section=section.slug, version_id=versions[item.document_id])
            for section in view.sections
            for item in section.items
        ],
        figures=shell(view),
        now=now,
    )
    if issue is None:
        return Composed("exists", None)
    if is_empty and not edition.send_empty:
        void_issue(session, issue.id, reason=EMPTY, now=now)
        return Composed("empty", issue.id)
    return Composed("draft", issue.id, items=len(view.items))


def preview(
    session: Session, edition: EditionConfig, period: Period, now: datetime
) -> tuple[IssueView, str]:
    """The issue as it would be composed now, with its hash; nothing is written."""
    view, _ = compose_view(session, edition, period, now)
    return view, view_hash(view)


def compose_due_issues(
    db: Database, config: DigestSettings, *, now: datetime, sent_until: datetime | None = None
) -> list[int]:
    """Compose every due edition; approve it when the edition says so and it is not too late.

    ``sent_until``: what ended until then may have been sent by a history that this database does
    not know (it was put back from a copy), so that it waits for a person.

    Composing and approving are one transaction: a crash leaves either nothing or all of it.
    Returns the ids of the new issues; an empty period makes none.
    """
    with db.reader() as session:
        if not due_editions(config, session, now):
            return []
    made = []
    with db.writer() as session:
        for due in due_editions(config, session, now):
            composed = compose_issue(session, due.edition, due.period, now)
            if composed.outcome == "empty":
                log.info("edition %s: nothing new, nothing sent", due.edition.key)
            if composed.outcome == "draft" and composed.issue_id is not None:
                made.append(composed.issue_id)
                if sent_until is not None and due.period.end <= sent_until:
                    log.warning("issue %s may be out already and waits", composed.issue_id)
                    continue
                _approve_automatically(session, config, due, composed.issue_id, now)
    return made


def _approve_automatically(
    session: Session, config: DigestSettings, due: DueEdition, issue_id: int, now: datetime
) -> None:
    if due.edition.approval != "automatic":
        return
    if due.needs_confirmation:
        log.warning("issue %s is %s late and waits for a person", issue_id, due.late)
        return
    try:
        approve_issue(session, config, issue_id, actor=AUTOMATIC, now=now)
    except LintFailed as error:
        log.error("issue %s stays a draft: %s", issue_id, error)
