"""Lists of cases whose title, day or documents stand apart: one function per shape, sample text."""

from __future__ import annotations

import html
import json

from tests.spiders.list_shapes import Row
from tests.spiders.list_shapes_other import NAMES, day, page, shape, simple
from tests.spiders.list_shapes_world import OTHER, REFUSED

__all__ = ["OTHER", "REFUSED"]
HOST = "https://records.example.org"
ONCE = "2026-10-30"


@shape
def orders_by_number_under_one_case() -> tuple[bytes, list[Row]]:
    parts: list[str] = []
    rows: list[Row] = []
    for i, name in enumerate(NAMES):
        numbers = [31 + i, 35 + i, 140 + i][: 1 + i % 3]
        links = "<br>".join(
            f'Doc <a href="show?26-{311 + i}-{number}">{number}</a> (order)' for number in numbers
        )
        parts.append(
            f"<tr><td>{day(i):%m/%d/%Y}</td><td>Civil Action No. 26-{311 + i}<br>"
            f"{html.escape(name)}</td><td>{links}<br>by Judge Alvarez</td></tr>"
        )
        rows += [
            (f"{HOST}/list/show?26-{311 + i}-{number}", name, day(i).isoformat())
            for number in numbers
        ]
    head = "<tr><th>Date</th><th>Case</th><th>Opinion</th></tr>"
    return page(f"<table>{head}{''.join(parts)}</table>"), rows


@shape
def a_day_told_once_in_a_sentence() -> tuple[bytes, list[Row]]:
    content, rows = simple(
        '<p><a href="{href}">26-C-0{n}</a>&nbsp; {title}</p><p>AFFIRMED. SEE OPINION.</p>',
        frame="<p>NEWS RELEASE NO. 45</p><p>The Opinions handed down on the 30th day of October,"
        " 2026 are as follows:</p>{rows}",
    )
    return content, [(url, title, ONCE) for url, title, _ in rows]


@shape
def a_day_in_the_heading_of_two_lists() -> tuple[bytes, list[Row]]:
    half = len(NAMES) // 2
    content, rows = simple(
        '<li><a href="{href}">{title}</a> ({case})</li>',
        frame="<h2>Opinions Released October 30, 2026</h2><h4>Published</h4><ul>{rows}</ul>",
    )
    mark = f'<li><a href="{rows[half][0].removeprefix(HOST)}'
    second = f"</ul><h4>Unpublished</h4><ul>{mark}"
    return content.replace(mark.encode(), second.encode()), [
        (url, title, ONCE) for url, title, _ in rows
    ]


@shape
def days_spanning_two_lines_and_titles_behind() -> tuple[bytes, list[Row]]:
    parts: list[str] = []
    rows: list[Row] = []
    for i, name in enumerate(NAMES):
        spans = min(2, len(NAMES) - i)
        first = f'<td rowspan="{spans}">{day(i):%m/%d/%Y}</td>' if i % 2 == 0 else ""
        parts.append(
            f'<tr>{first}<td><a href="/slip/26-{90 - i}.pdf">26-{90 - i}</a></td>'
            f"<td>{html.escape(name)}</td><td>24-00{311 + i}</td><td>Choe</td></tr>"
        )
        rows.append((f"{HOST}/slip/26-{90 - i}.pdf", name, day(i - i % 2).isoformat()))
    return page(f"<table border=1>{''.join(parts)}</table>"), rows


@shape
def titles_in_the_line_above_the_sentence_with_the_link() -> tuple[bytes, list[Row]]:
    content, rows = simple(
        "<tr><td>{case}</td><td><div>{title}; from Marrow County</div></td></tr><tr><td> </td><td>"
        "<div><span>The court affirms the judgment.<br>Justice Young delivered the "
        '<a href="{href}">opinion of the Court.</a></span><div><a href="/briefs?cn={case}">View '
        'Electronic Briefs</a> | <a href="/video/{n}">Oral Argument</a></div></div></td></tr>',
        frame='<div class="panel-heading">October 30, 2026</div><table>{rows}</table>',
    )
    return content, [(url, f"{title}; from Marrow County", ONCE) for url, title, _ in rows]


