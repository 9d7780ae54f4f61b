"""WARC 1.1 records (ISO 28500:2017): built, found again in a file, read and judged.

One gzip member a record. Members are made here and not by ``warcio`` because a crawl pays for them
on every page; the tests read what is written with ``warcio`` as well.
Digests are ``sha256:`` in hexadecimal; the payload digest covers the message body as received, as
``warcio check`` reads it. Dates are UTC.
"""

from __future__ import annotations

import base64
import hashlib
import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from storage.deflate import gzip_member

IDENTICAL = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
HTTP_REQUEST = "application/http;msgtype=request"
HTTP_RESPONSE = "application/http;msgtype=response"
INFO_FIELDS = "application/warc-fields"
LARGEST_RECORD = 512 * 1024 * 1024  # beyond this a member is called damaged, not unpacked
_STEP = 1 << 16
_MAGIC = b"\x1f\x8b\x08"
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_BLOCK = 65535
_ALGORITHMS = {"sha256": 32, "sha1": 20, "sha512": 64, "md5": 16}


# writing ----------------------------------------------------------------------------------


def new_id() -> str:
    """A record id (random UUID)."""
    raw = bytearray(os.urandom(16))
    raw[6], raw[8] = raw[6] & 0x0F | 0x40, raw[8] & 0x3F | 0x80
    text = raw.hex()
    return f"<urn:uuid:{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}>"


def written_date(moment: datetime) -> str:
    """A date as WARC 1.1 writes it, to the microsecond."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digest_of(data: bytes) -> str:
    """``sha256:`` and 64 hexadecimal digits."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def member(fields: Mapping[str, str], block: bytes, *, squeeze: bool) -> bytes:
    """One record as a gzip member; ``squeeze`` False for what is compressed already."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    head = f"WARC/1.1\r\n{lines}Content-Length: {len(block)}\r\n\r\n".encode()
    plain = b"".join((head, block, b"\r\n\r\n"))
    if not squeeze:
        return _stored(plain)
    return gzip_member(plain)


def _stored(data: bytes) -> bytes:
    """A gzip member that holds the bytes as they are (deflate blocks of type 0, RFC 1951)."""
    parts = [_HEAD]
    for start in range(0, len(data), _BLOCK):
        piece = data[start : start + _BLOCK]
        last = 1 if start + _BLOCK >= len(data) else 0
        parts += [struct.pack("<BHH", last, len(piece), len(piece) ^ 0xFFFF), piece]
    parts.append(struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF))
    return b"".join(parts)


# reading ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Record:
    """A whole record: where its bytes stand, its fields (lower-case names) and its block."""

    offset: int
    length: int
    fields: dict[str, str]
    block: bytes

    @property
    def kind(self) -> str:
        """``response``, ``request``, ``revisit``, ``warcinfo``, ``resource`` …"""
        return self.fields.get("warc-type", "")

    @property
    def uri(self) -> str:
        """The address it is about; some programs put it in angle brackets."""
        return self.fields.get("warc-target-uri", "").strip("<>")

    @property
    def at(self) -> datetime | None:
        """When it was captured, UTC; None if the date cannot be read."""
        return read_date(self.fields.get("warc-date", ""))

    @property
    def parts(self) -> tuple[bytes, bytes]:
        """HTTP head (with its blank line) and message body; no head for other blocks."""
        if not self.fields.get("content-type", "").lower().startswith("application/http"):
            return b"", self.block
        return split_message(self.block)

    @property
    def refers_to(self) -> tuple[str, int]:
        """File and offset of the full record that a revisit stands for; no file if unstated."""
        offset = self.fields.get("warc-refers-to-file-offset", "")
        name = self.fields.get("warc-refers-to-filename", "")
        return (name, int(offset)) if offset.isdigit() else ("", 0)

    def problems(self) -> list[str]:
        """What does not agree with the record's own digests."""
        found = []
        block = self.fields.get("warc-block-digest")
        if block and matches(block, self.block) is False:
            found.append("block digest")
        payload = self.fields.get("warc-payload-digest")
        if payload and self.kind != "revisit":
            body = self.parts[1]
            if matches(payload, body) is False and matches(payload, unchunked(body)) is False:
                found.append("payload digest")
        return found


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes that are no whole record. ``torn``: the file ends within it. ``about`` is what could
    still be read of it (kind and address)."""

    offset: int
    length: int
    reason: str
    torn: bool
    about: str = ""


def read_file(path: Path, *, start: int = 0) -> Iterator[Record | Damage]:
    """Every record of a file, with what is broken in between. Raises OSError."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        offset = start
        while offset < size:
            found = _record_at(file.fileno(), offset, size)
            if isinstance(found, Damage):
                found = _resumed(file.fileno(), found, size)
            yield found
            offset = found.offset + found.length


