"""What happens to a bulletin before it is stored, step by step: thin, and free of any framework.

Each step sets one field and raises ``ParseError`` for a page that is not worth going on with. The
pure functions are imported when the first page comes: a crawl sends its first request sooner, and
often finds nothing new.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pipelines.errors import EmptyBody, MissingField, NotAnArticle
from pipelines.items import Bulletin, CleanPage, Fingerprint, Metadata
from pipelines.urls import is_fetchable

if TYPE_CHECKING:
    from pipelines.classify import Taxonomy
    from pipelines.classify.model import LinearModel

log = logging.getLogger(__name__)

T = TypeVar("T")
Step = Callable[[Bulletin], None]

REFUSED_FLAGS = ("challenge", "error_page", "maintenance", "login", "soft_404")


def steps(taxonomy: Path | None, *, models: Path | None = None) -> tuple[Step, ...]:
    """All steps in order; ``taxonomy`` is the operator's own file, None for the packaged one,
    ``models`` the folder of trained models."""
    return validate, clean, read_metadata, take_fingerprint, Classifier(taxonomy, models)


def validate(item: Bulletin) -> None:
    """Refuse records that no later step could read."""
    if not is_fetchable(item.url):
        raise MissingField(f"url: {item.url[:200]!r}", field="url")
    if item.fetched_at.tzinfo is None:
        raise MissingField("fetched_at has no time zone", field="fetched_at")
    if not item.content.strip():
        raise EmptyBody(url=item.url)


def clean(item: Bulletin) -> None:
    """Bytes to safe HTML and text; pages that are no article end here."""
    from pipelines.clean import clean_page
    from pipelines.decode import decode

    decoded = decode(item.content, header_charset=item.charset, meta_scan=item.media == "html")
    page = clean_page(decoded, url=item.url, layouts=item.layouts, hints=item.hints, lang=item.lang)
    for flag in REFUSED_FLAGS:
        if flag in page.flags:
            raise NotAnArticle(state=flag, url=item.url)
    pictured = "scanned" in page.flags
    if not page.body_text.strip() and not page.attachments and not pictured:
        raise EmptyBody(url=item.url)
    item.page = page


def read_metadata(item: Bulletin) -> None:
    """Title, number, issuers and dates, each with evidence."""
    from pipelines.metadata import extract_metadata

    item.metadata = extract_metadata(
        page_of(item),
        url=item.url,
        hints=item.hints,
        timezone=item.timezone,
        fetched_at=item.fetched_at,
        publisher=item.publisher,
        region=item.region,
        level=item.level,
    )
    if not item.metadata.title.strip():
        raise MissingField("title", field="title", url=item.url)


def take_fingerprint(item: Bulletin) -> None:
    """Exact and near-duplicate keys of the text."""
    from pipelines.fingerprint import fingerprint

    item.fingerprint = fingerprint(page_of(item).body_text)


class Classifier:
    """Labels by the rules of the taxonomy, then by models trained from reviewed items, if any."""

    def __init__(self, path: Path | None, models: Path | None = None) -> None:
        self.path = path
        self.models = models
        self._taxonomy: Taxonomy | None = None
        self._models: tuple[LinearModel, ...] = ()

    def __call__(self, item: Bulletin) -> None:
        """Guess labels with reasons."""
        from pipelines.classify import classify, load_taxonomy

        if self._taxonomy is None:
            self._taxonomy = self._own() or load_taxonomy()
            self._models = self._trained()
        page, metadata = page_of(item), metadata_of(item)
        item.labels = classify(page, metadata, taxonomy=self._taxonomy, source_topics=item.topics)
        if self._models:
            from pipelines.classify.model import complete

            item.labels = complete(
                item.labels, models=self._models, title=metadata.title, text=page.body_text
            )

    def _own(self) -> Taxonomy | None:
        """The operator's taxonomy; one that cannot be read is no reason to lose pages."""
        from pipelines.classify import TaxonomyError, load_taxonomy

        try:
            return load_taxonomy(self.path)
        except TaxonomyError as error:
            log.error("改用随程序的分类 / using the shipped taxonomy: %s", error)
            return None

    def _trained(self) -> tuple[LinearModel, ...]:
        """The models of the folder; one that cannot be read is no reason to lose pages."""
        if self.models is None or not self.models.is_dir():
            return ()
        from pipelines.classify.model import ModelError, load_models

        try:
            return load_models(self.models)
        except ModelError as error:
            log.warning("%s", error)
            return ()


def page_of(item: Bulletin) -> CleanPage:
    """The cleaned page."""
    return _set_by("clean", item.page)


def metadata_of(item: Bulletin) -> Metadata:
    """The metadata."""
    return _set_by("read_metadata", item.metadata)


def fingerprint_of(item: Bulletin) -> Fingerprint:
    """The fingerprint."""
    return _set_by("take_fingerprint", item.fingerprint)


def _set_by(step: str, value: T | None) -> T:
    if value is None:
        raise RuntimeError(f"the step {step} has not run")
    return value
