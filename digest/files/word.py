"""An issue as a Word file that editors can work on: named styles, real footnotes, contents.

Nothing is formatted directly; whoever wants another look changes the styles. Every item carries
its bookmark (``i12``), so that a file that comes back can be matched with the issue.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

from digest.files.content import Entry, Printed, printed
from digest.files.footnotes import CALL_STYLE, TEXT_STYLE, Footnotes
from digest.files.pdf import heading_pages
from digest.view import IssueView

if TYPE_CHECKING:
    from docx.document import Document
    from docx.section import Section

_BODY_FONT, _HEAD_FONT, _LATIN = "宋体", "黑体", "Times New Roman"
_RED, _GREY = "A01C1F", "57514A"
# name, base, size in points, colour, Chinese font
_STYLES = (
    ("来源", "Normal", 9.0, _GREY, _BODY_FONT),
    ("附注", "Normal", 9.0, _GREY, _BODY_FONT),
    ("新进展", "Normal", 10.0, _RED, _BODY_FONT),
    ("短评", "Normal", 10.0, None, _BODY_FONT),
    ("编者按", "Normal", 10.5, None, _BODY_FONT),
    ("刊物信息", "Normal", 10.5, _GREY, _BODY_FONT),
    ("栏名", "Normal", 11.0, _RED, _HEAD_FONT),
)


def as_docx(view: IssueView) -> bytes:
    """The issue as DOCX; the same issue gives the same words and properties."""
    from docx import Document

    issue = printed(view)
    document = Document()
    _styles(document)
    _page(document, issue)
    _properties(document, issue, datetime.combine(view.issued_on, time(), tzinfo=UTC))
    notes = Footnotes(document)
    _masthead(document, issue)
    _contents(document, issue, pages=heading_pages(view))
    _front(document, issue)
    for at, part in enumerate(issue.parts):
        # Bookmarks are numbered; those of the items have the numbers up to theirs.
        place = len(view.items) + 1 + at
        _bookmark(document.add_heading(level=1), _section_mark(at), part.title, place=place)
        for entry in part.entries:
            _entry(document, entry, notes)
    if not issue.parts:
        document.add_paragraph("本期没有新的内容。")
    document.add_paragraph(issue.coverage, style="刊物信息")
    for line in (issue.notice, issue.imprint, f"{issue.title} {issue.label} · 校验 {issue.hash}"):
        if line:
            document.add_paragraph(line, style="刊物信息")
    notes.save()
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _styles(document: Document) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt

    known = document.styles
    for name, size, font, colour in (
        ("Normal", 10.5, _BODY_FONT, None),
        ("Title", 26.0, _HEAD_FONT, None),
        ("Heading 1", 16.0, _HEAD_FONT, _RED),
        ("Heading 2", 12.0, _HEAD_FONT, None),
    ):
        _look(known[name], size=size, font=font, colour=colour)
    known["Normal"].paragraph_format.line_spacing = 1.35
    known["Normal"].paragraph_format.space_after = Pt(4)
    for name, base, size, colour, font in _STYLES:
        style = known.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = known[base]
        _look(style, size=size, font=font, colour=colour)
    for name in ("来源", "栏名"):
        known[name].paragraph_format.keep_with_next = True
    known["栏名"].paragraph_format.space_before = Pt(10)
    _contents_styles(known)
    text = known.add_style("footnote text", WD_STYLE_TYPE.PARAGRAPH)
    text.element.set(_qn("w:styleId"), TEXT_STYLE)
    text.base_style = known["Normal"]
    _look(text, size=9.0, font=_BODY_FONT, colour=None)
    call = known.add_style("footnote reference", WD_STYLE_TYPE.CHARACTER)
    call.element.set(_qn("w:styleId"), CALL_STYLE)
    call.font.superscript = True


def _contents_styles(known: Any) -> None:
    """The two that Word itself uses when it works the contents out anew."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
    from docx.shared import Cm, Pt

    for name, size, indent in (("toc 1", 10.5, 0.0), ("toc 2", 9.5, 0.6)):
        line = known.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        line.element.set(_qn("w:styleId"), name.replace("toc ", "TOC"))
        line.base_style = known["Normal"]
        _look(line, size=size, font=_BODY_FONT, colour=None)
        line.font.bold = indent == 0
        form = line.paragraph_format
        # The number stands beyond the end of the lines, as in print.
        form.left_indent, form.right_indent, form.space_after = Cm(indent), Cm(1.2), Pt(2)
        form.tab_stops.add_tab_stop(Cm(15.8), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)


