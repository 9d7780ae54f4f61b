"""What people do to events: split, merge, roles, order, names, official pages, and taking it back.

Every decision is kept pair by pair (``event_verdict``) or marked as a person's, so that the rules
never undo it. A snapshot before and after goes into the audit; undo puts the first one back if
nothing changed since the second.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from storage.errors import NotFound, StateConflict
from storage.event_references import put_references
from storage.events import forget_keys, member_ids
from storage.models import Event, EventMember, EventVerdict, OfficialSource
from storage.models.event import EVENT_ROLES
from storage.upsert import upsert
from storage.verdicts import put_verdicts

Snapshot = dict[str, Any]
BY_HAND = "人工归入"

_MEMBER = (
    *("document_id", "event_id", "role", "role_origin", "reason", "origin", "confidence"),
    *("position", "added_at"),
)
_EVENT = ("id", "title", "title_origin", "size", "locked_by", "created_at", "updated_at")
_VERDICT = ("low_id", "high_id", "verdict", "actor", "decided_at")
_OFFICIAL = (*("document_id", "official_id", "url", "reason", "confidence", "origin", "found_at"),)


def event_of(session: Session, document_id: int) -> int | None:
    """The event a document stands in."""
    return session.scalar(
        select(EventMember.event_id).where(EventMember.document_id == document_id)
    )


def snapshot(
    session: Session, *, event_ids: Iterable[int] = (), document_ids: Iterable[int] = ()
) -> Snapshot:
    """The rows of these events and documents as JSON values."""
    events, documents = sorted(set(event_ids)), set(document_ids)
    members = select(EventMember).where(
        or_(EventMember.event_id.in_(events), EventMember.document_id.in_(documents))
    )
    rows = list(session.scalars(members.order_by(EventMember.document_id)))
    documents |= {row.document_id for row in rows}
    events = sorted({*events, *(row.event_id for row in rows)})
    wanted = sorted(documents)
    verdicts = select(EventVerdict).where(
        EventVerdict.low_id.in_(wanted), EventVerdict.high_id.in_(wanted)
    )
    official = select(OfficialSource).where(OfficialSource.document_id.in_(wanted))
    found = session.scalars(select(Event).where(Event.id.in_(events)).order_by(Event.id))
    return {
        "events": [_plain(row, _EVENT) for row in found],
        "members": [_plain(row, _MEMBER) for row in rows],
        "verdicts": sorted(
            (_plain(row, _VERDICT) for row in session.scalars(verdicts)),
            key=lambda row: (row["low_id"], row["high_id"]),
        ),
        "official": sorted(
            (_plain(row, _OFFICIAL) for row in session.scalars(official)),
            key=lambda row: int(row["document_id"]),
        ),
        "documents": wanted,
    }


def restore(session: Session, *, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Put ``before`` back. Raises StateConflict when something changed since ``after``."""
    events = {row["id"] for part in (before, after) for row in part["events"]}
    documents = {*before["documents"], *after["documents"]}
    now = snapshot(session, event_ids=events, document_ids=documents)
    if _essence(now) != _essence(after):
        raise StateConflict(
            "这个事件此后又有变化，不能撤销 / the event changed since: it cannot be taken back"
        )
    session.execute(
        delete(EventMember).where(
            or_(EventMember.event_id.in_(events), EventMember.document_id.in_(documents))
        )
    )
    session.execute(
        delete(EventVerdict).where(
            EventVerdict.low_id.in_(documents), EventVerdict.high_id.in_(documents)
        )
    )
    session.execute(delete(OfficialSource).where(OfficialSource.document_id.in_(documents)))
    session.execute(delete(Event).where(Event.id.in_(events)))
    session.flush()
    session.expunge_all()
    for model, name in (
        (Event, "events"),
        (EventMember, "members"),
        (EventVerdict, "verdicts"),
        (OfficialSource, "official"),
    ):
        session.add_all([model(**_typed(row)) for row in before[name]])
        session.flush()


def _plain(row: Any, names: Sequence[str]) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in names}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _typed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value) if name.endswith("_at") and value else value
        for name, value in row.items()
    }


def _essence(state: Mapping[str, Any]) -> dict[str, Any]:
    """What must be unchanged for an undo; times of bookkeeping do not count."""
    kept = {}
    for name in ("events", "members", "verdicts", "official"):
        kept[name] = [
            {key: value for key, value in row.items() if key not in ("updated_at", "created_at")}
            for row in state[name]
        ]
    return kept


def split_event(
    session: Session, event_id: int, document_ids: Sequence[int], *, actor: str, now: datetime
) -> int | None:
    """A person takes pages out of an event; several of them form a new one.

    Returns the new event, None for a single page, which then stands alone. Raises NotFound when a
    page is not in the event.
    """
    everybody = set(member_ids(session, event_id))
    taken = sorted(set(document_ids))
    if not taken or not set(taken) <= everybody:
        raise NotFound(f"事件 {event_id} 中没有这些页面 / not in this event: {taken}")
    staying = sorted(everybody - set(taken))
    pairs = [(one, other) for one in taken for other in staying]
    put_verdicts(session, EventVerdict, pairs, verdict="different", actor=actor, now=now)
    old = session.get_one(Event, event_id)
    old.locked_by = actor
    query = select(EventMember.document_id, EventMember.role)
    rows = session.execute(query.where(EventMember.event_id == event_id)).all()
    roles = {row.document_id: row.role for row in rows}
    session.execute(delete(EventMember).where(EventMember.document_id.in_(taken)))
    new_id = None
    if len(taken) > 1:
        new = Event(
            title=old.title, size=len(taken), locked_by=actor, created_at=now, updated_at=now
        )
        session.add(new)
        session.flush()
        new_id = new.id
        _place(session, taken, event_id=new_id, reason="人工拆分", now=now, roles=roles)
    _forget_foreign_sources(session, taken, staying)
    _count(session, event_id, now=now)
    return new_id


