"""Which editions are due now.

An edition is due when the newest period that has ended has no issue row. There is no timer to
miss: a machine asleep on Monday at 08:00 finds the same edition due on waking, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from digest.errors import EditionUnknown
from digest.periods import Period, next_moment, period_at
from digest.settings import DigestConfig, DigestSettings, EditionConfig
from storage.issues import list_issues

__all__ = ["DueEdition", "Period", "due_editions", "edition_by_key", "next_moment", "period_at"]


@dataclass(frozen=True, slots=True)
class DueEdition:
    """An edition whose newest period has no issue. ``late`` is the time since the period ended.

    ``needs_confirmation``: later than the edition's grace, so that a person has to approve it
    (a restored snapshot or a machine that slept for weeks must not mail by itself).
    """

    edition: EditionConfig
    period: Period
    late: timedelta
    needs_confirmation: bool


def edition_by_key(config: DigestConfig, key: str) -> EditionConfig:
    """The edition of that key. Raises ``EditionUnknown``, naming those that exist."""
    for edition in config.editions:
        if edition.key == key:
            return edition
    known = "、".join(edition.key for edition in config.editions) or "（无）"
    raise EditionUnknown(f"没有版本 {key!r}，已有：{known} / no such edition: {key!r}")


def due_editions(config: DigestSettings, session: Session, now: datetime) -> list[DueEdition]:
    """Editions whose newest period has no issue yet, in the order of the configuration."""
    due = []
    for edition in config.digest.editions:
        period = period_at(edition, now)
        newest = list_issues(session, edition=edition.key, limit=1)
        if newest and newest[0].period_end >= period.end:
            continue
        late = now.astimezone(UTC) - period.end
        due.append(
            DueEdition(
                edition=edition,
                period=period,
                late=late,
                needs_confirmation=late > timedelta(hours=edition.grace_hours),
            )
        )
    return due
