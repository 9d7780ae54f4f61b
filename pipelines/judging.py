"""Whether a new page is a document we already have: candidates from the store, verdict here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Protocol

from pipelines.cluster import MIN_SENTENCES, SAME_TEXT, Sketch, same_document
from pipelines.fingerprint import likeness, sentence_hashes
from pipelines.items import Bulletin, Fingerprint, Metadata


class Candidate(Protocol):
    """What the store tells of a document that may be the same one."""

    @property
    def url(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def doc_number(self) -> str | None: ...
    @property
    def issuing_bodies(self) -> tuple[str, ...]: ...
    @property
    def written_on(self) -> date | None: ...
    @property
    def published_on(self) -> date | None: ...
    @property
    def region(self) -> str | None: ...
    @property
    def text_length(self) -> int: ...
    @property
    def signature(self) -> bytes | None: ...
    @property
    def exact(self) -> bool: ...
    @property
    def shared_sentences(self) -> int: ...


def sketch_of(item: Bulletin, metadata: Metadata, keys: Fingerprint) -> Sketch:
    """The page on its way in, as the comparison sees it."""
    return Sketch(
        title=metadata.title,
        fingerprint=keys,
        doc_number=metadata.doc_number,
        issuing_bodies=metadata.issuing_bodies,
        written_on=metadata.written_on,
        published_on=metadata.published_on,
        region=metadata.region,
        url=item.url,
    )


def is_same(mine: Sketch, other: Candidate, *, read_text: Callable[[], str | None]) -> bool:
    """Whether both are one document. ``read_text`` loads the other text; asked for only when
    shared sentences, not the signatures, must decide."""
    keys = mine.fingerprint
    if keys is None:
        return False
    signature = other.signature or b""
    theirs = Fingerprint(
        text_sha256=keys.text_sha256 if other.exact else "",
        signature=signature,
        bands=(),
        sentences=(),
        length=other.text_length,
    )
    alike = other.exact or (signature and likeness(keys.signature, signature) >= SAME_TEXT)
    if not alike and other.shared_sentences >= MIN_SENTENCES:
        theirs = replace(theirs, sentences=sentence_hashes(read_text() or ""))
    sketch = Sketch(
        title=other.title,
        fingerprint=theirs,
        doc_number=other.doc_number,
        issuing_bodies=other.issuing_bodies,
        written_on=other.written_on,
        published_on=other.published_on,
        region=other.region,
        url=other.url,
    )
    return same_document(mine, sketch).merges
