"""What people decided about pairs of documents, in the tables of clusters and of events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from storage.models import ClusterVerdict, EventVerdict
from storage.upsert import upsert


def put_verdicts(
    session: Session,
    model: type[ClusterVerdict] | type[EventVerdict],
    pairs: Iterable[tuple[int, int]],
    *,
    verdict: str,
    actor: str,
    now: datetime,
) -> None:
    """One row a pair, whichever way round; a later decision replaces an earlier one."""
    upsert(
        session,
        model,
        [
            {
                "low_id": min(pair),
                "high_id": max(pair),
                "verdict": verdict,
                "actor": actor,
                "decided_at": now,
            }
            for pair in pairs
        ],
        keys=["low_id", "high_id"],
        update=["verdict", "actor", "decided_at"],
    )
