"""What a reader does with a link from a mail: leave, come back, confirm, change topics.

Looking (GET) changes nothing, acting (POST) may be repeated any number of times with the same
result: scanners follow links, mail programs post more than once (RFC 8058).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.addresses import check_address, mask_address
from digest.errors import TokenInvalid
from digest.links import CONFIRM_PATH, link
from digest.narrow import Wishes, read_wishes, stored
from digest.settings import MailConfig
from digest.tokens import Purpose, check_token, make_token, token_row
from storage import subscribers as store
from storage.issues import get_issue
from storage.models import Issue, Subscriber, Subscription
from storage.outbox import OutboxRecord, enqueue


@dataclass(frozen=True, slots=True)
class Standing:
    """What a page may show about a subscription. ``address`` is masked."""

    subscriber_id: int
    edition: str
    address: str
    active: bool
    wishes: Wishes


def look_up(session: Session, token: str, *, key: bytes, purpose: Purpose) -> Standing:
    """Whose link this is; changes nothing. Raises ``TokenInvalid``."""
    subscriber, subscription = _find(session, token, key=key, purpose=purpose)
    return _standing(subscriber, subscription)


def unsubscribe(session: Session, token: str, *, key: bytes, now: datetime) -> Standing:
    """End this one subscription; repeating it is fine. Raises ``TokenInvalid``."""
    subscriber, subscription = _find(session, token, key=key, purpose="unsubscribe")
    store.unsubscribe(session, subscriber_id=subscriber.id, edition=subscription.edition, now=now)
    return _standing(subscriber, subscription)


def unsubscribe_all(session: Session, token: str, *, key: bytes, now: datetime) -> Standing:
    """End every subscription of this reader, from the page where topics are changed."""
    subscriber, subscription = _find(session, token, key=key, purpose="manage")
    store.unsubscribe(session, subscriber_id=subscriber.id, edition=None, now=now)
    return _standing(subscriber, subscription)


def choose_topics(session: Session, token: str, *, key: bytes, wishes: Wishes) -> Standing:
    """Narrow the subscription. Raises ``TokenInvalid``."""
    subscriber, subscription = _find(session, token, key=key, purpose="manage")
    store.set_filters(
        session, subscriber_id=subscriber.id, edition=subscription.edition, filters=stored(wishes)
    )
    return _standing(subscriber, subscription)


def request_subscription(
    session: Session,
    *,
    mail: MailConfig,
    key: bytes,
    address: str,
    edition: str,
    title: str,
    consent: Mapping[str, Any],
    now: datetime,
) -> None:
    """Note a wish to subscribe and queue the mail that asks to confirm it (double opt-in).

    Says nothing about whether the address was known before. Raises ``AddressInvalid`` or
    ``StateConflict`` (the address is suppressed).
    """
    address = check_address(address)
    subscriber = store.subscribe(
        session, address=address, edition=edition, consent=consent, now=now
    )
    if subscriber.state == "active":
        return
    token = make_token(
        key, purpose="confirm", row=subscriber.id, address=subscriber.address, edition=edition
    )
    url = link(mail.public_url, CONFIRM_PATH, token)
    text = (
        f"有人（希望是您）用这个邮箱订阅了《{title}》。\n\n请打开下面的链接确认：\n{url}\n\n"
        "如果不是您本人操作，不必理会，您不会再收到邮件。\n"
    )
    # One mail per address, edition and day, however often the form is sent.
    day = now.date().isoformat()
    enqueue(
        session,
        [
            OutboxRecord(
                dedupe_key=f"confirm:{subscriber.id}:{edition}:{day}",
                channel="mail",
                recipient=subscriber.address,
                payload={"subject": f"请确认订阅《{title}》", "text": text},
            )
        ],
        now=now,
    )


def confirm(
    session: Session, token: str, *, key: bytes, now: datetime, evidence: Mapping[str, Any]
) -> Standing:
    """Make a pending subscription active. Raises ``TokenInvalid``."""
    subscriber, subscription = _find(session, token, key=key, purpose="confirm")
    store.confirm(session, subscriber_id=subscriber.id, now=now, evidence=evidence)
    return _standing(subscriber, subscription)


def issue_of_token(session: Session, token: str, *, key: bytes) -> Issue:
    """The issue a web link leads to, once it is going out. Raises ``TokenInvalid``."""
    issue = get_issue(session, token_row(token))
    if issue is None or issue.state not in ("sending", "sent"):
        raise TokenInvalid("没有这一期，或尚未发出 / no such issue, or not sent yet")
    check_token(token, key, purpose="issue", address="", edition=issue.edition)
    return issue


def _find(
    session: Session, token: str, *, key: bytes, purpose: Purpose
) -> tuple[Subscriber, Subscription]:
    rows = session.execute(
        select(Subscriber, Subscription)
        .join(Subscription, Subscription.subscriber_id == Subscriber.id)
        .where(Subscriber.id == token_row(token))
        .execution_options(populate_existing=True)
    ).all()
    for subscriber, subscription in rows:
        try:
            check_token(
                token,
                key,
                purpose=purpose,
                address=subscriber.address,
                edition=subscription.edition,
            )
        except TokenInvalid:
            continue
        return subscriber, subscription
    raise TokenInvalid("链接无效或已被改动 / this link is not valid")


def _standing(subscriber: Subscriber, subscription: Subscription) -> Standing:
    return Standing(
        subscriber_id=subscriber.id,
        edition=subscription.edition,
        address=mask_address(subscriber.address),
        active=subscriber.state == "active" and subscription.state == "active",
        wishes=read_wishes(subscription.filters or {}),
    )
