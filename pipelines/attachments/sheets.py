"""Spreadsheets: XLSX by openpyxl, XLS and ET by xlrd; each sheet is a table."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from pipelines.attachments.errors import Damaged, Encrypted, FileProblem, TooManyPages
from pipelines.attachments.flow import reading, tidy_rows
from pipelines.attachments.model import Block, FileText, Limits, Para, Table
from pipelines.attachments.unpack import Budget, opened, parse_xml

_MOST_SHEETS, _MOST_ROWS, _MOST_COLUMNS = 60, 5000, 80
_EMPTY_RUN = 200  # empty rows in a row: the sheet is over, whatever its dimension says


def read_xlsx(data: bytes, *, limits: Limits) -> FileText:
    """Values as last calculated. Raises FileProblem."""
    import openpyxl  # type: ignore[import-untyped]

    with opened(data, limits=limits, kind="xlsx") as archive:
        budget = Budget(limits, kind="xlsx")
        for info in archive.infolist():
            if info.filename.endswith((".xml", ".rels")):
                parse_xml(budget.read(archive, info), kind="xlsx")  # entities end it here
    try:
        book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True)
        names = list(book.sheetnames)
        _check_sheets(len(names), kind="xlsx")
        blocks: list[Block] = []
        for name in names:
            sheet = book[name]
            if getattr(sheet, "sheet_state", "visible") != "visible" or not hasattr(
                sheet, "iter_rows"
            ):
                continue
            rows = sheet.iter_rows(values_only=True, max_row=_MOST_ROWS, max_col=_MOST_COLUMNS)
            blocks += _sheet(name, rows, alone=len(names) == 1)
    except FileProblem:
        raise
    except (KeyError, ValueError, TypeError, zipfile.BadZipFile, OSError) as error:
        raise Damaged(f"{type(error).__name__}: {error}"[:200], kind="xlsx") from error
    return reading("xlsx", blocks, most=limits.text, pages=len(names))


def read_xls(data: bytes, *, limits: Limits) -> FileText:
    """BIFF files of Excel and WPS. Raises FileProblem."""
    import xlrd  # type: ignore[import-untyped]

    try:
        book = xlrd.open_workbook(file_contents=data, on_demand=True, logfile=_Silent())
        _check_sheets(book.nsheets, kind="xls")
        blocks: list[Block] = []
        for number in range(book.nsheets):
            sheet = book.sheet_by_index(number)
            if sheet.visibility == 0:
                rows = (
                    [_xls_value(book, cell) for cell in sheet.row(row)[:_MOST_COLUMNS]]
                    for row in range(min(sheet.nrows, _MOST_ROWS))
                )
                blocks += _sheet(sheet.name, rows, alone=book.nsheets == 1)
            book.unload_sheet(number)
    except FileProblem:
        raise
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower() or "password" in str(error).lower():
            raise Encrypted(kind="xls") from error
        raise Damaged(str(error)[:200], kind="xls") from error
    except Exception as error:  # xlrd raises assertions, struct and index errors on damage
        raise Damaged(f"{type(error).__name__}: {error}"[:200], kind="xls") from error
    return reading("xls", blocks, most=limits.text, pages=book.nsheets)


class _Silent:
    """xlrd reports oddities to a file."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        return None


def _xls_value(book: Any, cell: Any) -> Any:
    import xlrd

    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate_as_datetime(cell.value, book.datemode)
        except (ValueError, OverflowError, xlrd.xldate.XLDateError):
            return cell.value
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    return "" if cell.ctype == xlrd.XL_CELL_ERROR else cell.value


def _check_sheets(count: int, *, kind: str) -> None:
    if count > _MOST_SHEETS:
        raise TooManyPages(f"{count} sheets", kind=kind)


def _sheet(name: str, rows: Iterable[Iterable[Any]], *, alone: bool) -> list[Block]:
    kept: list[list[str]] = []
    empty = 0
    for row in rows:
        cells = [shown(value) for value in row]
        empty = 0 if any(cells) else empty + 1
        if empty > _EMPTY_RUN:
            break
        kept.append(cells)
    table = tidy_rows(kept)
    if not table:
        return []
    blocks: list[Block] = [] if alone else [Para(name, 2)]
    while table and sum(map(bool, table[0])) == 1 and len(table) > 1:
        blocks.append(Para(next(cell for cell in table[0] if cell)))  # a title over the table
        table = table[1:]
    return [*blocks, Table(tidy_rows(table))]


def shown(value: Any) -> str:
    """A cell as a reader sees it: no ``.0`` on whole numbers, dates as days."""
    if value is None or isinstance(value, bool):
        return "" if value is None else ("是" if value else "否")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.10g}"
    if isinstance(value, dt.datetime):
        midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        return f"{value:%Y-%m-%d}" if midnight else f"{value:%Y-%m-%d %H:%M}"
    return str(value)
