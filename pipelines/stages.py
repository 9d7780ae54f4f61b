"""The item pipelines of Scrapy, thin over the pure functions of this package.

``Read`` 100 runs the steps (validate, clean, metadata, fingerprint, classify; ``pipelines.steps``),
``Persist`` 900 saves; without a database ``Show`` 950 stands in for it. A record that fails is
dropped with a code and never stops the others.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar, runtime_checkable

from scrapy.exceptions import DropItem, NotConfigured

from pipelines.errors import ParseError
from pipelines.group_commit import GroupCommit
from pipelines.items import Bulletin
from pipelines.saving import incoming_of, save_all
from pipelines.steps import Step, metadata_of, page_of, steps
from storage.errors import StoreError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from sqlalchemy.orm import Session

    from storage.records import SaveResult

log = logging.getLogger(__name__)

T = TypeVar("T")
GROUP = 64  # pages read and saved together when so many wait; the index queue moves as many
HELD = 0.1  # seconds after which reading lets what else waits on the loop go first
READ_LINGER = 0.05  # seconds without another page after which a group goes on
SAVE_LINGER = 0.1
TEXT_STEPS = 3  # from this step on only the text is read


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

    In a backlog ``GROUP`` pages are cleaned, then their metadata read, and so on: the code of one
    step stays in the cache, which saves a fifth and more of the line (docs/decisions/groups.md).
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
        since = time.monotonic()
        for step in self.steps:
            for place, item in enumerate(group):
                if failures[place] is None:
                    failures[place] = _failure(step, item)
                if time.monotonic() - since > HELD:
                    await asyncio.sleep(0)
                    since = time.monotonic()
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


class Persist:
    """Saves documents, several in one transaction when several wait.

    A page that comes alone is written after ``SAVE_LINGER``; in a backlog ``GROUP`` pages share a
    transaction (docs/decisions/groups.md). One bad record still stops no other.
    """

    def __init__(self, store: Store, *, files: Files | None = None) -> None:
        self.store = store
        self.files = files
        self.commits: GroupCommit[Bulletin, SaveResult] = GroupCommit(
            self._save, most=GROUP, linger=SAVE_LINGER
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
        incoming = incoming_of(group, source_id=source_id, run_id=run_id)
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
