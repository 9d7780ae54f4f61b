"""What the text of an item says in figures, tasks and citations."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from review.access import Access, access
from review.desk import AtDesk
from review.reading import reading_of
from storage.documents import get_document
from storage.errors import NotFound

router = APIRouter()


@router.get("/items/{item_id}/reading")
@access(Access.READER)
def reading(desk: AtDesk, item_id: int) -> Response:
    """Aims, support, tasks, duties, money, figures and citations of the newest version."""
    with desk.reader() as session:
        document = get_document(session, item_id) if item_id < 2**62 else None
        if document is None or document.state == "suppressed":
            raise NotFound(f"没有这个条目 / no such item: {item_id}")
        found = reading_of(session, document)
        return desk.page(
            "reading.html",
            section="items",
            item={"id": document.id, "title": document.title},
            reading=found,
        )
