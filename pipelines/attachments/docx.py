"""DOCX: paragraphs and tables of the main part, in order, tracked changes as accepted.

The XML is read directly: one small reader serves transitional, strict and WPS-written files, and
broken relations in a package, which make whole-package readers refuse, do not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree  # type: ignore[import-untyped]

from pipelines.attachments.errors import Damaged
from pipelines.attachments.flow import reading
from pipelines.attachments.model import Block, FileText, Limits, Para, Table
from pipelines.attachments.unpack import Budget, attribute, local, opened, parse_xml

_MAIN = ("word/document.xml", "word/document2.xml")
_SKIPPED = frozenset({"del", "moveFrom", "Fallback", "instrText", "delText", "pPr", "rPr"})
_HEADING = re.compile(r"(?:heading|标题)\s?(\d)", re.IGNORECASE)


def read_docx(data: bytes, *, limits: Limits) -> FileText:
    """Paragraphs and tables. Raises FileProblem."""
    with opened(data, limits=limits, kind="docx") as archive:
        names = set(archive.namelist())
        main = next((name for name in _MAIN if name in names), None)
        if main is None:
            raise Damaged("no main part", kind="docx")
        root = parse_xml(Budget(limits, kind="docx").read(archive, main), kind="docx")
    body = next((element for element in root if local(element) == "body"), None)
    if body is None:
        raise Damaged("no body", kind="docx")
    return reading("docx", list(_blocks(body)), most=limits.text)


def _blocks(parent: etree._Element) -> Iterator[Block]:
    for child in parent:
        name = local(child)
        if name == "p":
            yield from _paragraph(child)
        elif name == "tbl":
            yield _table(child)
        elif name in ("sdt", "sdtContent", "ins", "customXml", "smartTag"):
            yield from _blocks(child)


def _paragraph(element: etree._Element) -> Iterator[Block]:
    text = _text(element)
    level = _level(element)
    for part in text.split("\n"):
        if part.strip():
            yield Para(part, level)
    # text boxes stand inside a paragraph and hold paragraphs of their own
    for box in element.iter():
        if local(box) == "txbxContent" and not _in_fallback(box):
            yield from _blocks(box)


def _in_fallback(element: etree._Element) -> bool:
    return any(local(above) == "Fallback" for above in element.iterancestors())


def _level(element: etree._Element) -> int:
    for child in element.iterchildren():
        if local(child) != "pPr":
            continue
        for setting in child:
            if local(setting) == "pStyle":
                match = _HEADING.match(attribute(setting, "val") or "")
                if match:
                    return min(6, max(1, int(match[1])))
    return 0


def _text(element: etree._Element) -> str:
    pieces: list[str] = []
    _collect(element, pieces)
    return "".join(pieces)


def _collect(element: etree._Element, pieces: list[str]) -> None:
    for child in element:
        name = local(child)
        if name == "t":
            pieces.append(child.text or "")
        elif name in ("tab", "ptab"):
            pieces.append(" ")
        elif name in ("br", "cr"):
            pieces.append("\n")
        elif name == "noBreakHyphen":
            pieces.append("-")
        elif name == "txbxContent" or name in _SKIPPED:
            continue
        else:
            _collect(child, pieces)


def _table(element: etree._Element) -> Table:
    rows: list[list[str]] = []
    for row in _children(element, "tr"):
        cells: list[str] = []
        for cell in _children(row, "tc"):
            cells.append(" ".join(_cell_lines(cell)))
            cells += [""] * (_span(cell) - 1)
        rows.append(cells)
    width = max((len(row) for row in rows), default=0)
    return Table(tuple(tuple(row + [""] * (width - len(row))) for row in rows))


def _children(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    for child in parent:
        if local(child) == name:
            yield child
        elif local(child) in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _children(child, name)


def _cell_lines(cell: etree._Element) -> Iterator[str]:
    for block in _blocks(cell):
        if isinstance(block, Para):
            yield block.text
        else:
            yield from (" ".join(filter(None, row)) for row in block.rows)


def _span(cell: etree._Element) -> int:
    for child in cell:
        if local(child) != "tcPr":
            continue
        for setting in child:
            if local(setting) == "gridSpan":
                value = attribute(setting, "val") or "1"
                return min(60, int(value)) if value.isdigit() and int(value) else 1
    return 1
