"""The rules for events in the form the store uses: pages in, links, roles and sources out.

One object serves one transaction: what was read of a page is kept until then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from pipelines.events.filing import address_key
from pipelines.events.keys import EventKeys, PageFacts, read_keys
from pipelines.events.official import OfficialTrace, trace_official
from pipelines.events.relate import TOLD_TOPIC, Link, clash, relate
from pipelines.events.topics import folded, share_in, topic_of

_ACTS = ("final", "draft", "amendment", "repeal")


class Page(Protocol):
    """What the store tells of a page."""

    @property
    def document_id(self) -> int: ...
    @property
    def url(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def doc_number(self) -> str | None: ...
    @property
    def issuing_bodies(self) -> tuple[str, ...]: ...
    @property
    def publisher(self) -> str | None: ...
    @property
    def level(self) -> str | None: ...
    @property
    def published_on(self) -> date | None: ...
    @property
    def written_on(self) -> date | None: ...
    @property
    def role(self) -> str | None: ...
    @property
    def cluster_id(self) -> int | None: ...
    @property
    def matched(self) -> frozenset[int]: ...
    @property
    def links(self) -> tuple[tuple[str, str], ...]: ...


@dataclass(slots=True)
class Rules:
    """Reads pages once and compares them."""

    _read: dict[tuple[int, bool], EventKeys] = field(default_factory=dict)

    def role(self, page: Page) -> str:
        """The role of a page in its event."""
        return self.keys(page).role

    def name(self, page: Page) -> str:
        """The name of the policy as the page prints it."""
        return self.keys(page).name

    def link(self, page: Page, other: Page) -> Link | None:
        """Why both are of one event; None when they are not."""
        mine, theirs = self.keys(page), self.keys(other)
        return relate(mine, _linking(theirs, other, mine))

    def clash(self, page: Page, other: Page) -> bool:
        """Whether both are about different policies for certain."""
        return clash(self.keys(page), self.keys(other))

    def concerns(self, page: Page, title: str, lead: str) -> bool:
        """Whether a page of this title and lead may be about the topic of ``page``: a first look
        at pages that were found by their day only."""
        mine = self.keys(page)
        if mine.words:
            pairs = topic_of(title)
            return sum(pair in mine.words for pair in pairs) >= min(2, len(pairs))
        if mine.subject is None:
            return False
        return share_in(topic_of(mine.subject.name.core), folded(f"{title}{lead}")) >= TOLD_TOPIC

    def official(self, page: Page, among: Sequence[Page]) -> OfficialTrace | None:
        """The official page of what a medium's page reports."""
        mine = self.keys(page)
        others = {
            other.document_id: self.keys(other)
            for other in among
            if other.document_id != page.document_id
        }
        for other in others.values():
            mine = _linking(mine, page, other)
        found = trace_official(mine, among=others, links=page.links)
        return found or self._same_text(mine, page, among)

    def _same_text(
        self, mine: EventKeys, page: Page, among: Sequence[Page]
    ) -> OfficialTrace | None:
        """The official page whose very text a medium reprints, whatever its headline says."""
        if mine.official or page.cluster_id is None:
            return None
        twins = [
            (other.document_id, self.keys(other))
            for other in among
            if other.cluster_id == page.cluster_id and other.document_id != page.document_id
        ]
        fitting = [(key, keys) for key, keys in twins if keys.official and keys.role in _ACTS]
        if not fitting:
            return None
        key, keys = min(fitting, key=lambda row: (row[1].role != "final", row[0]))
        return OfficialTrace(key, keys.url, "正文相同（转载）", 0.97)

    def keys(self, page: Page) -> EventKeys:
        """What was read of a page."""
        return self.keys_with(page, links=page.links)

    def keys_with(self, page: Page, *, links: tuple[tuple[str, str], ...]) -> EventKeys:
        """The same with the links of its body, where the store did not bring them along."""
        at = page.document_id, bool(links)
        if at not in self._read:
            self._read[at] = read_keys(
                PageFacts(
                    title=page.title,
                    text=page.text,
                    url=page.url,
                    doc_number=page.doc_number,
                    issuing_bodies=page.issuing_bodies,
                    publisher=page.publisher,
                    level=page.level,
                    published_on=page.published_on,
                    written_on=page.written_on,
                    links=links,
                )
            )
        return self._read[at]


def _linking(keys: EventKeys, page: Page, other: EventKeys) -> EventKeys:
    """With the link to ``other`` that the page was found by: links are stored as keys only."""
    if not other.url_key or address_key(other.url_key) not in page.matched:
        return keys
    if keys.url_key == other.url_key or other.url_key in keys.links:
        return keys
    return replace(keys, links=(*keys.links, other.url_key))
