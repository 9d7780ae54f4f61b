"""PDF: text by PDFium, tables of ruled pages by pdfplumber."""

from __future__ import annotations

import contextlib
import ctypes
import time
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import NamedTuple

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as raw  # type: ignore[import-untyped]

from pipelines.attachments.errors import Damaged, Encrypted, TooManyPages
from pipelines.attachments.flow import reading, tidy_rows
from pipelines.attachments.lines import Line, Page, paragraphs
from pipelines.attachments.model import FileText, Limits, Table
from pipelines.attachments.plain import unreadable_share

_FEW = 12  # characters a page: fewer are stamps and page numbers on a scan
_RULE, _THIN = 20.0, 3.0  # points: shorter lines are underlines of a word, thicker ones boxes
_BOXES, _MOST_PATHS = 4, 2000
_TABLE_SHARE = 0.4  # of the time, for tables
_PASSWORD = ("password", "security")


class Found(NamedTuple):
    """A ruled table: left, top, right, bottom in points, and its cells."""

    box: tuple[float, float, float, float]
    cells: list[list[str | None]]


def read_pdf(data: bytes, *, limits: Limits) -> FileText:
    """Paragraphs and tables of a PDF. Raises FileProblem."""
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        message = str(error).lower()
        if any(word in message for word in _PASSWORD):
            raise Encrypted(kind="pdf") from error
        raise Damaged(str(error)[:200], kind="pdf") from error
    count = len(document)
    if count > limits.pages:
        raise TooManyPages(f"{count} pages", kind="pdf")
    pages, ruled = _pages(document, most=limits.text)
    letters = sum(len(line.text.strip()) for page in pages for line in page.lines)
    if letters < _FEW * max(1, min(count, 5)):
        return FileText("pdf", "no_text", "no_text", pages=count)
    sample = "".join(line.text for page in pages[:20] for line in page.lines)
    if unreadable_share(sample) > 0.3:
        return FileText("pdf", "no_text", "fonts_unmapped", pages=count)
    if ruled:
        _put_tables(data, pages, ruled[: limits.table_pages], seconds=limits.seconds * _TABLE_SHARE)
    return reading("pdf", paragraphs(pages), most=limits.text, pages=count)


def _pages(document: pdfium.PdfDocument, *, most: int) -> tuple[list[Page], list[int]]:
    """The lines of every page, and the pages with ruled lines."""
    pages: list[Page] = []
    ruled: list[int] = []
    left = most * 2
    for number in range(len(document)):
        if left <= 0:
            break
        try:
            page = document[number]
            width, height = page.get_size()
            lines = tuple(_lines(page, number, height))
            if page.get_rotation() == 0 and _is_ruled(page):
                ruled.append(number)
        except pdfium.PdfiumError:
            pages.append(Page((), 1.0, 1.0))  # one damaged page loses itself only
            continue
        left -= sum(len(line.text) for line in lines)
        pages.append(Page(lines, height, width))
        page.close()
    return pages, ruled


def _is_ruled(page: pdfium.PdfPage) -> bool:
    """Whether lines or boxes of both directions stand on a page, as those of a table do."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    across = down = boxes = 0
    for place, found in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=3)):
        if place >= _MOST_PATHS:
            break
        if not raw.FPDFPageObj_GetBounds(found.raw, left, bottom, right, top):
            continue
        width, height = right.value - left.value, top.value - bottom.value
        across += width > _RULE and height < _THIN
        down += height > _RULE / 2 and width < _THIN
        boxes += width > _RULE and _RULE / 2 < height < page.get_height() / 2
        if boxes >= _BOXES or (across >= 2 and down >= 2):
            return True
    return False


def _lines(page: pdfium.PdfPage, number: int, height: float) -> Iterator[Line]:
    """Lines in the order of the content, as PDFium breaks them."""
    textpage = page.get_textpage()
    handle = textpage.raw
    box = raw.FS_RECTF()
    pointer = ctypes.byref(box)
    text: list[str] = []
    left, right, top, sizes = 1e9, -1e9, 1e9, 0.0
    for place in range(textpage.count_chars()):
        char = chr(raw.FPDFText_GetUnicode(handle, place))
        if char in "\r\n":
            if line := _line("".join(text), left, right, top, sizes, number):
                yield line
            text, left, right, top, sizes = [], 1e9, -1e9, 1e9, 0.0
            continue
        text.append(char)
        if char.isspace() or not raw.FPDFText_GetLooseCharBox(handle, place, pointer):
            continue
        left, right = min(left, box.left), max(right, box.right)
        top = min(top, height - box.top)
        sizes += box.top - box.bottom
    if line := _line("".join(text), left, right, top, sizes, number):
        yield line
    textpage.close()


def _line(
    text: str, left: float, right: float, top: float, sizes: float, number: int
) -> Line | None:
    letters = sum(not char.isspace() for char in text)
    if not letters:
        return None
    return Line(text, left, right, top, abs(sizes) / letters, number)


def _put_tables(data: bytes, pages: list[Page], ruled: list[int], *, seconds: float) -> None:
    """Replace the lines inside ruled tables by the tables; stops when time is up."""
    import pdfplumber

    began = time.process_time()
    with pdfplumber.open(BytesIO(data)) as document:
        for number in ruled:
            if time.process_time() - began > seconds:
                return
            # pdfminer raises anything on odd pages; their text is there anyway
            with contextlib.suppress(Exception):
                page = document.pages[number]
                found = [Found(table.bbox, table.extract()) for table in page.find_tables()]
                page.close()
                pages[number] = _with_tables(pages[number], found)


def _with_tables(page: Page, found: Sequence[Found]) -> Page:
    tables: list[tuple[float, Table]] = []
    lines = list(page.lines)
    for one in found:
        left, top, right, bottom = one.box
        rows = tidy_rows([[(cell or "").replace("\n", "") for cell in row] for row in one.cells])
        if len(rows) < 2 or len(rows[0]) < 2:
            continue
        lines = [
            line
            for line in lines
            if not (
                top - 2 <= line.top + line.size / 2 <= bottom + 2
                and line.left >= left - 3
                and line.right <= right + 3
            )
        ]
        tables.append((top, Table(rows)))
    tables.sort(key=lambda pair: pair[0])
    return Page(tuple(lines), page.height, page.width, tuple(tables))
