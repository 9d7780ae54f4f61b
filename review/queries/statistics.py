"""Policies of the store as rows of a statistic: each policy once, wherever it was found.

A page counts when it is labelled as one of the wanted document types and a public body of China
issued it. Pages of one policy event, of one near-duplicate group or with one document number are
one policy; the final text stands for it, then the full text, the draft, the oldest page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from pipelines.fields.regions import Convention, Level, Region, parse_region
from pipelines.levels import ABROAD, AUTHORITIES, CHINESE_LEVELS
from pipelines.policy_export import Analysis, Document
from pipelines.policy_tables import PolicyRow, policy_tables
from storage.filters import DocumentFilter, conditions
from storage.listing import DocumentRow, list_documents, rows_by_id
from storage.models import Document as Page
from storage.models import DocumentLabel, EventMember, Label

POLICY_TYPES = ("法规", "管理规定", "行动计划", "指导意见", "扶持办法", "征求意见")
"""What is counted unless other types are asked for; notices are left out: most are errands."""
MOST = 20_000
_CHUNK = 500
# where authorities sit tells whether they are bodies of China
_IN_CHINA = (*CHINESE_LEVELS, *AUTHORITIES)
_OTHER_TYPE, _ABROAD, _UNKNOWN = "其他类型", "境外机关", "发布机关不明"
_REJECTED = "审阅时不采用"
_ROLE_ORDER = {"final": 0, "full_text": 1, "draft": 2, "amendment": 3, "feedback": 4}


@dataclass(frozen=True, slots=True)
class _Page:
    """A page that may be counted; ``policy`` names what it is a page of."""

    row: DocumentRow
    policy: str
    role: str


def analyse(
    session: Session,
    *,
    filters: DocumentFilter,
    types: Sequence[str] = POLICY_TYPES,
    convention: Convention = "hierarchy",
    chosen: str = "全部",
) -> Analysis:
    """The tables of all policies that pass ``filters``; ``types`` empty = any document type.

    Raises QueryError if ``filters.query`` cannot be read.
    """
    left_out: Counter[str] = Counter()
    found = _found(session, filters, types, left_out)
    rejected = filters.review_state is not None
    wanted = [row for row in found[:MOST] if _counts(row, types, left_out, rejected=rejected)]
    policies: dict[str, list[_Page]] = {}
    for page in _pages(session, wanted):
        policies.setdefault(page.policy, []).append(page)
    heads = [min(pages, key=_rank).row for pages in policies.values()]
    left_out["同一政策的其他页面"] = len(wanted) - len(heads)
    heads.sort(key=lambda row: (str(row.published_on or ""), row.id))
    rows = [_policy_row(row) for row in heads]
    return Analysis(
        tables=policy_tables(rows, convention=convention),
        documents=tuple(
            Document(str(row.id), row.title, row.url, str(row.published_on or "")) for row in heads
        ),
        chosen=chosen,
        left_out={reason: number for reason, number in left_out.items() if number},
        cut=len(found) > MOST,
    )


def describe(filters: DocumentFilter, types: Sequence[str]) -> str:
    """What was asked for, in words."""
    parts = [
        f"{filters.since or '最早'} 至 {filters.until or '今'}",
        f"类型 {'、'.join(types)}" if types else "所有类型",
    ]
    named = (
        ("地区", filters.region),
        ("层级", filters.level),
        ("标签", "、".join(filters.labels)),
        ("来源", filters.source),
        ("检索", filters.query),
        ("审阅", "已采用" if filters.review_state == "accepted" else None),
    )
    parts += [f"{name} {value}" for name, value in named if value]
    return "；".join(parts)


def _found(
    session: Session, filters: DocumentFilter, types: Sequence[str], left_out: Counter[str]
) -> list[DocumentRow]:
    """Pages that may count, newest first, one more than are read at most.

    The database leaves out what is no policy, so that a large archive is not read for it; a search
    is answered by the search index instead.
    """
    if filters.query:
        return list_documents(session, filters=filters, limit=MOST + 1, offset=0)
    where = conditions(filters)
    typed = [*where, *_typed(types)]
    number = func.count(Page.id)
    every = session.scalar(select(number).where(*where)) or 0
    levels = session.execute(select(Page.level, number).where(*typed).group_by(Page.level)).all()
    left_out[_OTHER_TYPE] += every - sum(count for _, count in levels)
    for level, count in levels:
        if level not in _IN_CHINA:
            left_out[_ABROAD if level in ABROAD else _UNKNOWN] += count
    newest = (Page.published_on.desc(), Page.id.desc())
    query = select(Page.id).where(*typed, Page.level.in_(_IN_CHINA)).order_by(*newest)
    ids = list(session.scalars(query.limit(MOST + 1)))
    rows: list[DocumentRow] = []
    for start in range(0, len(ids), _CHUNK):
        part = ids[start : start + _CHUNK]
        by_id = rows_by_id(session, part)
        rows += [by_id[key] for key in part if key in by_id]
    return rows


def _typed(types: Sequence[str]) -> list[ColumnElement[bool]]:
    """Somebody or some rule gave one of the types; whether it is in force is seen later."""
    if not types:
        return []
    given = (
        select(DocumentLabel.document_id)
        .join(Label, Label.id == DocumentLabel.label_id)
        .where(Label.kind == "doc_type", Label.slug.in_(types), DocumentLabel.present)
    )
    return [Page.id.in_(given)]


def _counts(
    row: DocumentRow, types: Sequence[str], left_out: Counter[str], *, rejected: bool
) -> bool:
    """Whether a page is a policy of the wanted kind; else the reason is counted."""
    labelled = {label.slug for label in row.labels if label.kind == "doc_type"}
    reason = ""
    if row.review_state == "rejected" and not rejected:
        reason = _REJECTED
    elif types and not labelled & set(types):
        reason = _OTHER_TYPE
    elif row.level in ABROAD or (row.level in AUTHORITIES and not _at_home(row)):
        reason = _ABROAD
    elif row.level not in _IN_CHINA:
        reason = _UNKNOWN
    if reason:
        left_out[reason] += 1
    return not reason


def _at_home(row: DocumentRow) -> bool:
    return row.region == "CN" or (row.region or "").startswith("CN-")


def _pages(session: Session, rows: Sequence[DocumentRow]) -> Iterable[_Page]:
    events = _events(session, [row.id for row in rows])
    for row in rows:
        event, role = events.get(row.id, (0, ""))
        if event:
            policy = f"event {event}"
        elif row.cluster_id:
            policy = f"cluster {row.cluster_id}"
        else:
            policy = f"number {row.doc_number}" if row.doc_number else f"page {row.id}"
        yield _Page(row, policy, role)


def _events(session: Session, ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    """Event and role of each document that belongs to one."""
    found: dict[int, tuple[int, str]] = {}
    for start in range(0, len(ids), _CHUNK):
        query = select(EventMember.document_id, EventMember.event_id, EventMember.role)
        query = query.where(EventMember.document_id.in_(ids[start : start + _CHUNK]))
        found |= {row[0]: (row[1], row[2]) for row in session.execute(query)}
    return found


def _rank(page: _Page) -> tuple[int, bool, str, int]:
    row = page.row
    order = _ROLE_ORDER.get(page.role, len(_ROLE_ORDER))
    return order, row.duplicate_of is not None, str(row.published_on or "9"), row.id


def _policy_row(row: DocumentRow) -> PolicyRow:
    national = row.level == "national" or (row.level in AUTHORITIES and row.region == "CN")
    region = Region() if national else parse_region(row.region)
    return PolicyRow(
        str(row.id),
        region,
        row.published_on,
        tuple(label.slug for label in row.labels if label.kind == "scenario"),
        tuple(label.slug for label in row.labels if label.kind == "measure"),
        cast(Level, row.level) if row.level in CHINESE_LEVELS else None,
    )
