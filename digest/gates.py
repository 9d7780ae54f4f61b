"""What an issue has to pass before it goes out: checks, size, links, test copy, a person.

Lint, size and the approval of a person always hold. Links and the test copy are told, and hold
only where ``digest.check_links`` or ``digest.require_test`` say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.errors import GateClosed
from digest.link_check import STATES, LinkReport, issue_links, links_key, report_of
from digest.lint import Problem, check_masthead, check_message, check_rendered
from digest.message import build_message
from digest.readers import sample_reader
from digest.recipients import recipient_count
from digest.render import RenderedIssue
from digest.settings import DigestSettings
from digest.tokens import read_key
from digest.trial import test_key
from digest.view import IssueView, view_hash
from storage.audit import list_actions, record_action
from storage.models import Issue, Outbox

State = Literal["pass", "warn", "wait", "fail"]

LINKS_ACTION = "issue.links"
# A page that answered longer ago may be gone by now.
LINKS_KEEP = timedelta(hours=72)
_BY_HAND = (
    '稍后再试；仍不行，请人打开看过，设 digest.check_links = "report" 后批准（内网地址可列入 '
    "crawl.allow_private） / try later; else open them by hand and approve with check_links = "
    '"report" (inside addresses can be listed in crawl.allow_private)'
)


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate. warn: told, not in the way; wait: something is still to be done; fail: closed."""

    name: str
    state: State
    message: str
    remedy: str = ""


def gates(
    session: Session,
    config: DigestSettings,
    issue: Issue,
    *,
    view: IssueView,
    rendered: RenderedIssue,
    now: datetime,
) -> list[Gate]:
    """Every gate of an issue and its mail to a sample reader."""
    return [
        *_mail_gates(config, view, rendered, issue_id=issue.id, now=now),
        _link_gate(session, config, view, issue_id=issue.id, now=now),
        _test_gate(session, config, view, issue_id=issue.id),
        _approval(session, config, issue, view),
    ]


def require_gates(
    session: Session, config: DigestSettings, view: IssueView, *, issue_id: int, now: datetime
) -> None:
    """Before approval: raise ``GateClosed`` for links and test copy where they are required."""
    asked = (
        _link_gate(session, config, view, issue_id=issue_id, now=now),
        _test_gate(session, config, view, issue_id=issue_id),
    )
    closed = [gate for gate in asked if gate.state in ("fail", "wait")]
    if closed:
        messages = [gate.message.partition(" / ") for gate in closed]
        remedies = [gate.remedy.partition(" / ") for gate in closed]
        chinese = "；".join(f"{m[0]}，{r[0]}" for m, r in zip(messages, remedies, strict=True))
        english = "; ".join(f"{m[2]}: {r[2]}" for m, r in zip(messages, remedies, strict=True))
        raise GateClosed(f"{chinese} / {english}")


def record_links(
    session: Session, issue_id: int, report: LinkReport, *, actor: str, now: datetime
) -> None:
    """Keep what the links answered, in the audit of the issue."""
    record_action(
        session,
        actor=actor,
        action=LINKS_ACTION,
        target_kind="issue",
        target_id=issue_id,
        now=now,
        after=report.as_values(),
    )


@dataclass(frozen=True, slots=True)
class KeptLinks:
    """The latest answers of the links of an issue. ``counts`` by state also where not all links
    are kept; ``fits``: they are of exactly these addresses and not too old."""

    report: LinkReport
    counts: Mapping[str, int]
    actor: str
    at: datetime
    fits: bool


def kept_links(
    session: Session, view: IssueView, *, issue_id: int, now: datetime
) -> KeptLinks | None:
    """What the links answered when they were last asked, however long ago."""
    for row in list_actions(session, target_kind="issue", target_id=issue_id, limit=200):
        if row.action == LINKS_ACTION:
            values = dict(row.after or {})
            report = report_of(values)
            fits = now - row.at <= LINKS_KEEP and report.key == links_key(view)
            counts: dict[str, int] = {state: int(values.get(state, 0)) for state in STATES}
            return KeptLinks(report, counts, row.actor, row.at, fits)
    return None


def known_links(
    session: Session, view: IssueView, *, issue_id: int, now: datetime
) -> LinkReport | None:
    """The latest report on exactly these addresses, if it is not too old."""
    kept = kept_links(session, view, issue_id=issue_id, now=now)
    return kept.report if kept is not None and kept.fits else None


def _mail_gates(
    config: DigestSettings,
    view: IssueView,
    rendered: RenderedIssue,
    *,
    issue_id: int,
    now: datetime,
) -> Iterator[Gate]:
    problems = [
        *check_rendered(rendered),
        *_message_problems(config, view, rendered, issue_id, now),
    ]
    faults = [str(problem) for problem in problems if problem.code != "E14"]
    if faults:
        more = f"（共 {len(faults)} 项）" if len(faults) > 3 else ""
        text = "；".join(faults[:3]) + more
        yield Gate("checks", "fail", text, "改正后再试 / mend it and try again")
    else:
        yield Gate("checks", "pass", "没有问题 / nothing found")
    size, limit = len(rendered.html.encode("utf-8")), config.digest.max_html_bytes
    told = f"{size:,} / {limit:,} B"
    if size > limit:
        advice = "减少条目（max_items、max_per_section） / fewer items (max_items)"
        yield Gate("size", "fail", told, advice)
    else:
        yield Gate("size", "pass", told)
    for found in check_masthead(view):
        yield Gate("masthead", "warn", str(found), "是否适用请问律师 / a lawyer decides")


