"""Who acts in a title or in the first sentences: the names before 关于, 印发, 表示, ：.

Document titles begin with their issuers (国务院办公厅关于…); headlines and leads name who issued or
said something. Only names with the shape of an organ are taken; for news only public organs.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from pipelines.fields.issuers import (
    body_at_start,
    is_public_body,
    looks_like_body,
    more_bodies,
    split_bodies,
)


@dataclass(frozen=True, slots=True)
class Subject:
    """The organs named as acting, the printed 等N部门 note, and the span they were read from."""

    bodies: tuple[str, ...]
    span: str
    start: int
    note: str | None = None


_SPACES = " \t\u3000\xa0"
_TITLE_TRIGGER = re.compile(
    r"关于|印发|发布|公布|转发|批转|出台|颁布|下发|联合|就《|公开征求|征求|对|令|公告|通告|通知|：|:|启动|部署"
    r"|开展|约谈|新增|查处|公示|处罚|持续|整治|依法|回应|下架|叫停|责令|撤销|立案|罚款|重罚|宣判|审结|裁定|认定|起诉|指控|批复"
    r"|直属|所属|计划|表示|宣布|将|拟|称|要求|提醒|召开|明年|或将|签署|审理|判决|批准|通过|警告|推出|正在|已|首次|考虑|建议|允许|禁止|提议|呼吁|提出|认为|驳回|授予|追授|任免|任命|表彰"
)
_OFFICES = (
    "部长", "局长", "主任", "主席", "行长", "署长", "厅长", "院长", "司长", "书记", "市长", "省长",
)  # fmt: skip
_LEAD_TRIGGER = re.compile(
    r"印发|发布|公布|出台|颁布|下发|制定|发文|就《|就[^，。]{2,20}公开征求|公开征求|审议通过|起草"
    r"|表示|宣布|签署|将|正在|近日|日前|审理|判决|计划|称|要求|提醒|警告|公告"
    # no group: only alternatives that begin with a character of their own are scanned for in C
    + "".join(rf"|{office}[\u4e00-\u9fffA-Z ]" for office in _OFFICES)
)
_ADVERB = re.compile(
    r"(?:近日|日前|今日|昨日|今天|昨天|近期|正式|已|将|共同|联合|对外|召开|首次|刚刚|又|再次|会同|依法|集中|统一|公开|面向社会|或|明年"
    r"|(?:有关|相关)?(?:部门)?负责人|(?:新闻)?发言人"
    r"|网站|官网|官方微信|公众号|了|\d{1,2}[ 　]{0,2}月[ 　]{0,2}\d{1,2}[ 　]{0,2}日|\d{1,2}日"
    r"|(?:副|党组)?(?:部长|局长|主任|主席|行长|署长|厅长|院长|司长|书记|市长|省长)[^，。]{0,12})\Z"
)
#: what a match of _ADVERB can end with, or must hold
_ADVERB_ENDS = frozenset("日前天期式已将同合外开次刚又法中一会或年站网信号了人")
_OFFICE_ENDS = ("长", "主任", "主席", "书记")
_LEADING = re.compile(
    r"\A(?:【[^】]{1,20}】|(?:\d{4}年)?\d{1,2}月\d{1,2}日|近日|日前|今日|昨日|为此|其中|据悉|此外|据了解|对此|根据|由|经|的|记者从|获悉|据|在|是|早在)+"
)
_CLAUSE_ENDS = re.compile('[，。；！？：:,;!?\n》”"]')
_PIECES = re.compile(r"[\s、/|]")
_LONGEST = 100
"""Characters of names glued together with what stands around them; more between two separators is
a sentence."""
_ADVERBS_WITHIN, _MOST_ADVERBS = 60, 20
_APART = re.compile(r"\d [年月日]|[年月] \d")
_TITLE_PARTS = re.compile(r"[：:，,；;\s]")
_OFFICIAL = re.compile(
    r"(?P<body>[\u4e00-\u9fff]{2,16}?)(?:副)?(?:部长|局长|主任|主席|行长|署长|厅长|司长)[\u4e00-\u9fff]{2,4}"
)
_LATIN_TAIL = re.compile(r"[（(][A-Za-z .,&-]{1,60}[）)]\Z")


def issuers_in_title(title: str) -> Subject | None:
    """The names a title begins with, up to the first trigger word outside 《》."""
    match = _TITLE_TRIGGER.search(title)
    while match is not None and match.start() <= 90:
        if title.count("《", 0, match.start()) > title.count("》", 0, match.start()):
            return None
        names, note = _names(title[: match.start()])
        if names:
            return Subject(names, title[: match.end()], 0, note)
        match = _TITLE_TRIGGER.search(title, match.end())
    name = body_at_start(title)
    return Subject((name,), name, 0) if name else None


def issuers_in_lead(text: str, *, limit: int = 320) -> Subject | None:
    """The public organs that issue or say something in the first ``limit`` characters."""
    lead = text[:limit]
    ends = [found.start() for found in _CLAUSE_ENDS.finditer(lead)]
    for match in _LEAD_TRIGGER.finditer(lead):
        at = bisect_left(ends, match.start())
        cut = ends[at - 1] if at else -1
        clause = lead[cut + 1 : match.start()]
        if len(clause) > _LONGEST and any(map(_is_long, _PIECES.split(clause))):
            continue
        names, note = _names(clause)
        if names and all(is_public_body(name) for name in names):
            return Subject(names, lead[cut + 1 : match.end()], cut + 1, note)
    return None


def _is_long(piece: str) -> bool:
    return len(piece) > _LONGEST


def official_in_title(title: str) -> Subject | None:
    """The organ of an official whom a headline quotes: …：工信部部长某某首次提到…"""
    if not any(map(title.__contains__, _OFFICE_ENDS)):
        return None
    for part in _TITLE_PARTS.split(title)[:4]:
        match = _OFFICIAL.match(part)
        if match and looks_like_body(match["body"]) and is_public_body(match["body"]):
            return Subject((match["body"],), match[0], title.find(match[0]))
    return None


def _names(head: str) -> tuple[tuple[str, ...], str | None]:
    plain = _LEADING.sub("", "".join(head.split()) if _broken(head) else head.strip(_SPACES))
    plain = _LATIN_TAIL.sub("", _without_adverbs(plain.strip(_SPACES + "，,")).rstrip())
    note, cut = more_bodies(plain)
    names = split_bodies(plain[:cut] if cut >= 0 else plain)
    names = tuple(map(_without_adverbs, names))
    if names and all(looks_like_body(name) for name in names):
        return names, note
    return (), None


def _without_adverbs(text: str) -> str:
    """``text`` without 近日, 联合, 3月5日 … at its end; only the end is looked at, for speed."""
    cut = max(0, len(text) - _ADVERBS_WITHIN)
    tail = text[cut:]
    for _ in range(_MOST_ADVERBS):
        if tail[-1:] not in _ADVERB_ENDS and not any(map(tail.__contains__, _OFFICE_ENDS)):
            break
        match = _ADVERB.search(tail)
        if match is None:
            break
        tail = tail[: match.start()]
    return text[:cut] + tail


def _broken(head: str) -> bool:
    """Spaces around digits (2023 年 9 月 18 日) belong to the print, not between names."""
    return " " in head and _APART.search(head) is not None
