"""Editing a draft: wording, 短评, section, order, leaving items out, the preface. All with undo."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile

from digest.editing import (
    Change,
    Wanted,
    change_intro,
    change_item,
    sections_offered,
    take_over,
)
from review.access import Access, access, uploads
from review.decisions import ISSUE_EDIT
from review.desk import AtDesk, Desk
from review.errors import StaleEdit
from storage.audit import record_action
from storage.errors import StateConflict

router = APIRouter()

Text = Annotated[str, Form()]
_MOVES = {"up": -1, "down": 1}


@router.post("/issues/{issue_id}/items/{item_id}")
@access(Access.EDITOR)
def edit_item(
    desk: AtDesk,
    issue_id: int,
    item_id: int,
    act: Text = "",
    expected: Text = "",
    summary: Text = "",
    note: Text = "",
    section: Text = "",
) -> Response:
    """``act``: save, up, down or remove. Raises ``StaleEdit`` when the issue has changed since."""
    back = f"/issues/{issue_id}?part=items"
    if act not in ("save", "remove", *_MOVES) or max(issue_id, item_id) >= 2**62:
        return desk.go(back)
    with desk.writer() as session:
        offered = {slug for slug, _ in sections_offered(session, issue_id)}
        wanted = Wanted(move=_MOVES.get(act, 0), remove=act == "remove")
        if act == "save":
            place = section if section in offered else None
            wanted = Wanted(summary=summary, note=note, section=place)
        try:
            change = change_item(session, issue_id, item_id, wanted, row_version=_number(expected))
        except StateConflict as error:
            raise StaleEdit from error
        return _done(session, desk, issue_id, change, f"{back}#line-{item_id}")


@router.post("/issues/{issue_id}/intro")
@access(Access.EDITOR)
def edit_intro(desk: AtDesk, issue_id: int, intro: Text = "", expected: Text = "") -> Response:
    """The editors' preface. Raises ``StaleEdit`` when the issue has changed since."""
    with desk.writer() as session:
        try:
            change = change_intro(session, issue_id, intro, row_version=_number(expected))
        except StateConflict as error:
            raise StaleEdit from error
        return _done(session, desk, issue_id, change, f"/issues/{issue_id}?part=items")


@router.post("/issues/{issue_id}/takeover")
@access(Access.EDITOR)
@uploads
async def take_over_file(desk: AtDesk, issue_id: int) -> Response:
    """Take the words of an exported Word file that was edited. Raises ``FileUnreadable``."""
    form = await desk.request.form()
    try:
        upload = form.get("file")
        if not isinstance(upload, UploadFile) or not upload.filename or issue_id >= 2**62:
            return desk.go(f"/issues/{issue_id}?part=items", ok="nothing_chosen")
        content = await upload.read()
    finally:
        await form.close()
    return await run_in_threadpool(_take_over, desk, issue_id, content)


def _take_over(desk: Desk, issue_id: int, content: bytes) -> Response:
    with desk.writer() as session:
        try:
            change, _ = take_over(session, issue_id, content)
        except StateConflict as error:
            raise StaleEdit from error
        return _done(session, desk, issue_id, change, f"/issues/{issue_id}?part=items")


def _done(session: Session, desk: Desk, issue_id: int, change: Change, back: str) -> Response:
    path, _, anchor = back.partition("#")
    if change.is_none:
        return desk.go(path, ok="nothing_changed")
    row = record_action(
        session,
        actor=desk.actor,
        action=ISSUE_EDIT,
        target_kind="issue",
        target_id=issue_id,
        before=change.before,
        after=change.after,
        now=desk.now,
    )
    response = desk.go(path, done=row.id)
    if anchor:
        response.headers["location"] += f"#{anchor}"
    return response


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
