"""How much of an issue fits into one mail: the degrade ladder.

Gmail clips at about 100 KB of HTML, so a mail stays at or below 90,000 bytes. The rungs, in this
order: drop 也见于, shorten summaries to 60 characters, print titles only (last section first),
show fewer items per section with a link to the web page. Section headings, counts and the
footer always stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from digest.view import IssueView, Item, Section
from digest.wording import shorten

SHORT_SUMMARY = 60
_FEWER = (15, 10, 8, 6, 4, 3, 2, 1, 0)


@dataclass(frozen=True, slots=True)
class Cut:
    """What is shown. ``rung`` counts how far down the ladder this is; 0 is everything."""

    rung: int = 0
    also: bool = True
    summary_chars: int = 110
    brief_slugs: frozenset[str] = frozenset()
    limits: dict[str, int] = field(default_factory=dict)

    def shown(self, section: Section) -> tuple[Item, ...]:
        """The items of the section that are printed."""
        return section.items[: self.limits.get(section.slug, len(section.items))]

    def hidden(self, section: Section) -> int:
        """How many items of the section are only on the web page."""
        return len(section.items) - len(self.shown(section))

    def brief(self, section: Section) -> bool:
        """Whether the section prints titles only."""
        return section.brief or section.slug in self.brief_slugs

    def summary(self, item: Item) -> str:
        """The summary at the length of this rung."""
        return shorten(item.summary, chars=self.summary_chars) if item.summary else ""

    def shown_numbers(self, view: IssueView) -> frozenset[int]:
        """Numbers of all printed items."""
        return frozenset(item.number for s in view.sections for item in self.shown(s))


def everything(view: IssueView) -> Cut:
    """No cut at all: the web page."""
    longest = max((len(item.summary) for item in view.items), default=0)
    return Cut(summary_chars=max(longest, 1))


def ladder(
    view: IssueView, *, per_section: int, max_items: int, summary_chars: int
) -> Iterator[Cut]:
    """Cuts from the fullest to the barest; the caller takes the first that fits."""
    cut = Cut(summary_chars=summary_chars, limits=_limits(view, per_section, max_items))
    yield cut
    cut = replace(cut, rung=1, also=False)
    yield cut
    cut = replace(cut, rung=2, summary_chars=min(SHORT_SUMMARY, summary_chars))
    yield cut
    brief: frozenset[str] = frozenset()
    for section in reversed(view.sections):
        brief |= {section.slug}
        yield (cut := replace(cut, rung=3, brief_slugs=brief))
    for fewer in _FEWER:
        limits = _limits(view, min(per_section, fewer), max_items)
        yield (cut := replace(cut, rung=4, limits=limits))


def _limits(view: IssueView, per_section: int, max_items: int) -> dict[str, int]:
    """Items per section: the cap of the section, then the cap of the issue in section order.

    Sections of titles only may be twice as long.
    """
    left = max_items
    limits: dict[str, int] = {}
    for section in view.sections:
        cap = per_section * 2 if section.brief else per_section
        limits[section.slug] = min(len(section.items), cap, left)
        left -= limits[section.slug]
    return limits
