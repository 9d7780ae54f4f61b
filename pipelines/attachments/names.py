"""File names from outside, made harmless: they are shown and offered, never used as paths."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote, unquote_to_bytes

_UNSAFE = re.compile(
    r"[\x00-\x1f\x7f-\x9f/\\:*?\"<>|\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+"
)
_EXTENDED = re.compile(r"filename\*\s*=\s*([\w-]*)'[\w-]*'([^;\s]+)", re.IGNORECASE)
_PLAIN = re.compile(r"filename\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^;]+))", re.IGNORECASE)
_LONGEST = 120
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}$")
EXTENSIONS = {
    "pdf": ".pdf",
    "doc": ".doc",
    "docx": ".docx",
    "ofd": ".ofd",
    "xls": ".xls",
    "xlsx": ".xlsx",
    "ppt": ".ppt",
    "pptx": ".pptx",
    "rtf": ".rtf",
    "odt": ".odt",
    "ods": ".ods",
    "odp": ".odp",
    "txt": ".txt",
    "zip": ".zip",
    "rar": ".rar",
    "7z": ".7z",
    "html": ".html.txt",
    "xml": ".xml.txt",
}


def safe_name(name: str, *, kind: str | None = None) -> str:
    """A plain file name: no path, no control or direction characters, at most 120 characters.

    With ``kind`` it ends as files of that kind do (a page called ``.pdf`` becomes ``.html.txt``).
    """
    text = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    text = _UNSAFE.sub("_", text).strip(" ._")
    ending = EXTENSIONS.get(kind or "", "")
    if ending and not text.lower().endswith(ending):
        text = _SUFFIX.sub("", text) + ending
    if not text or text == ending:
        text = "附件" + ending
    if _RESERVED.match(text):
        text = "_" + text
    if len(text) > _LONGEST:
        suffix = ending or (match[0] if (match := _SUFFIX.search(text)) else "")
        text = text[: _LONGEST - len(suffix)] + suffix
    return text


def disposition_name(header: bytes | str | None) -> str | None:
    """The file name of a Content-Disposition header (RFC 6266, and raw GBK or UTF-8 bytes)."""
    if not header:
        return None
    raw = header if isinstance(header, bytes) else header.encode("latin-1", "replace")
    text = raw.decode("latin-1")
    if match := _EXTENDED.search(text):
        charset = match[1] or "utf-8"
        try:
            return unquote_to_bytes(match[2]).decode(charset) or None
        except (LookupError, UnicodeDecodeError):
            return _decoded(unquote_to_bytes(match[2]))
    match = _PLAIN.search(text)
    if match is None:
        return None
    value = (match[1] or match[2] or "").strip().encode("latin-1")
    name = _decoded(value)
    return (unquote(name) if "%" in name else name) or None


def _decoded(value: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return value.decode(encoding)
        except UnicodeDecodeError:
            continue
    return value.decode("latin-1")
