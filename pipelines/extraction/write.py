"""Soup to text (one paragraph a line, tables one row a line) and to HTML."""

from __future__ import annotations

import html

from pipelines.extraction.markup import Element, Paragraph, Text
from pipelines.extraction.safe import without_invisible

_LINE_TAGS = frozenset(
    {"p", "li", "dt", "dd", "h2", "h3", "h4", "h5", "h6", "figcaption", "pre", "tr", "blockquote"}
)
_BLOCK_TAGS = _LINE_TAGS | {"div", "ul", "ol", "dl", "table", "tbody", "figure", "td", "th"}
_VOID = frozenset({"br", "img"})
_CELLS = frozenset({"td", "th"})


def text_of(root: Element) -> str:
    """Readable text: a line per paragraph, list item and table row; cells joined by `` | ``.

    Invisible and direction-changing characters are removed: they hide text from search and eyes.
    """
    lines: list[str] = []
    _collect(root, lines)
    return "\n".join([without_invisible(line) for line in lines if line])


def _collect(element: Element, lines: list[str]) -> None:
    run: list[str] = []
    for child in element.contents:
        if isinstance(child, Text):
            run.append(child)
        elif isinstance(child, Element):
            name = child.name
            if name == "br":
                run.append("\n")
            elif name not in _BLOCK_TAGS:
                run.append(inline_text(child))
            else:
                if run:
                    _end(run, lines)
                if name == "tr":
                    lines.append(_row(child))
                else:
                    _collect(child, lines)
        elif isinstance(child, Paragraph):
            if run:
                _end(run, lines)
            lines.append(child)
    if run:
        _end(run, lines)


def _end(run: list[str], lines: list[str]) -> None:
    lines.extend([" ".join(part.split()) for part in "".join(run).split("\n")])
    run.clear()


def _row(row: Element) -> str:
    cells = [" ".join(_cell(c).split()) for c in row.contents if isinstance(c, Element)]
    while cells and not cells[-1]:
        cells.pop()
    return " | ".join(cells)


def _cell(cell: Element) -> str:
    lines: list[str] = []
    _collect(cell, lines)
    return " ".join(lines)


def inline_text(element: Element) -> str:
    """Text of an inline element; line breaks as newlines."""
    parts: list[str] = []
    for child in element.contents:
        if isinstance(child, Text):
            parts.append(child)
        elif isinstance(child, Element):
            parts.append("\n" if child.name == "br" else inline_text(child))
    return "".join(parts)


def html_of(root: Element) -> str:
    """Compact HTML of the children of ``root``; everything escaped, empty elements left out.

    Written the way the sanitiser writes, so that it finds nothing to change on an ordinary page.
    """
    out: list[str] = []
    _write(root, out)
    return "".join(out)


def _write(element: Element, out: list[str]) -> None:
    for child in element.contents:
        if isinstance(child, Text):
            out.append(_escaped(child))
        elif isinstance(child, Paragraph):
            out.append(f"<p>{_escaped(child)}</p>")
        elif isinstance(child, Element):
            _write_element(child, out)


def _write_element(element: Element, out: list[str]) -> None:
    name = element.name
    start = len(out)
    if element.attrs:
        pairs = [f' {key}="{_quoted(value)}"' for key, value in element.attrs.items()]
        out.append(f"<{name}{''.join(pairs)}>")
    else:
        out.append(f"<{name}>")
    if name in _VOID:
        return
    _write(element, out)
    if len(out) - start <= 2 and name not in _CELLS and not "".join(out[start + 1 :]).strip():
        del out[start:]
    else:
        out.append(f"</{name}>")


def _escaped(text: str) -> str:
    return html.escape(text, quote=False) if "&" in text or "<" in text or ">" in text else text


def _quoted(value: object) -> str:
    return str(value).replace("&", "&amp;").replace('"', "&quot;")
