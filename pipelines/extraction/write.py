"""Soup to text (one paragraph a line, tables one row a line) and to HTML."""

from __future__ import annotations

import html
from collections.abc import Iterator

from bs4 import Tag
from bs4.element import NavigableString

from pipelines.extraction.safe import without_invisible

_LINE_TAGS = frozenset(
    {"p", "li", "dt", "dd", "h2", "h3", "h4", "h5", "h6", "figcaption", "pre", "tr", "blockquote"}
)
_BLOCK_TAGS = _LINE_TAGS | {"div", "ul", "ol", "dl", "table", "figure", "td", "th"}


def text_of(root: Tag) -> str:
    """Readable text: a line per paragraph, list item and table row; cells joined by `` | ``.

    Invisible and direction-changing characters are removed: they hide text from search and eyes.
    """
    lines: list[str] = []
    _collect(root, lines)
    return without_invisible("\n".join([line for line in lines if line]))


def _collect(tag: Tag, lines: list[str]) -> None:
    run: list[str] = []

    def end() -> None:
        if run:
            lines.extend(" ".join(part.split()) for part in "".join(run).split("\n"))
            run.clear()

    for child in tag.contents:
        if isinstance(child, NavigableString):
            run.append(str(child))
        elif isinstance(child, Tag):
            if child.name == "br":
                run.append("\n")
            elif child.name == "tr":
                end()
                lines.append(_row(child))
            elif child.name in _BLOCK_TAGS:
                end()
                _collect(child, lines)
            else:
                run.append(inline_text(child))
    end()


def _row(row: Tag) -> str:
    cells = [" ".join(_cell(c).split()) for c in row.contents if isinstance(c, Tag)]
    while cells and not cells[-1]:
        cells.pop()
    return " | ".join(cells)


def _cell(cell: Tag) -> str:
    lines: list[str] = []
    _collect(cell, lines)
    return " ".join(lines)


def inline_text(tag: Tag) -> str:
    """Text of an inline element; line breaks as newlines."""
    parts: list[str] = []
    for child in tag.contents:
        if isinstance(child, NavigableString):
            parts.append(str(child))
        elif isinstance(child, Tag):
            parts.append("\n" if child.name == "br" else inline_text(child))
    return "".join(parts)


def html_of(root: Tag) -> str:
    """Compact HTML of the children of ``root``; everything escaped, empty elements left out."""
    return "".join(_pieces(root))


def _pieces(tag: Tag) -> Iterator[str]:
    for child in tag.contents:
        if isinstance(child, NavigableString):
            yield html.escape(str(child), quote=False)
            continue
        if not isinstance(child, Tag):
            continue
        attributes = "".join(
            f' {name}="{html.escape(str(value))}"' for name, value in child.attrs.items()
        )
        if child.name in {"br", "img"}:
            yield f"<{child.name}{attributes}>"
            continue
        inner = "".join(_pieces(child))
        if not inner.strip() and child.name not in {"td", "th"}:
            continue
        yield f"<{child.name}{attributes}>{inner}</{child.name}>"
