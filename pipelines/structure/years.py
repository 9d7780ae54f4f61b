"""The years by which something is to be reached: 到2025年, 2027年底前, and the end of a plan."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TO_YEAR = re.compile(
    r"(?:到|至|截至|力争|争取|计划|确保|预计|目标是?|将在|将于|在|[，。；：,;]|\A) ?"
    r"(?P<year>20\d\d) ?年(?! ?\d{1,2} ?月)"
    r" ?(?P<end>(?:底|末|年底|年末)?前|底|末|年底|年末)?"
    r"(?P<next>[，,、 ]?(?:将|力争|要|基本|实现|达到|建成|形成|培育|建立|完成|新增|新建|改造|打造"
    r"|建设|推出|引进|组织|全面))?"
)
_STRIVES = re.compile(r"力争|争取|确保|努力")
# the end of each five-year plan
_PLANS = {"十二五": 2015, "十三五": 2020, "十四五": 2025, "十五五": 2030, "十六五": 2035}
_YEAR_OF = re.compile(r"(?:[\u4e00-\u9fff]{2,12})?(?P<year>20\d\d) ?年(?!\d|[-~至到])")
_ALL_DONE = re.compile(
    r"(?P<year>20\d\d) ?年(?:底|末|年底)?之?前?[^，。；\n]{0,6}完成(?:各项|全部|所有|上述)"
)
_PLAN_NAME = re.compile("|".join(_PLANS))
_SHORT_YEAR = re.compile(r"(?:到|至|力争)(?P<year>20\d\d)(?=[，,]|实现)")
_PLAN_END = re.compile(r"[（(]?20\d\d ?年? ?(?:-{1,2}|至|到|~) ?(?P<end>20\d\d) ?年?[）)]?")


@dataclass(frozen=True, slots=True)
class Year:
    """A year and where it stands in the text."""

    at: int
    year: int


def year_place(year: Year) -> int:
    """Where the year stands, for sorting."""
    return year.at


def plan_end(text: str) -> int | None:
    """The end of 2023—2025年 in a title or the opening of a text."""
    if match := _PLAN_END.search(text):
        return int(match["end"])
    return None


def five_year_end(name: str) -> int | None:
    """The last year of 十四五 and its like."""
    return _PLANS.get(name)


def year_of(title: str) -> int | None:
    """The year of 2026年…工作要点."""
    match = _YEAR_OF.match(title)
    return int(match["year"]) if match else None


def all_done(text: str) -> int | None:
    """The year by which all of it is to be done: 2027年底前完成各项任务."""
    match = _ALL_DONE.search(text)
    return int(match["year"]) if match else None


def plan_name(title: str) -> str:
    """十四五 of 某市“十四五”规划; "" for a document that is no such plan."""
    match = _PLAN_NAME.search(title)
    return match[0] if match else ""


def years_in(text: str, start: int, end: int, *, in_goals: bool) -> Iterator[Year]:
    """The years by which something is to be reached; ``in_goals``: in a section on aims, where
    2025年底 needs no further word."""
    for match in _TO_YEAR.finditer(text, start, end):
        word = match[0]
        if word.startswith(("截至", "至")) and not match["end"] and not match["next"]:
            continue
        certain = word.startswith(("到", "力争", "争取", "计划", "确保", "目标", "将"))
        certain = certain or (match["end"] or "").endswith("前") or _strives(text, match.end(), end)
        if certain or match["next"] or (in_goals and match["end"]):
            yield Year(match.start("year"), int(match["year"]))


def _strives(text: str, at: int, end: int) -> bool:
    """Whether the sentence goes on with 力争 and the like: 2025年，新增500家，力争突破3000家."""
    stop = text.find("。", at, end)
    return _STRIVES.search(text, at, end if stop < 0 else stop) is not None


def short_years_in(text: str, start: int, end: int) -> Iterator[Year]:
    """到2025，实现: without 年."""
    for match in _SHORT_YEAR.finditer(text, start, end):
        yield Year(match.start("year"), int(match["year"]))
