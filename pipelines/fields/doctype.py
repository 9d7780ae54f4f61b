"""文种: what kind of document a title names (GB/T 9704 kinds, laws, plans)."""

from __future__ import annotations

import re

# Kinds with the endings of titles that name them; the longest ending decides.
_KINDS = {
    "征求意见稿": "征求意见稿 公开征求意见的通知 公开征求意见的公告",
    "行动计划": "行动计划 行动方案",
    "措施": "若干措施 若干政策 扶持办法 政策措施 措施",
    "司法解释": "的解释",
    "案例": "指导性案例 处罚决定 处罚决定书 处罚的决定 判决书 裁定书 纠纷案",
    "细则": "实施细则 细则",
    "条例": "实施条例 条例",
    "办法": "实施办法 管理办法 暂行办法 办法",
    "规定": "管理规定 若干规定 规定",
    "意见": "实施意见 指导意见 若干意见 意见",
    "方案": "实施方案 工作方案 方案",
    "规划": "发展规划 规划",
    "要点": "工作要点 要点",
    "报告": "白皮书 工作报告 报告",
    "规则": "规则 守则",
    "公告": "公告 启事",
    "函": "复函 函",
    "通知": "通知书 通知",
    "法": "法典 修正案 法",
    "纪要": "座谈纪要 会议纪要 纪要",
}
_PLAIN_KINDS = (
    "命令 批复 决定 决议 通报 通告 公报 答复 请示 议案 批示 规范 计划 纲要 指南 指引 标准 目录 "
    "名单 清单 章程 公示 解读 令"
)
_ENDINGS: list[tuple[str, str]] = sorted(
    [(ending, kind) for kind, endings in _KINDS.items() for ending in endings.split()]
    + [(kind, kind) for kind in re.findall(r"\S+", _PLAIN_KINDS)],
    key=lambda row: -len(row[0]),
)
_ANY_ENDING = tuple(ending for ending, _ in _ENDINGS)
_BY_LAST = {
    last: [row for row in _ENDINGS if row[0].endswith(last)]
    for last in {e[-1] for e, _ in _ENDINGS}
}
_TRAILING = re.compile(
    # （发改能源〔2025〕93号）: brackets in brackets
    r"(?:[（(][\u4e00-\u9fff]{2,12}[〔\[]\d{4}[〕\]]\d{1,5}号[）)]|[（(【\[〔][^（()）】\]〕]{0,40}[）)】\]〕]|[\s\u3000]|\d{4}年版|之[一二三四五]|\.(?:docx?|pdf|wps|ofd)){1,40}\Z"
)
_DRAFT = re.compile(r"征求意见稿|征求意见|意见的公告|公开征集|草案(?:[）)]|\Z)|送审稿")
_FORWARD = re.compile(r"印发|转发|批转|下发|公布|发布|颁布")
_INNER = re.compile(
    r"(?:印发|转发|批转|下发|公布|发布|颁布)(?:[〈《<](?P<quoted>[^》〉>]{4,80})[》〉>]|(?P<bare>[^的《]{4,80}))"
)
_KIND_OF_LAW = re.compile(
    r"(?:中华人民共和国)?[\u4e00-\u9fff、]{2,30}(?<!办)(?<!用)(?<!方)(?<!做)(?<!语)(?<!执)(?<!违)(?<!司)法\Z"
)


_STANDARD = re.compile(
    r"\b(?:GB|YD|JR|GA|SJ|HJ|GY|DB\d{2})(?:/[TZ])? ?\d{3,6}(?:\.\d{1,3})?\s?—\s?\d{4}"
)
# Decisions and rules of the two highest organs of justice are judicial interpretations
# (最高人民法院关于司法解释工作的规定, 2021, 第六条); those on how courts work are 规则.
_HIGHEST = re.compile(
    r"最高人民(?:法院|检察院)[^《]{0,60}的(?:若干)?规[定则](?:（[一二三四五六七八九十]+）)?\Z"
    r"|人民法院[\u4e00-\u9fff]{2,20}规则\Z"
)
_AMENDING = re.compile(
    r"关于(?:修改|修订|修正)[^《]{0,8}《(?P<inner>[^》]{2,80})》[^《]{0,12}的决定\Z"
)
_NUMBERED_LAW = re.compile(r"第\d{1,3}/\d{4}号(?:法律|行政法规)")
_NO_POLICY = ("强制措施", "安全措施", "防护措施", "反制措施", "应急措施")
_ORDER_ISSUERS = (
    "院令",
    "部令",
    "局令",
    "署令",
    "委员会令",
    "委令",
    "政府令",
    "主席令",
    "银行令",
    "国令",
    "嘉奖令",
)


