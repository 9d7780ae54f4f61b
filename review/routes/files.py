"""Files of items: download under safe headers, and their text as a page."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response

from review.access import Access, access
from review.desk import AtDesk
from review.files import download_name, shown_file
from review.shown import article
from storage.attachments import stored_file
from storage.blobs import BlobStore
from storage.errors import NotFound
from storage.file_views import FileView, file_view
from storage.models import Document

router = APIRouter()

# Whatever it is, a browser saves it; if one opened it all the same, nothing in it could run.
_HEADERS = {
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private, no-store",
}


def _visible(desk: AtDesk, file_id: int) -> FileView:
    with desk.reader() as session:
        view = file_view(session, file_id if 0 < file_id < 2**62 else 0)
        document = session.get(Document, view.document_id)
    if document is None or document.state == "suppressed":
        raise NotFound(f"没有这个附件 / no such file: {file_id}")
    return view


@router.get("/files/{file_id}")
@access(Access.READER)
def download(desk: AtDesk, file_id: int) -> Response:
    """The bytes as they were fetched. Raises NotFound."""
    view = _visible(desk, file_id)
    if view.sha256 is None or view.state != "stored":
        raise NotFound(f"文件没有保存 / the file is not stored: {file_id}")
    path = BlobStore(desk.site.data_dir / "blobs").path_of(view.sha256)
    if not path.is_file():
        raise NotFound(f"文件已不在磁盘上 / the file is no longer on the disk: {file_id}")
    name = download_name(view)
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return FileResponse(
        path,
        media_type="application/octet-stream",
        headers={**_HEADERS, "content-disposition": disposition},
    )


@router.get("/files/{file_id}/text")
@access(Access.READER)
def text_page(desk: AtDesk, file_id: int) -> Response:
    """What was read in a file. Raises NotFound."""
    view = _visible(desk, file_id)
    with desk.reader() as session:
        found = stored_file(session, view.sha256) if view.sha256 else None
        if found is None or found.state != "read":
            raise NotFound(f"附件没有可读的文字 / no text was read in this file: {file_id}")
        html = found.html
    return desk.page(
        "file.html",
        section="items",
        file=shown_file(view, desk.texts),
        body=article(html, image_word=desk.texts("item.image")),
    )
