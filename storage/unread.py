"""What a source listed and did not bring: pages that nobody could read, days without anything new.

A page is tried five times, then once a week while it is listed. Between two tries the runs are
good, so that only these rows still say that an article is missing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from storage.models import Document, FrontierEntry

#: codes that say on the first answer that nothing will come
AT_ONCE = ("robots_denied",)


@dataclass(frozen=True, slots=True)
class UnreadPages:
    """Pages of one source that failed with one code; ``example`` is the address of one."""

    source_id: int
    code: str
    count: int
    example: str


def unread_pages(session: Session, *, since: datetime) -> list[UnreadPages]:
    """Pages given up, or tried at least twice in vain, whose last try was at or after ``since``."""
    rows = session.execute(
        select(
            FrontierEntry.source_id,
            FrontierEntry.error_code,
            func.count(),
            func.min(FrontierEntry.url),
        )
        .where(
            FrontierEntry.error_code.is_not(None),
            FrontierEntry.state.in_(("pending", "failed")),
            FrontierEntry.updated_at >= since,
            or_(
                FrontierEntry.state == "failed",
                FrontierEntry.attempts >= 2,
                FrontierEntry.error_code.in_(AT_ONCE),
            ),
        )
        .group_by(FrontierEntry.source_id, FrontierEntry.error_code)
    )
    return [UnreadPages(source, code or "", count, url) for source, code, count, url in rows]


def first_seen_counts(session: Session, *, since: datetime) -> dict[int, int]:
    """How many documents each source brought since then, by source id."""
    # counted here: grouped by the database, all documents would be walked by source
    return Counter(
        session.scalars(select(Document.source_id).where(Document.first_seen_at >= since))
    )


def days_with_new(session: Session, *, source_id: int, since: datetime) -> set[date]:
    """On which days (UTC) a source brought anything new since then."""
    rows = session.scalars(
        select(Document.first_seen_at).where(
            Document.source_id == source_id, Document.first_seen_at >= since
        )
    )
    return {moment.date() for moment in rows}


def reopen(session: Session, *, source_id: int) -> None:
    """Try every page that failed again, from the first try: its source file was mended."""
    session.execute(
        update(FrontierEntry)
        .where(
            FrontierEntry.source_id == source_id,
            FrontierEntry.error_code.is_not(None),
            FrontierEntry.state.in_(("pending", "failed")),
        )
        .values(state="pending", not_before=None, attempts=0)
    )
