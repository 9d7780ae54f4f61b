"""The next look at a source after a run, written where the run is closed.

By the crawl process itself, or by its supervisor when the process did not live to do it: a source
whose crawl dies every time must not be tried every minute.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crawler.control.due import next_check, opening
from storage import hosts, sources
from storage.clock import undo_future
from storage.models import HostState, Source


def set_next_look(
    session: Session, *, source_id: int, good: bool | None, saw_new: bool = False, now: datetime
) -> datetime:
    """Write down how the last run ended and when to look again. Returns that time (UTC).

    ``good`` None: the run says nothing about the source (interrupted): as soon as may be.
    """
    source = session.get_one(Source, source_id)
    failures = 0 if good else source.failures + (good is False)
    due = now
    if good is not None:
        due = next_check(
            now,
            source_key=source.key,
            every=timedelta(seconds=source.every_seconds),
            failures=failures,
            not_before=_asked_pause(session, source),
        )
    due = opening(source.hours, timezone=source.timezone, now=due) or due
    sources.set_next_check(
        session,
        source_id=source.id,
        next_check_at=due,
        checked_at=now,
        ok=good,
        saw_new=saw_new,
    )
    return due


def due_now(session: Session, *, now: datetime, limit: int) -> list[Source]:
    """Sources to crawl now; one outside its hours is put off to their beginning."""
    undo_future(session, now=now)
    chosen = []
    for source in sources.due_sources(session, now=now, limit=limit):
        opens = opening(source.hours, timezone=source.timezone, now=now)
        if opens is None:
            chosen.append(source)
        else:
            sources.set_next_check(session, source_id=source.id, next_check_at=opens)
    return chosen


def _asked_pause(session: Session, source: Source) -> datetime | None:
    """The longest pause that the source's host, or its group, asked for."""
    rows: list[HostState | None] = [
        hosts.host_state(session, name) for name in {source.host_group, source.host} if name
    ]
    asked = [row.not_before for row in rows if row is not None and row.not_before is not None]
    return max(asked, default=None)
