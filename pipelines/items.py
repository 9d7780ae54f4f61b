"""The contract between spiders and stages: one ``Bulletin`` per page, filled stage by stage.

A spider sets the first block (what was fetched and what the list row said); each stage sets
exactly one of the later fields. All datetimes are aware and in UTC unless a name says local;
calendar days (``date``) are days at the publisher.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

MediaKind = Literal["html", "fragment", "text"]
DateRole = Literal[
    "written_on", "published_on", "effective_on", "expires_on", "comments_until", "event_on"
]
LabelOrigin = Literal["rule", "model", "human"]


BODY_FROM_FILE = "body_from_attachment"
"""Flag of a page that is only a shell: its text is that of a file."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a value was read: the text span, the rule that read it, how sure it is (0..1).

    ``place`` names the area searched: ``meta``, ``table``, ``head``, ``body``, ``tail``,
    ``list``, ``url``, ``title``. ``start`` counts characters in that area's text, -1 if unknown.
    """

    field: str
    value: str
    span: str
    rule: str
    confidence: float
    place: str = "body"
    start: int = -1


@dataclass(frozen=True, slots=True)
class Hints:
    """What the list row, feed entry or JSON record said about the page (all optional)."""

    title: str | None = None
    date_text: str | None = None
    published_at: datetime | None = None
    summary: str | None = None
    doc_number: str | None = None
    issuer: str | None = None
    author: str | None = None
    external_id: str | None = None
    categories: tuple[str, ...] = ()
    written_on: date | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Selectors of one dated layout of a source; CSS, or ``xpath:`` prefixed; all optional."""

    body: str | None = None
    title: str | None = None
    date: str | None = None
    source: str | None = None
    doc_number: str | None = None
    drop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FetchFacts:
    """The HTTP facts of the fetch that brought the page."""

    status: int = 200
    sha256: str = ""
    bytes: int = 0
    elapsed_ms: int = 0
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class AttachmentRef:
    """A file linked from the body. ``media_type`` is a guess by name until it is fetched."""

    url: str
    name: str
    media_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text of a page with the encoding decision (``damage`` = share of damaged characters)."""

    text: str
    encoding: str
    reason: str
    damage: float


@dataclass(frozen=True, slots=True)
class CleanPage:
    """Result of cleaning: ``body_html`` is safe HTML, ``body_text`` one paragraph a line."""

    title: str
    body_html: str
    body_text: str
    attachments: tuple[AttachmentRef, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    images: tuple[tuple[str, str], ...] = ()
    lang: str = "zh"
    encoding: str = "utf-8"
    meta: dict[str, str] = field(default_factory=dict)
    table: dict[str, str] = field(default_factory=dict)
    head_text: str = ""
    method: str = ""
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the page says of itself. ``None`` means unknown: never guessed, never today."""

    title: str
    publisher: str | None = None
    author: str | None = None
    doc_number: str | None = None
    index_number: str | None = None
    issuing_bodies: tuple[str, ...] = ()
    written_on: date | None = None
    published_on: date | None = None
    published_at: datetime | None = None
    effective_on: date | None = None
    expires_on: date | None = None
    comments_until: date | None = None
    doc_type: str | None = None
    level: str | None = None
    region: str | None = None
    original_source: str | None = None
    validity: str | None = None
    validity_by: str | None = None
    subject: str | None = None
    topic_words: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Exact and near-duplicate keys of the body text.

    ``text_sha256`` is over the normalised text; ``bands`` are 25 signed 64-bit integers
    (MinHash 25x5); ``sentences`` are signed 64-bit hashes of the sentences; ``signature`` is
    the MinHash itself (128 x uint32, little-endian bytes) for estimating likeness.
    """

    text_sha256: str
    signature: bytes
    bands: tuple[int, ...]
    sentences: tuple[int, ...]
    length: int


@dataclass(frozen=True, slots=True)
class LabelGuess:
    """One label with its reason. ``kind`` is section, doc_type, topic, scenario or measure."""

    slug: str
    kind: str
    confidence: float
    reason: str
    origin: LabelOrigin = "rule"


@dataclass(slots=True)
class Bulletin:
    """One fetched page on its way to storage."""

    source_key: str
    url: str
    fetched_at: datetime
    content: bytes
    media: MediaKind = "html"
    charset: str | None = None
    lang: str = "zh"
    timezone: str = "Asia/Shanghai"
    publisher: str | None = None
    region: str | None = None
    level: str | None = None
    topics: tuple[str, ...] = ()
    hints: Hints = field(default_factory=Hints)
    layouts: tuple[Layout, ...] = ()
    fetch: FetchFacts = field(default_factory=FetchFacts)
    run_id: int | None = None
    # set by the stages, in this order
    page: CleanPage | None = None
    metadata: Metadata | None = None
    fingerprint: Fingerprint | None = None
    labels: tuple[LabelGuess, ...] = ()
    outcome: str | None = None
