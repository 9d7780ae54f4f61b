"""新旧对照表: two versions in two columns, as rows for pages and as HTML, CSV and DOCX files.

Every clause of the new text is a row in order; deleted clauses stand where they were. Cells keep
the comparison word by word, so that a reader sees what was written in and what was struck out.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from pipelines.diff import Piece
from pipelines.versions.align import Comparison, Difference, Kind, align_versions
from pipelines.versions.clauses import Clause

RowKind = Literal["same", "insert", "delete", "change", "renumber", "move"]
KIND_WORDS: dict[RowKind, str] = {
    "same": "",
    "insert": "新增",
    "delete": "删去",
    "change": "修改",
    "renumber": "条号调整",
    "move": "移动",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Cell:
    """One side of a row: the clause's label, where it stands, and its text in marked pieces."""

    label: str
    chapter: str
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """Label and wording as one string."""
        words = "".join(piece.text for piece in self.pieces).strip()
        return f"{self.label}　{words}".strip("　") if self.label else words


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One line of the table; a missing side is None. ``moved`` and ``renumbered`` may be true of a
    changed clause as well; ``joined`` is where a deleted clause went or a new one came from."""

    kind: RowKind
    old: Cell | None
    new: Cell | None
    moved: bool = False
    renumbered: bool = False
    joined: str = ""

    @property
    def remark(self) -> str:
        """The last column, in words."""
        words = [KIND_WORDS[self.kind]]
        if self.moved and self.kind != "move":
            words.append("移动")
        if self.renumbered and self.kind != "renumber":
            words.append("条号调整")
        if self.joined:
            words.append(f"并入{self.joined}" if self.kind == "delete" else f"自{self.joined}分出")
        return "、".join(word for word in words if word)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole table with the names of both versions."""

    old_title: str
    new_title: str
    rows: tuple[SheetRow, ...]
    comparison: Comparison

    @property
    def changed(self) -> tuple[SheetRow, ...]:
        """The rows that differ."""
        return tuple(row for row in self.rows if row.kind != "same")

    def summary(self) -> str:
        """Like 修改 3 条，新增 2 条；其余 40 条未变."""
        counts = self.comparison.counts()
        order: tuple[Kind, ...] = ("change", "insert", "delete", "move", "renumber")
        parts = [f"{KIND_WORDS[kind]} {counts[kind]} 条" for kind in order if counts.get(kind)]
        if not parts:
            return "两版条文相同。"
        return f"{'，'.join(parts)}；其余 {self.comparison.unchanged} 条未变。"


def compare_sheet(old_text: str, new_text: str, *, old_title: str, new_title: str) -> Sheet:
    """The table of two texts (one paragraph a line)."""
    comparison = align_versions(old_text, new_text)
    rows = tuple(
        _same(line) if isinstance(line, Clause) else _row(line) for line in comparison.lines
    )
    return Sheet(old_title, new_title, rows, comparison)


def _row(difference: Difference) -> SheetRow:
    old, new = difference.old, difference.new
    pieces = difference.pieces
    left = right = None
    if old is not None:
        kept = tuple(p for p in pieces if p.mark != "insert") or (
            _all(old.text, difference, "old"),
        )
        left = Cell(old.label, old.chapter, kept)
    if new is not None:
        kept = tuple(p for p in pieces if p.mark != "delete") or (
            _all(new.text, difference, "new"),
        )
        right = Cell(new.label, new.chapter, kept)
    moved, renumbered = difference.moved, difference.renumbered
    return SheetRow(difference.kind, left, right, moved, renumbered, difference.joined)


def _all(text: str, difference: Difference, side: str) -> Piece:
    if difference.kind == "insert" and side == "new":
        return Piece("insert", text)
    if difference.kind == "delete" and side == "old":
        return Piece("delete", text)
    return Piece("same", text)


def _same(clause: Clause) -> SheetRow:
    cell = Cell(clause.label, clause.chapter, (Piece("same", clause.text),))
    return SheetRow("same", cell, cell)


def as_csv(sheet: Sheet) -> str:
    """The table for spreadsheets; cells that would run as formulas get a quote in front."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_safe(sheet.old_title), _safe(sheet.new_title), "变化"])
    for row in sheet.rows:
        cells = (row.old.text if row.old else "", row.new.text if row.new else "", row.remark)
        writer.writerow([_safe(cell) for cell in cells])
    return out.getvalue()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


_STYLE = (
    "body{font:16px/1.8 'Noto Serif CJK SC','Songti SC','SimSun',serif;margin:2em auto;"
    "max-width:1100px;padding:0 1em;color:#1c1c1c}"
    "h1{font-size:22px;text-align:center}p.sum{text-align:center;color:#555}"
    "table{border-collapse:collapse;width:100%;table-layout:fixed}"
    "th,td{border:1px solid #888;padding:6px 10px;vertical-align:top;text-align:left;"
    "overflow-wrap:anywhere}th{background:#f2f2ee}td p{margin:0 0 .4em}col.k{width:6em}"
    "del{color:#8f1d1d;background:#fbe9e7}ins{color:#14532d;background:#e6f4ea}"
    "tr.same td{color:#555}"
)


def as_html(sheet: Sheet) -> str:
    """The table as one file that needs nothing else; all text escaped."""
    title = f"{sheet.new_title}：新旧对照表"
    head = "".join(f"<th scope='col'>{escape(t)}</th>" for t in (sheet.old_title, sheet.new_title))
    rows = "".join(
        f"<tr class='{row.kind}'><td>{cell_html(row.old)}</td><td>{cell_html(row.new)}</td>"
        f"<td>{escape(row.remark)}</td></tr>"
        for row in sheet.rows
    )
    return (
        "<!doctype html><html lang='zh-CN'><head><meta charset='utf-8'>"
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>"
        f"<p class='sum'>{escape(sheet.summary())}</p><table><colgroup><col><col><col class='k'>"
        f"</colgroup><thead><tr>{head}<th scope='col'>变化</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></body></html>\n"
    )


def cell_html(cell: Cell | None) -> str:
    """One cell as safe HTML: paragraphs, ``<ins>`` and ``<del>``."""
    if cell is None:
        return ""
    lines: list[list[str]] = [[f"<strong>{escape(cell.label)}</strong>　"] if cell.label else []]
    for mark, text in paragraphs(cell.pieces):
        if text == "\n":
            lines.append([])
            continue
        tag = {"insert": "ins", "delete": "del"}.get(mark)
        safe = escape(text)
        lines[-1].append(f"<{tag}>{safe}</{tag}>" if tag else safe)
    return "".join(f"<p>{''.join(line)}</p>" for line in lines if line)


def paragraphs(pieces: Sequence[Piece]) -> Iterator[tuple[str, str]]:
    """Marked runs of text; a line break is a run of its own, none at the end."""
    runs: list[tuple[str, str]] = []
    for piece in pieces:
        for number, part in enumerate(piece.text.split("\n")):
            if number:
                runs.append((piece.mark, "\n"))
            if part:
                runs.append((piece.mark, part))
    while runs and runs[-1][1] == "\n":
        runs.pop()
    yield from runs
