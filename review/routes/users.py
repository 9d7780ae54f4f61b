"""Accounts, for administrators."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlalchemy.orm import Session

from review.access import ROLES, Access, access
from review.desk import AtDesk, Desk
from review.queries.accounts import user_by_id
from review.routes.login import account_problem
from storage.audit import record_action
from storage.errors import Conflict, NotFound
from storage.models import User
from storage.users import add_user, disable_user, enable_user, end_sessions, list_users, set_role

router = APIRouter()

Text = Annotated[str, Form()]


@router.get("/users")
@access(Access.ADMIN)
def user_list(desk: AtDesk) -> Response:
    """All accounts."""
    return _users(desk)


def _users(desk: Desk, *, problem: str = "", name: str = "", role: str = "editor") -> Response:
    with desk.reader() as session:
        rows = list_users(session)
    return desk.page(
        "users.html",
        section="users",
        status_code=422 if problem else 200,
        users=rows,
        problem=problem,
        form={"name": name, "role": role},
        min_length=desk.site.config.password_min_length,
    )


@router.post("/users")
@access(Access.ADMIN)
def add(desk: AtDesk, name: Text = "", password: Text = "", role: Text = "") -> Response:
    """Add an account."""
    name = name.strip()
    role = role if role in ROLES else "reader"
    problem = account_problem(desk, name, password, password)
    if problem:
        return _users(desk, problem=problem, name=name[:64], role=role)
    hashed = desk.site.passwords.hash(password)
    try:
        with desk.writer() as session:
            user = add_user(session, name=name, password_hash=hashed, role=role, now=desk.now)
            _audit(session, desk, "user_added", user, after={"role": role})
    except Conflict:
        return _users(desk, problem=desk.texts("password.name_taken"), name=name, role=role)
    return desk.go("/users", ok="user_added")


@router.post("/users/{user_id}/role")
@access(Access.ADMIN)
def change_role(desk: AtDesk, user_id: int, role: Text = "") -> Response:
    """Give another role; the account's sessions end so that the new one counts at once."""
    if role not in ROLES:
        return desk.go("/users")
    with desk.writer() as session:
        user = _other_user(session, desk, user_id)
        before = user.role
        set_role(session, user_id=user_id, role=role)
        end_sessions(session, user_id=user_id)
        _audit(session, desk, "role", user, before={"role": before}, after={"role": role})
    return desk.go("/users", ok="user_changed")


@router.post("/users/{user_id}/disabled")
@access(Access.ADMIN)
def disable(desk: AtDesk, user_id: int, to: Text = "") -> Response:
    """Close or open an account; closing ends its sessions and tokens."""
    closing = to == "disabled"
    with desk.writer() as session:
        user = _other_user(session, desk, user_id)
        if closing:
            disable_user(session, user_id=user_id, now=desk.now)
        else:
            enable_user(session, user_id=user_id)
        _audit(session, desk, "user_disabled" if closing else "user_enabled", user)
    return desk.go("/users", ok="user_disabled" if closing else "user_changed")


def _other_user(session: Session, desk: Desk, user_id: int) -> User:
    """Another account than one's own: nobody locks the last door from inside."""
    user = user_by_id(session, user_id)
    if user is None or user.id == desk.signed_in.user_id:
        raise NotFound(f"没有这个用户 / no such user: {user_id}")
    return user


def _audit(session: Session, desk: Desk, action: str, user: User, **values: Any) -> None:
    record_action(
        session,
        actor=desk.actor,
        action=action,
        target_kind="user",
        target_id=user.name,
        now=desk.now,
        **values,
    )
