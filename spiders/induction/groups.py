"""Which elements of a page are the rows of its list.

Every element that holds a link is grouped with those that stand at the same path of tags below
the same ancestor; ``judge`` says what a group is worth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from itertools import compress

from spiders.induction.dom import Element, Page
from spiders.induction.judge import Group, Judge
from spiders.induction.link_choice import with_links
from spiders.induction.worth import has_date, link_worth, row_worth

_LEVELS_UP = 7
_MAX_GROUPS = 150
_LEAST_LIST = 3
_LEAST_ROUGH = 0.6
_MOST_LISTS = 9


def find_groups(page: Page, *, today: date | None, lang: str) -> list[Group]:
    """Candidate lists, best first. Groups with the same links are told apart by their rows."""
    groups = []
    for rows in _row_sets(page):
        group = with_links(rows)
        if group is not None:
            groups.append(group)
    groups.sort(key=_rough, reverse=True)
    chosen = groups[:_MAX_GROUPS]
    judge = Judge(page, today, lang)
    for group in chosen:
        judge.score(group)
    # of a single row, the smallest element that holds link and date is the row
    single = {id(g): g.rows[0].depth if len(g.rows) == 1 else 0 for g in chosen}
    chosen.sort(key=lambda group: (round(group.score, 6), single[id(group)]), reverse=True)
    for group in chosen[:12]:
        _drop_headings(group)
    return chosen


def separate_lists(groups: list[Group]) -> list[Group]:
    """The groups that are lists of their own, best first: no link stands in two of them."""
    found: list[Group] = []
    taken: set[int] = set()
    for group in groups:
        links = {link.order for link in group.links}
        if found and (len(links) < _LEAST_LIST or links & taken):
            continue
        if found and group.score <= 0 and _rough(group) < _LEAST_ROUGH * len(links):
            continue  # a menu; a side column of articles is offered, though never chosen
        found.append(group)
        taken |= links
    return found[:_MOST_LISTS]


def _drop_headings(group: Group) -> None:
    """Leave out rows of a dated list that have neither a date nor the look of an article."""
    dated = [day is not None for day in group.days]
    if sum(dated) < max(3, 0.8 * len(dated)):
        return
    keep = [
        day is not None or link_worth(link) >= 0.4
        for link, day in zip(group.links, group.days, strict=True)
    ]
    group.rows = list(compress(group.rows, keep))
    group.links = list(compress(group.links, keep))
    group.days = list(compress(group.days, keep))


def _row_sets(page: Page) -> Iterable[list[Element]]:
    sets: dict[tuple[int, str], list[Element]] = defaultdict(list)
    holders = {id(a): a for link in page.root.links for a in _chain(link)}
    for element in sorted(holders.values(), key=lambda e: e.order):
        names = [element.tag]
        if element.classes:
            names.append(f"{element.tag}.{element.classes[0]}")
        trail = ""
        for level, ancestor in enumerate(element.ancestors()):
            if level >= _LEVELS_UP and ancestor.tag != "body":
                trail = f"{ancestor.tag}>{trail}"
                continue
            for name in names:
                sets[ancestor.order, trail + name].append(element)
            trail = f"{ancestor.tag}>{trail}"
    seen: set[tuple[int, ...]] = set()
    for rows in sets.values():
        key = tuple(row.order for row in rows)
        if key not in seen:
            seen.add(key)
            yield rows


def _chain(link: Element) -> Iterable[Element]:
    yield link
    for level, ancestor in enumerate(link.ancestors()):
        if ancestor.tag in ("body", "html") or level >= 8:
            return
        yield ancestor


def _rough(group: Group) -> float:
    return sum(
        row_worth(row, link) + (0.3 if row is not link and has_date(row) else 0.0)
        for row, link in zip(group.rows, group.links, strict=True)
    )
