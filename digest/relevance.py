"""Which documents an edition does not carry because they do not matter to it, and why."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from digest.periods import Period
from digest.ranking import Group, is_official
from digest.selection import CATCH_UP, Found, new_documents, watch_hits
from digest.settings import EditionConfig
from pipelines.relevance import Interests, Relevance, Seen, relevance


@dataclass(frozen=True, slots=True)
class Judged:
    """A document with what it is worth to the edition."""

    found: Found
    relevance: Relevance
    kept: bool
    reason: str


def wanted_groups(
    groups: Sequence[Group], *, edition: EditionConfig, watched: Container[int]
) -> list[Group]:
    """The groups that matter to the edition; what it carried before always stays."""
    interests = interests_of(edition)
    return [
        group
        for group in groups
        if group.continues
        or group.head.earlier
        or _judge(group.head, edition, interests, watched=watched).kept
    ]


def judged_documents(
    session: Session, *, edition: EditionConfig, period: Period, now: datetime
) -> list[Judged]:
    """Every new document of the period with its verdict, best first; nothing is written."""
    wide = edition.model_copy(update={"topics": (), "regions": (), "levels": ()})
    found = new_documents(session, edition=wide, period=period, now=now)
    watched = watch_hits(
        session, owners=edition.watch_owners, documents=found, since=period.end - CATCH_UP
    )
    interests = interests_of(edition)
    rows = [_judge(row, edition, interests, watched=watched) for row in found]
    return sorted(rows, key=lambda row: (-row.relevance.score, row.found.document.id))


def interests_of(edition: EditionConfig) -> Interests:
    """What the edition asks for."""
    return Interests(
        topics=edition.topics,
        regions=edition.regions,
        levels=edition.levels,
        words=edition.words,
        not_words=edition.not_words,
    )


def _judge(
    found: Found, edition: EditionConfig, interests: Interests, *, watched: Container[int]
) -> Judged:
    """People outrank the score: what they accepted, placed or watch is kept."""
    score = relevance(_seen(found, edition), interests)
    why = ""
    if found.document.review_state == "accepted":
        why = "已采用"
    elif found.document.id in watched:
        why = "关注词命中"
    elif any(label.origin == "human" and label.kind == "section" for label in found.labels):
        why = "人工归入栏目"
    kept = bool(why) or score.enough(edition.min_relevance)
    return Judged(found, score, kept, why or score.dropped or "；".join(score.reasons))


def _seen(found: Found, edition: EditionConfig) -> Seen:
    """What is known of a document without reading its text: title, summary, labels."""
    document = found.document
    sections = tuple(label.slug for label in found.labels if label.kind == "section")
    return Seen(
        title=document.title,
        text=document.summary or "",
        topics={
            name: label.confidence
            for label in found.labels
            if label.kind == "topic"
            for name in (label.slug, label.title)
        },
        region=document.region,
        level=document.level or found.source_level,
        doc_types=tuple(label.slug for label in found.labels if label.kind == "doc_type"),
        sections=sections,
        brief=all(name in edition.brief_sections for name in sections),
        official=is_official(found),
    )
