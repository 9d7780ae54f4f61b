"""The official page behind a report: the issuing body's own page of the very document reported.

Precision before recall: a report of the draft is traced to the draft, a report of the final text
never to the draft, and without an official page the answer is None (未找到官方来源).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.events.keys import EventKeys, is_official
from pipelines.events.relate import clash, issuers_overlap, relate
from pipelines.fields.issuers import canonical_body
from pipelines.urls import url_key


@dataclass(frozen=True, slots=True)
class OfficialTrace:
    """Where the official page is: a stored document, or only its address from a link."""

    document_id: int | None
    url: str
    reason: str
    confidence: float


def needs_trace(page: EventKeys) -> bool:
    """Whether a page is a medium's and about a policy."""
    return page.searches and not page.official


def trace_official(
    page: EventKeys,
    *,
    among: Mapping[int, EventKeys],
    links: Sequence[tuple[str, str]] = (),
) -> OfficialTrace | None:
    """The official page of the document that ``page`` reports, out of the pages of its event or
    the links of its own body; None when there is none."""
    if not needs_trace(page):
        return None
    fitting = [(key, other) for key, other in among.items() if _is_source_of(other, page)]
    if fitting:
        key, best = min(fitting, key=lambda row: (*_rank(row[1], page), row[0]))
        linked = best.url_key in page.links
        link = relate(page, best)
        reason = "正文链接到该页" if linked else link.reason if link else "同一事件的发文页面"
        return OfficialTrace(key, best.url, reason, link.confidence if link else 0.9)
    return _linked_only(page, links)


def _is_source_of(other: EventKeys, page: EventKeys) -> bool:
    if not other.official or other.subject is None or clash(page, other):
        return False
    wanted = {"draft"} if page.of_draft else {"final", "amendment", "repeal"}
    linked = other.url_key in page.links
    fits = other.role in wanted or (other.role == "report" and _announces(other, page))
    return fits and (linked or relate(page, other) is not None)


def _announces(other: EventKeys, page: EventKeys) -> bool:
    """Whether ``other`` is the issuer's own announcement of the policy, on its own site."""
    if other.words or other.of_draft != page.of_draft or other.place not in ("", other.site):
        return False
    if other.issuers:
        own = canonical_body(other.publisher or "")
        return own in other.issuers
    return bool(other.site) and other.site in (other.place, page.place)


def _rank(other: EventKeys, page: EventKeys) -> tuple[bool, int, bool, date]:
    """Linked first, then the issuer's own site, then the earliest page."""
    own_site = bool(
        other.publisher and issuers_overlap((canonical_body(other.publisher),), other.issuers)
    )
    return (
        other.url_key not in page.links,
        ("final", "draft", "amendment", "repeal", "report").index(other.role),
        not own_site,
        other.published_on or date.max,
    )


def _linked_only(page: EventKeys, links: Sequence[tuple[str, str]]) -> OfficialTrace | None:
    """A link to a public body's page whose words name the very policy."""
    from pipelines.events.names import read_name

    if page.subject is None:
        return None
    for address, words in links[:60]:
        if not address.startswith(("http://", "https://")) or not is_official(address, None):
            continue
        if url_key(address) == page.url_key:
            continue
        name = read_name(words.strip("《》 ："))
        if name is not None and name.core == page.subject.name.core:
            place = page.subject.name.place
            if name.draft == page.subject.name.draft and (not name.place or name.place == place):
                return OfficialTrace(None, address, f"正文链接：{words.strip()[:60]}", 0.95)
    return None
