"""When a document takes effect, expires, and until when comments are welcome.

Dates may be stated (自2024年1月1日起施行), relative to issue (自印发之日起30日后施行) or a term
(有效期五年). A relative date is given only when its base day is known. Statements about other
documents (…起施行的《…》同时废止) are not read.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.dates import DateSpan, find_dates, find_month_days
from pipelines.fields.docnumber import chinese_number

_SP = r"[ \t\u3000]{0,3}"
_SELF = re.compile(
    r"本[\u4e00-\u9fff]{0,8}?(?:办法|规定|条例|法|细则|规则|意见|通知|决定|方案|措施|规范|解释|公告"
    r"|通告|标准|计划|规划|政策|指引|指南|章程|安排|批复|目录|清单|制度|纲要|准则|守则)"
)
_ACT = r"(?:施行|实施|执行|生效|试行|实行|启用)"
_AFTER = re.compile(
    rf"{_SP}(?:[0零]时)?(?:(?:起|开始){_SP}(?:正式|全面)?|正式){_ACT}(?P<rest>[^\n]{{0,24}})"
)
_HEADER = re.compile(r"[ \t\u3000]{1,6}起?施行[ \t]*(?:\n|\Z)")
#: 有效期自2024年4月1日至…, 执行期限为2024年4月1日至…
_PERIOD_FROM = re.compile(
    r"(?:有效|执行|施行|实施|试行)期限?(?:为|是|[:：])?[ \t]{0,2}自?从?[ \t]{0,2}\Z"
)
# 依据《甲法》作出处罚。该法自…: the last document named before is one that is only applied
_CITED = re.compile(
    r"(?:根据|依据|依照|按照|违反|适用|贯彻|落实)[^《》。\n]{0,8}《[^《》\n]{2,60}》[^《》\n]{0,40}\Z"
)
_TO_NEXT = re.compile(r"起?[ \t]{0,2}(?:至|到|—|－|-|~)")
# 自2024年4月1日起至2026年3月31日止施行
_FROM = re.compile(r"[自从][ \t]{0,2}\Z")
_TO_A_DAY = re.compile(rf"起?[ \t]{{0,2}}[至到][ \t]{{0,2}}20\d\d年\d{{1,2}}月\d{{1,2}}日止?{_ACT}")
_LAST_OF_PERIOD = re.compile(rf"止?(?:{_ACT}|有效)(?!的)")
# 自2024年3月4日起施行，至2025年3月2日止
_IN_FORCE_UNTIL = re.compile(rf"起(?:正式)?{_ACT}[，,]?[ \t]{{0,2}}[至到][ \t]{{0,2}}\Z")
# 施行日期为…, 终止日期：…
_LABEL_FIRST = re.compile(r"(?:施行|实施|生效|执行)(?:日期|时间)(?:为|是|[:：])[ \t]{0,2}\Z")
_LABEL_LAST = re.compile(r"(?:终止|失效|废止)(?:日期|时间)(?:为|是|[:：])[ \t]{0,2}\Z")
_ISSUED = frozenset({"印发", "下发", "发文", "签发", "通过", "批准", "签署"})
_RELATIVE = re.compile(
    rf"自(?:本|该)?[\u4e00-\u9fff]{{0,4}}?{_SP}"
    r"(?P<base>印发|下发|发文|签发|通过|批准|签署|公布|发布|颁布|公告)"
    rf"{_SP}(?:之?日|后|当日){_SP}起?{_SP}(?:满)?"
    r"(?:(?P<n>\d{1,3}|[一二三四五六七八九十百]{1,5})(?P<unit>个?工作日|日|天|个月|月)"
    rf"(?:后|内|届满)?(?:之日)?起?)?[，,]?{_SP}(?:正式)?(?:开始)?(?:施行|实施|执行|生效|试行|实行|有效)"
)
_NUMBER = r"(?P<n>\d{1,3}|[一二三四五六七八九十两]{1,3})"
_TERM = re.compile(
    rf"(?:有效期限?|试行期限?|施行期限?|执行期限?|期限|暂定|试行){_SP}"
    rf"(?:暂定为?|为|是|:|：|自[^，。\n]{{1,20}}起)?{_SP}{_NUMBER}{_SP}(?P<unit>年|个月)"
)
_CLAUSE = re.compile(r"[，。；：:、（(）)\s]")
_OWN_TERM = re.compile(
    r"本|其|该|文件|政策|(?:办法|规定|细则|规则|意见|通知|决定|方案|措施|规范|公告|通告|指引|指南|条例)》?的?\Z"
    r"|(?:起|施行|实施|执行|试行|之日|发布|印发|公布)\Z"
)
_TERM_WORDS = ("有效期", "期限", "试行", "施行期", "执行期", "暂定")
_UNTIL = re.compile(
    r"(?:有效期限?|执行期限?|施行|实施|执行|有效)[^，。；\n]{0,12}(?:至|到|截至|截止至|截止)"
    r"[ \t]{0,2}\Z"
)
_CONSULT = re.compile(
    r"征求(?:对?《[^》\n]{2,80}》)?[\u4e00-\u9fff（）]{0,10}意见|公开征集|意见征集|听取[\u4e00-\u9fff]{0,4}意见"
)
_CONSULT_LATIN = re.compile(
    r"consultation|comment|responses? (?:are|is|must|should)|submissions"
    r"|call for (?:evidence|views|inputs?|comments?)|(?:invit|seek)(?:es|s|ing) (?:views|feedback)",
    re.IGNORECASE,
)
_LATIN_HINTS = (
    "omment", "onsultation", "espons", "ubmissions", "COMMENT", "CONSULTATION", "all for ",
    "ing views", "s views", "feedback",
)  # fmt: skip
_ABOUT_COMMENTS = re.compile(
    r"意见|反馈|征集|建议|截止"
    r"|(?i:comment|respon[sd]|consultation|submission|call for|views|feedback)"
)
_DEADLINE_BEFORE = re.compile(
    r"(?:截止|截至|反馈|征求意见|期限|时间|至|—|-|－|~|到|请于|请在|于|在|以前|之前|前"
    r"|by|until|deadline)[^。；\n]{0,14}\Z"
    r"|(?i:\b(?:deadline|closing date|due date)\b[^.\n]{0,70}\Z)"
    r"|(?i:\b(?:by|until|due|clos(?:es?|ed|ing)|on or before"
    r"|no later than|before|deadline|end(?:s|ing)?|received)\b"
    r"[^。；.\n]{0,30}\Z)"
)
_DEADLINE_AFTER = re.compile(
    r"[ \t]{0,2}(?:[（(][^）)]{1,8}[）)])?[ \t]{0,2}(?:\d{1,2}[:：时]\d{0,2}[ \t]{0,2})?"
    r"(?:之?前|以前|止|截止|日?24时|下班前|内)"
)
_WITHIN = re.compile(
    r"[自从于在为][\u4e00-\u9fff]{0,8}?(?P<base>公布|发布|公告|刊登|登载|公示|印发|即|今)"
    rf"{_SP}(?:之?日)?起?的?{_SP}{_NUMBER}{_SP}(?P<unit>个?工作日|日|天|个月)(?:之内|以内|内)?"
)
# 2024年1月底前, 3月末前: the month's last day
_MONTH_END = re.compile(
    r"(?:(?P<y>20\d\d)[ \t]?年[ \t]?)?(?<!\d)(?P<m>1[0-2]|[1-9]|本)[ \t]?月[ \t]?[底末]"
    r"(?:之?前|以前)"
)
# 2029年6月30日废止, 至2029年6月30日自行失效
_ENDS_THEN = re.compile(r"[ \t]{0,2}(?:起|零时起)?(?:自动|自行|即行)?(?:废止|失效|终止执行)(?!的)")
_YEAR_END = re.compile(
    r"(?:有效期限?|执行期限?|施行期限?)[^，。；\n]{0,8}(?:至|到|截至|截止)(?P<y>20\d\d)年(?:年底|底|末)"
)
_OTHER_TITLE = re.compile(r"《[^》]{2,60}》[^。；\n]{0,20}\Z")


@dataclass(frozen=True, slots=True)
class Term:
    """A day with the text it was read from, the rule that read it and how sure it is."""

    value: date
    span: str
    start: int
    rule: str
    confidence: float


def _count(text: str) -> int:
    return int(text) if text.isdigit() else chinese_number(text.replace("两", "二"))


def add_months(day: date, months: int) -> date:
    """The same day ``months`` later, the month's last day when there is no such day."""
    index = day.month - 1 + months
    year, month = day.year + index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def add_workdays(day: date, count: int) -> date:
    """``count`` weekdays later. Public holidays are not known here: treat as approximate."""
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() < 5:
            count -= 1
    return day


