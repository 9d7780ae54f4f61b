"""From a parsed query to what the index can answer, what SQL can, and what needs the text."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from sqlalchemy import ColumnElement, and_, func, not_, or_

from storage.filters import (
    contains,
    day_since,
    day_until,
    has_label,
    issuer_is,
    region_is,
    source_is,
)
from storage.models import Document
from storage.query import And, Field, Node, Not, Or, Phrase, parse_query
from storage.search_index import SearchText
from storage.search_terms import COMMON_TERMS, Fts5, Often, TsQuery, decided, narrow
from storage.tokens import anchor, compare_text, fold, is_plain, query_terms

_GAP = "\x00"  # no phrase reaches over it
_DOC_NUMBER = re.compile(r"[^\W\d_]{1,20}〔\d{4}〕第?\d{1,5}号?")


@lru_cache(maxsize=512)  # documents that wait for the index are looked at by every search
def _folded(title: str, others: str) -> str:
    return _GAP.join(map(compare_text, (title, *others.split("\n", 8))))


@dataclass(frozen=True)
class Candidate:
    """A document that may match, with its texts; ``flags`` are field conditions by SQL."""

    id: int
    text: SearchText
    day: date
    flags: tuple[bool, ...] = ()

    @cached_property
    def title(self) -> str:
        """The folded title."""
        return compare_text(self.text.title)

    @cached_property
    def whole(self) -> str:
        """All folded texts."""
        return _folded(self.text.title, self.text.others)

    @cached_property
    def raw(self) -> str:
        """All texts as they are, the title first."""
        return f"{self.text.title}{_GAP}{self.text.others}"

    def count(self, phrase: str) -> int:
        """How often a phrase occurs."""
        if is_plain(phrase):
            return self.raw.count(phrase)
        return self.whole.count(compare_text(phrase))

    def holds(self, phrase: str, *, title: bool) -> bool:
        """Whether a phrase occurs, in the title only if ``title``."""
        if is_plain(phrase):
            return phrase in (self.text.title if title else self.raw)
        wanted = compare_text(phrase)
        if not title and (phrase in self.raw or wanted in self.raw):
            return True  # most words and numbers stand there as they are looked for
        if found := anchor(wanted):
            where = self.text.title if title else self.raw
            return _at_anchor(wanted, where, *found) or _is_number(wanted, self, title=title)
        return _occurs(wanted, self.title if title else self.whole)


@dataclass(frozen=True)
class Plan:
    """``fts5`` and ``tsquery`` rule documents out; ``sql`` must hold; ``node`` decides the rest.

    ``root`` is the whole query. ``exact`` means that index and SQL say it all. ``flags`` are the
    field conditions inside ``node``, to be selected with each candidate. ``phrases`` are the texts
    to highlight.
    """

    root: Node
    node: Node | None
    exact: bool
    fts5: str | None
    tsquery: str | None
    title_fts5: str | None
    title_tsquery: str | None
    sql: tuple[ColumnElement[bool], ...]
    fields: tuple[Field, ...]
    flags: tuple[ColumnElement[bool], ...]
    phrases: tuple[str, ...]

    @cached_property
    def choosable(self) -> bool:
        """Whether a loose query has something to choose."""
        return any(len(query_terms(text)) > COMMON_TERMS for text in self.phrases)

    def loose(self, *, sqlite: bool, often: Often) -> str | None:
        """An index query that rules fewer documents out and costs less.

        Of a long phrase the rarest bigrams, by ``often``.
        """
        return narrow(self.root, Fts5(often) if sqlite else TsQuery(often))

    def holds(self, candidate: Candidate) -> bool:
        """Whether the text of a candidate meets the query."""
        if self.node is None:
            return True
        flags = dict(zip(map(id, self.fields), candidate.flags, strict=True))
        return _holds(self.node, candidate, flags)


def plan_query(query: str) -> Plan:
    """Read and plan a query. Raises QueryError."""
    root = parse_query(query)
    parts = root.parts if isinstance(root, And) else (root,)
    sql = tuple(_sql(part) for part in parts if _only_fields(part))
    rest = tuple(part for part in parts if not _only_fields(part))
    node: Node | None = None
    if rest:
        node = rest[0] if len(rest) == 1 else And(rest)
    fields = tuple(_fields(node)) if node else ()
    phrases = tuple(_phrases(node)) if node else ()
    titled = _in_title(root)
    fts5 = narrow(root, Fts5())
    return Plan(
        root=root,
        node=node,
        exact=node is None or (fts5 is not None and decided(node)),
        fts5=fts5,
        tsquery=narrow(root, TsQuery()),
        title_fts5=narrow(titled, Fts5()) if titled else None,
        title_tsquery=narrow(titled, TsQuery()) if titled else None,
        sql=sql,
        fields=fields,
        flags=tuple(_sql(part) for part in fields),
        phrases=phrases,
    )


def _only_fields(node: Node) -> bool:
    match node:
        case Field():
            return True
        case Not(part):
            return _only_fields(part)
        case And(parts) | Or(parts):
            return all(map(_only_fields, parts))
        case _:
            return False


def _sql(node: Node) -> ColumnElement[bool]:
    match node:
        case Not(part):
            return not_(func.coalesce(_sql(part), False))
        case And(parts):
            return and_(*map(_sql, parts))
        case Or(parts):
            return or_(*map(_sql, parts))
        case Field():
            return _field_sql(node)
        case Phrase():
            raise AssertionError("a phrase is no field")


def _field_sql(field: Field) -> ColumnElement[bool]:
    value = field.value
    match field.name:
        case "issuer":
            return issuer_is(value)
        case "region":
            return region_is(value)
        case "level":
            return Document.level == value
        case "source":
            return source_is(value)
        case "label":
            return has_label(value)
        case "type":
            return contains(Document.doc_type, value)
        case "number":
            return contains(Document.doc_number, compare_text(value).replace(" ", ""))
        case _:
            day = field.day
            if day is None:
                raise AssertionError(f"field {field.name} without a day")
            return day_since(day) if field.name == "after" else day_until(day)


def _fields(node: Node) -> list[Field]:
    match node:
        case Field():
            return [node]
        case Not(part):
            return _fields(part)
        case And(parts) | Or(parts):
            return [field for part in parts for field in _fields(part)]
        case _:
            return []


def _phrases(node: Node) -> list[str]:
    """Phrases a match contains: those not under a NOT."""
    match node:
        case Phrase(text):
            return [text]
        case And(parts) | Or(parts):
            return [text for part in parts for text in _phrases(part)]
        case _:
            return []


def _in_title(root: Node) -> Node | None:
    """The query that asks for any of the positive phrases in titles, for ranking."""
    phrases = _phrases(root)
    if not phrases:
        return None
    titled = Or(tuple(Phrase(text, title=True) for text in phrases))
    parts = root.parts if isinstance(root, And) else ()
    return And((titled, *(part for part in parts if isinstance(part, Field))))


def _holds(node: Node, candidate: Candidate, flags: dict[int, bool]) -> bool:
    match node:
        case Phrase(text, title):
            return candidate.holds(text, title=title)
        case Not(part):
            return not _holds(part, candidate, flags)
        case And(parts):
            return all(_holds(part, candidate, flags) for part in parts)
        case Or(parts):
            return any(_holds(part, candidate, flags) for part in parts)
        case Field():
            return flags[id(node)]


def _occurs(wanted: str, where: str) -> bool:
    if wanted in where:
        return True
    # 国发〔2024〕 12 号 is the same number as 国发〔2024〕12号.
    tight = wanted.replace(" ", "")
    return bool(_DOC_NUMBER.fullmatch(tight)) and tight in where.replace(" ", "")


def _at_anchor(wanted: str, where: str, offset: int, run: str) -> bool:
    """Whether a folded phrase occurs; its Han run is found in the text as it stands."""
    at = where.find(run)
    while at >= 0:
        start = at - offset
        if start >= 0 and fold(where[start : start + len(wanted)]) == wanted:
            return True
        at = where.find(run, at + 1)
    return False


def _is_number(wanted: str, candidate: Candidate, *, title: bool) -> bool:
    """Whether a document number occurs with blanks in it."""
    if _DOC_NUMBER.fullmatch(wanted) is None:
        return False
    return _occurs(wanted, candidate.title if title else candidate.whole)


def score(plan: Plan, candidate: Candidate, *, newest: date) -> float:
    """Title hits first, then how often the words occur, then how recent the document is."""
    points = 0.0
    length = max(200, len(candidate.raw))
    for phrase in plan.phrases:
        if candidate.holds(phrase, title=True):
            points += 4.0 + 2.0 * len(phrase) / max(len(candidate.text.title), 1)
        points += math.log1p(1000.0 * candidate.count(phrase) / length)
    age = max(0, (newest - candidate.day).days)
    return points + 2.0 * math.exp(-age / 180.0)
