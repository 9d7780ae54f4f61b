"""What a printed issue says, as plain strings: the same words for Word and for PDF.

Numbers and marks are those of the mail, and nothing is cut. Days carry their year, because a
file is read long after its week. Every item has a footnote with the page it rests on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from digest import phrases
from digest.view import AlsoSeen, IssueView, Item, Section, view_hash
from digest.wording import clean_line, host_label

# No issue has this day: so day_label always prints the year.
_NO_YEAR = date.min


@dataclass(frozen=True, slots=True)
class Note:
    """One page named in a footnote. ``url`` may be empty."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """A labelled line under an item: 短评, 命中, 也见于, 同一事件."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One numbered item. ``anchor`` is its bookmark, ``lang`` empty when it is the issue's."""

    number: int
    anchor: str
    title: str
    meta: str
    news: str
    summary: str
    lines: tuple[Line, ...]
    notes: tuple[Note, ...]
    lang: str


@dataclass(frozen=True, slots=True)
class Part:
    """A section with its items."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Printed:
    """A whole issue to print. ``rows`` of ``deadlines`` are day, what, title."""

    title: str
    label: str
    subtitle: str
    issued: str
    period: str
    extent: str
    intro: str
    leads: tuple[tuple[int, str], ...]
    deadlines: tuple[tuple[str, str, str], ...]
    figures: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    coverage: str
    notice: str
    imprint: str
    hash: str
    lang: str
    permit: str


def printed(view: IssueView) -> Printed:
    """The issue in words."""
    total = len(view.items)
    return Printed(
        title=view.title,
        label=view.label,
        subtitle=view.subtitle,
        issued=_day(view.issued_on),
        period=phrases.period(view),
        extent=f"{total} 条 · 约 {view.minutes} 分钟" if total else "",
        intro=view.intro,
        leads=tuple((lead.number, phrases.lead_line(lead)) for lead in view.leads),
        deadlines=tuple(
            (
                _day(entry.day),
                entry.what,
                f"{entry.title}（本期第 {entry.number} 条）" if entry.number else entry.title,
            )
            for entry in view.deadlines
        ),
        figures=tuple((figure.label, str(figure.value)) for figure in view.figures),
        parts=tuple(_part(section) for section in view.sections),
        coverage=phrases.coverage(view.coverage),
        notice=view.notice,
        imprint=" · ".join(part for part in (view.publisher, view.contact) if part),
        hash=view_hash(view)[:10],
        lang=view.lang,
        permit=phrases.permit(view),
    )


def _part(section: Section) -> Part:
    return Part(section.title, tuple(_entry(item, brief=section.brief) for item in section.items))


def _entry(item: Item, *, brief: bool) -> Entry:
    # the footnote has the whole address
    facts = [one for one in phrases.meta(item, today=_NO_YEAR) if one != host_label(item.url)]
    return Entry(
        number=item.number,
        anchor=item.anchor,
        title=phrases.titled(item),
        meta=" · ".join(facts),
        news=phrases.news(item),
        summary="" if brief else item.summary,
        lines=() if brief else tuple(_lines(item)),
        notes=tuple(_notes(item)),
        lang=item.lang,
    )


def _lines(item: Item) -> Iterable[Line]:
    if item.note:
        yield Line("短评", item.note)
    if item.touched:
        yield Line("涉及文件", phrases.touched(item))
    if item.watches or item.topics:
        yield Line("", phrases.why(item))
    if item.story:
        yield Line(f"同一事件另有 {item.story_total} 篇", _named(item.story))
    if item.also:
        more = f" 等 {item.also_total} 家" if item.also_total > len(item.also) else ""
        yield Line("也见于", f"{_named(item.also)}{more}")


def _notes(item: Item) -> Iterable[Note]:
    """The official page first; a report without one says so."""
    if item.official is None:
        yield Note(item.source, item.url)
        return
    if item.official.url:
        yield Note(f"官方来源：{item.official.name}", item.official.url)
        yield Note(f"报道：{item.source}", item.url)
    else:
        yield Note(f"未找到官方来源；报道：{item.source}", item.url)


def _named(pages: Iterable[AlsoSeen]) -> str:
    return "、".join(clean_line(page.name) for page in pages)


def _day(value: date) -> str:
    return phrases.day(value, today=_NO_YEAR)
