"""An issue as its pages show it: its rendering, and what the checks say about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from digest.errors import DigestError
from digest.frozen import load_issue
from digest.issues import problems_of, render_view
from digest.render import RenderedIssue
from digest.view import IssueView
from review.queries import issues as reads
from review.shown import Clock
from review.site import Site
from storage.errors import NotFound
from storage.models import Issue

# A period that ends in the morning covers the days up to the one before.
_MORNING = timedelta(hours=12)


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
    findings += [Finding("W", warning) for warning in rendered.warnings]
    return Preview(rendered, tuple(findings))


def web_response(site: Site, session: Session, issue_id: int) -> HTMLResponse:
    """A sent issue as one static page: one style block allowed by its hash, no script."""
    issue, view = issue_and_view(session, issue_id)
    page = render_view(view, config=site, issue_id=issue.id, form="web")
    policy = (
        f"default-src 'none'; style-src '{page.style_hash}'; img-src data:; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    return HTMLResponse(page.html, headers={"content-security-policy": policy})


def neighbour_links(session: Session, issue: Issue) -> str:
    """Link header: this page, the issue before and the one after."""
    before, after = reads.neighbours(session, issue)
    found = [f'</archive/{issue.id}>; rel="canonical"']
    found += [f'</archive/{before}>; rel="prev"'] if before else []
    found += [f'</archive/{after}>; rel="next"'] if after else []
    return ", ".join(found)


def period_text(issue: Issue, clock: Clock) -> str:
    """First and last day of an issue in the shown zone."""
    first = clock.local(issue.period_start).date()
    last = max(first, clock.local(issue.period_end - _MORNING).date())
    return first.isoformat() if first == last else f"{first.isoformat()} — {last.isoformat()}"
