"""Hold a draft against its source: every number, date, document name and number must occur there.

What is found nowhere in the source is a *doubt* with its place in the draft. No doubt does not mean
that the draft is true; it means that its figures and names are not invented.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipelines.fields.docnumber import find_doc_numbers
from pipelines.numerals import chinese_number
from pipelines.structure.figures import fold, read_figures

DoubtKind = Literal["number", "date", "title", "doc_number", "quote"]
MAX_DRAFT = 4_000
MAX_SOURCE = 400_000

_DAY = re.compile(
    r"(?P<year>(?:19|20)\d\d) ?[年/.-] ?(?:(?P<month>\d{1,2}) ?(?:月|[/.-](?=\d))"
    r" ?(?:(?P<day>\d{1,2}) ?日?)?)?"
    r"|(?P<month2>\d{1,2}) ?月 ?(?:(?P<day2>\d{1,2}) ?[日号])?"
)
_TITLE = re.compile(r"《([^《》\n]{1,120})》")
_QUOTE = re.compile(r"“([^“”\n]{2,80})”")
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3}){1,5}(?:\.\d{1,6})?|\d{1,15}(?:\.\d{1,6})?")
_HAN = re.compile(r"[一二两三四五六七八九十百千万亿零〇]{1,9}")
_COUNTED = re.compile(
    r"(?:个|家|项|条|部|部门|单位|省|市|年|月|日|天|人|万|亿|元|倍|章|批|届|次|方面|大|级|成|分之|类|种|起|件|名|位|期)"
)
_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_MARKS = str.maketrans("“”‘’（）：；，！？", "\"\"''():;,!?")


@dataclass(frozen=True, slots=True)
class Doubt:
    """A part of the draft that the source does not have; ``start``/``end`` in the draft."""

    kind: DoubtKind
    text: str
    start: int
    end: int


def check_draft(draft: str, source: str) -> tuple[Doubt, ...]:
    """All doubts in order. Only the first 4,000 characters of a draft are read."""
    draft, known = draft[:MAX_DRAFT], _Known(source[:MAX_SOURCE])
    found: list[Doubt] = []
    taken: list[tuple[int, int]] = []
    for kind, start, end, fits in _claims(draft, known):
        if any(start < stop and end > first for first, stop in taken):
            continue
        taken.append((start, end))
        if not fits:
            found.append(Doubt(kind, draft[start:end], start, end))
    return tuple(sorted(found, key=lambda doubt: doubt.start))


class _Known:
    """What a source says, in the forms that drafts use."""

    def __init__(self, source: str) -> None:
        self.text = _joined(source)
        folded = fold(source)
        self.numbers = {_value(match[0]) for match in _NUMBER.finditer(_folded(source))}
        self.amounts = {
            value
            for figure in read_figures(folded)
            for value in (figure.value, figure.value_max)
            if value is not None
        }
        self.han = {
            value for match in _HAN.finditer(source) if (value := _han_value(match[0])) is not None
        }
        self.days = {_day(match) for match in _DAY.finditer(_folded(source))}
        self._years = {day.year for day in self.days if day.year}
        self.doc_numbers = {number.value for number in find_doc_numbers(source)}

    def has_day(self, wanted: _Day) -> bool:
        """Whether a day of the source says at least as much; a year may stand before it."""
        for day in self.days:
            same = all(
                mine is None or mine == theirs
                for mine, theirs in ((wanted.month, day.month), (wanted.day, day.day))
            )
            year = wanted.year is None or wanted.year == day.year
            if same and (year or (day.year is None and wanted.year in self._years)):
                return True
        return False

    def has_number(self, value: float) -> bool:
        return value in self.numbers or value in self.amounts or value in self.han


@dataclass(frozen=True, slots=True)
class _Day:
    year: int | None
    month: int | None
    day: int | None


def _claims(draft: str, known: _Known) -> Iterator[tuple[DoubtKind, int, int, bool]]:
    """Everything in a draft that must be in the source, what contains others first."""
    for number in find_doc_numbers(draft):
        yield "doc_number", number.start, number.end, number.value in known.doc_numbers
    for match in _TITLE.finditer(draft):
        yield "title", match.start(), match.end(), _joined(match[1]) in known.text
    for match in _QUOTE.finditer(draft):
        yield "quote", match.start(), match.end(), _joined(match[1]) in known.text
    folded = _folded(draft)
    for match in _DAY.finditer(folded):
        yield "date", match.start(), match.end(), known.has_day(_day(match))
    for figure in read_figures(fold(draft)):
        if figure.han:
            continue
        fits = figure.value is None or known.has_number(figure.value)
        fits = fits and (figure.value_max is None or known.has_number(figure.value_max))
        if figure.number_end > figure.number_start:
            yield "number", figure.number_start, figure.number_end, fits
    for match in _NUMBER.finditer(folded):
        yield "number", match.start(), match.end(), known.has_number(_value(match[0]))
    for match in _HAN.finditer(draft):
        value = _han_value(match[0])
        counted = len(match[0]) > 1 or _COUNTED.match(draft, match.end())
        if value is not None and value > 1 and counted:
            tenths = draft.startswith("成", match.end()) and known.has_number(10 * value)
            yield "number", match.start(), match.end(), tenths or known.has_number(value)


def _folded(text: str) -> str:
    """Digits and marks in their plain form, places kept."""
    return fold(text)


def _joined(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).translate(_MARKS)
    return re.sub(r"\s+", "", folded)


def _value(text: str) -> float:
    return round(float(text.replace(",", "")), 6)


def _han_value(text: str) -> float | None:
    """五 = 5, 十六 = 16; None for what is no number (万一, 百)."""
    if text[0] in "万亿" or not re.search("[一二两三四五六七八九十]", text):
        return None
    if len(text) > 1 and not re.search("[十百千万亿]", text):
        # 二〇二五 is a year; 一一 and 三五 (一一列举, 三五成群) are no numbers
        digits = text.translate(_DIGITS)
        return float(digits) if len(text) == 4 and digits.isdigit() else None
    for mark, factor in (("亿", 10**8), ("万", 10**4)):
        head, found, rest = text.partition(mark)
        if found:
            tail = _han_value(rest) if rest else 0.0
            return None if tail is None else float(chinese_number(head) * factor) + tail
    return float(chinese_number(text.replace("两", "二").replace("〇", "零")))


def _day(match: re.Match[str]) -> _Day:
    year, month, day = match["year"], match["month"] or match["month2"], match["day"]
    day = day or match["day2"]
    return _Day(
        int(year) if year else None, int(month) if month else None, int(day) if day else None
    )
