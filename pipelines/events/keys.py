"""What a page brings to the search for its event: role, policy, numbers, links, and their keys.

Keys are signed 64-bit hashes, so that one indexed table answers "which pages know this policy".
A page is filed under its ``filed`` keys and looks for pages under its ``asked`` keys. Names of
other years or batches never share a key: the yearly editions of a notice cost no look-up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipelines.events.announce import (
    LEAD,
    ROUNDUP,
    Announcement,
    announcers,
    elsewhere,
    read_announcement,
    scopes_of,
)
from pipelines.events.filing import keys_by_days, keys_by_name
from pipelines.events.names import PolicyName
from pipelines.events.places import at_issuers, placed
from pipelines.events.references import Reference, references_of
from pipelines.events.roles import (
    OWN_ROLES,
    Role,
    explains_policy,
    is_correction,
    role_of,
)
from pipelines.events.subject import Subject, only_named, read_subject
from pipelines.fields.docnumber import compared, find_doc_numbers, normalise_doc_number
from pipelines.fields.issuers import canonical_body, place_of
from pipelines.fields.subjects import issuers_in_lead, issuers_in_title
from pipelines.items import Bulletin, CleanPage, Metadata
from pipelines.levels import OFFICIAL_LEVELS
from pipelines.urls import host_of, url_key

TEXT_READ = 3000
"""Characters of a text from which role and policy are read."""
NUMBERS_READ = 600
"""Characters in which an announcement or a foreign report prints the number of a policy."""
MOST_LINKS = 6
_ISSUED = re.compile(r"(?:印发|发布|公布|出台|下发)了?(?P<number>[^，。；\s]{2,24}号)\Z")
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
    """A page as the search for events sees it; ``subject`` is None for pages about no policy.

    ``words`` are title and lead of a report that announces an act in words of its own, "" for
    every other page, ``said`` the name they give it; ``scopes`` the place or the bodies under
    which such acts are looked for; ``site`` the place of the public body whose site it is;
    ``references`` what the page says of other policies; ``by_day`` those of ``asked`` under which
    a page of any topic may be found.
    """

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
    words: str = ""
    said: str = ""
    scopes: tuple[str, ...] = ()
    of_draft: bool = False
    site: str = ""
    references: tuple[Reference, ...] = ()
    by_day: tuple[int, ...] = ()

    @property
    def searches(self) -> bool:
        """Whether the page may belong to an event."""
        return self.subject is not None or bool(self.words)

    @property
    def is_act(self) -> bool:
        """Whether the page is the act itself at a public body."""
        return self.official and self.subject is not None and self.role in OWN_ROLES

    @property
    def day(self) -> date | None:
        """The day the page is of."""
        return self.published_on or self.written_on

    @property
    def name(self) -> str:
        """The policy as this page prints it, "" without one."""
        return self.subject.name.printed if self.subject else ""

    @property
    def numbers(self) -> frozenset[str]:
        """The number of the policy, as known to this page."""
        return _numbers(self.role, self.number, self.subject)

    @property
    def place(self) -> str:
        """The place of the policy: CN, CN-浙江, a printed place, "" when unknown."""
        return self.subject.name.place if self.subject else ""


def _numbers(role: Role, number: str | None, subject: Subject | None) -> frozenset[str]:
    cited = subject.number if subject else None
    own = number if role in OWN_ROLES or role == "full_text" else None
    return frozenset(compared(known) for known in (own, cited) if known)


def is_official(url: str, level: str | None) -> bool:
    """Whether a page stands on the site of a public body."""
    if level in OFFICIAL_LEVELS:
        return True
    return ".gov" in url and ".gov." in f".{host_of(url) or ''}."


def read_keys(page: PageFacts) -> EventKeys:
    """Everything the search for events needs of a page."""
    official = is_official(page.url, page.level)
    text = page.text[:TEXT_READ]
    subject, told = _about(page, text, official=official)
    if subject is None and told is None:
        return _about_nothing(page, official=official)
    role: Role = "interpretation" if explains_policy(page.title) else "report"
    bodies: tuple[str, ...] = page.issuing_bodies or (told.bodies if told else ())
    at = place_of(page.publisher)[1] if official and page.publisher else None
    if subject is not None:
        bodies = _bodies_of(page, subject, text) or bodies
        role = _role(page, subject, bodies, official=official)
        subject = placed(subject, page.title, text, bodies=bodies, at=at, official=official)
    issuers = tuple(dict.fromkeys(canonical_body(name, context=at) for name in bodies))
    number = normalise_doc_number(page.doc_number)
    key = url_key(page.url) if page.url else ""
    links, scopes = _links(page), _scopes(subject, told, issuers or _site(page, official=official))
    by_name = keys_by_name(
        subject,
        _numbers(role, number, subject),
        issuers=issuers,
        url_key=key,
        addresses=[*([key] if key and official else []), *links],
    )
    act = official and subject is not None and role in OWN_ROLES
    by_days = keys_by_days(scopes, _day(page), told=told is not None, act=act)
    return EventKeys(
        role=role,
        subject=subject,
        official=official,
        number=number,
        issuers=issuers,
        publisher=page.publisher,
        published_on=page.published_on,
        written_on=page.written_on,
        url=page.url,
        url_key=key,
        links=links,
        filed=tuple(dict.fromkeys((*by_name[0], *by_days[0]))),
        asked=tuple(dict.fromkeys((*by_name[1], *by_days[1]))),
        by_day=tuple(by_days[1]),
        words=told.words if told else "",
        said=told.said if told else "",
        scopes=scopes,
        of_draft=told.draft if told else subject is not None and subject.name.draft,
        site=at.path if at is not None else "",
    )


def _site(page: PageFacts, *, official: bool) -> tuple[str, ...]:
    """Whose site it is: of an act that names no issuer, its issuer."""
    return (page.publisher,) if official and page.publisher else ()


def _day(page: PageFacts) -> date | None:
    return page.published_on or page.written_on


def _role(page: PageFacts, subject: Subject, bodies: tuple[str, ...], *, official: bool) -> Role:
    return role_of(
        page.title,
        text=page.text,
        official=official,
        own=subject.own,
        draft=subject.name.draft,
        before=subject.before,
        issuers_site=at_issuers(page.publisher, bodies),
    )


def _about_nothing(page: PageFacts, *, official: bool) -> EventKeys:
    """The keys of a page about no policy: none."""
    return EventKeys(
        role="interpretation" if explains_policy(page.title) else "report",
        subject=None,
        official=official,
        number=None,
        issuers=(),
        publisher=page.publisher,
        published_on=page.published_on,
        written_on=page.written_on,
        url=page.url,
        url_key="",
    )


def _about(
    page: PageFacts, text: str, *, official: bool
) -> tuple[Subject | None, Announcement | None]:
    """The policy of a page, and what it announces in words of its own where it quotes none."""
    if is_correction(page.title):
        return None, None
    subject = read_subject(page.title, text, official=official)
    if subject is not None and subject.own:
        return subject, None
    told = read_announcement(page.title, text) if subject is None else None
    if (subject or told) and ROUNDUP.search(page.title):
        return None, None
    if subject is not None:
        return subject, None
    if told is not None and told.name is not None:
        name = told.name.at(told.place)
        cited = _numbered(page.title, "")
        number = cited.number if cited else None
        return Subject(name, own=False, number=number, loose=True), told
    subject = _numbered(page.title, text, announced=told is not None)
    if subject is None and told is not None:
        subject = only_named(text, basis=False)
    return subject, None if subject is not None else told


def _numbered(title: str, text: str, *, announced: bool = False) -> Subject | None:
    """A policy that a headline, an announcement (发布法释〔2026〕6号) or a foreign report calls by
    its number."""
    lead = text[:NUMBERS_READ] if announced or title.isascii() else ""
    if "号" not in title and "号" not in lead:
        return None
    for number in find_doc_numbers(title if "号" in title else lead):
        value = number.value
        if "〔" not in value and not value.startswith("国令"):
            continue  # 2026年第19号公告 is one of many until its issuers are known
        if "号" not in title and announced:
            before = f"{lead[: number.start]}{value}"  # 某院发布法释〔2026〕6号 is read as one
            issued = _ISSUED.search(before)
            if issued is None:
                continue
            value = issued["number"]
        return Subject(PolicyName(value, value), own=False, number=value, loose=True)
    return None


def _scopes(
    subject: Subject | None, told: Announcement | None, issuers: Sequence[str]
) -> tuple[str, ...]:
    """Where the act of a page is looked for: of acts and of reports in words of their own."""
    if told is None and (subject is None or not subject.own):
        return ()
    place = subject.name.place if subject is not None else told.place if told else ""
    bodies = (*(told.bodies if told else ()), *issuers)
    if not place or place == "CN":
        for body in bodies[:2]:
            region = place_of(body)[1]
            if region is not None and region.path != "CN":
                return (region.path,)
    return scopes_of(bodies, place)


def keys_of(item: Bulletin, page: CleanPage, metadata: Metadata) -> EventKeys:
    """The keys of a page on its way to the store."""
    keys = read_keys(
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
    references = references_of(keys, title=metadata.title, text=page.body_text)
    return replace(keys, references=references) if references else keys


def _bodies_of(page: PageFacts, subject: Subject, text: str) -> tuple[str, ...]:
    """Who issued the policy: of an act its issuers, of a report those whom it names."""
    if subject.own and page.issuing_bodies:
        return page.issuing_bodies
    named = issuers_in_title(f"{subject.before.split(' ')[0]}印发《》") if subject.before else None
    if named is None and not subject.own:
        named = issuers_in_lead(text)
    if named is None and not page.issuing_bodies and not subject.own:
        return announcers(text)[0] or elsewhere(page.title, text[:LEAD])[0]
    return named.bodies if named else page.issuing_bodies


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
