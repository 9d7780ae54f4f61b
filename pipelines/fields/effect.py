"""The day a document takes effect, as its own words say.

It may be stated (自2024年1月1日起施行), relative to issue (自印发之日起30日后施行) or lack its year
(自明年1月1日起施行). A relative day is given only when its base day is known. Statements about
other documents (…起施行的《…》同时废止) and about things (项目执行期) are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from pipelines.dates import DateSpan, find_dates
from pipelines.fields.clauses import phrase_before, sentence_before
from pipelines.fields.terms import Term, count_of, later
from pipelines.fields.undated import bare_days, relative_days

_SP = r"[ \t\u3000]{0,3}"
SELF = re.compile(
    r"本[\u4e00-\u9fff]{0,8}?(?:办法|规定|条例|法|细则|规则|意见|通知|决定|方案|措施|规范|解释|公告"
    r"|通告|标准|计划|规划|政策|指引|指南|章程|安排|批复|目录|清单|制度|纲要|准则|守则|函|令"
    r"|辦法|規定|條例|細則|規則|法規|意見|決定)"
)
ACT = r"(?:施行|实施|执行|生效|试行|实行|启用|實施|執行|試行|實行)"
_AFTER = re.compile(
    rf"{_SP}(?:[0零]时)?(?:(?:起|开始){_SP}(?:正式|全面)?|正式){ACT}(?P<rest>[^\n]{{0,24}})"
)
# 自2024年1月1日施行, 于2024年1月1日（对我国）生效
_AFTER_FROM = re.compile(rf"{_SP}(?:对[\u4e00-\u9fff]{{2,6}})?{ACT}(?P<rest>[^\n]{{0,24}})")
# 自2026年1月1日起，《甲条例》正式施行
_AFTER_TITLE = re.compile(
    rf"{_SP}起[，,]?(?:新修[订正]的)?《[^》\n]{{2,60}}》[\u4e00-\u9fff]{{0,3}}?{ACT}(?P<rest>[^\n]{{0,24}})"
)
_HEADER = re.compile(r"[ \t\u3000]{1,6}起?施行[ \t]*(?:\n|\Z)")
#: 有效期自2024年4月1日至…, 执行期限为2024年4月1日至…
_PERIOD_FROM = re.compile(
    r"(?:有效|执行|施行|实施|试行)期限?(?:为|是|[:：]|[^，。；\n（(]{1,4}[（(])?"
    r"[ \t]{0,2}自?从?[ \t]{0,2}\Z"
)
# 有效期一年，自2025年3月10日起计算
_COUNTED_FROM = re.compile(r"期限?[^，。；\n]{1,6}[，,]自[ \t]{0,2}\Z")
_TO_COUNT = re.compile(r"起(?:计算|算|计)")
# 依据《甲法》作出处罚。该法自…: the last document named before is one that is only applied
_CITED = re.compile(
    r"(?:根据|依据|依照|按照|违反|适用|贯彻|落实)[^《》。\n]{0,8}《[^《》\n]{2,60}》[^《》\n]{0,40}\Z"
)
_TO_NEXT = re.compile(r"起?[ \t]{0,2}(?:至|到|—|－|-|~)")
# 自2024年4月1日起至2026年3月31日止施行
_FROM = re.compile(r"[自从從][ \t]{0,2}\Z")
_BEFORE_A_DAY = frozenset("自从從于於》 \t")
_BEFORE_A_PERIOD = frozenset("期限为是:：（(自从從 \t")
_ON = re.compile(r"[于於][ \t]{0,2}\Z")
_TO_A_DAY = re.compile(rf"起?[ \t]{{0,2}}[至到][ \t]{{0,2}}20\d\d年\d{{1,2}}月\d{{1,2}}日止?{ACT}")
# 施行日期为…, 实施时间：…
_LABEL_FIRST = re.compile(r"(?:施行|实施|生效|执行)(?:日期|时间)(?:为|是|[:：])[ \t]{0,2}\Z")
_ISSUED = frozenset({"印发", "下发", "发文", "签发", "通过", "批准", "签署"})
_RELATIVE = re.compile(
    rf"自(?:本|该)?[\u4e00-\u9fff]{{0,4}}?{_SP}"
    r"(?P<base>印发|下发|发文|签发|通过|批准|签署|公布|发布|颁布|公告|公佈|發布|發佈|頒布)"
    rf"{_SP}(?:之?(?:日|(?P<next>[翌次]日)(?:之?日)?)|后|後|当日){_SP}起?{_SP}[满滿]?"
    r"(?:(?P<n>\d{1,3}|[一二三四五六七八九十百两]{1,5})(?P<unit>个?工作日|日|天|个月|個月|月|年)"
    rf"(?:后|後|内|届满)?(?:之?日)?(?:的?次日)?起?)?[，,]?{_SP}(?:正式|即行|即)?(?:开始)?(?:{ACT}|有效)"
)
_LONGEST = 999
"""Years, months or days of a term; 九九九九九年 is none."""
_AT_ONCE = re.compile(rf"自?即日起(?:正式|开始)?{ACT}|自即日{ACT}")
_THINGS = re.compile(
    r"(?:项目|课题|合同|协议|协定|证书?|执照|资质|资格|批件|聘用?|任职?|任务|研究|商标|专利|认定|备案|结果|报告"
    r"|券|卡|授权|许可|产品|标识|债券|贷款|额度|服务|租赁)的?\Z"
)
# 协议自2025年3月1日起生效: of what parties agreed or a court decided
_DEALS = re.compile(
    r"(?:协议书?|合同|合约|契约|判决书?|裁定书?|任命|任职|聘任|聘用|辞任|辞职|处分|保险|保单|租约|订单|合作|交易)"
    r"(?:将|已|均)?[自从于][ \t]{0,2}\Z"
)
_FROM_A_DAY = re.compile(rf"月{_SP}\d{{1,2}}{_SP}日{_SP}(?:[0零]时)?起{_SP}(?:正式|全面)?{ACT}")
_BEFORE_MONTH = 8
"""Characters from 将于今年 to 月 at most."""
_OLDER = ("的", "《", "以来", "至今")
_NAMES_A_TEXT = re.compile(r"》|规定|条例|办法|新规|通知|标准|细则|規定|條例|辦法|[新该]法")

_TITLED = re.compile(r"《[^》]{2,40}》[^，。]{0,6}\Z")
_OF_A_TITLE = 0.8
"""Confidence in the day that is said of a document by its title: the page's own, or reported."""


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
    spans = dates if dates is not None else find_dates(text)
    stated = list(_stated(text, spans))
    found = max(stated, key=lambda term: (term.confidence, term.start), default=None)
    if found is not None and found.confidence == _OF_A_TITLE:
        # 《甲办法》自…起施行，《乙规定》自…起施行: a round-up has no day of its own
        return found if len({term.value for term in stated}) == 1 else None
    if found is not None and found.rule != "period":
        return found
    promulgated = promulgated_on or published_on or written_on
    relative = _relative(text, issued=written_on, promulgated=promulgated)
    if found is not None:
        own = relative is not None and SELF.search(sentence_before(text, relative.start))
        return relative if own else found
    base = published_on or written_on
    return relative or (_without_year(text, base) if base is not None else None)


