"""Where link, title and date stand in a row: fields tried on the rows themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from selectolax.lexbor import SelectolaxError

from pipelines.urls import canonicalise
from spiders.fields import fast_node
from spiders.induction.day_choice import choose_days
from spiders.induction.dom import Page
from spiders.induction.judge import Group
from spiders.induction.row_selectors import best_row_selector, selectors_of
from spiders.induction.slots import Row, read, rows_in, slots_of, steps
from spiders.induction.title_choice import title_field
from spiders.listing.assemble import link_in_script


@dataclass(frozen=True, slots=True)
class Fields:
    """Selectors of one list, as a source file writes them."""

    row: str
    link: str
    title: str
    date: str | None = None
    date_format: str = "auto"


def write_fields(page: Page, group: Group, *, today: date | None, lang: str) -> Fields:
    """The selectors that read a group."""
    rows = rows_in(group)
    selector, _ = best_row_selector(page, group)
    source = Counter(row.link.source for row in rows).most_common(1)[0][0]
    end = f"::attr({source})"
    link, right = _link_field(rows, page.base_url, end=end)
    path, times = Counter(steps(row.element, row.link) for row in rows).most_common(1)[0]
    if times > right:
        named, link = f"xpath:{path}", f"xpath:{path}/@{source}"  # tables inside cells
    else:
        link = _unlike_odd_rows(page, group, selector, rows=rows, link=link, end=end)
        named = link.removesuffix(end)
    slots = slots_of(rows, named)
    title = title_field(slots, named)
    days = choose_days(rows, slots, lang=lang, today=today)
    if days is None:
        return Fields(selector, link, title)
    return Fields(selector, link, title, days.field, days.form)


def _link_field(rows: Sequence[Row], base: str, *, end: str) -> tuple[str, int]:
    """The field that gives the links of most rows, and of how many."""
    best, most = f"a{end}", 0
    for field in dict.fromkeys(_link_fields(rows, end=end)):
        values = [link_in_script(read(row, field)) for row in rows]
        count = sum(
            bool(value) and canonicalise(value, base=base) == row.link.link
            for row, value in zip(rows, values, strict=True)
        )
        if count > most:
            best, most = field, count
        if most == len(rows):
            break
    return best, most


def _unlike_odd_rows(
    page: Page, group: Group, selector: str, *, rows: Sequence[Row], link: str, end: str
) -> str:
    """Of the fields that give all links, the one that gives none in a pager or another odd row."""
    wanted = {row.order for row in group.rows}
    try:
        found = [e for e in page.select(selector) if e.order not in wanted and e.links]
    except SelectolaxError:
        return link
    odd = [Row(e, fast_node(e.node), e.links[0]) for e in found if e.node is not None]
    if not odd or len(odd) > 0.5 * len(rows):
        return link

    def stray(field: str) -> int:
        return sum(bool(read(row, field)) for row in odd)

    right = [read(row, link) for row in rows]
    least = stray(link)
    for field in dict.fromkeys(_link_fields(rows, end=end)):
        if least == 0:
            break
        if (count := stray(field)) < least and [read(row, field) for row in rows] == right:
            link, least = field, count
    return link


def _link_fields(rows: Sequence[Row], *, end: str) -> Iterator[str]:
    if all(row.link is row.element for row in rows):
        yield end
        return
    yield f"a{end}"
    for selector in selectors_of([(row.element, row.link) for row in rows]):
        yield f"{selector}{end}"
    yield "a[title]::attr(href)"
    yield 'a[target="_blank"]::attr(href)'
    yield 'a[href*=".pdf"]::attr(href)'
