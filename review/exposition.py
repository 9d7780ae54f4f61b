"""Prometheus text exposition (format 0.0.4), computed from the tables at each scrape.

Labels are source keys, states and kinds: never addresses of pages, never people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from storage.metrics import Overview, SourceFigures


def exposition(overview: Overview, sources: Sequence[SourceFigures]) -> str:
    """All metrics as text. Times are Unix seconds; a time that never was has no sample."""
    lines: list[str] = []
    lines += _family("documents", "Stored documents by state.", _by("state", overview.documents))
    lines += _family("review_items", "Documents by review state.", _by("state", overview.review))
    lines += _family("runs", "Crawl runs of the last 7 days by state.", _by("state", overview.runs))
    lines += _family(
        "run_items", "Pages of the last 7 days by outcome.", _by("outcome", overview.run_items)
    )
    lines += _family("outbox", "Messages by state.", _by("state", overview.outbox))
    lines += _family(
        "outbox_oldest_age_seconds",
        "Age of the oldest waiting message.",
        [("", overview.outbox_oldest_age)],
    )
    lines += _family("issues", "Digest issues by state.", _by("state", overview.issues))
    lines += _family(
        "open_health_events", "Open health events.", _by("severity", overview.open_events)
    )
    lines += _family(
        "schedule_lag_seconds",
        "How long the most overdue source waits.",
        [("", overview.schedule_lag)],
    )
    lines += _family(
        "scheduler_lease_expires_timestamp_seconds",
        "End of the scheduler's lease; in the past when none runs.",
        _times([("", overview.scheduler_seen_at)]),
    )
    for name, help_text in (
        ("last_run", "Last run of a source."),
        ("last_ok", "Last run of a source that ended well."),
        ("last_new", "Last new document of a source."),
    ):
        lines += _family(
            f"source_{name}_timestamp_seconds",
            help_text,
            _times((_label("source", row.key), getattr(row, f"{name}_at")) for row in sources),
        )
    lines += _family(
        "source_consecutive_failures",
        "Failed runs of a source in a row.",
        [(_label("source", row.key), row.failures) for row in sources],
    )
    lines += _family(
        "source_documents",
        "Documents of a source.",
        [(_label("source", row.key), row.documents) for row in sources],
    )
    return "\n".join(lines) + "\n"


def _family(name: str, help_text: str, samples: Iterable[tuple[str, float]]) -> list[str]:
    found = [f"dibao_{name}{labels} {value:.15g}" for labels, value in samples]
    if not found:
        return []
    return [f"# HELP dibao_{name} {help_text}", f"# TYPE dibao_{name} gauge", *found]


def _by(label: str, counts: Mapping[str, int]) -> list[tuple[str, float]]:
    return [(_label(label, key), count) for key, count in counts.items()]


def _times(rows: Iterable[tuple[str, datetime | None]]) -> list[tuple[str, float]]:
    return [(labels, round(at.timestamp())) for labels, at in rows if at is not None]


def _label(name: str, value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{{{name}="{escaped}"}}'
