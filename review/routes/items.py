"""The item list, the item page, its versions and their comparison."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from markupsafe import Markup
from sqlalchemy.orm import Session

from pipelines.fields.doctype import genre_of
from review.access import Access, access
from review.addresses import safe_next
from review.desk import AtDesk, Desk
from review.facts import facts_of
from review.files import files_of_item
from review.folding import fold
from review.history import history_lines
from review.item_boxes import boxes_for
from review.item_filters import REVIEW_STATES, ItemFilters, chips, read_filters
from review.item_listing import listed
from review.notices import small_number
from review.queries import items as reads
from review.queries.issues import appearances
from review.review_notice import review_notice
from review.routes.drafting import is_offered
from review.routes.reviewing import mark_of, seen_mark
from review.shown import Clock, article
from review.validity import standing
from review.word_diff import WordDiff, word_diff
from storage.captures import capture_of_version
from storage.documents import DocumentRow, get_document
from storage.errors import NotFound
from storage.labels import LabelView, labels_of, list_labels
from storage.listing import rows_by_id
from storage.models import Document, DocumentVersion

router = APIRouter()

_COUNTED = 999
_LISTS = ("/items", "/events", "/statistics")
LEVELS = ("national", "provincial", "municipal", "district", "foreign", "none")


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading; no heading when the list is ordered otherwise."""

    day_text: str
    rows: list[dict[str, Any]]


@router.get("/items")
@access(Access.READER)
def item_list(desk: AtDesk) -> Response:
    """The filtered, paged list."""
    filters = read_filters(desk.query())
    with desk.reader() as session:
        choices = _choices(session)
        found = listed(session, desk, filters)
        titles = {
            choice.slug: choice.title for choice in (*choices["sections"], *choices["topics"])
        }
        names = {choice.key: choice.title for choice in choices["sources"]}
        active = chips(filters, desk.clock, titles=titles, sources=names, cited_name=found.cited)
        filters = replace(filters, active=active)
        rows = [_shown_row(item) for item in reads.listed(session, found.rows)]
        shown = fold(session, rows, found.lines)
        grouped = _groups(desk.clock, shown, by_day=not filters.searches)
        empty = None if rows else _empty(session, desk, filters)
        notice = review_notice(session, desk)
        waiting = reads.waiting_up_to(session, _COUNTED + 1)
    return desk.page(
        "items.html",
        states=REVIEW_STATES,
        waiting=f"{_COUNTED}+" if waiting > _COUNTED else str(waiting),
        section="items",
        filters=filters,
        choices=choices,
        groups=grouped,
        paging=found.paging,
        found=found.found,
        empty=empty,
        query_problem=found.problem,
        notice=notice,
        order="relevance" if filters.searches and filters.order == "relevance" else "found",
    )


@dataclass(frozen=True, slots=True)
class _SourceChoice:
    key: str
    title: str


def _choices(session: Session) -> dict[str, Any]:
    return {
        "sections": reads.labels_in_use(session, "section"),
        "topics": reads.labels_in_use(session, "topic"),
        "sources": [_SourceChoice(*pair) for pair in reads.source_titles(session).items()],
        "regions": reads.regions_of_sources(session),
        "levels": LEVELS,
    }


def _shown_row(item: reads.ListedItem) -> dict[str, Any]:
    """A row as the template shows it."""
    row = item.row
    names = (
        *("id", "title", "publisher", "source_title", "doc_number", "region", "level"),
        *("published_on", "comments_until", "review_state", "snippet", "summary", "first_seen_at"),
        "held",
    )
    return {
        **{name: getattr(row, name) for name in names},
        "mark": seen_mark(
            review_state=row.review_state, latest_seq=row.latest_seq, row_version=item.row_version
        ),
        "labels": sorted(row.labels, key=lambda label: label.kind != "section"),
        "also": item.also,
        "versions": row.latest_seq,
        "gone": row.state == "gone",
    }


def _groups(clock: Clock, rows: list[dict[str, Any]], *, by_day: bool) -> list[Group]:
    if not by_day:
        return [Group("", rows)] if rows else []

    def arrival(row: dict[str, Any]) -> date:
        return clock.local(row["first_seen_at"]).date()

    return [
        Group(_day_heading(clock, day), list(found)) for day, found in groupby(rows, key=arrival)
    ]


def _day_heading(clock: Clock, day: date) -> str:
    near = {clock.today: "time.today", clock.today - timedelta(days=1): "time.yesterday"}
    name = f"{clock.texts(near[day])} " if day in near else ""
    return clock.texts("items.arrived", day=f"{name}{clock.day(day)}")


def _empty(session: Session, desk: Desk, filters: ItemFilters) -> dict[str, str | None]:
    if filters.narrowed:
        kind, link = "filtered", None
    elif filters.state == "new" and reads.documents_exist(session):
        kind, link = "waiting", "/items"
    elif filters.state and reads.documents_exist(session):
        kind, link = "filtered", None
    else:
        kind, link = "none", "/sources"
    texts = desk.texts
    return {
        "heading": texts(f"items.empty.{kind}"),
        "advice": texts(f"items.empty.{kind}_advice"),
        "link": link,
        "link_text": texts(f"items.empty.{kind}_link") if link else None,
    }