def _later(day: date, number: int, unit: str) -> date:
    if "月" in unit:
        return add_months(day, number)
    return add_workdays(day, number) if "工作日" in unit else day + timedelta(days=number)


def find_effective(
    text: str,
    *,
    dates: tuple[DateSpan, ...] | None = None,
    written_on: date | None = None,
    published_on: date | None = None,
    promulgated_on: date | None = None,
) -> Term | None:
    """The day the document takes effect.

    ``promulgated_on`` is the day of promulgation (公布) where it is known: that of an order is the
    day of its signature, not of the web page. A stated day wins over a relative one; among
    stated days the document's own closing article (本办法自…起施行) wins over an introduction,
    the last of them over earlier ones.
    """
    stated = list(_stated(text, dates if dates is not None else find_dates(text)))
    if stated:
        return max(stated, key=lambda term: (term.confidence, term.start))
    for match in _RELATIVE.finditer(text):
        issued = match["base"] in _ISSUED
        base = written_on if issued else (promulgated_on or published_on or written_on)
        if base is None:
            continue
        value = _later(base, _count(match["n"]), match["unit"] or "日") if match["n"] else base
        return Term(value, match[0], match.start(), "relative_effective", 0.85)
    return None


def _stated(text: str, dates: tuple[DateSpan, ...]) -> Iterator[Term]:
    for span in dates:
        match = _AFTER.match(text, span.end)
        if match is None:
            lead = text[max(0, span.start - 16) : span.start]
            if _opens_period(text, span, lead):
                stated = text[span.start - 10 if span.start >= 10 else 0 : span.end]
                yield Term(span.value, stated.strip(), max(0, span.start - 10), "period", 0.84)
            if _HEADER.match(text, span.end) and _line_start(text, span.start):
                yield Term(span.value, text[span.start : span.end + 4], span.start, "header", 0.9)
            continue
        if _about_another(match["rest"]):
            continue
        before = text[max(0, span.start - 40) : span.start]
        clause = re.split(r"[。；\n]", before)[-1]
        if not _SELF.search(clause) and _CITED.search(text[max(0, span.start - 120) : span.start]):
            continue
        if re.search(r"《[^》]{2,40}》[^，。]{0,6}\Z", clause) and "本" not in clause:
            confidence = 0.8
        elif _SELF.search(clause):
            confidence = 0.98
        else:
            confidence = 0.85
        yield Term(
            span.value,
            text[span.start : match.end()][:40],
            span.start,
            "stated_effective",
            confidence,
        )


