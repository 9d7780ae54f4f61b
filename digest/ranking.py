"""What comes first: official text before reports, high authority before low, new before old."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from digest.selection import Found
from digest.view import AlsoSeen, Official
from digest.wording import is_interpretation
from pipelines.levels import OFFICIAL_LEVELS

_LEVEL_RANK = {level: rank for rank, level in enumerate(OFFICIAL_LEVELS)}
_UNRANKED = len(OFFICIAL_LEVELS)


@dataclass(frozen=True, slots=True)
class Group:
    """One item to be: the page that stands for a text, and the other pages carrying it.

    ``continues`` is the number of the issue that carried another page of the text, 0 if none.
    ``story`` are the other pages of the policy event; ``official`` is the page behind a report;
    ``news`` says what is new since the issue it continues.
    """

    head: Found
    others: tuple[Found, ...] = ()
    continues: int = 0
    story: tuple[AlsoSeen, ...] = ()
    official: Official | None = None
    news: str = ""


def is_official(found: Found) -> bool:
    """Whether the page is on the site of a public body."""
    return found.source_level in OFFICIAL_LEVELS


def level_of(found: Found) -> str:
    """Authority of the document: its issuer's level, else that of the source."""
    return found.document.level or found.source_level or "none"


def level_rank(level: str) -> int:
    """0 for national; unknown and none last."""
    return _LEVEL_RANK.get(level, _UNRANKED)


def best_page(pages: Sequence[Found]) -> Found:
    """The page to print: official, the issuer's own, the earliest."""

    def key(found: Found) -> tuple[bool, bool, int, date, int]:
        document = found.document
        own = found.source_publisher in (document.issuer, *(document.issuing_bodies or ()))
        return (
            not is_official(found),
            not own,
            level_rank(found.source_level or "none"),
            document.published_on or date.max,
            document.id,
        )

    return min(pages, key=key)


def reading_order(group: Group, *, watched: bool) -> tuple[bool, int, int, bool, int]:
    """Inside a section: watched items, authority, the newest day, a text before its 解读."""
    document = group.head.document
    day = document.published_on
    return (
        not watched,
        level_rank(level_of(group.head)),
        -(day.toordinal() if day else 0),
        is_interpretation(document.title, document.doc_type),
        document.id,
    )


def lead_score(group: Group, *, watched: bool, section_index: int) -> float:
    """How much an item deserves a line in 要点; items with a mark or a deadline gain."""
    document = group.head.document
    score = 10.0 - 1.6 * level_rank(level_of(group.head)) - 2.0 * section_index
    score += 4.0 if watched else 0.0
    score += 2.0 if document.comments_until or document.effective_on else 0.0
    score += 1.5 if document.doc_number else 0.0
    score += min(len(group.others), 5) * 0.6
    score -= 3.0 if is_interpretation(document.title, document.doc_type) else 0.0
    score += max((label.confidence for label in group.head.labels), default=0.0)
    return score
