"""Running a set of sources now and waiting for the end: what ``crawl`` and ``demo`` share."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from crawler.control.dispatch import Dispatcher
from storage import runs
from storage.engine import Database
from storage.models import CrawlRun, Source

POLL_SECONDS = 0.1
LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """How one run of a batch ended."""

    run_id: int
    source_key: str
    source_title: str
    state: str
    error_code: str | None
    error_detail: str | None
    listed: int
    fetched: int
    new: int
    changed: int
    unchanged: int
    duplicate: int
    failed: int
    skipped: int
    gone: int


@dataclass(slots=True)
class Batch:
    """Queued runs of one command. ``busy`` are sources that another run already holds."""

    run_ids: dict[int, str] = field(default_factory=dict)
    busy: list[str] = field(default_factory=list)
    outcomes: list[RunOutcome] = field(default_factory=list)


def queue_batch(
    db: Database,
    source_ids: Iterable[tuple[int, str]],
    *,
    trigger: str,
    now: datetime,
    options: dict[str, Any] | None = None,
) -> Batch:
    """Queue a run for each (source id, key). A source with an active run lands in ``busy``."""
    batch = Batch()
    with db.writer() as session:
        for source_id, key in source_ids:
            run = runs.queue_run(
                session, source_id=source_id, trigger=trigger, now=now, options=options
            )
            if run is None:
                batch.busy.append(key)
            else:
                batch.run_ids[run.id] = key
    return batch


def run_batch(
    db: Database,
    batch: Batch,
    dispatcher: Dispatcher,
    *,
    clock: Callable[[], datetime],
    on_end: Callable[[RunOutcome], None] = lambda outcome: None,
    on_look: Callable[[Collection[int]], None] = lambda waiting: None,
) -> Batch:
    """Start the queued runs and wait until all have ended. Ctrl-C ends the children cleanly.

    ``on_look`` gets the ids of the runs that have not ended, every second.
    """
    waiting = set(batch.run_ids)
    looked = time.monotonic()
    try:
        while waiting:
            dispatcher.start_queued(now=clock())
            for run_id in dispatcher.poll(now=clock()):
                if run_id in waiting:
                    waiting.discard(run_id)
                    outcome = read_outcome(db, run_id)
                    batch.outcomes.append(outcome)
                    on_end(outcome)
            if time.monotonic() - looked >= LOOK_SECONDS:
                looked = time.monotonic()
                on_look(waiting)
            if waiting:
                time.sleep(POLL_SECONDS)
    finally:
        dispatcher.stop(now=clock())
    return batch


def read_progress(db: Database, run_ids: Collection[int]) -> str:
    """One line on what runs that have not ended have done so far; empty before the first page."""
    with db.reader() as session:
        counts = session.execute(
            select(
                func.coalesce(func.sum(CrawlRun.listed), 0),
                func.coalesce(func.sum(CrawlRun.fetched), 0),
                func.coalesce(func.sum(CrawlRun.new), 0),
            ).where(CrawlRun.id.in_(run_ids), CrawlRun.state == "running")
        ).one()
    listed, fetched, new = counts
    return f"列出 {listed}  已读 {fetched}  新增 {new}" if listed else ""


def read_outcome(db: Database, run_id: int) -> RunOutcome:
    """The end state of a run."""
    with db.reader() as session:
        run = session.get_one(CrawlRun, run_id)
        source = session.get_one(Source, run.source_id)
        stats = run.stats or {}
        return RunOutcome(
            run_id=run.id,
            source_key=source.key,
            source_title=source.title,
            state=run.state,
            error_code=run.error_code,
            error_detail=run.error_detail,
            listed=run.listed,
            fetched=run.fetched,
            new=run.new,
            changed=run.changed,
            unchanged=run.unchanged,
            duplicate=run.duplicate,
            failed=run.failed,
            skipped=run.skipped,
            gone=int(stats.get("gone", 0)),
        )
