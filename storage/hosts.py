"""What hosts asked of us, shared by all processes: robots, Retry-After, one request budget."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.models import HostState
from storage.upsert import dialect_insert

LONGEST_QUEUE = timedelta(hours=1)


def host_state(session: Session, host: str) -> HostState | None:
    """The row of a host, None if we never met it."""
    return session.get(HostState, host, populate_existing=True)


def _ensure(session: Session, host: str) -> HostState:
    session.execute(
        dialect_insert(session, HostState).on_conflict_do_nothing(), {"host": host, "strikes": 0}
    )
    return session.scalars(
        select(HostState)
        .where(HostState.host == host)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def remember_robots(
    session: Session,
    host: str,
    *,
    state: str,
    now: datetime,
    body: bytes | None = None,
    status: int | None = None,
    crawl_delay: float | None = None,
) -> HostState:
    """Store the outcome of a robots.txt fetch.

    ``state``: rules, allowed_all, disallowed or unreachable. An unreachable answer keeps the last
    good copy and its date (RFC 9309 §2.4 lets us use it); only the time of the check moves.
    """
    row = _ensure(session, host)
    row.robots_checked_at = now
    row.robots_status = status
    if state == "unreachable" and row.robots_fetched_at is not None:
        row.note = f"robots unreachable at {now:%Y-%m-%dT%H:%MZ}"
    else:
        row.robots_state = state
        row.robots_body = body
        row.crawl_delay = crawl_delay
        row.robots_fetched_at = None if state == "unreachable" else now
    session.flush()
    return row


def set_not_before(
    session: Session,
    host: str,
    *,
    not_before: datetime | None,
    reason: str | None = None,
    strike: bool = False,
) -> HostState:
    """Pause a host until ``not_before`` (never shortens a longer pause); None lifts the pause.

    ``strike`` counts a ban-like answer; lifting the pause clears the strikes.
    """
    row = _ensure(session, host)
    if not_before is None:
        row.not_before = None
        row.not_before_reason = None
        row.strikes = 0
    elif row.not_before is None or not_before > row.not_before:
        row.not_before = not_before
        row.not_before_reason = reason
    if strike:
        row.strikes += 1
    session.flush()
    return row


def reserve_slot(session: Session, host: str, *, now: datetime, delay_seconds: float) -> float:
    """Reserve the next request to ``host``; returns the seconds to wait before sending it.

    Slots are handed out in order, ``delay_seconds`` apart, over all processes on one database.
    A pause of the host (Retry-After) moves the slot behind it.
    """
    row = session.execute(
        select(HostState.next_slot_at, HostState.not_before)
        .where(HostState.host == host)
        .with_for_update()
    ).one_or_none()
    if row is None:
        state = _ensure(session, host)
        next_slot, not_before = state.next_slot_at, state.not_before
    else:
        next_slot, not_before = row
    start = max(now, not_before or now)
    # A clock that was set back must not hold a host for days: a slot further away than the
    # longest queue we would accept is not believed.
    if next_slot is not None:
        start = max(start, min(next_slot, start + LONGEST_QUEUE))
    session.execute(
        update(HostState)
        .where(HostState.host == host)
        .values(next_slot_at=start + timedelta(seconds=delay_seconds))
    )
    return (start - now).total_seconds()


def paused_hosts(session: Session, *, now: datetime) -> list[HostState]:
    """Hosts that asked us to wait, longest pause first."""
    return list(
        session.scalars(
            select(HostState)
            .where(HostState.not_before > now)
            .order_by(HostState.not_before.desc())
        )
    )
