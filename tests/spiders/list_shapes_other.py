"""List pages of other makes: records, calendars, cases; sample text, one function per shape."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from tests.spiders.list_shapes import Row, Sample

BASE = "https://records.example.org/list/decisions.html"
NAMES = (
    "Harbor Freight Lines v. State Board of Equalization",
    "In the Matter of the Estate of Rosalind Park",
    "People v. Whitcombe",
    "Order Adopting Rules on Digital Evidence",
    "Northfield School District v. Alvarez",
    "Notice of Proposed Rulemaking on Data Brokers",
    "Commonwealth v. Ostrander",
)
OTHER: dict[str, Callable[[], Sample]] = {}


def day(number: int) -> date:
    """The day of row ``number``, newest first."""
    return date(2026, 10, 28) - timedelta(days=9 * number)


def shape(make: Callable[[], tuple[bytes, list[Row]]]) -> Callable[[], Sample]:
    def build() -> Sample:
        content, rows = make()
        return Sample(make.__name__, content, BASE, tuple(rows))

    OTHER[make.__name__] = build
    return build


def page(main: str) -> bytes:
    menu = "".join(
        f'<li><a href="/{word.lower()}/">{word} and services</a></li>'
        for word in ("About", "Offices", "Calendar", "Forms", "Contact")
    )
    return (
        '<html lang="en"><head><title>Decisions | Example Records</title></head><body><header>'
        f"<nav><ul>{menu}</ul></nav></header><main><h1>Recent decisions</h1>{main}</main><footer>"
        '<a href="/privacy">Privacy policy of this site</a> <a href="/terms">Terms of use</a>'
        "</footer></body></html>"
    ).encode()


def simple(
    form: str,
    *,
    frame: str = "<ul>{rows}</ul>",
    link: str = "/docs/2026/{n}.pdf",
    dated: bool = True,
    names: Sequence[str] = NAMES,
) -> tuple[bytes, list[Row]]:
    printed: list[str] = []
    rows: list[Row] = []
    for i, name in enumerate(names):
        href = link.format(n=f"op-{2150 + 3 * i}")
        when = day(i)
        printed.append(
            form.format(
                href=href, title=html.escape(name), day=when, case=f"26-{311 + i}", i=i, n=2150 + i
            )
        )
        stated = when.isoformat() if dated else None
        rows.append(("https://records.example.org" + href, name, stated))
    return page(frame.format(rows="".join(printed))), rows


@shape
def title_in_another_cell() -> tuple[bytes, list[Row]]:
    return simple(
        '<tr><td>{day:%m/%d/%Y}</td><td>{case}</td><td>{title}</td><td><a href="{href}">View PDF'
        "</a></td></tr>",
        frame="<table><tr><th>Date</th><th>No.</th><th>Case</th><th></th></tr>{rows}</table>",
    )


@shape
def number_is_the_link() -> tuple[bytes, list[Row]]:
    return simple(
        '<tr><td><a href="{href}">{case}</a></td><td>{title}</td><td>{day:%b %d, %Y}</td></tr>',
        frame='<table class="views-table"><tbody>{rows}</tbody></table>',
    )


@shape
def title_is_loose_text() -> tuple[bytes, list[Row]]:
    return simple('<li>{title} (<a href="{href}">PDF</a>) <i>{day:%B %d, %Y}</i></li>')


@shape
def heading_and_link_apart() -> tuple[bytes, list[Row]]:
    return simple(
        '<div class="card"><h3>{title}</h3><p>Filed {day:%B} {day.day}, {day.year}</p>'
        '<a class="btn" href="{href}">Read more</a></div>',
        frame='<div class="grid">{rows}</div>',
        link="/decisions/{n}",
    )


@shape
def two_files_in_a_row() -> tuple[bytes, list[Row]]:
    return simple(
        '<tr><td>{day:%A}, {day:%B} {day.day}, {day.year}</td><td>{title}</td><td><a href="{href}">'
        'Agenda</a> | <a href="/docs/m/{n}.pdf">Minutes</a></td></tr>',
        frame="<table>{rows}</table>",
    )


@shape
def day_months_in_words() -> tuple[bytes, list[Row]]:
    return simple('<li><span>{day.day} {day:%b} {day:%y}</span> <a href="{href}">{title}</a></li>')


@shape
def american_short_days() -> tuple[bytes, list[Row]]:
    return simple(
        '<tr><td><a href="{href}">{title}</a></td><td>{day:%m}/{day:%d}/{day:%y}</td></tr>',
        frame="<table>{rows}</table>",
    )


@shape
def calendar_tiles() -> tuple[bytes, list[Row]]:
    return simple(
        '<div class="event"><div class="date"><span class="m">{day:%b}</span><span class="d">'
        '{day:%d}</span><span class="y">{day:%Y}</span></div><a href="{href}">{title}</a>'
        "<p>10:00 a.m. to noon, Room {i}</p></div>",
        frame='<div class="events">{rows}</div>',
        link="/events/{n}",
    )


@shape
def time_elements() -> tuple[bytes, list[Row]]:
    return simple(
        '<article><time datetime="{day}T09:00:00-05:00">last week</time><h2><a href="{href}">'
        "{title}</a></h2><p>Summary of the ruling in some words.</p></article>",
        frame="<div>{rows}</div>",
        link="/decisions/{n}",
    )


@shape
def one_heading_for_several_rows() -> tuple[bytes, list[Row]]:
    parts: list[str] = []
    rows: list[Row] = []
    for i, name in enumerate(NAMES):
        when = day(i // 2)
        if i % 2 == 0:
            parts.append(f"<h3>{when:%B} {when.day}, {when.year}</h3>")
        parts.append(f'<p><a href="/docs/2026/op-{i + 2150}.pdf">{name}</a></p>')
        url = f"https://records.example.org/docs/2026/op-{i + 2150}.pdf"
        rows.append((url, name, when.isoformat()))
    return page(f'<div class="list">{"".join(parts)}</div>'), rows


@shape
def lists_below_headings() -> tuple[bytes, list[Row]]:
    parts: list[str] = []
    rows: list[Row] = []
    for block in range(4):
        when = day(block)
        items = []
        for i, name in enumerate(NAMES[2 * block : 2 * block + 2]):
            items.append(f'<li><a href="/docs/2026/op-{block}{i + 100}.pdf">{name}</a></li>')
            url = f"https://records.example.org/docs/2026/op-{block}{i + 100}.pdf"
            rows.append((url, name, when.isoformat()))
        parts.append(f"<h3>{when:%B} {when.day}, {when.year}</h3><ul>{''.join(items)}</ul>")
    return page(f'<div class="list">{"".join(parts)}</div>'), rows


@shape
def rows_below_a_row_with_the_day() -> tuple[bytes, list[Row]]:
    parts: list[str] = []
    rows: list[Row] = []
    for i, name in enumerate(NAMES):
        when = day(i // 3)
        if i % 3 == 0:
            parts.append(
                f'<tr class="head"><td colspan="2">{when:%B} {when.day}, {when.year}</td></tr>'
            )
        parts.append(
            f'<tr><td>{i}</td><td><a href="/docs/2026/op-{i + 2150}.pdf">{name}</a></td></tr>'
        )
        url = f"https://records.example.org/docs/2026/op-{i + 2150}.pdf"
        rows.append((url, name, when.isoformat()))
    return page(f"<table>{''.join(parts)}</table>"), rows


@shape
def day_at_the_start_of_the_link() -> tuple[bytes, list[Row]]:
    return simple(
        '<li><a href="{href}"><b>{day:%Y-%m-%d}</b> <span>{title}</span></a></li>',
        link="/d/{n}.html",
    )


@shape
def a_range_of_days() -> tuple[bytes, list[Row]]:
    return simple(
        '<li><a href="{href}">{title}</a><span>{day:%Y-%m-%d} to 2026-12-31</span></li>',
        link="/consultations/{n}.html",
    )


@shape
def postbacks_beside_the_title() -> tuple[bytes, list[Row]]:
    return simple(
        "<tr><td><a href=\"javascript:__doPostBack('ctl00$g','Sort{i}')\">select</a></td><td>"
        '<a href="{href}">{title}</a></td><td>{day:%m/%d/%Y}</td></tr>',
        frame="<table>{rows}</table>",
        link="/view.aspx?id={n}",
    )


def _json(data: Any, rows: list[Row]) -> tuple[bytes, list[Row]]:
    return json.dumps(data).encode(), rows


@shape
def wordpress_posts() -> tuple[bytes, list[Row]]:
    posts: list[dict[str, Any]] = []
    rows: list[Row] = []
    for i, name in enumerate(NAMES):
        url = f"https://records.example.org/2026/{i + 1}/post-{i}/"
        posts.append(
            {
                "id": 900 + i,
                "date": f"{day(i)}T10:00:00",
                "modified": "2026-11-19T08:00:00",
                "link": url,
                "title": {"rendered": html.escape(name)},
                "excerpt": {"rendered": "<p>Short.</p>"},
                "_links": {"self": [{"href": f"https://records.example.org/wp-json/{i}"}]},
            }
        )
        rows.append((url, name, day(i).isoformat()))
    return _json(posts, rows)


@shape
def edges_and_nodes() -> tuple[bytes, list[Row]]:
    edges: list[dict[str, Any]] = []
    rows: list[Row] = []
    for i, name in enumerate(NAMES):
        edges.append(
            {"node": {"heading": name, "path": f"/cases/{70 + i}", "filedOn": str(day(i))}}
        )
        rows.append((f"https://records.example.org/cases/{70 + i}", name, day(i).isoformat()))
    return _json({"data": {"cases": {"edges": edges, "pageInfo": {"endCursor": "x"}}}}, rows)


@shape
def json_inside_a_text() -> tuple[bytes, list[Row]]:
    found: list[dict[str, Any]] = []
    rows: list[Row] = []
    for i, name in enumerate(NAMES):
        found.append({"Name": name, "Url": f"/f/{i + 300}.pdf", "Date": f"{day(i):%m/%d/%Y}"})
        rows.append((f"https://records.example.org/f/{i + 300}.pdf", name, day(i).isoformat()))
    return _json({"d": json.dumps(found)}, rows)


@shape
def title_above_the_file() -> tuple[bytes, list[Row]]:
    results: list[dict[str, Any]] = []
    rows: list[Row] = []
    for i, name in enumerate(NAMES):
        url = f"https://records.example.org/files/{i + 300}/OP_{i}_PC.pdf"
        results.append(
            {
                "id": i,
                "data": {"a1": day(i).isoformat(), "b2": name},
                "documents": [
                    {"document": {"title": f"OP_{i}_PC", "created_at": "2026-11-01", "url": url}}
                ],
            }
        )
        rows.append((url, name, day(i).isoformat()))
    return _json({"count": 7, "results": results}, rows)


@shape
def cells_without_names() -> tuple[bytes, list[Row]]:
    cells: list[list[str]] = []
    rows: list[Row] = []
    for i, name in enumerate(NAMES):
        link = f'<a href="/docs/{i + 300}.pdf" target="_blank">{html.escape(name)}</a>'
        cells.append([f"26-{i + 100}", link, f"{day(i):%m/%d/%Y}", "Affirmed"])
        rows.append((f"https://records.example.org/docs/{i + 300}.pdf", name, day(i).isoformat()))
    return _json({"draw": 1, "recordsTotal": 7, "data": cells}, rows)


@shape
def anchors_in_named_cells() -> tuple[bytes, list[Row]]:
    cells: list[dict[str, Any]] = []
    rows: list[Row] = []
    for i, name in enumerate(NAMES):
        link = f"<a href='/docs/{i + 300}.pdf'>View</a>"
        cells.append({"case": name, "file": link, "filed": f"{day(i):%B} {day(i).day}, 2026"})
        rows.append((f"https://records.example.org/docs/{i + 300}.pdf", name, day(i).isoformat()))
    return _json({"rows": cells}, rows)


@shape
def paths_without_a_slash() -> tuple[bytes, list[Row]]:
    cells: list[dict[str, Any]] = []
    rows: list[Row] = []
    for i, name in enumerate(NAMES):
        cells.append({"n": name, "p": f"uploads/Opinions 2026/op-{i}.pdf", "d": str(day(i))})
        url = f"https://records.example.org/list/uploads/Opinions%202026/op-{i}.pdf"
        rows.append((url, name, day(i).isoformat()))
    return _json({"items": cells}, rows)
