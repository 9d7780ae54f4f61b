"""Applying the health rules: run history in, health events opened, refreshed and closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crawler.control.health import Finding, RunFacts, SourceFacts, findings, settled_rules
from storage import health
from storage.engine import Database
from storage.models import CrawlRun, Source
from storage.runs import recent_runs
from storage.sources import list_sources

HISTORY = 20


@dataclass(frozen=True, slots=True)
class HealthChange:
    """An event that opened or closed just now."""

    event_id: int
    source_title: str
    rule: str
    opened: bool
    message: str
    remedy: str
    since: datetime


def update_health(db: Database, *, open_after: int, now: datetime) -> list[HealthChange]:
    """Judge every scheduled source; returns what opened and what closed."""
    changes: list[HealthChange] = []
    with db.writer() as session:
        for source in list_sources(session):
            if not source.enabled or source.status != "enabled":
                continue
            runs = [
                _run_facts(run) for run in recent_runs(session, source_id=source.id, limit=HISTORY)
            ]
            found = findings(_source_facts(source), runs, now=now, open_after=open_after)
            changes += _apply(session, source, found, runs, now=now)
    return changes


def _apply(
    session: Session,
    source: Source,
    found: Sequence[Finding],
    runs: Sequence[RunFacts],
    *,
    now: datetime,
) -> list[HealthChange]:
    changes = []
    subject = f"source:{source.key}"
    for finding in found:
        event, opened = health.open_event(
            session,
            subject=subject,
            rule=finding.rule,
            severity=finding.severity,
            summary=finding.message,
            evidence={
                **finding.evidence,
                "remedy": finding.remedy,
                "since": finding.since.isoformat(),
            },
            source_id=source.id,
            now=now,
        )
        if opened:
            changes.append(
                HealthChange(
                    event.id,
                    source.title,
                    finding.rule,
                    True,
                    finding.message,
                    finding.remedy,
                    finding.since,
                )
            )
    still = {finding.rule for finding in found}
    for event in health.open_events(session, subject=subject):
        # Silence ends with the first new item; faults of runs end after two good ones.
        if event.rule in still or (event.rule != "quiet" and not settled_rules(runs)):
            continue
        health.close_event(session, event.id, now=now)
        changes.append(
            HealthChange(
                event.id, source.title, event.rule, False, event.summary, "", event.opened_at
            )
        )
    return changes


def _run_facts(run: CrawlRun) -> RunFacts:
    return RunFacts(
        run_id=run.id,
        state=run.state,
        finished_at=run.finished_at or run.requested_at,
        error_code=run.error_code,
        listed=run.listed,
        new=run.new,
        failed=run.failed,
        fetched=run.fetched,
    )


def _source_facts(source: Source) -> SourceFacts:
    return SourceFacts(
        key=source.key,
        title=source.title,
        min_rows=int(source.expect.get("min_rows", 1)),
        quiet_days=source.quiet_days or 0,
        last_new_at=source.last_new_at,
        first_run_at=source.created_at,
    )
