"""Issues: draft → approved → sending → sent; void from draft or approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from storage.errors import NotFound, StateConflict
from storage.models import Document, DocumentVersion, Issue, IssueItem, Outbox
from storage.outbox import OPEN_STATES, OutboxRecord, enqueue
from storage.upsert import insert_ignoring


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """One item of an issue, in the order given. ``version_id`` freezes the text that was read."""

    document_id: int
    version_id: int
    section: str
    headline: str | None = None
    summary: str | None = None
    note: str | None = None
    reason: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item with its document and the version it is tied to."""

    item: IssueItem
    document: Document
    version: DocumentVersion


def create_issue(
    session: Session,
    *,
    edition: str,
    title: str,
    period_start: datetime,
    period_end: datetime,
    items: Sequence[ItemRecord],
    now: datetime,
    number: int | None = None,
    due_at: datetime | None = None,
    intro: str | None = None,
    figures: Mapping[str, Any] | None = None,
) -> Issue | None:
    """Store a draft. None if the edition already has an issue for this period.

    ``number`` defaults to the next of the edition.
    """
    if number is None:
        last = session.scalar(select(func.max(Issue.number)).where(Issue.edition == edition))
        number = (last or 0) + 1
    issue_id = insert_ignoring(
        session,
        Issue,
        {
            "edition": edition,
            "number": number,
            "title": title,
            "state": "draft",
            "period_start": period_start,
            "period_end": period_end,
            "due_at": due_at,
            "intro": intro,
            "figures": dict(figures or {}),
            "created_at": now,
        },
        returning=Issue.id,
    )
    if issue_id is None:
        return None
    _put_items(session, issue_id, items)
    return session.get_one(Issue, issue_id)


def _put_items(session: Session, issue_id: int, items: Sequence[ItemRecord]) -> None:
    session.add_all(
        IssueItem(
            issue_id=issue_id,
            position=position,
            document_id=item.document_id,
            version_id=item.version_id,
            section=item.section,
            headline=item.headline,
            summary=item.summary,
            note=item.note,
            reason=item.reason,
            extra=dict(item.extra),
        )
        for position, item in enumerate(items, start=1)
    )
    session.flush()


