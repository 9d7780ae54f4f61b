"""The run row from the crawl process's side: take it, keep it, close it."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from crawler.config import version
from crawler.control.next_look import set_next_look
from crawler.fetch.doubts import Doubt, doubt_of, known_again
from crawler.fetch.old_lists import ListDays, carried
from storage import captures, runs, sources
from storage import held as held_back
from storage.held import SampleRow
from storage.models import CrawlRun, Source
from storage.runs import FetchRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LAYOUT_CHANGED = "layout_changed"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RunClaim:
    """A run that is ours until its lease is taken away."""

    run_id: int
    token: str
    source_id: int
    options: dict[str, Any] = field(default_factory=dict)
    first: bool = True
    trigger: str = "manual"


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run ended. ``good`` None: says nothing about the source (interrupted)."""

    state: str
    reason: str
    counts: dict[str, int]
    stats: dict[str, Any]
    error_code: str | None = None
    error_detail: str | None = None
    good: bool | None = None
    saw_new: bool = False
    warc_path: str | None = None


def claim(session: Session, *, run_id: int, token: str, now: datetime) -> RunClaim | None:
    """Take a queued run. None: somebody else has it, or it is over."""
    taken = runs.claim_run(
        session,
        run_id=run_id,
        lease_token=token,
        now=now,
        worker=f"{socket.gethostname()}:{os.getpid()}",
        code_version=version(),
    )
    if not taken:
        return None
    run = session.get_one(CrawlRun, run_id)
    # a run that was killed before it had read its lists leaves the next one the first
    earlier = runs.has_read_to_the_end(session, source_id=run.source_id)
    return RunClaim(
        run_id,
        token,
        run.source_id,
        dict(run.options or {}),
        first=not earlier,
        trigger=run.trigger,
    )


def claim_own(
    session: Session, *, key: str, now: datetime, sync: Callable[[Session], None]
) -> RunClaim | None:
    """Make a manual run of a source and take it. None: a run of this source is active.

    ``sync`` brings the sources table up to date when the source is not in it yet.
    """
    source = sources.source_by_key(session, key)
    if source is None:
        sync(session)
        source = sources.source_by_key(session, key)
    if source is None:
        return None
    run = runs.queue_run(
        session, source_id=source.id, trigger="manual", now=now, requested_by="scrapy"
    )
    if run is None:
        return None
    return claim(session, run_id=run.id, token=secrets.token_hex(16), now=now)


def beat(
    session: Session,
    held: RunClaim,
    *,
    counts: dict[str, int],
    fetches: Sequence[FetchRow],
    now: datetime,
) -> bool:
    """Heartbeat with the fetches so far. False: the lease is lost; nothing was written."""
    alive = runs.heartbeat(
        session, run_id=held.run_id, lease_token=held.token, now=now, counts=counts
    )
    if alive:
        runs.record_fetches(session, fetches, run_id=held.run_id)
    return alive


def finish(
    session: Session,
    held: RunClaim,
    end: RunEnd,
    *,
    fetches: Sequence[FetchRow],
    now: datetime,
) -> RunEnd | None:
    """Close the run and say when to look again; how it ended. None: the lease is lost."""
    end = _doubted(session, held, end)
    ours = runs.finish_run(
        session,
        run_id=held.run_id,
        lease_token=held.token,
        state=end.state,
        reason=end.reason,
        now=now,
        counts=end.counts,
        error_code=end.error_code,
        error_detail=end.error_detail,
        stats=end.stats,
        warc_path=end.warc_path,
    )
    if not ours:
        return None
    runs.record_fetches(session, fetches, run_id=held.run_id)
    if end.warc_path is not None:
        captures.link_versions(session, run_id=held.run_id)
    set_next_look(session, source_id=held.source_id, good=end.good, saw_new=end.saw_new, now=now)
    return end


def _doubted(session: Session, held: RunClaim, end: RunEnd) -> RunEnd:
    """A run whose new documents are not to be believed: they are held, and the run is partial.

    What is odd about its lists comes second; a page that failed never hides either.
    """
    started = session.get_one(CrawlRun, held.run_id).started_at
    source = session.get_one(Source, held.source_id)
    end = _with_days(session, held, end, source)
    if started is None or end.state not in ("ok", "partial"):
        return end
    # a run that was killed had nobody to judge what it stored: this one does
    judged = held_back.judged_until(session, source_id=held.source_id, before_run=held.run_id)
    started = min(started, judged or LONG_AGO)
    backfill = bool(held.options.get("since"))
    brought = held_back.brought_since(session, source_id=held.source_id, since=started)
    known = held_back.known_before(session, source_id=held.source_id, before=started)
    if end.stats.get("redesigned"):
        found: Doubt | None = Doubt(LAYOUT_CHANGED, end.stats["redesigned"])
    else:
        usual = held_back.usual_new(session, source_id=held.source_id, before_run=held.run_id)
        found = doubt_of(
            brought,
            known=known,
            usual=() if backfill else usual,
            floors=source.expect.get("fill") or {},
        )
    if found is not None:
        held_back.hold_since(session, source_id=held.source_id, since=started, reason=found.code)
        return replace(end, state="partial", error_code=found.code, error_detail=found.detail)
    lists_read = end.reason == "finished" and not end.stats.get("list_failures")
    odd = None if backfill or not lists_read else _odd_lists(held, end, brought, known)
    if odd is None:
        return end
    return replace(end, state="partial", error_code=odd.code, error_detail=odd.detail)


def _with_days(session: Session, held: RunClaim, end: RunEnd, source: Source) -> RunEnd:
    """Carry on what earlier runs knew of the days on the lists."""
    before = carried(_run_before(session, held), source)
    days = ListDays.from_json(end.stats.get("days")).after(before)
    return replace(end, stats={**end.stats, "days": days.to_json()})


def _run_before(session: Session, held: RunClaim) -> CrawlRun | None:
    """The last run that lived to say what it saw."""
    earlier = runs.recent_runs(session, source_id=held.source_id, limit=10)
    return next((run for run in earlier if run.id < held.run_id and run.stats), None)


def _odd_lists(
    held: RunClaim, end: RunEnd, brought: Sequence[SampleRow], known: Sequence[SampleRow]
) -> Doubt | None:
    if again := known_again(brought, known):
        return Doubt("addresses_change", again)
    if older := ListDays.from_json(end.stats["days"]).older:
        return Doubt("stale_listing", older)
    if end.stats.get("spider", {}).get("limit/unmet") and not held.first:
        return Doubt("limit_reached", "")
    return None
