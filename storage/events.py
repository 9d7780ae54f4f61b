"""How code puts a page into its policy event, within what people have decided.

Runs in the transaction that stores the page. A page that nobody knows costs two statements: its
keys are filed, and one indexed look-up finds nothing. The rules come from the caller and are pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import combinations
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Table,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.event_lookup import concerned, look_up
from storage.event_records import EventLink, EventPage, EventRules, Found, StoredPage
from storage.event_references import put_references
from storage.event_traces import trace_members
from storage.models import (
    LATEST_VERSION,
    Document,
    DocumentVersion,
    Event,
    EventKey,
    EventMember,
    EventVerdict,
    Source,
)
from storage.prepared import Prepared
from storage.upsert import dialect_insert

MOST_PAGES = 60  # members of an event that a new page is held against
EXCERPT = 3000  # characters of a text that the rules read
SHORTEST_TEXT = 120  # characters; 一图读懂 and nothing else is the text of many pages
SAME_TEXT = EventLink("正文相同（转载）", 0.97)
TITLE_ROLES = ("final", "full_text", "draft", "amendment", "repeal", "interpretation", "report")

_keys: Table = EventKey.__table__  # type: ignore[assignment]


def _file_in(dialect: str) -> Any:
    insert = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(_keys).inline()
    return insert.on_conflict_do_nothing()


_FILE = Prepared(_file_in, columns=["value", "document_id"])


# Statements that run for every page are built once: building costs more than they take to run.
_PAGES = (
    select(
        Document.id,
        Document.url,
        Document.title,
        func.substr(DocumentVersion.body_text, 1, EXCERPT).label("text"),
        Document.doc_number,
        Document.issuing_bodies,
        Document.publisher,
        Source.level,
        Document.published_on,
        Document.written_on,
        Document.cluster_id,
        EventMember.event_id,
        EventMember.role,
        EventMember.role_origin,
    )
    .join(DocumentVersion, LATEST_VERSION)
    .join(Source, Source.id == Document.source_id)
    .outerjoin(EventMember, EventMember.document_id == Document.id)
    .where(Document.id.in_(bindparam("ids", expanding=True)), Document.state != "suppressed")
)
_MEMBERS = (
    select(EventMember.document_id)
    .where(EventMember.event_id == bindparam("event"))
    .order_by(EventMember.document_id)
)
_LEFT: BindParameter[Any] = bindparam("left", expanding=True)
_RIGHT: BindParameter[Any] = bindparam("right", expanding=True)
_APART = select(EventVerdict.low_id, EventVerdict.high_id).where(
    EventVerdict.verdict == "different",
    or_(
        and_(EventVerdict.low_id.in_(_LEFT), EventVerdict.high_id.in_(_RIGHT)),
        and_(EventVerdict.high_id.in_(_LEFT), EventVerdict.low_id.in_(_RIGHT)),
    ),
)


def link_document(
    session: Session,
    page: EventPage,
    *,
    rules: EventRules,
    now: datetime,
    connection: Connection | None = None,
) -> int | None:
    """File the page under its keys and put it into the event it belongs to, if any.

    Returns the event's id, None for a page that stands alone. What a person decided stays: a page
    placed by hand is not moved, pages told apart are never joined. ``connection`` is the session's,
    where the caller has it.
    """
    connection = connection or session.connection()
    found = look_up(connection, page)
    if page.filed:
        rows = [{"value": key, "document_id": page.document_id} for key in page.filed]
        _FILE.run_many(connection, rows)
    if page.references or not page.fresh:
        put_references(session, page.document_id, page.references, fresh=page.fresh)
    mates = _cluster_mates(session, page)
    if not found and not mates and not page.traced:
        return None
    by_day = [key for key, keys in found.items() if keys.issubset(page.by_day)]
    named = [key for key in found if key not in by_day]
    pages = stored_pages(session, [page.document_id, *named, *mates])
    mine = pages.pop(page.document_id, None)
    if mine is None:
        return None
    mine = replace(mine, links=page.links)
    pages |= stored_pages(session, concerned(session, by_day, mine, rules=rules))
    others = {key: replace(row, matched=found.get(key, frozenset())) for key, row in pages.items()}
    links = _links(mine, others, mates, rules)
    links = _undecided(session, mine.document_id, links)
    event_id = mine.event_id
    known = {**others, mine.document_id: mine}
    if links:
        event_id = _join(session, mine, known, links, rules=rules, now=now)
    if event_id is None:
        if page.traced:
            trace_members(session, [mine], among=[], rules=rules, now=now)
        return None
    settle_event(session, event_id, rules=rules, now=now, known=known)
    return event_id


def forget_keys(session: Session, document_id: int) -> None:
    """Take a page out of the look-up table, before it is filed under other keys."""
    session.execute(delete(EventKey).where(EventKey.document_id == document_id))


def _cluster_mates(session: Session, page: EventPage) -> list[int]:
    if page.cluster_id is None:
        return []
    query = select(Document.id).where(
        Document.cluster_id == page.cluster_id, Document.id != page.document_id
    )
    return list(session.scalars(query.order_by(Document.id).limit(MOST_PAGES)))


def stored_pages(session: Session, document_ids: Iterable[int]) -> dict[int, StoredPage]:
    """Live documents as the rules see them, by id."""
    wanted = list(dict.fromkeys(document_ids))
    if not wanted:
        return {}
    found = {}
    for row in session.connection().execute(_PAGES, {"ids": wanted}):
        values = row._asdict()
        document_id = values.pop("id")
        values["issuing_bodies"] = tuple(values["issuing_bodies"] or ())
        found[document_id] = StoredPage(document_id, **values)
    return found


def _links(
    mine: StoredPage, others: dict[int, StoredPage], mates: Sequence[int], rules: EventRules
) -> dict[int, Found]:
    """Pages to join with: sure links, or unsure ones that agree among themselves."""
    links: dict[int, Found] = {}
    for key, other in others.items():
        same = key in mates and len(other.text) >= SHORTEST_TEXT
        found = SAME_TEXT if same else rules.link(mine, other)
        if found is not None:
            links[key] = found
    sure = {key: link for key, link in links.items() if link.sure}
    certain = any(key not in mates for key in sure)
    unsure = [key for key in links if key not in sure and (links[key].scoped or not certain)]
    held = [*unsure[:12], *(list(sure)[:12] if certain else ())]
    if any(rules.clash(others[a], others[b]) for a, b in combinations(held, 2)):
        return sure
    return {key: link for key, link in links.items() if key in sure or key in unsure}


def _undecided(session: Session, document_id: int, links: dict[int, Found]) -> dict[int, Found]:
    """Without the pages that a person told apart from this one."""
    apart = told_apart(session, [document_id], list(links)) if links else set()
    return {key: link for key, link in links.items() if key not in apart}


def told_apart(session: Session, left: Sequence[int], right: Sequence[int]) -> set[int]:
    """Those of ``right`` that a person told apart from some page of ``left``."""
    if not left or not right:
        return set()
    rows = session.execute(_APART, {"left": list(left), "right": list(right)})
    wanted, ours = set(right), set(left)
    found = set()
    for low, high in rows:
        found |= {high} if low in ours and high in wanted else set()
        found |= {low} if high in ours and low in wanted else set()
    return found


def _join(
    session: Session,
    mine: StoredPage,
    known: dict[int, StoredPage],
    links: dict[int, Found],
    *,
    rules: EventRules,
    now: datetime,
) -> int | None:
    """Put the page and those it is linked with into one event; returns its id. ``known`` are the
    pages read so far; those that are placed are renewed there."""
    event_id = mine.event_id
    ranked = sorted(links, key=lambda key: (-links[key].confidence, key))
    others = dict(known)  # as they were: what is placed here is renewed in ``known``
    for key in ranked:
        other, link = others[key], links[key]
        if other.event_id is None:
            continue
        if event_id is None:
            if _may_enter(
                session, mine, other.event_id, links, link=link, rules=rules, known=known
            ):
                event_id = other.event_id
                _put(session, event_id, mine, link, rules=rules, now=now, known=known)
        elif other.event_id != event_id and link.sure:
            _unite(session, event_id, other.event_id, rules=rules, now=now)
    free = [key for key in ranked if others[key].event_id is None]
    if not free:
        return event_id
    if event_id is None:
        if any(others[key].event_id is not None for key in ranked):
            return None  # its own event would not take it: a person or a fact stands between
        if not any(rules.name(page) for page in (mine, *(others[key] for key in free))):
            return None  # the same news twice: one text, but no policy
        event_id = _new_event(session, mine, rules=rules, now=now)
        _put(session, event_id, mine, links[free[0]], rules=rules, now=now, known=known)
    for key in free:
        page, link, undecided = others[key], links[key], [mine.document_id]
        if _may_enter(session, page, event_id, undecided, link=link, rules=rules, known=known):
            _put(session, event_id, page, link, rules=rules, now=now, known=known)
    return event_id


def _new_event(session: Session, page: StoredPage, *, rules: EventRules, now: datetime) -> int:
    event = Event(title=rules.name(page) or page.title, created_at=now, updated_at=now, size=0)
    session.add(event)
    session.flush()
    return event.id


def member_ids(session: Session, event_id: int) -> list[int]:
    """The documents of an event, oldest first."""
    return list(session.scalars(_MEMBERS, {"event": event_id}))


def _may_enter(
    session: Session,
    page: StoredPage,
    event_id: int,
    undecided: Collection[int],
    *,
    link: Found,
    rules: EventRules,
    known: dict[int, StoredPage],
) -> bool:
    """Whether nobody told the page apart from a member, and no fact does; of ``undecided`` pages
    it is known that nobody did."""
    ids = member_ids(session, event_id)[:MOST_PAGES]
    if told_apart(session, [page.document_id], [key for key in ids if key not in undecided]):
        return False
    if link is SAME_TEXT:
        return True
    _read_more(session, ids, known)
    return not any(rules.clash(page, known[key]) for key in ids if key in known)


def _read_more(session: Session, ids: Sequence[int], known: dict[int, StoredPage]) -> None:
    known.update(stored_pages(session, [key for key in ids if key not in known]))


def _put(
    session: Session,
    event_id: int,
    page: StoredPage,
    link: Found,
    *,
    rules: EventRules,
    now: datetime,
    known: dict[int, StoredPage],
) -> None:
    role = rules.role(page)
    known[page.document_id] = replace(page, event_id=event_id, role=role, role_origin="rule")
    values = {
        "document_id": page.document_id,
        "event_id": event_id,
        "role": role,
        "role_origin": "rule",
        "reason": link.reason,
        "origin": "rule",
        "confidence": link.confidence,
        "added_at": now,
    }
    insert = dialect_insert(session, EventMember).on_conflict_do_nothing()
    session.execute(insert, values)


def _unite(session: Session, kept: int, other: int, *, rules: EventRules, now: datetime) -> None:
    """Two events turn out to be one: the smaller number stays, unless people keep them apart."""
    ours, theirs = member_ids(session, kept), member_ids(session, other)
    if told_apart(session, ours, theirs):
        return
    pages = stored_pages(session, [*ours[:MOST_PAGES], *theirs[:MOST_PAGES]])
    for left in ours[:MOST_PAGES]:
        for right in theirs[:MOST_PAGES]:
            if left in pages and right in pages and rules.clash(pages[left], pages[right]):
                return
    session.execute(update(EventMember).where(EventMember.event_id == other).values(event_id=kept))
    session.execute(delete(Event).where(Event.id == other))


def settle_event(
    session: Session,
    event_id: int,
    *,
    rules: EventRules,
    now: datetime,
    known: dict[int, StoredPage] | None = None,
) -> None:
    """Make size, title and official pages agree with the members; ``known``: pages as they are
    stored now, which need not be read again."""
    ids = member_ids(session, event_id)
    event = session.get(Event, event_id)
    if event is None:
        return
    if len(ids) < 2 and event.locked_by is None:
        session.execute(delete(EventMember).where(EventMember.event_id == event_id))
        session.execute(delete(Event).where(Event.id == event_id))
        return
    pages = dict(known or {})
    _read_more(session, ids[:MOST_PAGES], pages)
    rows = _reprints(session, [pages[key] for key in ids[:MOST_PAGES] if key in pages])
    event.size, event.updated_at = len(ids), now
    if event.title_origin == "rule":
        event.title = _title(rows, rules) or event.title or rows[0].title
    session.flush()
    trace_members(session, rows, among=rows, rules=rules, now=now)


def _reprints(session: Session, rows: list[StoredPage]) -> list[StoredPage]:
    """A headline over the text of the policy itself is no report but the full text."""
    texts = {row.cluster_id for row in rows if row.cluster_id and row.role in ("final", "draft")}
    found = []
    for row in rows:
        by_rule = row.role == "report" and row.role_origin == "rule"
        if by_rule and row.cluster_id in texts and len(row.text) >= SHORTEST_TEXT:
            change = update(EventMember).where(EventMember.document_id == row.document_id)
            session.execute(change.values(role="full_text"))
            row = replace(row, role="full_text")
        found.append(row)
    return found


def _title(rows: Sequence[StoredPage], rules: EventRules) -> str:
    """The name as the weightiest page prints it."""

    def weight(page: StoredPage) -> tuple[int, int]:
        role = page.role or "report"
        return (TITLE_ROLES.index(role) if role in TITLE_ROLES else 9, page.document_id)

    for page in sorted(rows, key=weight):
        name = rules.name(page)
        if name:
            return name
    return ""
