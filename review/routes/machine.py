"""For programs: liveness, metrics, static files, and a small read-only JSON interface."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from sqlalchemy import text

from review.access import Access, access
from review.desk import AtDesk, Desk
from review.exposition import exposition
from review.guard import LoginNeeded, may_scrape
from review.item_filters import read_filters, to_storage
from review.paging import paged
from review.queries.sources import source_lines
from review.secret import digest_of
from review.view import STATIC
from storage.documents import DocumentRow, count_documents
from storage.errors import NotFound, StoreError
from storage.listing import list_documents
from storage.metrics import overview, source_figures
from storage.query import QueryError
from storage.users import find_token

router = APIRouter()
log = logging.getLogger(__name__)

_TYPES = {
    "app.css": "text/css; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
_PAGE = 100


@router.get("/static/{name}")
@access(Access.PUBLIC)
def static(name: str) -> Response:
    """Our own style, script and icon; nothing else is served from disk."""
    if name not in _TYPES:
        raise NotFound(f"没有这个文件 / no such file: {name}")
    return Response(
        (STATIC / name).read_bytes(),
        media_type=_TYPES[name],
        headers={"cache-control": "public, max-age=31536000, immutable"},
    )


@router.get("/healthz")
@access(Access.PUBLIC)
def healthz(desk: AtDesk) -> Response:
    """200 when pages can be answered, 503 when the database cannot; nothing more to strangers."""
    try:
        with desk.reader() as session:
            session.execute(text("select 1"))
    except StoreError as error:
        log.warning("healthz: %s", error.code)
        return JSONResponse({"status": "database"}, status_code=503)
    return JSONResponse({"status": "ok"})


@router.get("/metrics")
@access(Access.PUBLIC)
def metrics(desk: AtDesk) -> Response:
    """Prometheus text for this machine, a login or an API token."""
    if not may_scrape(desk.request, desk.site) and not _known(desk):
        raise LoginNeeded
    with desk.reader() as session:
        body = exposition(overview(session, now=desk.now), source_figures(session))
    return PlainTextResponse(body, media_type="text/plain; version=0.0.4; charset=utf-8")


def _known(desk: Desk) -> bool:
    """A login, or ``Authorization: Bearer <API token>``."""
    if desk.viewer is not None:
        return True
    scheme, _, token = desk.request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not 20 <= len(token) <= 200:
        return False
    with desk.reader() as session:
        return find_token(session, token_hash=digest_of(token.strip()), now=desk.now) is not None


@router.get("/api/items")
@access(Access.PUBLIC)
def api_items(desk: AtDesk) -> Response:
    """Items with the filters of the list page, 100 a page."""
    if not _known(desk):
        raise LoginNeeded
    filters = to_storage(read_filters(desk.query()), desk.clock)
    try:
        with desk.reader() as session:
            total = count_documents(session, filters=filters)
            paging = paged(desk.query().get("page"), size=_PAGE, total=total)
            rows = list_documents(session, filters=filters, limit=paging.size, offset=paging.offset)
    except QueryError as error:
        return JSONResponse({"error": error.code, "message": str(error)}, status_code=400)
    return JSONResponse(
        {
            "total": total,
            "page": paging.page,
            "pages": paging.pages,
            "items": [_item(row) for row in rows],
        }
    )


def _item(row: DocumentRow) -> dict[str, Any]:
    plain = (
        *("id", "title", "url", "source_key", "publisher", "doc_number", "doc_type", "region"),
        *("level", "lang", "summary", "state", "review_state", "latest_seq", "cluster_id"),
    )
    days = ("published_on", "comments_until", "effective_on")
    return {
        **{name: getattr(row, name) for name in plain},
        **{name: day.isoformat() if (day := getattr(row, name)) else None for name in days},
        "first_seen_at": row.first_seen_at.isoformat(),
        "labels": [{"slug": label.slug, "kind": label.kind} for label in row.labels],
    }


@router.get("/api/sources")
@access(Access.PUBLIC)
def api_sources(desk: AtDesk) -> Response:
    """Sources with their health."""
    if not _known(desk):
        raise LoginNeeded
    with desk.reader() as session:
        lines = source_lines(session, now=desk.now)
    names = ("key", "title", "publisher", "region", "level", "status")
    moments = ("last_run_at", "last_ok_at", "last_new_at", "next_check_at")
    return JSONResponse(
        {
            "sources": [
                {
                    **{name: getattr(line.source, name) for name in names},
                    **{
                        name: at.isoformat() if (at := getattr(line.source, name)) else None
                        for name in moments
                    },
                    "health": line.health,
                    "documents": line.documents,
                }
                for line in lines
            ]
        }
    )