def _opens_period(text: str, span: DateSpan, lead: str) -> bool:
    if _LABEL_FIRST.search(lead):
        return True
    if _FROM.search(lead) and _TO_A_DAY.match(text, span.end):
        return True
    return bool(_PERIOD_FROM.search(lead) and _TO_NEXT.match(text, span.end))


def _line_start(text: str, at: int) -> bool:
    return at == 0 or text[:at].rstrip(" \t\u3000")[-1:] in ("", "\n")


def _about_another(rest: str) -> bool:
    """…起施行的《…》同时废止, …起施行的条例: about an older document."""
    return rest.startswith(("的", "《")) and not rest.startswith("的通知")


def find_expiry(
    text: str,
    *,
    dates: tuple[DateSpan, ...] | None = None,
    effective_on: date | None = None,
    written_on: date | None = None,
) -> Term | None:
    """The last day in force: 有效期至2025年12月31日, or a term (有效期5年) from the first day."""
    for span in dates if dates is not None else find_dates(text):
        before = text[max(0, span.start - 40) : span.start]
        if _UNTIL.search(before.split("\n")[-1]):
            rest = text[span.end : span.end + 6]
            if not rest.startswith(("起", "的")):
                start = max(0, span.start - 12)
                return Term(span.value, text[start : span.end], start, "stated_expiry", 0.95)
        labelled = _LABEL_LAST.search(before) is not None
        closes = before[-1:] in ("至", "到") and "起" in before[-20:]
        lasts = closes and _LAST_OF_PERIOD.match(text, span.end)
        if labelled or lasts or (_IN_FORCE_UNTIL.search(before) and text[span.end :][:1] == "止"):
            return Term(span.value, span.text, span.start, "period_end", 0.9)
        ended = _ENDS_THEN.match(text, span.end)
        if ended and (effective_on is None or span.value > effective_on):
            clause = re.split(r"[。；\n]", before)[-1]
            if not _OTHER_TITLE.search(clause) and (effective_on or _SELF.search(clause)):
                stated = text[span.start : ended.end()]
                return Term(_day_before(span.value, ended[0]), stated, span.start, "ends", 0.9)
    if "年底" in text and (year_end := _YEAR_END.search(text)):
        last = date(int(year_end["y"]), 12, 31)
        return Term(last, year_end[0], year_end.start(), "year_end", 0.9)
    first = effective_on or written_on
    if first is None or not any(word in text for word in _TERM_WORDS):
        return None
    match = next((m for m in _TERM.finditer(text) if not _of_something_else(text, m)), None)
    if match is None:
        return None
    months = _count(match["n"]) * (12 if match["unit"] == "年" else 1)
    if not 0 < months <= 600:
        return None
    return Term(add_months(first, months) - timedelta(days=1), match[0], match.start(), "term", 0.9)


