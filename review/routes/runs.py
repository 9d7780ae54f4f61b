"""Run history and the page of one run."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from review.access import Access, access
from review.desk import AtDesk
from review.paging import paged
from review.queries import sources as reads
from review.queries.home import lease
from storage.errors import NotFound
from storage.models import CrawlRun
from storage.models.crawl import ACTIVE_STATES, RUN_COUNTS
from storage.runs import list_runs

router = APIRouter()

_RUNS_A_PAGE = 40
_PATIENCE = timedelta(seconds=90)


def run_row(run: CrawlRun, source_key: str, source_title: str) -> dict[str, Any]:
    """A run as the templates show it."""
    names = (
        *("id", "trigger", "state", "requested_by", "requested_at", "started_at", "finished_at"),
        *("error_code", "error_detail", "bytes_in", *RUN_COUNTS),
    )
    shown = {name: getattr(run, name) for name in names}
    return {**shown, "source_key": source_key, "source_title": source_title}


@router.get("/runs")
@access(Access.READER)
def run_list(desk: AtDesk) -> Response:
    """All runs, the newest first."""
    with desk.reader() as session:
        total = reads.run_count(session)
        paging = paged(desk.query().get("page"), size=_RUNS_A_PAGE, total=total, address="/runs")
        runs = list_runs(session, limit=paging.size, offset=paging.offset)
        return desk.page(
            "runs.html",
            section="sources",
            runs=[run_row(row.run, row.source_key, row.source_title) for row in runs],
            show_source=True,
            paging=paging,
        )


@router.get("/runs/{run_id}")
@access(Access.READER)
def run_page(desk: AtDesk, run_id: int) -> Response:
    """One run: counts, errors with what to do, what it saved; updates itself while running."""
    with desk.reader() as session:
        found = reads.run_with_source(session, run_id) if run_id < 2**62 else None
        if found is None:
            raise NotFound(f"没有这次抓取 / no such run: {run_id}")
        run, source = found
        active = run.state in ACTIVE_STATES
        holder = lease(session, "scheduler")
        waited = desk.now - run.requested_at > _PATIENCE
        return desk.page(
            "run.html",
            section="sources",
            run=run_row(run, source.key, source.title),
            active=active,
            stalled=run.state == "queued"
            and waited
            and (holder is None or holder.expires_at < desk.now),
            errors=(errors := reads.run_errors(session, run_id)),
            error_total=sum(group.count for group in errors),
            documents=[] if active else reads.run_documents(session, run),
        )
