"""The parts above the sections: 要点, 日期提醒, numbers of the week, and the coverage ledger."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from digest.phrases import LEAD_CHARS, lead_text
from digest.ranking import Group, lead_score, level_of
from digest.selection import with_deadlines
from digest.settings import EditionConfig
from digest.view import Coverage, Deadline, Figure, IssueView, Item, Lead
from digest.wording import (
    clean_line,
    is_interpretation,
    reading_minutes,
    safe_url,
    shorten,
    work_name,
)
from storage.models import CrawlRun
from storage.models.crawl import ACTIVE_STATES
from storage.sources import list_sources

MAX_DEADLINES = 5
TITLE_CHARS = 200
MIN_FOR_FIGURES = 5
MIN_FOR_LEADS = 3
_LOCAL = frozenset({"provincial", "municipal", "district"})
# A line that already names the actor: 国家网信办发布…, 最高人民法院公布…, 深圳市启动…
_HAS_ACTOR = re.compile(
    r"^[^《，。：]{2,24}?(?:部|局|委|办|院|会|厅|署|行|省|市|区|县|政府|公司|集团|法院|检察院|交易所)"
    r"(?:等[^《，。：]{1,8})?(?:就|发布|印发|公布|出台|关于|召开|启动|对|发起|批准|通过|决定|推出|开展)"
)

# 等五部门: the same said again after the name of the first body.
_AND_OTHERS = r"(?:等[^《，。：]{1,10}?(?:部门|单位|部委|机关))?[：:，, ]*"


def fill(
    session: Session,
    view: IssueView,
    *,
    edition: EditionConfig,
    groups: Sequence[Group],
    watched: Mapping[int, Sequence[str]],
) -> IssueView:
    """The view with leads, deadlines, figures and reading time."""
    by_document = {group.head.document.id: group for group in groups}
    texts = [f"{item.title}{item.summary}" for item in view.items]
    return replace(
        view,
        leads=_leads(view, edition=edition, groups=by_document, watched=watched),
        deadlines=_deadlines(session, view, edition=edition),
        figures=_figures(view, by_document),
        minutes=reading_minutes(texts),
    )


def coverage(session: Session, *, edition: EditionConfig, since: datetime) -> Coverage:
    """Sources that answered well at least once since ``since``, of all that should have."""
    sources = [
        source
        for source in list_sources(session)
        if source.enabled
        and source.status == "enabled"
        and (not edition.sources or source.key in edition.sources)
    ]
    failed = [
        clean_line(source.title)
        for source in sources
        if source.last_ok_at is None or source.last_ok_at < since
    ]
    unread = _partly_read(session, since=since)
    partial = [
        clean_line(source.title)
        for source in sources
        if source.id in unread and source.last_ok_at is not None and source.last_ok_at >= since
    ]
    return Coverage(
        checked=len(sources) - len(failed),
        total=len(sources),
        failed=tuple(sorted(failed)),
        partial=tuple(sorted(partial)),
    )


def _partly_read(session: Session, *, since: datetime) -> set[int]:
    """Sources whose latest finished run since then is not a whole one."""
    newest = (
        select(func.max(CrawlRun.id))
        .where(CrawlRun.finished_at >= since, CrawlRun.state.not_in(ACTIVE_STATES))
        .group_by(CrawlRun.source_id)
    )
    query = select(CrawlRun.source_id).where(CrawlRun.id.in_(newest), CrawlRun.state != "ok")
    return set(session.scalars(query))


def _leads(
    view: IssueView,
    *,
    edition: EditionConfig,
    groups: Mapping[int, Group],
    watched: Mapping[int, Sequence[str]],
) -> tuple[Lead, ...]:
    """The items that weigh most, in the order of their numbers; none in a tiny issue."""
    if len(view.items) < MIN_FOR_LEADS:
        return ()
    scored: list[tuple[float, int, Item]] = []
    for index, section in enumerate(view.sections):
        for item in section.items:
            group = groups[item.document_id]
            is_watched = item.document_id in watched
            score = lead_score(group, watched=is_watched, section_index=index)
            scored.append((-score, item.number, item))
    scored.sort(key=lambda entry: entry[:2])
    chosen = sorted(entry[2].number for entry in scored[: edition.leads])
    by_number = {item.number: item for item in view.items}
    return tuple(_lead(by_number[number], groups) for number in chosen)


def _lead(item: Item, groups: Mapping[int, Group]) -> Lead:
    document = groups[item.document_id].head.document
    text = lead_text(item.title)
    bodies = [clean_line(body) for body in document.issuing_bodies or ()]
    first = who = bodies[0] if bodies else item.source
    if len(bodies) > 2:
        who = f"{who}等 {len(bodies)} 部门"
    named = re.match(re.escape(first) + _AND_OTHERS, text) if first else None
    if named and len(text) > named.end() + 4:
        text = text[named.end() :]
    elif _HAS_ACTOR.match(text):
        who = ""
    return Lead(number=item.number, who=who, text=text, url=item.url)


def _deadlines(
    session: Session, view: IssueView, *, edition: EditionConfig
) -> tuple[Deadline, ...]:
    """Days that end or begin within ``deadline_days`` of the issue, the nearest first."""
    first = view.issued_on
    last = first + timedelta(days=edition.deadline_days)
    numbers = {item.document_id: item.number for item in view.items}
    documents = with_deadlines(
        session, edition=edition.key, first=first, last=last, also=list(numbers)
    )
    # Of several pages about one document the one in this issue speaks, else the oldest.
    documents.sort(key=lambda document: (document.id not in numbers, document.id))
    seen: set[tuple[str, date, str]] = set()
    found: list[Deadline] = []
    for document in documents:
        title = clean_line(document.title)[:TITLE_CHARS]
        if is_interpretation(title, document.doc_type):
            continue
        name = shorten(work_name(title), chars=LEAD_CHARS)
        for what, day in (("意见截止", document.comments_until), ("施行", document.effective_on)):
            if day is None or not first <= day <= last or (what, day, name) in seen:
                continue
            seen.add((what, day, name))
            found.append(
                Deadline(
                    day=day,
                    what=what,
                    title=name,
                    url=safe_url(document.url),
                    days_left=(day - first).days,
                    number=numbers.get(document.id, 0),
                )
            )
    # A day to write an opinion by needs the reader; a day on which a rule begins only informs.
    found.sort(key=lambda entry: (entry.what != "意见截止", entry.day, entry.title))
    return tuple(sorted(found[:MAX_DEADLINES], key=lambda entry: (entry.day, entry.title)))


def _figures(view: IssueView, groups: Mapping[int, Group]) -> tuple[Figure, ...]:
    items = view.items
    return figures_of(items, [level_of(groups[item.document_id].head) for item in items])


def figures_of(items: Sequence[Item], levels: Sequence[str]) -> tuple[Figure, ...]:
    """The numbers of the week; none in a tiny issue. ``levels`` in the order of the items."""
    if len(items) < MIN_FOR_FIGURES:
        return ()
    comments = (bool(item.comments_until) or item.doc_type.startswith("征求意见") for item in items)
    figures = (
        Figure(value=len(items), label="本期条目"),
        Figure(value=levels.count("national"), label="国家级"),
        Figure(value=sum(level in _LOCAL for level in levels), label="地方"),
        Figure(value=sum(comments), label="征求意见"),
        Figure(value=sum(bool(item.mark) for item in items), label="更新与续报"),
    )
    return tuple(figure for figure in figures if figure.value)[:5]
