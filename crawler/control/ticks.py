"""What the scheduler does at each tick; each can run twice or late without harm."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import httpx

from crawler.config import Config
from crawler.control.alerts import announce
from crawler.control.next_look import due_now, set_next_look
from crawler.control.restored import count_round, sent_until
from crawler.control.sync import load_sources, sync_catalogue
from crawler.control.watch import update_files, update_health
from digest.compose import compose_due_issues
from digest.outbox import SendReport, send_due
from digest.transports import open_transport
from storage import captures, runs
from storage.engine import Database
from storage.file_removal import drop_unlinked
from storage.migrate import backup
from storage.prune import prune

log = logging.getLogger(__name__)

MOST_QUEUED = 50
KEEP_BACKUPS = 7
PING_SECONDS = 10.0


def queue_due(db: Database, config: Config, *, now: datetime) -> int:
    """Make the rows follow the catalogue, then queue due sources; the number queued."""
    catalogue = load_sources(config.crawl)
    for error in catalogue.errors:
        log.error("source file: %s", error)
    sync_catalogue(db, catalogue, now=now)
    with db.writer() as session:
        due = due_now(session, now=now, limit=MOST_QUEUED)
        queued = [
            run
            for source in due
            if (run := runs.queue_run(session, source_id=source.id, trigger="schedule", now=now))
        ]
    if queued:
        log.info("%d runs queued", len(queued))
    return len(queued)


def reap(db: Database, config: Config, *, now: datetime) -> int:
    """Mark runs whose process is gone as lost and queue them again; the number of them."""
    silent = timedelta(seconds=config.schedule.lost_after)
    with db.writer() as session:
        lost = runs.reap_lost_runs(session, now=now, silent_for=silent)
        for run in lost:
            if run.attempt >= runs.MAX_ATTEMPTS:
                set_next_look(session, source_id=run.source_id, good=False, now=now)
    for run in lost:
        log.warning("run %d is lost", run.id)
    return len(lost)


def compose_due(db: Database, config: Config, *, now: datetime) -> list[int]:
    """Compose a draft for each due edition; approve where the edition is unattended.

    One that is later than its grace waits for a person even then, and so does one that may have
    gone out before the database was put back from a copy. Returns the issue ids.
    """
    issues = compose_due_issues(db, config, now=now, sent_until=sent_until(db, config, now=now))
    for issue_id in issues:
        log.info("issue %d composed", issue_id)
    return issues


def send(
    db: Database, config: Config, *, now: datetime, go_on: Callable[[], bool] = lambda: True
) -> SendReport:
    """Send what is waiting: issues and alerts, while ``go_on`` says so."""
    sent_until(db, config, now=now)
    counted = count_round(db, config, now=now)
    transport = open_transport(config.mail)
    try:
        limit = None if counted else 0  # what became due just now goes with the next round
        report = send_due(db, config, now=now, transport=transport, limit=limit, go_on=go_on)
    finally:
        transport.close()
    if report.total:
        log.info("mail: %s", report)
    return report


def judge(db: Database, config: Config, *, now: datetime) -> None:
    """Apply the health rules and queue the alert mails."""
    alerts = config.alerts
    changes = update_health(db, open_after=alerts.open_after, now=now)
    changes += update_files(db, load_sources(config.crawl).errors, now=now)
    for change in changes:
        log.warning("%s: %s", "opened" if change.opened else "closed", change.message)
    with db.writer() as session:
        announce(
            session,
            changes,
            recipients=alerts.recipients,
            repeat_days=alerts.repeat_days,
            now=now,
        )


def housekeeping(db: Database, config: Config, *, now: datetime) -> None:
    """Prune old rows; on SQLite keep the last seven nightly copies."""
    with db.writer() as session:
        counts = prune(session, now=now)
    gone = prune_captures(db, config, now=now)
    files = drop_files(db, config, now=now)
    log.info("pruned: %s; %d files of captures, %d of articles", counts, len(gone), len(files))
    if db.dialect != "sqlite":
        return
    folder = config.storage.backups
    folder.mkdir(parents=True, exist_ok=True)
    backup(db, folder / f"nightly-{now:%Y%m%d}.db", now=now)
    for old in sorted(folder.glob("nightly-*.db"))[:-KEEP_BACKUPS]:
        old.unlink()


def prune_captures(db: Database, config: Config, *, now: datetime) -> list[str]:
    """Delete old files of captures that no document came from; their paths."""
    if not config.crawl.warc_days:
        return []
    keep = timedelta(days=config.crawl.warc_days)
    with db.writer() as session:
        old = captures.retire_files(session, now=now, keep=keep)
    for path in old:
        (config.storage.captures / path).unlink(missing_ok=True)
    return old


def drop_files(db: Database, config: Config, *, now: datetime) -> list[str]:
    """Delete files whose documents were removed; their paths."""
    with db.writer() as session:
        old = drop_unlinked(session, stored_before=now - timedelta(days=1))
    for path in old:
        (config.storage.blobs / path).unlink(missing_ok=True)
    return old


def ping(url: str) -> None:
    """Tell the outside dead-man's switch that we live; a failure is only logged."""
    if not url:
        return
    try:
        httpx.get(url, timeout=PING_SECONDS, follow_redirects=False).raise_for_status()
    except httpx.HTTPError as error:
        log.warning("check_url: %s", type(error).__name__)
