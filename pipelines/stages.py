"""The item pipelines of Scrapy, thin over the pure functions of this package.

``Read`` 100 runs the steps (validate, clean, metadata, fingerprint, classify; ``pipelines.steps``),
``Persist`` 900 saves; without a database ``Show`` 950 stands in for it. A record that fails is
dropped with a code and never stops the others.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar, runtime_checkable

from scrapy.exceptions import DropItem, NotConfigured

from pipelines.errors import ParseError
from pipelines.group_commit import GroupCommit
from pipelines.items import AttachmentRef, Bulletin, Evidence, LabelGuess
from pipelines.steps import Step, fingerprint_of, metadata_of, page_of, steps
from pipelines.urls import url_key
from storage.errors import StoreError
from storage.records import AttachmentRecord, DocumentRecord, LabelRecord, NearCandidate

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from sqlalchemy.orm import Session

    from pipelines.cluster import Sketch
    from pipelines.events.keys import EventKeys
    from storage.records import SaveResult

log = logging.getLogger(__name__)

T = TypeVar("T")
GROUP = 16  # pages read together when so many wait
SAVED = 64  # documents saved together; as many as the index queue moves at once
READ_LINGER = 0.05  # seconds without another page after which a group goes on
SAVE_LINGER = 0.1
TEXT_STEPS = 3  # from this step on only the text is read
EXTRACTOR_VERSION = "1"  # raise it when the same page would be read differently


@runtime_checkable
class Store(Protocol):
    """The door of the crawl process to the database, as the crawler gives it."""

    source_id: int
    run_id: int | None

    async def write(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` in one write transaction. Raises StoreError."""
        ...


@runtime_checkable
class Files(Protocol):
    """The fetcher of files linked from pages, as the crawler gives it."""

    async def fill(self, item: Bulletin, steps: Sequence[Step]) -> None:
        """Give a page that is only a shell the text of its file, then run ``steps`` on it."""
        ...

    async def stored(self, item: Bulletin) -> None:
        """Fetch the files of a document that was saved."""
        ...


def files_of(crawler: Crawler) -> Files | None:
    """The fetcher of files among the extensions of a crawl; None when files are left alone."""
    return crawler.get_extension(Files)  # type: ignore[type-abstract]


def store_of(crawler: Crawler) -> Store | None:
    """The store among the extensions of a crawl; None when it runs without a database."""
    return crawler.get_extension(Store)  # type: ignore[type-abstract]


class Dropped(DropItem):
    """A record that was not kept. ``retry``: the page may be better at another time."""

    def __init__(self, code: str, detail: str, *, retry: bool = False) -> None:
        self.code = code
        self.detail = detail
        self.retry = retry
        super().__init__(f"{code}: {detail}", log_level="WARNING")


