"""Rich text (RTF 1.9.1): paragraphs and tables of the body, nothing that is embedded.

A tokeniser over bytes and a stack of groups. Of the many destinations only the body (and text
boxes in it) is read; headers, footers, notes, pictures and objects are passed over. Raw bytes and
``\\'xx`` are decoded by the character set of the font in force, or the code page of the document,
a run at a time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from pipelines.attachments.errors import Damaged
from pipelines.attachments.flow import reading
from pipelines.attachments.model import Block, FileText, Limits, Para, Table

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+"
    rb"|([^\\{}\r\n]+)|\\",
    re.S,
)
_LEFT_OUT = frozenset(
    b"colortbl stylesheet info pict object header headerl headerr headerf footer footerl footerr"
    b" footerf footnote annotation atnid atnauthor xmlnstbl listtable listoverridetable revtbl"
    b" rsidtbl generator themedata datastore fldinst filetbl bkmkstart bkmkend nonshppict"
    b" latentstyles mmathPr tc xe txe private objdata deleted sp shprslt".split()
)
_CHARACTERS = {
    b"tab": " ", b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’",
    b"ldblquote": "“", b"rdblquote": "”", b"bullet": "•", b"emspace": " ", b"enspace": " ",
    b"qmspace": " ",
}  # fmt: skip
_SYMBOLS = {b"~": " ", b"_": "-", b"{": "{", b"}": "}", b"\\": "\\"}
_ENDS = frozenset(
    (b"par", b"sect", b"page", b"line", b"column", b"softline", b"nestcell", b"nestrow")
)
#: \fcharset to Python's codecs; 0 and 1 say nothing beyond the document's code page
_CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5hkscs", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251",
    222: "cp874", 238: "cp1250",
}  # fmt: skip
_PAGES = {932: "cp932", 936: "gb18030", 949: "cp949", 950: "big5hkscs", 65001: "utf-8"}
_WIDE = frozenset(("cp932", "cp949", "gb18030", "big5hkscs", "utf-8"))
_DEEPEST = 2000
_MOST_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds inside a pair of braces. ``fallback``: characters that stand in for one \\u."""

    silent: bool = False
    hidden: bool = False
    fonts: bool = False
    fallback: int = 1
    font: int | None = None


