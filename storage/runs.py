"""Crawl runs: queued → running → ok | partial | failed | timed_out | lost.

Every step is guarded by the state it starts from, and while a run is active by its lease token:
a child that was declared lost finds no row to update and stops.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from storage.models import CrawlRun, Fetch, Source
from storage.models.crawl import ACTIVE_STATES, RUN_COUNTS
from storage.prepared import Prepared
from storage.upsert import insert_ignoring, insert_into

MAX_ATTEMPTS = 3  # the first try and two more after a lost run
FINAL_STATES = ("ok", "partial", "failed", "timed_out", "lost")


@dataclass(frozen=True, slots=True)
class FetchRow:
    """One HTTP exchange to remember; ``fetched_at`` aware UTC, ``url_key`` and digests hex."""

    role: str
    url: str
    url_key: str
    fetched_at: datetime
    status: int | None = None
    bytes: int = 0
    elapsed_ms: int = 0
    sha256: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    warc_file: str | None = None
    warc_offset: int | None = None
    warc_length: int | None = None
    warc_digest: str | None = None
    error_code: str | None = None
    error_detail: str | None = None


_EXCHANGE = tuple(field.name for field in fields(FetchRow))
_PUT_FETCH = Prepared(
    lambda dialect: insert_into(dialect, Fetch).inline(), columns=["run_id", *_EXCHANGE]
)


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run with the key and title of its source, for lists."""

    run: CrawlRun
    source_key: str
    source_title: str


def queue_run(
    session: Session,
    *,
    source_id: int,
    trigger: str,
    now: datetime,
    options: Mapping[str, Any] | None = None,
    requested_by: str | None = None,
) -> CrawlRun | None:
    """Ask for a run. None if the source already has one queued or running."""
    run_id = insert_ignoring(
        session,
        CrawlRun,
        {
            "source_id": source_id,
            "trigger": trigger,
            "state": "queued",
            "options": dict(options or {}),
            "requested_at": now,
            "requested_by": requested_by,
        },
        returning=CrawlRun.id,
    )
    return None if run_id is None else session.get(CrawlRun, run_id)


def queued_runs(session: Session, *, now: datetime, limit: int) -> list[CrawlRun]:
    """Queued runs that may start, manual ones first, at most one per host group.

    A host group with a running run is left out: politeness holds across processes.
    """
    busy = set(
        session.scalars(
            select(Source.host_group)
            .join(CrawlRun, CrawlRun.source_id == Source.id)
            .where(CrawlRun.state == "running")
        )
    )
    rows = session.execute(
        select(CrawlRun, Source.host_group)
        .join(Source, Source.id == CrawlRun.source_id)
        .where(
            CrawlRun.state == "queued",
            or_(CrawlRun.not_before.is_(None), CrawlRun.not_before <= now),
        )
        .order_by(CrawlRun.trigger != "manual", CrawlRun.requested_at, CrawlRun.id)
    )
    chosen: list[CrawlRun] = []
    for run, group in rows:
        if group in busy:
            continue
        busy.add(group)
        chosen.append(run)
        if len(chosen) == limit:
            break
    return chosen


def claim_run(
    session: Session,
    *,
    run_id: int,
    lease_token: str,
    now: datetime,
    worker: str | None = None,
    code_version: str | None = None,
) -> bool:
    """Take a queued run. False if another process took it, or it was already finished."""
    taken = session.execute(
        update(CrawlRun)
        .where(CrawlRun.id == run_id, CrawlRun.state == "queued")
        .values(
            state="running",
            lease_token=lease_token,
            started_at=now,
            heartbeat_at=now,
            worker=worker,
            code_version=code_version,
        )
        .returning(CrawlRun.id)
    ).scalar()
    return taken is not None


def heartbeat(
    session: Session,
    *,
    run_id: int,
    lease_token: str,
    now: datetime,
    counts: Mapping[str, int] | None = None,
) -> bool:
    """Say that the run lives; ``counts`` shows progress. False: the lease is lost, stop."""
    values: dict[str, Any] = {"heartbeat_at": now, **_counts(counts)}
    return _fenced(session, run_id=run_id, lease_token=lease_token, values=values)


def finish_run(
    session: Session,
    *,
    run_id: int,
    lease_token: str,
    state: str,
    reason: str,
    now: datetime,
    counts: Mapping[str, int] | None = None,
    error_code: str | None = None,
    error_detail: str | None = None,
    stats: Mapping[str, Any] | None = None,
    warc_path: str | None = None,
) -> bool:
    """Close a running run. False if it is no longer ours. ``state`` is a final state.

    Also moves what the run stored from the queue into the search index.
    """
    if state not in FINAL_STATES:
        raise ValueError(f"{state!r} is not a final state of a run")
    values: dict[str, Any] = {
        "state": state,
        "finish_reason": reason,
        "finished_at": now,
        "heartbeat_at": now,
        "error_code": error_code,
        "error_detail": None if error_detail is None else error_detail[:4000],
        **_counts(counts),
    }
    if stats is not None:
        values["stats"] = dict(stats)
    if warc_path is not None:
        values["warc_path"] = warc_path
    from storage.index_queue import flush_index  # numpy: not before the first request of a crawl

    flush_index(session)
    return _fenced(session, run_id=run_id, lease_token=lease_token, values=values)


