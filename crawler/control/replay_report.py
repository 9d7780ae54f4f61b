"""What a replay gave beside what the run stored: document by document, field by field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.labels import labels_of
from storage.models import Attachment, CrawlRun, Document, DocumentVersion, Fetch, FrontierEntry

TEXT_FIELDS = ("title", "text_sha256", "body_text")
VERSION_FIELDS = ("title", "text_sha256", "raw_sha256", "body_text", "body_html", "evidence")
DOCUMENT_FIELDS = (
    *("url", "publisher", "issuer", "issuing_bodies", "doc_number", "index_number", "doc_type"),
    *("region", "level", "lang", "original_source", "summary", "written_on", "published_on"),
    *("published_at", "effective_on", "expires_on", "comments_until", "date_confidence"),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that came out otherwise."""

    url: str
    field: str
    stored: str
    replayed: str


@dataclass(slots=True)
class Comparison:
    """``missing``: stored by the run, not given by the replay, with the error code. ``extra``:
    given by the replay, not stored by the run."""

    identical: int = 0
    differences: list[Difference] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)

    @property
    def same(self) -> bool:
        """Whether every document of the run came out again, in every field."""
        return not self.differences and not self.missing

    @property
    def different(self) -> int:
        """Documents with at least one difference."""
        return len({one.url for one in self.differences})


def compare(known: Session, scratch: Session, *, run_id: int, replay_id: int) -> Comparison:
    """Compare what run ``run_id`` read with what its replay stored in ``scratch``."""
    made = Comparison()
    run = known.get_one(CrawlRun, run_id)
    found = {
        document.url_key: (document, version)
        for document, version in scratch.execute(
            select(Document, DocumentVersion)
            .join(DocumentVersion, DocumentVersion.document_id == Document.id)
            .where(DocumentVersion.run_id == replay_id)
        )
    }
    for document, version in _stored(known, run):
        other = found.pop(document.url_key, None)
        if other is None:
            made.missing.append((document.url, _why(scratch, document.url_key)))
            continue
        own = version.run_id == run_id
        differences = list(_differences(known, scratch, (document, version), other, own=own))
        made.differences += differences
        made.identical += not differences
    made.extra = sorted(document.url for document, _ in found.values())
    return made


def _stored(session: Session, run: CrawlRun) -> Iterable[tuple[Document, DocumentVersion]]:
    """Each document that the run read, with the version that was current then."""
    read = select(Fetch.url_key).where(
        Fetch.run_id == run.id,
        Fetch.role == "detail",
        Fetch.warc_file.is_not(None),
        Fetch.error_code.is_(None),
    )
    written = select(DocumentVersion.document_id).where(DocumentVersion.run_id == run.id)
    documents = session.scalars(
        select(Document)
        .where(
            Document.source_id == run.source_id,
            Document.url_key.in_(read) | Document.id.in_(written),
        )
        .order_by(Document.id)
    ).all()
    for document in documents:
        versions = session.scalars(
            select(DocumentVersion)
            .where(DocumentVersion.document_id == document.id)
            .order_by(DocumentVersion.seq)
        ).all()
        own = [version for version in versions if version.run_id == run.id]
        earlier = [v for v in versions if v.run_id is None or v.run_id < run.id]
        if own or earlier:
            yield document, (own or earlier)[-1]


def _differences(
    known: Session,
    scratch: Session,
    stored: tuple[Document, DocumentVersion],
    replayed: tuple[Document, DocumentVersion],
    *,
    own: bool,
) -> Iterable[Difference]:
    document, version = stored
    other, other_version = replayed
    # of a page that the run found unchanged, only the text was looked at
    names = VERSION_FIELDS if own else TEXT_FIELDS
    pairs: list[tuple[str, Any, Any]] = [
        (name, getattr(version, name), getattr(other_version, name)) for name in names
    ]
    if own and version.seq == document.latest_seq:
        edited = set(document.edited or ())
        pairs += [
            (name, getattr(document, name), getattr(other, name))
            for name in DOCUMENT_FIELDS
            if name not in edited
        ]
        pairs.append(("labels", _labels(known, document.id), _labels(scratch, other.id)))
        pairs.append(("attachments", _files(known, document.id), _files(scratch, other.id)))
    for name, old, new in pairs:
        if old != new:
            yield Difference(document.url, name, _short(old), _short(new))


def _labels(session: Session, document_id: int) -> list[tuple[str, float]]:
    """What rules and models said; a person's labels are no result of reading."""
    return sorted(
        (label.slug, round(label.confidence, 6))
        for label in labels_of(session, [document_id])[document_id]
        if label.origin != "human"
    )


def _files(session: Session, document_id: int) -> list[tuple[str, str]]:
    query = select(Attachment.url, Attachment.name).where(Attachment.document_id == document_id)
    return sorted((url, name) for url, name in session.execute(query))


def _why(session: Session, url_key: str) -> str:
    """Why the replay has no document of an address."""
    code = session.scalar(
        select(FrontierEntry.error_code).where(FrontierEntry.url_key == url_key).limit(1)
    )
    return code or "not_listed"


def _short(value: Any) -> str:
    text = repr(value) if not isinstance(value, str) else value
    return text if len(text) <= 200 else f"{text[:199]}…"
