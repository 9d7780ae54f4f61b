"""Files stored once, under the SHA-256 of their bytes.

A blob is complete before its row is written: temporary file, fsync, rename, fsync of the folder.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from storage.errors import DiskFull, StoreError


class BlobTooLarge(StoreError):
    """The file is larger than allowed; nothing of it was kept."""

    code = "blob_too_large"


@dataclass(frozen=True, slots=True)
class Blob:
    """A stored file: hex digest, size in bytes, path relative to the store's folder."""

    sha256: str
    size: int
    path: str


class BlobStore:
    """A folder of files named by their hash, two levels deep."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, chunks: Iterable[bytes], *, limit: int) -> Blob:
        """Store a stream of at most ``limit`` bytes.

        Raises BlobTooLarge or DiskFull; the temporary file is removed in every case.
        """
        incoming = self.folder / "incoming"
        incoming.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=incoming)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                digest, size = hashlib.sha256(), 0
                for chunk in chunks:
                    size += len(chunk)
                    if size > limit:
                        raise BlobTooLarge(f"文件超过 {limit} 字节 / larger than {limit} bytes")
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            return self._place(temporary, sha256=digest.hexdigest(), size=size)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull("附件目录所在磁盘已满 / the disk for files is full") from error
            raise
        finally:
            temporary.unlink(missing_ok=True)

    def _place(self, temporary: Path, *, sha256: str, size: int) -> Blob:
        path = self.path_of(sha256)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.replace(path)
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        return Blob(sha256, size, str(path.relative_to(self.folder)))

    def path_of(self, sha256: str) -> Path:
        """Where the file with this digest is or would be. ``ValueError`` if it is no digest."""
        if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
            raise ValueError(f"not a SHA-256 digest: {sha256!r}")
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def intact(self, sha256: str) -> bool:
        """True if the file exists and still has this digest."""
        path = self.path_of(sha256)
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
