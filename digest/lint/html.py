"""Rules about the HTML part: what mail programs show, and what readers can read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, TypeAlias

from lxml import etree  # type: ignore[import-untyped]
from lxml import html as lxml_html

from digest.lint.clients import check_clients
from digest.lint.problem import Problem
from digest.lint.styles import (
    Look,
    Rule,
    Sheet,
    applied,
    contrast,
    declarations,
    inherit,
    parse_sheet,
)
from digest.settings import MAX_HTML_BYTES

MAX_STYLE_BYTES = 16 * 1024
MIN_CONTRAST = 4.5
MIN_BODY_PX = 16.0
MIN_META_PX = 13.0
MIN_LEADING = 1.6
CJK_FONTS = ("PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC")

# lxml carries no type information.
Element: TypeAlias = Any

# Not in the table of mail programs, or dangerous in any.
_DENIED_TAGS = frozenset(
    {"script", "math", "iframe", "object", "embed", "base", "template", "noscript"}
)
_DENIED_CSS = re.compile(r"expression\(|behavior\s*:|url\(", re.IGNORECASE)
_ALLOWED_SCHEMES = ("http://", "https://", "mailto:", "#")
_LARGE_TEXT_PX = 24.0


def check_html(page: str) -> list[Problem]:
    """E14 and E16 to E24, E27 to E30, E33 on one HTML part."""
    size = len(page.encode("utf-8"))
    problems = []
    if size > MAX_HTML_BYTES:
        problems.append(Problem("E14", f"HTML has {size} bytes, more than {MAX_HTML_BYTES}"))
    try:
        root = lxml_html.document_fromstring(page)
    except (etree.ParserError, ValueError) as error:
        return [*problems, Problem("E33", f"HTML cannot be parsed: {error}")]
    sheet_text = "".join(style.text or "" for style in root.iter("style"))
    sheet = parse_sheet(sheet_text)
    for check in (_check_style_block, _check_denied, _check_tables, _check_headings):
        problems += check(root, sheet_text)
    problems += check_clients(root)
    problems += _check_important(sheet)
    problems += _check_language(root)
    problems += _check_images(root)
    problems += _check_scheme(root, sheet)
    problems += _check_links(root)
    problems += _check_looks(root, sheet)
    if not all(font in page for font in CJK_FONTS):
        problems.append(Problem("E28", "the font stack lacks a system CJK font"))
    return problems


def _check_style_block(root: Element, sheet_text: str) -> Iterator[Problem]:
    if len(list(root.iter("style"))) > 1:
        yield Problem("E16", "more than one style block")
    if len(sheet_text.encode("utf-8")) > MAX_STYLE_BYTES:
        yield Problem("E16", "the style block is larger than 16 KB")


def _check_denied(root: Element, sheet_text: str) -> Iterator[Problem]:
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag in _DENIED_TAGS:
            yield Problem("E18", f"<{element.tag}> is not allowed in a mail")
        for name in element.attrib:
            if str(name).lower().startswith("on"):
                yield Problem("E33", f"event attribute {name} on <{element.tag}>")
        if _DENIED_CSS.search(element.get("style") or ""):
            yield Problem("E18", f"style of <{element.tag}>: {element.get('style')}")
    if match := _DENIED_CSS.search(sheet_text):
        yield Problem("E18", f"style block: {match.group()}")


def _check_tables(root: Element, _sheet_text: str) -> Iterator[Problem]:
    for table in root.iter("table"):
        wrong = [
            name
            for name, value in (
                ("role", "presentation"),
                ("border", "0"),
                ("cellpadding", "0"),
                ("cellspacing", "0"),
            )
            if table.get(name) != value
        ]
        if wrong or not table.get("width"):
            yield Problem("E19", f"layout table lacks {', '.join(wrong) or 'width'}")
    if "[if mso]" not in etree.tostring(root, encoding="unicode"):
        yield Problem("E19", "no wrapper table for Outlook")
    for element in root.iter("h1", "h2", "h3", "p", "div", "span", "a", "ul"):
        values = declarations(element.get("style") or "")
        for name, value in values.items():
            if name.startswith("padding") or (name.startswith("margin") and value != "0"):
                yield Problem("E20", f"<{element.tag}> makes space by {name}, not a cell")


def _check_headings(root: Element, _sheet_text: str) -> Iterator[Problem]:
    levels = [int(e.tag[1]) for e in root.iter("h1", "h2", "h3", "h4", "h5", "h6")]
    if levels.count(1) != 1:
        yield Problem("E22", f"{levels.count(1)} h1 instead of one")
    for before, after in pairwise(levels):
        if after > before + 1:
            yield Problem("E22", f"h{after} follows h{before}")


def _check_important(sheet: Sheet) -> Iterator[Problem]:
    for query, rules in sheet.media.items():
        for rule in rules:
            for name, value in rule.declarations.items():
                if "!important" not in value:
                    where = ", ".join(rule.selectors)
                    yield Problem("E17", f"{name} of {where} in @media {query} is not !important")


def _check_language(root: Element) -> Iterator[Problem]:
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", root.get("lang") or ""):
        yield Problem("E21", "html has no language")
    for heading in root.iter("h3"):
        block = heading.getparent()
        if block is None or block.get("dir") != "auto":
            yield Problem("E21", "an item has no dir=auto")
            return


def _check_images(root: Element) -> Iterator[Problem]:
    for image in root.iter("img"):
        missing = [name for name in ("alt", "width", "height") if image.get(name) is None]
        if missing:
            yield Problem("E24", f"image lacks {', '.join(missing)}")
        if not (image.get("src") or "").startswith("cid:"):
            yield Problem("E30", f"image from {image.get('src')}")
    for element in root.iter():
        if isinstance(element.tag, str) and (element.get("background") or element.get("srcset")):
            yield Problem("E30", f"<{element.tag}> loads something from outside")


def _check_scheme(root: Element, sheet: Sheet) -> Iterator[Problem]:
    names = {meta.get("name") for meta in root.iter("meta")}
    if "color-scheme" not in names:
        yield Problem("E27", "no color-scheme meta element")
    if not sheet.dark():
        yield Problem("E27", "no rules for dark mode")


def _check_links(root: Element) -> Iterator[Problem]:
    names = {e.get("name") for e in root.iter("a") if e.get("name")}
    ids = {e.get("id") for e in root.iter() if isinstance(e.tag, str) and e.get("id")}
    for anchor in root.iter("a"):
        href = anchor.get("href")
        if href is None:
            continue
        if not href.startswith(_ALLOWED_SCHEMES):
            yield Problem("E33", f"link to {href[:60]}")
        if href == "#":
            yield Problem("E33", "a link that leads nowhere")
        elif href.startswith("#") and not {href[1:]} <= names & ids:
            yield Problem("E29", f"{href} has no target with both id and name")


def _check_looks(root: Element, sheet: Sheet) -> Iterator[Problem]:
    """E20 and E23 over everything that carries text, in both palettes."""
    seen: set[tuple[str, str]] = set()
    body = root.find("body")
    if body is None:
        yield Problem("E33", "no body")
        return
    stack = [(body, Look(), Look())]
    while stack:
        element, outer, outer_dark = stack.pop()
        look, dark = _looks(element, outer, outer_dark, sheet.dark())
        if look.hidden:
            continue
        for child in element:
            if isinstance(child.tag, str):
                stack.append((child, look, dark))
        if not _own_text(element):
            continue
        for name, palette in (("light", look), ("dark", dark)):
            pair = (palette.colour, palette.background)
            if pair not in seen and contrast(*pair) < MIN_CONTRAST:
                ratio = contrast(*pair)
                yield Problem("E23", f"{name}: {pair[0]} on {pair[1]} has {ratio:.2f}:1")
            seen.add(pair)
        yield from _check_size(element, look)


def _looks(
    element: Element, outer: Look, outer_dark: Look, rules: tuple[Rule, ...]
) -> tuple[Look, Look]:
    inline = declarations(element.get("style") or "")
    return inherit(outer, inline), inherit(outer_dark, {**inline, **applied(element, rules)})


def _check_size(element: Element, look: Look) -> Iterator[Problem]:
    text = _own_text(element)
    if look.size < MIN_META_PX:
        yield Problem("E20", f"{look.size:g} px for {text[:20]!r}")
    is_sentence = element.tag == "div" and not element.get("class")
    if is_sentence and look.size < MIN_BODY_PX:
        yield Problem("E20", f"body text of {look.size:g} px: {text[:20]!r}")
    if is_sentence and look.leading < MIN_LEADING and look.size < _LARGE_TEXT_PX:
        yield Problem("E20", f"line height {look.leading:g} for {text[:20]!r}")


def _own_text(element: Element) -> str:
    parts = [element.text or ""]
    parts += [child.tail or "" for child in element]
    text = "".join(parts)
    return text.strip()
