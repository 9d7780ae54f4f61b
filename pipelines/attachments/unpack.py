"""Zip files opened with suspicion: office files and archives alike."""

from __future__ import annotations

import posixpath
import re
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from lxml import etree  # type: ignore[import-untyped]

from pipelines.attachments.errors import (
    ZIP_DAMAGE,
    ArchiveBomb,
    ArchivePath,
    Damaged,
    Encrypted,
    HostileXml,
    TooManyPages,
)
from pipelines.attachments.model import Limits

_SMALL = 4 * 1024 * 1024  # below this size any ratio is harmless
_CHUNK = 1 << 16
_UTF8_FLAG, _ENCRYPTED_FLAG = 0x800, 0x1
_DRIVE = re.compile(r"[A-Za-z]:")
_PARSER_OPTIONS = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


@contextmanager
def opened(data: bytes, *, limits: Limits, kind: str) -> Iterator[zipfile.ZipFile]:
    """A zip whose directory passed all checks. Raises FileProblem."""
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except ZIP_DAMAGE as error:
        raise Damaged(str(error)[:200], kind=kind) from error
    with archive:
        check(archive, limits=limits, kind=kind)
        yield archive


def check(archive: zipfile.ZipFile, *, limits: Limits, kind: str) -> None:
    """Judge the directory: number, claimed sizes, ratio, passwords, names."""
    infos = archive.infolist()
    if len(infos) > limits.entries:
        raise TooManyPages(f"{len(infos)} entries", kind=kind)
    total = sum(info.file_size for info in infos)
    if total > limits.unpacked:
        raise ArchiveBomb(f"{total} bytes unpacked", kind=kind)
    for info in infos:
        if info.flag_bits & _ENCRYPTED_FLAG:
            raise Encrypted(kind=kind)
        packed = max(1, info.compress_size)
        if info.file_size > _SMALL and info.file_size / packed > limits.ratio:
            raise ArchiveBomb(f"1:{info.file_size // packed}", kind=kind)
        if kind == "zip":
            _check_path(info, kind=kind)


def _check_path(info: zipfile.ZipInfo, *, kind: str) -> None:
    name = name_of(info).replace("\\", "/")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise ArchivePath(f"link: {name[:100]}", kind=kind)
    if "\x00" in name or name.startswith("/") or _DRIVE.match(name):
        raise ArchivePath(name[:100], kind=kind)
    if ".." in posixpath.normpath(name).split("/") or ".." in name.split("/"):
        raise ArchivePath(name[:100], kind=kind)


def name_of(info: zipfile.ZipInfo) -> str:
    """The member's name: UTF-8 where marked or valid, else GB18030, as Chinese archivers write."""
    if info.flag_bits & _UTF8_FLAG:
        return info.filename
    try:
        raw = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


class Budget:
    """Bytes that may still be unpacked, over all members, whatever their headers claim."""

    def __init__(self, limits: Limits, *, kind: str) -> None:
        self.left = limits.unpacked
        self.kind = kind

    def read(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo | str) -> bytes:
        """A member's bytes. Raises ArchiveBomb, Damaged or Encrypted; ``KeyError`` if absent."""
        pieces: list[bytes] = []
        try:
            with archive.open(info) as stream:
                while piece := stream.read(_CHUNK):
                    self.left -= len(piece)
                    if self.left < 0:
                        raise ArchiveBomb("more than announced", kind=self.kind)
                    pieces.append(piece)
        except KeyError:
            raise
        except ZIP_DAMAGE as error:
            raise Damaged(str(error)[:200], kind=self.kind) from error
        except RuntimeError as error:  # "password required"
            raise Encrypted(str(error)[:100], kind=self.kind) from error
        return b"".join(pieces)


def parse_xml(data: bytes, *, kind: str) -> etree._Element:
    """The root of an XML part. A document type is refused: no office format needs one."""
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data:
        raise HostileXml("document type", kind=kind)
    try:
        root = etree.fromstring(data, etree.XMLParser(**_PARSER_OPTIONS))
    except etree.XMLSyntaxError as error:
        raise Damaged(str(error)[:200], kind=kind) from error
    if root is None or root.getroottree().docinfo.doctype:
        raise HostileXml("document type", kind=kind)
    return root


def local(element: etree._Element) -> str:
    """The tag without its namespace ("" for comments and the like)."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: etree._Element, name: str) -> str | None:
    """An attribute by its local name."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return None
