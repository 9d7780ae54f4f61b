"""Tables of data and tables that only arrange boxes."""

from __future__ import annotations

from collections.abc import Iterator

from selectolax.lexbor import LexborNode


def table_rows(table: LexborNode) -> Iterator[LexborNode]:
    """Rows of ``table`` itself, not of tables inside it."""
    for child in table.iter():
        if child.tag == "tr":
            yield child
        elif child.tag in {"tbody", "thead", "tfoot"}:
            for row in child.iter():
                if row.tag == "tr":
                    yield row


def is_data_table(table: LexborNode) -> bool:
    """Rows and columns of short cells; not a frame for layout with boxes and long text."""
    if len(table.css("table")) > 1:  # itself is one; "table table" would match what stands above
        return False
    rows = long_cells = widest = 0
    for row in table_rows(table):
        rows += 1
        sizes = [len(cell.text(strip=True)) for cell in row.iter() if cell.tag in {"td", "th"}]
        filled = [size for size in sizes if size]
        widest = max(widest, len(filled))
        long_cells += sum(size > 600 for size in filled)
    if widest < 2:  # empty cells beside one text are there to move it
        return False
    return long_cells == 0 if rows == 1 else long_cells * 4 <= rows
