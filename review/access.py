"""Who may call a route. A route that says nothing is for administrators only."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any, TypeVar

from review.errors import UnknownRole

Handler = TypeVar("Handler", bound=Callable[..., Any])

_ATTRIBUTE = "__dibao_access__"
_OPEN_POST = "__dibao_open_post__"
_UPLOADS = "__dibao_uploads__"


class Access(IntEnum):
    """Ordered: a viewer may call what is at or below the own level."""

    PUBLIC = 0
    READER = 1
    EDITOR = 2
    ADMIN = 3


ROLES: dict[str, Access] = {
    "reader": Access.READER,
    "editor": Access.EDITOR,
    "admin": Access.ADMIN,
}


def access(level: Access) -> Callable[[Handler], Handler]:
    """Mark a handler with the lowest level that may call it."""

    def mark(handler: Handler) -> Handler:
        setattr(handler, _ATTRIBUTE, level)
        return handler

    return mark


def open_post(handler: Handler) -> Handler:
    """Mark a POST that carries its own proof in the address (RFC 8058 one-click).

    Mail providers send it without a cookie, so no form token can exist.
    """
    setattr(handler, _OPEN_POST, True)
    return handler


def uploads(handler: Handler) -> Handler:
    """Mark a handler that takes one file, or a long pasted text, and reads its form itself."""
    setattr(handler, _UPLOADS, True)
    return handler


def takes_upload(handler: Callable[..., Any]) -> bool:
    """True for handlers marked with ``uploads``."""
    return getattr(handler, _UPLOADS, False) is True


def level_of(handler: Callable[..., Any]) -> Access:
    """The level a handler declares; ``ADMIN`` when it declares none."""
    found = getattr(handler, _ATTRIBUTE, Access.ADMIN)
    return found if isinstance(found, Access) else Access.ADMIN


def needs_form_token(handler: Callable[..., Any]) -> bool:
    """False only for handlers marked with ``open_post``."""
    return not getattr(handler, _OPEN_POST, False)


def role_level(role: str) -> Access:
    """Level of a stored role name; raises ``UnknownRole`` so that a typo grants nothing."""
    try:
        return ROLES[role]
    except KeyError:
        raise UnknownRole(role) from None
