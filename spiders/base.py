"""The spider all sources run on: lists, paging, budgets, known links, and one item per page.

A source's own part is its spec; the kinds differ only in how lists are asked for and read.
Requests carry ``meta["role"]`` (``resolve``, ``list`` or ``detail``) and, for details,
``meta["url_key"]``. A record that fails is counted and reported to the ledger; it never stops
the others.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from pipelines.decode import decode
from pipelines.errors import EmptyListing, LayoutChanged, NotAnArticle, ParseError
from pipelines.items import Bulletin
from pipelines.pageclass import classify_response
from pipelines.urls import url_key
from spiders.answers import (
    bulletin_of_body,
    bulletin_of_file,
    bulletin_of_page,
    charset_of,
    failure_facts,
    is_file,
    is_file_link,
    sent_home,
)
from spiders.asks import (
    Ask,
    Lane,
    Spec,
    UnresolvedPlaceholder,
    first_ask,
    lanes,
    next_ask,
    one_page,
    resolve_ask,
    resolve_values,
)
from spiders.ledger import Ledger, MemoryLedger, Role
from spiders.listed import FEWEST_DATED, meets_known, newest_days, rows_lost
from spiders.listing import read_listing
from spiders.listing.assemble import MAX_ROWS
from spiders.listing.details import read_detail
from spiders.paging import JpagePaging
from spiders.rows import Listing, ListRow
from spiders.spec import HtmlListSpec

Output = Request | Bulletin
_IDS_TEXT = 200_000
#: how sites answer for a list page beyond the last: 404 or 410, or a page that says so
ENDS = frozenset({"gone", "soft_404"})
#: list pages that a run with ``since`` may read, unless told otherwise
_ARCHIVE_PAGES = 2000


class SourceSpider(Spider):
    """Runs one source. Arguments (``-a name=value`` on the command line):

    ``pages``, ``items``: other budgets than those of the source; ``since``: read the archive
    back to this day (ISO), past known ground. ``ledger`` and ``run_id`` come from the crawler.
    """

    spec: ClassVar[Spec]
    name = "source"

    def __init__(
        self,
        name: str | None = None,
        *,
        pages: int | str | None = None,
        items: int | str | None = None,
        since: date | str | None = None,
        run_id: int | None = None,
        ledger: Ledger | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__(name or self.spec.key)
        usual = self.spec.budget.pages if since is None else _ARCHIVE_PAGES
        self.pages = int(pages) if pages is not None else usual
        self.items = int(items) if items is not None else self.spec.budget.items
        self.since = date.fromisoformat(since) if isinstance(since, str) else since
        self.run_id = run_id
        self.ledger: Ledger = ledger or MemoryLedger()
        self.clock = clock or (lambda: datetime.now(UTC))
        self._layouts = self.spec.article_layouts()
        self._zone = ZoneInfo(self.spec.timezone)
        self._opened: set[str] = set()

    @property
    def today(self) -> date:
        """The calendar day at the publisher."""
        return self.clock().astimezone(self._zone).date()

    # lists ------------------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Any]:
        """Unfinished rows of earlier runs first, then the first page of every list."""
        for row in await self.ledger.pending():
            if len(self._opened) >= self.items - self.items // 4:
                self._limit("items")  # the rest of the budget is for what is new on the lists
                break
            for output in self._open(row):
                yield output
        ask = resolve_ask(self.spec)
        if ask is not None:
            yield self.request_for(ask, self.parse_resolve, role="resolve")
            return
        async for output in self._start_lanes({}):
            yield output

    async def parse_resolve(self, response: Response) -> AsyncIterator[Output]:
        """Read the values of placeholders, then start the lists."""
        text = decode(response.body, header_charset=charset_of(response)).text
        try:
            values = resolve_values(self.spec, text)
        except UnresolvedPlaceholder as error:
            await self.list_failed(response.url, error.code, str(error))
            return
        async for output in self._start_lanes(values):
            yield output

    async def _start_lanes(self, values: dict[str, str]) -> AsyncIterator[Output]:
        for lane in lanes(self.spec, today=self.today, resolved=values):
            try:
                ask = first_ask(self.spec, lane)
            except UnresolvedPlaceholder as error:
                await self.list_failed(lane.url, error.code, str(error))
                continue
            yield self.request_for(ask, self.parse_list, role="list", lane=lane)

    async def parse_list(self, response: Response, lane: Lane) -> AsyncIterator[Output]:
        """Read one list page: rows to fetch, then the next page if there is ground to cover."""
        if response.status == 304:
            self._count("list_unchanged")
            return
        if await self._led_home(response, lane):
            return
        listing = await self._read(response, lane)
        if listing is None:
            return
        async for output in self.follow_index(listing, lane):
            yield output
        fresh = [row for row in listing.rows if url_key(row.url) not in lane.seen]
        lane.seen.update(url_key(row.url) for row in fresh)
        wanted = [row for row in fresh if not self._too_old(row)]
        self._count("too_old", len(fresh) - len(wanted))
        selection = await self.ledger.filter_new(wanted)
        self._count("new", selection.new)
        self._count("known", len(wanted) - selection.new)
        for row in selection.fetch:
            for output in self._open(row):
                yield output
        meets = bool(fresh) and (selection.ground or meets_known(wanted, selection))
        lane.met = lane.met or meets
        if len(listing.rows) >= MAX_ROWS and not lane.met:
            self._limit("unmet")
        if not self._goes_on(fresh, lane, ground=selection.ground):
            if not fresh and lane.page > 1 and not lane.met:
                self._limit("unmet")  # paging that repeats itself, or gives out
            return
        if lane.page >= self.pages:
            self._limit("pages")
            if not meets:
                self._limit("unmet")
            return
        ask = next_ask(self.spec, lane, listing, page_url=response.url)
        if ask is not None:
            lane.page += 1
            yield self.request_for(ask, self.parse_list, role="list", lane=lane)
        elif len(wanted) >= FEWEST_DATED and one_page(self.spec, lane) and not lane.met:
            self._limit("unmet")

    async def _led_home(self, response: Response, lane: Lane) -> bool:
        """Whether a list answers with the home page, whose rows are not ours (then reported)."""
        hops = response.request.meta.get("redirect_urls") if response.request else None
        if not hops or not sent_home(hops[0], response.url):
            return False
        if lane.page > 1:
            self._count("list_ended")
        else:
            await self.list_failed(hops[0], NotAnArticle.code, f"redirected to {response.url}")
        return True

    async def _read(self, response: Response, lane: Lane) -> Listing | None:
        """The rows of a list page, None after a failure (which is then reported)."""
        charset = charset_of(response)
        try:
            listing = read_listing(
                self.spec,
                response.body,
                base_url=response.url,
                charset=charset,
                today=self.today,
            )
        except ParseError as error:
            await self.list_failed(response.url, error.code, str(error))
            return None
        except Exception as error:
            self.logger.exception("list page %s", response.url)
            await self.list_failed(response.url, "parse_error", repr(error)[:300])
            return None
        if isinstance(self.spec, HtmlListSpec) and isinstance(self.spec.paging, JpagePaging):
            lane.ids_text = lane.ids_text or response.body[:_IDS_TEXT].decode("latin-1")
        self._count("list_pages")
        self._count("listed", len(listing.rows))
        self._count("listed_with_date", sum(row.published_on is not None for row in listing.rows))
        self._count("rows_skipped", listing.skipped)
        for problem in listing.problems:
            self._count(f"row_problem/{problem.code}")
        if listing.problems:
            first = listing.problems[0]
            self.logger.warning(
                "%s: %d rows left out, the first for %s (%s)",
                response.url,
                len(listing.problems),
                first.code,
                first.detail[:120],
            )
        if lost := rows_lost(listing):
            await self.list_failed(response.url, LayoutChanged.code, lost)
        expected = self.spec.expect.min_rows
        whole = lane.page == 1 and lane.index is None and not listing.children
        if whole and (days := newest_days(listing.rows, today=self.today)):
            self._note(f"days/{lane.number}", days)
        if whole and len(listing.rows) < expected:
            if not listing.rows:
                await self._empty(response, listing)
                return None
            self._count("list_short")
            self.logger.warning(
                "%s: %d rows, at least %d expected", response.url, len(listing.rows), expected
            )
        return listing

    async def _empty(self, response: Response, listing: Listing) -> None:
        """No rows at all: say whether it is a challenge, wrong fields or a redesign."""
        text = decode(response.body, header_charset=charset_of(response)).text
        state = classify_response(response.status, text, {})
        if state not in ("ok", "empty"):
            await self.list_failed(response.url, NotAnArticle.code, state)
            return
        reasons = sorted({problem.code for problem in listing.problems})
        detail = (
            f"{EmptyListing.remedy} (matched {listing.matched}, skipped {listing.skipped}"
            f"{', ' + ', '.join(reasons) if reasons else ''})"
        )
        await self.list_failed(response.url, EmptyListing.code, detail)

    async def follow_index(self, listing: Listing, lane: Lane) -> AsyncIterator[Output]:
        """Open the lists that a list of lists names; only sitemaps have such."""
        nothing: tuple[Output, ...] = ()
        for output in nothing:
            yield output

    def _goes_on(self, fresh: list[ListRow], lane: Lane, *, ground: bool) -> bool:
        """Whether more of the list is wanted: not after repeated pages or known ground."""
        if not fresh or (ground and self.since is None):
            return False
        if all(self._too_old(row) for row in fresh):
            return False
        if len(self._opened) >= self.items:
            self._limit("items")
            return False
        return True

    def _too_old(self, row: ListRow) -> bool:
        day = row.published_on or (row.modified_at.date() if row.modified_at else None)
        return day is not None and self._oldest is not None and day < self._oldest

    @property
    def _oldest(self) -> date | None:
        """Rows of earlier days are left alone: ``since``, else the source's ``max_age``."""
        if self.since is not None or self.spec.max_age is None:
            return self.since
        return self.today - self.spec.max_age

    # pages ------------------------------------------------------------------------------

    def _open(self, row: ListRow) -> Iterator[Output]:
        """The request for a row's page, or its item when no page is needed."""
        key = url_key(row.url)
        if key in self._opened:
            return
        if len(self._opened) >= self.items:
            self._limit("items")  # the row stays pending in the ledger for the next run
            return
        self._opened.add(key)
        if row.body:
            yield bulletin_of_body(self, row)
        elif is_file_link(row.address):
            yield bulletin_of_file(self, row, row.address)
        else:
            request = self.request_for(
                Ask(row.address, headers=tuple(self.spec.headers.items())),
                self.parse_detail,
                role="detail",
                row=row,
            )
            request.meta["url_key"] = key
            yield request

    async def parse_detail(self, response: Response, row: ListRow) -> AsyncIterator[Output]:
        """One page, one item; what cannot be read is reported, not raised."""
        if response.status == 304:
            self._count("detail_unchanged")
            return
        try:
            yield self._item(response, row)
        except ParseError as error:
            await self._detail_failed(row, error.code, str(error), retry=error.retry)
        except Exception as error:
            self.logger.exception("page %s", row.url)
            await self._detail_failed(row, "parse_error", repr(error)[:300], retry=False)

    def _item(self, response: Response, row: ListRow) -> Bulletin:
        if is_file(response):
            return bulletin_of_file(self, row, response.url, response=response)
        if sent_home(row.address, response.url):
            raise NotAnArticle(f"redirected to {response.url}", state="soft_404")
        if self.spec.detail is not None:
            found = read_detail(
                self.spec,
                row,
                response.body,
                charset=charset_of(response),
                today=self.today,
            )
            if found is not None:
                return bulletin_of_page(self, found.row, response, html=found.html)
            if self.spec.detail.mark is None:
                raise NotAnArticle(f"no JSON text at {self.spec.detail.body}", state="empty")
        return bulletin_of_page(self, row, response)

    # failures ---------------------------------------------------------------------------

    async def request_failed(self, failure: Failure) -> None:
        """Report a request that brought no page."""
        request: Request = failure.request  # type: ignore[attr-defined]
        code, detail, retry = failure_facts(failure.value)
        row = request.cb_kwargs.get("row")
        lane = request.cb_kwargs.get("lane")
        if row is not None:
            await self._detail_failed(row, code, detail, retry=retry)
        elif code in ENDS and isinstance(lane, Lane) and lane.page > 1:
            self._count("list_ended")  # a list of one page has no second one
        else:
            await self.list_failed(request.url, code, detail, retry=retry)

    async def list_failed(self, url: str, code: str, detail: str, *, retry: bool = True) -> None:
        self._count("list_failed")
        self._count(f"list_failed/{code}")
        self.logger.error("list failed (%s) %s: %s", code, url, detail)
        await self.ledger.failed(url, code, detail, role="list", retry=retry)

    async def _detail_failed(self, row: ListRow, code: str, detail: str, *, retry: bool) -> None:
        self._count("detail_failed")
        self._count(f"detail_failed/{code}")
        self.logger.warning("page failed (%s) %s: %s", code, row.url, detail)
        await self.ledger.failed(row.url, code, detail, role="detail", retry=retry)

    # small things -----------------------------------------------------------------------

    @property
    def layouts(self) -> tuple[Any, ...]:
        """The article layouts of the source, for the pipelines."""
        return self._layouts

    def request_for(
        self, ask: Ask, callback: Callable[..., Any], *, role: Role | str, **kwargs: Any
    ) -> Request:
        return Request(
            ask.url,
            callback=callback,
            errback=self.request_failed,
            method=ask.method,
            body=ask.body,
            headers=dict(ask.headers),
            cb_kwargs=kwargs,
            meta={"role": role, "handle_httpstatus_list": [304]},
            dont_filter=True,  # links are told apart by the ledger
        )

    def _limit(self, what: str) -> None:
        self._count(f"limit/{what}")

    def _note(self, name: str, value: object) -> None:
        if self.crawler.stats is not None:
            self.crawler.stats.set_value(f"dibao/{name}", value)

    def _count(self, name: str, count: int = 1) -> None:
        if count and self.crawler.stats is not None:
            self.crawler.stats.inc_value(f"dibao/{name}", count)
