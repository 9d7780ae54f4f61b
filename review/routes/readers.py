"""Links that arrive in mails: unsubscribe, manage, confirm.

GET never changes anything, because scanners open every link; POST does. The signed token in the
path is the authorisation, so these POSTs carry no form token (RFC 8058 providers send none).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlalchemy.orm import Session

from digest.addresses import mask_address
from digest.errors import TokenInvalid
from digest.links import CONFIRM_PATH, MANAGE_PATH, UNSUBSCRIBE_PATH
from digest.tokens import Purpose, check_token, read_key, token_row
from review.access import Access, access, open_post
from review.desk import AtDesk, Desk
from review.queries import subscribers as reads
from storage.audit import record_action
from storage.subscribers import confirm, unsubscribe

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Linked:
    """The subscription a valid link speaks of."""

    subscriber_id: int
    edition: str
    address: str


def _linked(session: Session, desk: Desk, token: str, purpose: Purpose) -> Linked | None:
    """What a token stands for; None when it is damaged, forged or for something else."""
    key = read_key(desk.site.mail)
    if key is None:
        return None
    try:
        row = token_row(token)
    except TokenInvalid:
        return None
    for subscription, subscriber in reads.linked_rows(session, row):
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
        return Linked(subscriber.id, subscription.edition, subscriber.address)
    return None


def _answer(
    desk: Desk, linked: Linked | None, *, page: str, state: str, action: str = ""
) -> Response:
    titles = {edition.key: edition.title for edition in desk.site.digest.editions}
    return desk.page(
        page,
        status_code=200 if linked else 404,
        state=state if linked else "invalid",
        edition=titles.get(linked.edition, linked.edition) if linked else "",
        address=mask_address(linked.address) if linked else "",
        action=action,
    )


@router.get(UNSUBSCRIBE_PATH + "{token}")
@access(Access.PUBLIC)
def unsubscribe_page(desk: AtDesk, token: str) -> Response:
    """A button. Opening the page any number of times changes nothing."""
    with desk.reader() as session:
        linked = _linked(session, desk, token, "unsubscribe")
    return _answer(
        desk, linked, page="unsubscribe.html", state="ask", action=UNSUBSCRIBE_PATH + token
    )


@router.post(UNSUBSCRIBE_PATH + "{token}")
@access(Access.PUBLIC)
@open_post
def unsubscribe_now(
    desk: AtDesk,
    token: str,
    one_click: Annotated[str, Form(alias="List-Unsubscribe")] = "",
    confirmed: Annotated[str, Form(alias="confirm")] = "",
) -> Response:
    """End this one subscription; repeating it is harmless."""
    if one_click.strip().lower() != "one-click" and confirmed != "yes":
        return unsubscribe_page(desk, token)
    with desk.writer() as session:
        linked = _linked(session, desk, token, "unsubscribe")
        if linked is not None:
            unsubscribe(
                session,
                subscriber_id=linked.subscriber_id,
                edition=linked.edition,
                now=desk.now,
            )
            _audit(session, desk, linked, "unsubscribed", "one-click" if one_click else "page")
    return _answer(desk, linked, page="unsubscribe.html", state="done")


@router.get(MANAGE_PATH + "{token}")
@access(Access.PUBLIC)
def manage_page(desk: AtDesk, token: str) -> Response:
    """What this address receives, with the button that ends it."""
    with desk.reader() as session:
        linked = _linked(session, desk, token, "manage")
    return _answer(desk, linked, page="unsubscribe.html", state="ask", action=MANAGE_PATH + token)


@router.post(MANAGE_PATH + "{token}")
@access(Access.PUBLIC)
@open_post
def manage(
    desk: AtDesk, token: str, confirmed: Annotated[str, Form(alias="confirm")] = ""
) -> Response:
    """End the subscription from the manage page."""
    if confirmed != "yes":
        return manage_page(desk, token)
    with desk.writer() as session:
        linked = _linked(session, desk, token, "manage")
        if linked is not None:
            unsubscribe(
                session,
                subscriber_id=linked.subscriber_id,
                edition=linked.edition,
                now=desk.now,
            )
            _audit(session, desk, linked, "unsubscribed", "manage")
    return _answer(desk, linked, page="unsubscribe.html", state="done")


@router.get(CONFIRM_PATH + "{token}")
@access(Access.PUBLIC)
def confirm_page(desk: AtDesk, token: str) -> Response:
    """The second step of subscribing: a button."""
    with desk.reader() as session:
        linked = _linked(session, desk, token, "confirm")
    return _answer(desk, linked, page="confirm.html", state="ask", action=CONFIRM_PATH + token)


@router.post(CONFIRM_PATH + "{token}")
@access(Access.PUBLIC)
@open_post
def confirm_now(
    desk: AtDesk, token: str, confirmed: Annotated[str, Form(alias="confirm")] = ""
) -> Response:
    """pending → active, with the click as evidence."""
    if confirmed != "yes":
        return confirm_page(desk, token)
    done = False
    with desk.writer() as session:
        linked = _linked(session, desk, token, "confirm")
        if linked is not None:
            evidence = {"at": desk.now.isoformat(), "address": desk.address}
            done = confirm(
                session, subscriber_id=linked.subscriber_id, now=desk.now, evidence=evidence
            )
            _audit(session, desk, linked, "confirmed", "link")
    return _answer(desk, linked if done else None, page="confirm.html", state="done")


def _audit(session: Session, desk: Desk, linked: Linked, action: str, how: str) -> None:
    record_action(
        session,
        actor="subscriber",
        action=action,
        target_kind="subscriber",
        target_id=linked.subscriber_id,
        now=desk.now,
        after={"edition": linked.edition, "how": how},
    )