def _of_something_else(text: str, term: re.Match[str]) -> bool:
    """证书有效期为三年, 评估结果有效期为2年: a term of what the document is about."""
    if not term[0].startswith(("有效期", "期限")):
        return False
    before = _CLAUSE.split(text[max(0, term.start() - 24) : term.start()])[-1]
    return bool(before) and not _OWN_TERM.search(before)


def _day_before(day: date, words: str) -> date:
    """自…起失效 names the first day out of force."""
    return day - timedelta(days=1) if "起" in words else day


def _asks_for_comments(text: str) -> bool:
    if _CONSULT.search(text):
        return True
    hints = _LATIN_HINTS if text[:64].isascii() else _LATIN_HINTS[:2]
    return any(map(text.__contains__, hints)) and bool(_CONSULT_LATIN.search(text))


def find_comment_deadline(
    text: str,
    *,
    title: str = "",
    dates: tuple[DateSpan, ...] | None = None,
    published_on: date | None = None,
    written_on: date | None = None,
) -> Term | None:
    """The last day for comments on a draft; None when the page asks for none."""
    if not _asks_for_comments(title) and not _asks_for_comments(text[:1500]):
        return None
    base = published_on or written_on
    spans = dates if dates is not None else find_dates(text)
    if base is not None:
        spans = _with_month_days(text, spans, base)
    best: Term | None = None
    for span in spans:
        if base is not None and span.value < base:
            continue
        before = text[max(0, span.start - 80) : span.start].split("\n")[-1]
        after = bool(_DEADLINE_AFTER.match(text, span.end))
        lead = bool(_DEADLINE_BEFORE.search(before))
        if not (lead or after) or not _near_comments(text, span):
            continue
        confidence = 0.95 if lead and after else 0.9
        if best is None or confidence > best.confidence or span.start < best.start + 30:
            best = Term(
                span.value,
                text[max(0, span.start - 12) : span.end + 2],
                span.start,
                "stated_deadline",
                confidence,
            )
    return best or _month_end(text, base) or _relative_deadline(text, base)


def _month_end(text: str, base: date | None) -> Term | None:
    match = _MONTH_END.search(text) if "月底" in text or "月末" in text else None
    if match is None or not re.search(
        r"意见|反馈|建议", text[max(0, match.start() - 60) : match.end() + 60]
    ):
        return None
    year = int(match["y"]) if match["y"] else base.year if base else 0
    if not year or (match["m"] == "本" and base is None):
        return None
    month = base.month if base and match["m"] == "本" else int(match["m"])
    if not match["y"] and base and month < base.month:
        year += 1
    value = date(year, month, calendar.monthrange(year, month)[1])
    return Term(value, match[0], match.start(), "month_end", 0.85)


def _with_month_days(text: str, spans: tuple[DateSpan, ...], base: date) -> tuple[DateSpan, ...]:
    """``spans`` and the days without a year in the 200 days after ``base``."""
    known = [(span.start, span.end) for span in spans]
    last = base + timedelta(days=200)
    loose = [
        span
        for year in (base.year, base.year + 1)
        for span in find_month_days(text, year=year)
        if base <= span.value <= last and not any(a <= span.start < b for a, b in known)
    ]
    return tuple(sorted((*spans, *loose), key=lambda span: span.start))


def _near_comments(text: str, span: DateSpan) -> bool:
    around = text[max(0, span.start - 160) : span.end + 120]
    return bool(_ABOUT_COMMENTS.search(around))


def _relative_deadline(text: str, base: date | None) -> Term | None:
    match = _WITHIN.search(text)
    if match is None or base is None:
        return None
    if not re.search(r"意见|反馈|建议", text[max(0, match.start() - 120) : match.end() + 120]):
        return None
    confidence = 0.5 if "工作日" in match["unit"] else 0.85
    value = _later(base, _count(match["n"]), match["unit"])
    return Term(value, match[0], match.start(), "relative_deadline", confidence)
