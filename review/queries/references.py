"""What other pages say of a policy, and what a page says of other policies.

A reference counts only while the rules hold for both pages as they are stored now.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from pipelines.events.references import known_as, refers_to
from pipelines.events.rules import Rules
from pipelines.fields.validity import AMENDED, REPEALED
from storage.event_records import StoredPage
from storage.event_references import NamedPolicy, StoredReference, references_by, references_to
from storage.events import stored_pages

_STATES = {"repeal": REPEALED, "amend": AMENDED}
MOST_SHOWN = 40
MOST_PAGES = 20
"""Pages looked at for one name."""


@dataclass(frozen=True, slots=True)
class Target:
    """A policy that a page speaks of; ``document_id`` is its page when that is stored."""

    kind: str
    name: str
    number: str | None
    document_id: int | None
    title: str


def spoken_of(session: Session, document_ids: Iterable[int]) -> list[StoredReference]:
    """The pages that repeal, amend or mention one of these pages, by day."""
    rules = Rules()
    found: dict[tuple[str, int], StoredReference] = {}
    for page in stored_pages(session, document_ids).values():
        keys = rules.keys(page)
        for row in references_to(session, known_as(keys)):
            fits = refers_to(keys, kind=row.kind, number=row.number, place=row.place, day=row.day)
            if fits and row.document_id != page.document_id:
                found.setdefault((row.kind, row.document_id), row)
    return sorted(found.values(), key=lambda row: (row.day or date.max, row.document_id))


def lies_ahead(row: StoredReference, *, today: date) -> bool:
    """Whether the act that repeals or amends does not hold yet."""
    return row.effective_on is not None and row.effective_on > today


def validity_of(rows: Iterable[StoredReference], *, today: date) -> tuple[str, str] | None:
    """State and cause as other documents tell them: 已废止 before 已修改, the first act that did
    it. An act that is not in force yet has changed nothing."""
    in_force = [row for row in rows if not lies_ahead(row, today=today)]
    for kind in ("repeal", "amend"):
        for row in in_force:
            if row.kind == kind:
                number = f"（{row.doc_number}）" if row.doc_number else ""
                return _STATES[kind], f"{row.title}{number}"
    return None


def speaks_of(session: Session, document_id: int) -> list[Target]:
    """The policies that a page repeals, amends or mentions."""
    rows = references_by(session, document_id)[:MOST_SHOWN]
    if not rows:
        return []
    wanted = {key for _, ids in rows for key in ids[:MOST_PAGES]}
    pages = stored_pages(session, [document_id, *wanted])
    mine = pages.pop(document_id, None)
    if mine is None:
        return []
    rules = Rules()
    targets = []
    for row, ids in rows:
        page = _meant(mine, [pages[key] for key in ids[:MOST_PAGES] if key in pages], row, rules)
        targets.append(
            Target(
                row.kind,
                row.name,
                row.number,
                page.document_id if page else None,
                page.title if page else row.name,
            )
        )
    return targets


def _meant(
    mine: StoredPage, pages: list[StoredPage], row: NamedPolicy, rules: Rules
) -> StoredPage | None:
    """The page that a reference means: an act at a public body first, then the newest."""
    day = mine.published_on or mine.written_on
    fitting = []
    for page in pages:
        keys = rules.keys(page)
        if known_as(keys) and refers_to(
            keys, kind=row.kind, number=row.number, place=row.place, day=day
        ):
            fitting.append((not keys.is_act, -page.document_id, page))
    return min(fitting, key=lambda found: found[:2])[2] if fitting else None
