"""What an editor changes in a draft: wording, 短评, section, order, what is left out, the preface.

Every change says what stood there before and what stands there now, so that it can be taken back
as long as nobody changed the same place since. Figures and reading time follow the items.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.boxes import figures_of
from digest.errors import FileUnreadable
from digest.files.reading import Edited, edited_words
from digest.frozen import load_issue
from digest.trial import printed_hash
from digest.view import Figure, view_hash
from digest.wording import clean_line, reading_minutes
from storage.errors import NotFound, StateConflict
from storage.issues import ItemRecord, edit_issue, get_issue, issue_items
from storage.labels import list_labels
from storage.models import Document, Issue, Source

SUMMARY_CHARS, NOTE_CHARS, INTRO_CHARS = 600, 1_000, 2_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A change of one item; ``None`` leaves a value as it is. ``move``: -1 up, 1 down."""

    summary: str | None = None
    note: str | None = None
    section: str | None = None
    move: int = 0
    remove: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What stood at a place of the issue before and after; JSON values, for the audit."""

    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def is_none(self) -> bool:
        """Whether everything stayed as it was."""
        return self.before == self.after


def change_item(
    session: Session, issue_id: int, document_id: int, wanted: Wanted, *, row_version: int
) -> Change:
    """Change one item of a draft. Raises ``NotFound`` or ``StateConflict``."""
    records = _records(session, issue_id)
    before = _place(records, document_id)
    if before["record"] is None:
        raise NotFound(f"本期没有这一条 / not in this issue: {document_id}")
    index: int = before["index"]
    record = records.pop(index)
    if not wanted.remove:
        changed = _reworded(record, wanted)
        place = (
            _new_index(records, record.section, index, move=wanted.move)
            if changed.section == record.section
            else _end_of(records, changed.section)
        )
        records.insert(place, changed)
    after = _place(records, document_id)
    if before != after:
        _store(session, issue_id, records, row_version=row_version)
    return Change(before, after)


def change_intro(session: Session, issue_id: int, intro: str, *, row_version: int) -> Change:
    """Set the editors' preface of a draft; empty takes it away. Raises ``StateConflict``."""
    issue = _issue(session, issue_id)
    change = Change({"intro": issue.intro or ""}, {"intro": clean_line(intro)[:INTRO_CHARS]})
    if not change.is_none:
        edit_issue(session, issue_id, row_version=row_version, intro=change.after["intro"])
    return change


