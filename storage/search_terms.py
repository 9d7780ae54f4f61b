"""What of a query an index can be asked, in the languages of FTS5 and PostgreSQL.

Every match meets the index query; what more it lets through is decided by SQL and the texts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from storage.query import And, Field, Node, Not, Or, Phrase
from storage.search_facets import (
    ISSUER,
    TYPE,
    Term,
    days_between,
    level_term,
    number_terms,
    region_term,
    text_terms,
)
from storage.tokens import TITLE_MARK, cited_terms, compare_text, query_terms

MOST_TERMS = 12  # bigrams of one long phrase sent to the index; the text decides anyway
LOOSE_TERMS = 5  # rare ones of them at first: each list has to be found and walked
COMMON_TERMS = 3  # so many where hardly one is rare


class Often(Protocol):
    """How common a token is among the newest documents; 0 if rare."""

    def __call__(self, token: str, /) -> int: ...


class Fts5:
    """The MATCH language of FTS5; loose if it is told which tokens occur ``often``."""

    walks_days = False

    def __init__(self, often: Often | None = None) -> None:
        self._often = often

    def terms(self, phrase: str) -> list[Term]:
        """Tokens of a phrase, some of them if there are many."""
        terms = query_terms(phrase)
        if cited := cited_terms(phrase):  # few documents cite it
            return [*cited[:LOOSE_TERMS], *terms[:1]]
        if self._often is not None:
            return _rarest(terms, self._often)
        if len(terms) > MOST_TERMS:
            return [terms[place * len(terms) // MOST_TERMS] for place in range(MOST_TERMS)]
        return terms

    def term(self, token: str, *, prefix: bool) -> str:
        """One token, or all that begin so."""
        return f'"{token}" *' if prefix else f'"{token}"'

    def all_of(self, parts: Sequence[str]) -> str:
        """All parts."""
        return f"({' AND '.join(parts)})"

    def any_of(self, parts: Sequence[str]) -> str:
        """One part at least."""
        return f"({' OR '.join(parts)})"

    def but_not(self, part: str, unwanted: str) -> str:
        """The part without what is unwanted."""
        return f"({part} NOT {unwanted})"


class TsQuery(Fts5):
    """The tsquery language of PostgreSQL.

    Its index collects everything that begins so, and what a common term has before it gives
    anything. So beginnings are left out where something else narrows, and days where nothing else
    does: there are indexes of days.
    """

    def __init__(self, often: Often | None = None, *, walks_days: bool = True) -> None:
        super().__init__(often)
        self.walks_days = walks_days

    def terms(self, phrase: str) -> list[Term]:
        """Tokens of a phrase, beginnings only if there is no more."""
        terms = super().terms(phrase)
        return [term for term in terms if not term[1]] or terms

    def term(self, token: str, *, prefix: bool) -> str:
        """One token, or all that begin so."""
        return f"'{token}':*" if prefix else f"'{token}'"

    def all_of(self, parts: Sequence[str]) -> str:
        """All parts."""
        return f"({' & '.join(parts)})"

    def any_of(self, parts: Sequence[str]) -> str:
        """One part at least."""
        return f"({' | '.join(parts)})"

    def but_not(self, part: str, unwanted: str) -> str:
        """The part without what is unwanted."""
        return f"({part} & !{unwanted})"


def _rarest(terms: list[Term], often: Often) -> list[Term]:
    """The rarest, first those that share no character: bigrams of one word come together."""
    if len(terms) <= COMMON_TERMS:
        return terms
    counts = [often(token) for token, _ in terms]
    order = sorted(range(len(terms)), key=counts.__getitem__)
    apart: list[int] = []
    for place in order:
        if all(abs(place - other) > 1 for other in apart):
            apart.append(place)
    chosen: list[int] = []
    for place in sorted(dict.fromkeys((*apart, *order)), key=lambda at: counts[at] > 0):
        if len(chosen) < (COMMON_TERMS if counts[place] else LOOSE_TERMS):
            chosen.append(place)
    return [terms[place] for place in chosen]


def decided(node: Node) -> bool:
    """True if the index alone decides: every phrase is one token, or the beginning of some."""
    match node:
        case Phrase(text):
            return [token for token, _ in query_terms(text)] == [compare_text(text)]
        case Not(part):
            return decided(part)
        case And(parts):
            # FTS5 has only a binary NOT: something positive must stand beside it.
            positive = [part for part in parts if not isinstance(part, Not)]
            return bool(positive) and all(map(decided, parts))
        case Or(parts):
            return all(decided(part) and not isinstance(part, Not) for part in parts)
        case Field():
            return False


def narrow(node: Node, language: Fts5) -> str | None:
    """An index query that every match of ``node`` meets; None if the index cannot help."""
    match node:
        case Phrase(text, title):
            terms = language.terms(text)
            if title:  # numbers that titles cite have no mark of their own
                terms = [(TITLE_MARK + token, of) for token, of in query_terms(text)[:MOST_TERMS]]
            return _all_terms(language, terms)
        case And(parts):
            result = _joined(language.all_of, _narrowed_parts(parts, language))
            for part in parts if result is not None else ():
                unwanted = None
                if isinstance(part, Not) and decided(part.part):
                    unwanted = narrow(part.part, language)
                if result is not None and unwanted is not None:
                    result = language.but_not(result, unwanted)
            return result
        case Or(parts):
            options = [narrow(part, language) for part in parts]
            if any(option is None for option in options):
                return None
            return _joined(language.any_of, [option for option in options if option is not None])
        case Field():
            if node.day is None:
                return _narrow_field(node, language)
            return None if language.walks_days else _narrow_days([node], language)
        case _:
            return None


def _narrowed_parts(parts: Sequence[Node], language: Fts5) -> list[str]:
    """What the index can be asked of parts that must all hold; days beside something else."""
    positive = [part for part in parts if not isinstance(part, Not)]
    days = [part for part in positive if isinstance(part, Field) and part.day is not None]
    found = [narrow(part, language) for part in positive if part not in days]
    if days and (not language.walks_days or any(part is not None for part in found)):
        found.append(_narrow_days(days, language))
    return [part for part in found if part is not None]


def _narrow_days(fields: Sequence[Field], language: Fts5) -> str | None:
    """Conditions on days that must all hold: a range asks for less than two halves of time."""
    since = [field.day for field in fields if field.name == "after" and field.day]
    until = [field.day for field in fields if field.name == "before" and field.day]
    tokens = days_between(max(since, default=None), min(until, default=None))
    return _joined(language.any_of, [language.term(token, prefix=False) for token in tokens])


def _narrow_field(field: Field, language: Fts5) -> str | None:
    match field.name:
        case "issuer":
            terms = _spread(text_terms(field.value, with_=ISSUER))
        case "number":
            terms = number_terms(compare_text(field.value).replace(" ", ""))
        case "type":
            terms = text_terms(field.value, with_=TYPE)
        case "region":
            terms = region_term(field.value)
        case "level":
            terms = level_term(field.value)
        case _:
            return None
    return _all_terms(language, terms[:MOST_TERMS])


def _spread(terms: list[Term]) -> list[Term]:
    """Some of the terms of a name: what is rare in it is mostly the place, at the beginning."""
    if len(terms) <= COMMON_TERMS:
        return terms
    return [terms[place * (len(terms) - 1) // (COMMON_TERMS - 1)] for place in range(COMMON_TERMS)]


def _all_terms(language: Fts5, terms: Sequence[Term]) -> str | None:
    return _joined(language.all_of, [language.term(token, prefix=of) for token, of in terms])


def _joined(join: Callable[[Sequence[str]], str], parts: Sequence[str]) -> str | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    return join(parts)
