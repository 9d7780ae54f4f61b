"""What the demo shows of its database: numbers and names, read after the crawls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from crawler.demo.config import Addresses
from crawler.demo.content import pages_of
from crawler.demo.families import FAMILIES
from crawler.demo.sample_site import load_sites
from crawler.demo.weeks import Weeks
from pipelines.urls import url_key
from storage.engine import Database
from storage.models import (
    Attachment,
    Cluster,
    Document,
    DocumentVersion,
    Event,
    EventMember,
    HealthEvent,
    Source,
    StoredFile,
)
from storage.models.event import EVENT_ROLES


@dataclass(frozen=True, slots=True)
class Family:
    """One text and the places that carry it: the representative's title first."""

    title: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """A policy event: its name and its pages as (role, publisher) in the order of time."""

    title: str
    pages: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """The state of the database in the words of the tour."""

    documents: int
    attachments: int
    files_read: int
    revised: tuple[str, ...]
    withdrawn: tuple[str, ...]
    families: tuple[Family, ...]
    events: tuple[Story, ...]
    alarms: tuple[str, ...]


def read_findings(db: Database) -> Findings:
    """Everything the tour tells at the end."""
    with db.reader() as session:
        revised = session.scalars(
            select(Document.title)
            .join(DocumentVersion, DocumentVersion.document_id == Document.id)
            .where(DocumentVersion.change == "content", DocumentVersion.seq > 1)
            .distinct()
            .order_by(Document.title)
        ).all()
        gone = select(Document.title).where(Document.state == "gone").order_by(Document.title)
        alarms = session.scalars(
            select(HealthEvent.summary)
            .where(HealthEvent.closed_at.is_(None))
            .order_by(HealthEvent.opened_at)
        ).all()
        return Findings(
            documents=session.scalar(select(func.count()).select_from(Document)) or 0,
            attachments=session.scalar(select(func.count()).select_from(Attachment)) or 0,
            files_read=session.scalar(_READ) or 0,
            revised=tuple(revised),
            withdrawn=tuple(session.scalars(gone)),
            families=tuple(_families(session.execute(_MEMBERS))),
            events=tuple(_stories(session.execute(_PAGES))),
            alarms=tuple(alarms),
        )


_READ = (
    select(func.count())
    .select_from(Attachment)
    .join(StoredFile, StoredFile.sha256 == Attachment.sha256)
    .where(StoredFile.state == "read")
)


_MEMBERS = (
    select(Cluster.id, Cluster.representative_id, Document.id, Document.title, Source.publisher)
    .join(Document, Document.cluster_id == Cluster.id)
    .join(Source, Source.id == Document.source_id)
    .where(Cluster.size > 1)
    .order_by(Cluster.size.desc(), Cluster.id, Document.published_on, Document.id)
)


_PAGES = (
    select(Event.id, Event.title, Document.published_on, EventMember.role, Source.publisher)
    .join(EventMember, EventMember.event_id == Event.id)
    .join(Document, Document.id == EventMember.document_id)
    .join(Source, Source.id == Document.source_id)
    .order_by(Event.size.desc(), Event.id, Document.id)
)


def _stories(rows: Iterable[tuple[int, str, date | None, str, str]]) -> list[Story]:
    """Events whose pages have different roles; reprints alone are told elsewhere."""
    pages: dict[tuple[int, str], list[tuple[date, int, str, str]]] = {}
    for event, title, day, role, publisher in rows:
        order = EVENT_ROLES.index(role)
        pages.setdefault((event, title), []).append((day or date.max, order, role, publisher))
    return [
        Story(title, tuple((role, publisher) for _, _, role, publisher in sorted(found)))
        for (_, title), found in pages.items()
        if len({row[2] for row in found} - {"full_text"}) > 1
    ]


def _families(rows: Iterable[tuple[int, int | None, int, str, str]]) -> list[Family]:
    members: dict[int, list[tuple[bool, str, str]]] = {}
    for cluster, first, document, title, publisher in rows:
        members.setdefault(cluster, []).append((document != first, title, publisher))
    found = []
    for group in members.values():
        ordered = sorted(group, key=lambda member: member[0])
        found.append(Family(ordered[0][1], tuple(place for _, _, place in ordered)))
    return found


def missing_pages(db: Database, weeks: Weeks, addresses: Addresses) -> list[str]:
    """Sample bulletins that were readable in one of the two crawls and are not stored."""
    with db.reader() as session:
        stored = set(session.scalars(select(Document.url_key)))
    wanted: dict[str, str] = {}
    for week in (1, 2):
        wanted |= _readable(weeks, addresses.sites, week=week)
    return sorted(title for key, title in wanted.items() if key not in stored)


def _readable(weeks: Weeks, bases: Mapping[str, str], *, week: int) -> dict[str, str]:
    """Key and title of every page that a reader of the lists can reach."""
    moment = weeks.seen_at(week)
    found = {}
    for site in load_sites():
        if site.redesigned and weeks.moment(site.redesigned) <= moment:
            continue  # the list that nobody can read: the demo's deliberate failure
        path_of = FAMILIES[site.family].page_path
        for page in pages_of(weeks, site.key, moment=moment):
            found[url_key(bases[site.key] + path_of(page))] = page.title
    return found