class Read:
    """Runs the steps over small groups of pages, one step at a time.

    In a backlog sixteen pages are cleaned, then their metadata read, and so on: the code of one
    step stays in the cache, which saves a fifth of the whole line (docs/decisions/groups.md).
    A page that comes alone waits ``READ_LINGER`` seconds. A page that fails is dropped with a code;
    the others of its group go on.
    """

    def __init__(
        self, taxonomy: Path | None, *, models: Path | None = None, files: Files | None = None
    ) -> None:
        self.steps = steps(taxonomy, models=models)
        self.files = files
        self.groups: GroupCommit[Bulletin, Exception | None] = GroupCommit(
            self._read, most=GROUP, linger=READ_LINGER
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        path = crawler.settings["DIBAO_TAXONOMY"]
        models = crawler.settings["DIBAO_MODELS"]
        return cls(
            Path(path) if path else None,
            models=Path(models) if models else None,
            files=files_of(crawler),
        )

    async def process_item(self, item: Any) -> Any:
        """Fill the bulletin. Raises Dropped."""
        if not isinstance(item, Bulletin):
            return item
        failure = await self.groups.put(item)
        if failure is not None:
            raise failure
        if item.page is not None and item.page.attachments and self.files is not None:
            await self.files.fill(item, self.steps[TEXT_STEPS:])
        return item

    async def _read(self, group: Sequence[Bulletin]) -> list[Exception | None]:
        failures: list[Exception | None] = [None] * len(group)
        for step in self.steps:
            for place, item in enumerate(group):
                if failures[place] is None:
                    failures[place] = _failure(step, item)
        return failures


def _failure(step: Step, item: Bulletin) -> Exception | None:
    """Run a step; what it raised, as the reason to drop the record."""
    try:
        step(item)
    except ParseError as error:
        return Dropped(error.code, str(error), retry=error.retry)
    except MemoryError as error:
        return error
    except Exception as error:
        log.exception("%s failed on %s", step, item.url)
        return Dropped("stage_failed", f"{type(error).__name__}: {error}"[:500], retry=True)
    return None


@dataclass(frozen=True, slots=True)
class Incoming:
    """A record on its way to the store."""

    record: DocumentRecord
    sketch: Sketch
    keys: EventKeys
    links: tuple[tuple[str, str], ...] = ()


def incoming_of(item: Bulletin, *, source_id: int, run_id: int | None) -> Incoming:
    """What saving needs to know of a bulletin that passed all steps."""
    from pipelines.events.keys import keys_of
    from pipelines.judging import sketch_of

    page, metadata = page_of(item), metadata_of(item)
    return Incoming(
        document_record(item, source_id=source_id, run_id=run_id),
        sketch_of(item, metadata, fingerprint_of(item)),
        keys_of(item, page, metadata),
        page.links,
    )


class Persist:
    """Saves documents, several in one transaction when several wait.

    A page that comes alone is written after ``SAVE_LINGER``; in a backlog ``SAVED`` pages share a
    transaction (docs/decisions/groups.md). One bad record still stops no other.
    """

    def __init__(self, store: Store, *, files: Files | None = None) -> None:
        self.store = store
        self.files = files
        self.commits: GroupCommit[Bulletin, SaveResult] = GroupCommit(
            self._save, most=SAVED, linger=SAVE_LINGER
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        store = store_of(crawler)
        if store is None:
            raise NotConfigured
        return cls(store, files=files_of(crawler))

    async def process_item(self, item: Any) -> Any:
        """Save; the outcome is set on the bulletin. Raises Dropped with the store's code."""
        if not isinstance(item, Bulletin):
            return item
        try:
            result = await self.commits.put(item)
        except StoreError as error:
            raise Dropped(error.code, str(error), retry=True) from error
        except Exception as error:
            log.error("saving %s failed", item.url, exc_info=error)
            raise Dropped("stage_failed", f"Persist: {error}"[:500], retry=True) from error
        duplicate = result.outcome == "new" and result.duplicate_of is not None
        item.outcome = "duplicate" if duplicate else result.outcome
        listed = bool(page_of(item).attachments)
        if listed and self.files is not None and result.outcome != "tombstoned":
            await self.files.stored(item)
        return item

    async def _save(self, group: Sequence[Bulletin]) -> list[SaveResult]:
        source_id, run_id = self.store.source_id, self.store.run_id
        incoming = [incoming_of(item, source_id=source_id, run_id=run_id) for item in group]
        return await self.store.write(lambda session: save_all(session, incoming))


class Show:
    """Stands in for Persist when there is no database: one readable record per page."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if store_of(crawler) is not None:
            raise NotConfigured
        return cls()

    def process_item(self, item: Any) -> Any:
        """A plain dict, for ``scrapy crawl <key> -O items.jsonl``."""
        if not isinstance(item, Bulletin):
            return item
        metadata, page = metadata_of(item), page_of(item)
        log.info("%s  %s  %s", metadata.published_on or "?", metadata.title, item.url)
        return {
            "url": item.url,
            "title": metadata.title,
            "published_on": metadata.published_on,
            "written_on": metadata.written_on,
            "doc_number": metadata.doc_number,
            "issuing_bodies": list(metadata.issuing_bodies),
            "publisher": metadata.publisher,
            "labels": [guess.slug for guess in item.labels],
            "attachments": [ref.url for ref in page.attachments],
            "text": page.body_text,
        }


def save_all(session: Session, group: Sequence[Incoming]) -> list[SaveResult]:
    """Save a group in the caller's transaction, in order."""
    from pipelines.diff import change_kind
    from pipelines.judging import is_same
    from storage.documents import save_document, write_later
    from storage.later import Later

    results, now, later = [], datetime.now(UTC), Later()
    for incoming in group:

        def judge(other: NearCandidate, mine: Sketch = incoming.sketch) -> bool:
            return is_same(mine, other, read_text=lambda: _text_of(session, other.document_id))

        result = save_document(
            session, incoming.record, now=now, judge=judge, compare=change_kind, later=later
        )
        result = _join_pages(session, result, incoming.record, now=now)
        _join_event(session, result, incoming, now=now)
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


def _join_event(session: Session, saved: SaveResult, incoming: Incoming, *, now: datetime) -> None:
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
    link_document(session, page, rules=Rules(), now=now)


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


def document_record(item: Bulletin, *, source_id: int, run_id: int | None) -> DocumentRecord:
    """What the store keeps of a bulletin that passed all stages."""
    from pipelines.summary import summarise

    page, metadata, keys = page_of(item), metadata_of(item), fingerprint_of(item)
    dated = [e.confidence for e in metadata.evidence if e.field == "published_on"]
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
        date_confidence=max(dated, default=None),
        evidence=tuple(_plain(found) for found in metadata.evidence),
        details={"encoding": page.encoding, "method": page.method, "flags": list(page.flags)},
        labels=tuple(map(_label_record, item.labels)),
        attachments=tuple(map(_attachment_record, page.attachments)),
        run_id=run_id,
        etag=item.fetch.etag,
        last_modified=item.fetch.last_modified,
        extractor_version=EXTRACTOR_VERSION,
    )
