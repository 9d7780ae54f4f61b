"""Values that cross the border of the document store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

Outcome = Literal["new", "changed", "unchanged", "tombstoned"]


@dataclass(frozen=True, slots=True)
class LabelRecord:
    """One label guess. ``origin`` is rule, model or human."""

    slug: str
    kind: str
    confidence: float = 1.0
    reason: str = ""
    origin: str = "rule"
    model_version: str | None = None


@dataclass(frozen=True, slots=True)
class AttachmentRecord:
    """A file linked from the body."""

    url: str
    url_key: str
    name: str
    media_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A page ready to be stored. Digests and ``url_key`` are hex; days are the publisher's.

    ``text_sha256`` is over the normalised text and decides whether the text changed; texts of
    fewer than 100 normalised characters (``text_length``) are never called duplicates by hash.
    ``bands`` are the 25 MinHash bands in order, ``sentences`` hashes, both signed 64 bit.
    ``raw_sha256`` is that of the page's bytes, from which the text is unless ``text_from_file``.
    """

    source_id: int
    url: str
    url_key: str
    title: str
    body_text: str
    text_sha256: str
    body_html: str = ""
    text_length: int = 0
    raw_sha256: str | None = None
    text_from_file: bool = False
    signature: bytes | None = None
    bands: tuple[int, ...] = ()
    sentences: tuple[int, ...] = ()
    canonical_url: str | None = None
    publisher: str | None = None
    issuer: str | None = None
    issuing_bodies: tuple[str, ...] = ()
    doc_number: str | None = None
    index_number: str | None = None
    doc_type: str | None = None
    region: str | None = None
    level: str | None = None
    lang: str = "zh"
    original_source: str | None = None
    summary: str | None = None
    written_on: date | None = None
    published_on: date | None = None
    published_at: datetime | None = None
    effective_on: date | None = None
    expires_on: date | None = None
    comments_until: date | None = None
    validity: str | None = None
    validity_by: str | None = None
    subject: str | None = None
    topic_words: tuple[str, ...] = ()
    date_confidence: float | None = None
    evidence: tuple[Mapping[str, Any], ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    labels: tuple[LabelRecord, ...] = ()
    attachments: tuple[AttachmentRecord, ...] = ()
    run_id: int | None = None
    fetch_id: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    extractor_version: str | None = None


@dataclass(frozen=True, slots=True)
class SaveResult:
    """What became of a record. ``duplicate_of`` is the document that stands for the cluster."""

    document_id: int | None
    outcome: Outcome
    version_seq: int | None = None
    duplicate_of: int | None = None
    cluster_id: int | None = None


@dataclass(frozen=True, slots=True)
class NearCandidate:
    """A stored document that may be the same text; likeness and metadata decide, not storage.

    ``exact`` means the normalised texts are equal.
    """

    document_id: int
    source_id: int
    url: str
    title: str
    publisher: str | None
    issuer: str | None
    issuing_bodies: tuple[str, ...]
    doc_number: str | None
    doc_type: str | None
    region: str | None
    level: str | None
    written_on: date | None
    published_on: date | None
    cluster_id: int | None
    text_length: int
    signature: bytes | None
    exact: bool
    shared_bands: int
    shared_sentences: int


Judge = Callable[[NearCandidate], bool]
Compare = Callable[[str, str], tuple[str, float]]
