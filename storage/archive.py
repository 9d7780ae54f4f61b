"""The folder of captured exchanges: ``<data_dir>/warc/2026/11/20/<source>-<run>-<number>.warc.gz``.

A file that is being written ends in ``.open``; closing it syncs and renames it. Only whole records
are ever appended, so a process that is killed leaves a file that can be read up to its last one; a
record that the disk cut short is taken off again (``mend``), its bytes kept beside the file.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage.errors import ArchiveUnwritable, DiskFull, StoreError
from storage.warc import Damage, Record, read_file, read_record

OPEN = ".open"
TORN = ".torn"
SUFFIX = ".warc.gz"
_LOOK_EVERY = 16 * 1024 * 1024  # bytes between two looks at the free space


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: file (relative to the folder), first byte, bytes in the file."""

    file: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Mended:
    """What was left of a file whose writer was killed: bytes kept, bytes set aside."""

    kept: int
    torn: int


class ArchiveWriter:
    """One new file; ``append`` is all that can be done to it. Not for several threads at once."""

    def __init__(self, folder: Path, name: str, *, reserve: int = 0) -> None:
        """Create the file. ``reserve``: bytes of the disk that stay free.

        Raises DiskFull or ArchiveUnwritable.
        """
        self.folder = folder
        self.name = name
        self.reserve = reserve
        self.size = 0
        self.records = 0
        self.digest = hashlib.sha256()
        self._looked_at = 0
        path = folder / (name + OPEN)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._check_space()
            flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND
            self._file = os.open(path, flags, 0o640)
        except OSError as error:
            raise unwritable(error) from error

    def append(self, *members: bytes) -> list[Place]:
        """Write whole records, all or none; where each stands.

        Raises DiskFull or ArchiveUnwritable, with the file as it was.
        """
        data = b"".join(members)
        try:
            if self.size - self._looked_at >= _LOOK_EVERY:
                self._check_space()
            self._write(data)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, self.size)
            raise unwritable(error) from error
        self.digest.update(data)
        places = []
        for piece in members:
            places.append(Place(self.name, self.size, len(piece)))
            self.size += len(piece)
        self.records += len(members)
        return places

    def sync(self) -> None:
        """Have the disk keep what was written. Raises DiskFull or ArchiveUnwritable."""
        try:
            os.fsync(self._file)
        except OSError as error:
            raise unwritable(error) from error

    def close(self) -> str:
        """Sync, give the file its final name; the SHA-256 of the whole file (hex)."""
        self.sync()
        os.close(self._file)
        _rename(self.folder / (self.name + OPEN), self.folder / self.name)
        return self.digest.hexdigest()

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._file, view) :]

    def _check_space(self) -> None:
        self._looked_at = self.size
        free = shutil.disk_usage((self.folder / self.name).parent).free
        if free < self.reserve:
            raise OSError(errno.ENOSPC, f"{free} bytes free, {self.reserve} are to stay free")


def unwritable(error: OSError) -> StoreError:
    """The named error for what the system says."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"存档所在磁盘已满 / the disk for captures is full: {error}")
    return ArchiveUnwritable(f"存档写不进去 / captures cannot be written: {error}")


def file_name(*, source_key: str, run_id: int, number: int, now: datetime) -> str:
    """Path of a file below the folder. ``now`` is UTC; so are the days of the folders."""
    return f"{now:%Y/%m/%d}/{source_key}-{run_id}-{number}{SUFFIX}"


def path_of(folder: Path, name: str) -> Path | None:
    """The file of a stored name, finished or open; None if it is gone or no name of ours."""
    if not name or name.startswith("/") or ".." in name.split("/") or "\\" in name:
        return None
    for path in (folder / name, folder / (name + OPEN)):
        if path.is_file():
            return path
    return None


def record_at(folder: Path, name: str, offset: int) -> Record | Damage | None:
    """The record at a stored place; None if the file is gone. Raises OSError."""
    path = path_of(folder, name)
    return None if path is None else read_record(path, offset)


def files_in(folder: Path) -> list[str]:
    """The names of all files of the folder, oldest first; open ones by their later name."""
    if not folder.is_dir():
        return []
    found = {str(path.relative_to(folder)) for path in folder.rglob(f"*{SUFFIX}")}
    still_open = folder.rglob(f"*{SUFFIX}{OPEN}")
    found |= {str(path.relative_to(folder)).removesuffix(OPEN) for path in still_open}
    return sorted(found)


def mend(folder: Path, name: str) -> Mended | None:
    """Finish a file whose writer is gone: cut it behind its last whole record, rename it.

    What is cut off stays beside it as ``.torn``. None: no such open file. Raises OSError.
    """
    path = folder / (name + OPEN)
    if not path.is_file():
        return None
    end = 0
    for found in read_file(path):
        if isinstance(found, Record):
            end = found.offset + found.length
    size = path.stat().st_size
    with path.open("r+b") as file:
        if end < size:
            file.seek(end)
            (folder / (name + TORN)).write_bytes(file.read())
            file.truncate(end)
        os.fsync(file.fileno())
    _rename(path, folder / name)
    return Mended(kept=end, torn=size - end)


def file_digest(path: Path) -> str:
    """SHA-256 of a whole file (hex). Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _rename(old: Path, new: Path) -> None:
    old.rename(new)
    folder = os.open(new.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
