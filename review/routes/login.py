"""Login, logout, first set-up, language."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlalchemy.orm import Session

from review import throttle
from review.access import Access, access
from review.addresses import safe_next
from review.desk import LANGUAGE_COOKIE, AtDesk, Desk
from review.i18n import language_of
from review.passwords import password_problem
from review.secret import digest_of, new_token
from storage.audit import record_action
from storage.models import User
from storage.users import (
    add_user,
    count_users,
    end_session,
    find_user,
    start_session,
    upgrade_hash,
)

router = APIRouter()

USER_NAME = re.compile(r"[\w.@-]{1,64}")
_YEAR = 365 * 24 * 3600

Text = Annotated[str, Form()]


@router.get("/login")
@access(Access.PUBLIC)
def login_page(desk: AtDesk) -> Response:
    """The form; the set-up page instead while no account exists."""
    wanted = safe_next(desk.query().get("next"))
    if desk.viewer is not None:
        return desk.go(wanted)
    with desk.reader() as session:
        if count_users(session) == 0:
            return desk.go("/setup")
    return _login_form(desk, wanted)


def _login_form(desk: Desk, wanted: str, *, name: str = "", problem: str = "") -> Response:
    return desk.page(
        "login.html",
        status_code=401 if problem else 200,
        next=wanted,
        name=name,
        problem=problem,
    )


@router.post("/login")
@access(Access.PUBLIC)
def login(
    desk: AtDesk,
    name: Text = "",
    password: Text = "",
    next_page: Annotated[str, Form(alias="next")] = "",
) -> Response:
    """Check name and password; every outcome leaves an audit line and costs the same work."""
    wanted, name = safe_next(next_page), name.strip()[:64]
    with desk.reader() as session:
        wait = throttle.seconds_left(session, name, desk.address, now=desk.now)
        user = find_user(session, name) if name else None
        stored = user.password_hash if user is not None and user.disabled_at is None else None
    if wait:
        response = _login_form(desk, wanted, name=name, problem=desk.texts("login.wait", n=wait))
        response.status_code = 429
        response.headers["retry-after"] = str(wait)
        return response
    good = desk.site.passwords.verify(stored, password)
    with desk.writer() as session:
        if not good or user is None:
            throttle.note_failure(session, name, desk.address, now=desk.now)
            _audit(session, desk, name, "login_failed")
            problem = desk.texts("login.wrong")
        else:
            throttle.note_success(session, name, desk.address)
            _raise_cost(session, desk, user, password)
            return _sign_in(session, desk, user, wanted)
    return _login_form(desk, wanted, name=name, problem=problem)


def _raise_cost(session: Session, desk: Desk, user: User, password: str) -> None:
    if desk.site.passwords.is_outdated(user.password_hash):
        hashed = desk.site.passwords.hash(password)
        upgrade_hash(session, user_id=user.id, password_hash=hashed)


def _sign_in(session: Session, desk: Desk, user: User, wanted: str) -> Response:
    """A fresh session with a fresh token; the one the browser came with ends."""
    old = desk.request.cookies.get(desk.site.session_cookie)
    if old:
        end_session(session, token_hash=digest_of(old))
    token = new_token()
    lifetime = timedelta(hours=desk.site.config.session_hours)
    start_session(
        session,
        user_id=user.id,
        token_hash=digest_of(token),
        now=desk.now,
        expires_at=desk.now + lifetime,
        address=desk.address,
        user_agent=desk.request.headers.get("user-agent"),
    )
    _audit(session, desk, user.name, "login")
    response = desk.go(wanted)
    desk.set_cookie(
        response, desk.site.session_cookie, token, max_age=round(lifetime.total_seconds())
    )
    response.delete_cookie(desk.site.form_cookie, path="/", secure=desk.site.config.secure)
    return response


def _audit(session: Session, desk: Desk, name: str, action: str) -> None:
    record_action(
        session,
        actor=name[:64] or "-",
        action=action,
        target_kind="user",
        target_id=name[:64] or "-",
        now=desk.now,
        after={"address": desk.address},
    )


@router.post("/logout")
@access(Access.PUBLIC)
def logout(desk: AtDesk) -> Response:
    """End this session, here and on the server."""
    if desk.viewer is not None:
        with desk.writer() as session:
            end_session(session, token_hash=desk.viewer.session_hash)
            _audit(session, desk, desk.viewer.name, "logout")
    response = desk.go("/login")
    response.delete_cookie(desk.site.session_cookie, path="/", secure=desk.site.config.secure)
    response.headers["clear-site-data"] = '"cache"'
    return response


@router.get("/setup")
@access(Access.PUBLIC)
def setup_page(desk: AtDesk) -> Response:
    """First administrator; exists only while there is no account."""
    with desk.reader() as session:
        if count_users(session):
            return desk.go("/login")
    return _setup_form(desk, token=desk.query().get("token", "")[:200])


def _setup_form(desk: Desk, *, token: str = "", name: str = "", problem: str = "") -> Response:
    return desk.page(
        "setup.html",
        status_code=422 if problem else 200,
        possible=desk.site.setup.is_open,
        token=token,
        name=name,
        problem=problem,
        min_length=desk.site.config.password_min_length,
    )


@router.post("/setup")
@access(Access.PUBLIC)
def setup(
    desk: AtDesk, token: Text = "", name: Text = "", password: Text = "", repeat: Text = ""
) -> Response:
    """Create the first administrator with the token from the terminal, then close the door."""
    name = name.strip()
    with desk.reader() as session:
        if count_users(session):
            return desk.go("/login")
    problem = None if desk.site.setup.fits(token) else desk.texts("setup.wrong_token")
    problem = problem or account_problem(desk, name, password, repeat)
    if problem:
        return _setup_form(desk, token=token[:200], name=name[:64], problem=problem)
    hashed = desk.site.passwords.hash(password)
    with desk.writer() as session:
        # looked at again under the write lock: two browsers must not both become administrator
        if count_users(session) or not desk.site.setup.fits(token):
            return desk.go("/login")
        user = add_user(session, name=name, password_hash=hashed, role="admin", now=desk.now)
        _audit(session, desk, user.name, "setup")
        response = _sign_in(session, desk, user, "/")
    desk.site.setup.shut()
    return response


def account_problem(desk: Desk, name: str, password: str, repeat: str) -> str | None:
    """What is wrong with a new account, in words, or None."""
    if not USER_NAME.fullmatch(name):
        return desk.texts("password.bad_name")
    shortest = desk.site.config.password_min_length
    key = password_problem(password, name=name, min_length=shortest)
    if key is not None:
        return desk.texts(key, n=shortest)
    return desk.texts("password.not_equal") if password != repeat else None


@router.post("/language")
@access(Access.PUBLIC)
def language(
    desk: AtDesk, lang: Text = "", next_page: Annotated[str, Form(alias="next")] = ""
) -> Response:
    """Remember the language in a cookie."""
    response = desk.go(next_page)
    chosen = language_of(lang, default=desk.language)
    desk.set_cookie(response, LANGUAGE_COOKIE, chosen, max_age=_YEAR)
    return response
