"""The small language in which a source file says where a value stands in a row.

``a::attr(href)``      an attribute of the first match
``span.date::text``    its text; a selector alone means the same
``h3::own``            only the text directly inside, not that of child elements
``::attr(href)``       of the row element itself
``A || B``             B when A is missing or empty, or cut off (…) where B goes on
``A && B``             both, joined by a space
``xpath:.//b/@title``  XPath 1.0 instead of CSS

CSS is matched by lexbor (fast); a page is parsed by lxml only when its source uses XPath.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, cast

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

_STEP = re.compile(
    r"^(?P<css>.*?)(?:::(?P<what>text|own|attr\(\s*(?P<attr>[\w:.-]+)\s*\)))?$", re.S
)
_BLANKS = re.compile(r"[\s\u00a0\u3000]+")
#: private-use glyphs (font tricks), zero-width characters, byte order mark
_UNSEEN = re.compile("[\ue000-\uf8ff\u200b-\u200d\u2060\ufeff]")
MAX_SELECTOR = 300
_PART = "\x00"
#: among pieces of text: here a line ends
LINE = "\x1e"
#: marks that Chinese and English share
_QUOTES = "“”‘’—…"
#: the end of a text that a template has cut
_CUT = re.compile(r"\s*(?:…+|\.{2,})$")


class SelectorError(ValueError):
    """A selector that cannot be understood; the text says why (zh / en)."""


@dataclass(frozen=True, slots=True)
class Step:
    """One selector and what to take of its match: ``text``, ``own`` or an attribute name."""

    selector: str
    what: str
    attribute: str = ""
    xpath: bool = False


Field = tuple[tuple[Step, ...], ...]


class Node(Protocol):
    """An element of a parsed page, whichever parser made it."""

    def find(self, selector: str, *, xpath: bool) -> Iterable[Node]: ...
    def text(self) -> str: ...
    def own_text(self) -> str: ...
    def attribute(self, name: str) -> str | None: ...


def tidy(text: str) -> str:
    """One line, single spaces, without characters that are not meant to be seen."""
    if text.isprintable() and "  " not in text:
        return text.strip()  # to Python none of those is printable, nor any blank but the space
    return _BLANKS.sub(" ", _UNSEEN.sub("", text)).strip()


#: elements that begin a line of their own, and the break itself: what they part is no one word
BREAKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "br", "dd", "details", "div", "dl", "dt"),
        *("figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header"),
        *("hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody"),
        *("td", "tfoot", "th", "thead", "tr", "ul"),
    )
)


def joined(pieces: Iterable[str]) -> str:
    """Pieces of text, those that a line break parts with a blank between, but in Chinese without.

    ``LINE`` stands for the break.
    """
    text, broken = "", False
    for piece in pieces:
        if piece == LINE:
            broken = bool(text)
        elif piece.strip():
            if broken and not _is_chinese(text.rstrip()[-1:] + piece.lstrip()[:1]):
                text += " "
            text, broken = text + piece, False
        elif piece:
            text += " "
    return text


def _is_chinese(pair: str) -> bool:
    """Whether two characters are wide; quotes and dashes are, beside one that is."""
    wide = ["\u3000" < char < "\ufff0" for char in pair]
    return any(wide) and all(w or c in _QUOTES for w, c in zip(wide, pair, strict=True))


@lru_cache(maxsize=4096)
def compile_field(text: str) -> Field:
    """Parse a field. Raises ``SelectorError``."""
    alternatives = []
    for alternative in text.split("||"):
        steps = [_step(part.strip()) for part in alternative.split("&&")]
        alternatives.append(tuple(steps))
    return tuple(alternatives)


def _step(text: str) -> Step:
    if not text:
        raise SelectorError("选择器为空 / an empty selector")
    if text.startswith("xpath:"):
        expression = text.removeprefix("xpath:").strip()
        check_selector(text)
        return Step(expression, "text", xpath=True)
    match = _STEP.match(text)
    css, what = (match["css"].strip(), match["what"]) if match else (text, None)
    if css:
        check_selector(css)
    if what is None or what == "text":
        return Step(css, "text")
    if what == "own":
        return Step(css, "own")
    return Step(css, "attribute", attribute=match["attr"] if match else "")


@lru_cache(maxsize=4096)
def check_selector(text: str) -> None:
    """Raise ``SelectorError`` unless ``text`` is valid CSS, or XPath 1.0 after ``xpath:``."""
    if not text or len(text) > MAX_SELECTOR:
        raise SelectorError(f"选择器为空或超过 {MAX_SELECTOR} 字符 / empty or too long selector")
    if text.startswith("xpath:"):
        _check_xpath(text.removeprefix("xpath:").strip())
        return
    if "::" in text:
        raise SelectorError(
            "此处只写 CSS，不带 ::text 或 ::attr() / plain CSS here, without ::text or ::attr()"
        )
    if text.endswith(","):
        raise SelectorError(
            "选择器在逗号处中断：# 在 YAML 中开始注释，请给整个值加引号 / "
            "the selector breaks off: # starts a comment in YAML, put the whole value in quotes"
        )
    try:
        LexborHTMLParser("<p></p>").css(text)
    except SelectolaxError as error:
        raise SelectorError(f"CSS 选择器有误：{text} / not a CSS selector: {text}") from error


def _check_xpath(text: str) -> None:
    from lxml import etree, html  # type: ignore[import-untyped]

    try:
        etree.XPath(text)(html.fromstring("<p>x</p>"))
    except (etree.XPathError, etree.LxmlError) as error:
        raise SelectorError(f"XPath 有误：{error} / not XPath 1.0: {error}") from error


def uses_xpath(texts: Iterable[str | None]) -> bool:
    """Whether any of these selectors or fields is XPath."""
    return any("xpath:" in text for text in texts if text)


def read_field(node: Node, field: str | None) -> str | None:
    """The tidy value of a field in a row, None when no alternative has one."""
    if not field:
        return None
    short: str | None = None
    for alternative in compile_field(field):
        values = [value for step in alternative if (value := _read_step(node, step))]
        if len(values) != len(alternative):
            continue
        value = " ".join(values)
        if short is not None:
            if len(value) >= len(short) and value.startswith(_CUT.sub("", short)):
                short = value
        else:
            short = value
        if _CUT.search(short) is None:
            return short
    return short


def _read_step(node: Node, step: Step) -> str | None:
    matches: Iterable[Node] = (
        node.find(step.selector, xpath=step.xpath) if step.selector else (node,)
    )
    for match in matches:
        if step.what == "text":
            value: str | None = match.text()
        elif step.what == "own":
            value = match.own_text()
        else:
            value = match.attribute(step.attribute)
        value = tidy(value or "")
        if value:
            return value
    return None


def parse_page(text: str, *, selectors: Sequence[str | None]) -> Node:
    """Parse a page with the parser that its selectors need."""
    if uses_xpath(selectors):
        return _XmlNode.parse(text)
    return _FastNode.parse(text)


def fast_node(node: LexborNode) -> Node:
    """An element that lexbor parsed, as fields are read from it."""
    return _FastNode(node)


def _pieces_of(top: LexborNode) -> Iterator[str]:
    for child in top.iter(include_text=True):
        if child.is_text_node:
            yield child.text_content or ""
        elif child.tag in BREAKS:
            yield LINE
            yield from _pieces_of(child)
            yield LINE
        else:
            yield from _pieces_of(child)


class _FastNode:
    __slots__ = ("node",)

    def __init__(self, node: LexborNode) -> None:
        self.node = node

    @classmethod
    def parse(cls, text: str) -> _FastNode:
        root = LexborHTMLParser(text).root
        return cls(root if root is not None else LexborHTMLParser("<html></html>").css("html")[0])

    def find(self, selector: str, *, xpath: bool) -> Iterable[Node]:
        return [_FastNode(node) for node in self.node.css(selector)]

    def text(self) -> str:
        text = self.node.text(deep=True, separator=_PART)
        if _PART not in text.strip(_PART):
            return text.strip(_PART)  # one text, as most fields are
        return joined(_pieces_of(self.node))

    def own_text(self) -> str:
        pieces = []
        for child in self.node.iter(include_text=True):
            if child.is_text_node:
                pieces.append(child.text_content or "")
            elif child.tag in BREAKS:
                pieces.append(LINE)
        return joined(pieces)

    def attribute(self, name: str) -> str | None:
        return self.node.attributes.get(name)


def _pieces_in(top: Any) -> Iterator[str]:
    yield top.text or ""
    for child in top:
        line = child.tag in BREAKS
        if line:
            yield LINE
        if isinstance(child.tag, str):  # neither a comment nor an instruction
            yield from _pieces_in(child)
        if line:
            yield LINE
        yield child.tail or ""


class _XmlNode:
    __slots__ = ("node",)

    def __init__(self, node: Any) -> None:
        self.node = node

    @classmethod
    def parse(cls, text: str) -> _XmlNode:
        from lxml import html

        # The tree must be the one that CSS selectors were tried on (``tbody`` and all).
        text = LexborHTMLParser(text).html or ""
        parser = html.HTMLParser(encoding="utf-8", huge_tree=False)
        content = text.encode("utf-8", "replace")
        return cls(html.document_fromstring(content or b"<html></html>", parser=parser))

    def find(self, selector: str, *, xpath: bool) -> Iterable[Node]:
        if xpath:
            found = self.node.xpath(selector)
        else:
            from lxml.cssselect import CSSSelector  # type: ignore[import-untyped]

            found = CSSSelector(selector)(self.node)
        if not isinstance(found, list):
            found = [found]
        return [
            cast("Node", _XmlNode(item) if hasattr(item, "tag") else _Text(str(item)))
            for item in found
        ]

    def text(self) -> str:
        return joined(_pieces_in(self.node))

    def own_text(self) -> str:
        pieces = [self.node.text or ""]
        for child in self.node:
            pieces += [LINE, child.tail or ""] if child.tag in BREAKS else [child.tail or ""]
        return joined(pieces)

    def attribute(self, name: str) -> str | None:
        value = self.node.get(name)
        return None if value is None else str(value)


class _Text:
    """The result of an XPath such as ``@href`` or ``string(.)``."""

    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.value = value

    def find(self, selector: str, *, xpath: bool) -> Iterable[Node]:
        return []

    def text(self) -> str:
        return self.value

    def own_text(self) -> str:
        return self.value

    def attribute(self, name: str) -> str | None:
        return None
