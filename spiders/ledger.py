"""What a spider asks of the outside: which links are known, and where to report failures.

The crawler gives a ledger that keeps this in the database (the crash-safe frontier); without
one, a spider uses ``MemoryLedger`` and knows nothing of earlier runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from pipelines.urls import url_key
from spiders.rows import ListRow

Role = Literal["list", "detail"]


@dataclass(frozen=True, slots=True)
class Selection:
    """The answer to one list page.

    ``fetch``: the rows to fetch now, new ones and known ones that are due for a recheck, in
    the order of the page. ``new``: how many rows were never listed before. ``ground``: the page
    is known ground, so paging may stop: every row was listed by a run that finished its listing.
    A run that died, or that ran out of budget without having reached known ground, leaves no
    ground behind, or the pages that it did not reach would never be read; only the first run of
    a source may stop at its budget and still count.
    """

    fetch: tuple[ListRow, ...]
    new: int
    ground: bool


class Ledger(Protocol):
    """Known links and failures of one source; all methods may be called at any time in a run."""

    async def pending(self) -> Sequence[ListRow]:
        """Rows that an earlier run listed and did not finish, oldest first."""
        ...

    async def filter_new(self, rows: Sequence[ListRow]) -> Selection:
        """Remember the rows of one list page (durably, before returning) and pick from them."""
        ...

    async def failed(
        self, url: str, code: str, detail: str, *, role: Role, retry: bool = True
    ) -> None:
        """A page that gave no document. ``url`` is the row's ``url`` (list: the list address).

        ``retry`` false: asking again will not help (gone, not an article).
        """
        ...


class MemoryLedger:
    """Remembers within one run only."""

    def __init__(self) -> None:
        self.known: set[str] = set()
        self.failures: list[tuple[Role, str, str]] = []

    async def pending(self) -> Sequence[ListRow]:
        return ()

    async def filter_new(self, rows: Sequence[ListRow]) -> Selection:
        fresh: list[ListRow] = []
        for row in rows:
            key = url_key(row.url)
            if key not in self.known:
                self.known.add(key)
                fresh.append(row)
        return Selection(fetch=tuple(fresh), new=len(fresh), ground=not fresh)

    async def failed(
        self, url: str, code: str, detail: str, *, role: Role, retry: bool = True
    ) -> None:
        self.failures.append((role, url, code))
