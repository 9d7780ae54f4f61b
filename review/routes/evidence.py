"""The evidence of a version: what was captured, shown as text, and given out as files.

Nothing captured is ever rendered here: heads are text, bodies leave as attachments.
"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from review.access import Access, access
from review.desk import AtDesk, Desk
from review.evidence import Evidence, answer_bytes, evidence_of, place_text, portable
from review.queries import items as reads
from storage.errors import NotFound
from storage.listing import get_document
from storage.models import Document, DocumentVersion

router = APIRouter()

# As for files of items: saved, not opened; and if opened all the same, nothing in it can run.
_HEADERS = {
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private, no-store",
}


@router.get("/items/{item_id}/versions/{seq}/evidence")
@access(Access.READER)
def evidence_page(desk: AtDesk, item_id: int, seq: int) -> Response:
    """When and from where the page came, with every digest computed again. Raises NotFound."""
    with desk.reader() as session:
        document, version = _version(session, item_id, seq)
        found = evidence_of(session, desk.site.data_dir / "warc", version)
        return desk.page(
            "evidence.html",
            section="items",
            item=document,
            version=version,
            evidence=found,
            place=place_text(found.capture.place) if found is not None else "",
            captured=_to_the_second(desk, found),
        )


@router.get("/items/{item_id}/versions/{seq}/evidence.warc.gz")
@access(Access.EDITOR)
def evidence_file(desk: AtDesk, item_id: int, seq: int) -> Response:
    """The exchange as a WARC file of its own. Raises NotFound."""
    with desk.reader() as session:
        found = _evidence(desk, session, item_id, seq)
    data = portable(desk.site.data_dir / "warc", found.capture)
    return _file(data, f"dibao-{item_id}-{seq}.warc.gz")


@router.get("/items/{item_id}/versions/{seq}/evidence.http")
@access(Access.EDITOR)
def answer_file(desk: AtDesk, item_id: int, seq: int) -> Response:
    """The answer as it was received, head and body. Raises NotFound."""
    with desk.reader() as session:
        found = _evidence(desk, session, item_id, seq)
    data = answer_bytes(desk.site.data_dir / "warc", found.capture)
    return _file(data, f"dibao-{item_id}-{seq}.http")


def _version(session: Session, item_id: int, seq: int) -> tuple[Document, DocumentVersion]:
    document = get_document(session, item_id) if 0 < item_id < 2**62 else None
    version = reads.version_at(session, item_id, seq) if 0 < seq < 2**31 else None
    if document is None or document.state == "suppressed" or version is None:
        raise NotFound(f"没有这一版 / no such version: {item_id}, {seq}")
    return document, version


def _evidence(desk: Desk, session: Session, item_id: int, seq: int) -> Evidence:
    _, version = _version(session, item_id, seq)
    found = evidence_of(session, desk.site.data_dir / "warc", version)
    if found is None:
        raise NotFound(f"没有存档 / no capture is kept: {item_id}, {seq}")
    return found


def _to_the_second(desk: Desk, found: Evidence | None) -> str:
    if found is None:
        return ""
    return desk.clock.local(found.capture.at).strftime("%Y-%m-%d %H:%M:%S")


def _file(data: bytes | None, name: str) -> Response:
    if data is None:
        raise NotFound(f"存档读不出来，请运行 dibao verify / cannot be read: dibao verify ({name})")
    headers = {**_HEADERS, "content-disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type="application/octet-stream", headers=headers)
