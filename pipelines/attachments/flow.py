"""Blocks as text and as HTML, bounded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from pipelines.attachments.model import Block, FileText, Para, Table
from pipelines.attachments.plain import tidy

_MOST_CELLS = 20_000


def reading(
    kind: str,
    blocks: Iterable[Block],
    *,
    most: int,
    pages: int | None = None,
    code: str | None = None,
) -> FileText:
    """The reading of a file from its blocks; text beyond ``most`` characters is left out."""
    chosen, cut = _within(blocks, most)
    text = text_of(chosen)
    if not text.strip():
        return FileText(kind, "no_text", code or "no_text", pages=pages)
    return FileText(
        kind,
        "read",
        code or ("text_cut" if cut else None),
        pages=pages,
        tables=sum(isinstance(block, Table) for block in chosen),
        text=text,
        html=html_of(chosen),
    )


def _within(blocks: Iterable[Block], most: int) -> tuple[list[Block], bool]:
    chosen: list[Block] = []
    left = most
    for block in blocks:
        if isinstance(block, Para):
            text = tidy(block.text)
            if not text:
                continue
            block, size = Para(text, block.level), len(text)
        else:
            rows = tidy_rows(block.rows)
            if not rows:
                continue
            block, size = Table(rows), sum(len(cell) + 3 for row in rows for cell in row)
        if size > left:
            if isinstance(block, Para) and left > 0:
                chosen.append(Para(block.text[:left], block.level))
            return chosen, True
        left -= size
        chosen.append(block)
    return chosen, False


def tidy_rows(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Rows without empty rows at all and without columns that are empty everywhere."""
    clean = [tuple(tidy(" ".join(cell.split())) for cell in row) for row in rows[:_MOST_CELLS]]
    clean = [row for row in clean if any(row)]
    width = max((len(row) for row in clean), default=0)
    clean = [row + ("",) * (width - len(row)) for row in clean]
    used = [place for place in range(width) if any(row[place] for row in clean)]
    return tuple(tuple(row[place] for place in used) for row in clean)


def text_of(blocks: Iterable[Block]) -> str:
    """One paragraph or table row a line; cells joined by `` | `` as in page texts."""
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Para):
            lines.append(block.text)
        else:
            lines.extend(" | ".join(row).rstrip(" |") for row in block.rows)
    return "\n".join(line for line in lines if line)


def html_of(blocks: Iterable[Block]) -> str:
    """Plain HTML of the blocks, every text escaped."""
    out: list[str] = []
    for block in blocks:
        if isinstance(block, Para):
            tag = f"h{min(6, block.level + 1)}" if block.level else "p"
            out.append(f"<{tag}>{escape(block.text, quote=False)}</{tag}>")
        else:
            rows = "".join(
                "<tr>" + "".join(f"<td>{escape(cell, quote=False)}</td>" for cell in row) + "</tr>"
                for row in block.rows
            )
            out.append(f"<table><tbody>{rows}</tbody></table>")
    return "".join(out)
