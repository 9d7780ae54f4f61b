"""Correcting the metadata of an item by hand; a later crawl does not overwrite it."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from pipelines.fields.docnumber import normalise_doc_number
from pipelines.fields.validity import STATES
from review.access import Access, access
from review.decisions import CORRECT
from review.desk import AtDesk, Desk
from review.errors import StaleEdit
from review.notices import small_number
from review.queries.references import spoken_of, validity_of
from review.relink import look_again
from review.validity import FIELDS as VALIDITY
from review.validity import Standing, standing
from storage.audit import record_action
from storage.edits import DAYS
from storage.errors import NotFound, StateConflict
from storage.models import Document
from storage.removal import edit_document

router = APIRouter()

FIELDS = (
    *("title", "doc_number", "issuing_bodies", "publisher", "doc_type", "region", "level"),
    *("written_on", "published_on", "effective_on", "expires_on", *VALIDITY),
    *("comments_until", "summary"),
)
LEVELS = ("", "national", "provincial", "municipal", "district", "foreign", "none")
MOST = {"title": 500, "summary": 1000}
_SPLIT = re.compile(r"[、,，;；\n]+")


@router.get("/items/{item_id}/correct")
@access(Access.EDITOR)
def correct_page(desk: AtDesk, item_id: int) -> Response:
    """The form with what is known."""
    with desk.reader() as session:
        document = _document(session, item_id)
        values = {name: _shown(document, name) for name in FIELDS}
        now = _standing(session, desk, document)
        values |= dict(zip(VALIDITY, (now.state, now.by), strict=True))
        values["in_force_seen"] = f"{now.state}|{now.by}"
        return _form(desk, document, values, {})


def _standing(session: Session, desk: Desk, document: Document) -> Standing:
    told = validity_of(spoken_of(session, [document.id]), today=desk.clock.today)
    return standing(document, told, today=desk.clock.today)


def _form(
    desk: Desk, document: Document, values: dict[str, str], problems: dict[str, str]
) -> Response:
    return desk.page(
        "correct.html",
        section="items",
        status_code=422 if problems else 200,
        item=document,
        values=values,
        problems=problems,
        fields=FIELDS,
        days=DAYS,
        levels=LEVELS,
        states=("", *STATES),
        edited=set(document.edited or ()),
    )


class Correction(BaseModel):
    """The form as it was sent."""

    title: str = ""
    doc_number: str = ""
    issuing_bodies: str = ""
    publisher: str = ""
    doc_type: str = ""
    region: str = ""
    level: str = ""
    written_on: str = ""
    published_on: str = ""
    effective_on: str = ""
    expires_on: str = ""
    validity: str = ""
    validity_by: str = ""
    comments_until: str = ""
    summary: str = ""
    row_version: str = ""
    in_force_seen: str = ""


@router.post("/items/{item_id}/correct")
@access(Access.EDITOR)
def correct(desk: AtDesk, item_id: int, given: Annotated[Correction, Form()]) -> Response:
    """Store what differs. Raises ``StaleEdit`` if somebody changed the item meanwhile."""
    return _correct(desk, item_id, given.model_dump())


def _correct(desk: Desk, item_id: int, given: dict[str, str]) -> Response:
    wanted, problems = _read(desk, given)
    with desk.writer() as session:
        document = _document(session, item_id)
        if problems:
            return _form(desk, document, given, problems)
        changed = _changed(document, wanted, _seen(session, desk, document, given))
        if not changed:
            return desk.go(f"/items/{item_id}", ok="nothing_changed")
        if "issuing_bodies" in changed:
            changed["issuing_bodies"] = changed["issuing_bodies"] or []
            changed["issuer"] = (changed["issuing_bodies"] or [None])[0]
        edited = list(document.edited or ())
        try:
            before = edit_document(
                session,
                item_id,
                values=changed,
                row_version=small_number(given["row_version"]),
            )
        except StateConflict as error:
            raise StaleEdit from error
        row = record_action(
            session,
            actor=desk.actor,
            action=CORRECT,
            target_kind="document",
            target_id=item_id,
            before={"values": _plain(before), "edited": edited},
            after={"values": _plain(changed)},
            now=desk.now,
        )
        look_again(session, item_id, now=desk.now)
    return desk.go(f"/items/{item_id}", done=row.id)


def _seen(
    session: Session, desk: Desk, document: Document, given: dict[str, str]
) -> dict[str, str | None]:
    """The state and its cause as the form showed them. They may come from other documents and the
    calendar, so they are not the stored ones."""
    if given["in_force_seen"]:
        state, _, by = given["in_force_seen"].partition("|")
    else:
        now = _standing(session, desk, document)
        state, by = now.state, now.by
    shown = zip(VALIDITY, (state, by), strict=True)
    return {name: _line(value, name) or None for name, value in shown}


def _changed(
    document: Document, wanted: dict[str, Any], seen: dict[str, str | None]
) -> dict[str, Any]:
    """The values that differ. State and cause belong together: who sets one answers for both."""
    changed = {
        name: value
        for name, value in wanted.items()
        if name not in VALIDITY and value != (getattr(document, name) or None)
    }
    if any(wanted[name] != seen[name] for name in VALIDITY):
        changed.update({name: wanted[name] for name in VALIDITY})
    return changed


def _line(text: str, name: str) -> str:
    return " ".join(text.split())[: MOST.get(name, 300)]


def _document(session: Session, item_id: int) -> Document:
    document = session.get(Document, item_id) if item_id < 2**62 else None
    if document is None or document.state == "suppressed":
        raise NotFound(f"没有这个条目 / no such item: {item_id}")
    return document


def _shown(document: Document, name: str) -> str:
    value = getattr(document, name)
    if isinstance(value, list):
        return "、".join(value)
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _read(desk: Desk, given: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Values as stored, and what is wrong with them by field."""
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name in FIELDS:
        text = _line(given[name], name)
        if name in DAYS:
            values[name] = _day(desk, name, text, problems)
        elif name == "issuing_bodies":
            values[name] = [part.strip() for part in _SPLIT.split(text) if part.strip()] or None
        elif name == "doc_number" and text:
            values[name] = normalise_doc_number(text) or text
        elif name == "level" and text not in LEVELS:
            problems[name] = desk.texts("correct.bad_level")
        elif name == "validity" and text not in ("", *STATES):
            problems[name] = desk.texts("correct.bad_validity")
        else:
            values[name] = text or None
    if not values.get("title"):
        problems["title"] = desk.texts("correct.no_title")
    if values.get("validity_by") and not given["validity"].strip():
        problems["validity_by"] = desk.texts("correct.no_validity")
    return values, problems


def _day(desk: Desk, name: str, text: str, problems: dict[str, str]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems[name] = desk.texts("correct.bad_day")
        return None


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }
