"""Files linked from an article: 附件 in every form the sites use."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from pipelines.items import AttachmentRef

_TYPES = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "wps": "application/vnd.ms-works",
    "ofd": "application/ofd",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "et": "application/vnd.ms-excel",
    "csv": "text/csv",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "rtf": "application/rtf",
    "txt": "text/plain",
    "zip": "application/zip",
    "rar": "application/vnd.rar",
    "7z": "application/x-7z-compressed",
    "ceb": "application/x-ceb",
    "caj": "application/x-caj",
}
_SUFFIX = re.compile(r"\.([a-zA-Z0-9]{2,4})$")
_DOWNLOAD = re.compile(
    r"downfile|download|attach|getfile|filedown|showfile|ufile|/upload|filename=|fileid=", re.I
)
_NAMED = re.compile(
    r"^\s{0,9}附\s{0,9}[件表图录]|\.(?:pdf|docx?|wps|ofd|xlsx?|zip|rar|pptx?)\s{0,9}$", re.I
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f/\\]+")


def media_type_of(address: str, label: str = "") -> str | None:
    """Media type by the file name in an address (path, then parameters) or in the link text."""
    parts = urlsplit(address)
    names = [parts.path, *(p.partition("=")[2] for p in parts.query.split("&"))]
    for name in (*names, label.strip()):
        match = _SUFFIX.search(unquote(name).strip())
        if match and match.group(1).lower() in _TYPES:
            return _TYPES[match.group(1).lower()]
    return None


def attachments_in(links: Iterable[tuple[str, str]]) -> tuple[AttachmentRef, ...]:
    """Attachments among ``(address, text)`` links, in order, one per address."""
    found: dict[str, AttachmentRef] = {}
    for address, label in links:
        kind = media_type_of(address, label)
        if kind is None:
            if not (_NAMED.search(label) and _DOWNLOAD.search(address)):
                continue
            kind = "application/octet-stream"
        if address not in found:
            found[address] = AttachmentRef(address, _name(address, label), kind)
    return tuple(found.values())


def _name(address: str, label: str) -> str:
    """The link text, or the file name where the text says nothing (下载, 点击查看, empty)."""
    name = " ".join(label.split())
    if len(name) < 3 or name in {
        "下载",
        "点击下载",
        "点击查看",
        "查看",
        "附件下载",
        "download",
        "Download",
    }:
        last = unquote(urlsplit(address).path.rsplit("/", 1)[-1])
        name = last or name or address
    return _CONTROL.sub("_", name)[:200]
