"""What a file said: kind, state, text, tables; and the bounds within which it is read."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, Self

State = Literal["read", "no_text", "unread"]

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "wps": "application/vnd.ms-works",
    "ofd": "application/ofd",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "rtf": "application/rtf",
    "txt": "text/plain",
    "zip": "application/zip",
    "rar": "application/vnd.rar",
    "7z": "application/x-7z-compressed",
    "gz": "application/gzip",
    "ceb": "application/x-ceb",
    "caj": "application/x-caj",
    "image": "image/*",
    "html": "text/html",
    "xml": "application/xml",
    "ole": "application/x-ole-storage",
    "empty": "application/octet-stream",
    "unknown": "application/octet-stream",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of reading one file. Times in seconds, sizes in bytes, texts in characters."""

    seconds: float = 60.0
    memory: int = 1024 * 1024 * 1024
    pages: int = 1000
    table_pages: int = 60
    text: int = 500_000
    unpacked: int = 200 * 1024 * 1024
    ratio: int = 200
    entries: int = 2000
    members: int = 40

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Read what :func:`dataclasses.asdict` gave."""
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside an archive. ``characters`` of it are part of the archive's text."""

    name: str
    kind: str
    size: int
    state: State
    code: str | None = None
    characters: int = 0


@dataclass(frozen=True, slots=True)
class FileText:
    """The reading of one file.

    ``state``: ``read``, ``no_text`` (opened, but it holds pictures only) or ``unread``; ``code``
    says why it was not read, or what is special about the reading (``text_cut``, ``by_ocr``).
    ``html`` is to be cleaned by whoever takes it over from the reading process.
    """

    kind: str
    state: State
    code: str | None = None
    detail: str = ""
    pages: int | None = None
    tables: int = 0
    text: str = ""
    html: str = ""
    members: tuple[Member, ...] = field(default=())

    @property
    def media_type(self) -> str:
        """By content, never by name."""
        return MEDIA_TYPES.get(self.kind, MEDIA_TYPES["unknown"])

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Rebuild from plain values; unknown keys and wrong types raise ``ValueError``."""
        known = {item.name for item in fields(cls)}
        if not isinstance(values, dict) or set(values) - known:
            raise ValueError("not the reading of a file")
        plain = {name: values[name] for name in values if name != "members"}
        if not all(isinstance(plain.get(name, ""), str) for name in ("kind", "text", "html")):
            raise ValueError("texts expected")
        if plain.get("state") not in ("read", "no_text", "unread"):
            raise ValueError("unknown state")
        members = tuple(Member(**item) for item in values.get("members") or ())
        return cls(**plain, members=members)


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph; ``level`` 1 to 6 is a heading."""

    text: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A table; all rows have text cells."""

    rows: tuple[tuple[str, ...], ...]


Block = Para | Table
