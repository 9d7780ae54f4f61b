"""Events: the list, the page of one policy, and what editors decide about it."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlalchemy.orm import Session

from pipelines.events.rules import Rules
from review.access import Access, access
from review.decisions import decide_event, tell_apart
from review.desk import AtDesk, Desk
from review.notices import small_number
from review.paging import paged
from review.queries import events as reads
from review.queries import references
from review.review_notice import decision_notice
from storage.errors import NotFound
from storage.event_edits import (
    change_role,
    event_of,
    merge_events,
    rename_event,
    reorder,
    split_event,
)
from storage.event_traces import clear_official, set_official
from storage.events import settle_event, stored_pages
from storage.models import Event
from storage.models.event import EVENT_ROLES

router = APIRouter()

Text = Annotated[str, Form()]
Ids = Annotated[list[int], Form()]
NextPage = Annotated[str, Form(alias="next")]
MOST_TITLE = 300


@router.get("/events")
@access(Access.READER)
def event_list(desk: AtDesk) -> Response:
    """All events, those that changed last first."""
    words = desk.query().get("q", "")[:200]
    with desk.reader() as session:
        paging = paged(
            desk.query().get("page"),
            size=desk.site.config.page_size,
            total=reads.count_events(session, words=words),
            query={"q": words} if words else {},
            address="/events",
        )
        lines = reads.event_lines(session, words=words, limit=paging.size, offset=paging.offset)
        return desk.page("events.html", section="events", lines=lines, paging=paging, words=words)


@router.get("/events/{event_id}")
@access(Access.READER)
def event_page(desk: AtDesk, event_id: int) -> Response:
    """One policy with all its pages in the order of time."""
    with desk.reader() as session:
        event = _event(session, event_id)
        pages = reads.page_lines(session, event_id)
        acts = [page.id for page in pages if page.role in ("final", "full_text")]
        return desk.page(
            "event.html",
            section="events",
            event=event,
            pages=pages,
            official=_official(pages),
            comparisons=_comparisons(pages),
            roles=EVENT_ROLES,
            sources=[page for page in pages if page.official],
            spoken_of=references.spoken_of(session, acts),
            speaks_of=[one for act in acts[:3] for one in references.speaks_of(session, act)],
            notice=decision_notice(session, desk),
        )


def _event(session: Session, event_id: int) -> Event:
    found = reads.event_by_id(session, event_id)
    if found is None:
        raise NotFound(f"没有这个事件 / no such event: {event_id}")
    return found


def _official(pages: list[reads.PageLine]) -> reads.PageLine | None:
    """The issuing body's page: of the final text, else of the draft."""
    for role in ("final", "draft", "amendment"):
        for page in pages:
            if page.official and page.role == role:
                return page
    return None


def _comparisons(pages: list[reads.PageLine]) -> list[tuple[reads.PageLine, reads.PageLine]]:
    """Drafts with the text that came of them, and each draft with the one before."""
    drafts = [page for page in pages if page.role == "draft"]
    finals = [page for page in pages if page.role in ("final", "full_text") and page.official]
    found = list(pairwise(drafts))
    if drafts and finals:
        found.append((drafts[-1], finals[0]))
    return found


@router.post("/events/{event_id}/split")
@access(Access.EDITOR)
def split(desk: AtDesk, event_id: int, pages: Ids = []) -> Response:  # noqa: B006 - a form field
    """Take the chosen pages out; several of them form an event of their own."""
    if not pages:
        return desk.go(f"/events/{event_id}", ok="nothing_chosen")
    with desk.writer() as session:
        _event(session, event_id)
        lines = reads.page_lines(session, event_id)
        wanted = {key for line in lines if line.id in pages for key in _with_twins(line)}

        def work() -> int | None:
            made = split_event(session, event_id, sorted(wanted), actor=desk.actor, now=desk.now)
            for changed in (event_id, made):
                if changed is not None:
                    settle_event(session, changed, rules=Rules(), now=desk.now)
            return made

        action_id, made = decide_event(
            session,
            desk,
            action="event_split",
            event_ids=[event_id],
            document_ids=wanted,
            work=work,
        )
        target = event_id if reads.event_by_id(session, event_id) is not None else made
    page = f"/events/{target}" if target else f"/items/{min(wanted)}"
    return desk.go(page, done=action_id)


def _with_twins(line: reads.PageLine) -> list[int]:
    return [line.id, *(twin.id for twin in line.twins)]


@router.post("/events/merge")
@access(Access.EDITOR)
def merge(desk: AtDesk, page: int = Form(0), other: Text = "") -> Response:
    """Join the item ``page`` (with its event) and another item or event into one event."""
    with desk.writer() as session:
        wanted = _named(session, other)
        documents = sorted({page, *wanted})
        known = stored_pages(session, documents)
        if page not in known or not wanted or len(known) < 2:
            return desk.go(f"/items/{page}", ok="nothing_chosen")
        events = {e for e in (event_of(session, key) for key in documents) if e is not None}
        rules = Rules()
        roles = {key: rules.role(row) for key, row in known.items()}

        def work() -> int:
            made = merge_events(session, documents, actor=desk.actor, now=desk.now, roles=roles)
            settle_event(session, made, rules=Rules(), now=desk.now)
            return made

        action_id, made = decide_event(
            session,
            desk,
            action="event_merge",
            event_ids=events,
            document_ids=documents,
            work=work,
        )
    return desk.go(f"/events/{made}", done=action_id)