@shape
def parties_in_two_fields_of_records() -> tuple[bytes, list[Row]]:
    sides = [("Brightwater, LLC", "Mendoza"), ("State", "Okafor"), ("Smith", "County of Marrow")]
    records = [
        {"docket": f"26-{i}", "plaintiff": one, "defendant": two, "filed": f"{day(i)}", "pdf": link}
        for i, (one, two) in enumerate(sides)
        for link in [f"/op/{6120 + i}.pdf"]
    ]
    rows: list[Row] = [
        (f"{HOST}/op/{6120 + i}.pdf", f"{one} v. {two}", day(i).isoformat())
        for i, (one, two) in enumerate(sides)
    ]
    return json.dumps(records).encode(), rows


@shape
def cells_of_records_that_link_the_case_and_the_file() -> tuple[bytes, list[Row]]:
    records = [
        {
            "filed": f"{day(i):%B %d, %Y}",
            "docket": f'<a href="/docket/26-{i}">26-{i}</a>',
            "name": f'<a href="/pdf/26-{i}.pdf">{html.escape(name)}</a>',
        }
        for i, name in enumerate(NAMES)
    ]
    rows: list[Row] = [
        (f"{HOST}/pdf/26-{i}.pdf", n, day(i).isoformat()) for i, n in enumerate(NAMES)
    ]
    return json.dumps({"rows": records}).encode(), rows


@shape
def a_link_that_nobody_sees() -> tuple[bytes, list[Row]]:
    return simple(
        '<div class="row"><div><span class="committee">{title}</span><br>{day:%b} {day.day}, '
        '{day.year}</div><div><a href="{href}"><img src="/a.png" alt="Agenda for {title}"></a>'
        '<a style="display:none" href="/asx?clip={n}" title="{title} on {day}">Open in a player</a>'
        '</div></div><div class="separator"></div>',
    )


@shape
def a_deadline_and_a_day_in_italian() -> tuple[bytes, list[Row]]:
    return simple(
        '<div class="card"><p>Scadenza: 2026-11-1{i}</p><p>Del {day.day} ottobre 2026</p>'
        '<h3>{title}</h3><a href="{href}">Leggi di più</a></div>',
        frame="<div>{rows}</div>",
        names=NAMES[:3],
    )


@shape
def two_cases_in_one_box() -> tuple[bytes, list[Row]]:
    content, rows = simple(
        '<p><a href="{href}">{title}</a>, {case}</p>',
        frame='<div class="ops"><h3>Friday, October 30, 2026</h3>{rows}</div>',
        names=("State v. Bell", "Katz v. Moreno Farms, Inc."),
    )
    return content, [(url, title, ONCE) for url, title, _ in rows]


@shape
def tooltips_that_add_the_same_words() -> tuple[bytes, list[Row]]:
    return simple(
        '<tr><td>{i}</td><td><a href="{href}" title="{title} 상세보기">{title}</a></td>'
        "<td>{day}</td></tr>",
        frame="<table>{rows}</table>",
    )


@shape
def opinion_and_summary_for_the_case() -> tuple[bytes, list[Row]]:
    return simple(
        '<div class="case"><div>No. {case}</div><h3>{title}</h3><div>Filed {day:%b} {day:%d}, '
        '{day.year}</div><p><a href="{href}">View Opinion No. {case}</a></p><p><a href="/sum/{n}">'
        "View Summary for Case No. {case}</a></p></div>",
        frame="<div>{rows}</div>",
        link="/courtcases/{n}",
    )


