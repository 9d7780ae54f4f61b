"""People who receive mail: consent, confirmation, leaving, bounces, suppression.

pending → active → unsubscribed | bounced | suppressed. Every step may be repeated: a link is
clicked twice, a mail client posts three times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.errors import NotFound, StateConflict
from storage.models import Outbox, Subscriber, Subscription

SOFT_BOUNCE_WINDOW = timedelta(days=14)
# After each soft bounce nothing is written for so long; the next one after these ends the delivery.
SOFT_BOUNCE_PAUSES = tuple(timedelta(hours=2**step) for step in range(1, 7))


@dataclass(frozen=True, slots=True)
class Recipient:
    """An active subscription of an active subscriber; ``paused_until`` after a soft bounce."""

    subscriber_id: int
    address: str
    name: str | None
    lang: str
    filters: Mapping[str, Any] = field(default_factory=dict)
    paused_until: datetime | None = None


def normalise_address(address: str) -> str:
    """The form in which two spellings of one mailbox are equal. ``ValueError`` if it is none.

    Control characters and blanks are refused: they could add mail headers.
    """
    cleaned = address.strip()
    local, at, domain = cleaned.rpartition("@")
    if not (local and at and domain) or any(c.isspace() or ord(c) < 32 for c in cleaned):
        raise ValueError(f"不是有效的邮箱地址 / not a mail address: {address!r}")
    try:
        ascii_domain = domain.rstrip(".").encode("idna").decode()
    except UnicodeError as error:
        raise ValueError(f"不是有效的邮箱域名 / not a mail domain: {domain!r}") from error
    return f"{local.casefold()}@{ascii_domain.lower()}"


def find_subscriber(session: Session, address: str) -> Subscriber | None:
    """The subscriber with this address, however it is spelled."""
    return session.scalars(
        select(Subscriber).where(Subscriber.address_normalised == normalise_address(address))
    ).one_or_none()


def _get(session: Session, subscriber_id: int) -> Subscriber:
    found = session.scalars(
        select(Subscriber)
        .where(Subscriber.id == subscriber_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound(f"没有这个订阅者 / no such subscriber: {subscriber_id}")
    return found


def subscribe(
    session: Session,
    *,
    address: str,
    edition: str,
    consent: Mapping[str, Any],
    now: datetime,
    name: str | None = None,
    lang: str = "zh",
    filters: Mapping[str, Any] | None = None,
    confirmed: bool = False,
) -> Subscriber:
    """Add or renew a subscription. ``consent`` is the evidence: time, address, form text, by whom.

    The subscriber is ``pending`` until :func:`confirm`, unless an operator vouches for the
    consent (``confirmed``). Somebody who left becomes pending again. A suppressed or bounced
    address raises StateConflict: an operator must lift that first.
    """
    found = find_subscriber(session, address)
    if found is None:
        found = Subscriber(
            address=address.strip(),
            address_normalised=normalise_address(address),
            name=name,
            lang=lang,
            state="pending",
            consent=dict(consent),
            created_at=now,
        )
        session.add(found)
        session.flush()
    elif found.state in ("suppressed", "bounced"):
        raise StateConflict(
            f"该地址已停止投递（{found.suppress_reason or found.state}），需由管理员恢复 / "
            f"this address is {found.state}: an operator must lift that first"
        )
    elif found.state == "unsubscribed":
        found.state, found.ended_at, found.confirmed_at = "pending", None, None
        found.consent = dict(consent)
    if confirmed and found.state == "pending":
        found.state, found.confirmed_at = "active", now
    _put_subscription(session, found.id, edition=edition, filters=filters, now=now)
    return found


def _put_subscription(
    session: Session,
    subscriber_id: int,
    *,
    edition: str,
    filters: Mapping[str, Any] | None,
    now: datetime,
) -> None:
    row = _subscription(session, subscriber_id, edition=edition)
    if row is None:
        row = Subscription(subscriber_id=subscriber_id, edition=edition, filters={}, created_at=now)
        session.add(row)
    row.state, row.ended_at = "active", None
    if filters is not None:
        row.filters = dict(filters)
    session.flush()


def _subscription(session: Session, subscriber_id: int, *, edition: str) -> Subscription | None:
    return session.scalars(
        select(Subscription).where(
            Subscription.subscriber_id == subscriber_id, Subscription.edition == edition
        )
    ).one_or_none()


def confirm(
    session: Session, *, subscriber_id: int, now: datetime, evidence: Mapping[str, Any]
) -> bool:
    """pending → active, adding the evidence of the click. True if active now."""
    found = _get(session, subscriber_id)
    if found.state == "pending":
        found.state, found.confirmed_at = "active", now
        found.consent = {**found.consent, "confirmation": dict(evidence)}
        session.flush()
    return found.state == "active"


def unsubscribe(
    session: Session, *, subscriber_id: int, edition: str | None, now: datetime
) -> bool:
    """End one subscription (or all); without any left the subscriber is ``unsubscribed``.

    Repeating it changes nothing. False if there is no such subscriber.
    """
    found = session.get(Subscriber, subscriber_id, with_for_update=True)
    if found is None:
        return False
    rows = session.scalars(
        select(Subscription).where(Subscription.subscriber_id == subscriber_id)
    ).all()
    for row in rows:
        if row.state == "active" and edition in (None, row.edition):
            row.state, row.ended_at = "ended", now
    if all(row.state == "ended" for row in rows) and found.state in ("pending", "active"):
        found.state, found.ended_at = "unsubscribed", now
    session.flush()
    return True


def set_filters(
    session: Session, *, subscriber_id: int, edition: str, filters: Mapping[str, Any]
) -> bool:
    """Change what of an edition a subscriber receives. False without such a subscription."""
    row = _subscription(session, subscriber_id, edition=edition)
    if row is None:
        return False
    row.filters = dict(filters)
    session.flush()
    return True


def suppress(session: Session, *, subscriber_id: int, reason: str, now: datetime) -> None:
    """Never write to this address again (complaint, request) until an operator lifts it."""
    found = _get(session, subscriber_id)
    found.state, found.suppress_reason, found.ended_at = "suppressed", reason, now
    session.flush()


def lift_suppression(session: Session, *, subscriber_id: int, now: datetime) -> None:
    """suppressed or bounced → active (if once confirmed) or pending."""
    found = _get(session, subscriber_id)
    if found.state not in ("suppressed", "bounced"):
        raise StateConflict(f"状态为 {found.state}，无需恢复 / nothing to lift: {found.state}")
    found.state = "active" if found.confirmed_at is not None else "pending"
    found.suppress_reason = found.ended_at = None
    found.soft_bounces = 0
    session.flush()


def record_bounce(
    session: Session, *, subscriber_id: int, hard: bool, reason: str, now: datetime
) -> str:
    """Count a bounce; returns the state. Hard: bounced at once. Soft: paused for 2, 4, 8 … 64
    hours (see :func:`paused_until`), and bounced at the seventh; 14 quiet days begin anew."""
    found = _get(session, subscriber_id)
    recent = found.last_bounce_at is not None and now - found.last_bounce_at <= SOFT_BOUNCE_WINDOW
    found.soft_bounces = found.soft_bounces + 1 if recent else 1
    found.last_bounce_at = now
    if found.state in ("pending", "active") and (
        hard or found.soft_bounces > len(SOFT_BOUNCE_PAUSES)
    ):
        found.state, found.suppress_reason, found.ended_at = "bounced", reason[:500], now
    session.flush()
    return found.state


def paused_until(subscriber: Subscriber) -> datetime | None:
    """Until when nothing is written to somebody whose mailbox refused mail; None: never did."""
    if not subscriber.soft_bounces or subscriber.last_bounce_at is None:
        return None
    step = min(subscriber.soft_bounces, len(SOFT_BOUNCE_PAUSES))
    return subscriber.last_bounce_at + SOFT_BOUNCE_PAUSES[step - 1]


def recipients(session: Session, *, edition: str) -> list[Recipient]:
    """Everybody who receives an edition now, by id."""
    rows = session.execute(
        select(Subscriber, Subscription.filters)
        .join(Subscription, Subscription.subscriber_id == Subscriber.id)
        .where(
            Subscription.edition == edition,
            Subscription.state == "active",
            Subscriber.state == "active",
        )
        .order_by(Subscriber.id)
    )
    return [
        Recipient(
            found.id, found.address, found.name, found.lang, filters or {}, paused_until(found)
        )
        for found, filters in rows
    ]


def list_subscribers(
    session: Session, *, state: str | None = None, limit: int = 100, offset: int = 0
) -> list[tuple[Subscriber, list[Subscription]]]:
    """Subscribers by id with their subscriptions."""
    query = select(Subscriber).order_by(Subscriber.id).limit(limit).offset(offset)
    if state is not None:
        query = query.where(Subscriber.state == state)
    found = list(session.scalars(query))
    by_id: dict[int, list[Subscription]] = {row.id: [] for row in found}
    for row in session.scalars(
        select(Subscription)
        .where(Subscription.subscriber_id.in_(list(by_id)))
        .order_by(Subscription.edition)
    ):
        by_id[row.subscriber_id].append(row)
    return [(row, by_id[row.id]) for row in found]


def erase_subscriber(session: Session, *, subscriber_id: int) -> bool:
    """Remove a person on request: the row goes, sent messages keep no address."""
    found = session.get(Subscriber, subscriber_id, with_for_update=True)
    if found is None:
        return False
    session.execute(
        update(Outbox)
        .where(Outbox.subscriber_id == subscriber_id, Outbox.state.in_(("queued", "held")))
        .values(state="suppressed", error_code="recipient_left")
    )
    session.execute(
        update(Outbox)
        .where(Outbox.subscriber_id == subscriber_id)
        .values(recipient="erased", payload={}, subscriber_id=None)
    )
    session.delete(found)
    session.flush()
    return True
