"""The history lines under a law's title: 通过, 批准, 修订, 修正, 公布, 施行, each with its day.

Source of the form: the heads of laws in the national database of laws and regulations. A text
that was amended (修正) keeps its first closing article, so the day it names may be older than the
version: ``is_stale`` says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from pipelines.dates import find_dates
from pipelines.fields.issuers import looks_like_body

_ACTS = ("修正", "修订", "批准", "通过", "公布", "发布", "施行", "实施", "修改")
_SPACES = " \t\u3000\xa0"
_MEETING = re.compile(
    r"(?P<body>[\u4e00-\u9fff]{2,30}?)(?:第[一二三四五六七八九十百零〇\d]{1,5}次)?"
    r"(?:全体|常务|部务|部长|委务|局务)?(?:会议|审判委员会|检察委员会|(?<!人民代表)大会)"
    r"(?:第[一二三四五六七八九十百零〇\d]{1,7}次(?:全体)?会议)?(?:审议)?(?:第[一二三四五六七八九十]{1,2}次)?(?:通过|批准|修订|《|关于)"
)
_SESSION = re.compile(r"第[一二三四五六七八九十百零〇\d]{1,4}届")


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history: the act, its day, who acted, where it stands."""

    act: str
    day: date
    bodies: tuple[str, ...]
    start: int
    span: str


def history(text: str, *, limit: int = 4000) -> tuple[Event, ...]:
    """The history lines at the head of ``text``, in order; () for other texts.

    A line begins with a day and ends with one of the acts; the first line of another kind that
    follows at least one event ends the head. Of two bodies that adopted a text on two days
    (两高的解释) the later day counts.
    """
    head = text[:limit]
    if "年" not in head or not any(map(_is_dated, head.split("\n"))):
        return ()
    events: list[Event] = []
    for line in _logical_lines(head):
        day = _leading_day(line)
        act = _act(line) if day else ""
        if day and act:
            days = find_dates(line)
            last = max((s.value for s in days[1:] if line[s.start - 1] == "、"), default=day)
            where = max(0, head.find(line[:20]))
            events.append(Event(act, max(day, last), _bodies(line[days[0].end :]), where, line))
        elif events and len(line) > 60:
            break
    return tuple(events)


def _is_dated(line: str) -> bool:
    return line[:3].lstrip("（( ")[:1] in _CENTURIES and _DATED_LINE.match(line) is not None


def _leading_day(line: str) -> date | None:
    if not line[:1].isdigit() or len(line) > 300:
        return None
    spans = find_dates(line[:40])
    return spans[0].value if spans and spans[0].start == 0 else None


def _logical_lines(head: str) -> list[str]:
    """Lines with what belongs together: text glued after 通过根据… apart, wrapped lines joined."""
    lines: list[str] = []
    for raw in _GLUED.sub("\n", head).split("\n"):
        line = raw.strip(_SPACES + "（）()，,；;").removesuffix("根据").rstrip()
        if line.startswith("自") and line[1:2].isdigit():
            line = line[1:]
        wraps = lines and _leading_day(lines[-1]) and not _act(lines[-1]) and not _leading_day(line)
        if wraps and 0 < len(line) <= 120:
            lines[-1] += line
        elif line:
            lines.append(line)
    return lines


# 法释〔2020〕17-21号 amended 111 interpretations at once, all in force with the Civil Code.
_CIVIL_CODE_CLEANUP = date(2020, 12, 23)
_CENTURIES = frozenset("12")
_DATED_LINE = re.compile(r"[（( ]{0,2}[12]\d{3} ?年[^\n]{6,200}?(?:通过|批准|公布|发布|修订)")
_ANOTHER_VERSION = 365
# …通过 根据…修正, …公布 自…起施行: several lines of history printed as one.
_GLUED = re.compile(
    r"根据(?=\d{4}年\d{1,2}月)"
    r"|(?<=通过|批准|公布|发布|修正|修订|修改)[ \t\u3000\xa0，,；;]{0,3}(?=自?[12]\d{3}年\d{1,2}月)"
)
_SEVERAL = re.compile(
    r"等[一二三四五六七八九十百0-9]+(?:件|部|项)|部分[\u4e00-\u9fff]{0,8}(?:法规|法律|规章)|〉[〈和、]"
)


def _act(line: str) -> str:
    tail = re.sub(r"[（(][^（()）]{0,40}[)）]", "", line)[-24:].rstrip(_SPACES + "。；;，,）)")
    found = [(tail.rfind(act), act) for act in _ACTS if act in tail]
    return max(found)[1] if found and max(found)[0] >= len(tail) - 12 else ""


def _bodies(rest: str) -> tuple[str, ...]:
    rest = rest.strip(_SPACES + "经由，,")
    match = _MEETING.match(rest)
    if match is None:
        return ()
    body = _SESSION.sub("", match["body"].strip("经由 "))
    if body.startswith("国务院") and "常务会议" in rest[:20]:
        return ("国务院",)
    if body.startswith(("最高人民法院", "最高人民检察院")):
        return (body[:5] if body[:5] == "最高人民法" else body[:7],)
    return (body,) if looks_like_body(body) else ()


def adopted(events: tuple[Event, ...]) -> Event | None:
    """The event that made this version: the last adoption or revision (修订), amendments by
    another decision (修正) do not write the text anew."""
    made = [event for event in events if event.act in ("通过", "修订", "发布", "公布")]
    adoption = [event for event in made if event.act in ("通过", "修订")]
    return (adoption or made or [None])[-1]  # type: ignore[list-item]


def in_force(events: tuple[Event, ...]) -> Event | None:
    """The 施行 line, unless the text was changed after it."""
    last = next((event for event in reversed(events) if event.act in ("施行", "实施")), None)
    if last is None or any(e.day > last.day and e.act in ("修正", "修订", "修改") for e in events):
        return None
    return last


def changed_on(events: tuple[Event, ...]) -> date | None:
    """The day of the last amendment, revision or second adoption; None for a first form."""
    days = [event.day for event in events if event.act in ("修正", "修订", "修改")]
    adoptions = [event.day for event in events if event.act == "通过"]
    days += adoptions[1:]
    return max(days) if days else None


def is_stale(day: date, events: tuple[Event, ...]) -> bool:
    """Whether ``day``, named by the text as its first day in force, is older than the version."""
    changed = changed_on(events)
    return changed is not None and day < changed


def amended_in_force(events: tuple[Event, ...], published_on: date | None) -> date | None:
    """The first day of an amended version when nothing states it, or None.

    A decision that amends several instruments at once takes effect when it is published; that is
    the page's day when it follows the decision within 90 days. Shanghai's decisions name a later
    day of their own, decisions on one instrument often do: those stay unknown.
    """
    if changed_on(events) == _CIVIL_CODE_CLEANUP and "最高人民法院" in events[-1].span:
        return date(2021, 1, 1)
    changes = [event for event in events if event.act in ("修正", "修订", "修改")]
    if not changes or not _SEVERAL.search(changes[-1].span) or "上海市" in changes[-1].span:
        return None
    decided = changes[-1].day
    if published_on is None:
        return decided
    later = (published_on - decided).days
    if later > _ANOTHER_VERSION:
        return None  # the page carries a later version whose change is not among the lines
    return published_on if 0 <= later <= 90 else decided


def promulgated_on(events: tuple[Event, ...]) -> date | None:
    """The day of the last 公布 or 发布 line."""
    days = [event.day for event in events if event.act in ("公布", "发布")]
    return days[-1] if days else None
