"""Subscribers: list, add and import, stop, allow again."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parseaddr
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlalchemy.orm import Session

from digest.addresses import check_address
from digest.errors import AddressInvalid
from review.access import Access, access
from review.desk import AtDesk, Desk
from review.i18n import Texts
from review.paging import paged
from review.queries import subscribers as reads
from storage.audit import record_action
from storage.errors import NotFound, StateConflict
from storage.models import Subscriber
from storage.models.issue import SUBSCRIBER_STATES
from storage.subscribers import (
    find_subscriber,
    lift_suppression,
    normalise_address,
    subscribe,
    unsubscribe,
)

router = APIRouter()

Text = Annotated[str, Form()]
NextPage = Annotated[str, Form(alias="next")]

MOST_LINES = 1000


@dataclass(frozen=True, slots=True)
class AddressLine:
    """One pasted line: an address with an optional name."""

    address: str
    name: str | None


@router.get("/subscribers")
@access(Access.EDITOR)
def subscriber_list(desk: AtDesk) -> Response:
    """Everybody, with a search and the states."""
    return _subscribers(desk)


def _subscribers(
    desk: Desk,
    *,
    problem: str = "",
    addresses: str = "",
    edition: str = "",
    consent: str = "",
) -> Response:
    query = desk.query()
    text = query.get("q", "").strip()[:100]
    state = query.get("state", "")
    state = state if state in SUBSCRIBER_STATES else ""
    titles = {edition.key: edition.title for edition in desk.site.digest.editions}
    with desk.reader() as session:
        counts = reads.state_counts(session)
        total = reads.count(session, text=text, state=state)
        paging = paged(
            query.get("page"),
            size=desk.site.config.page_size,
            total=total,
            query={"q": text, "state": state},
            address="/subscribers",
        )
        rows = reads.page(session, text=text, state=state, limit=paging.size, offset=paging.offset)
        shown = [_row(row, editions, titles, desk.texts) for row, editions in rows]
    return desk.page(
        "subscribers.html",
        section="subscribers",
        status_code=422 if problem else 200,
        problem=problem,
        rows=shown,
        total=sum(counts.values()),
        counts=[(key, counts[key]) for key in SUBSCRIBER_STATES if counts.get(key)],
        filters={"q": text, "state": state},
        paging=paging,
        editions=[{"key": key, "title": title} for key, title in titles.items()],
        form={"addresses": addresses, "edition": edition, "consent": consent},
    )


def _row(
    row: Subscriber, editions: list[str], titles: dict[str, str], texts: Texts
) -> dict[str, Any]:
    names = ("id", "address", "name", "state", "created_at", "confirmed_at", "ended_at")
    consent = row.consent or {}
    told = [
        texts.name("consent_origin", consent[key])
        for key in ("by", "text", "how", "address")
        if consent.get(key)
    ]
    return {
        **{name: getattr(row, name) for name in names},
        "editions": [titles.get(key, key) for key in editions],
        "consent": "：".join(told[:2]) or "—",
        "reason": row.suppress_reason or "",
    }


@router.post("/subscribers")
@access(Access.EDITOR)
def add(desk: AtDesk, addresses: Text = "", edition: Text = "", consent: Text = "") -> Response:
    """Add one or many; the editor vouches for the consent, which is stored as evidence."""
    known_editions = {found.key for found in desk.site.digest.editions}
    edition = edition if edition in known_editions else ""
    consent = consent.strip()[:200]
    good, bad = read_lines(addresses)
    problem = ""
    if len(good) + len(bad) > MOST_LINES:
        problem = desk.texts("subscribers.too_many")
    elif not good or not edition or not consent:
        problem = desk.texts("subscribers.none_valid" if not good else "error_page.422")
    if problem:
        return _subscribers(
            desk, problem=problem, addresses=addresses[:100_000], edition=edition, consent=consent
        )
    added = known = 0
    with desk.writer() as session:
        for line in good:
            outcome = _add(session, desk, line, edition=edition, consent=consent)
            added += outcome == "added"
            known += outcome == "known"
            if outcome == "refused":
                bad.append(line.address)
        record_action(
            session,
            actor=desk.actor,
            action="subscribers_added",
            target_kind="edition",
            target_id=edition,
            now=desk.now,
            after={"added": added, "known": known, "refused": len(bad)},
            note=consent,
        )
    if bad:
        counts = desk.texts("done.subscribed", added=added, known=known, refused=len(bad))
        problem = f"{counts} {desk.texts('subscribers.refused_lines')}"
        rest = "\n".join(bad[:MOST_LINES])
        return _subscribers(desk, problem=problem, addresses=rest, edition=edition, consent=consent)
    return desk.go("/subscribers", ok="subscribed", added=added, known=known)


def _add(session: Session, desk: Desk, line: AddressLine, *, edition: str, consent: str) -> str:
    found = find_subscriber(session, line.address)
    if found is not None and reads.receives(session, found.id, edition):
        return "known"
    try:
        subscribe(
            session,
            address=line.address,
            edition=edition,
            name=line.name,
            consent={"by": desk.actor, "text": consent, "at": desk.now.isoformat()},
            now=desk.now,
            confirmed=True,
        )
    except StateConflict:
        # bounced or blocked: an editor lifts that first, on purpose
        return "refused"
    return "added"


def read_lines(text: str) -> tuple[list[AddressLine], list[str]]:
    """Pasted lines as addresses, each once; and the lines that are none."""
    good: dict[str, AddressLine] = {}
    bad: list[str] = []
    for raw in text.replace(";", "\n").splitlines():
        line = raw.strip().strip(",").strip()
        if not line:
            continue
        name, address = parseaddr(line) if "<" in line else ("", line)
        try:
            checked = check_address(address)
            good.setdefault(normalise_address(checked), AddressLine(checked, name[:80] or None))
        except (AddressInvalid, ValueError):
            bad.append(line[:300])
    return list(good.values()), bad


@router.post("/subscribers/{subscriber_id}/end")
@access(Access.EDITOR)
def end(desk: AtDesk, subscriber_id: int, next_page: NextPage = "") -> Response:
    """Stop everything to this person."""
    with desk.writer() as session:
        if subscriber_id >= 2**62 or not unsubscribe(
            session, subscriber_id=subscriber_id, edition=None, now=desk.now
        ):
            raise NotFound(f"没有这个订阅者 / no such subscriber: {subscriber_id}")
        _audit(session, desk, "subscriber_ended", subscriber_id)
    return desk.go(next_page or "/subscribers", ok="ended")


@router.post("/subscribers/{subscriber_id}/lift")
@access(Access.EDITOR)
def lift(desk: AtDesk, subscriber_id: int, next_page: NextPage = "") -> Response:
    """Write again to an address that bounced or was blocked."""
    if subscriber_id >= 2**62:
        raise NotFound(f"没有这个订阅者 / no such subscriber: {subscriber_id}")
    with desk.writer() as session:
        lift_suppression(session, subscriber_id=subscriber_id, now=desk.now)
        _audit(session, desk, "subscriber_lifted", subscriber_id)
    return desk.go(next_page or "/subscribers", ok="lifted")


def _audit(session: Session, desk: Desk, action: str, subscriber_id: int) -> None:
    record_action(
        session,
        actor=desk.actor,
        action=action,
        target_kind="subscriber",
        target_id=subscriber_id,
        now=desk.now,
    )
