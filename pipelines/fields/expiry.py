"""The last day a document is in force: stated, the end of a period, or a term (有效期五年)."""

from __future__ import annotations

import re
from datetime import date, timedelta

from pipelines.dates import DateSpan, find_dates
from pipelines.fields.clauses import phrase_before, sentence_before
from pipelines.fields.effect import ACT, SELF, is_of_things
from pipelines.fields.terms import NUMBER, Term, add_months, count_of, month_end
from pipelines.fields.undated import range_ends

_SP = r"[ \t\u3000]{0,3}"
_LAST_OF_PERIOD = re.compile(rf"止?(?:{ACT}|有效)(?!的)")
# 自2024年3月4日起施行，至2025年3月2日止
_IN_FORCE_UNTIL = re.compile(rf"起(?:正式)?{ACT}[，,]?[ \t]{{0,2}}[至到][ \t]{{0,2}}\Z")
# 终止日期：…
_LABEL_LAST = re.compile(r"(?:终止|失效|废止)(?:日期|时间)(?:为|是|[:：])[ \t]{0,2}\Z")
_LABEL_SIGNS = frozenset("为是:： \t")
_TERM = re.compile(
    rf"(?:有效期限?|试行期限?|施行期限?|实施期限?|执行期限?|期限|暂定|试行|暂行){_SP}"
    rf"(?:暂定为?|为|是|:|：|自[^，。\n]{{1,20}}起)?{_SP}{NUMBER}{_SP}(?P<unit>年|个月)(?![后以之内])"
)
_OWN_TERM = re.compile(
    r"本|其|该|文件|政策|(?:办法|规定|细则|规则|意见|通知|决定|方案|措施|规范|公告|通告|指引|指南|条例)》?的?\Z"
    r"|(?:起|施行|实施|执行|试行|之日|发布|印发|公布)\Z"
)
_TERM_WORDS = ("有效期", "期限", "试行", "施行期", "执行期", "实施期", "暂定", "暂行")
_UNTIL = re.compile(
    r"(?:(?:有效期限?|执行期限?|施行|实施|执行|试行期限?|有效)[^，。；\n]{0,14}(?:至|到|截至|截止至|截止)"
    r"|(?:有效期限?|(?:执行|实施|施行)(?:期限?|时间))[^，。；\n]{0,14}(?:—|－|-|~))[ \t]{0,2}\Z"
)
_UNTIL_SIGNS = frozenset("至到止—－-~")
# 有效期与《甲规划》一致，至2027年12月31日
_UNTIL_LIKE = re.compile(r"有效期限?与[^，。；\n]{2,24}[，,][ \t]{0,2}[至到][ \t]{0,2}\Z")
# 2029年6月30日废止, 至2029年6月30日自行失效
_ENDS_THEN = re.compile(r"[ \t]{0,2}(?:起|零时起)?(?:自动|自行|即行)?(?:废止|失效|终止执行)(?!的)")
# One character to begin with: the scan for it is twenty times faster than one for the whole word.
_YEAR_END = re.compile(
    r"期(?<=有效期|执行期|施行期)限?[^，。；\n]{0,8}(?:至|到|截至|截止)(?P<y>20\d\d)年"
    r"(?:(?P<m>1[0-2]|[1-9])月)?(?:年底|底|末)"
)
_OTHER_TITLE = re.compile(r"《[^》]{2,60}》[^。；\n]{0,20}\Z")


def find_expiry(
    text: str,
    *,
    dates: tuple[DateSpan, ...] | None = None,
    effective_on: date | None = None,
    written_on: date | None = None,
) -> Term | None:
    """The last day in force: 有效期至2025年12月31日, or a term (有效期5年) from the first day."""
    spans = dates if dates is not None else find_dates(text)
    for span in spans:
        found = _closing(text, span, effective_on)
        if found is not None:
            return found
    opening = tuple(span for span in spans if "期" in text[max(0, span.start - 10) : span.start])
    for span in range_ends(text, opening):
        found = _closing(text, span, effective_on)
        if found is not None:
            return found
    if end := _YEAR_END.search(text):
        last, start = month_end(int(end["y"]), int(end["m"] or 12)), end.start() - len("有效")
        return Term(last, text[start : end.end()], start, "year_end", 0.9)
    first = effective_on or written_on
    return _term(text, first) if first is not None else None


def _closing(text: str, span: DateSpan, effective_on: date | None) -> Term | None:
    before = text[max(0, span.start - 40) : span.start]
    line = before.rpartition("\n")[2]
    until = None
    if line.rstrip(" \t")[-1:] in _UNTIL_SIGNS:
        until = _UNTIL.search(line) or _UNTIL_LIKE.search(line)
    if until is not None and not is_of_things(text, span.start - len(line) + until.start()):
        rest = text[span.end : span.end + 6]
        if not rest.startswith(("起", "的")):
            start = max(0, span.start - 12)
            return Term(span.value, text[start : span.end], start, "stated_expiry", 0.95)
    labelled = before[-1:] in _LABEL_SIGNS and _LABEL_LAST.search(before)
    closes = before[-1:] in ("至", "到") and "起" in before[-20:]
    lasts = closes and _LAST_OF_PERIOD.match(text, span.end)
    if labelled or lasts or (text.startswith("止", span.end) and _IN_FORCE_UNTIL.search(before)):
        return Term(span.value, span.text, span.start, "period_end", 0.9)
    ended = _ENDS_THEN.match(text, span.end)
    if ended and (effective_on is None or span.value > effective_on):
        sentence = sentence_before(text, span.start)
        if not _OTHER_TITLE.search(sentence) and (effective_on or SELF.search(sentence)):
            stated = text[span.start : ended.end()]
            return Term(_day_before(span.value, ended[0]), stated, span.start, "ends", 0.9)
    return None


def _term(text: str, first: date) -> Term | None:
    if not any(word in text for word in _TERM_WORDS):
        return None
    match = next((m for m in _TERM.finditer(text) if not _of_something_else(text, m)), None)
    if match is None:
        return None
    months = count_of(match["n"]) * (12 if match["unit"] == "年" else 1)
    if not 0 < months <= 600:
        return None
    return Term(add_months(first, months) - timedelta(days=1), match[0], match.start(), "term", 0.9)


def _of_something_else(text: str, term: re.Match[str]) -> bool:
    """证书有效期为三年, 评估结果有效期为2年: a term of what the document is about."""
    if not term[0].startswith(("有效期", "期限")):
        return False
    before = phrase_before(text, term.start())
    return bool(before) and not _OWN_TERM.search(before)


def _day_before(day: date, words: str) -> date:
    """自…起失效 names the first day out of force."""
    return day - timedelta(days=1) if "起" in words else day
