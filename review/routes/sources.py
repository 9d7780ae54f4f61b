"""The source list, one source, "run now", pausing, acknowledging an incident."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlalchemy.orm import Session

from review.access import Access, access
from review.desk import AtDesk, Desk
from review.paging import paged
from review.queries import sources as reads
from review.routes.runs import run_row
from review.source_words import why
from storage.audit import record_action
from storage.errors import NotFound
from storage.health import acknowledge_event
from storage.models import HealthEvent, Source
from storage.runs import list_runs, queue_run
from storage.sources import set_enabled, source_by_key

router = APIRouter()

_RUNS_A_PAGE = 25
_SOURCES_A_PAGE = 100


@router.get("/sources")
@access(Access.READER)
def source_list(desk: AtDesk) -> Response:
    """All sources, the worst first."""
    query = desk.query()
    text = query.get("q", "").strip()[:100]
    health = query.get("health", "")
    health = health if health in reads.HEALTH_ORDER else ""
    with desk.reader() as session:
        lines = reads.source_lines(session, now=desk.now)
    found = [line for line in lines if _matches(line, text)]
    counts = Counter(line.health for line in found)
    shown = [line for line in found if not health or line.health == health]
    paging = paged(
        query.get("page"),
        size=_SOURCES_A_PAGE,
        total=len(shown),
        query={"q": text, "health": health},
        address="/sources",
    )
    return desk.page(
        "sources.html",
        section="sources",
        rows=[source_row(line, desk) for line in shown[paging.offset :][: paging.size]],
        paging=paging,
        total=len(lines),
        hosts=len({line.source.host_group for line in lines}),
        health_counts=[(key, counts[key]) for key in reads.HEALTH_ORDER if counts[key]],
        filters={"q": text, "health": health},
    )


def _matches(line: reads.SourceLine, text: str) -> bool:
    source = line.source
    haystack = f"{source.key} {source.title} {source.publisher} {source.region or ''}".casefold()
    return all(word in haystack for word in text.casefold().split())


def source_row(line: reads.SourceLine, desk: Desk) -> dict[str, Any]:
    """A source as the templates show it."""
    source, run = line.source, line.run
    names = (
        *("id", "key", "title", "publisher", "region", "level", "status", "enabled", "homepage"),
        *("last_new_at", "last_ok_at", "next_check_at", "failures"),
    )
    return {
        **{name: getattr(source, name) for name in names},
        "health": line.health,
        "why": why(line, desk.clock),
        "run_id": run.id if run else None,
        "run_state": run.state if run else "",
        "run_at": (run.finished_at or run.started_at) if run else None,
        "active_run": line.active_run,
        "automatic": line.automatic,
        "documents": line.documents,
    }


@router.get("/sources/{key}")
@access(Access.READER)
def source_page(desk: AtDesk, key: str) -> Response:
    """One source with its incidents and runs."""
    with desk.reader() as session:
        source = _source(session, key)
        line = reads.source_line(session, source, now=desk.now)
        total = reads.run_count(session, source_id=source.id)
        paging = paged(
            desk.query().get("page"), size=_RUNS_A_PAGE, total=total, address=f"/sources/{key}"
        )
        runs = list_runs(session, source_key=key, limit=paging.size, offset=paging.offset)
        return desk.page(
            "source.html",
            section="sources",
            row=source_row(line, desk),
            events=reads.events_of(session, source.id),
            runs=[run_row(row.run, row.source_key, row.source_title) for row in runs],
            show_source=False,
            paging=paging,
        )


def _source(session: Session, key: str) -> Source:
    source = source_by_key(session, key)
    if source is None:
        raise NotFound(f"没有这个信源 / no such source: {key}")
    return source


@router.post("/sources/{key}/run")
@access(Access.EDITOR)
def run_now(desk: AtDesk, key: str) -> Response:
    """Queue a run; crawling happens in another process."""
    with desk.writer() as session:
        source = _source(session, key)
        if source.status == "manual":
            raise NotFound(f"这个信源只能手工导入 / this source is imported by hand: {key}")
        run = queue_run(
            session,
            source_id=source.id,
            trigger="manual",
            now=desk.now,
            requested_by=desk.actor,
        )
        if run is not None:
            record_action(
                session,
                actor=desk.actor,
                action="run",
                target_kind="source",
                target_id=key,
                after={"run": run.id},
                now=desk.now,
            )
            return desk.go(f"/runs/{run.id}", ok="run_queued")
        line = reads.source_line(session, source, now=desk.now)
    if line.active_run:
        return desk.go(f"/runs/{line.active_run}", ok="run_active")
    return desk.go(f"/sources/{key}", ok="run_active")


@router.post("/sources/{key}/switch")
@access(Access.EDITOR)
def switch(desk: AtDesk, key: str, to: Annotated[str, Form()] = "") -> Response:
    """Pause or resume the automatic runs of a source."""
    on = to == "on"
    with desk.writer() as session:
        source = _source(session, key)
        before = source.enabled
        set_enabled(session, key, enabled=on)
        record_action(
            session,
            actor=desk.actor,
            action="switch",
            target_kind="source",
            target_id=key,
            before={"enabled": before},
            after={"enabled": on},
            now=desk.now,
        )
    return desk.go(f"/sources/{key}", ok="source_on" if on else "source_off")


@router.post("/events/{event_id}/acknowledge")
@access(Access.EDITOR)
def acknowledge(
    desk: AtDesk, event_id: int, next_page: Annotated[str, Form(alias="next")] = ""
) -> Response:
    """Someone has seen the incident: no more reminders until it closes."""
    with desk.writer() as session:
        if session.get(HealthEvent, event_id) is None:
            raise NotFound(f"没有这条记录 / no such event: {event_id}")
        acknowledge_event(session, event_id=event_id, actor=desk.actor, now=desk.now)
    return desk.go(next_page or "/sources", ok="acknowledged")
