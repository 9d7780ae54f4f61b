"""Sums of money, tokens and other quantities of a news item.

Dates, years of age, ordinals and the numbers inside 《…》 are no quantities. A figure that is
repeated is given once.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import cast

from pipelines.structure.figures import CURRENCIES, Figure
from pipelines.structure.values import Amount, Op, Quantity, Target

_PERIOD = frozenset({"日", "年", "天", "小时", "分钟", "秒", "周", "期", "届", "个月", "月"})
_NO_QUANTITY = frozenset({"期", "届", "日", "月", "种", "类", "位", "门", "对", "间", "处", "部"})
_COUNTED = {"名": "人", "人次": "人次"}
_NOUN = re.compile(r"[^，。；、,;：:！!？?（）()《》\s]{0,14}")
_TITLE = re.compile(r"《[^《》\n]{0,120}》")
_MONEY_WORDS = re.compile(
    r"规模|产值|投资|融资|资金|营收|收入|市值|交易额|金额|机遇|估值|成本|利润|贷款|产业|集群|高地"
)


_ROUND = re.compile(
    r"(?P<word>[近约超逾过上达])(?P<scale>万亿|亿)(?P<cur>元|人民币|美元|欧元|英镑|港元|日元)(?!宇宙|旦|素)"
)
_CURRENCY_BEFORE = re.compile(r"(?P<cur>美元|美金|欧元|英镑|港元|港币|日元|韩元|新加坡元) ?\Z")
_GRADED = re.compile(r"级? ?(?P<cur>美元|欧元|英镑|港元|日元)")
_SYMBOL = re.compile(
    r"(?P<cur>US\$|HK\$|[$€£¥￥]) ?"
    r"(?P<num>\d{1,3}(?:,\d{3}){1,5}(?:\.\d{1,4})?|\d{1,12}(?:\.\d{1,6})?)"
    r" ?(?P<scale>(?:thousand|million|billion|trillion|bn|[mkMKB])(?![A-Za-z])|[万亿])?"
)
_CODES = {"RMB": "CNY"} | {
    code: code
    for code in ("USD", "EUR", "GBP", "HKD", "CNY", "JPY", "SGD", "AUD", "CAD", "CHF", "KRW", "INR")
}
_NAMES = {
    "dollar": "USD",
    "us dollar": "USD",
    "euro": "EUR",
    "pound": "GBP",
    "yuan": "CNY",
    "renminbi": "CNY",
    "yen": "JPY",
    "won": "KRW",
    "hong kong dollar": "HKD",
    "singapore dollar": "SGD",
    "rupee": "INR",
}
_PLAIN = r"(?P<num>\d{1,3}(?:,\d{3}){1,5}(?:\.\d{1,4})?+|\d{1,12}+(?:\.\d{1,6})?+)"
_SCALE_WORD = r"(?: ?(?P<scale>thousand|million|billion|trillion|bn|m(?=\b)|[万亿]))?"
# EUR 2bn; 3.5 million pounds
_WITH_CODE = re.compile(rf"\b(?P<cur>{'|'.join(_CODES)}) ?{_PLAIN}{_SCALE_WORD}(?![\dA-Za-z万亿])")
_WITH_NAME = re.compile(
    rf"(?<![\d.,$€£¥]){_PLAIN}{_SCALE_WORD}"
    rf" (?P<cur>{'|'.join(sorted(_NAMES, key=len, reverse=True))})s?\b",
    re.I,
)
_ENGLISH_OPS = ("approx", "gt", "ge", "le")
_ENGLISH_OP = re.compile(
    r"\b(?:(?P<approx>nearly|almost|about|around|approximately|roughly|some|close to)"
    r"|(?P<gt>more than|over|above|exceeding|in excess of|upwards of)"
    r"|(?P<ge>at least|no less than|a minimum of)"
    r"|(?P<le>up to|at most|no more than|as much as|less than|under|below|a maximum of))"
    r" (?:a |an |the )?\Z",
    re.I,
)
_SYMBOLS = {"$": "USD", "US$": "USD", "HK$": "HKD", "€": "EUR", "£": "GBP", "¥": "CNY", "￥": "CNY"}
_SYMBOL_SCALES = {
    "k": 10**3,
    "thousand": 10**3,
    "m": 10**6,
    "million": 10**6,
    "b": 10**9,
    "bn": 10**9,
    "billion": 10**9,
    "trillion": 10**12,
    "万": 10**4,
    "亿": 10**8,
}


def read_amounts(text: str, figures: Sequence[Figure]) -> tuple[Amount, ...]:
    """Money and tokens, each once."""
    found: dict[tuple[float | None, str, float | None], Amount] = {}
    for figure in figures:
        if figure.kind not in ("money", "token") and not _is_money(text, figure):
            continue
        graded = _GRADED.match(text, figure.end)
        unit = figure.unit if figure.kind in ("money", "token") else "CNY"
        if unit == "CNY" and (
            named := _CURRENCY_BEFORE.search(
                text[max(0, figure.number_start - 6) : figure.number_start]
            )
        ):
            unit = CURRENCIES[named["cur"]]
        if graded and figure.kind == "bare":
            unit = CURRENCIES[graded["cur"]]
        amount = Amount(
            text[figure.start : figure.end],
            figure.value,
            unit,
            "approx" if figure.kind == "bare" and figure.op == "eq" else figure.op,
            figure.value_max,
            figure.start,
            figure.end,
        )
        found.setdefault((figure.value, unit, figure.value_max), amount)
    for match in _ROUND.finditer(text):
        amount = _round(match)
        found.setdefault((amount.value, amount.unit, None), amount)
    for pattern, currencies in _ENGLISH_FORMS:
        for match in pattern.finditer(text):
            amount = _in_english(match, currencies)
            found.setdefault((amount.value, amount.unit, None), amount)
    rows = sorted(found.values(), key=lambda amount: amount.start)
    first_line = text.find("\n")
    return tuple(row for row in rows if row.end > first_line or not _rounds(row, rows, first_line))


def _rounds(rough: Amount, rows: Sequence[Amount], first_line: int) -> bool:
    """Whether a headline's sum (逾千万美元) only rounds one that the text gives exactly."""
    if rough.value is None or rough.op not in ("gt", "ge", "approx"):
        return False
    low = 0.9 if rough.op == "approx" else 1.0
    return any(
        row.start > first_line
        and row.unit == rough.unit
        and row.value is not None
        and low * rough.value <= row.value <= 1.5 * rough.value
        for row in rows
    )


