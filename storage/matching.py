"""From a parsed query to what the index can answer, what SQL can, and what needs the text."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

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
from storage.search_frequency import SAMPLE
from storage.search_index import SearchText
from storage.tokens import LONGEST_WORD, TITLE_MARK, compare_text, is_plain, query_terms

MOST_TERMS = 12  # bigrams of one long phrase sent to the index; the text decides anyway
LOOSE_TERMS = 5  # rare ones of them at first: each list has to be found and walked
COMMON_TERMS = 3  # so many where hardly one is rare
WALKED = SAMPLE // 8  # documents of the sample with a word that is met soon without the index
LONG_WORD = 5  # characters of a number or word that alone names few documents
COSTLY = range(2, 5)  # characters of a prefix that may stand for half of all documents
_GAP = "\x00"  # no phrase reaches over it
_DOC_NUMBER = re.compile(r"[^\W\d_]{1,20}〔\d{4}〕第?\d{1,5}号?")


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
        return _GAP.join((self.title, *map(compare_text, self.text.others.split("\n", 8))))

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
        return _occurs(wanted, self.title if title else self.whole)


@dataclass(frozen=True)
class Plan:
    """``fts5`` and ``tsquery`` rule documents out; ``sql`` must hold; ``node`` decides the rest.

    ``exact`` means that index and SQL say it all. ``flags`` are the field conditions inside
    ``node``, to be selected with each candidate. ``phrases`` are the texts to highlight.
    """

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
        terms = [query_terms(text) for text in self.phrases]
        return any(len(of) > COMMON_TERMS or any(_costly(*term) for term in of) for of in terms)

    def loose(self, *, sqlite: bool, often: Mapping[str, int]) -> str | None:
        """An index query that rules fewer documents out and costs less.

        The rarest bigrams of a long phrase, by ``often``; no common short number or word, whose
        every continuation the index would have to collect.
        """
        if self.node is None:
            return None
        return _narrow(self.node, _Fts5(often) if sqlite else _TsQuery(often))

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
    titled = _in_title(node) if node else None
    fts5 = _narrow(node, _Fts5()) if node else None
    return Plan(
        node=node,
        exact=node is None or (fts5 is not None and _exact(node)),
        fts5=fts5,
        tsquery=_narrow(node, _TsQuery()) if node else None,
        title_fts5=_narrow(titled, _Fts5()) if titled else None,
        title_tsquery=_narrow(titled, _TsQuery()) if titled else None,
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
            number = compare_text(value).replace(" ", "")
            if number.endswith("号") and number.isascii() is False and number.upper() == number:
                return Document.doc_number == number
            return contains(Document.doc_number, number)
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


def _in_title(node: Node) -> Node | None:
    """The query that asks for the first positive phrases in titles, for ranking."""
    phrases = _phrases(node)
    if not phrases:
        return None
    titled: list[Node] = [Phrase(text, title=True) for text in phrases]
    return titled[0] if len(titled) == 1 else Or(tuple(titled))


def _exact(node: Node) -> bool:
    """True if the index alone decides: no phrase needs adjacent bigrams."""
    match node:
        case Phrase(text):
            terms = query_terms(text)
            bare = compare_text(text)
            if len(terms) != 1 or any(not character.isalnum() for character in bare):
                return False
            return len(bare) <= (LONGEST_WORD if bare[0].isascii() or terms[0][1] else 2)
        case Not(part):
            return _exact(part)
        case And(parts):
            # FTS5 has only a binary NOT: something positive must stand beside it.
            positive = [part for part in parts if not isinstance(part, Not)]
            return bool(positive) and all(map(_exact, parts))
        case Or(parts):
            return all(_exact(part) and not isinstance(part, Not) for part in parts)
        case Field():
            return False


class _Fts5:
    """The MATCH language of FTS5; loose if it is told which tokens occur ``often``."""

    def __init__(self, often: Mapping[str, int] | None = None) -> None:
        self._often = often

    def terms(self, phrase: str) -> list[tuple[str, bool]]:
        """Tokens of a phrase, some of them if there are many."""
        terms = query_terms(phrase)
        if self._often is not None:
            often = self._often
            terms = [
                term for term in terms if not (_costly(*term) and often.get(term[0], 0) >= WALKED)
            ]
            return _rarest(terms, self._often)
        if len(terms) > MOST_TERMS:
            return [terms[place * len(terms) // MOST_TERMS] for place in range(MOST_TERMS)]
        return terms

    def excludes(self, part: Node) -> bool:
        """Whether documents with ``part`` may be taken out: only what the index decides exactly."""
        if not _exact(part):
            return False
        return self._often is None or _narrow(part, self) == _narrow(part, type(self)())

    def term(self, token: str, *, prefix: bool) -> str:
        return f'"{token}" *' if prefix else f'"{token}"'

    def all_of(self, parts: list[str]) -> str:
        return "(" + " AND ".join(parts) + ")"

    def any_of(self, parts: list[str]) -> str:
        return "(" + " OR ".join(parts) + ")"

    def but_not(self, part: str, unwanted: str) -> str:
        return f"({part} NOT {unwanted})"


class _TsQuery(_Fts5):
    """The tsquery language of PostgreSQL."""

    def term(self, token: str, *, prefix: bool) -> str:
        return f"'{token}':*" if prefix else f"'{token}'"

    def all_of(self, parts: list[str]) -> str:
        return "(" + " & ".join(parts) + ")"

    def any_of(self, parts: list[str]) -> str:
        return "(" + " | ".join(parts) + ")"

    def but_not(self, part: str, unwanted: str) -> str:
        return f"({part} & !{unwanted})"


def _rarest(terms: list[tuple[str, bool]], often: Mapping[str, int]) -> list[tuple[str, bool]]:
    common = sorted((term for term in terms if term[0] in often), key=lambda term: often[term[0]])
    rare = [term for term in terms if term[0] not in often]
    for term in rare:
        if len(term[0]) >= LONG_WORD:
            return [term]
    return [*rare[:LOOSE_TERMS], *common[: max(0, COMMON_TERMS - len(rare))]]


def _costly(token: str, prefix: bool) -> bool:
    return prefix and len(token) in COSTLY


def _narrow(node: Node, language: _Fts5) -> str | None:
    """An index query that every match of ``node`` meets; None if the index cannot help."""
    match node:
        case Phrase(text, title):
            mark = TITLE_MARK if title else ""
            terms = language.terms(text)
            found = [language.term(mark + token, prefix=prefix) for token, prefix in terms]
            return (found[0] if len(found) == 1 else language.all_of(found)) if found else None
        case And(parts):
            narrowed = [_narrow(part, language) for part in parts if not isinstance(part, Not)]
            known = [part for part in narrowed if part is not None]
            if not known:
                return None
            result = known[0] if len(known) == 1 else language.all_of(known)
            for part in parts:
                if isinstance(part, Not) and language.excludes(part.part):
                    unwanted = _narrow(part.part, language)
                    if unwanted is not None:
                        result = language.but_not(result, unwanted)
            return result
        case Or(parts):
            options = [_narrow(part, language) for part in parts]
            if any(option is None for option in options):
                return None
            return language.any_of([option for option in options if option is not None])
        case _:
            return None


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
