"""The search language: words, "phrases", AND, OR, NOT, brackets and field filters.

    社保 医保                both (AND is the default)
    社保 OR 医保             either; also |
    社保 NOT 养老            without; also -养老
    "数据 出境"              the phrase with its blank
    (社保 OR 医保) 通知      grouping
    issuer:财政部 region:广东 after:2024-01-01 before:2024-06-30 number:国发〔2024〕12号
    source:cn-gov-policy title:办法 label:topic-ai type:通知

Chinese words need no blanks between them: 数据出境安全 is one phrase. Round brackets inside a
word belong to the word, so that 国发(2024)12号 is one phrase. Operators are upper case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from storage.errors import StoreError

FIELDS = (
    "issuer",
    "region",
    "level",
    "after",
    "before",
    "number",
    "source",
    "title",
    "label",
    "type",
)
MAX_TERMS = 40
MAX_DEPTH = 20


class QueryError(StoreError):
    """A query that cannot be read; the message says what to change."""

    code = "bad_query"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text that must occur, in the title only if ``title``."""

    text: str
    title: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A condition on a column; ``day`` is set for after and before."""

    name: str
    value: str
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Not:
    """The part must not hold."""

    part: Node


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part holds."""

    parts: tuple[Node, ...]


Node = Phrase | Field | Not | And | Or

_OPEN, _CLOSE = "(（", ")）"
_QUOTES = {'"': '"', "“": "”", "「": "」", "＂": "＂"}
_FIELD = re.compile(rf"({'|'.join(FIELDS)})[:：](.*)", re.DOTALL | re.IGNORECASE)
_DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2}))?(?:[-/.月](\d{1,2})日?)?月?")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # word, phrase, and, or, not, open, close
    text: str = ""


def parse_query(text: str) -> Node:
    """Read a query. Raises QueryError (empty, unbalanced, too long, bad date)."""
    tokens = _tokens(text)
    if not tokens:
        raise QueryError("请输入要搜索的内容 / the query is empty")
    if len(tokens) > MAX_TERMS * 3:
        raise QueryError(f"搜索词太多，最多 {MAX_TERMS} 个 / too many terms")
    parser = _Parser(tokens)
    node = parser.any_of(0)
    if parser.peek() is not None:
        raise QueryError("多了一个右括号 / a closing bracket too many")
    return node


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    place = 0
    while place < len(text):
        character = text[place]
        if character.isspace():
            place += 1
        elif character in _QUOTES:
            phrase, place = _quoted(text, place)
            found.append(_Token("phrase", phrase))
        elif character in _OPEN:
            found.append(_Token("open"))
            place += 1
        elif character in _CLOSE:
            found.append(_Token("close"))
            place += 1
        elif character in "|｜":
            found.append(_Token("or"))
            place += 1
        elif character in "-!－！" and place + 1 < len(text) and not text[place + 1].isspace():
            found.append(_Token("not"))
            place += 1
        elif character == "+":
            place += 1
        else:
            word, place = _word(text, place)
            found.append(_operator(word))
    return found


def _operator(word: str) -> _Token:
    kinds = {"AND": "and", "OR": "or", "NOT": "not", "&": "and", "&&": "and"}
    return _Token(kinds[word]) if word in kinds else _Token("word", word)


def _quoted(text: str, place: int) -> tuple[str, int]:
    end = text.find(_QUOTES[text[place]], place + 1)
    if end < 0:
        raise QueryError("引号没有成对 / a quotation mark is not closed")
    return text[place + 1 : end], end + 1


def _word(text: str, place: int) -> tuple[str, int]:
    start, depth = place, 0
    while place < len(text) and not text[place].isspace():
        character = text[place]
        if character in _QUOTES:
            # issuer:"国家 数据局": the quoted part belongs to the field
            if not _FIELD.fullmatch(text[start:place]):
                break
            phrase, place = _quoted(text, place)
            return text[start : text.index(phrase, start) - 1] + phrase, place
        if character in _OPEN:
            depth += 1
        elif character in _CLOSE:
            if depth == 0:
                break
            depth -= 1
        elif character in "|｜" and depth == 0:
            break
        place += 1
    return text[start:place], place


class _Parser:
    """Recursive descent: OR binds weakest, then AND, then NOT."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._place = 0

    def peek(self) -> str | None:
        return self._tokens[self._place].kind if self._place < len(self._tokens) else None

    def any_of(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise QueryError("括号嵌套太深 / brackets are nested too deep")
        parts = [self._all_of(depth)]
        while self.peek() == "or":
            self._place += 1
            parts.append(self._all_of(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all_of(self, depth: int) -> Node:
        parts = [self._one(depth)]
        while (kind := self.peek()) not in (None, "or", "close"):
            if kind == "and":
                self._place += 1
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self, depth: int) -> Node:
        kind = self.peek()
        if kind is None:
            raise QueryError("搜索式不完整，末尾缺少词 / a word is missing at the end")
        token = self._tokens[self._place]
        self._place += 1
        if kind == "not":
            if depth > MAX_DEPTH:
                raise QueryError("否定嵌套太深 / NOT is nested too deep")
            return Not(self._one(depth + 1))
        if kind == "open":
            node = self.any_of(depth + 1)
            if self.peek() != "close":
                raise QueryError("括号没有成对 / a bracket is not closed")
            self._place += 1
            return node
        if kind in ("and", "or", "close"):
            raise QueryError("AND、OR、括号的两侧都要有词 / an operator lacks a word beside it")
        return _leaf(token)


def _leaf(token: _Token) -> Node:
    if token.kind == "word":
        match = _FIELD.fullmatch(token.text)
        if match:
            return _field(match.group(1).lower(), match.group(2).strip())
    text = token.text.strip()
    if not any(character.isalnum() for character in text):
        raise QueryError(f"“{token.text}” 里没有文字或数字 / nothing to look for in it")
    return Phrase(text)


def _field(name: str, value: str) -> Node:
    if not value:
        raise QueryError(f"{name}: 后面缺少内容 / {name}: lacks a value")
    if name == "title":
        if not any(character.isalnum() for character in value):
            raise QueryError(f"“{value}” 里没有文字或数字 / nothing to look for in it")
        return Phrase(value, title=True)
    if name in ("after", "before"):
        return Field(name, value, _day(value, last=name == "before"))
    return Field(name, value)


def _day(value: str, *, last: bool) -> date:
    """A day, month or year; ``last`` takes the last day of a month or year."""
    match = _DAY.fullmatch(value)
    if match is None:
        raise QueryError(f"日期写法应为 2024-03-05：{value} / write dates as 2024-03-05")
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        if month is None:
            return date(year or 0, 12, 31) if last else date(year or 0, 1, 1)
        if day is not None:
            return date(year or 0, month, day)
        first = date(year or 0, month, 1)
        if not last:
            return first
        following = date(first.year + month // 12, month % 12 + 1, 1)
        return date.fromordinal(following.toordinal() - 1)
    except ValueError as error:
        raise QueryError(f"没有这一天：{value} / no such day") from error
