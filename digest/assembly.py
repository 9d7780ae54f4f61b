"""From stored documents to an issue as values: choose, group, order, number, word.

The same documents, settings and instants give the same issue; nothing is written here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from digest import boxes
from digest.changes import text_change
from digest.periods import Period, cadence
from digest.places import place_label
from digest.ranking import Group, best_page, is_official, reading_order
from digest.relevance import wanted_groups
from digest.selection import (
    CATCH_UP,
    Found,
    carried_clusters,
    changed_documents,
    cluster_members,
    excerpts,
    new_documents,
    version_texts,
    watch_hits,
)
from digest.settings import EditionConfig
from digest.stories import by_event
from digest.view import AlsoSeen, IssueView, Item, Section, Touched
from digest.wording import clean_line, first_words, reading_minutes, safe_url
from pipelines.summary import summarise
from storage.event_references import named_policies
from storage.issues import list_issues
from storage.labels import list_labels

# Ends like a sentence, and not like a cut one.
_WHOLE = re.compile(r"(?<!\.\.)[。！？!?.][”’」』）)]*$")
HARD_CAP = 1000
ALSO_NAMED = 3
TOPICS_NAMED = 3
TOUCHED_KEPT = 40
FALLBACK_SECTION = "其他"

_VANISHED = "原网页已撤下，此前抓取的版本仍有保存。"
_OFFICIAL_NOW = "官方原文发布"


def compose_view(
    session: Session, edition: EditionConfig, period: Period, now: datetime
) -> tuple[IssueView, Mapping[int, int]]:
    """The issue as it would be now, and the version of each document; nothing is written."""
    fresh = new_documents(session, edition=edition, period=period, now=now)
    changed = changed_documents(session, edition=edition, period=period)
    groups = [*_grouped(session, fresh, edition), *_revised(session, changed)]
    watched = watch_hits(
        session,
        owners=edition.watch_owners,
        documents=[group.head for group in groups],
        since=period.end - CATCH_UP,
    )
    groups = by_event(session, groups, edition=edition.key)
    groups = wanted_groups(groups, edition=edition, watched=watched)
    placed = _placed(session, groups, edition, watched)
    issued_on = period.end.astimezone(edition.zone).date()
    sections = _sections(session, placed, edition, watched)
    overflow = sum(len(found) for _, found in placed) - sum(len(s.items) for s in sections)
    first_day, last_day = period.days(edition)
    flat = [group for _, found in placed for group in found]
    view = IssueView(
        edition=edition.key,
        title=edition.title,
        subtitle=edition.subtitle,
        number=_next_number(session, edition),
        issued_on=issued_on,
        first_day=first_day,
        last_day=last_day,
        sections=sections,
        coverage=boxes.coverage(session, edition=edition, since=period.start),
        lang=edition.lang,
        publisher=edition.publisher,
        contact=edition.contact,
        notice=_notice(edition, overflow),
        cadence=cadence(edition),
        composed_at=now,
        permit=edition.internal_permit,
    )
    boxed = boxes.fill(session, view, edition=edition, groups=flat, watched=watched)
    return boxed, {group.head.document.id: group.head.version_id for group in flat}


def _grouped(session: Session, fresh: Sequence[Found], edition: EditionConfig) -> list[Group]:
    """One group per cluster; texts that the edition has carried come back only in person.

    A later reprint of a carried text is no news. The official page of a text that so far was
    known from the media is: it continues the issue that carried the report.
    """
    clusters: dict[int, list[Found]] = {}
    groups: list[Group] = []
    for found in fresh:
        if found.document.cluster_id is None:
            groups.append(Group(head=found))
        else:
            clusters.setdefault(found.document.cluster_id, []).append(found)
    members = cluster_members(session, clusters)
    carried = carried_clusters(session, edition=edition.key, cluster_ids=clusters)
    for cluster, pages in clusters.items():
        everyone = members.get(cluster) or pages
        earlier = carried.get(cluster, [])
        head = best_page(pages)
        by_id = {found.document.id: found for found in everyone}
        if earlier:
            had_official = any(
                is_official(by_id[document]) for document, _ in earlier if document in by_id
            )
            if had_official or not is_official(head):
                continue
        others = tuple(found for found in everyone if found.document.id != head.document.id)
        number = earlier[-1][1] if earlier else 0
        told = _OFFICIAL_NOW if number else ""
        groups.append(Group(head=head, others=_by_weight(others), continues=number, news=told))
    return groups


def _revised(session: Session, changed: Sequence[Found]) -> list[Group]:
    """Texts that an issue showed in another wording, with the change in a few words."""
    live = [found for found in changed if found.document.state != "gone"]
    texts = version_texts(session, [key for one in live for key in (one.shown, one.version_id)])
    groups = []
    for found in changed:
        (old_title, old), (title, text) = (
            texts.get(key, ("", "")) for key in (found.shown, found.version_id)
        )
        told = text_change(old, text, old_title=old_title, new_title=title) if old and text else ""
        groups.append(Group(head=found, news=told))
    return groups


def _by_weight(pages: Sequence[Found]) -> tuple[Found, ...]:
    return tuple(
        sorted(
            pages,
            key=lambda found: (
                not is_official(found),
                found.document.published_on or date.max,
                found.document.id,
            ),
        )
    )


def _placed(
    session: Session,
    groups: Sequence[Group],
    edition: EditionConfig,
    watched: Mapping[int, Sequence[str]],
) -> list[tuple[str, list[Group]]]:
    """Groups by section, sections in the order of the edition, at most ``HARD_CAP`` in all."""
    by_section: dict[str, list[Group]] = {}
    for group in groups:
        by_section.setdefault(_section_of(group, edition), []).append(group)
    order = list(edition.sections) or [label.slug for label in list_labels(session, kind="section")]
    names = [name for name in order if name in by_section]
    names += sorted(name for name in by_section if name not in order and name != FALLBACK_SECTION)
    names += [FALLBACK_SECTION] if FALLBACK_SECTION in by_section else []
    return [
        (
            name,
            sorted(
                by_section[name],
                key=lambda group: reading_order(group, watched=group.head.document.id in watched),
            ),
        )
        for name in dict.fromkeys(names)
    ]


def _section_of(group: Group, edition: EditionConfig) -> str:
    """The section label a person or rule gave; sections the edition does not print go last."""
    slugs = [label.slug for label in group.head.labels if label.kind == "section"]
    for slug in slugs:
        if not edition.sections or slug in edition.sections:
            return slug
    return FALLBACK_SECTION


def _sections(
    session: Session,
    placed: Sequence[tuple[str, Sequence[Group]]],
    edition: EditionConfig,
    watched: Mapping[int, Sequence[str]],
) -> tuple[Section, ...]:
    titles = {label.slug: label.title for label in list_labels(session, kind="section")}
    left = HARD_CAP
    number = 0
    sections: list[Section] = []
    for slug, found in placed:
        kept = list(found[:left])
        left -= len(kept)
        texts = _texts(session, kept)
        touched = _touched(session, kept)
        items: list[Item] = []
        for group in kept:
            number += 1
            hits = tuple(watched.get(group.head.document.id, ()))
            item = _item(number, group, texts.get(group.head.version_id, ""), hits, edition)
            items.append(replace(item, touched=touched.get(item.document_id, ())))
        if items:
            sections.append(
                Section(
                    slug=slug,
                    title=clean_line(titles.get(slug, slug)),
                    items=tuple(items),
                    brief=slug in edition.brief_sections,
                )
            )
    return tuple(sections)


def _texts(session: Session, groups: Sequence[Group]) -> dict[int, str]:
    """Texts to summarise, only of documents that came without a summary."""
    wanted = [g.head.version_id for g in groups if not _given_summary(g.head)]
    return excerpts(session, wanted)


def _touched(session: Session, groups: Sequence[Group]) -> dict[int, tuple[Touched, ...]]:
    """What each document repeals or amends; 更新 and 撤下 tell of something else."""
    ids = [group.head.document.id for group in groups if not group.head.earlier]
    named = named_policies(session, ids, kinds=("repeal", "amend"))
    return {
        document: tuple(
            Touched(
                "repeal" if one.kind == "repeal" else "amend",
                clean_line(one.name),
                clean_line(one.number),
            )
            for one in found[:TOUCHED_KEPT]
        )
        for document, found in named.items()
    }


def _given_summary(found: Found) -> str:
    summary = clean_line(found.document.summary)
    if "summary" in (found.document.edited or ()):
        return summary
    # Feeds hand over markup and teasers, lists the first lines of the page whatever they say;
    # what looks like either is no summary.
    if not 20 <= len(summary) <= 400 or "<" in summary or not _WHOLE.search(summary):
        return ""
    return summary


def _item(
    number: int, group: Group, text: str, watches: tuple[str, ...], edition: EditionConfig
) -> Item:
    document = group.head.document
    title = clean_line(document.title)[: boxes.TITLE_CHARS] or "（无标题）"
    also = _also(group)
    mark, mark_issue = _mark(group)
    return Item(
        number=number,
        document_id=document.id,
        title=title,
        url=safe_url(document.url),
        source=clean_line(group.head.publisher),
        day=document.published_on,
        region=clean_line(place_label(document.region)),
        doc_number=clean_line(document.doc_number),
        doc_type=clean_line(document.doc_type),
        summary=_summary(group.head, text, title, edition),
        topics=_topics(group.head),
        watches=tuple(clean_line(name) for name in watches),
        also=also[:ALSO_NAMED],
        also_total=len(also),
        mark=mark,
        mark_issue=mark_issue,
        comments_until=document.comments_until,
        effective_on=document.effective_on,
        minutes=_minutes(group.head),
        lang=_foreign(document.lang, edition.lang),
        story=group.story[:ALSO_NAMED],
        story_total=len(group.story),
        official=group.official,
        news=clean_line(group.news),
    )


def _mark(group: Group) -> tuple[str, int]:
    if group.head.earlier:
        gone = group.head.document.state == "gone"
        return ("撤下" if gone else "更新", group.head.earlier)
    return ("续", group.continues) if group.continues else ("", 0)


def _summary(found: Found, text: str, title: str, edition: EditionConfig) -> str:
    if found.document.state == "gone":
        return _VANISHED
    given = _given_summary(found)
    if given:
        return given
    # Rows of tables are no sentences.
    text = "\n".join(line for line in text.split("\n") if " | " not in line)
    made = ""
    if found.document.lang.startswith("zh"):
        made = clean_line(summarise(text, title=title, limit=edition.summary_chars))
    made = made or first_words(text, title=title, chars=edition.summary_chars)
    return f"{made[:-1]}。" if made.endswith(("；", "，", "：")) else made


def _also(group: Group) -> tuple[AlsoSeen, ...]:
    """One entry per other publisher."""
    seen = {group.head.publisher}
    also = []
    for found in group.others:
        if found.publisher not in seen:
            seen.add(found.publisher)
            also.append(
                AlsoSeen(name=clean_line(found.publisher), url=safe_url(found.document.url))
            )
    return tuple(also)


def _topics(found: Found) -> tuple[str, ...]:
    topics = [label for label in found.labels if label.kind == "topic"]
    topics.sort(key=lambda label: -label.confidence)
    return tuple(clean_line(label.title) for label in topics[:TOPICS_NAMED])


def _minutes(found: Found) -> int:
    if found.document.lang.startswith(("zh", "ja", "ko")):
        return reading_minutes(["字" * found.text_length])
    # Normalised text has no blanks: about five letters a word.
    return max(1, round(found.text_length / 5 / 240))


def _foreign(lang: str, own: str) -> str:
    """The language of an item when it is not that of the issue, as BCP 47; else empty."""
    lang = lang.replace("_", "-")
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", lang):
        return ""
    return "" if lang.partition("-")[0].lower() == own.partition("-")[0].lower() else lang


def _next_number(session: Session, edition: EditionConfig) -> int:
    live = [
        issue.number
        for issue in list_issues(session, edition=edition.key, limit=1000)
        if issue.state != "void"
    ]
    return max(live, default=edition.first_number - 1) + 1


def _notice(edition: EditionConfig, overflow: int) -> str:
    if overflow <= 0:
        return edition.notice
    return f"另有 {overflow} 条超出本期篇幅，将列入下一期。{edition.notice}"