@router.get("/items/{item_id}")
@access(Access.READER)
def item_page(desk: AtDesk, item_id: int) -> Response:
    """One document with everything known about it."""
    with desk.reader() as session:
        document = _document(session, item_id)
        row = rows_by_id(session, [item_id])[item_id]
        version = reads.version_at(session, item_id, document.latest_seq)
        details = (version.details or {}) if version else {}
        labels = labels_of(session, [item_id])[item_id]
        actors = reads.label_actors(session, item_id)
        evidence = version.evidence if version else []
        boxes = boxes_for(session, document, text=version.body_text if version else "")
        told = boxes.validity(today=desk.clock.today)
        return desk.page(
            "item.html",
            section="items",
            item=_shown_item(document, row),
            body=_body(desk, version.body_html if version else ""),
            flags=[str(flag) for flag in details.get("flags", ())],
            attachments=files_of_item(session, desk.texts, item_id),
            versions=reads.version_lines(session, item_id),
            labels=[{**_label(label), "actor": actors.get(label.slug)} for label in labels],
            label_choices=_label_choices(session, {label.slug for label in labels}),
            citable=bool(document.doc_number) or genre_of(document.title) is not None,
            force=standing(document, told, today=desk.clock.today),
            facts=facts_of(document, evidence, desk.clock, told=told),
            also=reads.also_reported(session, document),
            boxes=boxes,
            history=history_lines(session, desk.clock, item_id),
            neighbours={"next": reads.next_waiting(session, item_id)},
            appeared=appearances(session, item_id),
            run_id=version.run_id if version else None,
            capture=_capture(session, desk, version),
            imported=details.get("origin") == "import",
            back=_back(desk, document),
            came_from=_came_from(desk),
            notice=review_notice(session, desk),
            drafting=is_offered(desk),
        )


def _came_from(desk: Desk) -> str:
    """The list that led here, with its filters and page; empty when none is known."""
    wanted = safe_next(desk.query().get("from"), default="")
    return wanted if wanted.partition("?")[0] in _LISTS else ""


def _back(desk: Desk, document: Document) -> str:
    found = _came_from(desk)
    if found:
        return f"{found}#item-{document.id}"
    return "/items?state=new" if document.review_state == "new" else "/items"


def _capture(session: Session, desk: Desk, version: DocumentVersion | None) -> Any:
    """When the newest version was captured, to the second, and the digest taken then."""
    found = capture_of_version(session, version) if version is not None else None
    if found is None:
        return None
    shown = desk.clock.local(found.at).strftime("%Y-%m-%d %H:%M:%S")
    return {"at": found.at, "shown": shown, "zone": str(desk.site.zone), "digest": found.digest}


def _document(session: Session, item_id: int) -> Document:
    document = get_document(session, item_id) if item_id < 2**62 else None
    if document is None or document.state == "suppressed":
        raise NotFound(f"没有这个条目 / no such item: {item_id}")
    return document


def _shown_item(document: Document, row: DocumentRow) -> dict[str, Any]:
    names = (
        *("id", "title", "url", "publisher", "doc_number", "published_on", "review_state"),
        *("state", "latest_seq", "lang", "latest_sha", "first_seen_at", "last_checked_at"),
        "held",
    )
    shown = {name: getattr(document, name) for name in names}
    return {
        **shown,
        "mark": mark_of(document),
        "source_key": row.source_key,
        "source_title": row.source_title,
    }


def _label(label: LabelView) -> dict[str, Any]:
    names = ("slug", "kind", "title", "origin", "confidence", "reason")
    return {name: getattr(label, name) for name in names}


def _label_choices(session: Session, present: set[str]) -> list[dict[str, Any]]:
    labels = [label for label in list_labels(session) if label.slug not in present]
    return [
        {"kind": kind, "rows": list(rows)} for kind, rows in groupby(labels, key=lambda x: x.kind)
    ]


def _body(desk: Desk, html: str) -> Markup:
    return article(html, image_word=desk.texts("item.image"))


@router.get("/items/{item_id}/versions/{seq}")
@access(Access.READER)
def version_page(desk: AtDesk, item_id: int, seq: int) -> Response:
    """An old version, as evidence."""
    with desk.reader() as session:
        document = _document(session, item_id)
        version = reads.version_at(session, item_id, _seq(seq))
        if version is None:
            raise NotFound(f"没有这一版 / no such version: {seq}")
        return desk.page(
            "version.html",
            section="items",
            item=document,
            version=version,
            body=_body(desk, version.body_html),
        )


@router.get("/items/{item_id}/diff")
@access(Access.READER)
def diff_page(desk: AtDesk, item_id: int) -> Response:
    """Two versions compared word by word; by default the last two."""
    query = desk.query()
    with desk.reader() as session:
        document = _document(session, item_id)
        new_seq = small_number(query.get("to")) or document.latest_seq
        old_seq = small_number(query.get("from")) or max(1, new_seq - 1)
        old = reads.version_at(session, item_id, old_seq)
        new = reads.version_at(session, item_id, new_seq)
        if old is None or new is None:
            raise NotFound(f"没有这一版 / no such version: {old_seq}, {new_seq}")
        same = old.body_text == new.body_text
        only = query.get("show") == "changed"
        return desk.page(
            "diff.html",
            section="items",
            item=document,
            old=old,
            new=new,
            same=same,
            only=only,
            diff=WordDiff() if same else word_diff(old.body_text, new.body_text, only_changes=only),
            versions=_ascending(reads.version_lines(session, item_id)),
        )


def _ascending(lines: Iterable[reads.VersionLine]) -> list[reads.VersionLine]:
    return sorted(lines, key=lambda line: line.seq)


def _seq(value: int) -> int:
    return value if 0 < value < 2**31 else 0
