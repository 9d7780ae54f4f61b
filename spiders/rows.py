"""One row of a list page, feed, JSON answer or sitemap, before its page has been fetched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from pipelines.items import AttachmentRef, Hints

_DAYS = ("published_on", "written_on")


@dataclass(frozen=True, slots=True)
class ListRow:
    """A link with what the list said about it.

    ``url`` is the canonical address that readers open and that identifies the document;
    ``fetch_url`` is set when the text is read elsewhere (a JSON detail address).
    ``published_on`` is the publisher's calendar day, ``written_on`` the one a document bears
    (成文日期); ``published_at`` and ``modified_at`` are
    UTC and only set when the list states a time. ``body`` is HTML and means: no page needed.
    """

    url: str
    title: str = ""
    date_text: str | None = None
    published_on: date | None = None
    published_at: datetime | None = None
    modified_at: datetime | None = None
    summary: str | None = None
    doc_number: str | None = None
    issuer: str | None = None
    author: str | None = None
    external_id: str | None = None
    categories: tuple[str, ...] = ()
    fetch_url: str | None = None
    body: str | None = None
    attachments: tuple[AttachmentRef, ...] = ()
    written_on: date | None = None

    @property
    def address(self) -> str:
        """What to fetch: ``fetch_url`` when there is one, else ``url``."""
        return self.fetch_url or self.url

    def hints(self) -> Hints:
        """The part of the row that travels with the page into the pipelines."""
        return Hints(
            title=self.title or None,
            date_text=self.date_text,
            published_at=self.published_at,
            summary=self.summary,
            doc_number=self.doc_number,
            issuer=self.issuer,
            author=self.author,
            external_id=self.external_id,
            categories=self.categories,
            written_on=self.written_on,
        )

    def to_json(self) -> dict[str, Any]:
        """A JSON-able dict without empty fields, for the stored frontier."""
        # not asdict: it copies every value, and a row is written for every page
        plain = {name: value for name in _NAMES if (value := getattr(self, name))}
        if self.attachments:
            plain["attachments"] = [asdict(ref) for ref in self.attachments]
        for key in (*_DAYS, "published_at", "modified_at"):
            if key in plain:
                plain[key] = plain[key].isoformat()
        return plain

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ListRow:
        """The inverse of ``to_json``; keys of other versions are ignored."""
        names = {item.name for item in fields(cls)}
        plain = {key: value for key, value in data.items() if key in names}
        for key in _DAYS:
            if key in plain:
                plain[key] = date.fromisoformat(plain[key])
        for key in ("published_at", "modified_at"):
            if key in plain:
                plain[key] = datetime.fromisoformat(plain[key])
        if "attachments" in plain:
            plain["attachments"] = tuple(AttachmentRef(**ref) for ref in plain["attachments"])
        if "categories" in plain:
            plain["categories"] = tuple(plain["categories"])
        return cls(**plain)


_NAMES = tuple(item.name for item in fields(ListRow))


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why one row of a list was left out: ``no_link``, ``no_title``, ``bad_link`` …"""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What one list page held.

    ``matched`` counts the rows that the row selector found, before any was left out, ``repeated``
    those that led where an earlier one had led; ``next_url`` is the page's own word on the next
    page; ``children`` are the sitemaps of a sitemap index; ``cursor`` is the token that the next
    request of a cursor API needs.
    """

    rows: tuple[ListRow, ...]
    matched: int
    problems: tuple[RowProblem, ...] = ()
    skipped: int = 0
    repeated: int = 0
    next_url: str | None = None
    cursor: str | None = None
    children: tuple[str, ...] = ()
