"""List pages whose title or day stands beside the row; sample text, one function per shape."""

from __future__ import annotations

from tests.spiders.list_shapes import Row
from tests.spiders.list_shapes_other import NAMES, OTHER, day, page, shape, simple

__all__ = ["OTHER"]


@shape
def two_table_rows_each() -> tuple[bytes, list[Row]]:
    return simple(
        "<tr><td>{day:%m/%d/%Y}</td><td>{title}</td></tr><tr><td></td><td>"
        '<a href="{href}">Download opinion</a></td></tr>',
        frame="<table>{rows}</table>",
    )


@shape
def labelled_lines() -> tuple[bytes, list[Row]]:
    return simple(
        '<div class="rec"><p><b>Title:</b> {title}</p><p><b>Docket:</b> {case}</p>'
        "<p><b>Date:</b> {day:%B} {day.day}, {day.year}</p>"
        '<p><a href="{href}">PDF</a></p></div>',
        frame="<div>{rows}</div>",
    )


@shape
def dl_terms() -> tuple[bytes, list[Row]]:
    return simple(
        '<dt>{title}</dt><dd>Filed {day:%m/%d/%Y}. <a href="{href}">Opinion</a></dd>',
        frame="<dl>{rows}</dl>",
    )


@shape
def heading_then_paragraph() -> tuple[bytes, list[Row]]:
    return simple(
        '<h4>{title}</h4><p>{day:%B} {day.day}, {day.year} <a href="{href}">View</a></p>',
        frame='<div class="x">{rows}</div>',
    )


@shape
def hr_separated() -> tuple[bytes, list[Row]]:
    return simple(
        "<p><b>{title}</b><br>No. {case}<br>Filed: {day:%m/%d/%Y}<br>"
        '<a href="{href}">Read opinion</a></p><hr>',
        frame="<div>{rows}</div>",
    )


@shape
def date_first_row_of_group_rowspan() -> tuple[bytes, list[Row]]:
    parts: list[str] = []
    rows: list[Row] = []
    for i, n in enumerate(NAMES):
        w = day(i // 2)
        c = f'<td rowspan="2">{w:%m/%d/%Y}</td>' if i % 2 == 0 else ""
        parts.append(f'<tr>{c}<td><a href="/docs/2026/op-{i + 2150}.pdf">{n}</a></td></tr>')
        rows.append((f"https://records.example.org/docs/2026/op-{i + 2150}.pdf", n, w.isoformat()))
    return page("<table>" + "".join(parts) + "</table>"), rows


@shape
def aria_and_hidden() -> tuple[bytes, list[Row]]:
    return simple(
        '<li><a href="{href}"><span class="sr-only">opens in a new tab</span>'
        "{title}</a> <time>{day:%b} {day.day}, {day.year}</time></li>"
    )


@shape
def day_before_the_title_in_the_link() -> tuple[bytes, list[Row]]:
    return simple('<li><a href="{href}">{day:%Y-%m-%d} {title}</a></li>', link="/d/{n}.html")
