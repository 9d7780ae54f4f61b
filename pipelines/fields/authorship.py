"""Which bodies issued a document, and the level and region that follow from them.

Every place that names issuers makes a ``Claim``; the most reliable one wins, and a claim that
names the same bodies and more (a signature of three after a table with one) completes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.fields.countries import acting_country, begins_abroad, country_of
from pipelines.fields.issuers import (
    bodies_in,
    body_from_number,
    canonical_body,
    is_national,
    is_public_body,
    looks_like_body,
    more_bodies,
    place_of,
    split_bodies,
)
from pipelines.fields.lawheader import Event
from pipelines.fields.orderhead import OrderHead
from pipelines.fields.regions import Region, locate
from pipelines.fields.signature import Signature
from pipelines.fields.subjects import Subject, issuers_in_lead, official_in_title


@dataclass(frozen=True, slots=True)
class Claim:
    """One reading of the issuers: where it stands, how far to trust it, the 等N部门 note."""

    bodies: tuple[str, ...]
    span: str
    rule: str
    confidence: float
    place: str
    start: int = -1
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Authors:
    """What a page offers for reading its issuers."""

    title: str
    titled: Subject | None
    text: str
    table: tuple[str, str] | None
    hint: str | None
    number: str | None
    partners: tuple[str, ...]
    signature: Signature | None
    adopted: Event | None
    head: OrderHead | None
    context: Region | None


def issuing_bodies(page: Authors) -> Claim | None:
    """The winning claim with official names, or None when no body is named."""
    claims = [claim for claim in _claims(page) if claim.bodies]
    if not claims:
        return None
    best = max(claims, key=lambda claim: claim.confidence)
    names = set(_official(best, page))
    for claim in claims:
        if len(claim.bodies) > len(best.bodies) and names <= set(_official(claim, page)):
            best = claim
            break
    if best.rule == "title":
        best = _more_exact(best, claims, page)
    return Claim(
        _official(best, page),
        best.span,
        best.rule,
        best.confidence,
        best.place,
        best.start,
        best.note,
    )


def _official(claim: Claim, page: Authors) -> tuple[str, ...]:
    first, *others = claim.bodies
    names = [canonical_body(first, context=page.context or _signed_place(first, page))]
    if others:
        # 厦门市工信局、市大数据局: names without a place are of the place that the first names
        context = place_of(names[0])[1] or page.context
        names += [
            canonical_body(name, context=context if name[:1] in _RANKS else page.context)
            for name in others
        ]
    return tuple(dict.fromkeys(names))


_RANKS = frozenset("省市区县州旗")


def _signed_place(name: str, page: Authors) -> Region | None:
    """省财政厅 in a title is of the place that the signature names."""
    if name[:1] not in _RANKS or page.signature is None or not page.signature.bodies:
        return None
    return place_of(page.signature.bodies[0])[1]


def _more_exact(best: Claim, claims: list[Claim], page: Authors) -> Claim:
    """The lead often gives the full names of the bodies that a headline shortens."""
    lead = next((claim for claim in claims if claim.rule == "lead"), None)
    if lead is None:
        return best
    printed, named = _official(best, page), _official(lead, page)
    if printed == named or len(printed) != len(named):
        return best
    pairs = list(zip(printed, named, strict=True))
    if all(short == full or _is_longer(short, full) for short, full in pairs):
        span, note = lead.span, best.note or lead.note
        return Claim(lead.bodies, span, "lead", best.confidence, "body", lead.start, note)
    return best


def _is_longer(short: str, full: str) -> bool:
    if len(full) > len(short) and begins_abroad(full) and short[:2] == full[:2]:
        return short[-1].isascii() or _same_ends(short, full)
    return len(full) > len(short) and (full.startswith(short) or _same_ends(short, full))


def _same_ends(short: str, full: str) -> bool:
    """Same place and same office, or all characters of the short name in their order."""
    if short[:2] != full[:2]:
        return False
    rest = iter(full)
    return short[-3:] == full[-3:] or (
        short[-1] == full[-1] and len(short) > 3 and all(char in rest for char in short)
    )


def _claims(page: Authors) -> Iterator[Claim]:
    if page.table:
        label, value = page.table
        note, cut = more_bodies(value)
        names = split_bodies(value[:cut] if cut >= 0 else value)
        if names and all(looks_like_body(name) for name in names):
            yield Claim(names, value, f"table:{label}", 0.97, "table", note=note)
    titled = page.titled
    document = bool(page.number or (page.signature and page.signature.bodies))
    # 甲协会 乙协会关于…的公告 is the title of a document, whoever issued it
    document = document or (titled is not None and titled.span.endswith("关于"))
    if titled and (document or all(is_public_body(name) for name in titled.bodies)):
        yield Claim(titled.bodies, titled.span, "title", 0.95, "title", 0, titled.note)
    if page.head is not None and page.head.bodies:
        yield Claim(page.head.bodies, page.head.span, "order_head", 0.945, "body", page.head.start)
    for signed, rule, confidence in (
        (page.signature, "signature", 0.94),
        (page.adopted, "adoption", 0.93),
    ):
        if signed is not None and signed.bodies:
            names = _as_listed(signed.bodies, page.hint)
            yield Claim(names, signed.span, rule, confidence, "body", signed.start)
    lead = issuers_in_lead(page.text)
    if lead:
        yield Claim(lead.bodies, lead.span, "lead", 0.85, "body", lead.start, lead.note)
    official = official_in_title(page.title)
    if official:
        yield Claim(official.bodies, official.span, "official", 0.84, "title", official.start)
    if page.number and (body := body_from_number(page.number)):
        yield Claim((*page.partners, body), page.number, "number", 0.8, "body")
    if page.hint:
        yield Claim(bodies_in(page.hint), page.hint, "list", 0.8, "list")


_LONGEST_NAME = 30
"""Characters of the longest name an organ signs with; more is text run together with a name."""


def _as_listed(signed: tuple[str, ...], hint: str | None) -> tuple[str, ...]:
    """The issuer of the list where a signature is that name with other words run into it."""
    listed = bodies_in(hint) if hint else ()
    if len(listed) != 1 or len(signed) != 1 or listed == signed:
        return signed
    name = signed[0]
    lead = name.removesuffix(listed[0])
    if lead == name:
        return listed if len(name) > _LONGEST_NAME else signed
    place = locate(lead)
    printed_place = lead[-1] in "省市区县州盟旗" or (place is not None and place.used == len(lead))
    part_of_name = printed_place or len(lead) < 4 or is_national(name) or looks_like_body(lead)
    return signed if part_of_name else listed


_STATE = "中华人民共和国"
_PUBLIC_ACT = re.compile(
    r"印发|发布|出台|公布|发放|开展|部署|率先|试点|力争|明确|提出|正式|推出|启动|公开征求|首个|将|拟|促进|推动|加快|支持|关于|产业|三年行动|行动计划|行动方案|条例|办法|规定|实施"
)


_OPEN_DRAFT = re.compile(
    r"\A关于(?:公开)?(?:征求|征集|对|就)?对?(?=《[^》]{2,80}(?:征求意见稿|草案))"
)
_ORGANISATION = re.compile(
    r"[\u4e00-\u9fff（）()]{0,14}(?:公司|集团|银行|大学|学院|医院|中学|交易所|协会|学会|研究院|研究所|合作组织)"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Level and region of a page, with the name they were read from."""

    level: str | None
    region: str | None
    span: str
    rule: str
    confidence: float


