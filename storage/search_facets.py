"""Tokens of a document's columns, so that conditions on them need not be looked for row by row.

``issuer:``, ``region:``, ``number:``, ``type:``, ``level:`` and days would otherwise walk
documents, newest first, until enough of them hold: a million for a place that has none. The index
answers with documents that may hold; the condition itself, in SQL, decides. Days are asked for by
decades, years and months; every document has one token of each.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from storage.tokens import cited_terms, fold, mark, query_terms, tokens_of

# Letters that no word begins with, as the mark of titles.
ISSUER, NUMBER, TYPE, REGION, LEVEL, DAY = "ǁ", "ǀ", "ǃt", "ǃr", "ǃl", "ǃd"
LONGEST_CODE = 12  # characters of a region that are told apart
YEARS = range(1980, 2040)  # days outside share one token
_OTHER_YEAR = f"{DAY}x"
_ENDED = re.compile(r"([0-9]+)号")
_SIZES = (1, 2, 3, 4)  # digits before 号 that are told apart

Term = tuple[str, bool]


@lru_cache(maxsize=4096)
def place_tokens(
    names: tuple[str | None, ...], *, region: str | None, level: str | None, doc_type: str | None
) -> str:
    """Tokens of publisher and issuers (``names``), region, level and type."""
    own = "\n".join(dict.fromkeys(name for name in names if name))
    parts = [mark(tokens_of(own), with_=ISSUER)] if own else []
    if doc_type:
        parts.append(mark(tokens_of(doc_type), with_=TYPE))
    if region:
        code = _code(region)
        parts += [REGION + code[:size] for size in range(min(2, len(code)), len(code) + 1)]
    if level:
        parts.append(LEVEL + _code(level))
    return " ".join(parts)


def number_tokens(number: str) -> str:
    """Tokens of a document number, and of how its running number ends: 99号 and 9号 of 199号."""
    folded = fold(number)
    ends = [f"{found[1][-size:]}号" for found in _ENDED.finditer(folded) for size in _SIZES]
    return mark([*tokens_of(number), *dict.fromkeys(ends)], with_=NUMBER)


def number_terms(text: str) -> list[Term]:
    """Tokens that every document whose number contains ``text`` has, rare ones first: of 99号 its
    end alone, because most numbers with 99 in them go on; of 〔2024〕99号 both as one."""
    folded = fold(text)
    ends = list(_ENDED.finditer(folded))
    said = {found[1] for found in ends if len(found[1]) <= _SIZES[-1]}
    ended = [(f"{NUMBER}{found[1][-_SIZES[-1] :]}号", False) for found in ends]
    others = [
        (token, prefix)
        for token, prefix in text_terms(folded, with_=NUMBER)
        if token.removeprefix(NUMBER) not in said and not (prefix and ended)
    ]
    return [*cited_terms(folded), *ended, *others]


@lru_cache(maxsize=4096)
def day_tokens(day: date) -> str:
    """Tokens of a day: decade, year and month."""
    if day.year not in YEARS:
        return _OTHER_YEAR
    return f"{DAY}{day.year // 10} {DAY}{day.year} {DAY}{day.year}{day.month:02}"


def _code(text: str) -> str:
    """Letters and digits of a code alone: what stands between them would end a token."""
    return "".join(filter(str.isalnum, fold(text)))[:LONGEST_CODE]


def text_terms(text: str, *, with_: str) -> list[Term]:
    """Tokens that every column containing ``text`` has; beginnings only if there is no more."""
    terms = query_terms(text)
    whole = [term for term in terms if not term[1]]
    return [(with_ + token, prefix) for token, prefix in whole or terms]


def region_term(region: str) -> list[Term]:
    """The token of every region that begins so; of one character there is none."""
    code = _code(region)
    return [(REGION + code, False)] if len(code) > 1 else []


def level_term(level: str) -> list[Term]:
    """The token of a level."""
    return [(LEVEL + _code(level), False)]


def days_between(first: date | None, last: date | None) -> list[str]:
    """Tokens of which every document of these days (inclusive, None: open) has one.

    Empty if the index cannot help.
    """
    if any(day is not None and day.year not in YEARS for day in (first, last)):
        return []
    start = first or date(YEARS.start, 1, 1)
    end = last or date(YEARS.stop - 1, 12, 31)
    found = [_OTHER_YEAR] if first is None or last is None or start > end else []
    year = start.year
    while year <= end.year:
        if year % 10 == 0 and _whole(year, start, end) and _whole(year + 9, start, end):
            found.append(f"{DAY}{year // 10}")
            year += 10
            continue
        if _whole(year, start, end):
            found.append(f"{DAY}{year}")
        else:
            months = range(
                start.month if year == start.year else 1, end.month + 1 if year == end.year else 13
            )
            found += [f"{DAY}{year}{month:02}" for month in months]
        year += 1
    return found


def _whole(year: int, start: date, end: date) -> bool:
    """Whether the months from start to end have all of the year."""
    return (start.year, start.month) <= (year, 1) and (year, 12) <= (end.year, end.month)
