"""What stands beside an item: its event, the official page behind it, claims that need a look."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from pipelines.claims import ClaimFinding, EventBase, EventQuery, check_claims
from pipelines.fields.doctype import genre_of
from review.queries import events as reads
from review.queries import references
from storage.event_references import StoredReference
from storage.filters import DocumentFilter
from storage.listing import list_documents
from storage.models import Document, Source
from storage.query import QueryError

_QUOTED = re.compile(r"[“\"《](?P<words>[^”\"》]{2,12})[”\"》]")
_PLAIN = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]{2,20}")
_NOT_TELLING = re.compile(
    r"专项|政策|文件|省级|市级|国家级|国内|全国|首个|行动计划|行动方案|的|关于|发布|印发|出台|规划|方案"
)
_SCOPE_LEVELS = {"省级": "provincial", "市级": "municipal", "国家级": "national"}
_SEARCHED = 60


@dataclass(frozen=True, slots=True)
class EventBox:
    """The event of an item: its other pages, a few of them, and how many there are."""

    id: int
    title: str
    role: str
    size: int
    pages: tuple[reads.PageLine, ...]


@dataclass(frozen=True, slots=True)
class Boxes:
    """All boxes of an item page."""

    event: EventBox | None
    trace: reads.Trace | None
    claims: tuple[ClaimFinding, ...]
    spoken_of: tuple[StoredReference, ...] = ()
    speaks_of: tuple[references.Target, ...] = ()

    def validity(self, *, today: date) -> tuple[str, str] | None:
        """State and cause as other stored documents tell them."""
        return references.validity_of(self.spoken_of, today=today)


MOST_PAGES = 8


def boxes_for(session: Session, document: Document, *, text: str) -> Boxes:
    """The boxes of one item; nothing is stored or changed."""
    level = session.get_one(Source, document.source_id).level
    event = _event_box(session, document)
    about_policy = event is not None or genre_of(document.title) is not None
    trace = reads.traces_of(session, {document.id: level}).get(document.id)
    if trace is not None and trace.state == "none" and not about_policy:
        trace = None
    return Boxes(
        event,
        trace,
        _claims(session, document, text),
        tuple(references.spoken_of(session, [document.id])),
        tuple(references.speaks_of(session, document.id)),
    )


def _event_box(session: Session, document: Document) -> EventBox | None:
    found = reads.events_of(session, [document.id]).get(document.id)
    if found is None:
        return None
    event_id, title, size = found
    lines = reads.page_lines(session, event_id)
    mine = next(
        (line for line in lines if document.id in (line.id, *(t.id for t in line.twins))), None
    )
    others = tuple(line for line in lines if mine is None or line.id != mine.id)
    role = reads.role_of(session, document.id)
    return EventBox(event_id, title, role, size, others[:MOST_PAGES])


def _claims(session: Session, document: Document, text: str) -> tuple[ClaimFinding, ...]:
    if not document.lang.startswith("zh"):
        return ()
    findings = check_claims(
        document.title,
        text,
        events=event_base(session, document),
        issuers=document.issuing_bodies or (),
    )
    return tuple(found for found in findings if found.needs_attention)


def event_base(session: Session, document: Document) -> EventBase:
    """What the collected policies know of earlier ones of a kind.

    They are never all there are, so they may contradict a claim (there was an earlier one) but
    never confirm it: too few known answers None.
    """

    def ask(query: EventQuery) -> Sequence[str] | None:
        words = _telling(query.subject) or _telling(document.title)
        if not words or document.published_on is None:
            return None
        filters = DocumentFilter(
            query=f'"{words}"',
            until=document.published_on,
            region=_region(query.scope, document),
            level=_SCOPE_LEVELS.get(query.scope),
        )
        try:
            rows = list_documents(session, filters=filters, limit=_SEARCHED)
        except QueryError:
            return None
        own = reads.events_of(session, [document.id, *(row.id for row in rows)])
        mine = own.get(document.id)
        earlier: dict[int, str] = {}
        for row in reversed(rows):
            act = row.doc_number or row.issuer
            if row.id == document.id or not act or words not in row.title:
                continue
            if genre_of(row.title) is None or row.published_on == document.published_on:
                continue
            event = own.get(row.id)
            if event is not None and mine is not None and event[0] == mine[0]:
                continue
            earlier.setdefault(event[0] if event else -row.id, row.title)
        titles = list(earlier.values())
        if query.kind == "first":
            return titles or None
        return titles if len(titles) >= query.number else None

    return ask


def _telling(text: str) -> str:
    """The one word that says what is counted: “元宇宙” of 首个“元宇宙”政策文件."""
    quoted = _QUOTED.search(text)
    if quoted is not None:
        return quoted["words"]
    bare = _NOT_TELLING.sub(" ", text)
    match = _PLAIN.search(bare)
    return match[0][:8] if match else ""


def _region(scope: str, document: Document) -> str | None:
    """Where an earlier one would count: the whole country, or the place of the document."""
    if scope in ("", "全省", "全市", "本市", "省内", "市内") or scope.endswith(("省", "市")):
        return document.region
    return None