def _round(match: re.Match[str]) -> Amount:
    """近亿元, 上亿元, 超万亿美元: a scale without a numeral."""
    word = match["word"]
    op: Op = "approx" if word in "近约" else "gt" if word in "超逾过" else "ge"
    code = CURRENCIES[match["cur"]]
    value = 1e12 if match["scale"] == "万亿" else 1e8
    return Amount(match[0], value, code, op, None, match.start(), match.end())


def _in_english(match: re.Match[str], currencies: Mapping[str, str]) -> Amount:
    """$1.2 million, €300, ¥5亿, EUR 2bn, 3.5 million pounds."""
    factor = _SYMBOL_SCALES.get((match["scale"] or "").lower(), 1)
    value = round(float(match["num"].replace(",", "")) * factor, 6)
    start, end = match.span()
    if before := _ENGLISH_OP.search(match.string, max(0, start - 24), start):
        start = before.start()
    op = next((name for name in _ENGLISH_OPS if before and before[name]), "eq")
    text = match.string[start:end].strip()
    code = currencies.get(match["cur"]) or currencies[match["cur"].lower()]
    return Amount(text, value, code, cast(Op, op), None, start, end)


_ENGLISH_FORMS: tuple[tuple[re.Pattern[str], Mapping[str, str]], ...] = (
    (_SYMBOL, _SYMBOLS),
    (_WITH_CODE, _CODES),
    (_WITH_NAME, _NAMES),
)


