"""What editors decide about items: accept, reject, label, undo. Every step is audited."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlalchemy.orm import Session

from review.access import Access, access
from review.decisions import UNDOABLE, take_back
from review.desk import AtDesk, Desk
from review.errors import StaleEdit
from review.item_filters import REVIEW_STATES
from review.queries import items as reads
from review.review_notice import REVIEW, REVIEW_BATCH, UNDO_WITHIN
from storage.audit import record_action
from storage.errors import NotFound
from storage.labels import labels_of, set_human_label
from storage.models import Document, Label
from storage.models.label import LABEL_KINDS
from storage.removal import set_review_state

router = APIRouter()

Text = Annotated[str, Form()]
Texts = Annotated[list[str], Form()]
NextPage = Annotated[str, Form(alias="next")]

MOST_AT_ONCE = 200


def seen_mark(*, review_state: str, latest_seq: int, row_version: int) -> str:
    """What a page showed of an item; a decision counts only while it still looks like this."""
    return f"{review_state}.{latest_seq}.{row_version}"


@router.post("/items/{item_id}/review")
@access(Access.EDITOR)
def review(
    desk: AtDesk, item_id: int, to: Text = "", expected: Text = "", next_page: NextPage = ""
) -> Response:
    """Accept, reject or put back one item. Raises ``StaleEdit`` if it changed meanwhile."""
    if to not in REVIEW_STATES:
        return desk.go(next_page or f"/items/{item_id}")
    with desk.writer() as session:
        document = _locked(session, item_id)
        if expected != mark_of(document):
            raise StaleEdit
        action_id = _set_state(session, desk, document, to)
    target = next_page or f"/items/{item_id}"
    return desk.go(target, done=action_id) if action_id else desk.go(target)


@router.post("/items/review")
@access(Access.EDITOR)
def review_many(
    desk: AtDesk,
    to: Text = "",
    chosen: Texts = [],  # noqa: B006 - never changed; FastAPI reads the default
    next_page: NextPage = "",
) -> Response:
    """Decide on several items of a list; ``chosen`` are ``id:mark``, as the page showed them.

    Items that changed meanwhile are left alone and counted.
    """
    target = next_page or "/items"
    wanted = dict(one.partition(":")[::2] for one in chosen[:MOST_AT_ONCE])
    if to not in REVIEW_STATES or not wanted:
        return desk.go(target, ok="nothing_chosen")
    before: dict[str, str] = {}
    with desk.writer() as session:
        for item_id, expected in sorted(wanted.items()):
            document = _found(session, item_id)
            if document is None or expected != mark_of(document):
                continue
            state = document.review_state
            if _set_state(session, desk, document, to) is not None:
                before[item_id] = state
        if not before:
            raise StaleEdit
        row = record_action(
            session,
            actor=desk.actor,
            action=REVIEW_BATCH,
            target_kind="documents",
            target_id=min(int(key) for key in before),
            before={"documents": before},
            after={"review_state": to, "count": len(before), "left": len(wanted) - len(before)},
            now=desk.now,
        )
        action_id = row.id
    return desk.go(target, done=action_id)


def _found(session: Session, item_id: str) -> Document | None:
    try:
        return _locked(session, int(item_id)) if item_id.isascii() and item_id.isdigit() else None
    except NotFound:
        return None


def _take_back_many(session: Session, desk: Desk, before: dict[str, str], state: str) -> None:
    """Put back every item of a batch that nobody decided on since. Raises ``StaleEdit``."""
    count = 0
    for item_id, earlier in before.items():
        document = _found(session, item_id)
        if document is not None and document.review_state == state:
            _set_state(session, desk, document, earlier, action="review_undo")
            count += 1
    if not count:
        raise StaleEdit


def mark_of(document: Document) -> str:
    """The mark of a document as it is stored now."""
    return seen_mark(
        review_state=document.review_state,
        latest_seq=document.latest_seq,
        row_version=document.row_version,
    )


def _locked(session: Session, item_id: int) -> Document:
    document = (
        session.get(Document, item_id, with_for_update=True, populate_existing=True)
        if item_id < 2**62
        else None
    )
    if document is None or document.state == "suppressed":
        raise NotFound(f"没有这个条目 / no such item: {item_id}")
    return document


def _set_state(
    session: Session, desk: Desk, document: Document, state: str, *, action: str = REVIEW
) -> int | None:
    """Store and audit the new state; None when it is the state already."""
    before = document.review_state
    if before == state:
        return None
    set_review_state(session, document.id, state=state)
    row = record_action(
        session,
        actor=desk.actor,
        action=action,
        target_kind="document",
        target_id=document.id,
        before={"review_state": before},
        after={"review_state": state, "seq": document.latest_seq},
        now=desk.now,
    )
    return row.id


@router.post("/actions/{action_id}/undo")
@access(Access.EDITOR)
def undo(desk: AtDesk, action_id: int, next_page: NextPage = "") -> Response:
    """Take one's own recent decision back, unless somebody decided again since."""
    with desk.writer() as session:
        row = reads.action(session, action_id) if action_id < 2**62 else None
        known = (REVIEW, REVIEW_BATCH, *UNDOABLE)
        if row is None or row.action not in known or row.actor != desk.actor:
            raise NotFound(f"没有可以撤销的操作 / nothing to undo: {action_id}")
        if row.action in UNDOABLE:
            if desk.now - row.at > UNDO_WITHIN:
                raise StaleEdit
            return desk.go(take_back(session, desk, row), ok="undone")
        recent = desk.now - row.at <= UNDO_WITHIN
        if row.action == REVIEW_BATCH:
            if not recent:
                raise StaleEdit
            stored = dict((row.before or {}).get("documents", {}))
            _take_back_many(session, desk, stored, str((row.after or {}).get("review_state")))
            return desk.go(next_page or "/items", ok="undone")
        document = _locked(session, int(row.target_id))
        if not recent or document.review_state != (row.after or {}).get("review_state"):
            raise StaleEdit
        before = (row.before or {}).get("review_state", "new")
        _set_state(session, desk, document, str(before), action="review_undo")
    return desk.go(next_page or f"/items/{document.id}", ok="undone")


@router.post("/items/{item_id}/labels")
@access(Access.EDITOR)
def label(
    desk: AtDesk,
    item_id: int,
    slug: Text = "",
    present: Text = "",
    next_page: NextPage = "",
) -> Response:
    """Add or remove a label by hand; this outranks rules and models from now on."""
    wanted = present == "yes"
    with desk.writer() as session:
        document = _locked(session, item_id)
        found = reads.label_by_slug(session, slug)
        if found is None or found.kind not in LABEL_KINDS:
            raise NotFound(f"没有这个标签 / no such label: {slug}")
        before = slug in {view.slug for view in labels_of(session, [item_id])[item_id]}
        if before != wanted:
            _label(session, desk, document, found, wanted=wanted)
    return desk.go(
        next_page or f"/items/{item_id}", ok="label_added" if wanted else "label_removed"
    )


def _label(session: Session, desk: Desk, document: Document, found: Label, *, wanted: bool) -> None:
    set_human_label(
        session,
        document.id,
        slug=found.slug,
        kind=found.kind,
        present=wanted,
        actor=desk.actor,
    )
    told: dict[str, Any] = {"label": found.title, "slug": found.slug}
    record_action(
        session,
        actor=desk.actor,
        action="label",
        target_kind="document",
        target_id=document.id,
        before={**told, "present": not wanted},
        after={**told, "present": wanted},
        now=desk.now,
    )
