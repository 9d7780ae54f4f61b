"""Quantified aims of a plan: 到2025年，培育100家以上企业，产业规模达到1500亿元.

A figure is an aim when the words around it look ahead (a section on aims, 到2025年, 力争, 全年,
每年) and the nearest verb before it says what is to be reached. What was reached already, what is
paid, and figures that only describe (营收超50亿元的企业) are no aims.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from pipelines.structure.figures import Figure
from pipelines.structure.values import Node, Target
from pipelines.structure.years import (
    Year,
    all_done,
    five_year_end,
    plan_end,
    plan_name,
    short_years_in,
    year_of,
    year_place,
    years_in,
)

_GOALS = re.compile(r"目标|预期")
_GOALS_LEAD = re.compile(r"(?:总体|主要|工作|发展|建设|近期|远期|阶段性?|具体|预期|量化|年度)目标")
_AHEAD = re.compile(
    r"力争|争取|努力|全年|今年|年均|经过[一二三四五六七八九十\d]{1,2}年|未来[一二三四五六七八九十\d]{1,2}年"
    r"|每年(?:[^，。；\n]{0,4})(?:举办|开展|培训|新增|培育|建设|引进|完成|新建|组织|推出|认定|遴选)"
)
_FORECAST = re.compile(r"预计|预测|有望|或将|据估计|据测算")
_YEARLY = re.compile(r"每年|年均|逐年|年度(?!目标)")
_THIS_YEAR = re.compile(r"全年|今年|本年")
_PAST = re.compile(
    r"(?:截至|目前|据统计|数据显示|已经|已(?!有)|此前|去年|上年|累计已|了\Z|同比|较上年|现有|共有|上半年|前[一二三]季度)"
)
_AIM = re.compile(
    r"培育|打造|引育|引进|建设|建成|推广|推出|达到|突破|超过|新增|申请|组建|成立|集聚|培养|增长|提高|提升|实现|形成"
    r"|创建|举办|发展|认定|遴选|布局|设立|招引|孵化|落地|开发|制定|制订|累计|完成|规模|产值|增加值|占比|比重|[\u4e00-\u9fff]率"
    r"|数量|保持|力争|汇聚|吸引|储备|壮大|攻克|转化|改造|新建|部署|拥有|带动|入库|签约|收入|总量|达|超|降低|下降|减少|增速"
    r"|研制|发布|选树|建立|构建|聚集|扶持|突破|获得|争创|编制|出台|实施|培训|引导|接入|覆盖|普及|支撑|服务|推动|评选|组织|投入|压缩|压减|缩短"
)
# what a task orders, in the words of plans; further words may stand before the verb
_ORDER = re.compile(
    r"[ \u3000]{0,4}(?:[\u4e00-\u9fff“”、（）()]{0,24}?)"
    r"(?:培育|打造|引育|引进|建设|建成|推广|推出|达到|突破|新增|组建|成立|集聚|培养|增长|提高|提升|实现|形成|创建|举办|认定|遴选|布局"
    r"|设立|招引|孵化|制定|制订|完成|汇聚|吸引|攻克|改造|新建|部署|拥有|签约|降低|下降|减少|研制|构建|争创|编制|组织|培训|接入|覆盖"
    r"|服务|压缩|压减|缩短|不少于|不低于|超过|力争)"
)
_NOT_AIM = re.compile(
    r"聚焦|围绕|面向|依托|给予|补助|补贴|奖励|资助|扶持资金|选取|选择|通过|针对|最高|不超过|贷款|注册资本|分为|包括|涉及|在(?=\d)|对(?=\d)"
)
_STOPS = re.compile(r"[，,；;。！？!?：:]")
_PARALLEL = re.compile(r"[、和及与至 以上左右]{1,6}\Z")
_NOUN = re.compile(r"[^，。；、,;：:！!？?\n]{0,40}")
_REACH = re.compile(
    r"(?:力争|预计|稳定在|保持在|提高到|提升到|提升至|提高至|增长到|降至|下降到|达到|实现"
    r"|突破|超过|增长|达|超|分别|以上|规模以上(?!工业)|每年|约|将|预计| ){1,12}\Z"
)
_QUALITATIVE = re.compile(
    r"(?:计划|确保|力争|拟|目标是|争取)[^，。；,;\n]{0,8}?(?:在|于|到)? ?"
    r"(?P<year>20\d\d) ?年(?:底|末|前|之前|年底)?(?:前)?"
    r"[^，。；,;\n]{0,4}?(?P<what>推出|发行|建成|完成|启动|上线|投产|启用|落地)[^，。；,;！!？?\n]{0,30}"
)
# sentences are read this many characters back
_SENTENCE = 400
_NO_UNITS = frozenset(
    {
        "年",
        "日",
        "天",
        "小时",
        "分钟",
        "秒",
        "月",
        "个月",
        "期",
        "届",
        "批",
        "轮",
        "工作日",
        "个工作日",
        "批次",
        "类",
        "种",
    }
)


# 审批时间压缩至15个工作日, 预警提前量达到60分钟: times that are aims
_TIMES = frozenset({"天", "小时", "分钟", "秒", "工作日", "个工作日"})
_REACHED = re.compile(
    r"(?:压缩|缩短|压减|控制|提高|提升|降低?|减少|增加|延长|达|稳定|保持)(?:到|至|在|为)[约近]?\Z"
)
_FROM = re.compile(r"(?:由|从)(?:目前的?|现在的?|20\d\d年的?)?[约近]?\Z")
_TO = re.compile(r"左右?(?:提|增|上|下|降|压|减|缩|扩|升)|(?:提|增|上|下|降|压|减|缩|扩|升)")
# 培育产值超10亿元企业3家: the sum describes what is counted behind it
_DESCRIBED = re.compile(
    r"(?:企业|项目|园区|集群|公司|基地|平台|产业|乡镇|镇|县)[^，。；、\n]{0,6}\d"
)


def read_targets(
    text: str,
    figures: Sequence[Figure],
    outline: Sequence[Node],
    *,
    title: str,
    this_year: int | None,
    planned: bool = False,
) -> tuple[Target, ...]:
    """All aims in order. ``this_year`` is what 全年 and 今年 mean; None = unknown. ``planned``:
    the text orders what is to be done (a plan, an opinion), so its tasks have aims too."""
    reading = _Reading(text, outline, title=title, this_year=this_year, planned=planned)
    found = [*reading.quantified(figures), *_qualitative(text)]
    return tuple(sorted(found, key=lambda target: target.start))


class _Reading:
    """The aims of one text; ``text`` is folded."""

    def __init__(
        self,
        text: str,
        outline: Sequence[Node],
        *,
        title: str,
        this_year: int | None,
        planned: bool,
    ) -> None:
        self._text = text
        self._this_year = this_year
        self._plan = plan_name(title)
        self._plan_end = plan_end(title) or five_year_end(self._plan) or plan_end(text[:300])
        self._goal_starts, self._goal_ends = _goal_sections(outline)
        self._orders_aims = planned or self._plan_end is not None
        if planned and self._plan_end is None:
            self._plan_end = self._horizon(title)
        self._section_year: tuple[int, int] = (-1, 0)

    def _horizon(self, title: str) -> int | None:
        """The end of a plan that its title does not tell: its own year (2026年…工作要点), the
        last year of its section on aims, or the year by which all of it is to be done."""
        if (year := year_of(title)) is not None:
            return year
        last = [
            found.year
            for start, end in zip(self._goal_starts, self._goal_ends, strict=True)
            for found in years_in(self._text, start, end, in_goals=True)
        ]
        if last:
            return max(last)
        return all_done(self._text)

    def quantified(self, figures: Sequence[Figure]) -> Iterator[Target]:
        text = self._text
        at = 0
        start = 0
        while start < len(text) and at < len(figures):
            end = text.find("\n", start)
            end = len(text) if end < 0 else end
            inside: list[Figure] = []
            while at < len(figures) and figures[at].number_start < end:
                inside.append(figures[at])
                at += 1
            yield from self._paragraph(start, end, inside)
            start = end + 1

    def _paragraph(self, start: int, end: int, figures: Sequence[Figure]) -> Iterator[Target]:
        """The aims of one paragraph."""
        goals = self._in_goals(start)
        years = [
            *years_in(self._text, start, end, in_goals=goals is not None),
            *short_years_in(self._text, start, end),
        ]
        years.sort(key=year_place)
        if goals is not None and years:
            self._section_year = (goals, years[-1].year)
        lead = _GOALS_LEAD.search(self._text, start, min(end, start + 12)) is not None
        before: Figure | None = None
        accepted = False
        for figure in figures:
            sure = goals is not None or lead or self._by_a_year(start, figure, years)
            ahead = sure or self._looks_ahead(start, figure, years)
            ahead = ahead or (self._orders_aims and self._orders(start, figure))
            accepted = ahead and self._is_aim(start, figure, before, follows=accepted, sure=sure)
            if accepted:
                yield self._target(start, figure, years, goals)
            before = figure if accepted or before is None else before

    def _in_goals(self, at: int) -> int | None:
        """The section on aims around a place, by its start."""
        index = bisect_right(self._goal_starts, at) - 1
        if index >= 0 and at < self._goal_ends[index]:
            return self._goal_starts[index]
        return None

    def _by_a_year(self, start: int, figure: Figure, years: Sequence[Year]) -> bool:
        """Whether 到2025年 stands before the figure in its sentence."""
        sentence = self._sentence(start, figure)
        return any(sentence <= year.at < figure.number_start for year in years[-8:])

    def _looks_ahead(self, start: int, figure: Figure, years: Sequence[Year]) -> bool:
        if years and years[0].at < figure.number_start:
            return True
        sentence = self._text[self._sentence(start, figure) : figure.number_start]
        if self._plan and f"{self._plan}”期间" in sentence:
            return True
        return _AHEAD.search(sentence) is not None

    def _orders(self, start: int, figure: Figure) -> bool:
        """Whether the clause of a plan says what to do, beginning with the verb: 新建充电桩2000个.

        Sums of money are left to the rules of support: a plan pays them."""
        if figure.kind in ("money", "bare"):
            return False
        if _PAST.search(self._text, self._sentence(start, figure), figure.number_start):
            return False
        clause = self._text[self._clause(start, figure) : figure.number_start]
        return _ORDER.match(clause) is not None

    def _sentence(self, start: int, figure: Figure) -> int:
        low = max(start, figure.number_start - _SENTENCE)
        return max(self._text.rfind("。", low, figure.number_start) + 1, low)

    def _clause(self, start: int, figure: Figure) -> int:
        """Where the clause around a figure begins; looks back 120 characters at most."""
        low = max(start, figure.number_start - 120)
        stops = [m.end() for m in _STOPS.finditer(self._text, low, figure.number_start)]
        return stops[-1] if stops else low

    def _is_aim(
        self, start: int, figure: Figure, before: Figure | None, *, follows: bool, sure: bool
    ) -> bool:
        text = self._text
        if figure.value is None or not _fits(text, figure):
            return False
        clause = text[self._clause(start, figure) : figure.number_start]
        sentence = text[self._sentence(start, figure) : figure.number_start]
        if _PAST.search(clause) or _FORECAST.search(sentence):
            return False
        if follows and before is not None and _continues(text, before, figure):
            return True
        verbs = [m.end() for m in _AIM.finditer(clause)]
        if text.startswith("的", figure.end) and not (verbs and verbs[-1] >= len(clause) - 2):
            # 参加人员在50人以上的活动点: a condition
            return False
        against = [m.end() for m in _NOT_AIM.finditer(clause)]
        if against and (not verbs or verbs[-1] <= against[-1]):
            return False
        return bool(verbs) or sure

    def _target(
        self, start: int, figure: Figure, years: Sequence[Year], goals: int | None
    ) -> Target:
        text = self._text
        sentence = self._sentence(start, figure)
        clause = self._clause(start, figure)
        stated = years[: bisect_left(years, figure.number_start, key=year_place)]
        wording = text[sentence : figure.number_start]
        explicit = bool(stated) and stated[-1].at >= sentence
        by_year: int | None
        if stated:
            by_year = stated[-1].year
        elif _THIS_YEAR.search(wording):
            by_year = self._this_year
        elif goals is not None and self._section_year[0] == goals:
            by_year = self._section_year[1]
        else:
            by_year = self._plan_end
        noun = _NOUN.match(text, figure.end)
        end = noun.end() if noun and figure.kind == "count" else figure.end
        unit = figure.printed_unit
        if figure.kind == "bare":
            unit += "元"
        return Target(
            text=text[clause:end].strip(),
            metric=_metric(text, clause, figure, end),
            op="approx" if figure.kind == "bare" and figure.op == "eq" else figure.op,
            value=figure.printed,
            unit=unit,
            value_max=figure.printed_max,
            by_year=by_year,
            year_explicit=explicit,
            yearly=_YEARLY.search(text[clause : figure.number_start]) is not None,
            start=clause,
            end=end,
        )


def _goal_sections(outline: Sequence[Node]) -> tuple[list[int], list[int]]:
    spans = sorted(
        (node.start, node.end)
        for top in outline
        for _, node in top.walk()
        if node.kind != "article" and _GOALS.search(node.heading[:30])
    )
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if not merged or start >= merged[-1][1]:
            merged.append((start, end))
    return [start for start, _ in merged], [end for _, end in merged]


def _fits(text: str, figure: Figure) -> bool:
    """Whether a figure can be an aim at all."""
    if figure.kind == "bare":
        return text[figure.end - 1] == "级" and (figure.value or 0) >= 10**8
    if figure.kind == "count" and figure.unit in _NO_UNITS:
        reached = _REACHED.search(text[max(0, figure.number_start - 8) : figure.number_start])
        return reached is not None and figure.unit in _TIMES
    if figure.kind == "money" and _DESCRIBED.match(text, figure.end):
        return False
    if figure.han and figure.kind == "count" and (figure.value or 0) < 20:
        return False
    if figure.kind == "count" and text.startswith("级", figure.number_end):
        # 五百吨级以上泊位
        return False
    if _FROM.search(text[max(0, figure.number_start - 6) : figure.number_start]):
        # 由45%提升至85%
        return not _TO.match(text, figure.end)
    behind = text[figure.end : figure.end + 2]
    if behind[:1] in '“"' and behind[1:].isdigit():
        return False
    # 营收超50亿元的头部企业: the figure describes a noun
    return not (behind.startswith("的") and figure.kind in ("money", "share"))


def _continues(text: str, before: Figure, figure: Figure) -> bool:
    """Whether a figure only goes on with a row: 1500亿元、200亿元和300亿元; 150家甲，300家乙."""
    gap = text[before.end : figure.number_start]
    if not gap or len(gap) > 60:
        return False
    if _PARALLEL.fullmatch(gap):
        return True
    last = max(gap.rfind(mark) for mark in "，,、；;")
    return last >= 0 and not gap[last + 1 :].strip(" 约近超过")


def _metric(text: str, clause: int, figure: Figure, end: int) -> str:
    """What is counted: the noun behind a number of things, the words before a size."""
    if figure.kind == "count" and end > figure.end:
        noun = text[figure.end : end].strip(' “”"').removeprefix("的")
        if noun:
            return f"{noun[-24:]}数"
    words = text[clause : figure.number_start]
    words = _REACH.sub("", words[-60:]).strip(' ，、：“”"')
    return words[-24:]


def _qualitative(text: str) -> Iterator[Target]:
    """Something that is to exist by a year, without a figure."""
    seen: set[tuple[str, str]] = set()
    for match in _QUALITATIVE.finditer(text):
        key = (match["year"], match["what"])
        if key in seen:
            continue
        seen.add(key)
        yield Target(
            match[0],
            match[0],
            "qualitative",
            None,
            None,
            None,
            int(match["year"]),
            True,
            False,
            match.start(),
            match.end(),
        )
