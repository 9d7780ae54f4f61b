"""Issues that were sent, as pages. Open to everybody only when ``review.public_archive`` is set."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from review.access import Access, access
from review.desk import AtDesk, Desk
from review.guard import LoginNeeded
from review.issue_page import neighbour_links, period_text, web_response
from review.paging import paged
from review.queries import issues as reads
from storage.errors import NotFound
from storage.issues import get_issue, list_issues

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
                "size": sizes[row.id],
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
        issue = get_issue(session, issue_id) if issue_id < 2**62 else None
        if issue is None or issue.state not in SENT:
            raise NotFound(f"没有这一期，或还没有发送 / no such issue, or not sent: {issue_id}")
        response = web_response(desk.site, session, issue_id)
        response.headers["link"] = neighbour_links(session, issue)
    return response