def _relative(text: str, *, issued: date | None, promulgated: date | None) -> Term | None:
    for match in _RELATIVE.finditer(text):
        base = issued if match["base"] in _ISSUED else promulgated
        if base is None:
            continue
        value, number = base, count_of(match["n"]) if match["n"] else 0
        if number > _LONGEST:
            continue
        if number:
            value = later(base, number, match["unit"])
        elif match["next"]:
            value = base + timedelta(days=1)
        return Term(value, match[0], match.start(), "relative_effective", 0.85)
    match_now = _AT_ONCE.search(text) if "即日" in text else None
    base = issued or promulgated
    if match_now is None or base is None:
        return None
    return Term(base, match_now[0], match_now.start(), "at_once", 0.8)


def _without_year(text: str, base: date) -> Term | None:
    """自今年7月1日起施行, 将于7月1日起施行: said of a document that the clause names."""
    for said in _FROM_A_DAY.finditer(text):
        at = max(0, said.start() - _BEFORE_MONTH)
        window = text[at : said.end()]
        spans = [(span, 0.8) for span in relative_days(window, base)]
        spans += [(span, 0.7) for span in bare_days(window, base)]
        for span, confidence in spans:
            start, end = at + span.start, at + span.end
            match = _AFTER.match(text, end)
            if match is None or _about_another(match["rest"]):
                continue
            lead = sentence_before(text, start, reach=60)
            if _NAMES_A_TEXT.search(lead) or SELF.search(lead):
                stated = text[start : match.end()][:40]
                return Term(span.value, stated, start, "without_year", confidence)
    return None