def _is_money(text: str, figure: Figure) -> bool:
    """千亿级, 超1.8亿投资机遇: a scale without a unit beside a word for money."""
    if figure.kind != "bare" or figure.value is None or figure.value < 10**7:
        return False
    around = text[max(0, figure.start - 10) : figure.end + 8]
    return _MONEY_WORDS.search(around) is not None and (
        text[figure.end - 1] == "级" or not text[figure.end : figure.end + 1].isdigit()
    )


def read_quantities(
    text: str,
    figures: Sequence[Figure],
    *,
    aims: Sequence[Target],
    told: Sequence[tuple[int, int]],
    paid: Sequence[tuple[int, int]],
) -> tuple[Quantity, ...]:
    """Other figures, each once, without those of aims and those inside the spans ``told``;
    shares inside the spans ``paid`` are rates of support."""
    aimed = {(target.value, target.unit) for target in aims}
    found: dict[tuple[float, str], Quantity] = {}
    rates = _Spans(paid)
    taken = _Spans([*told, *((m.start(), m.end()) for m in _TITLE.finditer(text))])
    for figure in figures:
        if figure.value is None or not _is_quantity(text, figure) or figure.number_start in taken:
            continue
        if figure.kind == "share" and figure.number_start in rates:
            continue
        if (figure.printed, figure.printed_unit) in aimed:
            continue
        noun = _NOUN.match(text, figure.end)
        end = noun.end() if noun else figure.end
        unit = _COUNTED.get(figure.unit, figure.unit) or _implied_unit(text, figure)
        quantity = Quantity(
            text[figure.start : end],
            figure.value,
            unit,
            figure.op,
            figure.value_max,
            figure.start,
            end,
        )
        found.setdefault((figure.value, unit), quantity)
    return tuple(found.values())


_IMPLIED = (
    (re.compile(r"\A.{0,4}(?:用户|客户|玩家|账户|户籍)"), "户"),
    (re.compile(r"\A.{0,2}(?:人口|开发者|观众|粉丝|员工|学生|网民)"), "人"),
)
_IMPLIED_BEFORE = (
    (re.compile(r"(?P<unit>TPS|QPS)[^，。；\n]{0,6}\Z"), ""),
    (re.compile(r"(?:用户|客户|账户|月活|日活)[^，。；、\n]{0,8}\Z"), "户"),
    (re.compile(r"(?:交易|转账|笔)(?:笔数|数量|量|次数)?[^，。；、\n]{0,5}\Z"), "笔"),
    (re.compile(r"(?:人口|粉丝|观众)[^，。；、\n]{0,8}\Z"), "人"),
)


def _implied_unit(text: str, figure: Figure) -> str:
    """The unit of a bare number, from the noun beside it (5000万链上用户, TPS超过30万); else 个."""
    behind = text[figure.end : figure.end + 8]
    for pattern, unit in _IMPLIED:
        if pattern.search(behind):
            return unit
    before = text[max(0, figure.start - 14) : figure.start]
    for pattern, unit in _IMPLIED_BEFORE:
        if match := pattern.search(before):
            return unit or match["unit"]
    return "个"


def _is_quantity(text: str, figure: Figure) -> bool:
    if figure.value is None or figure.kind in ("money", "token"):
        return False
    if figure.kind == "bare":
        return figure.value >= 10_000 and not _is_money(text, figure)
    if figure.kind == "share":
        return True
    if figure.unit in _NO_QUANTITY or (figure.unit in _PERIOD and figure.op != "range"):
        return False
    return not (figure.han and figure.unit == "个")


class _Spans:
    """Whether a place lies in one of many spans (which may touch but hardly overlap)."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._spans = sorted(spans)
        self._starts = [start for start, _ in self._spans]

    def __contains__(self, place: int) -> bool:
        index = bisect_right(self._starts, place) - 1
        return index >= 0 and place < self._spans[index][1]
