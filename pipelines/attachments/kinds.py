"""What a file is, by its bytes. Names and Content-Type are not asked: both lie."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection
from io import BytesIO

from pipelines.attachments.errors import ZIP_DAMAGE
from pipelines.decode import decode

HEAD = 4096
_STARTS = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rtf", "rtf"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gz"),
    (b"\xff\xd8\xff", "image"),
    (b"\x89PNG\r\n", "image"),
    (b"GIF8", "image"),
    (b"BM", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"Founder CEB", "ceb"),
    (b"CAJ", "caj"),
    (b"HN", "caj"),
)
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|script|meta|title|div|p|table|a|span|h[1-6]|!--)[\s>/-]",
    re.IGNORECASE,
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MARKED = {
    "word/document.xml": "docx",
    "xl/workbook.xml": "xlsx",
    "xl/workbook.bin": "xlsx",
    "ppt/presentation.xml": "pptx",
    "OFD.xml": "ofd",
}
_ODF = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.text-template": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
}


def kind_of(data: bytes) -> str:
    """A key of :data:`pipelines.attachments.model.MEDIA_TYPES`, by content."""
    if not data.strip(b"\x00 \t\r\n"):
        return "empty"
    head = data[:HEAD]
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _kind_of_zip(data)
    if head[8:12] == b"WEBP" and head.startswith(b"RIFF"):
        return "image"
    for start, kind in _STARTS:
        if head.startswith(start):
            return _kind_of_ole(data) if kind == "ole" else kind
    return _kind_of_text(head, data)


def _kind_of_zip(data: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = {info.filename for info in archive.infolist()[:5000]}
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                kind = archive.read("mimetype").decode("ascii", "replace").strip()
                return _ODF.get(kind, "zip")
    except (*ZIP_DAMAGE, KeyError, RuntimeError):
        return "zip"  # reading it will say what is wrong
    return office_kind(names) or "zip"


def office_kind(names: Collection[str]) -> str | None:
    """The office format of a zip with these member names; None for a plain archive."""
    for mark, kind in _MARKED.items():
        if mark in names:
            return kind
    if "[Content_Types].xml" in names:
        for folder, kind in (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx")):
            if any(name.startswith(folder) for name in names):
                return kind
    return None


def _kind_of_ole(data: bytes) -> str:
    import olefile  # type: ignore[import-untyped]

    try:
        with olefile.OleFileIO(data) as ole:
            streams = {"/".join(path) for path in ole.listdir()}
    except Exception:  # whatever a damaged storage makes olefile raise
        return "ole"
    if "WordDocument" in streams:
        return "doc"
    if "Workbook" in streams or "Book" in streams:
        return "xls"
    if "PowerPoint Document" in streams:
        return "ppt"
    if "EncryptedPackage" in streams:
        return "ole_encrypted"
    return "wps" if "CONTENTS" in streams or "MatOST" in streams else "ole"


def _kind_of_text(head: bytes, data: bytes) -> str:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    if start[:1] == b"<" and _HTML.search(start[:2000]):
        return "html"
    if start.startswith(b"<?xml"):
        return "html" if b"<html" in start[:2000].lower() else "xml"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "txt"
    if _CONTROLS.search(data[:65536]):
        return "unknown"
    if decode(data[:65536], header_charset=None, meta_scan=False).damage > 0.02:
        return "unknown"
    return "html" if _HTML.search(head) and b"</" in data[-2000:] else "txt"
