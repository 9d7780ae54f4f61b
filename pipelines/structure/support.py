"""Money promised by a policy: 按实际投资额的10%给予补助，最高补助100万元."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipelines.structure.figures import Figure
from pipelines.structure.values import SupportMeasure

_GIVES = re.compile(
    r"给予|补助|补贴|奖励|资助|奖补|贴息|扶持|奖金|予以支持|资金支持|税收返还|配套(?:资金|补助|奖励|支持)"
)
_RATE = re.compile(
    r"(?:按|按照|给予|不超过|最高|补贴|补助|奖励|的|比例|幅度|达)[^，。；,;]{0,24}\Z"
)
_CAP = re.compile(r"最高|不超过|不高于|上限|封顶|至多|累计不|总额不|限额|最多|以内")
_NOT_SUPPORT = re.compile(
    r"(?:投资|营收|收入|注册资本|产值|融资|估值|营业额|销售|成交|规模|超过|达到|突破|每满|缴纳|投入)[^，。；,;]{0,8}\Z"
)
# 对单户担保金额500万元及以下、费率不超过1%的业务给予补贴: who gets it, not what is given
_CONDITION = re.compile(
    r"[^，。；给]{0,24}的(?!比例|标准|额度|幅度|奖励|补|资助|扶持)[^，。；给]{0,16}[，,]?(?:给予|予以|按)"
)
_FOR = re.compile(r"对|凡|经")
# money that is taken, not given
_FINE = re.compile(r"罚|责令|处以?(?=\d|\Z|[一二三四五六七八九十])|警告")
_LOOK_BACK = 160
_BREAKS = "。；;\n"


def read_support(text: str, figures: Sequence[Figure]) -> tuple[SupportMeasure, ...]:
    """All measures in order: one for each rate, cap or amount that belongs together."""
    found: list[SupportMeasure] = []
    for start, end, inside in _sentences(text, figures):
        gives = _GIVES.search(text, start, end)
        if gives is not None:
            found.extend(_measures(text, start, end, inside))
    return tuple(found)


def _sentences(text: str, figures: Sequence[Figure]) -> Iterator[tuple[int, int, Sequence[Figure]]]:
    """The sentences that hold a share or money."""
    useful = [f for f in figures if f.kind in ("money", "share") and f.unit != "share"]
    at = 0
    while at < len(useful):
        first = useful[at]
        start = max(text.rfind(mark, 0, first.number_start) for mark in _BREAKS) + 1
        ends = [p for mark in _BREAKS if (p := text.find(mark, first.end)) >= 0]
        end = min(ends, default=len(text))
        stop = at
        while stop < len(useful) and useful[stop].number_start < end:
            stop += 1
        yield start, end, useful[at:stop]
        at = max(stop, at + 1)


def _measures(
    text: str, start: int, end: int, figures: Sequence[Figure]
) -> Iterator[SupportMeasure]:
    """A rate takes the cap behind it; an amount without a rate stands alone."""
    rate: Figure | None = None
    for figure in figures:
        before = text[max(start, figure.number_start - 40) : figure.number_start]
        if _CONDITION.match(text, figure.end, min(end, figure.end + 60)) and _FOR.search(
            before[max(0, before.rfind("给予")) :]
        ):
            continue
        if figure.kind == "share":
            if _RATE.search(before) and "增长" not in before[-8:]:
                if rate is not None:
                    yield _measure(text, start, end, rate, None)
                rate = figure
            continue
        if figure.value is None or not _is_promised(text, before, figure, start, end):
            continue
        yield _measure(text, start, end, rate, figure)
        rate = None
    if rate is not None:
        yield _measure(text, start, end, rate, None)


def _is_promised(text: str, before: str, figure: Figure, start: int, end: int) -> bool:
    """Whether a sum is what is paid, not a condition (投资额超过1000万元的)."""
    behind = text[figure.end : figure.end + 8]
    clause = before[max(before.rfind(mark) for mark in "，,：:") + 1 :]
    if behind.startswith("的") and _GIVES.search(behind) and not _GIVES.search(clause):
        return _NOT_SUPPORT.search(before[-10:]) is None
    if behind.startswith(("的企业", "的项目", "的单位", "的机构", "（含", "(含", "的，", "的,")):
        return False
    if _FINE.search(before):
        return False
    if _CAP.search(clause[-16:]) or figure.op == "le":
        return True
    given = _GIVES.search(clause) is not None or _GIVES.search(behind) is not None
    given = given or (clause.strip() == "" and _gives_near(text, start, end, figure))
    given = given or clause.rstrip().endswith(("、", "和"))
    given = given or (len(clause) <= 12 and _in_list(before))
    return given and _NOT_SUPPORT.search(clause) is None


def _in_list(before: str) -> bool:
    """给予安家补贴：博士30万元，硕士10万元: the sums of a list after a colon."""
    head = before[: max(before.rfind(mark) for mark in "：:") + 1]
    return head[-1:] != "" and _GIVES.search(head[-12:]) is not None


def _gives_near(text: str, start: int, end: int, figure: Figure) -> bool:
    low = max(start, figure.number_start - _LOOK_BACK)
    return _GIVES.search(text, low, min(end, figure.end + _LOOK_BACK)) is not None


def _measure(
    text: str, start: int, end: int, rate: Figure | None, money: Figure | None
) -> SupportMeasure:
    """One measure; at least one of ``rate`` and ``money`` is given."""
    places = [figure for figure in (rate, money) if figure is not None]
    first, last = places[0], places[-1]
    share = None if rate is None or rate.value is None else round(rate.value / 100, 6)
    cap = amount = None
    unit = "CNY"
    if money is not None:
        unit = money.unit
        before = text[max(start, money.number_start - 16) : money.number_start]
        capped = money.op == "le" or _CAP.search(before) is not None or rate is not None
        cap, amount = (money.value, None) if capped else (money.value_max, money.value)
    low = max(start, first.number_start - _LOOK_BACK)
    for mark in "，,":
        cut = text.rfind(mark, low, max(low, first.number_start - 30))
        low = max(low, cut + 1)
    behind = _GIVES.match(text, last.end)
    stop = behind.end() if behind else last.end
    return SupportMeasure(text[low:stop].strip(), share, cap, amount, unit, low, min(stop, end))
