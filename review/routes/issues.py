"""Issues: list, preview, approve, void, reopen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session

from digest.addresses import mask_address
from digest.compose import compose_issue
from digest.editing import sections_offered
from digest.editions import due_editions, edition_by_key, period_at
from digest.errors import AddressInvalid, DigestError, LintFailed
from digest.gates import link_notes
from digest.issues import approve_issue, void_issue
from digest.phrases import touched
from digest.recipients import recipient_count
from digest.trial import queue_test_copy
from digest.view import IssueView, view_hash
from review.access import Access, access
from review.desk import AtDesk, Desk
from review.errors import StaleEdit
from review.issue_page import (
    Finding,
    file_links,
    file_response,
    issue_and_view,
    mail_preview,
    period_text,
)
from review.link_box import link_box
from review.paging import paged
from review.queries import home as figures
from review.queries import issues as reads
from review.review_notice import decision_notice
from storage.audit import record_action
from storage.errors import NotFound, StateConflict
from storage.issues import list_issues, reopen_issue, withdraw_approval
from storage.models import Issue

router = APIRouter()

Text = Annotated[str, Form()]

_ISSUES_A_PAGE = 30
_PARTS = ("mail", "text", "items")

# The mail is shown in a frame of its own origin: no scripts, no forms, no remote pictures.
_FRAME_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'none'; "
    "form-action 'none'"
)


@router.get("/issues")
@access(Access.READER)
def issue_list(desk: AtDesk) -> Response:
    """All issues, the newest first."""
    with desk.reader() as session:
        total = reads.issue_count(session)
        paging = paged(
            desk.query().get("page"), size=_ISSUES_A_PAGE, total=total, address="/issues"
        )
        due = [
            (one.edition, desk.clock.stamp(one.period.end))
            for one in due_editions(desk.site, session, desk.now)
        ]
        rows = list_issues(session, limit=paging.size, offset=paging.offset)
        ids = [row.id for row in rows]
        sizes = reads.sizes(session, ids)
        mails = reads.outbox_by_issue(session, ids)
        shown = [
            {
                **_shown(row),
                "period": period_text(row, desk.clock),
                "size": sizes[row.id],
                "counts": figures.grouped_counts(mails[row.id]),
            }
            for row in rows
        ]
    return desk.page("issues.html", section="issues", rows=shown, paging=paging, due=due)


@router.post("/issues")
@access(Access.EDITOR)
def compose(desk: AtDesk, edition: Text = "") -> Response:
    """Make the draft of the newest finished period now, without waiting for the scheduler."""
    try:
        chosen = edition_by_key(desk.site.digest, edition)
    except DigestError as error:
        raise NotFound(str(error)) from error
    with desk.writer() as session:
        made = compose_issue(session, chosen, period_at(chosen, desk.now), desk.now)
        if made.issue_id is None:
            return desk.go("/issues", ok="issue_exists")
        if made.outcome != "exists":
            _audit(session, desk, "issue.compose", made.issue_id)
    return desk.go(f"/issues/{made.issue_id}", ok=f"issue_{made.outcome}")


def _shown(issue: Issue) -> dict[str, Any]:
    names = (
        *("id", "number", "title", "state", "recipients", "row_version", "sent_at", "created_at"),
        *("approved_at", "approved_by", "void_reason"),
    )
    return {name: getattr(issue, name) for name in names}


@router.get("/issues/{issue_id}")
@access(Access.READER)
def issue_page(desk: AtDesk, issue_id: int) -> Response:
    """Preview of one issue with what can be done to it."""
    return _issue(desk, issue_id)


def _issue(desk: Desk, issue_id: int, *, problem: str = "") -> Response:
    part = desk.query().get("part", "")
    part = part if part in _PARTS else "mail"
    with desk.reader() as session:
        issue, view = issue_and_view(session, issue_id)
        items = reads.item_lines(session, issue_id)
        editable = issue.state == "draft" and desk.viewer is not None and desk.viewer.may_edit
        sections = sections_offered(session, issue_id) if editable else []
        notice = decision_notice(session, desk)
        counts = figures.grouped_counts(figures.outbox_counts(session, issue_id))
        dead = link_notes(session, view, issue_id=issue_id, now=desk.now)
        links = link_box(session, desk, view, issue_id=issue_id)
        recipients = recipient_count(session, issue.edition, config=desk.site.digest)
    preview = mail_preview(desk.site, view, issue_id)
    rendered = preview.rendered
    if preview.problem:
        problem = problem or desk.texts("issues.preview_failed", why=preview.problem)
    return desk.page(
        "issue.html",
        section="issues",
        status_code=422 if problem and desk.request.method == "POST" else 200,
        issue={**_shown(issue), "hash": view_hash(view)},
        period=period_text(issue, desk.clock),
        part=part,
        items=_lines(view, {line.document_id: line for line in items}),
        editable=editable,
        sections=sections,
        intro=view.intro,
        notice=notice,
        items_count=len(items),
        links=links,
        recipients=recipients,
        counts=counts,
        files=file_links(f"/issues/{issue_id}"),
        findings=[
            *(Finding(one.code, desk.one_language(one.message)) for one in preview.findings),
            *(Finding("S10", desk.texts("issues.dead_link", link=link)) for link in dead),
        ],
        problem=problem,
        subject=rendered.subject if rendered else "",
        text_part=rendered.text if rendered else "",
        html_size=len(rendered.html.encode()) if rendered else 0,
    )


def _lines(view: IssueView, known: Mapping[int, reads.IssueItemLine]) -> list[dict[str, Any]]:
    """The items with the numbers of the mail; the first and last of a section cannot move on."""
    return [
        {
            "item": item,
            "section": section,
            "touched": touched(item),
            "review_state": known[item.document_id].review_state,
            "is_gone": known[item.document_id].state == "gone" and item.mark != "撤下",
            "is_first": item is section.items[0],
            "is_last": item is section.items[-1],
        }
        for section in view.sections
        for item in section.items
    ]


@router.get("/issues/{issue_id}/mail")
@access(Access.READER)
def mail_frame(desk: AtDesk, issue_id: int) -> Response:
    """The HTML part alone, for the preview frame."""
    with desk.reader() as session:
        _, view = issue_and_view(session, issue_id)
    preview = mail_preview(desk.site, view, issue_id)
    if preview.rendered is None:
        raise NotFound(preview.problem)
    # links of the mail open in a window of their own instead of inside the frame
    html = preview.rendered.html.replace("<head>", '<head><base target="_blank">', 1)
    return HTMLResponse(
        html,
        headers={
            "content-security-policy": _FRAME_POLICY,
            "x-frame-options": "SAMEORIGIN",
        },
    )


@router.get("/issues/{issue_id}/file")
@access(Access.READER)
def issue_download(desk: AtDesk, issue_id: int) -> Response:
    """The issue as a file, in whatever state it is: ``?as=docx`` or ``pdf``."""
    with desk.reader() as session:
        _, view = issue_and_view(session, issue_id)
    return file_response(view, desk.query().get("as", "docx"))


@router.post("/issues/{issue_id}/test")
@access(Access.EDITOR)
def send_test(desk: AtDesk, issue_id: int, address: Text = "") -> Response:
    """Queue a test copy for one address; the issue itself is not touched."""
    with desk.writer() as session:
        issue_and_view(session, issue_id)
        try:
            queued = queue_test_copy(session, issue_id, address, now=desk.now)
        except AddressInvalid:
            return desk.go(f"/issues/{issue_id}", ok="bad_address")
        _audit(session, desk, "issue.test", issue_id, after={"address": mask_address(address)})
    return desk.go(f"/issues/{issue_id}", ok="test_queued" if queued else "test_again")


@router.post("/issues/{issue_id}/approve")
@access(Access.EDITOR)
def approve(
    desk: AtDesk,
    issue_id: int,
    confirm: Text = "",
    expected: Text = "",
    seen: Text = "",
) -> Response:
    """Approve exactly what was shown: another hash or row version is refused."""
    if confirm != "yes":
        return _issue(desk, issue_id, problem=desk.texts("issues.confirm_missing"))
    try:
        with desk.writer() as session:
            _locked(session, issue_id, expected)
            approved = approve_issue(
                session, desk.site, issue_id, actor=desk.actor, now=desk.now, seen_hash=seen or "-"
            )
    except LintFailed as error:
        return _issue(desk, issue_id, problem=desk.one_language(str(error)))
    except StateConflict as error:
        raise StaleEdit from error
    return desk.go(f"/issues/{issue_id}", ok="approved", added=approved.recipients)


def _locked(session: Session, issue_id: int, expected: str) -> tuple[Issue, IssueView]:
    """The issue as the form showed it. Raises ``StaleEdit`` when it has changed since."""
    issue, view = issue_and_view(session, issue_id)
    if str(issue.row_version) != expected:
        raise StaleEdit
    return issue, view


@router.post("/issues/{issue_id}/withdraw")
@access(Access.EDITOR)
def withdraw(desk: AtDesk, issue_id: int, expected: Text = "") -> Response:
    """Take an approval back while nothing has been sent."""
    with desk.writer() as session:
        _locked(session, issue_id, expected)
        withdraw_approval(session, issue_id)
        _audit(session, desk, "issue.withdraw", issue_id)
    return desk.go(f"/issues/{issue_id}", ok="withdrawn")


@router.post("/issues/{issue_id}/void")
@access(Access.EDITOR)
def void(desk: AtDesk, issue_id: int, expected: Text = "", reason: Text = "") -> Response:
    """Drop an issue that has not gone out."""
    reason = reason.strip()[:200] or "—"
    with desk.writer() as session:
        _locked(session, issue_id, expected)
        void_issue(session, issue_id, actor=desk.actor, reason=reason, now=desk.now)
    return desk.go(f"/issues/{issue_id}", ok="voided")


@router.post("/issues/{issue_id}/reopen")
@access(Access.EDITOR)
def reopen(desk: AtDesk, issue_id: int, expected: Text = "") -> Response:
    """Make a void issue a draft again."""
    with desk.writer() as session:
        _locked(session, issue_id, expected)
        reopen_issue(session, issue_id)
        _audit(session, desk, "issue.reopen", issue_id)
    return desk.go(f"/issues/{issue_id}", ok="reopened")


def _audit(session: Session, desk: Desk, action: str, issue_id: int, **values: Any) -> None:
    record_action(
        session,
        actor=desk.actor,
        action=action,
        target_kind="issue",
        target_id=issue_id,
        now=desk.now,
        **values,
    )