def _named(session: Session, other: str) -> list[int]:
    """Items named by what an editor typed: an address of an item or event, or an item's number."""
    match = re.search(r"(?:(?P<kind>events|items)/)?(?P<id>\d{1,15})\s*\Z", other.strip())
    if match is None:
        return []
    number = int(match["id"])
    if match["kind"] == "events":
        return [line.id for line in reads.page_lines(session, number)][:1]
    return [number]


@router.post("/events/{event_id}/role")
@access(Access.EDITOR)
def role(desk: AtDesk, event_id: int, page: int = Form(0), to: Text = "") -> Response:
    """Set the role of a page; rules do not change it any more."""
    if to not in EVENT_ROLES:
        return desk.go(f"/events/{event_id}", ok="nothing_chosen")

    def work(session: Session) -> int:
        change_role(session, page, role=to)
        settle_event(session, event_id, rules=Rules(), now=desk.now)
        return event_id

    return _decided(desk, event_id, "event_role", work, told=desk.texts.name("event_role", to))


@router.post("/events/{event_id}/title")
@access(Access.EDITOR)
def title(desk: AtDesk, event_id: int, to: Text = "") -> Response:
    """Name the event."""
    name = " ".join(to.split())[:MOST_TITLE]
    if not name:
        return desk.go(f"/events/{event_id}", ok="nothing_chosen")

    def work(session: Session) -> int:
        rename_event(session, event_id, title=name)
        return event_id

    return _decided(desk, event_id, "event_title", work, told=name)


@router.post("/events/{event_id}/move")
@access(Access.EDITOR)
def move(desk: AtDesk, event_id: int, page: int = Form(0), step: int = Form(0)) -> Response:
    """Move a page up (-1) or down (1) in the order shown; ``page`` 0 = order by day again."""

    def work(session: Session) -> int:
        if page == 0:
            reorder(session, event_id, [])
            return event_id
        order = [line.id for line in reads.page_lines(session, event_id)]
        if page in order:
            at = order.index(page)
            to = min(max(0, at + (1 if step > 0 else -1)), len(order) - 1)
            order.insert(to, order.pop(at))
        reorder(session, event_id, order)
        return event_id

    return _decided(desk, event_id, "event_order", work)


@router.post("/items/{item_id}/official")
@access(Access.EDITOR)
def official(
    desk: AtDesk, item_id: int, to: Text = "", url: Text = "", next_page: NextPage = ""
) -> Response:
    """Name the official page of a report: a stored page, an address, none, or what rules find."""
    target = next_page or f"/items/{item_id}"
    address = url.strip()[:2000]
    with desk.writer() as session:
        if item_id not in stored_pages(session, [item_id]):
            raise NotFound(f"没有这个条目 / no such item: {item_id}")
        event_id = event_of(session, item_id)

        def work() -> int | None:
            _set_official(session, desk, item_id, to, address, event_id)
            return event_id

        action_id, _ = decide_event(
            session,
            desk,
            action="event_official",
            event_ids=[event_id] if event_id is not None else [],
            document_ids=[item_id],
            work=work,
        )
    return desk.go(target, done=action_id)


@router.post("/items/{item_id}/apart")
@access(Access.EDITOR)
def apart(desk: AtDesk, item_id: int) -> Response:
    """Take an item out of the pages that carry the same text; rules do not put it back."""
    with desk.writer() as session:
        action_id = tell_apart(session, desk, item_id)
    page = f"/items/{item_id}"
    return desk.go(page, done=action_id) if action_id else desk.go(page, ok="nothing_changed")


def _set_official(
    session: Session, desk: Desk, item_id: int, to: str, address: str, event_id: int | None
) -> None:
    reason = desk.texts("event.official_by", actor=desk.actor)
    chosen = small_number(to) or None
    if to == "rules":
        clear_official(session, item_id)
        if event_id is not None:
            settle_event(session, event_id, rules=Rules(), now=desk.now)
    elif chosen is not None and chosen in stored_pages(session, [chosen]):
        page = stored_pages(session, [chosen])[chosen]
        set_official(
            session, item_id, official_id=chosen, url=page.url, reason=reason, now=desk.now
        )
    elif address.startswith(("http://", "https://")):
        set_official(session, item_id, official_id=None, url=address, reason=reason, now=desk.now)
    elif to == "none":
        set_official(session, item_id, official_id=None, url="", reason=reason, now=desk.now)


def _decided(desk: Desk, event_id: int, action: str, work: Any, *, told: str = "") -> Response:
    """Run a decision about one event and go back to its page."""
    with desk.writer() as session:
        _event(session, event_id)
        action_id, _ = decide_event(
            session,
            desk,
            action=action,
            event_ids=[event_id],
            document_ids=[],
            work=lambda: work(session),
            told=told,
        )
    return desk.go(f"/events/{event_id}", done=action_id)