def _message_problems(
    config: DigestSettings, view: IssueView, rendered: RenderedIssue, issue_id: int, now: datetime
) -> list[Problem]:
    reader = sample_reader(
        mail=config.mail, key=read_key(config.mail), edition=view.edition, issue_id=issue_id
    )
    message = build_message(
        rendered, view=view, reader=reader, mail=config.mail, sent_at=now, issue=issue_id
    )
    return check_message(message.content)


def _link_gate(
    session: Session, config: DigestSettings, view: IssueView, *, issue_id: int, now: datetime
) -> Gate:
    count = len(issue_links(view))
    required = config.digest.check_links == "require"
    if not count:
        return Gate("links", "pass", "没有链接 / no links")
    advice = (
        f"在审阅网页的这一期点“核对链接”，或运行 dibao digest check {issue_id} --links"
        " / press “Check links” on the issue's page, or run it with --links"
    )
    report = known_links(session, view, issue_id=issue_id, now=now)
    if report is None or report.offline:
        text = "链接还没有核对 / links not checked"
        if report is not None:
            text = "核对链接时没有网络 / no network when the links were checked"
        return Gate("links", "wait" if required else "warn", text, advice)
    return _looked_at(report, count, required=required)


def _looked_at(report: LinkReport, count: int, *, required: bool) -> Gate:
    """What the answers of ``count`` links mean."""
    dead, silent = report.of("dead"), report.of("unreachable", "refused")
    closed: State = "fail" if required else "warn"
    if dead:
        listed = "；".join(link.told() for link in dead[:3])
        text = f"{len(dead)} 个链接打不开：{listed} / dead links: {len(dead)} of {count}"
        advice = "移出这些条目，或核对后重新运行 / drop these items, or look and check again"
        return Gate("links", closed, text, advice)
    if report.unchecked >= count:
        reasons = "、".join(sorted({link.detail for link in report.of("unchecked")}))
        text = f"{count} 个链接都没能核对：{reasons} / none of {count} links could be checked"
        return Gate("links", closed, text, _BY_HAND)
    if silent:
        text = (
            f"{len(silent)} 个链接没有应答或拒绝程序访问，请人看一眼"
            f" / {len(silent)} of {count} gave no answer or refuse programs"
        )
        return Gate("links", "warn", text, "、".join(link.url for link in silent[:3]))
    if report.unchecked:
        left = report.unchecked
        text = f"{count} 个链接，其中 {left} 个不能核对 / links, {left} of them not checked"
        return Gate("links", "pass", text)
    return Gate("links", "pass", f"{count} 个链接 / links")


def link_notes(session: Session, view: IssueView, *, issue_id: int, now: datetime) -> list[str]:
    """For the desk: one line for each dead link that is known."""
    report = known_links(session, view, issue_id=issue_id, now=now)
    return [link.told() for link in report.of("dead")] if report is not None else []


def _test_gate(session: Session, config: DigestSettings, view: IssueView, *, issue_id: int) -> Gate:
    begin = test_key(issue_id, view)
    states = set(
        session.scalars(
            select(Outbox.state).where(Outbox.dedupe_key.startswith(begin, autoescape=True))
        )
    )
    if "sent" in states:
        return Gate("test", "pass", "测试邮件已发出 / a test copy went out")
    advice = f"运行 dibao digest test {issue_id} 邮箱，再运行 dibao digest send / run both"
    text = "还没有发过这一稿的测试邮件 / no test copy of this content was sent"
    if states:
        text = f"测试邮件还没有发出（{'、'.join(sorted(states))}） / the test copy is not out yet"
    return Gate("test", "wait" if config.digest.require_test else "warn", text, advice)


def _approval(session: Session, config: DigestSettings, issue: Issue, view: IssueView) -> Gate:
    people = recipient_count(session, issue.edition, config=config.digest)
    if issue.state == "void":
        return Gate("approval", "fail", "已作废 / void", "重新启用后再审 / reopen it first")
    if issue.state == "draft":
        text = f"等人批准，将发给 {people} 人 / waits for a person; {people} readers"
        return Gate("approval", "wait", text, f"dibao digest approve {issue.id}")
    if issue.content_hash and issue.content_hash != view_hash(view):
        text = "内容在批准之后有变化，不会发送 / changed since approval, nothing is sent"
        return Gate("approval", "fail", text, "作废后重新生成 / void it and compose again")
    return Gate("approval", "pass", f"{issue.approved_by or '—'} {issue.state}")
