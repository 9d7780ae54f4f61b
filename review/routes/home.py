"""今日一览: the one-glance page."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from digest.periods import next_moment, period_at
from digest.recipients import recipient_count
from digest.settings import EditionConfig
from review.access import Access, access
from review.desk import AtDesk, Desk
from review.queries import home as reads
from review.queries.sources import BAD, HEALTH_ORDER, SourceLine, source_lines
from review.shown import size_text
from review.source_words import why
from review.view import STATIC
from storage.health import open_events
from storage.models import Issue

router = APIRouter()

SCHEDULER_LEASE = "scheduler"
_LOW_DISK = 1024**3
_STUCK_MAIL = timedelta(hours=2)
# a draft is made when it is due; it may wait this long for its reader
_PATIENCE = timedelta(hours=12)
_TONES = {
    "healthy": "ok",
    "quiet": "quiet",
    "degraded": "warn",
    "broken": "bad",
    "blocked": "bad",
    "never": "off",
    "off": "off",
}


@dataclass(frozen=True, slots=True)
class EditionLine:
    """The next issue of one edition; ``tone`` and ``verdict`` say whether it will go out."""

    title: str
    due_at: datetime
    due_text: str
    recipients: int
    items: int
    issue_id: int | None
    state: str
    tone: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Light:
    """One of the lights: ok, warn, bad or off, with a few words."""

    key: str
    tone: str
    text: str


@router.get("/")
@access(Access.READER)
def home(desk: AtDesk) -> Response:
    """Will the next digest go out, what is broken, what waits, what changed."""
    start_of_yesterday, _ = desk.clock.day_bounds(desk.clock.today - timedelta(days=1), None)
    with desk.reader() as session:
        lines = source_lines(session, now=desk.now, counted="nothing")
        running = scheduler_runs(session, now=desk.now)
        editions = [
            _edition_line(session, desk, edition, running=running)
            for edition in desk.site.digest.editions
        ]
        troubled = [line for line in lines if line.health in BAD or line.health == "degraded"]
        return desk.page(
            "home.html",
            section="home",
            waiting=reads.waiting(session),
            yesterday=reads.since(session, start_of_yesterday or desk.now),
            health_counts=_totals(session, desk, lines),
            health_bar=_bar(lines),
            troubled=[_troubled(line, desk) for line in troubled[:8]],
            shared=[
                {"text": event.summary, "remedy": event.evidence.get("remedy", "")}
                for event in open_events(session, subject="system")
            ],
            editions=editions,
            last=_last(session),
            lights=_lights(session, desk, running=running),
        )


def scheduler_runs(session: Session, *, now: datetime) -> bool:
    """Whether some scheduler holds its lease."""
    lease = reads.lease(session, SCHEDULER_LEASE)
    return lease is not None and lease.expires_at > now


def _totals(session: Session, desk: Desk, lines: list[SourceLine]) -> dict[str, int]:
    return {
        "total": sum(1 for line in lines if line.health != "off"),
        "bad": sum(1 for line in lines if line.health in BAD),
        "checked": reads.checked_since(session, desk.now - timedelta(days=1)),
    }


def _bar(lines: list[SourceLine]) -> list[dict[str, Any]]:
    """Widths of the health bar, out of 1000, in the order worst first."""
    wanted = [line.health for line in lines if line.health != "off"]
    parts: list[dict[str, Any]] = []
    x = 0.0
    for key in HEALTH_ORDER:
        count = wanted.count(key)
        if count:
            width = 1000 * count / len(wanted)
            parts.append(
                {
                    "key": key,
                    "count": count,
                    "tone": _TONES[key],
                    "x": f"{x:.1f}",
                    "width": f"{width:.1f}",
                }
            )
            x += width
    return parts


def _troubled(line: SourceLine, desk: Desk) -> dict[str, Any]:
    return {
        "key": line.source.key,
        "title": line.source.title,
        "health": line.health,
        "why": why(line, desk.clock),
        "since": line.since or (line.run.finished_at if line.run else None),
        "last_new_at": line.source.last_new_at,
    }


def _edition_line(
    session: Session, desk: Desk, edition: EditionConfig, *, running: bool
) -> EditionLine:
    issue = reads.open_issue(session, edition.key)
    due_at = issue.due_at or issue.period_end if issue else next_moment(edition, desk.now)
    recipients = recipient_count(session, edition.key, config=desk.site.digest)
    if issue:
        items = reads.issue_size(session, issue.id)
    else:
        items = reads.seen_in(session, period_at(edition, desk.now).end, desk.now)
    tone, key = _verdict(edition, issue, due_at, recipients=recipients, running=running, desk=desk)
    local = desk.clock.local(due_at)
    return EditionLine(
        title=edition.title,
        due_at=due_at,
        due_text=f"{desk.clock.day(local.date())} {local:%H:%M}",
        recipients=recipients,
        items=items,
        issue_id=issue.id if issue else None,
        state=issue.state if issue else "",
        tone=tone,
        verdict=desk.texts(f"verdict.{key}"),
    )


def _verdict(
    edition: EditionConfig,
    issue: Issue | None,
    due_at: datetime,
    *,
    recipients: int,
    running: bool,
    desk: Desk,
) -> tuple[str, str]:
    if recipients == 0:
        return "warn", "no_recipients"
    if issue is not None and issue.state == "draft":
        late = due_at + _PATIENCE < desk.now
        return ("bad", "draft_late") if late else ("warn", "draft")
    if not running:
        return "bad", "no_scheduler"
    if issue is not None:
        return "ok", issue.state
    return "ok", "auto" if edition.approval == "automatic" else "manual"


def _last(session: Session) -> dict[str, Any] | None:
    issue = reads.last_issue(session)
    if issue is None:
        return None
    counts = reads.grouped_counts(reads.outbox_counts(session, issue.id))
    return {"id": issue.id, "title": issue.title, "sent_at": issue.sent_at, "counts": counts}


def _lights(session: Session, desk: Desk, *, running: bool) -> list[Light]:
    texts = desk.texts
    watched = bool(desk.site.watch_url)
    return [
        Light(
            "scheduler",
            "ok" if running else "bad",
            texts(f"light_text.scheduler_{'ok' if running else 'off'}"),
        ),
        Light("database", "ok", texts("light_text.database_ok", size=_database_size(desk))),
        _disk_light(desk),
        _mail_light(session, desk),
        Light(
            "watch",
            "ok" if watched else "off",
            texts(f"light_text.watch_{'ok' if watched else 'none'}"),
        ),
    ]


def _database_size(desk: Desk) -> str:
    path = desk.site.db.path
    if path is None:
        return "PostgreSQL"
    files = (path, path.with_name(path.name + "-wal"))
    return size_text(sum(file.stat().st_size for file in files if file.exists()))


def _disk_light(desk: Desk) -> Light:
    folder = desk.site.data_dir if desk.site.data_dir.exists() else STATIC
    free = shutil.disk_usage(folder).free
    low = free < _LOW_DISK
    key = "disk_low" if low else "disk_ok"
    return Light(
        "disk", "bad" if low else "ok", desk.texts(f"light_text.{key}", size=size_text(free))
    )


def _mail_light(session: Session, desk: Desk) -> Light:
    facts = reads.mail_facts(session)
    texts, ago = desk.texts, desk.clock.ago
    failed_last = facts.last_error_at and (
        facts.last_sent is None or facts.last_error_at > facts.last_sent
    )
    if failed_last:
        reason = texts.name("error_name", facts.last_error)
        return Light("mail", "bad", texts("light_text.mail_bad", why=reason))
    waiting = facts.oldest_waiting
    if waiting is not None and desk.now - waiting > _STUCK_MAIL:
        return Light("mail", "warn", texts("light_text.mail_stuck", when=ago(waiting)))
    if facts.last_sent is None:
        return Light("mail", "off", texts("light_text.mail_none"))
    return Light("mail", "ok", texts("light_text.mail_ok", when=ago(facts.last_sent)))
