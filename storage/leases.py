"""Named rights that one process holds for a while, with a fencing number."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from storage.models import Lease
from storage.upsert import dialect_insert


def take_lease(
    session: Session, name: str, *, holder: str, token: str, now: datetime, ttl: timedelta
) -> int | None:
    """Take or prolong a lease; returns its fencing number, None if somebody else holds it.

    ``token`` is the secret of the holding process. The number grows whenever the holder changes,
    so that a paused former holder can be told from the present one.
    """
    session.execute(
        dialect_insert(session, Lease).on_conflict_do_nothing(),
        {"name": name, "holder": "", "token": "", "fence": 0, "expires_at": now},
    )
    fence: int | None = session.execute(
        update(Lease)
        .where(Lease.name == name, Lease.token == token, Lease.expires_at > now)
        .values(expires_at=now + ttl)
        .returning(Lease.fence)
        .execution_options(synchronize_session=False)
    ).scalar()
    if fence is not None:
        return fence
    return session.execute(
        update(Lease)
        .where(Lease.name == name, or_(Lease.expires_at <= now, Lease.token == ""))
        .values(holder=holder, token=token, fence=Lease.fence + 1, expires_at=now + ttl)
        .returning(Lease.fence)
        .execution_options(synchronize_session=False)
    ).scalar()


def release_lease(session: Session, name: str, *, token: str, now: datetime) -> bool:
    """Give a lease up. False if it is not ours (any more)."""
    done = session.execute(
        update(Lease)
        .where(Lease.name == name, Lease.token == token, Lease.expires_at > now)
        .values(expires_at=now, token="")
        .returning(Lease.name)
        .execution_options(synchronize_session=False)
    ).scalar()
    return done is not None


def lease_holder(session: Session, name: str, *, now: datetime) -> Lease | None:
    """The lease if somebody holds it now."""
    return session.scalars(
        select(Lease)
        .where(Lease.name == name, Lease.expires_at > now, Lease.token != "")
        .execution_options(populate_existing=True)
    ).one_or_none()
