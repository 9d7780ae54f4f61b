"""Files of the articles of a crawl: fetched after the pages, read apart, linked to documents.

A file's row is written with its document, as ``listed``; so a crawl may be killed at any moment
and the next one goes on. Only where an article is a mere shell is its file fetched before the
article is stored. Nothing that happens to a file ever fails its document.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.exceptions import NotConfigured

from crawler.fetch.addon import configuration
from crawler.fetch.file_requests import facts_of, failure_of, request_for
from crawler.fetch.ledger import GONE_CODES, RecheckRule
from crawler.fetch.run_counts import NOT_THE_PAGE
from crawler.fetch.store import Store
from crawler.file_records import reading_record
from pipelines.attachments.errors import EmptyFile, OverBudget
from pipelines.items import AttachmentRef, Bulletin
from pipelines.urls import is_fetchable, url_key
from storage import attachments as rows
from storage.attachments import FileFacts, FileReading, OpenFile
from storage.blobs import BlobStore
from storage.errors import StoreError

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from sqlalchemy.orm import Session
    from twisted.python.failure import Failure

    from pipelines.attachments.model import FileText

log = logging.getLogger(__name__)

LOOK_AGAIN = timedelta(days=7)
MOST_AGAIN = 50  # stored files that one run asks for again


class AttachmentFetcher:
    """One per crawl with a database; the stages find it by ``pipelines.stages.Files``."""

    def __init__(self, crawler: Crawler) -> None:
        config = configuration(crawler.settings)
        self.crawler = crawler
        self.config = config.attachments
        self.blobs = BlobStore(config.storage.blobs)
        self.errand = crawler.settings.getdict("DIBAO_ERRAND")
        self.fetched = 0
        self.bytes = 0
        self._asked: set[int] = set()
        self._bodies: dict[str, tuple[str, FileFacts | None, tuple[str, str, bool] | None]] = {}
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="files")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        settings = crawler.settings
        wanted = configuration(settings).attachments.enabled and settings["DIBAO_DATABASE_URL"]
        errand = settings.getdict("DIBAO_ERRAND")
        if not wanted or (settings.getbool("DIBAO_DRY_RUN") and not errand):
            raise NotConfigured
        made = cls(crawler)
        crawler.signals.connect(made.closed, signals.spider_closed)
        return made

    def closed(self) -> None:
        """Let go of the reading thread."""
        self._pool.shutdown(wait=False)

    @property
    def store(self) -> Store | None:
        """The database, once the run is ours."""
        found = self.crawler.get_extension(Store)
        return found if found is not None and (found.source_id or self.errand) else None

    # shells -----------------------------------------------------------------------------

    async def fill(self, item: Bulletin, steps: Sequence[Callable[[Bulletin], None]]) -> None:
        """Give a shell the text of its main file; ``steps`` are those that read the text."""
        from pipelines.attachments.body import completed, main_file, with_file
        from pipelines.metadata import extract_metadata

        page, metadata, store = item.page, item.metadata, self.store
        if page is None or metadata is None or store is None:
            return
        ref = main_file(page, most=self.config.shell)
        if ref is None or not is_fetchable(ref.url):
            return
        try:
            found = await self._main_text(store, item, ref)
        except StoreError as error:
            log.warning("file of %s: %s", item.url, error)
            return
        if found is None or found.state != "read" or not found.text:
            return
        item.page = with_file(page, text=found.text, html=found.html, label=ref.name)
        item.metadata = completed(
            metadata,
            text=found.text,
            html=found.html,
            page=item.page,
            label=ref.name,
            extract=lambda read: extract_metadata(
                read,
                url=item.url,
                hints=replace(item.hints, date_text=None, published_at=None),
                timezone=item.timezone,
                fetched_at=item.fetched_at,
                publisher=item.publisher,
                region=item.region,
                level=item.level,
            ),
        )
        for step in steps:
            step(item)

    async def _main_text(
        self, store: Store, item: Bulletin, ref: AttachmentRef
    ) -> FileReading | None:
        """The reading of the main file: our copy while it is fresh, else the site's.

        An older reader's will do: without it the document would lose its body.
        """
        key, now = url_key(ref.url), datetime.now(UTC)
        known = await store.read(
            lambda session: rows.known_file(
                session, source_id=store.source_id, document_key=url_key(item.url), url_key=key
            )
        )
        file = known[0] if known else OpenFile(0, 0, ref.url, key, ref.name, 0)
        fresh = known is not None and known[1] is not None and now - known[1] < LOOK_AGAIN
        facts: FileFacts | None = None
        trouble: tuple[str, str, bool] | None = None
        if not (fresh and file.sha256) and (file.sha256 or self._room()):
            facts, trouble = await self._ask(store, file)
        sha256 = facts.sha256 if facts is not None else file.sha256
        self._bodies[item.url] = (key, facts, trouble)
        if sha256 is None:
            return None
        return await store.read(lambda session: rows.reading_of(session, sha256))

    async def _ask(
        self, store: Store, file: OpenFile
    ) -> tuple[FileFacts | None, tuple[str, str, bool] | None]:
        """Fetch a file now and keep it; its facts, or why not. A 304 gives neither."""
        self.fetched += 1
        try:
            response = await self.crawler.engine.download_async(request_for(file, self.config))
        except Exception as error:  # every way a download ends without a file
            return None, failure_of(error)
        if response.status == 304:
            return None, None
        try:
            return await self._keep(store, response, file), None
        except EmptyFile as error:
            return None, (error.code, "", True)

    # files of stored documents ----------------------------------------------------------

    async def stored(self, item: Bulletin) -> None:
        """Ask for the files of a document that was just saved."""
        store, page = self.store, item.page
        if store is None or page is None:
            return
        body = self._bodies.pop(item.url, None)
        keys = [url_key(ref.url) for ref in page.attachments[self.config.per_document :]]
        try:
            due = await store.write(
                lambda session: self._settle(session, store.source_id, item.url, body, keys)
            )
        except StoreError as error:
            log.warning("files of %s: %s", item.url, error)
            return
        for file in due:
            request = self._request(file)
            if request is not None:
                self.crawler.engine.crawl(request)

    def _settle(
        self,
        session: Session,
        source_id: int,
        url: str,
        body: tuple[str, FileFacts | None, tuple[str, str, bool] | None] | None,
        beyond: Sequence[str],
    ) -> list[OpenFile]:
        """Link the file that is the body, refuse those over the budget; the rest is due."""
        now = datetime.now(UTC)
        due = rows.files_due(
            session,
            source_id=source_id,
            url_key=url_key(url),
            now=now,
            again_before=now - LOOK_AGAIN,
            limit=500,
        )
        left = []
        for file in due:
            if body is not None and file.url_key == body[0]:
                _settle_body(session, file, body[1], body[2], now=now)
            elif file.url_key in beyond or not is_fetchable(file.url):
                code = OverBudget.code if file.url_key in beyond else "bad_address"
                rows.file_failed(session, file.id, code=code, detail="", retry=False, now=now)
            else:
                left.append(file)
        return left

    async def pending(self) -> list[Request]:
        """Requests for what earlier crawls of this source, or what an errand names, left open."""
        store = self.store
        if store is None:
            return []
        chosen = self.errand or {"source_id": store.source_id}
        found = await store.read(
            lambda session: rows.open_files(
                session,
                source_id=chosen.get("source_id"),
                document_id=chosen.get("document_id"),
                now=datetime.now(UTC),
                limit=self.config.per_run,
            )
        )
        if not self.errand:
            found += await self._to_recheck(store)
        return [request for file in found if (request := self._request(file)) is not None]

    async def _to_recheck(self, store: Store) -> list[OpenFile]:
        """Files of recent documents: their pages may answer "not modified" while they change."""
        rule = RecheckRule.of_spec(getattr(self.crawler.spider, "spec", None))
        return await store.read(
            lambda session: rows.files_to_recheck(
                session,
                source_id=store.source_id,
                seen_since=datetime.now(UTC) - rule.during,
                checked_before=datetime.now(UTC) - LOOK_AGAIN,
                limit=MOST_AGAIN,
            )
        )

    def _room(self) -> bool:
        return self.fetched < self.config.per_run and self.bytes < int(self.config.run_size)

    def _request(self, file: OpenFile) -> Request | None:
        """None when this run asked already or its budget is used up: it stays listed."""
        if file.id in self._asked or not self._room() or not is_fetchable(file.url):
            return None
        self._asked.add(file.id)
        self.fetched += 1
        return request_for(file, self.config, callback=self.arrived, errback=self.missed)

    async def arrived(self, response: Response, file: OpenFile) -> None:
        """Keep a file, read it, link it."""
        store = self.store
        if store is None:
            return
        now = datetime.now(UTC)
        try:
            if response.status == 304:
                await store.write(lambda session: rows.file_unchanged(session, file.id, now=now))
                return
            facts = await self._keep(store, response, file)
            kind = await self._media_type(store, facts)
            await store.write(
                lambda session: rows.link_file(session, file.id, facts, media_type=kind, now=now)
            )
        except EmptyFile as error:
            await self._note(file, error.code, "", retry=True)
        except StoreError as error:
            log.warning("file %s: %s", file.url, error)

    async def missed(self, failure: Failure) -> None:
        """A request that brought no file: a named state, never a failed document."""
        file: OpenFile = failure.request.meta["file"]  # type: ignore[attr-defined]
        code, detail, retry = failure_of(failure.value or RuntimeError("no answer"))
        log.info("no file (%s) %s: %s", code, file.url, detail)
        await self._note(file, code, detail, retry=retry)

    async def _note(self, file: OpenFile, code: str, detail: str, *, retry: bool) -> None:
        store = self.store
        if store is None or code == "run_closing":
            return
        try:
            await store.write(
                lambda session: _note_failure(session, file.id, (code, detail, retry))
            )
        except StoreError as error:
            log.warning("file %s: %s", file.url, error)

    async def _keep(self, store: Store, response: Response, file: OpenFile) -> FileFacts:
        """Bytes to the blob store, their text to the database, once for each hash."""
        from pipelines.attachments.reading import READER_VERSION

        if not response.body:
            raise EmptyFile
        self.bytes += len(response.body)
        loop, limit = asyncio.get_running_loop(), int(self.config.max_size)
        body = response.body
        blob = await loop.run_in_executor(
            self._pool, lambda: self.blobs.put([body], limit=max(limit, len(body)))
        )
        fallback = file.name if "." in file.name[-6:] else file.url.rsplit("/", 1)[-1]
        facts = facts_of(response, blob, fallback=fallback)
        known = await store.read(
            lambda session: rows.reading_of(session, blob.sha256, reader_version=READER_VERSION)
        )
        if known is None:
            path = self.blobs.path_of(blob.sha256)
            text = await loop.run_in_executor(self._pool, lambda: self._read(path))
            await store.write(
                lambda session: rows.put_file(
                    session,
                    facts,
                    reading_record(text),
                    now=datetime.now(UTC),
                    reader_version=READER_VERSION,
                )
            )
        return facts

    def _read(self, path: Any) -> FileText:
        from pipelines.attachments.limited import read_limited

        return read_limited(path, limits=self.config.limits, ocr=self.config.ocr)

    async def _media_type(self, store: Store, facts: FileFacts) -> str:
        def read(session: Session) -> str:
            found = rows.stored_file(session, facts.sha256)
            return found.media_type if found is not None else "application/octet-stream"

        return await store.read(read)


class PendingFiles:
    """Spider middleware: after a crawl's own requests come the files that earlier ones left."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_start(self, start: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """What the spider asks for, then the files."""
        async for request in start:
            yield request
        fetcher = self.crawler.get_extension(AttachmentFetcher)
        if fetcher is None:
            return
        try:
            for request in await fetcher.pending():
                yield request
        except StoreError as error:
            log.warning("open files not read: %s", error)


def _settle_body(
    session: Session,
    file: OpenFile,
    facts: FileFacts | None,
    trouble: tuple[str, str, bool] | None,
    *,
    now: datetime,
) -> None:
    """The file that was fetched before its document: linked, found unchanged, or failed."""
    if trouble is not None:
        _note_failure(session, file.id, trouble)
    elif facts is None:
        if file.sha256 is not None:
            rows.file_unchanged(session, file.id, now=now)
    else:
        found = rows.stored_file(session, facts.sha256)
        role = "body" if found is not None and found.state == "read" else "file"
        kind = found.media_type if found is not None else "application/octet-stream"
        rows.link_file(session, file.id, facts, media_type=kind, now=now, role=role)


def _note_failure(session: Session, file_id: int, trouble: tuple[str, str, bool]) -> None:
    code, detail, retry = trouble
    rows.file_failed(
        session,
        file_id,
        code=code,
        detail=detail,
        retry=retry or code in GONE_CODES,  # pages are out before their files are
        counted=code not in NOT_THE_PAGE,
        now=datetime.now(UTC),
    )
