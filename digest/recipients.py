"""Who gets an edition: those who subscribed, and the addresses of the configuration."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from digest.settings import DigestConfig, EditionConfig
from storage.models import Subscriber, Subscription
from storage.subscribers import find_subscriber, normalise_address, subscribe


def add_configured_recipients(session: Session, *, edition: EditionConfig, now: datetime) -> int:
    """Subscribe the addresses of the configuration; whoever left or bounced stays away."""
    added = 0
    for address in edition.recipients:
        known = find_subscriber(session, address)
        # Known people decide for themselves: whoever left, in whatever way, stays away.
        if known is not None and (
            known.state not in ("pending", "active")
            or _ever_subscribed(session, known.id, edition.key)
        ):
            continue
        subscribe(
            session,
            address=address,
            edition=edition.key,
            consent={"by": "configuration", "at": now.isoformat()},
            now=now,
            confirmed=True,
        )
        added += 1
    return added


def _ever_subscribed(session: Session, subscriber_id: int, edition: str) -> bool:
    query = select(Subscription.id).where(
        Subscription.subscriber_id == subscriber_id, Subscription.edition == edition
    )
    return session.scalar(query) is not None


def recipient_count(session: Session, edition: str, *, config: DigestConfig) -> int:
    """People who would get an edition now, with the addresses of the configuration."""
    query = (
        select(Subscriber.address_normalised)
        .join(Subscription, Subscriber.id == Subscription.subscriber_id)
        .where(
            Subscription.edition == edition,
            Subscription.state == "active",
            Subscriber.state == "active",
        )
    )
    people = set(session.scalars(query))
    wanted = {
        normalise_address(address)
        for found in config.editions
        if found.key == edition
        for address in found.recipients
    }
    # approval subscribes the others, by the rule of add_configured_recipients
    ever = exists().where(
        Subscription.subscriber_id == Subscriber.id, Subscription.edition == edition
    )
    away = select(Subscriber.address_normalised).where(
        Subscriber.address_normalised.in_(wanted),
        or_(Subscriber.state.not_in(("pending", "active")), ever),
    )
    return len(people | (wanted - set(session.scalars(away))))
