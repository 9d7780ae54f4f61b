"""The notation of the sample texts as HTML, in the dialects that real editors leave behind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup, escape

Dialect = Literal["trs", "word", "plain", "breaks", "english"]
Kind = Literal["text", "head", "centre", "right", "table"]
_CHAPTER = re.compile(r"第[一二三四五六七八九十]+章 ?")
_SECTION = re.compile(r"(?:[一二三四五六七八九十]+、|【).{1,24}$")
_ARTICLE = re.compile(r"(第[一二三四五六七八九十]+条) ?(.*)", re.S)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or a table (``rows``, the first is its head)."""

    kind: Kind
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


def blocks(lines: Iterable[str]) -> Iterator[Block]:
    """The blocks of a text."""
    rows: list[tuple[str, ...]] = []
    for line in lines:
        if line.startswith("|"):
            rows.append(tuple(cell.strip() for cell in line.strip("|").split("|")))
            continue
        if rows:
            yield Block("table", rows=tuple(rows))
            rows = []
        yield _block(line)
    if rows:
        yield Block("table", rows=tuple(rows))


def _block(line: str) -> Block:
    for mark, kind in _MARKS:
        if line.startswith(mark):
            return Block(kind, line.removeprefix(mark).strip())
    if _CHAPTER.match(line):
        return Block("centre", line)
    if _SECTION.match(line) and not line.endswith(("。", "；")):
        return Block("head", line)
    return Block("text", line)


_MARKS: tuple[tuple[str, Kind], ...] = (("^", "centre"), (">", "right"), ("##", "head"))


def to_html(lines: Iterable[str], *, dialect: Dialect) -> Markup:
    """Safe HTML of a text."""
    if dialect == "breaks":
        return _with_breaks(lines)
    return Markup("\n").join(_paragraph(block, dialect) for block in blocks(lines))


def to_text(lines: Iterable[str]) -> str:
    """Plain text, one paragraph a line, cells of a table joined by spaces."""
    out: list[str] = []
    for block in blocks(lines):
        if block.kind == "table":
            out.extend(" ".join(row) for row in block.rows)
        else:
            out.append(block.text)
    return "\n".join(out)


def _paragraph(block: Block, dialect: Dialect) -> Markup:
    if block.kind == "table":
        return _table(block.rows, dialect)
    text = _bold_article(block.text)
    if dialect == "english":
        tag = "h2" if block.kind == "head" else "p"
        return Markup("<{0}>{1}</{0}>").format(tag, text)
    if block.kind == "head":
        text = Markup("<strong>{}</strong>").format(text)
    align = {"centre": "center", "right": "right"}.get(block.kind, "justify")
    if dialect == "trs":
        indent = "　　" if align == "justify" else ""
        return Markup('<p align="{}">{}{}</p>').format(align, indent, text)
    if dialect == "word":
        style = f"text-align:{align};line-height:28.0pt;"
        style += "text-indent:32.0pt;" if align == "justify" else ""
        span = Markup('<span style="font-family:仿宋_GB2312;font-size:16.0pt;">{}</span>')
        return Markup('<p class="MsoNormal" style="{}">{}</p>').format(style, span.format(text))
    mark = "" if align == "justify" else f' style="text-align: {align};"'
    return Markup("<p{}>{}</p>").format(Markup(mark), text)  # noqa: S704 - a constant


def _bold_article(text: str) -> Markup:
    match = _ARTICLE.fullmatch(text)
    if match is None:
        return escape(text)
    return Markup("<strong>{}</strong>　{}").format(*match.groups())


def _with_breaks(lines: Iterable[str]) -> Markup:
    """One table cell full of line breaks, as old county sites write."""
    out = []
    for block in blocks(lines):
        if block.kind == "table":
            out.append(_table(block.rows, "breaks"))
        elif block.kind == "centre":
            out.append(Markup("<center>{}</center>").format(block.text))
        elif block.kind == "right":
            out.append(Markup("<div align=right>{}&nbsp;&nbsp;</div>").format(block.text))
        else:
            out.append(Markup("　　{}<br>\n").format(block.text))
    return Markup("").join(out)


def _table(rows: tuple[tuple[str, ...], ...], dialect: Dialect) -> Markup:
    head, *body = rows
    if dialect in ("plain", "english"):
        top = _row(head, "th")
        rest = Markup("").join(_row(row, "td") for row in body)
        return Markup("<table><thead>{}</thead><tbody>{}</tbody></table>").format(top, rest)
    cells = Markup("").join(_row(row, "td") for row in rows)
    attributes = Markup('border="1" cellspacing="0" cellpadding="0" width="100%"')
    return Markup("<table {}><tbody>{}</tbody></table>").format(attributes, cells)


def _row(cells: tuple[str, ...], tag: str) -> Markup:
    inner = Markup("").join(Markup("<{0}>{1}</{0}>").format(tag, cell) for cell in cells)
    return Markup("<tr>{}</tr>").format(inner)