def read_record(path: Path, offset: int) -> Record | Damage:
    """The record at a place. Raises OSError."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        return _record_at(file.fileno(), offset, size)


def _record_at(number: int, offset: int, size: int) -> Record | Damage:
    start = os.pread(number, 6, offset)
    if start.startswith(b"WARC/"):
        return _plain_at(number, offset, size)
    if not start.startswith(_MAGIC[: len(start)]):
        return Damage(offset, size - offset, "no record begins here", torn=False)
    machine = zlib.decompressobj(31)
    pieces: list[bytes] = []
    total, position = 0, offset
    while not machine.eof:
        fed = os.pread(number, _STEP if total else 4096, position)
        if not fed:
            return Damage(offset, size - offset, "cut off", torn=True, about=_about(pieces))
        position += len(fed)
        try:
            pieces.append(machine.decompress(fed))
        except zlib.error:
            about = _about([*pieces, _before_the_error(number, offset)])
            return Damage(offset, size - offset, "checksum", torn=False, about=about)
        total += len(pieces[-1])
        if total > LARGEST_RECORD:
            return Damage(offset, size - offset, "too large", torn=False, about=_about(pieces))
    length = position - len(machine.unused_data) - offset
    return _parsed(b"".join(pieces), offset, length)


def _plain_at(number: int, offset: int, size: int) -> Record | Damage:
    """A record of a file that is not compressed."""
    head = os.pread(number, 65536, offset)
    end = head.find(b"\r\n\r\n")
    fields = _fields(head[: max(end, 0)])
    length = fields.get("content-length", "")
    if end < 0 or not length.isdigit():
        return Damage(offset, size - offset, "no record begins here", torn=False)
    whole = end + 4 + int(length) + 4
    if offset + whole > size:
        about = f"{fields.get('warc-type', '')} {fields.get('warc-target-uri', '')}".strip()
        return Damage(offset, size - offset, "cut off", torn=True, about=about)
    return _parsed(os.pread(number, whole, offset), offset, whole)


def _parsed(data: bytes, offset: int, length: int) -> Record | Damage:
    end = data.find(b"\r\n\r\n")
    if end < 0 or not data.startswith(b"WARC/1."):
        return Damage(offset, length, "not a WARC record", torn=False)
    fields = _fields(data[:end])
    stated = fields.get("content-length", "")
    if not stated.isdigit() or len(data) - end - 8 != int(stated):
        about = f"{fields.get('warc-type', '')} {fields.get('warc-target-uri', '')}".strip()
        return Damage(offset, length, "wrong length", torn=False, about=about)
    return Record(offset, length, fields, data[end + 4 : -4])


def _fields(head: bytes) -> dict[str, str]:
    """The first of each name: damage further on may repeat a line with another value."""
    lines = head.decode("utf-8", "replace").splitlines()[1:]
    pairs = (line.partition(":") for line in reversed(lines))
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}


def _about(pieces: list[bytes]) -> str:
    fields = _fields(b"".join(pieces)[:8192].partition(b"\r\n\r\n")[0])
    return f"{fields.get('warc-type', '')} {fields.get('warc-target-uri', '')}".strip()


def _before_the_error(number: int, offset: int) -> bytes:
    """What a damaged member gives before its fault shows, fed byte by byte."""
    machine = zlib.decompressobj(31)
    out = b""
    for byte in os.pread(number, 2048, offset):
        try:
            out += machine.decompress(bytes([byte]))
        except zlib.error:
            break
    return out


def _resumed(number: int, damage: Damage, size: int) -> Damage:
    """The damage up to where the next whole record begins, or to the end of the file."""
    position = damage.offset + 1
    while position < size:
        data = os.pread(number, _STEP, position)
        at = data.find(_MAGIC)
        while at >= 0:
            if _begins(number, position + at):
                length = position + at - damage.offset
                return Damage(damage.offset, length, damage.reason, False, damage.about)
            at = data.find(_MAGIC, at + 1)
        position += max(1, len(data) - len(_MAGIC) + 1)
    return damage


def _begins(number: int, offset: int) -> bool:
    try:
        return zlib.decompressobj(31).decompress(os.pread(number, 256, offset), 5) == b"WARC/"
    except zlib.error:
        return False


# values -----------------------------------------------------------------------------------


def read_date(text: str) -> datetime | None:
    """A WARC date, UTC."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def matches(stated: str, data: bytes) -> bool | None:
    """Whether a stated digest (hexadecimal or base 32) is that of the data; None if unknown."""
    name, _, value = stated.partition(":")
    name = name.strip().lower().replace("-", "")
    if name not in _ALGORITHMS:
        return None
    digest = hashlib.new(name, data, usedforsecurity=False).digest()
    value = value.strip()
    if len(value) == 2 * len(digest):
        return value.lower() == digest.hex()
    return value.upper().rstrip("=") == base64.b32encode(digest).decode().rstrip("=")


def split_message(message: bytes) -> tuple[bytes, bytes]:
    """Head (with its blank line) and body of an HTTP message."""
    for mark in (b"\r\n\r\n", b"\n\n"):
        head, found, body = message.partition(mark)
        if found:
            return head + found, body
    return message, b""


def header_of(head: bytes, name: str) -> str | None:
    """The first value of a header in the head of a message."""
    wanted = name.lower()
    for line in head.decode("latin-1").splitlines()[1:]:
        found, colon, value = line.partition(":")
        if colon and found.strip().lower() == wanted:
            return value.strip()
    return None


def is_coded(head: bytes) -> bool:
    """Whether the message body is something else than the page: compressed or cut into chunks."""
    return any(header_of(head, name) for name in ("Content-Encoding", "Transfer-Encoding"))


def body_of(head: bytes, body: bytes) -> bytes:
    """The entity: the message body without its transfer coding."""
    if "chunked" in (header_of(head, "Transfer-Encoding") or "").lower():
        return unchunked(body)
    return body


def unchunked(body: bytes) -> bytes:
    """The bytes of a chunked message body, as far as they are whole."""
    out: list[bytes] = []
    position = 0
    while True:
        end = body.find(b"\r\n", position)
        if end < 0:
            break
        try:
            size = int(body[position:end].split(b";")[0], 16)
        except ValueError:
            break
        if size <= 0:
            break
        out.append(body[end + 2 : end + 2 + size])
        position = end + 2 + size + 2
    return b"".join(out)