def take_back_change(
    session: Session, issue_id: int, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Put the place back as it was. Raises ``StateConflict`` when it has changed since."""
    if "all" in before:
        for earlier, later in reversed(list(zip(before["all"], after["all"], strict=True))):
            take_back_change(session, issue_id, earlier, later)
        return
    issue = _issue(session, issue_id)
    if "intro" in before:
        if (issue.intro or "") != after["intro"]:
            raise StateConflict(
                "编者按又有修改，请看过再决定 / the preface has changed since: look again"
            )
        edit_issue(session, issue_id, intro=before["intro"])
        return
    records = _records(session, issue_id)
    document_id = int(before["document"])
    if _place(records, document_id) != dict(after):
        raise StateConflict("这一条又有修改，请看过再决定 / the item has changed since: look again")
    if after["record"] is not None:
        records.pop(int(after["index"]))
    if before["record"] is not None:
        records.insert(int(before["index"]), ItemRecord(**before["record"]))
    _store(session, issue_id, records, row_version=issue.row_version)


def take_over(session: Session, issue_id: int, content: bytes) -> tuple[Change, Edited]:
    """Bring the changes of an edited Word file into the draft it was made from, as one change.

    Raises ``FileUnreadable`` when the file was made from another state of the issue, since then
    nobody knows what was changed on purpose; ``StateConflict`` when the issue is no draft.
    """
    _, view = load_issue(session, issue_id)
    if printed_hash("issue.docx", content) != view_hash(view)[:10]:
        raise FileUnreadable(
            "这份 Word 不是从本期现在的稿子导出的，请重新导出再改"
            " / not exported from the draft as it is now: export it again and edit that file"
        )
    edited = edited_words(content, view)
    changes = []
    for item in view.items:
        words = Wanted(
            summary=edited.summaries.get(item.number), note=edited.notes.get(item.number)
        )
        if words != Wanted():
            version = _issue(session, issue_id).row_version
            changes.append(
                change_item(session, issue_id, item.document_id, words, row_version=version)
            )
    if edited.intro is not None:
        version = _issue(session, issue_id).row_version
        changes.append(change_intro(session, issue_id, edited.intro, row_version=version))
    changes = [change for change in changes if not change.is_none]
    before = {"all": [change.before for change in changes]}
    return Change(before, {"all": [change.after for change in changes]}), edited


def sections_offered(session: Session, issue_id: int) -> list[tuple[str, str]]:
    """(slug, title) of the sections an item may stand in: those of the issue, then all others."""
    _, view = load_issue(session, issue_id)
    found = {section.slug: section.title for section in view.sections}
    for label in list_labels(session, kind="section"):
        found.setdefault(label.slug, label.title)
    return list(found.items())


def _issue(session: Session, issue_id: int) -> Issue:
    issue = get_issue(session, issue_id)
    if issue is None:
        raise NotFound(f"没有这一期 / no such issue: {issue_id}")
    return issue


def _records(session: Session, issue_id: int) -> list[ItemRecord]:
    return [
        ItemRecord(
            document_id=row.item.document_id,
            version_id=row.item.version_id,
            section=row.item.section,
            headline=row.item.headline,
            summary=row.item.summary,
            note=row.item.note,
            reason=row.item.reason,
            extra=dict(row.item.extra),
        )
        for row in issue_items(session, issue_id)
    ]


def _place(records: Sequence[ItemRecord], document_id: int) -> dict[str, Any]:
    for index, record in enumerate(records):
        if record.document_id == document_id:
            return {"document": document_id, "index": index, "record": asdict(record)}
    return {"document": document_id, "index": None, "record": None}


def _reworded(record: ItemRecord, wanted: Wanted) -> ItemRecord:
    summary, note = record.summary, record.note
    if wanted.summary is not None:
        summary = clean_line(wanted.summary)[:SUMMARY_CHARS] or None
    if wanted.note is not None:
        note = clean_line(wanted.note)[:NOTE_CHARS] or None
    section = wanted.section or record.section
    return replace(record, summary=summary, note=note, section=section)


def _new_index(records: Sequence[ItemRecord], section: str, index: int, *, move: int) -> int:
    """Where an item of the section goes among the others: one up, one down, or as it was."""
    same = [at for at, other in enumerate(records) if other.section == section]
    if move < 0:
        return max((at for at in same if at < index), default=index)
    if move > 0:
        return min((at + 1 for at in same if at >= index), default=index)
    return index


def _end_of(records: Sequence[ItemRecord], section: str) -> int:
    """After the last item of the section; a new section begins at the end."""
    same = [at for at, other in enumerate(records) if other.section == section]
    return same[-1] + 1 if same else len(records)


def _store(
    session: Session, issue_id: int, records: Sequence[ItemRecord], *, row_version: int
) -> None:
    """The items, then what is counted from them."""
    issue = edit_issue(session, issue_id, row_version=row_version, items=records)
    _, view = load_issue(session, issue_id)
    figures = dict(issue.figures or {})
    known = {entry["slug"] for entry in figures.get("sections", ())}
    titles = {label.slug: label.title for label in list_labels(session, kind="section")}
    figures["sections"] = [
        *figures.get("sections", ()),
        *(
            {"slug": section.slug, "title": titles.get(section.slug, section.slug), "brief": False}
            for section in view.sections
            if section.slug not in known
        ),
    ]
    levels = _levels(session, [item.document_id for item in view.items])
    counted = figures_of(view.items, [levels.get(item.document_id, "") for item in view.items])
    minutes = reading_minutes([f"{item.title}{item.summary}" for item in view.items])
    head = {
        **figures.get("head", {}),
        "figures": TypeAdapter(list[Figure]).dump_python(list(counted), mode="json"),
        "minutes": minutes,
    }
    issue.figures = {**figures, "head": head}
    session.flush()


def _levels(session: Session, document_ids: Sequence[int]) -> dict[int, str]:
    rows = session.execute(
        select(Document.id, Document.level, Source.level)
        .join(Source, Source.id == Document.source_id)
        .where(Document.id.in_(document_ids))
    )
    return {key: own or source or "none" for key, own, source in rows}
