"""新旧对照表 as a Word file: landscape, two columns and a remark, marks by colour and line.

Deleted words are struck out and red, new words underlined and green: both can be told apart on
paper without colour. The heading row repeats on every page.
"""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from pipelines.versions.sheet import Cell, Sheet, paragraphs

_FONT = "宋体"
_HEAD_FONT = "黑体"
_RED, _GREEN = (0x9C, 0x1C, 0x1C), (0x14, 0x5A, 0x32)


def as_docx(sheet: Sheet, *, now: datetime) -> bytes:
    """The file. ``now`` is written into its properties (aware)."""
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm

    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21.0)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Cm(2.0))
    _properties(document, sheet, now)
    _paragraph(document.add_paragraph(), f"{sheet.new_title}：新旧对照表", size=16, head=True)
    _paragraph(document.add_paragraph(), sheet.summary(), size=10.5)
    table = document.add_table(rows=1, cols=3, style="Table Grid")
    table.autofit = False
    for cell, text in zip(
        table.rows[0].cells, (sheet.old_title, sheet.new_title, "变化"), strict=True
    ):
        _paragraph(cell.paragraphs[0], text, size=10.5, head=True)
    _repeat(table.rows[0])
    for row in sheet.rows:
        cells = table.add_row().cells
        _fill(cells[0], row.old)
        _fill(cells[1], row.new)
        _paragraph(cells[2].paragraphs[0], row.remark, size=9)
    for column, width in zip(table.columns, (11.6, 11.6, 2.5), strict=True):
        for cell in column.cells:
            cell.width = Cm(width)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _properties(document: Any, sheet: Sheet, now: datetime) -> None:
    known = document.core_properties
    known.title = f"{sheet.new_title}：新旧对照表"
    known.author = "Dibao"
    known.language = "zh-CN"
    known.comments = ""
    known.created = known.modified = now.replace(tzinfo=None)


def _paragraph(paragraph: Any, text: str, *, size: float, head: bool = False) -> None:
    run = paragraph.add_run(text)
    _font(run, size=size, name=_HEAD_FONT if head else _FONT)


def _font(run: Any, *, size: float, name: str = _FONT) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    run.font.size = Pt(size)
    run.font.name = "Times New Roman"
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _fill(cell: Any, side: Cell | None) -> None:
    from docx.shared import RGBColor

    if side is None:
        return
    paragraph = cell.paragraphs[0]
    if side.label:
        _paragraph(paragraph, f"{side.label}　", size=10.5, head=True)
    for mark, text in paragraphs(side.pieces):
        if text == "\n":
            paragraph = cell.add_paragraph()
            continue
        run = paragraph.add_run(text)
        _font(run, size=10.5)
        if mark == "insert":
            run.font.underline, run.font.color.rgb = True, RGBColor(*_GREEN)
        elif mark == "delete":
            run.font.strike, run.font.color.rgb = True, RGBColor(*_RED)


def _repeat(row: Any) -> None:
    """Have the row repeated at the top of every page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)
