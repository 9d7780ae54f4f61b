"""Time limits, frequencies and thresholds of a rule: 二十个工作日内, 每年至少开展一次, 30%以上."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipelines.numerals import chinese_number
from pipelines.structure.values import Node, Obligation, Op

_HAN = "[一二两三四五六七八九十百千零]"
_N = rf"(?:\d{{1,5}}|{_HAN}{{1,6}})"
_WITHIN = re.compile(
    rf"(?P<n>{_N}) ?(?P<unit>个?工作日|个?自然日|个月|日|天|个?小时|分钟|年|周)(?:以|之)?[内前]"
)
_AT_LEAST = re.compile(
    r"(?:不少于|不得少于|不低于|不得低于|至少|不短于|(?P<most>不超过|不得超过|最长不超过|最多)) ?"
    rf"(?P<n>{_N}) ?"
    r"(?P<unit>个?工作日|个?自然日|个月|日|天|个?小时|分钟|年|周|人|次|名|课时|学时|%)"
)
# 提前30日, 逾期三个月 and 满两年 are reached or passed; 延长30日 and 不满一年 are not passed
_AHEAD = re.compile(
    r"(?:(?P<least>提前|逾期|满)|延长|展期|延期|[不未]满)(?:至少|(?P<most>不超过|不得超过)|至)? ?"
    rf"(?P<n>{_N}) ?(?P<unit>个?工作日|个?自然日|个月|日|天|个?小时|年|周)(?!\d|前|以?内)"
)
_THRESHOLD = re.compile(
    r"(?:不得?少于|超过|达到|多于|(?P<most>不得?(?:超过|多于)|不足|不满|少于)) ?"
    r"(?P<n>\d{1,6}|[一二两三四五六七八九十百千]{1,4}) ?"
    r"(?P<unit>万人|亿人|万条|万户|万元|亿元|人|名|条|户)(?:以上)?"
)
_YEARS = re.compile(rf"(?P<n>{_N}) ?(?P<unit>年|个月)(?:以上|及以上)")
_TIMES = re.compile(
    rf"每(?P<per>年|半年|季度|月|周|日|两年|三年)[^，。；,;\n]{{0,30}}?(?P<n>{_N}) ?次"
)
_AT_MOST = re.compile(r"不(?:得)?(?:超过|多于)|最多|至多")
_REST = re.compile(r"[^，。；,;：:\n]{0,24}")
_SHARE = re.compile(r"(?P<n>\d{1,3}(?:\.\d{1,3})?) ?% ?(?:以上|及以上|以下|以内)")
_UNITS = {
    "个工作日": "工作日",
    "个自然日": "日",
    "自然日": "日",
    "天": "日",
    "个月": "月",
    "个小时": "小时",
}


def read_obligations(text: str, outline: Sequence[Node]) -> tuple[Obligation, ...]:
    """All of them in order, each with the article it stands in. ``text`` is folded."""
    found: list[Obligation] = []
    for article in _articles(outline):
        for paragraph in _own(article):
            found.extend(_clauses(text, paragraph, article.label))
    return tuple(sorted(found, key=lambda duty: duty.start))


def _articles(outline: Sequence[Node]) -> Iterator[Node]:
    for top in outline:
        for _, node in top.walk():
            if node.kind == "article":
                yield node


def _own(node: Node) -> Iterator[tuple[int, int]]:
    """The paragraphs of an article and of the items in it."""
    for _, inner in node.walk():
        for span in inner.paragraphs:
            yield span.start, span.end


def _clauses(text: str, span: tuple[int, int], where: str) -> Iterator[Obligation]:
    start, end = span
    taken: set[int] = set()
    for pattern in (_TIMES, _AT_LEAST, _WITHIN, _AHEAD, _YEARS, _THRESHOLD, _SHARE):
        for match in pattern.finditer(text, start, end):
            if match.start("n") in taken or _is_no_duty(text, match):
                continue
            taken.add(match.start("n"))
            yield _obligation(text, span, match, where)


def _is_no_duty(text: str, match: re.Match[str]) -> bool:
    """有期徒刑三年以下, 第3年, 近3年 and the day in 3月2日前 are no duties."""
    before = text[max(0, match.start("n") - 8) : match.start("n")]
    return "有期徒刑" in before or before.endswith(("第", "近", "未来", "月"))


def _obligation(text: str, span: tuple[int, int], match: re.Match[str], where: str) -> Obligation:
    start, end = span
    groups = match.groupdict()
    number = groups["n"]
    value = (
        float(number) if number[0].isdigit() else float(chinese_number(number.replace("两", "二")))
    )
    op: Op
    if match.re is _TIMES:
        op, unit = ("le" if _AT_MOST.search(match[0]) else "ge"), f"次/{groups['per']}"
    elif match.re is _SHARE:
        op, unit = ("ge" if "上" in match[0] else "le"), "%"
    else:
        unit = _UNITS.get(groups["unit"], groups["unit"])
        least = groups.get("least") if match.re is _AHEAD else match.re is not _WITHIN
        op = "ge" if least and not groups.get("most") else "le"
    low = first = max(start, match.start() - 120)
    for mark in "，。；,;:：":
        low = max(low, text.rfind(mark, first, match.start()) + 1)
    rest = _REST.match(text, match.end(), end)
    high = rest.end() if rest else match.end()
    return Obligation(text[low:high].strip(), op, value, unit, where, low, high)
