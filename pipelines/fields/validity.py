"""Whether a document is in force: what its page says, else what its own days say.

A state is one of ``STATES``. The page's own table wins, then a notice on the page (本文件已被《…》
废止), then the days: not yet in force, or past the last day. A document that says nothing of it has
no state: that it is in force is never assumed. ``repeals`` reads what a text does to others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pipelines.dates import find_dates
from pipelines.fields.docnumber import find_doc_numbers

IN_FORCE, PENDING, AMENDED, REPEALED = "有效", "尚未生效", "已修改", "已废止"
STATES = (IN_FORCE, PENDING, AMENDED, REPEALED)
LABELS = (
    "有效性", "时效性", "时效状态", "效力状态", "文件状态", "是否有效", "文件有效性", "时效",
    "效力", "有效状态", "文件效力",
)  # fmt: skip
#: what tables write, longest first where one begins with another
_WORDS = (
    (PENDING, re.compile(r"尚未生效|未生效|未施行|尚未施行|待生效")),
    (AMENDED, re.compile(r"部分(?:条款)?(?:失效|废止|有效|修改)|已?被?(?:修改|修订|修正)")),
    (REPEALED, re.compile(r"失效|废止|无效|过期|作废|停止执行|^否$")),
    (IN_FORCE, re.compile(r"有效|现行|生效|^是$|执行中")),
)
_NOT_A_STATE = re.compile(r"\d{4}|有效期|长期")
_DONE = r"(?:废止|失效|停止执行|作废|修改|修订|修正)"
_BY = (
    r"(?:根据|依据|按照|被|由|经)(?P<{}>(?:[^。；《\n]{{0,30}}《[^》\n]{{2,80}}》"
    r"(?:[（(][^）)\n]{{4,30}}[）)])?){{1,3}}"
    r"|[^。；《\n]{{2,60}}?)"
)
#: a line of its own: 【此件已废止】, 本文件已被《…》（…号）废止, 根据《…》，本通知自…起失效
_NOTICE = re.compile(
    rf"^[\s（(【\[〔*※]{{0,4}}(?:(?:全文|部分|已)?{_DONE}[】\]）)]\s{{0,2}})?(?:(?:注|备注|注释|说明|提示|温馨提示|特别提示)[:：]\s{{0,2}})?"
    rf"(?:{_BY.format('before')}[，,]\s{{0,2}})?"
    r"(?:本|该|此)(?:规范性|政策)?(?:文件|通知|公告|通告|办法|规定|细则|条例|意见|决定|方案|政策|法规|规章|法|文|件)"
    r"(?P<part>(?:中?的?第[一二三四五六七八九十百\d]{1,5}条(?:第[一二三四五六七八九十\d]{1,3}款)?[、和]?){1,6})?"
    r"[，,]?(?:已?于[^，。；\n]{4,18}|已经?|现已?|现予|予以|自[^，。；\n]{4,24}起)?\s{0,2}"
    rf"(?:{_BY.format('after')})?(?:已|予以|宣布|明令|全文|部分)?(?P<done>{_DONE})",
    re.MULTILINE,
)
_BANNER = re.compile(
    rf"[（(【\[〔]\s{{0,2}}(?:(?:已|现已)?被(?P<after>[^）)】\]\n]{{2,80}}))?(?:已|现已|全文|部分)?"
    rf"(?P<done>{_DONE})\s{{0,2}}[）)】\]〕]\s{{0,4}}$",
    re.MULTILINE,
)
_TITLE = re.compile(r"《[^《》]{2,80}(?:《[^《》]{2,60}》[^《》]{0,40})?》")
_LIST = re.compile(
    r"(?P<list>《[^。；\n]{2,300}?)(?:现予以?|予以|一并|均|相应|即行|自行)?\s{0,2}(?:同时|即)?(?:予以)?"
    r"(?P<done>废止|停止执行|不再执行|失效)"
)
_AT_ENDS = 400  # characters at both ends of a text where a page notes what became of it
_STATED, _NOTED, _COUNTED = 0.97, 0.9, 0.85


@dataclass(frozen=True, slots=True)
class Validity:
    """A state with the document that brought it about and the day, where they are named."""

    state: str
    by: str | None
    on: date | None
    span: str
    rule: str
    place: str
    start: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What a text does to another document: its title, its number if given, the words."""

    title: str
    number: str | None
    act: str
    start: int


