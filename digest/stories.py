"""One item for a policy event: the act itself first, its reports and explanations as a line below.

Pages that come later than the act they report are no news when that act was carried; a final text
after its draft is, and continues the issue of the draft. Official sources come before reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from digest.changes import event_news
from digest.ranking import Group, is_official
from digest.selection import Found
from digest.view import AlsoSeen, Official
from digest.wording import clean_line, safe_url
from storage.models import Document, EventMember, Issue, IssueItem, OfficialSource, Source

ROLE_WORDS = {
    "draft": "征求意见稿",
    "feedback": "意见反馈",
    "final": "正式文件",
    "full_text": "全文",
    "interpretation": "解读",
    "report": "报道",
    "amendment": "修改",
    "repeal": "废止",
}
_WEIGHT = ("final", "repeal", "amendment", "draft", "full_text", "feedback", "interpretation")
_RETOLD = frozenset({"report", "full_text"})


def by_event(session: Session, groups: Sequence[Group], *, edition: str) -> list[Group]:
    """The groups with those of one event made one, in the order of their first page."""
    members = _members(session, [group.head.document.id for group in groups])
    carried = _carried(session, {event for event, _ in members.values()}, edition=edition)
    sources = _sources(session, [group.head for group in groups])
    told: dict[int, list[tuple[str, Group]]] = {}
    roles = _roles(session, {page for pages in carried.values() for page in pages})
    order: list[int | Group] = []
    for group in groups:
        key = group.head.document.id
        group = replace(group, official=_official(group.head, sources, known=key in members))
        if key not in members or group.head.earlier:
            order.append(group)
            continue
        event, role = members[key]
        earlier = carried.get(event, {})
        if role in _RETOLD and _retells(sources.get(key), earlier):
            continue
        number = group.continues or max(earlier.values(), default=0)
        group = replace(group, continues=number)
        if event not in told:
            order.append(event)
        told.setdefault(event, []).append((role, group))
    return [
        _with_news(_one(told[entry]), told[entry], carried.get(entry, {}), roles)
        if isinstance(entry, int)
        else entry
        for entry in order
    ]


def _with_news(
    head: Group,
    pages: Sequence[tuple[str, Group]],
    earlier: Mapping[int, int],
    roles: Mapping[int, str],
) -> Group:
    """The group with what is new since the issue it continues."""
    if not head.continues or not earlier:
        return head
    before = [roles.get(page, "") for page, number in earlier.items() if number == head.continues]
    words = [ROLE_WORDS[role] for role in before if role in ROLE_WORDS]
    fresh = [role for role, _ in pages]
    return replace(head, news=event_news(fresh, carried=words, number=head.continues))


def _roles(session: Session, document_ids: Iterable[int]) -> dict[int, str]:
    return {page: role for page, (_, role) in _members(session, list(document_ids)).items()}


def _one(pages: list[tuple[str, Group]]) -> Group:
    """The weightiest page with the others as its story."""
    ranked = sorted(pages, key=lambda row: _weight(*row))
    head = ranked[0][1]
    story = tuple(
        AlsoSeen(
            f"{ROLE_WORDS.get(role, role)} · {clean_line(group.head.publisher)}",
            safe_url(group.head.document.url),
        )
        for role, group in ranked[1:]
    )
    return replace(head, story=story) if story else head


def _weight(role: str, group: Group) -> tuple[int, bool, date, int]:
    document = group.head.document
    place = _WEIGHT.index(role) if role in _WEIGHT else len(_WEIGHT)
    return (place, not is_official(group.head), document.published_on or date.max, document.id)


def _members(session: Session, document_ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    """(event, role) by document."""
    query = select(EventMember.document_id, EventMember.event_id, EventMember.role).where(
        EventMember.document_id.in_(document_ids)
    )
    return {row[0]: (row[1], row[2]) for row in session.execute(query)}


def _carried(session: Session, events: Iterable[int], *, edition: str) -> dict[int, dict[int, int]]:
    """For each event the documents that live issues of the edition carried, with the issue."""
    rows = session.execute(
        select(EventMember.event_id, EventMember.document_id, Issue.number)
        .join(IssueItem, IssueItem.document_id == EventMember.document_id)
        .join(Issue, Issue.id == IssueItem.issue_id)
        .where(
            Issue.edition == edition, Issue.state != "void", EventMember.event_id.in_(list(events))
        )
        .order_by(Issue.number)
    )
    found: dict[int, dict[int, int]] = {}
    for event, document, number in rows:
        found.setdefault(event, {})[document] = number
    return found


def _retells(source: _Source | None, earlier: dict[int, int]) -> bool:
    """Whether the very act that a page reports was carried already."""
    return source is not None and source.page in earlier


@dataclass(frozen=True, slots=True)
class _Source:
    """What is stored about the official page of a report, with the name of its publisher."""

    page: int | None
    name: str
    url: str


def _sources(session: Session, heads: Sequence[Found]) -> dict[int, _Source]:
    media = [found.document.id for found in heads if not is_official(found)]
    query = (
        select(OfficialSource, Document.url, Document.publisher, Source.publisher)
        .outerjoin(Document, Document.id == OfficialSource.official_id)
        .outerjoin(Source, Source.id == Document.source_id)
        .where(OfficialSource.document_id.in_(media))
    )
    return {
        row.document_id: _Source(row.official_id, own or publisher or "", url or row.url)
        for row, url, own, publisher in session.execute(query)
    }


def _official(found: Found, sources: dict[int, _Source], *, known: bool) -> Official | None:
    """What to print of a report's source; None for official pages and for news of no policy."""
    if is_official(found):
        return None
    source = sources.get(found.document.id)
    if source is not None and source.url:
        return Official(clean_line(source.name) or "官方网站", safe_url(source.url))
    return Official() if known or source is not None else None
