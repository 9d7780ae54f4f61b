"""What of a query an index can be asked, in the languages of FTS5 and PostgreSQL.

Every match meets the index query; what more it lets through is decided by SQL and the texts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from storage.query import And, Field, Node, Not, Or, Phrase
from storage.search_facets import (
    ISSUER,
    NUMBER,
    TYPE,
    Term,
    days_since,
    days_until,
    level_term,
    region_term,
    text_terms,
)
from storage.tokens import TITLE_MARK, compare_text, query_terms

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
    if len(terms) <= COMMON_TERMS:
        return terms
    known = {term: often(term[0]) for term in terms}
    common = sorted((term for term in terms if known[term]), key=known.__getitem__)
    rare = [term for term in terms if not known[term]]
    return [*rare[:LOOSE_TERMS], *common[: max(0, COMMON_TERMS - len(rare))]]


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
            mark = TITLE_MARK if title else ""
            return _all_terms(language, [(mark + token, of) for token, of in language.terms(text)])
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
            return None if _walked(node, language) else _narrow_field(node, language)
        case _:
            return None


def _walked(part: Node, language: Fts5) -> bool:
    return language.walks_days and isinstance(part, Field) and part.day is not None


def _narrowed_parts(parts: Sequence[Node], language: Fts5) -> list[str]:
    """What the index can be asked of parts that must all hold; days beside something else."""
    positive = [part for part in parts if not isinstance(part, Not)]
    found = [narrow(part, language) for part in positive]
    if any(part is not None for part in found):
        days = [part for part in positive if _walked(part, language)]
        found += [_narrow_field(part, language) for part in days if isinstance(part, Field)]
    return [part for part in found if part is not None]


def _narrow_field(field: Field, language: Fts5) -> str | None:
    if field.day is not None:
        days = days_since(field.day) if field.name == "after" else days_until(field.day)
        return _joined(language.any_of, [language.term(day, prefix=False) for day in days])
    match field.name:
        case "issuer":
            terms = text_terms(field.value, with_=ISSUER)
        case "number":
            terms = text_terms(compare_text(field.value).replace(" ", ""), with_=NUMBER)
        case "type":
            terms = text_terms(field.value, with_=TYPE)
        case "region":
            terms = region_term(field.value)
        case "level":
            terms = level_term(field.value)
        case _:
            return None
    return _all_terms(language, terms[:MOST_TERMS])


def _all_terms(language: Fts5, terms: Sequence[Term]) -> str | None:
    return _joined(language.all_of, [language.term(token, prefix=of) for token, of in terms])


def _joined(join: Callable[[Sequence[str]], str], parts: Sequence[str]) -> str | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    return join(parts)
