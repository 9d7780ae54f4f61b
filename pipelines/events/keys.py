"""What a page brings to the search for its event: role, policy, numbers, links, and their keys.

Keys are signed 64-bit hashes, so that one indexed table answers "which pages know this policy".
A page is filed under its ``filed`` keys and looks for pages under its ``asked`` keys. Names of
other years or batches never share a key: the yearly editions of a notice cost no look-up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

from pipelines.events.names import read_place
from pipelines.events.roles import OWN_ROLES, Role, is_correction, role_of
from pipelines.events.subject import Subject, read_subject
from pipelines.fields.docnumber import normalise_doc_number
from pipelines.fields.issuers import canonical_body, place_of
from pipelines.fields.subjects import issuers_in_lead, issuers_in_title
from pipelines.items import Bulletin, CleanPage, Metadata
from pipelines.levels import OFFICIAL_LEVELS
from pipelines.urls import host_of, url_key

TEXT_READ = 3000
"""Characters of a text from which role and policy are read."""
MOST_LINKS = 6
_TELLING = re.compile(
    r"《|原文|全文|解读|通知|公告|办法|规定|方案|计划|意见|条例|措施|细则|政策|文件|征求|查看|详见|附件"
)
_FILE = re.compile(r"\.(?:docx?|pdf|xlsx?|wps|ofd|zip|rar|jpe?g|png|mp4)(?:\?|\Z)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageFacts:
    """A page as stored, or on its way there; days are the publisher's. ``links`` are (address,
    text) of the body; ``level`` is that of the source (none = not a public body)."""

    title: str
    text: str = ""
    url: str = ""
    doc_number: str | None = None
    issuing_bodies: tuple[str, ...] = ()
    publisher: str | None = None
    level: str | None = None
    published_on: date | None = None
    written_on: date | None = None
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class EventKeys:
    """A page as the search for events sees it; ``subject`` is None for pages about no policy."""

    role: Role
    subject: Subject | None
    official: bool
    number: str | None
    issuers: tuple[str, ...]
    publisher: str | None
    published_on: date | None
    written_on: date | None
    url: str
    url_key: str
    links: tuple[str, ...] = ()
    filed: tuple[int, ...] = ()
    asked: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The policy as this page prints it, "" without one."""
        return self.subject.name.printed if self.subject else ""

    @property
    def numbers(self) -> frozenset[str]:
        """The number of the policy, as known to this page."""
        cited = self.subject.number if self.subject else None
        own = self.number if self.role in OWN_ROLES or self.role == "full_text" else None
        return frozenset(number for number in (own, cited) if number)

    @property
    def place(self) -> str:
        """The place of the policy: CN, CN-浙江, a printed place, "" when unknown."""
        return self.subject.name.place if self.subject else ""


def is_official(url: str, level: str | None) -> bool:
    """Whether a page stands on the site of a public body."""
    return level in OFFICIAL_LEVELS or ".gov." in f".{host_of(url) or ''}."


def read_keys(page: PageFacts) -> EventKeys:
    """Everything the search for events needs of a page."""
    official = is_official(page.url, page.level)
    text = page.text[:TEXT_READ]
    subject = None
    if not is_correction(page.title):
        subject = read_subject(page.title, text, official=official)
    role: Role = "report"
    bodies: tuple[str, ...] = page.issuing_bodies
    if subject is not None:
        bodies = _bodies_of(page, subject, text)
        role = role_of(
            page.title,
            text=page.text,
            official=official,
            own=subject.own,
            draft=subject.name.draft,
            before=subject.before,
            issuers_site=_at_issuers(page.publisher, bodies),
        )
        subject = _placed(subject, bodies)
    issuers = tuple(dict.fromkeys(canonical_body(name) for name in bodies))
    key = url_key(page.url) if page.url else ""
    links = _links(page) if subject is not None else ()
    known = EventKeys(
        role=role,
        subject=subject,
        official=official,
        number=normalise_doc_number(page.doc_number),
        issuers=issuers,
        publisher=page.publisher,
        published_on=page.published_on,
        written_on=page.written_on,
        url=page.url,
        url_key=key,
        links=links,
    )
    return _with_hashes(known)


