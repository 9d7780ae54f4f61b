"""Issues that were sent, as pages. Open to everybody only when ``review.public_archive`` is set."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from digest.feeds import FeedFacts, Published, atom, json_feed
from review.access import Access, access
from review.desk import AtDesk, Desk
from review.guard import LoginNeeded
from review.issue_page import (
    archive_links,
    file_response,
    issue_and_view,
    link_header,
    period_text,
    web_response,
)
from review.paging import paged
from review.queries import issues as reads
from storage.errors import NotFound
from storage.issues import get_issue, list_issues
from storage.models import Issue

router = APIRouter()

SENT = ("sending", "sent")
_ISSUES_A_PAGE = 50
_ISSUES_IN_A_FEED = 10


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


@router.get("/archive/feed.xml")
@access(Access.PUBLIC)
def atom_feed(desk: AtDesk) -> Response:
    """The items of the latest sent issues, as Atom. ``edition``: only of this one."""
    return _feed(desk, "feed.xml", atom, kind="application/atom+xml; charset=utf-8")


@router.get("/archive/feed.json")
@access(Access.PUBLIC)
def json_items(desk: AtDesk) -> Response:
    """The same as JSON Feed."""
    return _feed(desk, "feed.json", json_feed, kind="application/feed+json; charset=utf-8")


def _feed(
    desk: Desk,
    name: str,
    write: Callable[[FeedFacts, Sequence[Published]], bytes],
    *,
    kind: str,
) -> Response:
    """A feed, or 304 for a reader that has it already."""
    _check(desk)
    base = _base(desk)
    edition = (desk.query().get("edition") or "")[:100] or None
    issues = []
    with desk.reader() as session:
        rows = list_issues(session, edition=edition, states=SENT, limit=_ISSUES_IN_A_FEED)
        for row in rows:
            issue, view = issue_and_view(session, row.id)
            at = issue.sent_at or issue.approved_at or issue.created_at
            issues.append(Published(f"{base}/archive/{issue.id}", at, view))
    title = issues[0].view.title if issues else desk.texts("brand")
    author = (issues[0].view.publisher if issues else "") or title
    address = f"{base}/archive/{name}" + (f"?edition={quote(edition)}" if edition else "")
    body = write(FeedFacts(title, f"{base}/archive", address, author), issues)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "max-age=900", "x-robots-tag": "noindex"}
    if tag in desk.request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=kind, headers=headers)


@router.get("/archive/{issue_id}")
@access(Access.PUBLIC)
def archived_issue(desk: AtDesk, issue_id: int) -> Response:
    """One sent issue with stable anchors, one style block and nothing that runs."""
    _check(desk)
    with desk.reader() as session:
        issue = _sent(session, issue_id)
        links = archive_links(session, issue, base=_base(desk))
        response = web_response(desk.site, session, issue_id, links=links)
        response.headers["link"] = link_header(links)
    return response


@router.get("/archive/{issue_id}/file")
@access(Access.PUBLIC)
def archived_file(desk: AtDesk, issue_id: int) -> Response:
    """The same issue as a file: ``?as=docx`` or ``pdf``."""
    _check(desk)
    with desk.reader() as session:
        _sent(session, issue_id)
        _, view = issue_and_view(session, issue_id)
    return file_response(view, desk.query().get("as", "docx"))


def _sent(session: Session, issue_id: int) -> Issue:
    issue = get_issue(session, issue_id) if issue_id < 2**62 else None
    if issue is None or issue.state not in SENT:
        raise NotFound(f"没有这一期，或还没有发送 / no such issue, or not sent: {issue_id}")
    return issue


def _base(desk: Desk) -> str:
    return (desk.site.config.public_url or str(desk.request.base_url)).rstrip("/")