@dataclass(slots=True)
class _Text:
    """The body as it comes: a line, the cells of a row, the rows of a table, the blocks."""

    size: int = 0
    in_table: bool = False
    level: int = 0
    line: list[str] = field(default_factory=list)
    cell: list[str] = field(default_factory=list)
    row: list[str] = field(default_factory=list)
    rows: list[tuple[str, ...]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.line.append(text)
        self.size += len(text)

    def end_line(self) -> None:
        text = "".join(self.line)
        self.line.clear()
        if not text.strip():
            return
        if self.in_table:
            self.cell.append(text.strip())
        else:
            self.end_table()
            self.blocks.append(Para(text, self.level))

    def end_cell(self) -> None:
        self.cell.append("".join(self.line).strip())
        self.line.clear()
        if len(self.row) < _MOST_COLUMNS:
            self.row.append(" ".join(filter(None, self.cell)))
        self.cell.clear()

    def end_row(self) -> None:
        if self.row:
            self.rows.append(tuple(self.row))
        self.row.clear()

    def end_table(self) -> None:
        self.end_row()
        if self.rows:
            self.blocks.append(Table(tuple(self.rows)))
        self.rows.clear()


def read_rtf(data: bytes, *, limits: Limits) -> FileText:
    """Paragraphs and tables. Raises FileProblem."""
    reader = _Reader(_Text())
    reader.read(data, most=2 * limits.text)
    return reading("rtf", reader.text.blocks, most=limits.text)


class _Reader:
    def __init__(self, text: _Text) -> None:
        self.text = text
        self.group = _Group()
        self.stack: list[_Group] = []
        self.page = "cp1252"
        self.fonts: dict[int, str] = {}
        self.defined = 0
        self.default_font: int | None = None
        self.run = bytearray()
        self.skip = 0
        self.high = 0

    def read(self, data: bytes, *, most: int) -> None:
        """Go through the file; a file cut short gives what it has. Raises Damaged."""
        place = 0
        while self.text.size <= most and (match := _TOKEN.match(data, place)) is not None:
            place = match.end()
            word, number, code, symbol, brace, raw = match.groups()
            if raw is not None or code is not None:
                self._bytes(raw if raw is not None else bytes.fromhex(code.decode()))
            elif word is not None:
                value = int(number) if number else None
                if word == b"bin":
                    place += max(0, value or 0)
                else:
                    self._word(word, value)
            elif brace is not None:
                self._brace(brace)
            elif symbol is not None:
                self._symbol(symbol)
        self._settle()
        self.text.in_table = False
        self.text.end_line()
        self.text.end_table()

    def _brace(self, brace: bytes) -> None:
        self._settle()
        self.skip = 0
        if brace == b"{":
            if len(self.stack) >= _DEEPEST:
                raise Damaged("nested too deeply", kind="rtf")
            self.stack.append(self.group)
        elif self.stack:
            self.group = self.stack.pop()

    def _bytes(self, raw: bytes) -> None:
        left = raw[self.skip :]
        self.skip -= len(raw) - len(left)
        if left and not (self.group.silent or self.group.hidden):
            self.run += left

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self.group = replace(self.group, silent=True)
        elif symbol in b"\r\n":
            self._word(b"par", None)
        elif (text := _SYMBOLS.get(symbol)) is not None:
            if self.skip:
                self.skip -= 1
            else:
                self._add(text)

    def _word(self, word: bytes, value: int | None) -> None:
        if word == b"u":
            self._unicode(value or 0)
        elif (text := _CHARACTERS.get(word)) is not None:
            self._add(text)
        elif word in _LEFT_OUT:
            self.group = replace(self.group, silent=True)
        elif word == b"shpinst":  # a text box stands inside, past "ignore what you do not know"
            silent = self.stack[-1].silent if self.stack else False
            self.group = replace(self.group, silent=silent)
        elif word in (b"fonttbl", b"f", b"fcharset", b"deff", b"ansicpg", b"plain"):
            self._font(word, value)
        elif word == b"uc":
            self.group = replace(self.group, fallback=min(16, max(0, value or 0)))
        elif word == b"v":
            self._settle()
            self.group = replace(self.group, hidden=value != 0)
        elif not self.group.silent:
            self._layout(word, value)

    def _layout(self, word: bytes, value: int | None) -> None:
        if word in _ENDS:
            self._settle()
            self.text.end_line()
        elif word == b"cell":
            self._settle()
            self.text.end_cell()
        elif word == b"row":
            self.text.end_row()
        elif word == b"pard":
            self.text.in_table, self.text.level = False, 0
        elif word == b"intbl":
            self.text.in_table = True
        elif word == b"outlinelevel" and value is not None and value < 6:
            self.text.level = max(1, value + 1)

    def _font(self, word: bytes, value: int | None) -> None:
        self._settle()
        if word == b"fonttbl":
            self.group = replace(self.group, silent=True, fonts=True)
        elif word == b"ansicpg":
            self.page = _PAGES.get(value or 0) or _codec(f"cp{value}") or self.page
        elif word == b"deff":
            self.default_font = value
        elif word == b"plain":
            self.group = replace(self.group, font=self.default_font, hidden=False)
        elif word == b"fcharset" and self.group.fonts:
            codec = _CHARSETS.get(value or 0)
            if codec is not None:
                self.fonts[self.defined] = codec
        elif word == b"f" and self.group.fonts:
            self.defined = value or 0
        elif word == b"f":
            self.group = replace(self.group, font=value)

    def _unicode(self, value: int) -> None:
        """A UTF-16 unit, negative above 32767; pairs come as two words."""
        unit = value & 0xFFFF
        self.skip = self.group.fallback
        if 0xD800 <= unit < 0xDC00:
            self.high = unit
            return
        if 0xDC00 <= unit < 0xE000:
            known = self.high
            self.high = 0
            if known:
                self._add(chr(0x10000 + ((known - 0xD800) << 10) + (unit - 0xDC00)))
            return
        self._add(chr(unit))

    def _add(self, text: str) -> None:
        self._settle()
        if not (self.group.silent or self.group.hidden):
            self.text.add(text)

    def _settle(self) -> None:
        """Decode the run of bytes that has come together."""
        if self.run:
            self.text.add(self._decoded(bytes(self.run)))
            self.run.clear()

    def _decoded(self, raw: bytes) -> str:
        font = self.group.font if self.group.font is not None else self.default_font
        own = self.fonts.get(font) if font is not None else None
        if self.page in _WIDE and own not in _WIDE:
            # writers of Chinese leave the Latin font in force before GBK bytes
            try:
                return raw.decode(self.page)
            except UnicodeDecodeError:
                pass
        return raw.decode(own or self.page, "replace")


def _codec(name: str) -> str | None:
    try:
        b"".decode(name)
    except LookupError:
        return None
    return name
