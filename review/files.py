"""Files of an item as the pages show them: what they are, in which state, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pipelines.attachments.names import safe_name
from review.i18n import Texts
from review.shown import size_text
from storage.file_views import FileView, file_views
from storage.models import StoredFile

PREVIEW = 400  # characters


@dataclass(frozen=True, slots=True)
class ShownFile:
    """One file. ``facts`` are kind, size, pages …; ``trouble`` says that it needs a person."""

    id: int
    item_id: int
    item_title: str
    name: str
    url: str
    role: str
    stored: bool
    readable: bool
    facts: list[str]
    state: str
    detail: str
    advice: str
    trouble: bool
    members: list[dict[str, Any]]
    sha256: str | None
    fetched_at: datetime | None
    preview: str = ""


def files_of_item(session: Session, texts: Texts, item_id: int) -> list[ShownFile]:
    """All files of an item, in the order of its page, with the beginning of their text."""
    views = file_views(session, document_ids=[item_id])
    digests = [view.sha256 for view in views if view.text_state == "read"]
    previews: dict[str, str] = {}
    if digests:
        query = select(StoredFile.sha256, func.substr(StoredFile.text, 1, PREVIEW + 1))
        for digest, text in session.execute(query.where(StoredFile.sha256.in_(digests))):
            previews[digest] = text if len(text) <= PREVIEW else text[:PREVIEW] + "…"
    return [shown_file(view, texts, preview=previews.get(view.sha256 or "", "")) for view in views]


def shown_file(view: FileView, texts: Texts, *, preview: str = "") -> ShownFile:
    """One file in words."""
    stored = view.state == "stored"
    code = view.text_code if stored else view.error_code
    trouble = view.state in ("failed", "skipped") or view.text_state == "unread"
    remedy = f"error_remedy.{code}"
    return ShownFile(
        id=view.id,
        item_id=view.document_id,
        item_title=view.document_title,
        name=view.name,
        url=view.url,
        role=view.role,
        stored=stored and view.sha256 is not None,
        readable=view.text_state == "read",
        facts=_facts(view, texts),
        state=_state(view, texts),
        detail=texts.name("error_name", code) if code else "",
        advice=texts(remedy) if code and texts.has(remedy) else "",
        trouble=trouble,
        members=[_member(found, texts) for found in view.members],
        sha256=view.sha256,
        fetched_at=view.fetched_at,
        preview=preview,
    )


def _state(view: FileView, texts: Texts) -> str:
    if view.state != "stored":
        return texts.name("attachment_state", view.state)
    return texts.name("file_text", view.text_state or "waiting")


def _facts(view: FileView, texts: Texts) -> list[str]:
    facts = [texts.name("file_kind", view.kind)] if view.kind else []
    if view.size is not None:
        facts.append(size_text(view.size))
    if view.pages:
        sheets = view.kind in ("xls", "xlsx")
        facts.append(texts("file.sheets" if sheets else "file.pages", n=view.pages))
    if view.characters:
        facts.append(texts("item.characters", n=view.characters))
    if view.tables:
        facts.append(texts("file.tables", n=view.tables))
    return facts


def _member(found: dict[str, Any], texts: Texts) -> dict[str, Any]:
    code = found.get("code")
    state = texts.name("file_text", found.get("state"))
    return {
        "name": found.get("name"),
        "size": found.get("size"),
        "state": f"{state} {texts.name('error_name', code)}" if code else state,
    }


def download_name(view: FileView) -> str:
    """The name a file is saved under: harmless, and ending as its content demands."""
    offered = view.file_name or view.name
    return safe_name(offered, kind=view.kind)
