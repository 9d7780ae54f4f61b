"""Until when a page asks for comments on a draft.

The day may be stated (意见反馈截止时间为…, comments are due by …), the end of a range, without its
year, or a term from the day of publication (自公告之日起30日内, within 60 days of publication). A
term is counted only where its first day is known; what was asked for in the past is not read.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from pipelines.dates import DateSpan, day, find_dates, find_month_days
from pipelines.fields.clauses import sentence_before
from pipelines.fields.latincomments import asks_in_latin, latin_term
from pipelines.fields.terms import NUMBER, Term, count_of, later, month_end
from pipelines.fields.undated import range_ends, relative_days

_SP = r"[ \t\u3000]{0,3}"
_VIEWS = r"(?:意见|建议|意見|建議)"
# A set to begin with, so that the scan for it runs in C; then a character that tells forms apart.
_CONSULT = re.compile(
    r"[征徵公意建听諮陳發パ의입](?:"
    rf"[求集询詢](?<=[征徵].)(?:对?《[^》\n]{{2,80}}》)?[\u4e00-\u9fff（）]{{0,14}}?{_VIEWS}"
    r"|开(?<=公开)征集|见(?<=意见)的函|取(?<=听取)[\u4e00-\u9fff]{0,4}意见"
    r"|[见見议議](?<=意[见見]|建[议議])(?:征集|征求|反馈|徵集|募集)"
    r"|諮(?<=[公諮]諮)詢|眾(?<=[公諮]眾)諮詢|詢(?<=諮詢)(?:文件|期)|[述表](?<=陳述|發表)意見"
    r"|ブ(?<=パブ)リック・?コメント|견(?<=의견)(?:을|이|수렴|제출| 제출)|법(?<=입법)예고)"
)
_MAY_CONSULT = ("意见", "征集", "意見", "諮詢", "建议", "建議", "パブリック", "의견", "예고")
_ABOUT_COMMENTS = re.compile(
    r"意见|反馈|征集|建议|截止|意見|諮詢|建議|コメント|의견"
    r"|(?i:comments?\b|respon[sd]|consultation|submission|call for|views|feedback)"
)
_DEADLINE_BEFORE = re.compile(
    r"(?:截止|截至|反馈|征求意见|期限|时间|至|—|-|－|~|到|请于|请在|于|在|以前|之前|前|於|時間"
    r"|by|until|deadline)[^。；\n]{0,14}\Z"
    r"|(?i:\b(?:deadline|closing date|due date)\b[^.\n]{0,70}\Z)"
    r"|(?i:\b(?:by|until|through|due|clos(?:es?|ed|ing)|on or before"
    r"|no later than|before|deadline|end(?:s|ing)?|received)\b"
    r"(?:[^。；.\n]|\b[ap]\.m\.){0,40}\Z)"
    r"|(?i:\b(?:period|open(?:s|ed)?|from|between)\b[^.\n]{0,40}"
    r"(?: to | until | and |[-–—~]) {0,2}\Z)"
)
_DEADLINE_AFTER = re.compile(
    r"[ \t]{0,2}(?:[（(][^）)]{1,8}[）)])?[ \t]{0,2}"
    r"(?:(?:上午|下午|晚)?\d{1,2}[:：时点時]\d{0,2}分?[ \t]{0,2})?"
    r"(?:之?前|以前|止|截止|日?24时|下班前|内|結束|结束|或之前|或以前|まで|까지|期间)"
)
# 本规范自…起施行, 定于…召开听证会, 报名至…: days of something else
_OF_ANOTHER_AFTER = re.compile(
    r"(?:[0零]时)?(?:起|开始)?(?:正式|全面)?(?:施行|实施|执行|生效|起施|實施)|(?:上午|下午)?[^，。；\n]{0,8}"
    r"(?:召开|举行|举办|开庭)|[ \t]{0,2}(?:印发|发布|公布|通过)(?:的|了)"
)
_OF_ANOTHER_BEFORE = re.compile(r"(?:报名|申报|报送申请|参会|会议|注册|拟于|自)[^，。；\n]{0,10}\Z")
_PAST = re.compile(
    rf"曾|此前|已(?:于|经|向|面向|公开|通过)|共?收到[^，。；\n]{{0,12}}{_VIEWS}|征求了|征集了|期间[，,][^。]{{0,8}}收到"
)
_SENTENCE_END = re.compile(r"[。；\n]")
_FRONT = 1_500
"""Characters at the front of a text in which it asks for comments."""
_FIRST_ARTICLE = "第一条"
_UNIT = r"(?P<unit>个?工作日|工作天|日|天|个月|個月)"
_WITHIN = re.compile(
    r"[自从于於在为][\u4e00-\u9fff]{0,8}?(?P<base>公布|发布|公告|刊登|登载|公示|印发|即|今|預告|公報|發布)"
    rf"{_SP}(?:之?(?:日|次日|翌日))?起?的?{_SP}{NUMBER}{_SP}{_UNIT}(?:之内|以内|内|內)?"
)
# 征求意见期为30天, 公开征集意见…，为期一个月, 时间为7个工作日
_FOR_A_TERM = re.compile(
    r"(?:意见期限?|意见的?(?:时间|期限)|征集期限?|征集时间|为期|[期时]间|期限|意見期間)"
    rf"{_SP}(?:共|为|是|:|：){{0,2}}{_SP}{NUMBER}{_SP}{_UNIT}(?!前)"
)
# 2024年1月底前, 3月末前: the month's last day
_MONTH_END = re.compile(
    r"(?P<until>[截至到止][为是：:]?)?(?:(?P<y>20\d\d)[ \t]?年[ \t]?)?(?<!\d)(?P<m>1[0-2]|[1-9]|本)"
    r"[ \t]?月[ \t]?[底末](?P<before>之?前|以前)?"
)


@dataclass(frozen=True, slots=True)
class _Draft:
    """The text with the day its terms are counted from; ``front`` is where its articles begin."""

    text: str
    base: date | None
    front: int


def find_comment_deadline(
    text: str,
    *,
    title: str = "",
    lang: str = "zh",
    dates: tuple[DateSpan, ...] | None = None,
    published_on: date | None = None,
    written_on: date | None = None,
) -> Term | None:
    """The last day for comments on a draft; None when the page asks for none."""
    # the articles of an act in force speak of comments on other texts: 征求意见的期限为三十日
    asking = text[:_FRONT].partition(_FIRST_ARTICLE)[0]
    if not _asks_for_comments(title) and not _asks_for_comments(asking):
        return None
    front = text.find(_FIRST_ARTICLE)
    draft = _Draft(text, published_on or written_on, front if front > 0 else len(text))
    spans = dates if dates is not None else find_dates(text)
    if not lang.startswith("zh"):
        return _stated(draft, spans) or latin_term(text, published_on=draft.base)
    spans = _with_days_without_year(text, spans, draft.base)
    return _stated(draft, spans) or _month_end(draft) or _relative(draft)


def _asks_for_comments(text: str) -> bool:
    if any(map(text.__contains__, _MAY_CONSULT)) and _CONSULT.search(text):
        return True
    return asks_in_latin(text)


_REACH = 80
"""Characters before a day that may say what it is the last day of."""
_LEAD = 12
"""Characters before a day that its evidence shows."""
_SAME_RANGE = 30 + _LEAD


def _stated(draft: _Draft, spans: tuple[DateSpan, ...]) -> Term | None:
    text, best = draft.text, None
    for span in spans:
        if draft.base is not None and span.value < draft.base:
            continue
        before = text[max(0, span.start - _REACH) : span.start].rpartition("\n")[2]
        after = bool(_DEADLINE_AFTER.match(text, span.end))
        lead = bool(_DEADLINE_BEFORE.search(before))
        if not (lead or after) or not _near_comments(text, span):
            continue
        if _is_of_another(text, span):
            continue
        confidence = 0.95 if lead and after else 0.9
        if best is None or confidence > best.confidence or span.start < best.start + _SAME_RANGE:
            start = max(0, span.start - _LEAD)
            stated = text[start : span.end + 2]
            best = Term(span.value, stated, start, "stated_deadline", confidence)
    return best


def _is_of_another(text: str, span: DateSpan) -> bool:
    if _OF_ANOTHER_AFTER.match(text, span.end):
        return True
    clause = sentence_before(text, span.start, reach=_REACH)
    if _OF_ANOTHER_BEFORE.search(clause) and not _DEADLINE_AFTER.match(text, span.end):
        return "意" not in clause and "征" not in clause
    end = _SENTENCE_END.search(text, span.end, span.end + 60)
    rest = text[span.end : end.start() if end else span.end + 60]
    return bool(_PAST.search(clause) or _PAST.search(rest))


def _near_comments(text: str, span: DateSpan) -> bool:
    around = text[max(0, span.start - 160) : span.end + 120]
    return bool(_ABOUT_COMMENTS.search(around))


def _with_days_without_year(
    text: str, spans: tuple[DateSpan, ...], base: date | None
) -> tuple[DateSpan, ...]:
    """``spans`` and, in the 200 days after ``base``, the days that lack their year."""
    found = [*spans, *range_ends(text, spans)]
    if base is not None:
        found += _unknown(found, relative_days(text, base))
        found += _unknown(found, _soon_after(base, find_month_days(text, year=_LEAP_YEAR)))
    return tuple(sorted(found, key=lambda span: span.start))


_NEAR_DAYS = 200
_LEAP_YEAR = 2024
"""A year that has every day of the calendar."""


def _soon_after(base: date, spans: tuple[DateSpan, ...]) -> Iterator[DateSpan]:
    for span in spans:
        month, day_of_month = span.value.month, span.value.day
        passed = (month, day_of_month) < (base.month, base.day)
        value = day(base.year + passed, month, day_of_month)
        if value is not None and (value - base).days <= _NEAR_DAYS:
            yield replace(span, value=value)


def _unknown(known: list[DateSpan], spans: Iterator[DateSpan]) -> list[DateSpan]:
    taken = sorted((span.start, span.end) for span in known)
    found = []
    for span in spans:
        before = bisect_right(taken, (span.start + 1, -1)) - 1
        if before < 0 or span.start >= taken[before][1]:
            found.append(span)
    return found


def _month_end(draft: _Draft) -> Term | None:
    text, base = draft.text, draft.base
    match = _MONTH_END.search(text) if "月底" in text or "月末" in text else None
    if (
        match is None
        or not (match["until"] or match["before"])
        or not _speaks_of_views(text, match, 60)
    ):
        return None
    year = int(match["y"]) if match["y"] else base.year if base else 0
    if not year or (match["m"] == "本" and base is None):
        return None
    month = base.month if base and match["m"] == "本" else int(match["m"])
    if not match["y"] and base and month < base.month:
        year += 1
    return Term(month_end(year, month), match[0], match.start(), "month_end", 0.85)


def _speaks_of_views(text: str, match: re.Match[str], reach: int) -> bool:
    around = text[max(0, match.start() - reach) : match.end() + reach]
    return re.search(r"意见|反馈|建议|意見", around) is not None


def _relative(draft: _Draft) -> Term | None:
    text, base = draft.text[: draft.front], draft.base
    if base is None:
        return None
    for pattern, reach in ((_WITHIN, 120), (_FOR_A_TERM, 60)):
        for match in pattern.finditer(text):
            if not _speaks_of_views(text, match, reach):
                continue
            confidence = 0.5 if "工作" in match["unit"] else 0.85
            value = later(base, count_of(match["n"]), match["unit"])
            return Term(value, match[0], match.start(), "relative_deadline", confidence)
    return None
