"""The outbox of an issue: every recipient, and what a person decides about open cases."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlalchemy.orm import Session

from review.access import Access, access
from review.desk import AtDesk, Desk
from review.errors import StaleEdit
from review.paging import paged
from review.queries import issues as reads
from storage.audit import record_action
from storage.errors import NotFound
from storage.issues import get_issue
from storage.models import Outbox
from storage.models.issue import OUTBOX_STATES
from storage.outbox import confirm_sent, count_states, give_up, retry

router = APIRouter()

Text = Annotated[str, Form()]
NextPage = Annotated[str, Form(alias="next")]

_ROWS_A_PAGE = 100


@router.get("/issues/{issue_id}/outbox")
@access(Access.EDITOR)
def outbox_page(desk: AtDesk, issue_id: int) -> Response:
    """Recipients with their results; addresses are for editors only."""
    state = desk.query().get("state", "")
    state = state if state in OUTBOX_STATES else ""
    with desk.reader() as session:
        issue = get_issue(session, issue_id) if issue_id < 2**62 else None
        if issue is None:
            raise NotFound(f"没有这一期 / no such issue: {issue_id}")
        counts = count_states(session, issue_id=issue_id)
        paging = paged(
            desk.query().get("page"),
            size=_ROWS_A_PAGE,
            total=counts[state] if state else sum(counts.values()),
            query={"state": state},
            address=f"/issues/{issue_id}/outbox",
        )
        rows = reads.outbox_rows(
            session, issue_id, state=state, limit=paging.size, offset=paging.offset
        )
        return desk.page(
            "outbox.html",
            section="issues",
            issue=issue,
            counts=counts,
            state=state,
            rows=rows,
            paging=paging,
        )


@router.post("/outbox/{outbox_id}/resend")
@access(Access.EDITOR)
def resend(desk: AtDesk, outbox_id: int, expected: Text = "", next_page: NextPage = "") -> Response:
    """Send once more, by a person's decision."""
    with desk.writer() as session:
        row = _decidable(session, outbox_id, expected)
        if not retry(session, outbox_id=outbox_id, now=desk.now):
            raise StaleEdit
        _audit(session, desk, "mail_resent", row, before={"state": expected})
    return desk.go(next_page or "/issues", ok="resent")


@router.post("/outbox/{outbox_id}/settle")
@access(Access.EDITOR)
def settle(desk: AtDesk, outbox_id: int, expected: Text = "", next_page: NextPage = "") -> Response:
    """An uncertain mail arrived, or a held one is given up: it is not sent again."""
    with desk.writer() as session:
        row = _decidable(session, outbox_id, expected)
        decide = confirm_sent if expected == "unknown" else give_up
        if not decide(session, outbox_id=outbox_id, now=desk.now):
            raise StaleEdit
        _audit(session, desk, "mail_settled", row, before={"state": expected})
    return desk.go(next_page or "/issues", ok="settled")


def _decidable(session: Session, outbox_id: int, expected: str) -> Outbox:
    """The message, if it still is as the page showed it. Raises ``StaleEdit``."""
    row = reads.outbox_row(session, outbox_id)
    if row is None:
        raise NotFound(f"没有这封邮件 / no such message: {outbox_id}")
    if row.state != expected:
        raise StaleEdit
    return row


def _audit(session: Session, desk: Desk, action: str, row: Outbox, **values: Any) -> None:
    record_action(
        session,
        actor=desk.actor,
        action=action,
        target_kind="outbox",
        target_id=row.id,
        now=desk.now,
        **values,
    )