def _stated(text: str, dates: tuple[DateSpan, ...]) -> Iterator[Term]:
    for span in dates:
        lead = text[max(0, span.start - 16) : span.start]
        match = _AFTER.match(text, span.end) or _said_from(text, span, lead)
        if match is None:
            yield from _period_or_header(text, span, lead)
            continue
        if _about_another(match["rest"]) or _DEALS.search(lead):
            continue
        sentence = sentence_before(text, span.start)
        own = SELF.search(sentence)
        if not own and _CITED.search(text[max(0, span.start - 120) : span.start]):
            continue
        if own:
            confidence = 0.98
        else:
            titled = "本" not in sentence and _TITLED.search(sentence)
            confidence = _OF_A_TITLE if titled else 0.85
        stated = text[span.start : match.end()][:40]
        yield Term(span.value, stated, span.start, "stated_effective", confidence)


def _said_from(text: str, span: DateSpan, lead: str) -> re.Match[str] | None:
    """自2024年1月1日施行, without 起; 于…生效 only of the document itself."""
    if text.startswith("起", span.end):
        return _AFTER_TITLE.match(text, span.end)
    if lead[-1:] not in _BEFORE_A_DAY:
        return None
    if _FROM.search(lead) or lead.endswith("》"):
        return _AFTER_FROM.match(text, span.end)
    if not _ON.search(lead) or SELF.search(sentence_before(text, span.start)) is None:
        return None
    return _AFTER_FROM.match(text, span.end)


def _period_or_header(text: str, span: DateSpan, lead: str) -> Iterator[Term]:
    if _opens_period(text, span, lead):
        start = max(0, span.start - 10)
        yield Term(span.value, text[start : span.end].strip(), start, "period", 0.84)
    if _HEADER.match(text, span.end) and _line_start(text, span.start):
        yield Term(span.value, text[span.start : span.end + 4], span.start, "header", 0.9)


def _opens_period(text: str, span: DateSpan, lead: str) -> bool:
    if lead[-1:] not in _BEFORE_A_PERIOD:
        return False
    label = _LABEL_FIRST.search(lead)
    if label is None and text.startswith("起", span.end) and _TO_COUNT.match(text, span.end):
        label = _COUNTED_FROM.search(lead)
    if label is not None:
        return not is_of_things(text, span.start - len(lead) + label.start())
    if _FROM.search(lead) and _TO_A_DAY.match(text, span.end):
        return True
    label = _PERIOD_FROM.search(lead)
    if label is None or not _TO_NEXT.match(text, span.end):
        return False
    return not is_of_things(text, span.start - len(lead) + label.start())


def is_of_things(text: str, at: int) -> bool:
    """Whether the term named at ``at`` is that of a project, contract, licence or the like."""
    return bool(_THINGS.search(phrase_before(text, at)))


def _line_start(text: str, at: int) -> bool:
    return at == 0 or text[:at].rstrip(" \t\u3000")[-1:] in ("", "\n")


def _about_another(rest: str) -> bool:
    """…起施行的《…》同时废止, …起施行的条例, …起施行以来: about an older document."""
    return rest.startswith(_OLDER) and not rest.startswith("的通知")
