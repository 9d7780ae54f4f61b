"""Named rights that one process holds for a while, with a fencing number."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from storage.models import Lease
from storage.upsert import dialect_insert

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
#: terms of a lease ahead of now, beyond which no clock that is right can have set its end
FAR_TIMES = 10


def acquire(
    session: Session, *, name: str, holder: str, now: datetime, ttl: timedelta
) -> Lease | None:
    """Take a lease that nobody holds; None if somebody does.

    The row carries a fresh ``token``, the secret of this holder, and a ``fence`` that grows with
    every holder, so that a paused former holder can be told from the present one. One that runs
    out later than any holder can have asked for is of a clock that ran ahead: nobody holds it.
    """
    session.execute(
        dialect_insert(session, Lease).on_conflict_do_nothing(),
        {"name": name, "holder": "", "token": "", "fence": 0, "expires_at": now},
    )
    taken = session.execute(
        update(Lease)
        .where(
            Lease.name == name,
            or_(Lease.expires_at <= now, Lease.expires_at > now + FAR_TIMES * ttl),
        )
        .values(
            holder=holder,
            token=secrets.token_hex(16),
            fence=Lease.fence + 1,
            expires_at=now + ttl,
        )
        .returning(Lease.fence)
    ).scalar()
    return None if taken is None else session.get(Lease, name, populate_existing=True)


def renew(session: Session, *, name: str, token: str, now: datetime, ttl: timedelta) -> bool:
    """Prolong our lease. False if it ran out or somebody else holds it: stop."""
    done = session.execute(
        update(Lease)
        .where(Lease.name == name, Lease.token == token, Lease.expires_at > now)
        .values(expires_at=now + ttl)
        .returning(Lease.name)
    ).scalar()
    return done is not None


def release(session: Session, *, name: str, token: str) -> bool:
    """Give our lease up at once. False if it is not ours."""
    done = session.execute(
        update(Lease)
        .where(Lease.name == name, Lease.token == token)
        .values(expires_at=LONG_AGO, token="")
        .returning(Lease.name)
    ).scalar()
    return done is not None


def lease_holder(session: Session, name: str, *, now: datetime) -> Lease | None:
    """The lease if somebody holds it now."""
    return session.scalars(
        select(Lease)
        .where(Lease.name == name, Lease.expires_at > now)
        .execution_options(populate_existing=True)
    ).one_or_none()
