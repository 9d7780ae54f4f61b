"""What a version was read from: the captured exchange, checked while it is shown."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from storage import archive, captures
from storage.archive import Place
from storage.captures import Capture
from storage.models import DocumentVersion
from storage.warc import Damage, Record, body_of, header_of, read_record

MOST_BYTES = 64 * 1024 * 1024  # of a page when it is unpacked to be compared
LONGEST_LINE = 2000


@dataclass(frozen=True, slots=True)
class Headers:
    """The head of a message as it went over the line: first line, then name and value."""

    first: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A capture as a person is shown it.

    ``state``: whole, altered, missing. ``page``: whether the bytes are those that the version was
    read from: same, different, unknown. ``original_at``: for an answer that repeated an older one,
    when that came. Digests are hex SHA-256: of the message body and of the whole answer, both as
    received. Times UTC.
    """

    capture: Capture
    state: str
    page: str = "unknown"
    reasons: tuple[str, ...] = ()
    answer: Headers | None = None
    question: Headers | None = None
    address: str | None = None
    size: int = 0
    truncated: str | None = None
    original_at: datetime | None = None
    body_digest: str | None = None
    answer_digest: str | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """The record of a capture, and the full one when it is only a revisit."""

    path: Path
    record: Record
    full_path: Path
    full: Record


def evidence_of(session: Session, folder: Path, version: DocumentVersion) -> Evidence | None:
    """The capture of a version; None when there never was one."""
    capture = captures.capture_of_version(session, version)
    if capture is None:
        return None
    found = _find(folder, capture)
    if found is None:
        gone = archive.path_of(folder, capture.place.file) is None
        return Evidence(capture, "missing" if gone else "altered")
    reasons = [*found.record.problems(), *found.full.problems()]
    stated = found.record.fields.get("warc-payload-digest", "").removeprefix("sha256:")
    if capture.digest not in (None, stated):
        reasons.append("noted digest")
    head, body = found.full.parts
    question = _question(found)
    return Evidence(
        capture,
        "altered" if reasons else "whole",
        page=_same_page(version, head, body),
        reasons=tuple(reasons),
        answer=_headers(head),
        question=_headers(question.parts[0]) if question is not None else None,
        address=found.record.fields.get("warc-ip-address"),
        size=len(found.full.block),
        truncated=found.full.fields.get("warc-truncated"),
        original_at=found.full.at if found.full is not found.record else None,
        body_digest=hashlib.sha256(body).hexdigest(),
        answer_digest=hashlib.sha256(found.full.block).hexdigest(),
    )


def answer_bytes(folder: Path, capture: Capture) -> bytes | None:
    """The whole answer as received: head, blank line, body."""
    found = _find(folder, capture)
    return None if found is None else found.full.block


def portable(folder: Path, capture: Capture) -> bytes | None:
    """A small WARC file of its own: what made it, the answer, the question, and for a repeated
    answer the full one. Every record as it stands in the archive, byte for byte."""
    found = _find(folder, capture)
    if found is None:
        return None
    pieces = [_member(found.path, 0), *_pair(found.path, found.record)]
    if found.full is not found.record:
        pieces += _pair(found.full_path, found.full)
    return b"".join(pieces)


def _find(folder: Path, capture: Capture) -> _Found | None:
    path = archive.path_of(folder, capture.place.file)
    record = _whole(path, capture.place.offset) if path is not None else None
    if path is None or record is None:
        return None
    if record.kind != "revisit":
        return _Found(path, record, path, record)
    name, offset = record.refers_to
    full_path = archive.path_of(folder, name)
    full = _whole(full_path, offset) if full_path is not None else None
    if full_path is None or full is None:
        return None
    return _Found(path, record, full_path, full)


def _whole(path: Path, offset: int) -> Record | None:
    try:
        found = read_record(path, offset)
    except OSError:
        return None
    return None if isinstance(found, Damage) else found


def _question(found: _Found) -> Record | None:
    """The request stands behind its answer."""
    after = _whole(found.path, found.record.offset + found.record.length)
    return after if after is not None and after.kind == "request" else None


def _pair(path: Path, record: Record) -> list[bytes]:
    behind = _whole(path, record.offset + record.length)
    pieces = [_member(path, record.offset)]
    if behind is not None and behind.kind == "request":
        pieces.append(_member(path, behind.offset))
    return pieces


def _member(path: Path, offset: int) -> bytes:
    found = _whole(path, offset)
    if found is None:
        return b""
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(found.length)


def _headers(head: bytes) -> Headers:
    first, *lines = head.decode("latin-1").rstrip("\r\n").splitlines() or [""]
    pairs = (line.partition(":") for line in lines)
    shown = tuple((name.strip(), value.strip()[:LONGEST_LINE]) for name, _, value in pairs)
    return Headers(first[:LONGEST_LINE], shown)


def _same_page(version: DocumentVersion, head: bytes, body: bytes) -> str:
    """Whether the captured page, unpacked, is the one that the version was read from."""
    page = _unpacked(head, body_of(head, body))
    if page is None or version.raw_sha256 is None:
        return "unknown"
    return "same" if hashlib.sha256(page).hexdigest() == version.raw_sha256 else "different"


def _unpacked(head: bytes, body: bytes) -> bytes | None:
    """The page without its content coding; None for codings that are not compared here."""
    coding = (header_of(head, "Content-Encoding") or "identity").strip().lower()
    if coding == "identity":
        return body
    if coding not in ("gzip", "x-gzip"):
        return None
    try:
        return zlib.decompressobj(31).decompress(body, MOST_BYTES)
    except zlib.error:
        return None


def place_text(place: Place) -> str:
    """File and offset in one line."""
    return f"{place.file} @{place.offset}"