def keys_of(item: Bulletin, page: CleanPage, metadata: Metadata) -> EventKeys:
    """The keys of a page on its way to the store."""
    return read_keys(
        PageFacts(
            title=metadata.title,
            text=page.body_text[:TEXT_READ],
            url=item.url,
            doc_number=metadata.doc_number,
            issuing_bodies=metadata.issuing_bodies,
            publisher=metadata.publisher,
            level=item.level,
            published_on=metadata.published_on,
            written_on=metadata.written_on,
            links=page.links,
        )
    )


def _bodies_of(page: PageFacts, subject: Subject, text: str) -> tuple[str, ...]:
    """Who issued the policy: of an act its issuers, of a report those whom it names."""
    if subject.own and page.issuing_bodies:
        return page.issuing_bodies
    named = issuers_in_title(f"{subject.before.split(' ')[0]}印发《》") if subject.before else None
    if named is None and not subject.own:
        named = issuers_in_lead(text)
    return named.bodies if named else page.issuing_bodies


def _at_issuers(publisher: str | None, bodies: Sequence[str]) -> bool:
    """Whether the site may be an issuing body's own: nothing known says otherwise."""
    if not publisher or not bodies:
        return True
    site = canonical_body(publisher)
    names = [canonical_body(name) for name in bodies]
    return any(name.startswith(site) or site.startswith(name) for name in names)


def _placed(subject: Subject, bodies: Sequence[str]) -> Subject:
    if subject.name.place:
        return subject
    for body in bodies:
        level, region = place_of(body)
        if region is not None:
            return Subject(
                subject.name.at(region.path), subject.own, subject.number, subject.before
            )
        printed = read_place("".join(body.split()))[0] if level == "none" else ""
        if printed:
            return Subject(subject.name.at(printed), subject.own, subject.number, subject.before)
    return subject


def _links(page: PageFacts) -> tuple[str, ...]:
    """Keys of the pages that the body links to with telling words; files are none."""
    found = [
        url_key(address)
        for address, words in page.links[:60]
        if address.startswith(("http://", "https://"))
        and _TELLING.search(words)
        and not _FILE.search(address)
    ]
    return tuple(dict.fromkeys(found))[:MOST_LINKS]


def _hash(*parts: str) -> int:
    joined = "\x1f".join(parts).encode()
    return int.from_bytes(blake2b(joined, digest_size=8).digest(), "little", signed=True)


def address_key(url_key: str) -> int:
    """The key of a page's address: filed by the page itself and by the pages that link to it."""
    return _hash("url", url_key)


def _with_hashes(keys: EventKeys) -> EventKeys:
    subject = keys.subject
    if subject is None:
        return keys
    name = subject.name
    core = name.core
    if name.common:
        core = "|".join((core, name.place, keys.issuers[0] if keys.issuers else keys.url_key))
    elif name.short:
        core = f"{core}|{name.place}"
    years = ",".join(sorted(name.years))
    exact = _hash("name", core, name.batch, years)
    any_year = _hash("any", core, name.batch)
    numbers = [_hash("number", number) for number in sorted(keys.numbers)]
    addresses = [address_key(link) for link in keys.links]
    # Reports and explanations link to official pages; nothing needs the address of a report.
    own = [address_key(keys.url_key)] if keys.url_key and keys.official else []
    asked = [exact, _hash("name", core, name.batch, "")] if years else [any_year]
    return EventKeys(
        keys.role,
        subject,
        keys.official,
        keys.number,
        keys.issuers,
        keys.publisher,
        keys.published_on,
        keys.written_on,
        keys.url,
        keys.url_key,
        keys.links,
        tuple(dict.fromkeys((exact, any_year, *numbers, *own, *addresses))),
        tuple(dict.fromkeys((*asked, *numbers, *own, *addresses))),
    )
