"""Reads behind the account pages."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import User, WebSession


def sessions_of(session: Session, user_id: int, *, now: datetime) -> list[WebSession]:
    """Live sessions of an account, the newest first."""
    query = (
        select(WebSession)
        .where(WebSession.user_id == user_id, WebSession.expires_at > now)
        .order_by(WebSession.id.desc())
    )
    return list(session.scalars(query))


def password_hash_of(session: Session, user_id: int) -> str | None:
    """The stored hash of an account that may log in."""
    return session.scalar(
        select(User.password_hash).where(User.id == user_id, User.disabled_at.is_(None))
    )


def user_by_id(session: Session, user_id: int) -> User | None:
    """An account."""
    return session.get(User, user_id) if user_id < 2**62 else None