def _forget_foreign_sources(session: Session, taken: Sequence[int], staying: Sequence[int]) -> None:
    """The official page of a page that left is not in the event it came from."""
    for ours, theirs in ((taken, staying), (staying, taken)):
        session.execute(
            delete(OfficialSource).where(
                OfficialSource.document_id.in_(ours),
                OfficialSource.official_id.in_(theirs),
                OfficialSource.origin == "rule",
            )
        )


def merge_events(
    session: Session,
    document_ids: Sequence[int],
    *,
    actor: str,
    now: datetime,
    roles: Mapping[int, str] | None = None,
) -> int:
    """A person says that these pages (and the events they stand in) are one event.

    ``roles`` are those of pages that stood alone. Returns the event they now share.
    """
    wanted = sorted(set(document_ids))
    query = select(EventMember.event_id).where(EventMember.document_id.in_(wanted))
    events = sorted(set(session.scalars(query)))
    members = {key for event_id in events for key in member_ids(session, event_id)}
    alone = [key for key in wanted if key not in members]
    if events:
        target = session.get_one(Event, events[0])
    else:
        target = Event(title="", size=0, created_at=now, updated_at=now)
        session.add(target)
        session.flush()
    put_verdicts(
        session,
        EventVerdict,
        combinations(sorted({*members, *alone}), 2),
        verdict="same",
        actor=actor,
        now=now,
    )
    target.locked_by = actor
    session.execute(
        update(EventMember)
        .where(EventMember.event_id.in_(events[1:]))
        .values(event_id=target.id, origin="human", reason=BY_HAND)
    )
    _place(session, alone, event_id=target.id, reason=BY_HAND, now=now, roles=roles or {})
    for gone in events[1:]:
        session.execute(delete(Event).where(Event.id == gone))
    _count(session, target.id, now=now)
    return target.id


def _place(
    session: Session,
    document_ids: Sequence[int],
    *,
    event_id: int,
    reason: str,
    now: datetime,
    roles: Mapping[int, str] | None = None,
) -> None:
    rows = [
        {
            "document_id": key,
            "event_id": event_id,
            "role": (roles or {}).get(key, "report"),
            "role_origin": "rule",
            "reason": reason,
            "origin": "human",
            "confidence": 1.0,
            "position": None,
            "added_at": now,
        }
        for key in document_ids
    ]
    upsert(session, EventMember, rows, keys=["document_id"], update=["event_id", "origin"])


def _count(session: Session, event_id: int, *, now: datetime) -> None:
    """Size after a decision; an event of one page that a person left behind ends."""
    ids = member_ids(session, event_id)
    if len(ids) < 2:
        session.execute(delete(EventMember).where(EventMember.event_id == event_id))
        session.execute(delete(Event).where(Event.id == event_id))
    else:
        values = {"size": len(ids), "updated_at": now}
        session.execute(update(Event).where(Event.id == event_id).values(values))
    session.flush()
    session.expire_all()


def drop_page(session: Session, document_id: int, *, now: datetime) -> None:
    """Take a page that is removed for good out of its event and out of the look-up table."""
    forget_keys(session, document_id)
    put_references(session, document_id, (), fresh=False)
    event_id = event_of(session, document_id)
    if event_id is not None:
        session.execute(delete(EventMember).where(EventMember.document_id == document_id))
        _count(session, event_id, now=now)


def _member(session: Session, document_id: int) -> EventMember:
    found = session.get(EventMember, document_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(f"文档 {document_id} 不在任何事件中 / not in an event: {document_id}")
    return found


def change_role(session: Session, document_id: int, *, role: str) -> str:
    """A person sets the role of a page; returns the one before. Raises ValueError, NotFound."""
    if role not in EVENT_ROLES:
        raise ValueError(f"not a role: {role}")
    found = _member(session, document_id)
    before, found.role, found.role_origin = found.role, role, "human"
    session.flush()
    return before


def reorder(session: Session, event_id: int, document_ids: Sequence[int]) -> None:
    """A person orders the pages of an event; pages that are not named follow by day."""
    places = {key: place for place, key in enumerate(dict.fromkeys(document_ids), start=1)}
    members = session.scalars(select(EventMember).where(EventMember.event_id == event_id))
    for member in members:
        member.position = places.get(member.document_id)
    session.flush()


def rename_event(session: Session, event_id: int, *, title: str) -> str:
    """A person names the event; returns the name before."""
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound(f"没有这个事件 / no such event: {event_id}")
    before, event.title, event.title_origin = event.title, title, "human"
    session.flush()
    return before
