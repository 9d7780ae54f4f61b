"""What is whole, torn, altered or missing among the captures: every digest computed again.

Three witnesses are compared: the checksum and digests inside each record, the digest, place and
length that its fetch row took down, and the SHA-256 of the whole file noted when it was closed.
Nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import archive
from storage.archive import OPEN
from storage.blanking import is_blank
from storage.blobs import BlobStore
from storage.captures import Capture, Kept
from storage.models import StoredFile
from storage.warc import Damage, Record, read_file

FileState = Literal["whole", "torn", "altered", "missing", "writing", "pruned", "erasing"]
Fault = Literal["torn", "altered", "missing", "erasing"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. ``offset`` -1: with the file as a whole."""

    fault: Fault
    offset: int
    about: str
    reason: str


@dataclass(slots=True)
class FileReport:
    """What a file is like; ``records`` counts the whole ones, ``erased`` those removed on request.

    erasing: a record was to be removed and is still there.
    """

    path: str
    run_id: int | None
    state: FileState = "whole"
    records: int = 0
    erased: int = 0
    bytes: int = 0
    sha256: str | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def bad(self) -> bool:
        """Whether something is torn, altered, missing, or was to be erased and is still there."""
        return self.state in ("torn", "altered", "missing", "erasing")


def check_file(
    path: Path,
    *,
    name: str,
    kept: Kept | None = None,
    places: Mapping[int, Capture] | None = None,
    erased: Mapping[int, bool] | None = None,
) -> FileReport:
    """Read a file through; ``kept``, ``places`` and ``erased`` are what the database says of it.

    Without the database a record that says it was erased is believed. Raises OSError.
    """
    report = FileReport(name, kept.run_id if kept is not None else None)
    report.bytes = path.stat().st_size
    expected = dict(places or {})
    for found in read_file(path):
        capture = expected.pop(found.offset, None)
        if _is_erased(report, found, erased, known=kept is not None):
            continue
        if isinstance(found, Damage):
            unfinished = path.name.endswith(OPEN) and found.offset + found.length == report.bytes
            report.problems.append(_damage(found, capture, torn=found.torn or unfinished))
            continue
        report.records += 1
        report.problems += _wrong(found, capture)
    report.problems += [
        Problem("missing", offset, capture.url, "no record begins at this place")
        for offset, capture in sorted(expected.items())
    ]
    if kept is not None and kept.active and path.name.endswith(OPEN):
        report.state = "writing"  # a record on its way looks cut off
        report.problems = [one for one in report.problems if one.fault == "altered"]
    report.sha256 = archive.file_digest(path)
    if kept is not None and kept.sha256 is not None and kept.sha256 != report.sha256:
        report.problems.append(
            Problem("altered", -1, name, "SHA-256 of the file is not the one noted at its end")
        )
    faults = {problem.fault for problem in report.problems}
    if faults == {"erasing"}:
        report.state = "erasing"
    elif faults:
        report.state = "altered" if faults - {"torn", "erasing"} else "torn"
    return report


def _is_erased(
    report: FileReport, found: Record | Damage, erased: Mapping[int, bool] | None, *, known: bool
) -> bool:
    """Count a record that was removed on request, or note that it should have been."""
    blank = is_blank(found) if isinstance(found, Record) else False
    done = (erased or {}).get(found.offset)
    if blank and known and done is None:
        reason = "says that it was erased, which nobody noted"
        report.problems.append(Problem("altered", found.offset, "", reason))
        return True
    if blank or (done and isinstance(found, Damage)):  # too short for a record of its own: zeros
        report.erased += 1
        return True
    if done is not None:
        about = found.uri if isinstance(found, Record) else found.about
        fault: Fault = "altered" if done else "erasing"
        reason = "was erased and is there again" if done else "is to be erased and still there"
        report.problems.append(Problem(fault, found.offset, about, reason))
    return False


def check_kept(
    folder: Path,
    kept: Kept,
    places: Mapping[int, Capture],
    erased: Mapping[int, bool] | None = None,
) -> FileReport:
    """A file that the database knows. Raises OSError."""
    if kept.state == "pruned":
        return FileReport(kept.path, kept.run_id, "pruned")
    path = archive.path_of(folder, kept.path)
    if path is None:
        gone = Problem("missing", -1, kept.path, "the file is not there")
        return FileReport(kept.path, kept.run_id, "missing", problems=[gone])
    return check_file(path, name=kept.path, kept=kept, places=places, erased=erased)


def strangers(folder: Path, known: set[str]) -> Iterator[tuple[str, Path]]:
    """Files of the folder that the database does not know."""
    for name in archive.files_in(folder):
        path = archive.path_of(folder, name)
        if name not in known and path is not None:
            yield name, path


def check_blobs(session: Session, blobs: BlobStore) -> Iterator[FileReport]:
    """Every stored attachment: is it there, and still the bytes that its name says?"""
    for digest in session.scalars(select(StoredFile.sha256).order_by(StoredFile.sha256)):
        path = blobs.path_of(digest)
        report = FileReport(f"blobs/{path.relative_to(blobs.folder)}", None)
        if not path.is_file():
            report.state = "missing"
            report.problems.append(Problem("missing", -1, digest, "the file is not there"))
        else:
            report.bytes = path.stat().st_size
            report.sha256 = archive.file_digest(path)
            if report.sha256 != digest:
                report.state = "altered"
                wrong = Problem("altered", -1, digest, "not the digest it is named by")
                report.problems.append(wrong)
        yield report


def _damage(found: Damage, capture: Capture | None, *, torn: bool) -> Problem:
    about = found.about or (capture.url if capture is not None else "")
    return Problem("torn" if torn else "altered", found.offset, about, found.reason)


def _wrong(record: Record, capture: Capture | None) -> Iterator[Problem]:
    about = f"{record.kind} {record.uri}".strip()
    for reason in record.problems():
        yield Problem("altered", record.offset, about, f"{reason} differs")
    if capture is None:
        return
    stated = record.fields.get("warc-payload-digest", "").removeprefix("sha256:")
    if capture.digest is not None and capture.digest != stated:
        yield Problem("altered", record.offset, about, "not the digest that the fetch took down")
    if capture.place.length != record.length:
        yield Problem("altered", record.offset, about, "not the length that the fetch took down")
