"""The issue in the tables and back: rows for items, one JSON object for everything around them.

An editor may reorder, drop or reword items of a draft; leads and deadlines follow their document
and lose their line when it is gone. After approval the rows no longer change, and
``content_hash`` proves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from digest.errors import IssueStateError
from digest.view import Deadline, IssueView, Item, Lead, Section
from digest.wording import clean_line
from storage.issues import ItemRecord, get_issue, issue_items
from storage.models import Issue

_OWN_COLUMNS = {"number", "document_id", "title", "summary", "note"}
_ROW_FIELDS = {"sections", "leads", "deadlines", "number", "title", "intro"}


@cache
def _items() -> TypeAdapter[Item]:
    return TypeAdapter(Item)


@cache
def _views() -> TypeAdapter[IssueView]:
    return TypeAdapter(IssueView)


@cache
def _leads() -> TypeAdapter[list[Lead]]:
    return TypeAdapter(list[Lead])


@cache
def _deadlines() -> TypeAdapter[list[Deadline]]:
    return TypeAdapter(list[Deadline])


def item_record(item: Item, *, section: str, version_id: int) -> ItemRecord:
    """The row of an item."""
    values = _items().dump_python(item, mode="json")
    return ItemRecord(
        document_id=item.document_id,
        version_id=version_id,
        section=section,
        headline=item.title,
        summary=item.summary or None,
        reason="、".join((*item.watches, *item.topics)) or None,
        extra={key: value for key, value in values.items() if key not in _OWN_COLUMNS},
    )


def shell(view: IssueView) -> dict[str, Any]:
    """Everything of the issue but its items, as JSON values; lines refer to documents."""
    by_number = {item.number: item.document_id for item in view.items}
    values: dict[str, Any] = _views().dump_python(view, mode="json")
    head = {key: value for key, value in values.items() if key not in _ROW_FIELDS}
    leads = _leads().dump_python(list(view.leads), mode="json")
    deadlines = _deadlines().dump_python(list(view.deadlines), mode="json")
    return {
        "head": head,
        "sections": [
            {"slug": section.slug, "title": section.title, "brief": section.brief}
            for section in view.sections
        ],
        "leads": [_by_document(line, by_number) for line in leads],
        "deadlines": [_by_document(line, by_number) for line in deadlines],
    }


def load_issue(session: Session, issue_id: int) -> tuple[Issue, IssueView]:
    """The issue row and its view. Raises ``IssueStateError`` when there is no such issue."""
    issue = get_issue(session, issue_id)
    if issue is None:
        raise IssueStateError(f"没有编号为 {issue_id} 的一期 / no such issue: {issue_id}")
    figures: Mapping[str, Any] = issue.figures or {}
    sections = _sections(session, issue_id, figures)
    numbers = {item.document_id: item.number for part in sections for item in part.items}
    leads = _renumbered(figures.get("leads", ()), numbers)
    deadlines = _renumbered(figures.get("deadlines", ()), numbers)
    view = _views().validate_python(
        {
            "edition": issue.edition,
            "issued_on": issue.period_end.date(),
            "first_day": issue.period_start.date(),
            "last_day": issue.period_end.date(),
            **figures.get("head", {}),
            "title": issue.title,
            "number": issue.number,
            "intro": clean_line(issue.intro),
            "sections": sections,
            "leads": _leads().validate_python(leads),
            "deadlines": _deadlines().validate_python(deadlines),
        }
    )
    return issue, view


def _sections(session: Session, issue_id: int, figures: Mapping[str, Any]) -> tuple[Section, ...]:
    """Items in the order of their rows; a section begins where its first item stands."""
    known = {entry["slug"]: entry for entry in figures.get("sections", ())}
    items: dict[str, list[Item]] = {}
    rows = issue_items(session, issue_id)
    order = list(dict.fromkeys(row.item.section for row in rows))
    number = 0
    for slug in order:
        for row in rows:
            if row.item.section != slug:
                continue
            number += 1
            items.setdefault(slug, []).append(
                _items().validate_python(
                    {
                        "url": row.document.url,
                        **{key: value for key, value in row.item.extra.items() if key in _NAMES},
                        "number": number,
                        "document_id": row.document.id,
                        "title": clean_line(row.item.headline or row.document.title),
                        "summary": clean_line(row.item.summary),
                        "note": clean_line(row.item.note),
                    }
                )
            )
    return tuple(
        Section(
            slug=slug,
            title=str(known.get(slug, {}).get("title", slug)),
            items=tuple(items[slug]),
            brief=bool(known.get(slug, {}).get("brief", False)),
        )
        for slug in order
    )


_NAMES = {field.name for field in fields(Item)}


def _by_document(line: Mapping[str, Any], by_number: Mapping[int, int]) -> dict[str, Any]:
    rest = {key: value for key, value in line.items() if key != "number"}
    return {**rest, "document_id": by_number.get(line["number"], 0)}


def _renumbered(lines: Any, numbers: Mapping[int, int]) -> list[dict[str, Any]]:
    """Lines with the number of their document; those whose document left the issue are dropped."""
    kept = []
    for line in lines:
        document_id = line.get("document_id", 0)
        if document_id and document_id not in numbers:
            continue
        rest = {key: value for key, value in line.items() if key != "document_id"}
        kept.append({**rest, "number": numbers.get(document_id, 0)})
    return kept
