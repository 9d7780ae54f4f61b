"""List pages of courts, regulators and councils: one line of the list as its site prints it.

Where link, title and day stand is all that tells these apart, so each is a row, a frame and the
form of its addresses. ``few`` are the same with two rows, as short lists are.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.spiders.list_shapes import Row, Sample
from tests.spiders.list_shapes_other import BASE, NAMES, OTHER, day, page, simple

__all__ = ["OTHER", "REFUSED"]
US = "{day:%B} {day.day}, {day.year}"
UK = "{day.day} {day:%B} {day.year}"
PDF = "/docs/2026/{n}.pdf"
TABLE = "<table>{rows}</table>"
INTRO = (
    '<p>Posted at ten. See the <a href="/archive/search">archive of older documents</a>.</p>{rows}'
)

#: name of the shape: row, frame, addresses
LINES: dict[str, tuple[str, str, str]] = {
    "argued_and_decided": (
        '<tr><td><a href="/dockets/view.asp?no={case}">{case}</a></td><td><a href="{href}">{title}'
        f"</a></td><td>March 2, 2026</td><td>{US}</td></tr>",
        "<table><tr><th>Case No.</th><th>Caption</th><th>Argued</th><th>Decided</th></tr>{rows}"
        "</table>",
        PDF,
    ),
    "prose": (
        '<p><a href="{href}">{title}'
        "</a>, No. {case}, filed {day:%b} {day.day}, {day.year}. The court"
        " did not err in admitting the ledger; affirmed.</p>",
        INTRO,
        PDF,
    ),
    "prose_with_the_file_at_its_end": (
        f"<p><strong>{{title}}</strong>, No. {{case}} (filed {US}). Whether notice by post was"
        ' enough. <a href="{href}">PDF</a></p>',
        INTRO,
        PDF,
    ),
    "file_page_summary": (
        f'<div class="op"><div class="d">{US}</div><div class="t">{{title}}</div><div>No. {{case}}'
        '</div><div><a href="{href}">PDF</a> | <a href="/o/{case}.htm">HTML</a> | '
        '<a href="/s/{case}">Summary</a></div></div>',
        "{rows}",
        PDF,
    ),
    "terms_then_labelled_lines": (
        '<dt><a href="{href}">{title}</a></dt><dd>Docket {case}</dd><dd>Filed: {day:%m-%d-%Y}</dd>'
        "<dd>Reversed and remanded.</dd>",
        "<dl>{rows}</dl>",
        PDF,
    ),
    "two_lines_of_a_table": (
        '<tr class="a"><td>{day:%m/%d/%Y}</td><td colspan="2"><b>{title}</b></td></tr>'
        '<tr class="b">'
        '<td>{case}</td><td><a href="{href}">Majority Opinion</a></td><td>Burke</td></tr>',
        TABLE,
        PDF,
    ),
    "running_text": (
        f'<a href="{{href}}">{{case}}</a> {{title}}<br>{US}<br><br>',
        "<p>{rows}</p>",
        PDF,
    ),
    "running_text_in_spans": (
        '<span><a href="{href}">{case}</a></span> <span>{title}</span><br><span>{day:%m/%d/%Y}'
        "</span><hr>",
        "<div>{rows}</div>",
        PDF,
    ),
    "number_inside_the_link": (
        '<li><a href="{href}"><span class="num">{case}</span> {title}</a> <i>posted {day:%m/%d/%Y}'
        "</i></li>",
        "<ul>{rows}</ul>",
        PDF,
    ),
    "number_and_day_parted_by_a_break": (
        '<tr><td>{case}<br>{day:%b %d, %Y}</td><td><a href="{href}"><b>{title}</b></a>'
        "<br>Appeal from"
        " the Circuit Court; the court erred in granting judgment.</td></tr>",
        TABLE,
        PDF,
    ),
    "day_at_the_end_of_the_link": (
        '<li><a href="{href}">{title} ({day:%d %B %Y})</a></li>',
        "<ul>{rows}</ul>",
        "/cases/{n}.html",
    ),
    "day_and_class_in_one_line": (
        f'<div class="card"><a href="{{href}}"><h2>{{title}}</h2><p class="meta">{UK}'
        f"<span>, Monetary"
        " penalties</span><span>, Finance and credit</span></p><p>Penalty after a breach of the"
        " rules on consent by the company.</p></a></div>",
        "{rows}",
        "/action/{n}/",
    ),
    "file_in_other_languages": (
        '<div class="f"><div>{title}</div><div>{day:%d.%m.%Y}<br>English (340 KB - PDF)</div>'
        '<a href="{href}">Download</a><div><a href="/fr/{n}.pdf">français</a> '
        '<a href="/de/{n}.pdf">Deutsch</a></div></div>',
        "{rows}",
        "/files/{n}_en.pdf",
    ),
    "month_first_told_by_other_rows": (
        '<li>{day:%m.%d.%Y} &mdash; <a href="{href}">{title}</a> ('
        '<a href="/es/{n}">Español</a>)</li>',
        "<ul>{rows}</ul>",
        "/press/{n}",
    ),
    "number_of_the_release_is_the_link": (
        f'<p><a href="{{href}}">Release No. 34-{{n}}</a> | {US}<br>{{title}}</p>',
        "{rows}",
        PDF,
    ),
    "meeting_portal": (
        '<tr><td><a href="/DepartmentDetail.aspx?ID=20">{title}</a></td><td>{day.month}/{day.day}/'
        '{day.year}</td><td><a href="/View.ashx?M=IC&amp;ID={n}">'
        '<img alt="Export to iCalendar"></a>'
        '</td><td>6:00 PM</td><td><a href="{href}">Meeting&nbsp;details</a></td>'
        '<td><a href="/View.ashx?M=A&amp;ID={n}">Agenda</a></td></tr>',
        "<table><thead><tr><th>Name</th><th>Meeting Date</th><th></th><th>Time</th><th>Details</th>"
        "<th>Agenda</th></tr></thead>{rows}</table>",
        "/MeetingDetail.aspx?ID={n}",
    ),
    "agenda_and_minutes_behind_the_title": (
        f'<li>{US} {{title}} &ndash; <a href="{{href}}">Agenda</a> / <a href="/m/{{n}}.pdf">Minutes'
        "</a></li>",
        "<ul>{rows}</ul>",
        "/a/{n}.pdf",
    ),
    "day_and_title_are_the_link": (
        f'<li><a href="{{href}}">{US} {{title}}</a></li>',
        "<h2>Meeting notices</h2><ul>{rows}</ul>",
        "/uploads/2026/{n}.pdf",
    ),
    "files_in_a_table_of_the_cell": (
        '<tr><td><a href="/Case.aspx?cn={case}">{case}</a></td><td>{title}</td>'
        "<td>{day:%m/%d/%Y}</td>"
        '<td><table><tr><td><a href="{href}">PDF/63 KB</a></td><td><a href="/media?v={n}&amp;html">'
        "HTML</a></td></tr></table></td></tr>",
        '<table class="grid">{rows}</table>',
        "/media?v={n}",
    ),
    "published_and_updated": (
        f'<div class="i"><h2><a href="{{href}}">{{title}}</a></h2><dl><dt>Published:</dt>'
        f"<dd>{UK}</dd>"
        "<dt>Last updated:</dt><dd>18 November 2026</dd></dl></div>",
        "{rows}",
        "/publications/{n}",
    ),
    "icon_of_the_judgment_beside_the_case": (
        '<tr><td><a href="/liste.jsf?num=C-{n}/24">C-{n}/24</a></td><td>Judgment<br><span>ECLI:EU:'
        '{i}</span></td><td>{day:%d/%m/%Y}</td><td>{title}</td><td><a href="{href}">'
        '<img src="/c.png"'
        ' title="View pdf documents"></a></td></tr>',
        "<table><tr><th>Case</th><th>Document</th><th>Date</th><th>Name of the parties"
        "</th><th></th>"
        "</tr>{rows}</table>",
        "/document.jsf?docid={n}",
    ),
    "name_in_a_box_of_no_class": (
        "<div><div><b>{case}</b></div><div>{title}<br><small>Marrow Superior Court, Hon. P. Quill"
        "</small></div><div>{day:%b} {day.day}, {day.year}</div><div>"
        '<a href="{href}">View</a></div>'
        "</div>",
        "<section>{rows}</section>",
        "/GetOpinion.ashx?id={n}",
    ),
}
#: pages whose list cannot be decided: no rows are better than wrong ones
REFUSED: dict[str, bytes] = {
    "postbacks_only": page(
        "<table>"
        + "".join(
            f"<tr><td>{day(i):%m/%d/%Y}</td><td>"
            f"<a href=\"javascript:__doPostBack('x{i}','')\">{name}"
            "</a></td></tr>"
            for i, name in enumerate(NAMES)
        )
        + "</table>"
    ),
    "days_of_a_calendar": page(
        "<table>"
        + "".join(f'<td><a href="/cal/2026/11/{d}">{d}</a></td>' for d in range(1, 29))
        + "</table>"
    ),
    "login": page('<form><input type="password"></form><p><a href="/forgot">Forgot it?</a></p>'),
    "numbers_of_opinions": page(
        "".join(
            f'<li><a href="/files/{i + 4000}.pdf">Opinion Number 24-{i + 4000} (slip)</a></li>'
            for i in range(8)
        )
    ),
    "the_same_tooltip_in_every_row": page(
        "".join(
            f'<li><a href="/files/{i + 4000}.pdf" title="Opens in a new window today">View</a></li>'
            for i in range(8)
        )
    ),
    "the_same_words_in_every_row": page(
        "".join(f'<li><a href="/files/{i + 4000}">Download</a></li>' for i in range(8))
    ),
}


def _shape(name: str, *, rows: int) -> Callable[[], Sample]:
    form, frame, link = LINES[name]

    def build() -> Sample:
        content, wanted = simple(form, frame=frame, link=link, names=NAMES[:rows])
        return Sample(name, content, BASE, tuple(wanted))

    return build


for _name in LINES:
    OTHER[_name] = _shape(_name, rows=len(NAMES))
for _name in ("prose", "argued_and_decided", "meeting_portal", "running_text", "file_page_summary"):
    OTHER[f"{_name}_few"] = _shape(_name, rows=2)


def _meetings_by_year() -> Sample:
    parts: list[str] = []
    wanted: list[Row] = []
    for i, name in enumerate(NAMES):
        when = day(12 * i)
        if i == 0 or day(12 * (i - 1)).year != when.year:
            parts.append("</ul>" * bool(i) + f"<h3>{when.year} Meetings</h3><ul>")
        parts.append(
            f'<li>{when:%B} {when.day} - {name}: <a href="/a/{i + 700}.pdf">Agenda</a> '
            f'<a href="/m/{i + 700}.pdf">Minutes</a></li>'
        )
        url = f"https://records.example.org/a/{i + 700}.pdf"
        wanted.append((url, name, when.isoformat()))
    return Sample("meetings_by_year", page("".join(parts) + "</ul>"), BASE, tuple(wanted))


OTHER["meetings_by_year"] = _meetings_by_year
