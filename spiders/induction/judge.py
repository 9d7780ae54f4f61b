"""How much a group of rows is worth as the list of its page: named features of every row, summed.

Sums, not means: the whole list beats a part of it, and a menu swept in by a wider ancestor costs
more than it adds.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from spiders.fields import tidy
from spiders.induction.days import best_form, descending_share, is_date_like
from spiders.induction.dom import Element, Page
from spiders.induction.row_days import date_text, day_in_sentence
from spiders.induction.weights import weighed
from spiders.induction.worth import (
    address_worth,
    in_chrome,
    is_case,
    numbered,
    part_of_day,
    row_worth,
    shape_of,
    title_of,
    title_worth,
)

_LEAST_LIST = 3
_MOSTLY = 0.6
_IN_ORDER = 0.8
_MOST_UNUSED = 4.0
_LIST_TAGS = frozenset({"ul", "ol", "dl", "table", "tbody"})
#: what a row without a day loses in a list where most rows have one, some, none
_UNDATED = (1.5, 0.9, 0.3)
#: characters of a single row beside its link, and links in it
_TIGHT, _FEW_LINKS = 300, 6
#: characters of a row that is a link and nothing else, beside that link
_BARE = 6
#: what another case in the row adds to the titles it does not use
_CASE = 0.8
#: titles of more worth say what a document is
_TELLING = 0.2


@dataclass(frozen=True, slots=True)
class Features:
    """What speaks for (or against) one row of a group."""

    telling: float  # title and form of the address
    dated: float
    undated: float  # no day, where the others have one
    menu: float  # neither a day nor an address like those of articles
    repeated: float  # "summary" beside every title
    numbered: float  # titles that differ in their numbers only, and no day: archives by year
    other_address: float  # the address has another form than those of most rows
    unused: float  # titles of links that the row does not use
    side: float  # stands in a list without days beside one with days
    chrome: float  # stands in navigation, header, footer


_WEIGHTS = Features(
    telling=1.0,
    dated=1.0,
    undated=-1.0,
    menu=-0.4,
    repeated=-1.0,
    numbered=-0.8,
    other_address=-0.4,
    unused=-0.5,
    side=-1.0,
    chrome=-1.5,
)


@dataclass(slots=True, eq=False)
class Group:
    """Rows and the link of each that leads to its document."""

    rows: list[Element]
    links: list[Element]
    score: float = 0.0
    days: list[date | None] = field(default_factory=list)
    form: str = "auto"


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
        loose = self._loose_texts(group) if count > 1 and not any(group.days) else {}
        self._weigh(group, loose)

    def _weigh(self, group: Group, loose: Mapping[int, float]) -> None:
        """The sum over all rows, smaller for mixtures and for links that come again."""
        count = len(group.rows)
        dated = sum(day is not None for day in group.days)
        mostly = dated >= _MOSTLY * count
        view = _View(
            group,
            undated=_UNDATED[0] if mostly else _UNDATED[1] if dated >= _LEAST_LIST else _UNDATED[2],
            titles=Counter(title_of(link) for link in group.links),
            numbered=0.0 if dated else _numbered_alone(group),
            shape=_common_shape(group),
            side=_undated_lists(group),
            loose=loose,
            dated=dated,
        )
        total = sum(weighed(self._features(view, number), _WEIGHTS) for number in range(count))
        distinct = len({link.link for link in group.links}) / count
        ordered = descending_share(group.days) if mostly else 0.0
        factor = distinct * _alike(group.rows) * (1.0 + 0.15 * ordered)
        group.score = total * factor * (_alone(group) if count == 1 else 1.0)

    def _features(self, view: _View, number: int) -> Features:
        """The features of one row among the others."""
        row, link = view.group.rows[number], view.group.links[number]
        dated = view.group.days[number] is not None
        often = max(_LEAST_LIST, 0.2 * len(view.group.rows))
        unused = [title_worth(title_of(o)) for o in row.links if o.link != link.link]
        if unused and is_case(title_of(link)):
            unused += [_CASE for o in row.links if o.link != link.link and is_case(title_of(o))]
        return Features(
            telling=max(row_worth(row, link), view.loose.get(row.order, -1.0)),
            dated=float(dated),
            undated=0.0 if dated else view.undated - part_of_day(row, link),
            menu=float(not dated and view.dated < _LEAST_LIST and not address_worth(link)),
            repeated=float(view.titles[title_of(link)] > often and row is link),
            numbered=view.numbered,
            other_address=float(view.shape is not None and shape_of(link.link or "") != view.shape),
            unused=min(_MOST_UNUSED, sum(max(0.0, worth) for worth in unused)),
            side=float(_list_of(row).order in view.side),
            chrome=float(self._in_chrome(row)),
        )

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
        for texts in (_texts_between(parent, own), _texts_between(parent, own, before=True)):
            days = [self._first_day(each) for each in texts]
            if sum(day is not None for day in days) > sum(day is not None for day in best[0]):
                best = (days, texts)
        days, texts = best
        if sum(day is not None for day in days) < _MOSTLY * len(group.rows):
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


@dataclass(frozen=True, slots=True)
class _View:
    """What is known of a group as a whole when its rows are looked at."""

    group: Group
    undated: float
    titles: Counter[str]
    numbered: float
    shape: str | None
    side: set[int]
    loose: Mapping[int, float]
    dated: int


def _common_shape(group: Group) -> str | None:
    """The form of most addresses of a group."""
    shapes = Counter(shape_of(link.link or "") for link in group.links)
    common, times = shapes.most_common(1)[0]
    return common if times >= _MOSTLY * len(group.links) else None


def _numbered_alone(group: Group) -> float:
    """How far the rows are links with numbers and nothing else."""
    pairs = zip(group.rows, group.links, strict=True)
    alone = sum(len(row.text) <= len(link.text) + _BARE for row, link in pairs)
    bare = alone >= _MOSTLY * len(group.rows)
    return numbered([title_of(link) for link in group.links]) if bare else 0.0


def _alone(group: Group) -> float:
    """A single row is one where it says little beside title and day; a page is no row."""
    row, link = group.rows[0], group.links[0]
    tight = len(row.text) - len(link.text) <= _TIGHT and len(row.links) <= _FEW_LINKS
    if any(_is_twin(other, link) for other in row.links):
        return 0.0
    headed = any(e.tag == "h1" and not any(inner is link for inner in e.walk()) for e in row.walk())
    return 0.5 if tight and not headed and any(group.days) else 0.0


def _is_twin(other: Element, link: Element) -> bool:
    """Whether a link leads to another document of the same kind: both stand in one list."""
    if other.link == link.link or shape_of(other.link or "") != shape_of(link.link or ""):
        return False
    return all(is_case(title_of(e)) or title_worth(title_of(e)) > _TELLING for e in (other, link))


def _texts_between(parent: Element, rows: set[int], *, before: bool = False) -> list[list[str]]:
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
