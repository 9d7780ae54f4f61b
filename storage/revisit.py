"""What another visit to a stored page says: which columns it may change, and what changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from storage.records import Compare, DocumentRecord

# Columns a page tells about itself. The days it was published or seen stay as first read: sites
# that print today's date on every visit must not make old documents new.
TOLD = (
    "title", "publisher", "issuer", "issuing_bodies", "doc_number", "index_number", "doc_type",
    "region", "level", "lang", "original_source", "summary", "written_on", "effective_on",
    "expires_on", "comments_until", "validity", "validity_by", "subject", "topic_words",
    "canonical_url",
)  # fmt: skip
_LISTS = frozenset({"issuing_bodies", "topic_words"})
FIRST_READ = ("published_on", "published_at", "date_confidence")


@dataclass(frozen=True, slots=True)
class Visit:
    """What another reading of a stored page says. ``same_page``: its bytes are as they were, so
    that what reads otherwise is the program or the source file; ``values``: columns to write."""

    new_text: bool
    same_page: bool
    changed: bool
    values: dict[str, Any]


def visit_of(found: Row[Any], previous: Any, record: DocumentRecord, *, now: datetime) -> Visit:
    """Hold a record against the stored document and its newest version (``previous``)."""
    known = previous.raw_sha256 is not None and not record.text_from_file
    same_page = bool(known and previous.raw_sha256 == record.raw_sha256)
    same_reader = previous.extractor_version == record.extractor_version
    new_text = found.latest_sha != record.text_sha256
    # A better extractor reads another title from the same page: that is no change of the page.
    told = same_reader and not same_page
    changed = new_text or (told and _new_facts(found, previous, record))
    values = _refreshed(found, record, new_text=new_text, same_reader=same_reader)
    values.update(last_seen_at=now, last_checked_at=now, gone_checks=0, gone_run_id=None)
    values.update(state="live", gone_at=None, etag=record.etag, last_modified=record.last_modified)
    return Visit(new_text, same_page, changed, values)


def _new_facts(found: Row[Any], previous: Any, record: DocumentRecord) -> bool:
    """The page calls itself otherwise, or bears another number, than at the last visit."""
    if previous.title != record.title:
        return True
    if record.doc_number is None or "doc_number" in (found.edited or ()):
        return False
    return bool(record.doc_number != found.doc_number)


def kind_of_change(
    old_text: str, record: DocumentRecord, *, visit: Visit, compare: Compare | None
) -> tuple[str, float]:
    """The kind of change, and how much of the text it is (0 to 1). What is only read otherwise is
    no news to anybody."""
    if visit.same_page:
        return "cosmetic", 0.0
    if not visit.new_text:
        return "metadata", 0.0
    return compare(old_text, record.body_text) if compare else ("content", 1.0)


def _refreshed(
    found: Row[Any], record: DocumentRecord, *, new_text: bool, same_reader: bool
) -> dict[str, Any]:
    """The columns a page may overwrite: never what a person edited, never a day first read.

    On an unchanged text a value that is missing now does not erase one that was read before.
    """
    edited = set(found.edited or ())
    values: dict[str, Any] = {}
    for name in TOLD:
        value = getattr(record, name)
        if name in _LISTS:
            value = list(value)
        if name not in edited and (new_text or value):
            values[name] = value
    for name in FIRST_READ:
        value = getattr(record, name)
        known = getattr(found, name) is not None
        if name not in edited and value is not None and not (known and same_reader):
            values[name] = value
    return values


_SEARCHED = (
    "title", "doc_number", "publisher", "issuing_bodies", "issuer", "region", "level", "doc_type",
    "published_on",
)  # fmt: skip


def searched_differs(found: Row[Any], values: dict[str, Any]) -> bool:
    """Whether new columns change what the index or a search's filters know of the document."""
    return any(name in values and values[name] != getattr(found, name) for name in _SEARCHED)
