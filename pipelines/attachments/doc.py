"""Binary Word files, also as WPS writes them: the piece table of [MS-DOC] 2.8.35 and 2.9.38.

The File Information Block says which table stream holds the Clx; its pieces say where each run of
characters stands in the WordDocument stream, as UTF-16 or one byte a character.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

import olefile  # type: ignore[import-untyped]

from pipelines.attachments.errors import Damaged, Encrypted, UnreadKind
from pipelines.attachments.flow import reading
from pipelines.attachments.model import Block, FileText, Limits, Para, Table

_WORD_97, _WORD_95 = 0xA5EC, 0xA5DC
_ENCRYPTED, _WHICH_TABLE = 0x0100, 0x0200
_FLAGS_AT, _TEXT_LENGTH_AT, _CLX_AT = 0x0A, 0x4C, 0x1A2
_PRC, _PCDT = 1, 2
_COMPRESSED = 1 << 30
_MOST_PIECES = 200_000
_CELL, _PAGE, _LINE = "\x07", "\x0c", "\x0b"
_FIELD = re.compile("\x13[^\x13\x14\x15]*\x14|\x13[^\x13\x14\x15]*\x15|[\x14\x15]")
_MARKS = str.maketrans(
    {
        "\x1e": "-",
        "\x1f": "",
        "\xa0": " ",
        "\x01": "",
        "\x08": "",
        "\x02": "",
        "\x05": "",
        "\t": " ",
    }
)
_MOST_COLUMNS = 40
_CELL_LINES = 3


def read_doc(data: bytes, *, limits: Limits) -> FileText:
    """Paragraphs and tables of the main text. Raises FileProblem."""
    try:
        with olefile.OleFileIO(data) as ole:
            text = _main_text(ole, most=limits.text * 2)
    except (Encrypted, UnreadKind, Damaged):
        raise
    except Exception as error:  # olefile and struct on damaged storages
        raise Damaged(f"{type(error).__name__}: {error}"[:200], kind="doc") from error
    return reading("doc", _blocks(text), most=limits.text)


def _main_text(ole: olefile.OleFileIO, *, most: int) -> str:
    word = ole.openstream("WordDocument").read()
    (magic,) = struct.unpack_from("<H", word, 0)
    if magic == _WORD_95 or magic in (0xA59B, 0xA59C, 0xA5DB):
        raise UnreadKind("Word 95 or older", kind="doc")
    if magic != _WORD_97:
        raise Damaged(f"FIB {magic:#06x}", kind="doc")
    (flags,) = struct.unpack_from("<H", word, _FLAGS_AT)
    if flags & _ENCRYPTED:
        raise Encrypted(kind="doc")
    table = ole.openstream("1Table" if flags & _WHICH_TABLE else "0Table").read()
    (length,) = struct.unpack_from("<i", word, _TEXT_LENGTH_AT)
    start, size = struct.unpack_from("<II", word, _CLX_AT)
    if length <= 0 or not size:
        return ""
    pieces = "".join(_pieces(word, table[start : start + size], most=min(length, most)))
    return pieces[: min(length, most)]


def _pieces(word: bytes, clx: bytes, *, most: int) -> Iterator[str]:
    place = 0
    while place < len(clx) and clx[place] == _PRC:  # property runs before the piece table
        (size,) = struct.unpack_from("<h", clx, place + 1)
        place += 3 + max(0, size)
    if place >= len(clx) or clx[place] != _PCDT:
        raise Damaged("no piece table", kind="doc")
    (size,) = struct.unpack_from("<I", clx, place + 1)
    plc = clx[place + 5 : place + 5 + size]
    count = (len(plc) - 4) // 12
    if count < 1 or count > _MOST_PIECES:
        raise Damaged(f"{count} pieces", kind="doc")
    bounds = struct.unpack_from(f"<{count + 1}I", plc, 0)
    for number in range(count):
        letters = bounds[number + 1] - bounds[number]
        if letters <= 0 or bounds[number] >= most:
            continue
        (where,) = struct.unpack_from("<I", plc, 4 * (count + 1) + 8 * number + 2)
        if where & _COMPRESSED:
            offset = (where & ~_COMPRESSED) // 2
            yield word[offset : offset + letters].decode("cp1252", "replace")
        else:
            yield word[where : where + 2 * letters].decode("utf-16-le", "replace")


def _blocks(text: str) -> list[Block]:
    """Paragraph marks and cell marks to blocks; field codes go, their results stay.

    Which paragraphs belong to a table stands in property pages that are not read: a paragraph
    after a complete row is taken for one after the table.
    """
    for _ in range(4):  # fields nest
        text, replaced = _FIELD.subn("", text)
        if not replaced:
            break
    parts = re.split("([\r\x07])", text.translate(_MARKS).replace(_PAGE, "\r"))
    blocks: list[Block] = []
    cells: list[str] = []
    held: list[str] = []  # paragraphs of a cell whose end has not come yet
    for part, mark in zip(parts[::2], [*parts[1::2], "\r"], strict=True):
        lines = [line for line in part.split(_LINE) if line.strip()]
        if mark == _CELL:
            cells.append(" ".join(held + lines))
            held = []
            continue
        if cells and not cells[-1] and (_grid(cells) or len(held) > _CELL_LINES):
            blocks += _tables(cells)
            blocks += [Para(line) for line in held]
            cells, held = [], []
        if cells:
            held += lines
        else:
            blocks += [Para(line) for line in lines]
    return [*blocks, *_tables(cells), *(Para(line) for line in held)]


def _tables(cells: list[str]) -> list[Block]:
    """Cells with row ends (an empty mark after each row's last cell) as rows."""
    if not cells:
        return []
    rows = _rows(cells)
    width = max(len(row) for row in rows)
    return [Table(tuple(tuple(row + [""] * (width - len(row))) for row in rows))]


def _grid(cells: list[str]) -> int:
    """Columns of a table whose rows all end with an empty mark; 0 if there is no such number."""
    total = len(cells)
    for columns in range(1, min(_MOST_COLUMNS, total) + 1):
        step = columns + 1
        if total % step == 0 and not any(cells[step - 1 :: step]):
            return columns
    return 0


def _rows(cells: list[str]) -> list[list[str]]:
    columns = _grid(cells)
    if columns:
        step = columns + 1
        return [cells[start : start + columns] for start in range(0, len(cells), step)]
    rows: list[list[str]] = [[]]
    for cell in cells:  # rows of different width: an empty mark ends one
        if cell or not rows[-1]:
            rows[-1].append(cell)
        else:
            rows.append([])
    return [row for row in rows if row] or [[""]]
