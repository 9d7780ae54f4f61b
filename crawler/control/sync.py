"""Bringing the source rows of the database in line with the catalogue (YAML is the truth)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from crawler.config import CrawlConfig
from crawler.fetch.robots_rules import host_key
from spiders.catalogue import Catalogue, Spec, load_catalogue
from storage import sources
from storage.engine import Database
from storage.sources import SourceRecord, SyncResult


def load_sources(config: CrawlConfig) -> Catalogue:
    """The catalogue of this configuration: the packaged sources, then the operator's own."""
    folders = config.catalog_folders
    if config.packaged_catalog:
        return load_catalogue(folders)
    if not folders:
        return Catalogue({})
    return load_catalogue(folders[1:], packaged=folders[0])


def record_of(key: str, spec: Spec) -> SourceRecord:
    """What the database keeps of one spec."""
    return SourceRecord(
        key=key,
        title=spec.title,
        publisher=spec.publisher,
        region=spec.region,
        level=spec.level,
        kind=spec.kind,
        homepage=spec.homepage,
        host_group=spec.host_group,
        host=host_key(spec.first_url),
        hours=spec.hours,
        spec_hash=spec.spec_hash,
        topics=tuple(spec.topics),
        tags=tuple(spec.tags),
        status=spec.status,
        lang=spec.lang,
        timezone=spec.timezone,
        every_seconds=int(spec.every.total_seconds()),
        quiet_days=spec.expect.quiet_days,
        expect=spec.expect.model_dump(mode="json"),
    )


def sync_catalogue(db: Database, catalogue: Catalogue, *, now: datetime) -> SyncResult:
    """Insert, update and retire source rows.

    A file that has an error keeps its old row as it was: a typo must not retire a source, and a
    folder that is not there (a disk that is not mounted) must not retire all of its own.
    """
    records = [record_of(key, spec) for key, spec in sorted(catalogue.specs.items())]
    with db.writer() as session:
        keep = kept_keys(session, catalogue)
        return sources.sync_sources(session, records, now=now, keep=keep)


def kept_keys(session: Session, catalogue: Catalogue) -> frozenset[str]:
    """Sources that stay as they are, although no file that can be read defines them."""
    if any(error.is_folder for error in catalogue.errors):
        return frozenset(row.key for row in sources.list_sources(session))
    return frozenset(error.key for error in catalogue.errors)