def _counts(counts: Mapping[str, int] | None) -> dict[str, int]:
    known = (*RUN_COUNTS, "bytes_in")
    unknown = set(counts or ()) - set(known)
    if unknown:
        raise ValueError(f"unknown run counts: {', '.join(sorted(unknown))}")
    return dict(counts or {})


def _fenced(session: Session, *, run_id: int, lease_token: str, values: Mapping[str, Any]) -> bool:
    done = session.execute(
        update(CrawlRun)
        .where(
            CrawlRun.id == run_id,
            CrawlRun.state == "running",
            CrawlRun.lease_token == lease_token,
        )
        .values(dict(values))
        .returning(CrawlRun.id)
    ).scalar()
    return done is not None


def reap_lost_runs(
    session: Session, *, now: datetime, silent_for: timedelta, retry_after: timedelta | None = None
) -> list[CrawlRun]:
    """Mark running runs without a heartbeat for ``silent_for`` as lost and queue them again.

    A run is tried three times in all; ``retry_after`` (default 1 minute) delays the next try.
    Returns the lost runs.
    """
    lost = list(
        session.scalars(
            select(CrawlRun)
            .where(CrawlRun.state == "running", CrawlRun.heartbeat_at < now - silent_for)
            .with_for_update(skip_locked=True)
        )
    )
    for run in lost:
        run.state = "lost"
        run.finished_at = now
        run.finish_reason = "silent"
        run.error_code = run.error_code or "lease_lost"
    session.flush()
    for run in lost:
        if run.attempt < MAX_ATTEMPTS:
            insert_ignoring(
                session,
                CrawlRun,
                {
                    "source_id": run.source_id,
                    "trigger": run.trigger,
                    "state": "queued",
                    "options": run.options,
                    "attempt": run.attempt + 1,
                    "requested_at": now,
                    "requested_by": run.requested_by,
                    "not_before": now + (retry_after or timedelta(minutes=1)),
                },
                returning=CrawlRun.id,
            )
    return lost


def cancel_queued(
    session: Session, *, run_id: int, now: datetime, reason: str, error_code: str = "cancelled"
) -> bool:
    """Close a run that has not started (state failed). False if it has."""
    done = session.execute(
        update(CrawlRun)
        .where(CrawlRun.id == run_id, CrawlRun.state == "queued")
        .values(
            state="failed",
            finish_reason=reason[:200],
            finished_at=now,
            error_code=error_code,
            error_detail=reason[:4000],
        )
        .returning(CrawlRun.id)
    ).scalar()
    return done is not None


def list_runs(
    session: Session, *, source_key: str | None = None, limit: int = 50, offset: int = 0
) -> list[RunRow]:
    """Newest runs first."""
    query = (
        select(CrawlRun, Source.key, Source.title)
        .join(Source, Source.id == CrawlRun.source_id)
        .order_by(CrawlRun.id.desc())
        .limit(limit)
        .offset(offset)
    )
    if source_key is not None:
        query = query.where(Source.key == source_key)
    return [RunRow(run, key, title) for run, key, title in session.execute(query)]


def recent_runs(session: Session, *, source_id: int, limit: int) -> list[CrawlRun]:
    """The newest finished runs of one source, newest first (input of the health rules)."""
    return list(
        session.scalars(
            select(CrawlRun)
            .where(CrawlRun.source_id == source_id, CrawlRun.state.not_in(ACTIVE_STATES))
            .order_by(CrawlRun.id.desc())
            .limit(limit)
        )
    )


def has_read_to_the_end(session: Session, *, source_id: int) -> bool:
    """Whether some finished run of a source read its lists to known ground or to their end."""
    found = session.scalar(
        select(CrawlRun.id)
        .where(
            CrawlRun.source_id == source_id,
            CrawlRun.state.not_in(ACTIVE_STATES),
            CrawlRun.stats["listing"].as_string() == "complete",
        )
        .limit(1)
    )
    return found is not None


def record_fetches(session: Session, rows: Sequence[FetchRow], *, run_id: int) -> None:
    """Remember HTTP exchanges of a run."""
    if rows:
        values = [
            {"run_id": run_id, **{name: getattr(row, name) for name in _EXCHANGE}} for row in rows
        ]
        _PUT_FETCH.run_many(session.connection(), values)
