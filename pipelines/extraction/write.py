"""Soup to text (one paragraph a line, tables one row a line) and to HTML."""

from __future__ import annotations

import html

from bs4 import Tag
from bs4.element import NavigableString

from pipelines.extraction.markup import Paragraph
from pipelines.extraction.safe import without_invisible

_LINE_TAGS = frozenset(
    {"p", "li", "dt", "dd", "h2", "h3", "h4", "h5", "h6", "figcaption", "pre", "tr", "blockquote"}
)
_BLOCK_TAGS = _LINE_TAGS | {"div", "ul", "ol", "dl", "table", "tbody", "figure", "td", "th"}
_VOID = frozenset({"br", "img"})
_CELLS = frozenset({"td", "th"})


def text_of(root: Tag) -> str:
    """Readable text: a line per paragraph, list item and table row; cells joined by `` | ``.

    Invisible and direction-changing characters are removed: they hide text from search and eyes.
    """
    lines: list[str] = []
    _collect(root, lines)
    return "\n".join([without_invisible(line) for line in lines if line])


def _collect(tag: Tag, lines: list[str]) -> None:
    run: list[str] = []

    def end() -> None:
        if run:
            lines.extend(" ".join(part.split()) for part in "".join(run).split("\n"))
            run.clear()

    for child in tag.contents:
        if isinstance(child, Paragraph):
            end()
            lines.append(str(child))
        elif isinstance(child, NavigableString):
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
    """Compact HTML of the children of ``root``; everything escaped, empty elements left out.

    Written the way the sanitiser writes, so that it finds nothing to change on an ordinary page.
    """
    out: list[str] = []
    _write(root, out)
    return "".join(out)


def _write(tag: Tag, out: list[str]) -> None:
    for child in tag.contents:
        if isinstance(child, Paragraph):
            out.append(f"<p>{_escaped(child)}</p>")
            continue
        if isinstance(child, NavigableString):
            out.append(_escaped(child))
            continue
        if not isinstance(child, Tag):
            continue
        name = child.name
        attributes = "".join([f' {key}="{_quoted(value)}"' for key, value in child.attrs.items()])
        start = len(out)
        out.append(f"<{name}{attributes}>")
        if name in _VOID:
            continue
        _write(child, out)
        if len(out) - start <= 2 and name not in _CELLS and not "".join(out[start + 1 :]).strip():
            del out[start:]
        else:
            out.append(f"</{name}>")


def _escaped(text: str) -> str:
    return html.escape(text, quote=False) if "&" in text or "<" in text or ">" in text else text


def _quoted(value: object) -> str:
    return str(value).replace("&", "&amp;").replace('"', "&quot;")
