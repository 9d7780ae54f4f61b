"""Why a source is in its state, in the reader's language."""

from __future__ import annotations

from review.queries.sources import SourceLine, quiet_days
from review.shown import Clock


def why(line: SourceLine, clock: Clock) -> str:
    """One short reason, empty when all is well."""
    texts = clock.texts
    code = line.run.error_code if line.run else None
    if line.event is not None:
        if line.event.rule == "quiet" or not texts.has(f"rule.{line.event.rule}"):
            return _quiet(line, clock) or line.event.summary
        reason = texts(f"rule.{line.event.rule}")
        if not code:
            return reason
        return texts("with_detail", text=reason, detail=texts.name("error_name", code))
    if line.health in {"broken", "blocked", "degraded"} and code:
        return texts.name("error_name", code)
    if line.health == "degraded" and line.run is not None and line.run.failed:
        return texts("sources.pages_failed", n=line.run.failed)
    return _quiet(line, clock) if line.health == "quiet" else ""


def _quiet(line: SourceLine, clock: Clock) -> str:
    days = quiet_days(line.source, now=clock.now)
    return clock.texts("sources.quiet_for", n=days, usual=line.source.quiet_days) if days else ""
