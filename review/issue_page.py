"""An issue as its pages show it: the frozen view, its rendering, what the checks say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from digest.errors import DigestError
from digest.frozen import load_issue
from digest.links import Reader
from digest.lint import check_rendered
from digest.render import Limits, RenderedIssue, render_mail, render_web
from digest.settings import EditionConfig
from digest.view import IssueView, view_hash
from review.shown import Clock
from review.site import Site
from storage.errors import NotFound
from storage.models import Issue


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


def edition_of(site: Site, key: str) -> EditionConfig | None:
    """The edition's settings; None when it has been taken out of the configuration."""
    return next((edition for edition in site.digest.editions if edition.key == key), None)


def mail_preview(site: Site, view: IssueView) -> Preview:
    """The mail as an anonymous reader would get it, with the findings of the checks."""
    edition = edition_of(site, view.edition) or EditionConfig(key=view.edition)
    limits = Limits(
        max_html_bytes=site.digest.max_html_bytes,
        per_section=edition.max_per_section,
        max_items=edition.max_items,
        summary_chars=edition.summary_chars,
    )
    try:
        rendered = render_mail(
            view,
            reader=_sample_reader(site),
            limits=limits,
            templates_dir=site.digest.templates_dir,
        )
    except Exception as error:  # an operator's own template may raise anything
        return Preview(None, problem=f"{type(error).__name__}: {error}"[:300])
    findings = [Finding(problem.code, problem.message) for problem in check_rendered(rendered)]
    findings += [Finding("W", warning) for warning in rendered.warnings]
    return Preview(rendered, tuple(findings))


def _sample_reader(site: Site) -> Reader:
    """Footer links of a preview lead nowhere: nobody can be unsubscribed from here."""
    base = site.mail.public_url or "https://example.invalid"
    return Reader(
        address="reader@example.invalid",
        unsubscribe_url=f"{base}/u/0.preview",
        manage_url=f"{base}/m/0.preview",
        web_url=f"{base}/i/0.preview",
    )


def web_page(site: Site, view: IssueView) -> RenderedIssue:
    """The whole issue as one static page."""
    return render_web(view, templates_dir=site.digest.templates_dir)


def content_hash(view: IssueView) -> str:
    """Hash of what an approver sees."""
    return view_hash(view)


def period_text(issue: Issue, clock: Clock) -> str:
    """First and last day of an issue, the end being the moment it appears."""
    first = clock.local(issue.period_start).date()
    last = clock.local(_just_before(issue.period_end)).date()
    return f"{first.isoformat()} — {last.isoformat()}" if first != last else first.isoformat()


def _just_before(moment: datetime) -> datetime:
    # a period that ends in the morning covers the days up to the one before
    return moment - timedelta(hours=12)
