"""From a bulletin that passed all steps to the store: its record, its duplicates, its event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipelines.items import BODY_FROM_FILE, AttachmentRef, Bulletin, Evidence, LabelGuess, Metadata
from pipelines.steps import fingerprint_of, metadata_of, page_of
from pipelines.urls import url_key
from storage.records import AttachmentRecord, DocumentRecord, LabelRecord, NearCandidate

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from pipelines.cluster import Sketch
    from pipelines.events.keys import EventKeys
    from storage.records import SaveResult

EXTRACTOR_VERSION = "1"  # raise it when the same page would be read differently


@dataclass(frozen=True, slots=True)
class Incoming:
    """A record on its way to the store."""

    record: DocumentRecord
    sketch: Sketch
    keys: EventKeys
    links: tuple[tuple[str, str], ...] = ()


def incoming_of(group: Sequence[Bulletin], *, source_id: int, run_id: int | None) -> list[Incoming]:
    """What saving needs to know of bulletins that passed all steps.

    One thing of all of them, then the next: see docs/decisions/groups.md.
    """
    from pipelines.events.keys import keys_of
    from pipelines.judging import sketch_of

    records = [document_record(item, source_id=source_id, run_id=run_id) for item in group]
    keys = [keys_of(item, page_of(item), metadata_of(item)) for item in group]
    sketches = [sketch_of(item, metadata_of(item), fingerprint_of(item)) for item in group]
    links = [page_of(item).links for item in group]
    return list(map(Incoming, records, sketches, keys, links))


def save_all(session: Session, group: Sequence[Incoming]) -> list[SaveResult]:
    """Save a group in the caller's transaction, in order."""
    from pipelines.diff import change_kind
    from pipelines.judging import is_same
    from storage.documents import save_document, write_later
    from storage.later import Later

    results, now, later = [], datetime.now(UTC), Later(session.connection())
    for incoming in group:

        def judge(other: NearCandidate, mine: Sketch = incoming.sketch) -> bool:
            return is_same(mine, other, read_text=lambda: _text_of(session, other.document_id))

        result = save_document(
            session, incoming.record, now=now, judge=judge, compare=change_kind, later=later
        )
        result = _join_pages(session, result, incoming.record, now=now)
        _join_event(session, result, incoming, connection=later.connection, now=now)
        results.append(result)
    write_later(session, later)
    return results


def _join_pages(
    session: Session, saved: SaveResult, record: DocumentRecord, *, now: datetime
) -> SaveResult:
    """A later page of an article that the site cut into pages stands beside its first page."""
    from pipelines.page_split import first_page, one_article

    first = first_page(record.url)
    if first is None or saved.outcome != "new" or saved.cluster_id is not None:
        return saved
    from storage.clusters import join_parts, page_at

    found = page_at(session, source_id=record.source_id, url_key=url_key(first))
    if found is None or saved.document_id is None or not one_article(found[1], record.title):
        return saved
    joined = join_parts(session, saved.document_id, first_id=found[0], now=now)
    if joined is None:
        return saved
    return replace(saved, duplicate_of=joined[0], cluster_id=joined[1])


def _join_event(
    session: Session,
    saved: SaveResult,
    incoming: Incoming,
    *,
    connection: Connection,
    now: datetime,
) -> None:
    """Put a new or changed page into its policy event, in the transaction that saved it."""
    if saved.document_id is None or saved.outcome not in ("new", "changed"):
        return
    from pipelines.events.official import needs_trace
    from pipelines.events.rules import Rules
    from storage.event_records import EventPage
    from storage.events import forget_keys, link_document

    keys = incoming.keys
    if saved.outcome == "changed":
        forget_keys(session, saved.document_id)
    page = EventPage(
        saved.document_id,
        filed=keys.filed,
        asked=keys.asked,
        links=incoming.links if keys.searches else (),
        cluster_id=saved.cluster_id,
        traced=needs_trace(keys) and bool(keys.links),
        references=keys.references,
        by_day=keys.by_day,
        fresh=saved.outcome == "new",
    )
    link_document(session, page, rules=Rules(), now=now, connection=connection)


def _text_of(session: Session, document_id: int) -> str | None:
    from storage.documents import latest_version

    version = latest_version(session, document_id)
    return None if version is None else version.body_text


def _plain(found: Evidence) -> dict[str, Any]:
    """``asdict`` without its deep copies: ten of these are made for every page."""
    return {
        "field": found.field,
        "value": found.value,
        "span": found.span,
        "rule": found.rule,
        "confidence": found.confidence,
        "place": found.place,
        "start": found.start,
    }


def _label_record(guess: LabelGuess) -> LabelRecord:
    return LabelRecord(guess.slug, guess.kind, guess.confidence, guess.reason, guess.origin)


def _attachment_record(ref: AttachmentRef) -> AttachmentRecord:
    return AttachmentRecord(ref.url, url_key(ref.url), ref.name, ref.media_type)


def _sureness_of_day(metadata: Metadata) -> float | None:
    found = [e.confidence for e in metadata.evidence if e.field == "published_on"]
    return max(found, default=None)


def document_record(item: Bulletin, *, source_id: int, run_id: int | None) -> DocumentRecord:
    """What the store keeps of a bulletin that passed all stages."""
    from pipelines.summary import summarise

    page, metadata, keys = page_of(item), metadata_of(item), fingerprint_of(item)
    return DocumentRecord(
        source_id=source_id,
        url=item.url,
        url_key=url_key(item.url),
        title=metadata.title,
        body_text=page.body_text,
        body_html=page.body_html,
        text_sha256=keys.text_sha256,
        text_length=keys.length,
        raw_sha256=item.fetch.sha256 or None,
        text_from_file=BODY_FROM_FILE in page.flags,
        signature=keys.signature or None,
        bands=keys.bands,
        sentences=keys.sentences,
        publisher=metadata.publisher,
        issuer=next(iter(metadata.issuing_bodies), item.hints.issuer),
        issuing_bodies=metadata.issuing_bodies,
        doc_number=metadata.doc_number,
        index_number=metadata.index_number,
        doc_type=metadata.doc_type,
        region=metadata.region,
        level=metadata.level,
        lang=page.lang,
        original_source=metadata.original_source,
        summary=item.hints.summary or summarise(page.body_text, title=metadata.title) or None,
        written_on=metadata.written_on,
        published_on=metadata.published_on,
        published_at=metadata.published_at,
        effective_on=metadata.effective_on,
        expires_on=metadata.expires_on,
        comments_until=metadata.comments_until,
        validity=metadata.validity,
        validity_by=metadata.validity_by,
        subject=metadata.subject,
        topic_words=metadata.topic_words,
        date_confidence=_sureness_of_day(metadata),
        evidence=tuple(_plain(found) for found in metadata.evidence),
        details={"encoding": page.encoding, "method": page.method, "flags": list(page.flags)},
        labels=tuple(map(_label_record, item.labels)),
        attachments=tuple(map(_attachment_record, page.attachments)),
        run_id=run_id,
        etag=item.fetch.etag,
        last_modified=item.fetch.last_modified,
        extractor_version=EXTRACTOR_VERSION,
    )