def genre_of(title: str) -> str | None:
    """The 文种 a title ends with (通知, 意见, 批复, 条例 …); None for a headline."""
    plain = _TRAILING.sub("", title.strip().rstrip('》〉”"。'))
    plain = _TRAILING.sub("", plain.rstrip('》〉”"。'))
    if not plain.endswith(_ANY_ENDING):
        return None
    for ending, kind in _BY_LAST.get(plain[-1:], ()):
        if plain.endswith(ending):
            if ending == "法" and not _KIND_OF_LAW.match(plain):
                return None
            if ending == "措施" and plain.endswith(_NO_POLICY):
                return None
            if ending == "令" and not plain.endswith(_ORDER_ISSUERS):
                return None
            return kind
    return None


def is_draft(title: str) -> bool:
    """Whether the title announces a text that is open for comments."""
    return bool(_DRAFT.search(title))


_QUOTED = re.compile(r"《[^》]{0,80}》")
_READING = re.compile(
    r"解读|答记者问|问答|图解|一图(?:读懂|看懂)|一文(?:读懂|看懂)|起草说明|编制说明|政策说明"
)


def is_interpretation(title: str) -> bool:
    """Whether a page explains a document (解读, 答记者问, 一图读懂) instead of being one."""
    if _READING.search(title) is None:
        return False
    return _READING.search(_QUOTED.sub("", title)) is not None


_HEADLINE = re.compile(
    r"：|:|，|！|？|!|\?|被|放宽|收紧|将|(?<![虚模])拟|正在|明年|今年|首次|首个|宣布|表示|推出|完成|超\d|突破|成为|上线|迎来"
)
_ISSUES = re.compile(r"印发|发布|出台|公布|颁布|下发|制定|通过|政策|新规|施行|实施|征求")


def document_kind(title: str) -> str | None:
    """The kind of the document itself: for 关于印发《…行动计划》的通知 it is 行动计划.

    A draft open for comments is 征求意见稿 whatever it will become. A headline about a document
    (甲市发布《…行动计划》) has the kind of that document, other headlines have none.
    """
    if is_draft(title):
        return "征求意见稿"
    if title.startswith(("最高人民", "人民法院")) and _HIGHEST.match(title):
        return "司法解释"
    if "的决定" in title and (amended := _AMENDING.search(title)):
        if title.startswith(("国务院关于", "全国人民代表大会")):
            return "法"
        kind = genre_of(amended["inner"])
        return "司法解释" if kind and title.startswith("最高人民") else kind or "决定"
    if title[:1] == "第" and _NUMBERED_LAW.match(title):
        return "法"
    if "—" in title and _STANDARD.search(title):
        return "标准"
    if _FORWARD.search(title) and (match := _INNER.search(title)):
        inner = genre_of(match["quoted"] or match["bare"] or "")
        if inner is not None:
            return inner
    bare = _QUOTED.sub("《》", title) if "《" in title else title
    if _HEADLINE.search(bare) and "关于" not in bare:
        return None
    outer = genre_of(title)
    if "《" in title and title.rstrip().endswith("》"):
        return outer if title.startswith("《") else None
    return outer


def announced_kind(title: str, lead: str) -> str | None:
    """The kind of the document that a report announces: the first 《…》 of title or lead that
    follows an issuing verb, when the headline speaks of issuing something."""
    if not _ISSUES.search(title):
        return None
    for text in (title, lead):
        for match in re.finditer(r"《([^《》]{4,80})》", text):
            before = text[max(0, match.start() - 14) : match.start()]
            if re.search(r"印发|发布|出台|公布|颁布|下发|制定|通过|就|对|意见", before):
                return "征求意见稿" if is_draft(match[1]) else genre_of(match[1])
    return None
