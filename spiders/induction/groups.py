"""Which elements of a page are the rows of its list.

Every element that holds a link is grouped with those that stand at the same path of tags below
the same ancestor. A group is worth the sum of its rows: a row gains by a telling title, a date,
an address like those of articles; it loses for standing in navigation, for being unlike the other
rows, for links that it leaves unused. Sums, not means: the whole list beats a part of it, and a
menu swept in by a wider ancestor costs more than it adds.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import compress

from spiders.fields import tidy
from spiders.induction.days import best_form, descending_share, is_date_like
from spiders.induction.dom import Element, Page
from spiders.induction.row_days import date_text, day_in_sentence
from spiders.induction.worth import (
    address_worth,
    has_date,
    in_chrome,
    link_worth,
    part_of_day,
    rank,
    row_worth,
    shape_of,
    title_of,
    title_worth,
)

_LEVELS_UP = 7
_MAX_GROUPS = 150
_LEAST_LIST = 3
_LEAST_ROUGH = 0.6
_IN_ORDER = 0.8
_MOST_LISTS = 9
_LIST_TAGS = frozenset({"ul", "ol", "dl", "table", "tbody"})
#: characters of a single row beside its link, and links in it
_TIGHT, _FEW_LINKS = 300, 6


@dataclass(slots=True, eq=False)
class Group:
    """Rows and the link of each that leads to its document."""

    rows: list[Element]
    links: list[Element]
    score: float = 0.0
    days: list[date | None] = field(default_factory=list)
    form: str = "auto"


def find_groups(page: Page, *, today: date | None, lang: str) -> list[Group]:
    """Candidate lists, best first. Groups with the same links are told apart by their rows."""
    groups = []
    for rows in _row_sets(page):
        group = _with_links(rows)
        if group is not None:
            groups.append(group)
    groups.sort(key=lambda group: _rough(group), reverse=True)
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


def slot_of(row: Element, link: Element) -> str:
    """Where in a row a link stands: tags, with the number of table cells and of definitions."""
    steps = []
    node = link
    while node is not row and node.parent is not None:
        numbered = node.tag in ("td", "th", "dd", "dt")
        steps.append(f"{node.tag}{node.place - _spanning(node)}" if numbered else node.tag)
        node = node.parent
    return ">".join(reversed(steps))


def _spanning(cell: Element) -> int:
    """The cells before one that stand for several rows: later rows do not have them."""
    found = 0
    for other in cell.parent.children if cell.parent and cell.tag in ("td", "th") else ():
        if other is cell:
            break
        found += isinstance(other, Element) and (other.attributes.get("rowspan") or "1") != "1"
    return found


def _with_links(rows: list[Element]) -> Group | None:
    """The links that stand in one slot of the rows and together say most."""
    totals: dict[str, float] = defaultdict(float)
    chosen: dict[str, list[tuple[Element, Element]]] = defaultdict(list)
    for row in rows:
        if len(row.links) > 40:
            return None
        taken: Counter[str] = Counter()
        for link in row.links:
            slot = slot_of(row, link)
            taken[slot] += 1
            if taken[slot] > 1:
                slot = f"{slot} {taken[slot]}"
            chosen[slot].append((row, link))
            told = "" if link.text else title_of(link)
            repeats = told and any(other.text == told for other in row.links)
            totals[slot] += link_worth(link) + rank(link)
            totals[slot] += -0.7 if repeats else 0.3  # an icon beside it
    if not totals:
        return None
    for slot, pairs in chosen.items():
        if len(pairs) > 3 and len({title_of(link) for _, link in pairs}) <= len(pairs) / 4:
            totals[slot] = sum(address_worth(link) + rank(link) - 0.1 for _, link in pairs)
        totals[slot] *= len({link.link for _, link in pairs}) / len(pairs)
    slot = max(totals, key=lambda name: (totals[name], -len(name)))
    pairs = chosen[slot]
    return Group([row for row, _ in pairs], [link for _, link in pairs])


def _rough(group: Group) -> float:
    return sum(
        row_worth(row, link) + (0.3 if row is not link and has_date(row) else 0.0)
        for row, link in zip(group.rows, group.links, strict=True)
    )


@dataclass(slots=True)
class Judge:
    """Scores groups of one page; what it knows of a row is kept, for many groups share rows."""

    page: Page
    today: date | None
    lang: str
    _texts: dict[tuple[int, int], str | None] = field(default_factory=dict)
    _chrome: dict[int, bool] = field(default_factory=dict)

    def score(self, group: Group) -> None:
        """Set the score and the days of a group."""
        pairs = list(zip(group.rows, group.links, strict=True))
        texts = [self._date_text(row, link) for row, link in pairs]
        group.form, group.days = best_form(
            [text or "" for text in texts], lang=self.lang, today=self.today
        )
        count = len(pairs)
        if count >= _LEAST_LIST and not any(group.days):
            self._look_in_sentences(group)
        loose = self._loose_texts(group) if count >= _LEAST_LIST and not any(group.days) else {}
        dated = sum(day is not None for day in group.days)
        mostly_dated = dated >= 0.6 * count
        undated = 1.5 if mostly_dated else 0.9 if dated >= 3 else 0.3
        shapes = Counter(shape_of(link.link or "") for link in group.links)
        common, times = shapes.most_common(1)[0]
        uniform = times >= 0.6 * count
        titles = Counter(title_of(link) for link in group.links)
        often = max(3, 0.2 * count)
        score = 0.0
        others = _undated_lists(group)
        for (row, link), day in zip(pairs, group.days, strict=True):
            worth = max(row_worth(row, link), loose.get(row.order, -1.0))
            if day is not None:
                worth += 1.0
            else:
                worth -= undated - part_of_day(row, link)
                if dated < 3 and not address_worth(link):
                    worth -= 0.4  # neither a date nor an address like those of articles: a menu
            if titles[title_of(link)] > often and row is link:
                worth -= 1.0  # "summary" beside every title
            if uniform and shape_of(link.link or "") != common:
                worth -= 0.4
            unused = sum(
                max(0.0, title_worth(title_of(other)))
                for other in row.links
                if other.link != link.link
            )
            worth -= min(2.0, 0.5 * unused)
            if _list_of(row).order in others:
                worth -= 1.0
            score += worth - (1.5 if self._in_chrome(row) else 0.0)
        distinct = len({link.link for link in group.links}) / count
        ordered = descending_share(group.days) if mostly_dated else 0.0
        factor = distinct * _alike(group.rows) * (1.0 + 0.15 * ordered)
        group.score = score * factor * (_alone(group) if count == 1 else 1.0)

    def _date_text(self, row: Element, link: Element) -> str | None:
        key = (row.order, link.order)
        if key not in self._texts:
            self._texts[key] = date_text(row, link, lang=self.lang, today=self.today)
        return self._texts[key]

    def _look_in_sentences(self, group: Group) -> None:
        """Days inside longer texts count where every row has one and they are in order."""
        texts: list[str] = []
        for row, link in zip(group.rows, group.links, strict=True):
            found = day_in_sentence(row, link) if row is not link else None
            if found is None:
                return
            texts.append(found)
        form, days = best_form(texts, lang=self.lang, today=self.today)
        if all(days) and descending_share(days) >= _IN_ORDER:
            group.form, group.days = form, days

    def _loose_texts(self, group: Group) -> dict[int, float]:
        """What the texts between rows are worth as titles, where days stand there too.

        Running text with breaks, ``dt`` with ``dd``, the second line of a table. Sets the days of
        the group where most rows have one beside them.
        """
        parent = group.rows[0].parent
        lists = group.rows[0].tag in _LIST_TAGS
        if parent is None or lists or any(row.parent is not parent for row in group.rows):
            return {}
        own = {row.order for row in group.rows}
        best: tuple[list[date | None], list[list[str]]] = ([], [])
        for texts in (texts_between(parent, own), texts_between(parent, own, before=True)):
            days = [self._first_day(each) for each in texts]
            if sum(day is not None for day in days) > sum(day is not None for day in best[0]):
                best = (days, texts)
        days, texts = best
        if sum(day is not None for day in days) < _LEAST_ROUGH * len(group.rows):
            return {}
        group.days = days
        return {
            row.order: max(map(title_worth, each), default=0.0) - 0.15 + address_worth(link)
            for row, link, each in zip(group.rows, group.links, texts, strict=True)
        }

    def _first_day(self, texts: list[str]) -> date | None:
        like = [text for text in texts if is_date_like(text[:60])]
        return best_form(like[:1], lang=self.lang, today=self.today)[1][0] if like else None

    def _in_chrome(self, row: Element) -> bool:
        if row.order not in self._chrome:
            share = int(0.5 * len(self.page.root.text))
            self._chrome[row.order] = in_chrome(row, share=share)
        return self._chrome[row.order]


def _alone(group: Group) -> float:
    """A single row is one where it says little beside title and day; a page is no row."""
    row, link = group.rows[0], group.links[0]
    tight = len(row.text) - len(link.text) <= _TIGHT and len(row.links) <= _FEW_LINKS
    return 0.5 if tight and any(group.days) else 0.0


def texts_between(parent: Element, rows: set[int], *, before: bool = False) -> list[list[str]]:
    """The texts in an element behind (or before) each of some of its children."""
    found: list[list[str]] = []
    loose: list[str] = []
    for child in parent.children:
        if isinstance(child, str):
            text = tidy(child)
            if text:
                loose.append(text)
        elif child.order in rows:
            found.append(loose)
            loose = []
        elif 0 < len(child.text) <= _TIGHT:
            loose.append(child.text)
    return found if before else [*found[1:], loose]


def _undated_lists(group: Group) -> set[int]:
    """Lists without a single day, where another list of the group has them: a side column."""
    known: dict[int, list[bool]] = defaultdict(list)
    for row, day in zip(group.rows, group.days, strict=True):
        known[_list_of(row).order].append(day is not None)
    dated = [days for days in known.values() if len(days) >= _LEAST_LIST]
    if not any(sum(days) >= 0.8 * len(days) for days in dated):
        return set()
    return {order for order, days in known.items() if len(days) >= _LEAST_LIST and not any(days)}


def _alike(rows: list[Element]) -> float:
    """1.0 when all rows stand in one list, or in lists of the same names; less for a mixture.

    Lists side by side below one parent are one list with gaps, whatever they are called.
    """
    lists = [_list_of(row) for row in rows]
    kinds = Counter(
        (node.tag, node.classes)
        for node in (_own_list(row) or found for row, found in zip(rows, lists, strict=True))
    )
    parents = Counter(node.parent.order if node.parent else 0 for node in lists)
    most = max(kinds.most_common(1)[0][1], parents.most_common(1)[0][1])
    return float((most / len(rows)) ** 1.2)


def _own_list(row: Element) -> Element | None:
    """The list in which a row stands alone: a month with one entry."""
    parent = row.parent
    alone = parent is not None and parent.inner == 1
    return parent if alone and parent is not None and parent.tag in ("ul", "ol", "tbody") else None


def _list_of(row: Element) -> Element:
    """The nearest ancestor with more in it than this row."""
    node = row
    for ancestor in row.ancestors():
        if ancestor.inner > 1:
            return ancestor
        node = ancestor
    return node
