"""Applying the health rules: run history in, health events opened, refreshed and closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import get_args

from sqlalchemy.orm import Session

from crawler.control.health import (
    EXCUSED_CODES,
    LEAST_SILENCE,
    Finding,
    RunFacts,
    SourceFacts,
    findings,
    settled_rules,
    usual_silence,
)
from crawler.control.rounds import (
    ROUND,
    Kind,
    SharedFault,
    SourceRun,
    kind_of,
    over,
    shared_faults,
)
from crawler.fetch.run_counts import NOT_THE_PAGE
from storage import health
from storage.engine import Database
from storage.held import held_counts
from storage.models import CrawlRun, HealthEvent, Source
from storage.runs import recent_runs
from storage.sources import list_sources
from storage.unread import UnreadPages, days_with_new, first_seen_counts, unread_pages

HISTORY = 20
PAGES_OF = timedelta(days=30)
RHYTHM_OF = timedelta(days=180)
#: what keeps a page waiting without being its fault; a ban by robots.txt lasts
PASSING_CODES = NOT_THE_PAGE - {"robots_denied"}
#: findings that say what is so now: they end when it is over, not after two good runs
PRESENT = frozenset({"quiet", "unread_pages", "doubted"})
SYSTEM = "system"
FILES = "source_files"
REREAD = "运行 dibao source check，按提示逐处改好；文件夹不在时检查磁盘与 crawl.catalog_folders"


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
    """Judge every scheduled source; returns what opened and what closed.

    A fault that many sources share is one event of the system; theirs are not opened beside it.
    """
    with db.writer() as session:
        judged = [
            (
                source,
                [
                    _run_facts(run)
                    for run in recent_runs(session, source_id=source.id, limit=HISTORY)
                ],
            )
            for source in list_sources(session)
            if source.enabled and source.status == "enabled"
        ]
        changes, silent = _judge_system(session, judged, now=now)
        facts = _facts_of_pages(session, [source for source, _ in judged], now=now)
        for source, runs in judged:
            found = findings(facts[source.id], runs, now=now, open_after=open_after)
            found = _without(session, source, found, silent)
            changes += _apply(session, source, found, runs, now=now)
        _close_unjudged(session, {source.id for source, _ in judged}, now=now)
    return changes


def update_files(db: Database, errors: Sequence[object], *, now: datetime) -> list[HealthChange]:
    """One event of the system while source files (or a folder of them) cannot be read."""
    with db.writer() as session:
        if errors:
            event, opened = health.open_event(
                session,
                subject=SYSTEM,
                rule=FILES,
                severity="error",
                summary=f"{len(errors)} 处来源文件读不了，这些来源照旧的定义显示，但采不了",
                evidence={"errors": [str(error)[:300] for error in errors[:5]], "remedy": REREAD},
                now=now,
            )
            return [_system_change(event, opened=True, remedy=REREAD)] if opened else []
        found = [one for one in health.open_events(session, subject=SYSTEM) if one.rule == FILES]
        for event in found:
            health.close_event(session, event.id, now=now)
        return [_system_change(event, opened=False, remedy="") for event in found]


def _close_unjudged(session: Session, judged: set[int], *, now: datetime) -> None:
    """Nobody waits for a source that was removed or switched off: its events end unannounced."""
    for event in health.open_events(session):
        if event.source_id is not None and event.source_id not in judged:
            health.close_event(session, event.id, now=now)


def _facts_of_pages(
    session: Session, sources: Sequence[Source], *, now: datetime
) -> dict[int, SourceFacts]:
    """The facts of each source, with what became of the pages it listed lately."""
    since = now - PAGES_OF
    unread: dict[int, list[UnreadPages]] = {}
    for pages in unread_pages(session, since=since):
        if pages.code not in PASSING_CODES:
            unread.setdefault(pages.source_id, []).append(pages)
    excused = any(one.code in EXCUSED_CODES for pages in unread.values() for one in pages)
    brought = first_seen_counts(session, since=since) if excused else {}
    held = held_counts(session, since=since)
    return {
        source.id: replace(
            _source_facts(source),
            unread={pages.code: pages.count for pages in unread.get(source.id, ())},
            unread_example=next((pages.example for pages in unread.get(source.id, ())), ""),
            brought=brought.get(source.id, 0),
            held=held.get(source.id, 0),
            quiet_days=_quiet_days(session, source, now=now),
        )
        for source in sources
    }


def _quiet_days(session: Session, source: Source, *, now: datetime) -> int:
    """The source's own limit of silence, or one by its rhythm where its file gives none."""
    last = source.last_new_at or source.created_at
    if source.quiet_days or now - last <= timedelta(days=LEAST_SILENCE):
        return source.quiet_days or 0
    return usual_silence(days_with_new(session, source_id=source.id, since=last - RHYTHM_OF))


def _judge_system(
    session: Session, judged: Sequence[tuple[Source, list[RunFacts]]], *, now: datetime
) -> tuple[list[HealthChange], set[str]]:
    """Faults that many sources share: what opened and closed, and the rules that stay silent."""
    lasting = {
        (event.source_id, event.rule)
        for event in health.open_events(session)
        if event.opened_at < now - ROUND
    }
    latest = [
        SourceRun(source.title, runs[0])
        for source, runs in judged
        if runs and (source.id, kind_of(runs[0])) not in lasting
    ]
    changes = [
        _system_change(event, opened=True, remedy=fault.remedy)
        for fault in shared_faults(latest, now=now)
        for event, opened in [_open_shared(session, fault, now=now)]
        if opened
    ]
    open_now = {event.rule: event for event in health.open_events(session, subject=SYSTEM)}
    kinds: list[Kind] = [kind for kind in get_args(Kind) if kind in open_now]
    for kind in over(latest, kinds, now=now):
        event = open_now.pop(kind)
        health.close_event(session, event.id, now=now)
        changes.append(_system_change(event, opened=False, remedy=""))
    return changes, set(open_now)


def _open_shared(
    session: Session, fault: SharedFault, *, now: datetime
) -> tuple[HealthEvent, bool]:
    return health.open_event(
        session,
        subject=SYSTEM,
        rule=fault.kind,
        severity="error",
        summary=fault.message,
        evidence={**fault.evidence, "remedy": fault.remedy, "since": fault.since.isoformat()},
        now=now,
    )


def _system_change(event: HealthEvent, *, opened: bool, remedy: str) -> HealthChange:
    return HealthChange(
        event.id, "系统", event.rule, opened, event.summary, remedy, event.opened_at
    )


def _without(
    session: Session, source: Source, found: Sequence[Finding], silent: set[str]
) -> list[Finding]:
    """The findings, but for new ones of a kind that the system's own event tells already."""
    if silent.isdisjoint(finding.rule for finding in found):
        return list(found)
    subject = f"source:{source.key}"
    told = {event.rule for event in health.open_events(session, subject=subject)}
    return [finding for finding in found if finding.rule in told or finding.rule not in silent]


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
        if event.rule in still or (event.rule not in PRESENT and not settled_rules(runs)):
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
        lists_failed=int((run.stats or {}).get("list_failures") or 0),
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
