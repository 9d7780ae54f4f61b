"""OpenDocument texts, sheets and slides (ODF 1.3, part 3): one content part, read in order.

Deleted text of tracked changes, comments and notes are left out, tables of contents too: they say
what the headings say again.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree  # type: ignore[import-untyped]

from pipelines.attachments.errors import Damaged, Encrypted, TooManyPages
from pipelines.attachments.flow import reading
from pipelines.attachments.model import Block, FileText, Limits, Para, Table
from pipelines.attachments.unpack import Budget, attribute, local, opened, parse_xml

_CONTENT = "content.xml"
_MANIFEST = "META-INF/manifest.xml"
_LEFT_OUT = frozenset(
    {
        "tracked-changes",
        "annotation",
        "annotation-end",
        "note",
        "table-of-content",
        "notes",
        "sequence-decls",
        "forms",
        "tracked-table",
    }
)
_ROW_GROUPS = frozenset({"table-header-rows", "table-rows", "table-row-group"})
_BODIES = frozenset({"text", "spreadsheet", "presentation", "drawing"})
_MOST_BLANKS = 20
_MOST_COLUMNS = 200
_MOST_REPEATED = 200


def read_odf(data: bytes, *, limits: Limits, kind: str = "odt") -> FileText:
    """Paragraphs, headings and tables. Raises FileProblem."""
    with opened(data, limits=limits, kind=kind) as archive:
        names = set(archive.namelist())
        budget = Budget(limits, kind=kind)
        if _MANIFEST in names and b"encryption-data" in budget.read(archive, _MANIFEST):
            raise Encrypted(kind=kind)
        if _CONTENT not in names:
            raise Damaged("no content part", kind=kind)
        root = parse_xml(budget.read(archive, _CONTENT), kind=kind)
    body = next((e for e in root if local(e) == "body"), None)
    main = next((e for e in body if local(e) in _BODIES), None) if body is not None else None
    if main is None:
        raise Damaged("no body", kind=kind)
    parts = [e for e in main if local(e) in ("page", "table")] if kind != "odt" else []
    if len(parts) > limits.pages:
        raise TooManyPages(f"{len(parts)} parts", kind=kind)
    return reading(kind, _blocks(main), most=limits.text, pages=len(parts) or None)


def _blocks(parent: etree._Element) -> Iterator[Block]:
    for child in parent:
        name = local(child)
        if name in ("p", "h"):
            yield from _paragraph(child, level=_level(child) if name == "h" else 0)
        elif name == "table":
            title = attribute(child, "name") if local(parent) == "spreadsheet" else None
            if title:
                yield Para(title, 2)
            yield _table(child)
        elif name not in _LEFT_OUT:
            yield from _blocks(child)


def _paragraph(element: etree._Element, *, level: int) -> Iterator[Block]:
    pieces: list[str] = []
    boxes: list[etree._Element] = []
    _collect(element, pieces, boxes)
    for part in "".join(pieces).split("\n"):
        if part.strip():
            yield Para(part, level)
    for box in boxes:
        yield from _blocks(box)


def _level(element: etree._Element) -> int:
    text = attribute(element, "outline-level") or "1"
    return min(6, max(1, int(text))) if text.isdigit() and len(text) < 3 else 1


def _collect(element: etree._Element, pieces: list[str], boxes: list[etree._Element]) -> None:
    """The text of a paragraph; boxes that hang in it have paragraphs of their own."""
    pieces.append(_plain(element.text))
    for child in element:
        name = local(child)
        if name == "s":
            count = attribute(child, "c") or "1"
            pieces.append(" " * min(_MOST_BLANKS, int(count) if count.isdigit() else 1))
        elif name == "tab":
            pieces.append(" ")
        elif name == "line-break":
            pieces.append("\n")
        elif name in ("text-box", "table"):
            boxes.append(child)
        elif name not in _LEFT_OUT:
            _collect(child, pieces, boxes)
        pieces.append(_plain(child.tail))


def _plain(text: str | None) -> str:
    """Line ends of the file are blanks; only ``line-break`` ends a line (ODF 1.3, 6.1.2)."""
    return (text or "").replace("\n", " ").replace("\r", " ")


def _table(element: etree._Element) -> Table:
    rows: list[tuple[str, ...]] = []
    for row in _rows(element):
        cells: list[str] = []
        for cell in row:
            if local(cell) not in ("table-cell", "covered-table-cell"):
                continue
            text = " ".join(_lines(cell)) if local(cell) == "table-cell" else ""
            times = _times(cell, "number-columns-repeated", most=_MOST_COLUMNS)
            cells += [text] * min(times, _MOST_COLUMNS - len(cells))
        repeated = _times(row, "number-rows-repeated", most=_MOST_REPEATED) if any(cells) else 1
        rows += [tuple(cells)] * repeated
    return Table(tuple(rows))


def _rows(element: etree._Element) -> Iterator[etree._Element]:
    for child in element:
        name = local(child)
        if name == "table-row":
            yield child
        elif name in _ROW_GROUPS:
            yield from _rows(child)


def _times(element: etree._Element, name: str, *, most: int) -> int:
    """How often a cell or row stands there: sheets repeat empty ones a million times."""
    text = attribute(element, name) or "1"
    return min(most, max(1, int(text))) if text.isdigit() and len(text) < 9 else 1


def _lines(cell: etree._Element) -> Iterator[str]:
    for block in _blocks(cell):
        if isinstance(block, Para):
            yield block.text
        else:
            yield from (" ".join(filter(None, row)) for row in block.rows)
