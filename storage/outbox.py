"""The outbox: queued → sending → sent | failed | unknown, plus held and suppressed.

A row is written in the transaction of what it announces, claimed by one worker at a time and
settled by that worker only. What a crash interrupts becomes ``unknown``: the mail may have
arrived, so a person decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from storage.models import Issue, Outbox, Subscriber, Subscription
from storage.models.issue import OUTBOX_STATES
from storage.upsert import dialect_insert

OPEN_STATES = ("queued", "sending", "held")


@dataclass(frozen=True, slots=True)
class OutboxRecord:
    """A message to queue. ``dedupe_key`` names it for good, e.g. ``issue:12:mail:34``."""

    dedupe_key: str
    channel: str
    recipient: str
    issue_id: int | None = None
    subscriber_id: int | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
    message_id: str | None = None
    not_before: datetime | None = None


def enqueue(session: Session, records: Sequence[OutboxRecord], *, now: datetime) -> int:
    """Queue messages; those whose ``dedupe_key`` exists are left alone. Returns how many are new.

    Call it in the transaction that makes the message due.
    """
    statement = dialect_insert(session, Outbox).on_conflict_do_nothing().returning(Outbox.id)
    if not records:
        return 0
    rows = [
        {
            "dedupe_key": record.dedupe_key,
            "channel": record.channel,
            "issue_id": record.issue_id,
            "subscriber_id": record.subscriber_id,
            "recipient": record.recipient,
            "payload": dict(record.payload),
            "state": "queued",
            "message_id": record.message_id,
            "not_before": record.not_before,
            "created_at": now,
        }
        for record in {record.dedupe_key: record for record in records}.values()
    ]
    return len(session.scalars(statement, rows).all())


def _may_receive() -> ColumnElement[bool]:
    """The recipient still wants it: asked again at claim time, not only when it was queued."""
    active = exists().where(Subscriber.id == Outbox.subscriber_id, Subscriber.state == "active")
    ended = exists().where(
        Issue.id == Outbox.issue_id,
        Subscription.subscriber_id == Outbox.subscriber_id,
        Subscription.edition == Issue.edition,
        Subscription.state == "ended",
    )
    return and_(active, ~ended)


def claim(
    session: Session,
    *,
    worker: str,
    now: datetime,
    limit: int,
    channels: Sequence[str] | None = None,
) -> list[Outbox]:
    """Take up to ``limit`` due messages for ``worker``; commit before sending any of them.

    Messages to people who have left or are suppressed become ``suppressed`` instead.
    """
    due = [
        Outbox.state == "queued",
        or_(Outbox.not_before.is_(None), Outbox.not_before <= now),
    ]
    if channels is not None:
        due.append(Outbox.channel.in_(channels))
    # A deleted subscriber leaves a mail of an issue without subscriber_id.
    left = and_(Outbox.subscriber_id.is_not(None), ~_may_receive())
    session.execute(
        update(Outbox)
        .where(*due, left)
        .values(state="suppressed", settled_at=now, error_code="recipient_left")
    )
    chosen = list(
        session.scalars(
            select(Outbox.id)
            .where(*due)
            .order_by(Outbox.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )
    session.execute(
        update(Outbox)
        .where(Outbox.id.in_(chosen), Outbox.state == "queued")
        .values(state="sending", claimed_by=worker, claimed_at=now, attempts=Outbox.attempts + 1)
    )
    return list(
        session.scalars(
            select(Outbox)
            .where(Outbox.id.in_(chosen))
            .order_by(Outbox.id)
            .execution_options(populate_existing=True)
        )
    )


def _settle(session: Session, *, outbox_id: int, worker: str, values: Mapping[str, Any]) -> bool:
    done = session.execute(
        update(Outbox)
        .where(Outbox.id == outbox_id, Outbox.state == "sending", Outbox.claimed_by == worker)
        .values(dict(values))
        .returning(Outbox.id)
    ).scalar()
    return done is not None


def settle_sent(
    session: Session, *, outbox_id: int, worker: str, now: datetime, message_id: str | None = None
) -> bool:
    """The receiving side took the message. False if the row is no longer ours."""
    values: dict[str, Any] = {
        "state": "sent",
        "settled_at": now,
        "error_code": None,
        "last_error": None,
    }
    if message_id is not None:
        values["message_id"] = message_id
    return _settle(session, outbox_id=outbox_id, worker=worker, values=values)


def settle_failed(
    session: Session,
    *,
    outbox_id: int,
    worker: str,
    now: datetime,
    error_code: str,
    error: str,
    retry_at: datetime | None = None,
) -> bool:
    """The message was refused: queued again for ``retry_at`` (transient), else failed."""
    values: dict[str, Any] = {"error_code": error_code, "last_error": error[:2000]}
    if retry_at is None:
        values.update(state="failed", settled_at=now)
    else:
        values.update(state="queued", not_before=retry_at, claimed_by=None, claimed_at=None)
    return _settle(session, outbox_id=outbox_id, worker=worker, values=values)


def settle_unknown(
    session: Session, *, outbox_id: int, worker: str, now: datetime, error_code: str, error: str
) -> bool:
    """The connection broke after the message was handed over: it may have arrived or not."""
    values = {
        "state": "unknown",
        "settled_at": now,
        "error_code": error_code,
        "last_error": error[:2000],
    }
    return _settle(session, outbox_id=outbox_id, worker=worker, values=values)


def release_claim(session: Session, *, outbox_id: int, worker: str) -> bool:
    """Give back a claimed message that was not touched (the server was never reached)."""
    values = {
        "state": "queued",
        "claimed_by": None,
        "claimed_at": None,
        "attempts": Outbox.attempts - 1,
    }
    return _settle(session, outbox_id=outbox_id, worker=worker, values=values)


def sweep_interrupted(session: Session, *, now: datetime, older_than: timedelta) -> list[int]:
    """Messages claimed longer than ``older_than`` ago and never settled become ``unknown``."""
    return list(
        session.scalars(
            update(Outbox)
            .where(Outbox.state == "sending", Outbox.claimed_at <= now - older_than)
            .values(
                state="unknown",
                settled_at=now,
                error_code="interrupted",
                last_error="the sender stopped before the answer was recorded",
            )
            .returning(Outbox.id)
        )
    )


def park_stale(session: Session, *, now: datetime, older_than: timedelta) -> int:
    """Hold queued messages that have been due for longer than ``older_than``.

    After a long standstill, or in a restored backup, a person decides whether they still go out.
    """
    held = session.scalars(
        update(Outbox)
        .where(
            Outbox.state == "queued",
            func.coalesce(Outbox.not_before, Outbox.created_at) < now - older_than,
        )
        .values(state="held", error_code="stale")
        .returning(Outbox.id)
    ).all()
    return len(held)


def retry(session: Session, *, outbox_id: int, now: datetime) -> bool:
    """A person sends again what failed, is unknown or held. False in any other state."""
    return _decide(
        session,
        outbox_id,
        states=("failed", "unknown", "held"),
        values={
            "state": "queued",
            "not_before": now,
            "claimed_by": None,
            "claimed_at": None,
            "settled_at": None,
        },
    )


def send_again(
    session: Session, *, outbox_id: int, not_before: datetime, error_code: str, error: str
) -> bool:
    """A mail that came back because the mailbox could not take it just then goes out once more.

    False unless it had gone out.
    """
    return _decide(
        session,
        outbox_id,
        states=("sent", "unknown"),
        values={
            "state": "queued",
            "not_before": not_before,
            "claimed_by": None,
            "claimed_at": None,
            "settled_at": None,
            "error_code": error_code,
            "last_error": error[:2000],
        },
    )


def defer_recipient(session: Session, *, subscriber_id: int, until: datetime) -> None:
    """Nothing that waits for this person goes out before ``until``."""
    session.execute(
        update(Outbox)
        .where(
            Outbox.state == "queued",
            Outbox.subscriber_id == subscriber_id,
            or_(Outbox.not_before.is_(None), Outbox.not_before < until),
        )
        .values(not_before=until)
    )


def confirm_sent(session: Session, *, outbox_id: int, now: datetime) -> bool:
    """A person knows that an ``unknown`` message arrived."""
    return _decide(
        session, outbox_id, states=("unknown",), values={"state": "sent", "settled_at": now}
    )


def give_up(session: Session, *, outbox_id: int, now: datetime) -> bool:
    """A person decides that a held, unknown or queued message is not sent (any more)."""
    return _decide(
        session,
        outbox_id,
        states=("held", "unknown", "queued"),
        values={"state": "failed", "settled_at": now, "error_code": "given_up"},
    )


def _decide(
    session: Session, outbox_id: int, *, states: Sequence[str], values: Mapping[str, Any]
) -> bool:
    done = session.execute(
        update(Outbox)
        .where(Outbox.id == outbox_id, Outbox.state.in_(states))
        .values(dict(values))
        .returning(Outbox.id)
    ).scalar()
    return done is not None


def list_outbox(
    session: Session,
    *,
    state: str | None = None,
    issue_id: int | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[Outbox]:
    """Messages, newest first."""
    query = select(Outbox).order_by(Outbox.id.desc()).limit(limit).offset(offset)
    if state is not None:
        query = query.where(Outbox.state == state)
    if issue_id is not None:
        query = query.where(Outbox.issue_id == issue_id)
    return list(session.scalars(query))


def count_states(session: Session, *, issue_id: int | None = None) -> dict[str, int]:
    """Messages by state; every state is present."""
    query = select(Outbox.state, func.count()).group_by(Outbox.state)
    if issue_id is not None:
        query = query.where(Outbox.issue_id == issue_id)
    counts = dict.fromkeys(OUTBOX_STATES, 0)
    for state, count in session.execute(query):
        counts[state] = count
    return counts
