"""Issues that were sent, as pages. Open to everybody only when ``review.public_archive`` is set."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session

from review.access import Access, access
from review.desk import AtDesk, Desk
from review.guard import LoginNeeded
from review.issue_page import issue_and_view, period_text, web_page
from review.paging import paged
from review.queries import issues as reads
from storage.errors import NotFound
from storage.issues import list_issues
from storage.models import Issue

router = APIRouter()

SENT = ("sending", "sent")
_ISSUES_A_PAGE = 50


def _check(desk: Desk) -> None:
    if desk.viewer is None and not desk.site.config.public_archive:
        raise LoginNeeded


@router.get("/archive")
@access(Access.PUBLIC)
def archive_list(desk: AtDesk) -> Response:
    """Sent issues, the newest first."""
    _check(desk)
    with desk.reader() as session:
        total = reads.issue_count(session, SENT)
        paging = paged(
            desk.query().get("page"), size=_ISSUES_A_PAGE, total=total, address="/archive"
        )
        rows = list_issues(session, states=SENT, limit=paging.size, offset=paging.offset)
        sizes = reads.sizes(session, [row.id for row in rows])
        shown = [
            {
                "id": row.id,
                "title": row.title,
                "number": row.number,
                "period": period_text(row, desk.clock),
                "items": sizes[row.id],
            }
            for row in rows
        ]
    return desk.page("archive.html", section="archive", rows=shown, paging=paging)


@router.get("/archive/{issue_id}")
@access(Access.PUBLIC)
def archived_issue(desk: AtDesk, issue_id: int) -> Response:
    """One sent issue with stable anchors, one style block and no script."""
    _check(desk)
    with desk.reader() as session:
        issue, view = issue_and_view(session, issue_id)
        if issue.state not in SENT:
            raise NotFound(f"这一期还没有发送 / not sent yet: {issue_id}")
        links = _links(session, issue)
    page = web_page(desk.site, view)
    headers = {
        "content-security-policy": (
            f"default-src 'none'; style-src '{page.style_hash}'; img-src data:; "
            "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        ),
        "link": ", ".join(links),
    }
    return HTMLResponse(page.html, headers=headers)


def _links(session: Session, issue: Issue) -> list[str]:
    """Link header: this page, the one before, the one after."""
    before, after = reads.neighbours(session, issue)
    found = [f'</archive/{issue.id}>; rel="canonical"']
    found += [f'</archive/{before}>; rel="prev"'] if before else []
    found += [f'</archive/{after}>; rel="next"'] if after else []
    return found