def _locked(session: Session, issue_id: int) -> Issue:
    issue = session.scalars(
        select(Issue)
        .where(Issue.id == issue_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if issue is None:
        raise NotFound(f"没有这一期 / no such issue: {issue_id}")
    return issue


def _require(issue: Issue, *states: str) -> None:
    if issue.state not in states:
        raise StateConflict(
            f"第 {issue.number} 期的状态是 {issue.state}，此操作需要 {'/'.join(states)} / "
            f"issue {issue.number} is {issue.state}, this needs {' or '.join(states)}"
        )


def _require_version(issue: Issue, row_version: int | None) -> None:
    if row_version is not None and issue.row_version != row_version:
        raise StateConflict(
            "这一期已被别人修改，请刷新后再改 / somebody else changed this issue: reload it"
        )


def edit_issue(
    session: Session,
    issue_id: int,
    *,
    row_version: int | None = None,
    title: str | None = None,
    intro: str | None = None,
    items: Sequence[ItemRecord] | None = None,
    figures: Mapping[str, Any] | None = None,
) -> Issue:
    """Change a draft; what is None stays. Raises StateConflict if it is no draft any more, or if
    ``row_version`` (what the editor saw) is not the stored one."""
    issue = _locked(session, issue_id)
    _require(issue, "draft")
    _require_version(issue, row_version)
    if title is not None:
        issue.title = title
    if intro is not None:
        issue.intro = intro
    if figures is not None:
        issue.figures = dict(figures)
    if items is not None:
        session.execute(delete(IssueItem).where(IssueItem.issue_id == issue_id))
        session.expire_all()
        _put_items(session, issue_id, items)
    issue.row_version += 1
    session.flush()
    return issue


def approve(
    session: Session,
    issue_id: int,
    *,
    actor: str,
    now: datetime,
    content_hash: str | None = None,
    row_version: int | None = None,
) -> Issue:
    """draft → approved. ``content_hash`` is the hash of what the approver saw."""
    issue = _locked(session, issue_id)
    _require(issue, "draft")
    _require_version(issue, row_version)
    issue.state = "approved"
    issue.approved_at = now
    issue.approved_by = actor
    issue.content_hash = content_hash
    issue.row_version += 1
    session.flush()
    return issue


def withdraw_approval(session: Session, issue_id: int) -> Issue:
    """approved → draft, to edit it again."""
    issue = _locked(session, issue_id)
    _require(issue, "approved")
    issue.state = "draft"
    issue.approved_at = issue.approved_by = issue.content_hash = None
    issue.row_version += 1
    session.flush()
    return issue


def freeze(
    session: Session,
    issue_id: int,
    *,
    messages: Sequence[OutboxRecord],
    content_hash: str,
    now: datetime,
) -> Issue:
    """approved → sending: recipients, items and hash are fixed in this transaction.

    An approved hash that differs from ``content_hash`` raises StateConflict: what goes out is
    what was approved.
    """
    issue = _locked(session, issue_id)
    _require(issue, "approved")
    if issue.content_hash is not None and issue.content_hash != content_hash:
        raise StateConflict(
            "内容在批准之后有变化，请重新批准 / the content changed after approval: approve again"
        )
    issue.state = "sending"
    issue.content_hash = content_hash
    issue.frozen_at = now
    issue.row_version += 1
    enqueue(session, messages, now=now)
    issue.recipients = (
        session.scalar(select(func.count()).select_from(Outbox).where(Outbox.issue_id == issue_id))
        or 0
    )
    session.flush()
    return issue


def finish_issue(session: Session, issue_id: int, *, now: datetime) -> bool:
    """sending → sent once every frozen recipient is sent, failed, suppressed or unknown."""
    open_rows = (
        select(Outbox.id).where(Outbox.issue_id == issue_id, Outbox.state.in_(OPEN_STATES)).exists()
    )
    done = session.execute(
        update(Issue)
        .where(Issue.id == issue_id, Issue.state == "sending", ~open_rows)
        .values(state="sent", sent_at=now)
        .returning(Issue.id)
    ).scalar()
    return done is not None


def void_issue(session: Session, issue_id: int, *, reason: str, now: datetime) -> Issue:
    """Drop an issue that has not begun to go out. Its period stays taken; see reopen_issue."""
    issue = _locked(session, issue_id)
    _require(issue, "draft", "approved")
    issue.state = "void"
    issue.voided_at = now
    issue.void_reason = reason
    issue.row_version += 1
    session.flush()
    return issue


def reopen_issue(session: Session, issue_id: int) -> Issue:
    """void → draft."""
    issue = _locked(session, issue_id)
    _require(issue, "void")
    issue.state = "draft"
    issue.voided_at = issue.void_reason = None
    issue.approved_at = issue.approved_by = issue.content_hash = None
    issue.row_version += 1
    session.flush()
    return issue


def get_issue(session: Session, issue_id: int) -> Issue | None:
    """The issue with this id."""
    return session.get(Issue, issue_id)


def issue_by_period(session: Session, *, edition: str, period_start: datetime) -> Issue | None:
    """The issue of an edition for the period that begins at ``period_start``."""
    return session.scalars(
        select(Issue).where(Issue.edition == edition, Issue.period_start == period_start)
    ).one_or_none()


def list_issues(
    session: Session,
    *,
    edition: str | None = None,
    states: Sequence[str] | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[Issue]:
    """Issues, the newest period first."""
    query = (
        select(Issue).order_by(Issue.period_start.desc(), Issue.id.desc()).limit(limit)
    ).offset(offset)
    if edition is not None:
        query = query.where(Issue.edition == edition)
    if states is not None:
        query = query.where(Issue.state.in_(states))
    return list(session.scalars(query))


def issue_items(session: Session, issue_id: int) -> list[ItemRow]:
    """The items in order, with document and frozen version."""
    rows = session.execute(
        select(IssueItem, Document, DocumentVersion)
        .join(Document, Document.id == IssueItem.document_id)
        .join(DocumentVersion, DocumentVersion.id == IssueItem.version_id)
        .where(IssueItem.issue_id == issue_id)
        .order_by(IssueItem.position)
    )
    return [ItemRow(item, document, version) for item, document, version in rows]


def earlier_appearances(
    session: Session, *, edition: str, document_ids: Sequence[int], before: datetime
) -> dict[int, tuple[int, int]]:
    """For documents that were in a sent or sending issue of the edition whose period began
    before ``before``: (number of the latest such issue, version id it showed)."""
    rows = session.execute(
        select(IssueItem.document_id, Issue.number, IssueItem.version_id)
        .join(Issue, Issue.id == IssueItem.issue_id)
        .where(
            Issue.edition == edition,
            Issue.state.in_(("sending", "sent")),
            Issue.period_start < before,
            IssueItem.document_id.in_(list(document_ids)),
        )
        .order_by(Issue.period_start)
    )
    return {document: (number, version) for document, number, version in rows}