def _look(style: Any, *, size: float, font: str, colour: str | None) -> None:
    from docx.shared import Pt, RGBColor

    style.font.size, style.font.name = Pt(size), _LATIN
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(_qn("w:eastAsia"), font)
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(_qn(f"w:{theme}"), None)
    style.font.color.rgb = RGBColor.from_string(colour or "211D19")
    language = _element("w:lang", eastAsia="zh-CN", val="en-US")
    style.element.get_or_add_rPr().append(language)


def _page(document: Document, issue: Printed) -> None:
    from docx.shared import Cm

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.6)
    section.top_margin = section.bottom_margin = Cm(2.5)
    head = section.header.paragraphs[0]
    head.style = document.styles["附注"]
    head.add_run(f"{issue.title}　{issue.label}　{issue.period}")
    _page_number(document, section)


def _page_number(document: Document, section: Section) -> None:
    foot = section.footer.paragraphs[0]
    foot.style = document.styles["附注"]
    foot.alignment = 1
    _field(foot, "PAGE", shown="1")


def _properties(document: Document, issue: Printed, made: datetime) -> None:
    known = document.core_properties
    known.title = f"{issue.title} {issue.label}"
    known.author = issue.imprint[:200] or issue.title
    known.subject = f"{issue.period} {issue.hash}"
    known.language, known.comments = issue.lang, ""
    known.created = known.modified = made.replace(tzinfo=None)


def _masthead(document: Document, issue: Printed) -> None:
    document.add_paragraph(issue.title, style="Title")
    facts = (issue.subtitle, f"{issue.label} · {issue.issued}", f"{issue.period} · {issue.extent}")
    for fact in facts:
        if fact.strip(" ·"):
            document.add_paragraph(fact.strip(" ·"), style="刊物信息")
    if issue.permit:
        document.add_paragraph(issue.permit, style="刊物信息")


def _contents(document: Document, issue: Printed, *, pages: Sequence[str]) -> None:
    """A contents field, filled with titles and the page numbers of the PDF.

    Word and LibreOffice put in their own numbers when the file is opened; a viewer that works
    nothing out shows these (D02).
    """
    lines = []
    for at, part in enumerate(issue.parts):
        lines.append(("toc 1", _section_mark(at), part.title))
        lines += [("toc 2", one.anchor, f"{one.number}. {one.title}") for one in part.entries]
    if not lines:
        return
    document.add_paragraph("目录", style="栏名")
    numbers = pages or ("",) * len(lines)
    for at, ((style, anchor, title), number) in enumerate(zip(lines, numbers, strict=True)):
        paragraph = document.add_paragraph(style=style)
        if at == 0:
            _begin(paragraph, 'TOC \\o "1-2" \\h \\z \\u')
        _leading_to(paragraph, anchor, title, number)
        if at == len(lines) - 1:
            _mark(paragraph, "end")
    _body_begins(document)


def _body_begins(document: Document) -> None:
    """A new page with number 1, as in the PDF; the pages before have roman numbers."""
    front, body = document.sections[0], document.add_section()
    for section, form in ((front, "lowerRoman"), (body, "decimal")):
        numbers = _element("w:pgNumType", fmt=form, start="1")
        section._sectPr.find(_qn("w:cols")).addprevious(numbers)
    (code,) = front.footer.paragraphs[0]._p.iter(_qn("w:instrText"))
    code.text = " PAGE \\* roman "
    body.footer.is_linked_to_previous = False
    _page_number(document, body)


