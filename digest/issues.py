"""An issue after composing: look at it, approve and queue it in one step, or drop it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from digest.editions import edition_by_key
from digest.errors import EditionUnknown, LintFailed
from digest.frozen import load_issue
from digest.gates import require_gates
from digest.links import WebLinks
from digest.lint import Problem, check_masthead, check_rendered
from digest.message import message_id
from digest.narrow import narrowed, read_wishes
from digest.readers import sample_reader
from digest.recipients import add_configured_recipients
from digest.render import Limits, RenderedIssue, render_mail, render_web
from digest.settings import DigestSettings, EditionConfig, MailConfig
from digest.tokens import read_key
from digest.view import IssueView, view_hash
from storage import issues as store
from storage.audit import record_action
from storage.errors import StateConflict
from storage.outbox import OutboxRecord
from storage.subscribers import recipients


@dataclass(frozen=True, slots=True)
class Approved:
    """What was queued. ``warnings`` are for the person who approved."""

    issue_id: int
    recipients: int
    warnings: tuple[str, ...] = ()


def approve_issue(
    session: Session,
    config: DigestSettings,
    issue_id: int,
    *,
    actor: str,
    now: datetime,
    seen_hash: str | None = None,
) -> Approved:
    """Approve a draft and queue one message per recipient, in the caller's transaction.

    ``seen_hash`` is the hash of what the approver saw. Raises ``LintFailed`` when the rendered
    issue breaks a rule, ``GateClosed`` (one of them) when a condition of the settings is not met,
    ``StateConflict`` when the issue is no draft or has changed since.
    """
    issue, view = load_issue(session, issue_id)
    digest = view_hash(view)
    if seen_hash is not None and not digest.startswith(seen_hash):
        raise StateConflict(
            "内容在您查看之后有变化，请重新查看 / it changed since you looked: look again"
        )
    rendered = _checked(config, view, issue_id)
    require_gates(session, config, view, issue_id=issue_id, now=now)
    store.approve(session, issue_id, actor=actor, now=now, content_hash=digest)
    edition = _edition(config, issue.edition)
    if edition is not None:
        add_configured_recipients(session, edition=edition, now=now)
    messages = _messages(session, config.mail, view=view, issue_id=issue_id, now=now)
    frozen = store.freeze(session, issue_id, messages=messages, content_hash=digest, now=now)
    if not messages:
        store.finish_issue(session, issue_id, now=now)
    record_action(
        session,
        actor=actor,
        action="issue.approve",
        target_kind="issue",
        target_id=issue_id,
        now=now,
        after={"hash": digest[:10], "recipients": frozen.recipients},
    )
    warnings = rendered.warnings + tuple(str(found) for found in check_masthead(view))
    if not messages:
        warnings += ("没有收件人 / there are no recipients",)
    return Approved(issue_id, frozen.recipients, warnings)


def void_issue(session: Session, issue_id: int, *, actor: str, reason: str, now: datetime) -> None:
    """Drop a draft: it is not sent, its items may come again in the next issue."""
    store.void_issue(session, issue_id, reason=reason, now=now)
    record_action(
        session,
        actor=actor,
        action="issue.void",
        target_kind="issue",
        target_id=issue_id,
        now=now,
        note=reason,
    )


def render_issue(
    session: Session,
    issue_id: int,
    *,
    config: DigestSettings,
    form: Literal["mail", "web"] = "mail",
) -> RenderedIssue:
    """The stored issue for preview: as the mail of a sample reader, or as the web page."""
    issue, view = load_issue(session, issue_id)
    return render_view(view, config=config, issue_id=issue.id, form=form)


def render_view(
    view: IssueView,
    *,
    config: DigestSettings,
    issue_id: int = 0,
    form: Literal["mail", "web"] = "mail",
    links: WebLinks | None = None,
) -> RenderedIssue:
    """Any view in the same two forms, also one that is not stored; ``links`` of the web page."""
    key = read_key(config.mail)
    reader = sample_reader(mail=config.mail, key=key, edition=view.edition, issue_id=issue_id)
    templates = config.digest.templates_dir
    if form == "web":
        return render_web(view, reader=reader, templates_dir=templates, links=links)
    limits = limits_of(config, view.edition)
    return render_mail(view, reader=reader, limits=limits, templates_dir=templates)


def limits_of(config: DigestSettings, edition_key: str) -> Limits:
    """How much of an issue goes into a mail; defaults for an edition no longer configured."""
    edition = _edition(config, edition_key) or EditionConfig(key=edition_key)
    return Limits(
        max_html_bytes=config.digest.max_html_bytes,
        per_section=edition.max_per_section,
        max_items=edition.max_items,
        summary_chars=edition.summary_chars,
    )


def problems_of(rendered: RenderedIssue) -> list[Problem]:
    """What the machine checks find in a rendered mail."""
    return check_rendered(rendered)


def _messages(
    session: Session, mail: MailConfig, *, view: IssueView, issue_id: int, now: datetime
) -> Sequence[OutboxRecord]:
    """One record per recipient who gets at least one item (or the empty issue)."""
    records = []
    for recipient in recipients(session, edition=view.edition):
        if view.sections and not narrowed(view, read_wishes(recipient.filters)).sections:
            continue
        records.append(
            OutboxRecord(
                dedupe_key=f"issue:{issue_id}:mail:{recipient.subscriber_id}",
                channel="mail",
                recipient=recipient.address,
                issue_id=issue_id,
                subscriber_id=recipient.subscriber_id,
                message_id=message_id(
                    mail=mail, edition=view.edition, issue=issue_id, recipient=recipient.address
                ),
                not_before=max(now, recipient.paused_until or now),
            )
        )
    return records


def _checked(config: DigestSettings, view: IssueView, issue_id: int) -> RenderedIssue:
    rendered = render_view(view, config=config, issue_id=issue_id)
    problems = check_rendered(rendered)
    if problems:
        listed = "; ".join(str(problem) for problem in problems[:5])
        raise LintFailed(f"邮件未通过检查，没有排入发送 / the mail fails its checks: {listed}")
    return rendered


def _edition(config: DigestSettings, key: str) -> EditionConfig | None:
    try:
        return edition_by_key(config.digest, key)
    except EditionUnknown:
        return None
