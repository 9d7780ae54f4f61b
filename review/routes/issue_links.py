"""Having the links of an issue asked, and how far that is."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from review.access import Access, access
from review.desk import AtDesk
from review.issue_page import issue_and_view
from review.link_box import link_box
from storage.errors import NotFound

router = APIRouter()


@router.get("/issues/{issue_id}/links")
@access(Access.READER)
def links_page(desk: AtDesk, issue_id: int) -> Response:
    """What the links answered; the page of the issue takes its box from here while they are
    asked."""
    with desk.reader() as session:
        issue, view = issue_and_view(session, issue_id)
        box = link_box(session, desk, view, issue_id=issue_id)
        return desk.page("links.html", section="issues", issue=issue, links=box)


@router.post("/issues/{issue_id}/links")
@access(Access.EDITOR)
def start_links(desk: AtDesk, issue_id: int) -> Response:
    """Begin to ask them, beside the requests; who asks is kept with the answers."""
    with desk.reader() as session:
        issue_and_view(session, issue_id)
    if desk.site.links is None:
        raise NotFound("这个审阅网页不能核对链接 / this desk cannot check links")
    started = desk.site.links.start(issue_id, actor=desk.actor)
    return desk.go(f"/issues/{issue_id}", ok="links_started" if started else "links_running")
