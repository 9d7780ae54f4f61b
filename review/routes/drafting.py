"""Drafting a summary from the desk: ask, look at draft and source side by side, adopt or leave it.

The draft is shown in the answer to the request and kept nowhere; adopting it stores what the
editor sent, with its label, and is audited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlalchemy.orm import Session

from pipelines.drafting import LABEL, Doubt, PromptError
from review.access import Access, access
from review.desk import AtDesk, Desk
from review.drafting import DraftError, make_draft, material_of
from review.errors import StaleEdit
from review.routes.reviewing import mark_of
from storage.audit import record_action
from storage.documents import get_document
from storage.errors import NotFound
from storage.models import Document
from storage.removal import edit_document

router = APIRouter()

CHECKED = "AI 草拟，经人核对"
MAX_SUMMARY = 2_000
Text = Annotated[str, Form()]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the draft; ``doubt`` names what is wrong with it, empty for nothing."""

    text: str
    doubt: str = ""


@router.post("/items/{item_id}/draft")
@access(Access.EDITOR)
def draft(desk: AtDesk, item_id: int) -> Response:
    """Ask for a draft and show it beside the source."""
    with desk.reader() as session:
        document = _document(session, item_id)
        material = material_of(session, document)
        shown = {"id": document.id, "title": document.title, "url": document.url}
        mark = mark_of(document)
    # no transaction is open while the service works
    try:
        made = make_draft(material, desk.site.draft)
    except (DraftError, PromptError) as error:
        return desk.page(
            "draft.html",
            status_code=502 if getattr(error, "retry", False) else 200,
            section="items",
            item=shown,
            problem=desk.one_language(str(error)),
            draft=None,
        )
    return desk.page(
        "draft.html",
        section="items",
        item=shown,
        problem="",
        draft=made,
        pieces=pieces(made.text, made.doubts),
        expected=mark,
        facts=material.facts,
        source=material.text,
        endpoint_model=made.model,
    )


@router.post("/items/{item_id}/draft/adopt")
@access(Access.EDITOR)
def adopt(
    desk: AtDesk, item_id: int, summary: Text = "", expected: Text = "", checked: Text = ""
) -> Response:
    """Store the text as the item's summary, with its label. Raises ``StaleEdit``."""
    text = " ".join(summary.split())[:MAX_SUMMARY]
    if not text:
        return desk.go(f"/items/{item_id}")
    label = CHECKED if checked == "yes" else LABEL
    for known in (CHECKED, LABEL):
        text = text.removeprefix(f"【{known}】")
    with desk.writer() as session:
        document = _document(session, item_id)
        if expected != mark_of(document):
            raise StaleEdit
        before = edit_document(session, item_id, values={"summary": f"【{label}】{text}"})
        record_action(
            session,
            actor=desk.actor,
            action="summary_adopted",
            target_kind="document",
            target_id=item_id,
            before=before,
            after={"summary": f"【{label}】{text}", "model": desk.site.draft.model},
            now=desk.now,
        )
    return desk.go(f"/items/{item_id}")


def pieces(text: str, doubts: Sequence[Doubt]) -> list[Piece]:
    """The draft cut where a doubt begins and ends."""
    found: list[Piece] = []
    at = 0
    for doubt in doubts:
        found.append(Piece(text[at : doubt.start]))
        found.append(Piece(text[doubt.start : doubt.end], doubt.kind))
        at = doubt.end
    found.append(Piece(text[at:]))
    return [piece for piece in found if piece.text]


def _document(session: Session, item_id: int) -> Document:
    document = get_document(session, item_id) if item_id < 2**62 else None
    if document is None or document.state == "suppressed":
        raise NotFound(f"没有这个条目 / no such item: {item_id}")
    return document


def is_offered(desk: Desk) -> bool:
    """Whether the button is shown: a service is configured and the viewer may edit."""
    return desk.site.draft.is_on and desk.viewer is not None and desk.viewer.may_edit
