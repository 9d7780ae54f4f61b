"""Instants that only a clock which ran ahead can have written: back to what they can be.

A machine that starts with a wrong date (no battery, a restored snapshot) puts looks, pauses and
leases into a future that is days or years away; once the clock is right, nothing would happen
until then.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, true, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.models import CrawlRun, FrontierEntry, HostState, Source

log = logging.getLogger(__name__)

#: pauses of a host and of a run last a day at most; a day more for the spread
FAR = timedelta(days=2)
#: a page that cannot be read is tried again after a week
FAR_PAGE = timedelta(days=9)


def undo_future(session: Session, *, now: datetime) -> int:
    """Bring looks, pauses, robots copies and heartbeats back from an impossible future; how many.

    A look is impossible when it is later than two rhythms of its source and two days.
    """
    mended = 0
    for source in session.scalars(select(Source).where(Source.next_check_at > now + FAR)):
        longest = 2 * timedelta(seconds=source.every_seconds) + FAR
        if source.next_check_at is not None and source.next_check_at > now + longest:
            source.next_check_at = now
            mended += 1
    for column, value, where in (
        (Source.last_new_at, now, true()),
        (HostState.not_before, now, true()),
        (HostState.robots_fetched_at, None, true()),
        (HostState.robots_checked_at, None, true()),
        (CrawlRun.not_before, now, CrawlRun.state == "queued"),
        # a dead process would never count as lost
        (CrawlRun.heartbeat_at, now, CrawlRun.state == "running"),
    ):
        mended += _bring_back(session, column, value, where, limit=now + FAR)
    if mended:  # the frontier is large, and no index finds these
        mended += _bring_back(session, FrontierEntry.not_before, now, true(), limit=now + FAR_PAGE)
        log.warning("%d instants lay in an impossible future: was the clock ahead?", mended)
    return mended


def _bring_back(
    session: Session,
    column: InstrumentedAttribute[datetime | None],
    value: datetime | None,
    where: ColumnElement[bool],
    *,
    limit: datetime,
) -> int:
    done = session.execute(
        update(column.class_)
        .where(column > limit, where)
        .values({column.key: value})
        .execution_options(synchronize_session=False)
    )
    return max(getattr(done, "rowcount", 0), 0)