def standing(
    bodies: tuple[str, ...], title: str, *, context: Region | None, document: bool,
    region: str | None, level: str | None,
) -> Standing:  # fmt: skip
    """Level and region from the issuers, else from the place that a title of a public text
    begins with, else those of the source (unproven: the lowest confidence)."""
    for body in bodies:
        found, place = place_of(body, context=context)
        if found == "foreign":
            return Standing(found, country_of(body), body, "issuer", 0.95)
        if found != "none":
            return Standing(found, place.path if place else None, body, "issuer", 0.95)
    head = title if title[:2] != "关于" else _OPEN_DRAFT.sub("", title)
    head = head.removeprefix("《")
    if (code := acting_country(title)) is not None:
        return Standing("foreign", code, title, "title", 0.75)
    if document and head.startswith(_STATE) and locate(head[len(_STATE) :]) is None:
        return Standing("national", "CN", head, "title", 0.75)
    place_named = locate(head, context=context)
    if place_named is not None:
        rest = head[place_named.used :]
        ranked = head[place_named.used - 1] in "省市区县州盟旗"
        if _PUBLIC_ACT.match(rest) or (
            (ranked or document) and ((ranked and document) or not _ORGANISATION.match(rest))
        ):
            where = place_named.region
            return Standing(where.level, where.path, head[: place_named.used], "title", 0.75)
    if bodies and all(not is_public_body(body) for body in bodies):
        return Standing("none", region, bodies[0], "issuer", 0.8)
    return Standing(level, region, "", "source", 0.5)
