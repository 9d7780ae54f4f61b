"""Whose policy it is: the place of a name that bears none, and whether a site is its issuer's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipelines.events.announce import LEAD, announcers, elsewhere
from pipelines.events.names import is_enactment, read_place
from pipelines.events.subject import Subject
from pipelines.fields.issuers import canonical_body, place_of
from pipelines.fields.regions import Region

_PORTAL = "中国政府网"
_CENTRAL = ("中共中央", "国务院")
_LONGEST = 8
"""Characters of a name that many places have a law of: 住房租赁条例, but not 保障…款项支付条例."""
_LOCAL = re.compile(
    r"[本我全][省市区县州]|自治区|[省市区县州]人大|[省市区县州]政府|[省市]委|[省市]司法[厅局]"
)


def at_issuers(publisher: str | None, bodies: Sequence[str]) -> bool:
    """Whether the site may be an issuing body's own: nothing known says otherwise. The portal of
    the central government is that of State Council and Central Committee."""
    if not publisher or not bodies:
        return True
    site = canonical_body(publisher)
    names = [canonical_body(name) for name in bodies]
    if site == _PORTAL:
        return any(name.startswith(_CENTRAL) for name in names)
    return any(name.startswith(site) or site.startswith(name) for name in names)


def placed(
    subject: Subject,
    title: str,
    text: str,
    *,
    bodies: Sequence[str],
    at: Region | None,
    official: bool,
) -> Subject:
    """With the place of the issuers or of the page where the name bears none."""
    if not subject.name.place:
        subject = _by_issuers(subject, bodies)
    if subject.name.place:
        return subject
    return _by_page(subject, title, text, named=bool(bodies), at=at, official=official)


def _by_issuers(subject: Subject, bodies: Sequence[str]) -> Subject:
    for body in bodies:
        level, region = place_of(body)
        if region is not None:
            return replace(subject, name=subject.name.at(region.path))
        printed = read_place("".join(body.split()))[0] if level == "none" else ""
        if printed:
            return replace(subject, name=subject.name.at(printed))
    return subject


def _by_page(
    subject: Subject, title: str, text: str, *, named: bool, at: Region | None, official: bool
) -> Subject:
    """An act without a place is of the place of its site; a report without issuers (``named``) of
    the place that announces it. A law that media call by its bare name is the nation's: those of
    a place bear its name, unless a page speaks of 本市 or 省人大."""
    if subject.own and at is not None:
        return replace(subject, name=subject.name.at(at.path))
    if named or official:
        return subject
    lead = text[:LEAD]
    place = "" if subject.own else announcers(text)[1] or elsewhere(title, lead)[1]
    if not place and is_enactment(subject.name) and len(subject.name.core) <= _LONGEST:
        place = "" if _LOCAL.search(f"{title}{lead}") else "CN"
    return replace(subject, name=subject.name.at(place))