@shape
def a_day_of_its_own_beside_a_filing_in_a_sentence() -> tuple[bytes, list[Row]]:
    return simple(
        '<tr><td>{day:%m/%d/%y}</td><td><a href="{href}">{title}</a></td><td>The motion of the '
        "debtor, filed on March 3, 2026, is denied in part.</td></tr>",
        frame="<table>{rows}</table>",
    )


@shape
def a_lead_with_a_link_before_documents_in_folders() -> tuple[bytes, list[Row]]:
    return simple(
        '<p><a href="{href}"><em>{title}</em></a> ID {n} (PDF)</p><ul><li>The judge may rely on the'
        " record of conviction.</li></ul><p>Decided {day:%B} {day.day}, {day.year}</p>",
        frame='<p>Posted weekly. See the <a href="/archive/search">archive</a>.</p>{rows}',
        link="/media/{n}/dl",
    )


@shape
def argued_before_decided_in_one_line() -> tuple[bytes, list[Row]]:
    return simple(
        '<p class="o"><a href="{href}">{title}</a><br>No. {case}. Argued August 3, 2026. Decided '
        "{day:%B} {day.day}, {day.year}.<br>Held: The notice was adequate.</p>",
        frame="<div>{rows}</div>",
    )


@shape
def days_under_months_behind_a_lead() -> tuple[bytes, list[Row]]:
    content, rows = simple(
        '<p>{day.day} - <a href="{href}">{title}</a></p>',
        frame='<p>See the <a href="/archive/search">archive of older documents</a>.</p>{rows}',
    )
    text = content.decode()
    for i in reversed(range(len(NAMES))):
        if i == 0 or day(i - 1).month != day(i).month:
            line = f'<p>{day(i).day} - <a href="{rows[i][0].removeprefix(HOST)}'
            text = text.replace(line, f"<h3>{day(i):%B %Y}</h3>{line}")
    return text.encode(), rows


@shape
def ages_in_weeks_with_the_day_in_a_tooltip() -> tuple[bytes, list[Row]]:
    return simple('<li><a href="{href}">{title}</a> <abbr title="{day}">{i} weeks ago</abbr></li>')


@shape
def three_cases_in_running_text() -> tuple[bytes, list[Row]]:
    return simple(
        '<a href="{href}">{title}</a>, <b>Case No. {case}</b>, Filed {day:%B} {day.day}, '
        "{day.year}, 2026 UT {i}<br>",
        frame='<p>See the <a href="/archive/search">archive of older documents</a>.</p><p>{rows}'
        "</p>",
        names=("Brightwater Holdings, LLC v. Mendoza", "State v. Okafor", "In re Lindqvist"),
    )


@shape
def two_days_of_which_the_address_states_one() -> tuple[bytes, list[Row]]:
    parts: list[str] = []
    rows: list[Row] = []
    for i, name in enumerate(NAMES):
        path = f"/news/{day(i):%Y/%m/%d}/item-{i}.html"
        parts.append(
            f'<li><span>{day(i + 1)}</span><span>{day(i)}</span><a href="{path}">'
            f"{html.escape(name)}</a></li>"
        )
        rows.append((f"{HOST}{path}", name, day(i).isoformat()))
    return page(f"<ul>{''.join(parts)}</ul>"), rows


@shape
def files_called_by_their_form_and_number() -> tuple[bytes, list[Row]]:
    return simple(
        '<tr><td>{day}</td><td>{title}</td><td><a href="{href}">PDF ({day:%A} session, court '
        "file {case})</a></td></tr>",
        frame="<table>{rows}</table>",
        names=("Waiver of jury fees", "Sealing of old files", "Interpreters in court"),
    )


@shape
def the_day_of_an_update_told_once() -> tuple[bytes, list[Row]]:
    return simple(
        '<li><a href="{href}">{title}</a></li>',
        frame="<p>The opinions published here were last updated on October 30, 2026.</p>"
        "<p>All of them are files.</p><ul>{rows}</ul>",
        dated=False,
    )
