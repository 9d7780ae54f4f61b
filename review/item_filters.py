"""The filters of the item list: from the address to storage, and back to chips and links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from review.shown import Clock, region_name
from storage.documents import DocumentFilter

REVIEW_STATES = ("new", "accepted", "rejected")
FRESH = ("new", "changed", "gone")
ORDERS = ("newest", "relevance")
_PLAIN = ("source", "label", "topic", "region", "level", "cites")


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter in force; ``drop`` are the query changes that remove it."""

    text: str
    drop: Mapping[str, None]


@dataclass(frozen=True, slots=True)
class ItemFilters:
    """What the address asks for; values that make no sense are left out. ``folded``: a search
    shows the pages of one event as one line. ``cites``: name, number or item that the rows cite."""

    q: str = ""
    state: str = ""
    fresh: str = ""
    within: int = 0
    source: str = ""
    label: str = ""
    topic: str = ""
    region: str = ""
    level: str = ""
    cites: str = ""
    since: str = ""
    until: str = ""
    order: str = "newest"
    folded: bool = True
    active: tuple[Chip, ...] = ()

    @property
    def query(self) -> dict[str, Any]:
        """The address's query for links, without the page."""
        names = ("q", "state", "fresh", "within", *_PLAIN, "since", "until")
        values: dict[str, Any] = {name: getattr(self, name) for name in names}
        values["within"] = self.within or None
        values["fold"] = "no" if self.searches and not self.folded else None
        values["order"] = self.order if self.searches and self.order != "newest" else None
        return values

    @property
    def searches(self) -> bool:
        """Whether texts are searched: by words, or for what they cite."""
        return bool(self.q or self.cites)

    @property
    def narrowed(self) -> bool:
        """Whether anything but the review state narrows the list."""
        return bool(self.q or [chip for chip in self.active if "state" not in chip.drop])


def read_filters(query: Mapping[str, str]) -> ItemFilters:
    """Read the filters; wrong values are dropped instead of raising, links may be old."""
    chosen: dict[str, Any] = {name: query.get(name, "").strip()[:200] for name in _PLAIN}
    within = query.get("within", "")
    return ItemFilters(
        q=query.get("q", "").strip()[:300],
        state=_one_of(query.get("state"), REVIEW_STATES),
        fresh=_one_of(query.get("fresh"), FRESH),
        within=int(within) if within.isascii() and within.isdigit() and len(within) < 4 else 0,
        since=_day_text(query.get("since")),
        until=_day_text(query.get("until")),
        folded=query.get("fold") != "no",
        order=_one_of(query.get("order"), ORDERS) or "newest",
        **chosen,
    )


def to_storage(filters: ItemFilters, clock: Clock) -> DocumentFilter:
    """The same filters in the words of storage. ``within`` counts whole local days back."""
    start = _day_start(clock, filters.within)
    fresh = filters.fresh
    return DocumentFilter(
        query=filters.q or None,
        source=filters.source or None,
        labels=tuple(slug for slug in (filters.label, filters.topic) if slug),
        region=filters.region or None,
        level=filters.level or None,
        review_state=filters.state or None,
        since=_day(filters.since),
        until=_day(filters.until),
        seen_since=start if fresh == "new" else None,
        changed_since=start if fresh == "changed" else None,
        revised=fresh == "changed",
        states=("gone",) if fresh == "gone" else ("live", "gone"),
    )


def chips(
    filters: ItemFilters,
    clock: Clock,
    *,
    titles: Mapping[str, str],
    sources: Mapping[str, str],
    cited_name: str = "",
) -> tuple[Chip, ...]:
    """The filters in force, in words. ``titles`` are label titles, ``sources`` source titles,
    ``cited_name`` the document that the items cite."""
    texts = clock.texts
    found: list[Chip] = []

    def add(text: str, *names: str) -> None:
        found.append(Chip(text, dict.fromkeys((*names, "page"))))

    if filters.state:
        add(texts(f"review_state.{filters.state}"), "state")
    if filters.fresh:
        told = texts(f"fresh.{filters.fresh}")
        if filters.within:
            within = texts("items.within", n=filters.within)
            told = texts("with_detail", text=told, detail=within)
        add(told, "fresh", "within")
    if filters.label:
        add(titles.get(filters.label, filters.label), "label")
    if filters.topic:
        add(titles.get(filters.topic, filters.topic), "topic")
    if filters.source:
        add(sources.get(filters.source, filters.source), "source")
    if filters.region:
        add(region_name(filters.region, texts), "region")
    if filters.level:
        add(texts.name("level", filters.level), "level")
    if cited_name:
        add(f"{texts('items.cites')} {cited_name}", "cites")
    if filters.since:
        add(f"{texts('items.since')} {filters.since}", "since")
    if filters.until:
        add(f"{texts('items.until')} {filters.until}", "until")
    return tuple(found)


def _day_start(clock: Clock, days: int) -> datetime | None:
    if not days:
        return None
    start, _ = clock.day_bounds(clock.today - timedelta(days=days), None)
    return start


def _one_of(value: str | None, allowed: tuple[str, ...]) -> str:
    return value if value in allowed else ""


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _day_text(value: str | None) -> str:
    try:
        return date.fromisoformat((value or "")[:10]).isoformat()
    except ValueError:
        return ""
