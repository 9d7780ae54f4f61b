"""Documents that a report announces without quoting their titles: 八部门印发专项行动方案，….

Metadata reads quoted titles (《…》); short reports often name only the kind of the document after
an issuing verb.
"""

from __future__ import annotations

import re

from pipelines.fields.doctype import genre_of, is_draft

_LEAD_CHARS = 160
_FIRST_SENTENCE = 90
_BARE = re.compile(
    r"(?:印发|出台|下发|颁布|公布|发布|发出)了?"
    r"(?P<name>[^，。；：！？《》、\s]{0,30}?"
    r"(?:行动计划|推进计划|三年计划|行动方案|实施方案|工作方案|建设方案|总体方案|方案|规划"
    r"|指导意见|实施意见|若干意见|(?<!征求)意见|管理办法|暂行办法|办法|规定|实施细则|细则|条例"
    r"|若干措施|若干政策|政策措施|措施|通函|通知|通告|公告|指引|指南|战略))"
    r"(?=[，。；：！？\s]|\Z|[，,]?(?:明确|提出|要求|规定|服务|支持|保障|推进|规范|促进|加强|加快|推动|鼓励|防范|助力|引导|部署|严))"
)
_LETTER = re.compile(r"(?:发出|下发|发布|公布)[^，。；：]{0,8}通函|致函|发函")
_LAWMAKERS = re.compile(r"人大常委会|人民代表大会常务委员会|人大(?:会议)?(?:表决)?通过")
_AMENDS = re.compile(r"(?:修改|修正|修订|废止)[^，。]{0,40}(?:法|条例|规定|办法)")
_POLICIES = ("若干政策", "政策措施", "若干措施", "措施")


_ISSUES = re.compile(
    r"\A[\u4e00-\u9fff，,]{2,16}?(?:省|市|区|县|州|管委会|局|厅|委|部|政府|办公厅|办公室)"
    r"[\u4e00-\u9fff、]{0,24}?(?:印发|出台|下发|颁布)"
)


def issues_in(lead: str) -> bool:
    """Whether the text begins with a public body that issues something: 某市某区出台…措施."""
    return _ISSUES.match(lead) is not None


_ISSUED = re.compile(
    r"\A[^。！？\n]{0,70}?(?:印发|发布|公布|出台|下发|颁布)了?《(?P<title>[^《》]{4,60})》"
)
_EARLIER = re.compile(r"根据|按照|依据|依照|此前|曾|去年|前年|早在|落实|违反|自[^，。]{0,12}以来")


def issued_in(lead: str) -> str | None:
    """The kind of the document whose issue the first sentence of a report is about, where the
    headline only gives its content (五部门：到2026年规模超过…)."""
    match = _ISSUED.match(lead) if "《" in lead[:_FIRST_SENTENCE] else None
    if match is None or _EARLIER.search(match[0][: match.start("title")]):
        return None
    return "征求意见稿" if is_draft(match["title"]) else genre_of(match["title"])


def bare_kind(title: str, lead: str) -> str | None:
    """The kind of the document that the title, else the first sentences, say was issued."""
    if _LETTER.search(title):
        return "函"
    for text in (title, lead[:_LEAD_CHARS]):
        if match := _BARE.search(text):
            name = match["name"]
            if name.endswith("通函"):
                return "函"
            if name.endswith("战略"):
                return "规划"
            return "措施" if name.endswith(_POLICIES) else genre_of(name)
    return None


def is_local_law(title: str, kind: str | None) -> bool:
    """Whether a 规定 or 决定 is law: made or amended by a people's congress (立法法 第八十一条)."""
    if kind == "决定":
        return _LAWMAKERS.search(title) is not None and _AMENDS.search(title) is not None
    return kind in ("规定", "办法") and _LAWMAKERS.search(title) is not None
