"""The audit trail: who did what, with the values before and after. It only grows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models import ReviewAction


def record_action(
    session: Session,
    *,
    actor: str,
    action: str,
    target_kind: str,
    target_id: int | str,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    note: str | None = None,
) -> ReviewAction:
    """Write one line, in the transaction of the change it describes. Never put secrets in it."""
    row = ReviewAction(
        at=now,
        actor=actor,
        action=action,
        target_kind=target_kind,
        target_id=str(target_id),
        before=dict(before) if before is not None else None,
        after=dict(after) if after is not None else None,
        note=note,
    )
    session.add(row)
    session.flush()
    return row


def list_actions(
    session: Session,
    *,
    target_kind: str | None = None,
    target_id: int | str | None = None,
    actor: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[ReviewAction]:
    """Newest lines first, all or those about one target or by one actor."""
    query = select(ReviewAction).order_by(ReviewAction.id.desc()).limit(limit).offset(offset)
    if target_kind is not None:
        query = query.where(ReviewAction.target_kind == target_kind)
    if target_id is not None:
        query = query.where(ReviewAction.target_id == str(target_id))
    if actor is not None:
        query = query.where(ReviewAction.actor == actor)
    return list(session.scalars(query))
