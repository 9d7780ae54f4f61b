"""Taking single records out of finished WARC files, in place: the rest stays where it is.

The bytes of a record are overwritten by a record of exactly the same length that says what it is,
so that places, lengths and digests of all others hold. Blank bytes are zeros, not compressed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from storage.warc import Record, member, new_id, read_record, written_date

ERASED = "Dibao-Erased"
_PAD = 24
_TRIES = 6


def is_blank(record: Record) -> bool:
    """Whether a record says that it was put in the place of an erased one."""
    return ERASED.lower() in record.fields


def blank_member(length: int, *, now: datetime) -> bytes:
    """A record of ``length`` bytes without content; zeros where not even its head fits."""
    fields = {
        "WARC-Type": "metadata",
        "WARC-Record-ID": new_id(),
        "WARC-Date": written_date(now),
        "Content-Type": "application/octet-stream",
        ERASED: "removed on request",
    }
    for pad in range(_PAD):  # the number of digits of a length may jump over the exact fit
        padded = {**fields, "Dibao-Padding": "x" * pad} if pad else fields
        empty = length - len(member(padded, b"", squeeze=False))
        for _ in range(_TRIES):
            if empty < 0:
                break
            made = member(padded, bytes(empty), squeeze=False)
            if len(made) == length:
                return made
            empty += length - len(made)
    return bytes(length)


def blank_records(
    path: Path, places: Iterable[tuple[int, int]], *, now: datetime
) -> list[tuple[int, int]]:
    """Overwrite records at (offset, length) and the requests behind them; all that were.

    A place that is blank already stays; the result is the same for a second call after a crash.
    Synced to disk. Raises OSError.
    """
    done: list[tuple[int, int]] = []
    with path.open("r+b") as file:
        for offset, length in places:
            behind = read_record(path, offset + length)
            _blank(file.fileno(), path, offset, length, now=now)
            done.append((offset, length))
            if isinstance(behind, Record) and (behind.kind == "request" or is_blank(behind)):
                _blank(file.fileno(), path, behind.offset, behind.length, now=now)
                done.append((behind.offset, behind.length))
        file.flush()
        os.fsync(file.fileno())
    return done


def _blank(number: int, path: Path, offset: int, length: int, *, now: datetime) -> None:
    found = read_record(path, offset)
    if isinstance(found, Record) and is_blank(found):
        return
    data = memoryview(blank_member(length, now=now))
    while data:
        written = os.pwrite(number, data, offset)
        data, offset = data[written:], offset + written
