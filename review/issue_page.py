"""An issue as its pages show it: its rendering, and what the checks say about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session

from digest.errors import DigestError
from digest.files import TYPES, file_name, issue_file, possible_types
from digest.frozen import load_issue
from digest.issues import problems_of, render_view
from digest.links import WebLinks
from digest.lint import check_masthead
from digest.render import RenderedIssue
from digest.view import IssueView
from review.queries import issues as reads
from review.shown import Clock
from review.site import Site
from storage.errors import NotFound
from storage.models import Issue

# A period that ends in the morning covers the days up to the one before.
_MORNING = timedelta(hours=12)
_FILE_NAMES = {"docx": "Word", "pdf": "PDF"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One machine check that failed, or a warning of the rendering."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A rendering with its findings; ``problem`` is set, and the rest empty, when it failed."""

    rendered: RenderedIssue | None
    findings: tuple[Finding, ...] = ()
    problem: str = ""


def issue_and_view(session: Session, issue_id: int) -> tuple[Issue, IssueView]:
    """The issue and its view. Raises ``NotFound``."""
    if issue_id >= 2**62:
        raise NotFound(f"没有这一期 / no such issue: {issue_id}")
    try:
        return load_issue(session, issue_id)
    except DigestError as error:
        raise NotFound(str(error)) from error


def mail_preview(site: Site, view: IssueView, issue_id: int) -> Preview:
    """The mail as a sample reader would get it, with the findings of the checks."""
    try:
        rendered = render_view(view, config=site, issue_id=issue_id)
    except Exception as error:  # an operator's own template may raise anything
        return Preview(None, problem=f"{type(error).__name__}: {error}"[:300])
    findings = [Finding(problem.code, problem.message) for problem in problems_of(rendered)]
    findings += [Finding(problem.code, problem.message) for problem in check_masthead(view)]
    findings += [Finding("W", warning) for warning in rendered.warnings]
    return Preview(rendered, tuple(findings))


def web_response(
    site: Site, session: Session, issue_id: int, *, links: WebLinks | None = None
) -> HTMLResponse:
    """A sent issue as one static page: one style block allowed by its hash, nothing that runs."""
    issue, view = issue_and_view(session, issue_id)
    page = render_view(view, config=site, issue_id=issue.id, form="web", links=links)
    policy = (
        f"default-src 'none'; style-src '{page.style_hash}'; img-src data:; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    return HTMLResponse(page.html, headers={"content-security-policy": policy})


def archive_links(session: Session, issue: Issue, *, base: str) -> WebLinks:
    """Links of an archived issue: itself, the archive, its neighbours, its files."""
    before, after = reads.neighbours(session, issue)
    here = f"/archive/{issue.id}"
    return WebLinks(
        canonical=f"{base}{here}",
        archive="/archive",
        previous=f"/archive/{before}" if before else "",
        next=f"/archive/{after}" if after else "",
        files=file_links(here),
    )


def file_links(address: str) -> tuple[tuple[str, str], ...]:
    """(name, address) of the files that can be made of the issue at ``address``."""
    return tuple((_FILE_NAMES[kind], f"{address}/file?as={kind}") for kind in possible_types())


def file_response(view: IssueView, kind: str) -> Response:
    """The issue as a file to save. Raises ``NotFound`` for another kind, ``FileFormatMissing``."""
    if kind not in TYPES:
        raise NotFound(f"没有这种格式 / no such format: {kind[:20]}")
    return Response(
        issue_file(view, kind),
        media_type=TYPES[kind],
        headers={
            "content-disposition": f"attachment; filename*=UTF-8''{quote(file_name(view, kind))}",
            "content-security-policy": "default-src 'none'; sandbox",
        },
    )


def link_header(links: WebLinks) -> str:
    """The same for machines: this page, the issue before and the one after."""
    found = [("canonical", links.canonical), ("prev", links.previous), ("next", links.next)]
    return ", ".join(f'<{address}>; rel="{name}"' for name, address in found if address)


def period_text(issue: Issue, clock: Clock) -> str:
    """First and last day of an issue in the shown zone."""
    first = clock.local(issue.period_start).date()
    last = max(first, clock.local(issue.period_end - _MORNING).date())
    return first.isoformat() if first == last else f"{first.isoformat()} — {last.isoformat()}"
