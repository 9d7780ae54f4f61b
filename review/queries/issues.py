"""Reads behind the issue list, the outbox and the archive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from storage.models import Document, Issue, IssueItem, Outbox
from storage.models.issue import OUTBOX_STATES

_URGENT = ("unknown", "held", "failed", "sending", "queued")


@dataclass(frozen=True, slots=True)
class IssueItemLine:
    """One item of an issue, and what was decided about it since."""

    document_id: int
    review_state: str
    state: str


def issue_count(session: Session, states: Sequence[str] | None = None) -> int:
    """Number of issues, for paging."""
    query = select(func.count()).select_from(Issue)
    if states is not None:
        query = query.where(Issue.state.in_(states))
    return session.scalar(query) or 0


@dataclass(frozen=True, slots=True)
class Appearance:
    """An issue that has a document among its items."""

    issue_id: int
    title: str
    number: int
    state: str


def appearances(session: Session, document_id: int) -> list[Appearance]:
    """The issues with this document, the newest first; void ones are left out."""
    query = (
        select(Issue.id, Issue.title, Issue.number, Issue.state)
        .join(IssueItem, IssueItem.issue_id == Issue.id)
        .where(IssueItem.document_id == document_id, Issue.state != "void")
        .order_by(Issue.id.desc())
        .limit(20)
    )
    return [Appearance(*row) for row in session.execute(query)]


def sizes(session: Session, issue_ids: Sequence[int]) -> dict[int, int]:
    """Number of items by issue."""
    query = (
        select(IssueItem.issue_id, func.count())
        .where(IssueItem.issue_id.in_(issue_ids))
        .group_by(IssueItem.issue_id)
    )
    found = dict.fromkeys(issue_ids, 0)
    for issue_id, count in session.execute(query):
        found[issue_id] = count
    return found


def outbox_by_issue(session: Session, issue_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Mails by issue and state, all states present."""
    found = {issue_id: dict.fromkeys(OUTBOX_STATES, 0) for issue_id in issue_ids}
    query = (
        select(Outbox.issue_id, Outbox.state, func.count())
        .where(Outbox.issue_id.in_(issue_ids))
        .group_by(Outbox.issue_id, Outbox.state)
    )
    for issue_id, state, count in session.execute(query):
        found[issue_id or 0][state] = count
    return found


def item_lines(session: Session, issue_id: int) -> list[IssueItemLine]:
    """Items in their order."""
    query = (
        select(Document.id, Document.review_state, Document.state)
        .join(IssueItem, Document.id == IssueItem.document_id)
        .where(IssueItem.issue_id == issue_id)
        .order_by(IssueItem.position)
    )
    return [IssueItemLine(*row) for row in session.execute(query)]


def outbox_rows(
    session: Session, issue_id: int, *, state: str, limit: int, offset: int
) -> list[Outbox]:
    """Mails of an issue: those that wait for a person first, then by recipient."""
    rank = case({name: n for n, name in enumerate(_URGENT)}, value=Outbox.state, else_=9)
    query = select(Outbox).where(Outbox.issue_id == issue_id)
    if state:
        query = query.where(Outbox.state == state)
    query = query.order_by(rank, Outbox.recipient, Outbox.id).limit(limit).offset(offset)
    return list(session.scalars(query))


def outbox_row(session: Session, outbox_id: int) -> Outbox | None:
    """One message, locked for a decision."""
    return session.get(Outbox, outbox_id, with_for_update=True) if outbox_id < 2**62 else None


def neighbours(session: Session, issue: Issue) -> tuple[int | None, int | None]:
    """The sent issues of the same edition before and after this one."""
    sent = select(Issue.id).where(
        Issue.edition == issue.edition, Issue.state.in_(("sending", "sent"))
    )
    before = session.scalar(
        sent.where(Issue.period_start < issue.period_start)
        .order_by(Issue.period_start.desc())
        .limit(1)
    )
    after = session.scalar(
        sent.where(Issue.period_start > issue.period_start).order_by(Issue.period_start).limit(1)
    )
    return before, after
