"""One's own account: password and signed-in devices."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response

from review import throttle
from review.access import Access, access
from review.desk import AtDesk, Desk
from review.passwords import password_problem
from review.queries.accounts import password_hash_of, sessions_of
from review.secret import digest_of, new_token
from storage.audit import record_action
from storage.errors import NotFound
from storage.users import (
    add_token,
    end_sessions,
    list_tokens,
    revoke_token,
    set_password,
    start_session,
)

router = APIRouter()

Text = Annotated[str, Form()]


@router.get("/account")
@access(Access.READER)
def account_page(desk: AtDesk) -> Response:
    """Password form and devices."""
    return _account(desk)


def _account(desk: Desk, *, problem: str = "", fresh_token: str = "") -> Response:
    viewer = desk.signed_in
    with desk.reader() as session:
        rows = sessions_of(session, viewer.user_id, now=desk.now)
        tokens = list_tokens(session, user_id=viewer.user_id)
    return desk.page(
        "account.html",
        section="account",
        status_code=422 if problem else 200,
        problem=problem,
        min_length=desk.site.config.password_min_length,
        fresh_token=fresh_token,
        tokens=[token for token in tokens if token.revoked_at is None],
        sessions=[
            {
                "browser": browser_name(row.user_agent),
                "address": row.address,
                "created_at": row.created_at,
                "expires_at": row.expires_at,
                "current": row.token_hash == viewer.session_hash,
            }
            for row in rows
        ],
    )


def browser_name(user_agent: str | None) -> str:
    """Browser and system in two words; enough to recognise one's own device."""
    text = user_agent or ""
    browsers = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"))
    systems = (
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    )
    browser = next((name for mark, name in browsers if mark in text), "")
    if not browser and "Safari/" in text:
        browser = "Safari"
    system = next((name for mark, name in systems if mark in text), "")
    return " · ".join(part for part in (browser, system) if part) or text[:40] or "—"


@router.post("/account/password")
@access(Access.READER)
def change_password(
    desk: AtDesk, current: Text = "", password: Text = "", repeat: Text = ""
) -> Response:
    """Change the password; every session ends, and this browser gets a new one."""
    viewer = desk.signed_in
    shortest = desk.site.config.password_min_length
    with desk.reader() as session:
        wait = throttle.seconds_left(session, viewer.name, desk.address, now=desk.now)
        stored = password_hash_of(session, viewer.user_id)
    if wait:
        return _account(desk, problem=desk.texts("login.wait", n=wait))
    if not desk.site.passwords.verify(stored, current):
        with desk.writer() as session:
            throttle.note_failure(session, viewer.name, desk.address, now=desk.now)
            _audit(session, desk, "password_refused")
        return _account(desk, problem=desk.texts("password.wrong_current"))
    key = password_problem(password, name=viewer.name, min_length=shortest)
    if key is not None:
        return _account(desk, problem=desk.texts(key, n=shortest))
    if password != repeat:
        return _account(desk, problem=desk.texts("password.not_equal"))
    hashed = desk.site.passwords.hash(password)
    token = new_token()
    lifetime = timedelta(hours=desk.site.config.session_hours)
    with desk.writer() as session:
        set_password(session, user_id=viewer.user_id, password_hash=hashed, now=desk.now)
        start_session(
            session,
            user_id=viewer.user_id,
            token_hash=digest_of(token),
            now=desk.now,
            expires_at=desk.now + lifetime,
            address=desk.address,
            user_agent=desk.request.headers.get("user-agent"),
        )
        _audit(session, desk, "password_changed")
    response = desk.go("/account", ok="password_changed")
    desk.set_cookie(
        response, desk.site.session_cookie, token, max_age=round(lifetime.total_seconds())
    )
    return response


@router.post("/account/sessions/end")
@access(Access.READER)
def end_everywhere(desk: AtDesk) -> Response:
    """Sign out on every device, this one included."""
    with desk.writer() as session:
        end_sessions(session, user_id=desk.signed_in.user_id)
        _audit(session, desk, "sessions_ended")
    response = desk.go("/login")
    response.delete_cookie(desk.site.session_cookie, path="/", secure=desk.site.config.secure)
    return response


@router.post("/account/tokens")
@access(Access.READER)
def new_api_token(desk: AtDesk, name: Text = "") -> Response:
    """Make a token for a program; it is shown on this page once and stored as a hash."""
    name = name.strip()[:60]
    if not name:
        return _account(desk, problem=desk.texts("error_page.422"))
    token = new_token()
    with desk.writer() as session:
        add_token(
            session,
            user_id=desk.signed_in.user_id,
            name=name,
            token_hash=digest_of(token),
            now=desk.now,
        )
        _audit(session, desk, "token_added")
    return _account(desk, fresh_token=token)


@router.post("/account/tokens/{token_id}/revoke")
@access(Access.READER)
def revoke_api_token(desk: AtDesk, token_id: int) -> Response:
    """End one of one's own tokens."""
    with desk.writer() as session:
        if token_id >= 2**62 or not revoke_token(
            session, token_id=token_id, user_id=desk.signed_in.user_id, now=desk.now
        ):
            raise NotFound(f"没有这个令牌 / no such token: {token_id}")
        _audit(session, desk, "token_revoked")
    return desk.go("/account", ok="token_revoked")


def _audit(session: Any, desk: Desk, action: str) -> None:
    record_action(
        session,
        actor=desk.actor,
        action=action,
        target_kind="user",
        target_id=desk.actor,
        now=desk.now,
        after={"address": desk.address},
    )