def find_validity(
    table: Mapping[str, str],
    *,
    title: str,
    head: str,
    text: str,
    effective_on: date | None,
    expires_on: date | None,
    today: date | None,
) -> Validity | None:
    """The state of a document on ``today`` with its evidence; None where nothing states one.

    A table that says 有效 does not outweigh days that say otherwise: sites print 有效 for
    everything that was not repealed.
    """
    counted = by_days(effective_on, expires_on, today=today)
    stated = _from_table(table) or _from_notice(title, head, text)
    if stated is not None and stated.state not in (IN_FORCE, PENDING):
        return stated
    if counted is not None and counted.state != IN_FORCE:
        return counted
    if counted is not None and (stated is None or stated.state == PENDING):
        return counted
    return stated


def by_days(
    effective_on: date | None, expires_on: date | None, *, today: date | None
) -> Validity | None:
    """What the first and the last day in force say; 有效 only where both are known."""
    if today is None:
        return None
    if expires_on is not None and expires_on < today:
        return _counted(REPEALED, expires_on, "expires_on")
    if effective_on is None:
        return None
    if effective_on > today:
        return _counted(PENDING, effective_on, "effective_on")
    return _counted(IN_FORCE, effective_on, "effective_on") if expires_on is not None else None


def _counted(state: str, day: date, field: str) -> Validity:
    return Validity(state, None, day, day.isoformat(), f"days:{field}", "body", -1, _COUNTED)


def _from_table(table: Mapping[str, str]) -> Validity | None:
    for label in LABELS:
        value = table.get(label, "").strip()
        state = state_of(value)
        if state is not None:
            return Validity(
                state, _document(value), _day(value), value, f"table:{label}", "table", -1, _STATED
            )
    return None


def state_of(value: str) -> str | None:
    """The state a table's value names, None for other values (有效期至2027年, 长期)."""
    if not value or len(value) > 120 or (_NOT_A_STATE.search(value) and "废止" not in value):
        return None
    return next((state for state, words in _WORDS if words.search(value)), None)


def _from_notice(title: str, head: str, text: str) -> Validity | None:
    tail = max(0, len(text) - _AT_ENDS)
    areas = (
        (title, "title", 0),
        (head, "head", 0),
        (text[:_AT_ENDS], "body", 0),
        (text[tail:] if tail > _AT_ENDS else "", "body", tail),
    )
    for area, place, offset in areas:
        if not any(word in area for word in ("废止", "失效", "修", "停止执行", "作废")):
            continue
        match = _BANNER.search(area) or _NOTICE.search(area)
        if match is None:
            continue
        groups = match.groupdict()
        by = groups.get("after") or groups.get("before") or ""
        amended = match["done"].startswith("修") or groups.get("part") is not None
        amended = amended or "部分" in match[0].replace(by, "")
        state = AMENDED if amended else REPEALED
        rule = f"{place}:notice"
        return Validity(
            state, _document(by), _day(match[0]), match[0].strip(), rule, place,
            offset + match.start(), _NOTED,
        )  # fmt: skip
    return None


def _document(text: str) -> str | None:
    """The document named in ``text``: its title with the number behind it, else the number."""
    titled = _TITLE.search(text)
    numbers = find_doc_numbers(text)
    number = numbers[0].value if numbers else None
    if titled is None:
        return number
    return f"{titled[0]}（{number}）" if number else titled[0]


def _day(text: str) -> date | None:
    days = find_dates(text)
    return days[0].value if days else None


def repeals(text: str) -> tuple[Effect, ...]:
    """The documents that ``text`` repeals: …《甲办法》（甲发〔2019〕1号）、《乙规定》同时废止。"""
    return tuple(dict.fromkeys(_effects(text)))


def _effects(text: str) -> Iterator[Effect]:
    for match in _LIST.finditer(text):
        listed = match["list"]
        titles = list(_TITLE.finditer(listed))
        for number, titled in enumerate(titles):
            stop = titles[number + 1].start() if number + 1 < len(titles) else len(listed)
            found = find_doc_numbers(listed[titled.end() : stop])
            yield Effect(
                titled[0],
                found[0].value if found else None,
                match["done"],
                match.start() + titled.start(),
            )