def _leading_to(paragraph: Any, anchor: str, title: str, number: str) -> None:
    """A line of the contents: the title, and the page of its bookmark, as one link."""
    before = len(paragraph._p)
    paragraph.add_run(f"{title}\t")
    _field(paragraph, f"PAGEREF {anchor} \\h", shown=number)
    link = _element("w:hyperlink", anchor=anchor, history="1")
    for run in list(paragraph._p)[before:]:
        link.append(run)
    paragraph._p.append(link)


def _section_mark(at: int) -> str:
    """The bookmark of a section; Word hides names that begin like this."""
    return f"_s{at + 1}"


def _front(document: Document, issue: Printed) -> None:
    if issue.intro:
        document.add_paragraph("编者按", style="栏名")
        document.add_paragraph(issue.intro, style="编者按")
    if issue.leads:
        document.add_paragraph("要点", style="栏名")
        for number, text in issue.leads:
            document.add_paragraph(f"{number}. {text}")
    if issue.deadlines:
        document.add_paragraph("日期提醒", style="栏名")
        _table(document, (("日期", "事项", "文件"), *issue.deadlines), widths=(4.0, 2.0, 9.8))
    if issue.figures:
        document.add_paragraph("本期数字", style="栏名")
        count = len(issue.figures)
        names, values = zip(*issue.figures, strict=True)
        _table(document, (names, values), widths=(15.8 / count,) * count)


def _table(
    document: Document, rows: tuple[tuple[str, ...], ...], *, widths: tuple[float, ...]
) -> None:
    """A table whose first row is repeated on every page; widths in centimetres."""
    from docx.shared import Cm

    table = document.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)  # LibreOffice goes by these, Word by those of the cells
    for row in rows:
        made = table.add_row()
        made._tr.get_or_add_trPr().append(_element("w:cantSplit", val="true"))
        for cell, text, width in zip(made.cells, row, widths, strict=True):
            cell.text, cell.width = text, Cm(width)
    table.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader", val="true"))


def _entry(document: Document, entry: Entry, notes: Footnotes) -> None:
    heading = document.add_heading(level=2)
    _bookmark(heading, entry.anchor, f"{entry.number}. {entry.title}", place=entry.number)
    meta = document.add_paragraph(entry.meta, style="来源")
    notes.call(meta, entry.notes)
    if not (entry.news or entry.summary or entry.lines):
        # headlines alone would all keep together and leave half a page empty
        meta.paragraph_format.keep_with_next = False
    if entry.news:
        document.add_paragraph(entry.news, style="新进展")
    if entry.summary:
        document.add_paragraph(entry.summary)
    for line in entry.lines:
        text = f"{line.label}：{line.text}" if line.label else line.text
        document.add_paragraph(text, style="短评" if line.label == "短评" else "附注")


def _bookmark(paragraph: Any, name: str, text: str, *, place: int) -> None:
    paragraph._p.append(_element("w:bookmarkStart", id=str(place), name=name))
    paragraph.add_run(text)
    paragraph._p.append(_element("w:bookmarkEnd", id=str(place)))


def _field(paragraph: Any, code: str, *, shown: str) -> None:
    _begin(paragraph, code)
    paragraph.add_run(shown)
    _mark(paragraph, "end")


def _begin(paragraph: Any, code: str) -> None:
    """Open a field that Word works out when the file is opened."""
    _mark(paragraph, "begin", dirty="true")
    instruction = _element("w:instrText")
    instruction.text = f" {code} "
    paragraph.add_run()._element.append(instruction)
    _mark(paragraph, "separate")


def _mark(paragraph: Any, kind: str, **values: str) -> None:
    paragraph.add_run()._element.append(_element("w:fldChar", fldCharType=kind, **values))


def _element(tag: str, **values: str) -> Any:
    from docx.oxml import OxmlElement

    made = OxmlElement(tag)
    for name, value in values.items():
        made.set(_qn(f"w:{name}"), value)
    return made


def _qn(tag: str) -> str:
    from docx.oxml.ns import qn

    name: str = qn(tag)
    return name
