"""Accounts of the review pages. Passwords and tokens arrive hashed; nothing secret is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from storage.errors import Conflict, NotFound
from storage.models import ApiToken, LoginThrottle, User, WebSession
from storage.upsert import dialect_insert


def _name(name: str) -> str:
    cleaned = name.strip().casefold()
    if not cleaned:
        raise ValueError("用户名不能为空 / the user name is empty")
    return cleaned


def add_user(
    session: Session,
    *,
    name: str,
    password_hash: str,
    role: str,
    now: datetime,
    display_name: str | None = None,
) -> User:
    """Add an account. Raises Conflict if the name (without regard to case) is taken."""
    if find_user(session, name) is not None:
        raise Conflict(f"用户 {name} 已存在 / user {name} exists")
    user = User(
        name=_name(name),
        display_name=display_name or name.strip(),
        password_hash=password_hash,
        role=role,
        created_at=now,
        password_changed_at=now,
    )
    session.add(user)
    session.flush()
    return user


def find_user(session: Session, name: str) -> User | None:
    """The account with this name, without regard to case; also if disabled."""
    return session.scalars(select(User).where(User.name == _name(name))).one_or_none()


def list_users(session: Session) -> list[User]:
    """All accounts by name."""
    return list(session.scalars(select(User).order_by(User.name)))


def count_users(session: Session) -> int:
    """Accounts that may log in."""
    query = select(func.count()).select_from(User).where(User.disabled_at.is_(None))
    return session.scalar(query) or 0


def _get(session: Session, user_id: int) -> User:
    user = session.get(User, user_id, with_for_update=True)
    if user is None:
        raise NotFound(f"没有这个用户 / no such user: {user_id}")
    return user


def set_password(session: Session, *, user_id: int, password_hash: str, now: datetime) -> None:
    """Change the password; every session of the account ends."""
    user = _get(session, user_id)
    user.password_hash, user.password_changed_at = password_hash, now
    end_sessions(session, user_id=user_id)
    session.flush()


def upgrade_hash(session: Session, *, user_id: int, password_hash: str) -> None:
    """Store the same password under better parameters; sessions stay."""
    _get(session, user_id).password_hash = password_hash
    session.flush()


def set_role(session: Session, *, user_id: int, role: str) -> None:
    """Change the role."""
    _get(session, user_id).role = role
    session.flush()


def disable_user(session: Session, *, user_id: int, now: datetime) -> None:
    """Close an account: its sessions end and its tokens are revoked."""
    user = _get(session, user_id)
    user.disabled_at = user.disabled_at or now
    end_sessions(session, user_id=user_id)
    session.execute(
        update(ApiToken)
        .where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    session.flush()


def enable_user(session: Session, *, user_id: int) -> None:
    """Open a closed account again."""
    _get(session, user_id).disabled_at = None
    session.flush()


def start_session(
    session: Session,
    *,
    user_id: int,
    token_hash: str,
    now: datetime,
    expires_at: datetime,
    csrf_token: str | None = None,
    address: str | None = None,
    user_agent: str | None = None,
) -> WebSession:
    """Log in: store the hash of a fresh session token."""
    row = WebSession(
        user_id=user_id,
        token_hash=token_hash,
        csrf_token=csrf_token,
        created_at=now,
        last_seen_at=now,
        expires_at=expires_at,
        address=address,
        user_agent=(user_agent or "")[:300] or None,
    )
    session.add(row)
    _get(session, user_id).last_login_at = now
    session.flush()
    return row


def find_session(
    session: Session, *, token_hash: str, now: datetime
) -> tuple[WebSession, User] | None:
    """The live session behind a token and its account; None if expired or disabled."""
    row = session.execute(
        select(WebSession, User)
        .join(User, User.id == WebSession.user_id)
        .where(
            WebSession.token_hash == token_hash,
            WebSession.expires_at > now,
            User.disabled_at.is_(None),
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def touch_session(
    session: Session, *, session_id: int, now: datetime, expires_at: datetime
) -> None:
    """Note that a session is in use and prolong it."""
    session.execute(
        update(WebSession)
        .where(WebSession.id == session_id)
        .values(last_seen_at=now, expires_at=expires_at)
    )


def end_session(session: Session, *, token_hash: str) -> bool:
    """Log out. False if there was no such session."""
    done = session.execute(
        delete(WebSession).where(WebSession.token_hash == token_hash).returning(WebSession.id)
    ).scalar()
    return done is not None


def end_sessions(session: Session, *, user_id: int, but: str | None = None) -> int:
    """End all sessions of an account, but the one with token hash ``but``."""
    query = delete(WebSession).where(WebSession.user_id == user_id)
    if but is not None:
        query = query.where(WebSession.token_hash != but)
    ended = session.scalars(query.returning(WebSession.id)).all()
    return len(ended)


def add_token(
    session: Session,
    *,
    user_id: int,
    name: str,
    token_hash: str,
    now: datetime,
    scopes: Sequence[str] = (),
    expires_at: datetime | None = None,
) -> ApiToken:
    """Store the hash of a new API token."""
    row = ApiToken(
        user_id=user_id,
        name=name,
        token_hash=token_hash,
        scopes=list(scopes),
        created_at=now,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    return row


def find_token(session: Session, *, token_hash: str, now: datetime) -> tuple[ApiToken, User] | None:
    """The live token with this hash and its account."""
    row = session.execute(
        select(ApiToken, User)
        .join(User, User.id == ApiToken.user_id)
        .where(
            ApiToken.token_hash == token_hash,
            ApiToken.revoked_at.is_(None),
            or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > now),
            User.disabled_at.is_(None),
        )
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def note_token_use(session: Session, *, token_id: int, now: datetime) -> None:
    """Remember when a token was last used."""
    session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now))


def list_tokens(session: Session, *, user_id: int) -> list[ApiToken]:
    """The tokens of an account, newest first."""
    query = select(ApiToken).where(ApiToken.user_id == user_id).order_by(ApiToken.id.desc())
    return list(session.scalars(query))


def revoke_token(session: Session, *, token_id: int, user_id: int, now: datetime) -> bool:
    """Revoke a token of this account. False if it is not theirs or was revoked before."""
    done = session.execute(
        update(ApiToken)
        .where(ApiToken.id == token_id, ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(ApiToken.id)
    ).scalar()
    return done is not None


def record_failure(session: Session, *, key: str, now: datetime, forget_after: timedelta) -> int:
    """Count a failed log-in of ``key`` (account or address); returns failures in a row."""
    session.execute(
        dialect_insert(session, LoginThrottle).on_conflict_do_nothing(),
        {"key": key, "failures": 0, "last_at": now},
    )
    row = session.scalars(
        select(LoginThrottle)
        .where(LoginThrottle.key == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    row.failures = 1 if now - row.last_at > forget_after else row.failures + 1
    row.last_at = now
    session.flush()
    return row.failures


def failures(session: Session, *, key: str) -> tuple[int, datetime] | None:
    """Failed log-ins of ``key`` in a row and the time of the last one."""
    row = session.get(LoginThrottle, key, populate_existing=True)
    return None if row is None else (row.failures, row.last_at)


def clear_failures(session: Session, *, key: str) -> None:
    """Forget the failures of ``key`` after a good log-in."""
    session.execute(delete(LoginThrottle).where(LoginThrottle.key == key))
