"""What a report announces without quoting it: 某市日前印发促进某产业发展若干措施，共12条.

Media name policies in their own words. What can be read is who announces, the name behind the
verb where one stands there, and whether it is a draft. Such a name is ``loose``: it joins pages
when it is exactly the name of a policy, and else only together with issuer, days and topic.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipelines.events.names import PolicyName, read_name
from pipelines.events.topics import folded
from pipelines.fields.doctype import genre_of
from pipelines.fields.issuers import canonical_body, looks_like_body
from pipelines.fields.regions import locate

LEAD = 320
"""Characters of a text in which a report says what it reports."""
_GENRE_WORDS = (
    "措施|举措|政策|计划|方案|办法|规定|条例|意见|细则|通知|公告|指引|指南|规范|规划|纲要|清单|名单|目录"
    "|解释|决定|标准|规则|要点|通告"
)
_GENRES = f"(?:{_GENRE_WORDS})"
_ACT_WORDS = (
    *_GENRE_WORDS.split("|"),
    *("批", "新规", "新政", "文件", "发文", "条", "路线图", "施工图", "红线", "专项行动"),
)
"""One of them stands in every page that speaks of an act."""
_VERBS_BEHIND = "印发|公布|发布|出台|落地|出炉|获批|施行|实施|来了|亮相"
"""What is said behind a name: 某办法正式公布."""
_VERBS_BEFORE = "印发|出台|发布|公布|下发|颁布|推出|制定|印送|制发|发文|部署|开展|启动"
_FIRST_VERBS = tuple(_VERBS_BEHIND.split("|"))
_VERBS = (*_FIRST_VERBS, *_VERBS_BEFORE.split("|"), "征求", "征集", "听取")
_VERB = re.compile(
    rf"(?:{_VERBS_BEFORE})(?:实施)?(?:了|的)?"
    r"|(?:就|对)(?=[^，。；！？\n《》]{4,60}?(?:公开|向社会|再次){0,2}(?:征求|征集|听取)[^，。；\n]{0,8}?意见)"
)
_WITHIN = re.compile(r"[^，。；！？\n《》]{2,20}?(?:印发|出台|制定)的?(?=.{6})")
_NAME = re.compile(
    rf"(?P<name>[^，。；！？：\n《》]{{3,60}}{_GENRES})(?P<tail>[（(][^（）()]{{1,20}}[）)])?"
)
_CALLED = re.compile(
    r"(?P<name>[^，。；！？：\n《》]{4,60}?)(?:公开|向社会|再次){0,2}(?:征求|征集|听取)[^，。；\n]{0,8}?意见"
)
# 日前，某办法正式公布 / 某方案获批，这些企业受益
_NAME_FIRST = re.compile(
    rf"(?:\A|[，,：:“])(?P<name>[^，。；！？：:\n《》“”]{{6,60}}?{_GENRES})(?P<tail>[（(][^（）()]{{1,20}}[）)])?”?"
    r"(?:已|于|近日|日前|今日|昨日|正式|全文|对外|\d{1,2}月\d{1,2}日|\d{1,2}日){0,4}"
    rf"(?:{_VERBS_BEHIND})"
)
# 发布公告2025年第62号，公布对…的决定: the act is named behind the second verb.
_THROUGH = re.compile(
    r"(?:公告|通知|通告)(?:[^，。；！？\n《》]{0,16}号)?[，,](?=(?:公布|发布)(?!会|的))"
)
_NUMBER_ONE = "中央一号文件"
_PARTY_AND_COUNCIL = ("中共中央", "国务院")
# A loosely told act is no meeting, fair or signing.
_OCCASION = re.compile(
    r"签约|揭牌|开幕|闭幕|举行|举办|召开|论坛|峰会|大赛|启幕|开工|投运|(?<![可分才能])落户(?![政条限门])"
)
# A company that speaks of a policy reports none.
_COMPANY = re.compile(
    r"公司(?:表示|称|在|将|拟|董事|回应|认为)|投资者(?:互动|问答|关系)|互动平台|业绩说明会"
)
_NO_NAME = re.compile(
    r"\A(?:深入|认真|扎实)?(?:贯彻|学习|介绍|宣传)|称|要求|明确|提出|表示|将|显示|指出|记者|我国|成效|进展|成果|情况"
)
TITLE_END = "|"
"""Stands between title and lead in the words of an announcement."""
_ABBREVIATED = re.compile(r"《[\u4e00-\u9fff]{2,4}》")
_NUMBERED = re.compile(r"\d[ ]?号")
_SPEAKS_OF_ACT = re.compile(
    rf"{_GENRES}|专项行动|第[一二三四五六七八九十\d]{{1,3}}批|新规|新政|文件|发文|[0-9一二三四五六七八九十两]{{1,3}}条|条款|路线图|施工图|红线"
)
_DRAFT = re.compile(
    r"征求意见|征集意见|听取意见|公开征|意见稿|草案|拟(?:对|规|出|立|定|将|推|支|给)"
)
_DATELINE = re.compile(r"\A.{0,40}?(?:\d日(?:电|讯|消息)|[一-鿿]讯|电|消息)[ 　，,：:]")
_WHEN = re.compile(
    r"近日|日前|今日|昨日|近期|今天|昨天|正式|联合|共同|会同|对外|网站|官网|\d{1,2}月\d{1,2}日|\d{1,2}日|已经|已|上午|下午"
)
_MORE = re.compile(r"等(?:[一二三四五六七八九十\d]{1,3}|多)?(?:个)?(?:部门|部委|单位|方面)?\Z")
_SITE = re.compile(r"(?P<body>[\u4e00-\u9fff]{2,16}?)(?:网站|官网|官方网站|微信公众号|官微)")
_TITLE_PLACE = re.compile(r"\A(?:【[^】]{0,12}】|[\u4e00-\u9fff]{2,4}[！!]|[^，：:！]{0,12}[！!])?")
_BREAKS = re.compile(r"[。！？；\n]")
ROUNDUP = re.compile(
    r"(?:一周|本周|每周|周度|本月|每月|月度|\d{1,2}月|季度).{0,6}(?:速递|速览|观察|回顾|汇总|盘点|要闻|动态|资讯)"
    r"|(?:周报|月报|周刊|月刊|简报|早报|晚报|早参|日报)(?:[：:|｜丨（(\s\d]|\Z)|政策(?:速递|速览|汇总|盘点|动态|周)"
    r"|盘点|合集|大事记|比一比|汇编|十大新闻|新闻联播|\A.{0,6}(?:快讯|简讯|要闻)\Z"
)
"""Titles of pages that tell of many policies."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a report announces: its loose name if one stands there, the bodies and the place that
    announce it, and whether it is open for comments. ``said`` is the name as printed, also where
    it is too short to be one. ``words`` are title and lead, folded."""

    name: PolicyName | None
    said: str
    bodies: tuple[str, ...]
    place: str
    draft: bool
    words: str


def read_announcement(title: str, text: str) -> Announcement | None:
    """The announcement of a report; None for a page that announces no act."""
    lead = text[:LEAD]
    whole = f"{title}\n{lead}"
    if not _any(_VERBS, whole) or not _any(_ACT_WORDS, whole) or _COMPANY.search(whole):
        return None
    first: Announcement | None = None
    for sentence in [*_sentences(lead), title]:
        found = _of_sentence(sentence)
        if found is None:
            continue
        name, said, bodies, place, draft = found
        if name is None and _OCCASION.search(title) and "新闻发布会" not in title:
            return None
        if name is None and not _SPEAKS_OF_ACT.search(whole):
            return None
        if not bodies and not place:
            bodies, place = elsewhere(title, lead)
            if name is None and not bodies and not place:
                continue  # nobody to look for
        words = f"{folded(title)}{TITLE_END}{folded(lead)}"
        told = Announcement(name, said, bodies, place, draft or bool(_DRAFT.search(title)), words)
        if name is not None:
            return told
        first = first or told
    return first


def _any(words: Sequence[str], text: str) -> bool:
    """Whether one of ``words`` is in ``text``: cheaper than a pattern, for most pages are ruled
    out here."""
    return any(word in text for word in words)


def _sentences(lead: str) -> list[str]:
    return [part for part in _BREAKS.split(lead)[:4] if len(part) > 6]


def _of_sentence(
    sentence: str,
) -> tuple[PolicyName | None, str, tuple[str, ...], str, bool] | None:
    if not _any(_VERBS, sentence):
        return None
    if _any(_FIRST_VERBS, sentence) and (first := _NAME_FIRST.search(sentence)):
        name, said = _read(first["name"], first["tail"] or "")
        if name is not None:
            return name, said, (), "", bool(_DRAFT.search(sentence))
    through: tuple[tuple[str, ...], str] = (), ""
    for match in _VERB.finditer(sentence):
        rest = sentence[match.end() :]
        if rest.startswith("《") and not _ABBREVIATED.match(rest):
            return None  # quoted: read elsewhere
        who = _who(sentence[: match.start()])
        who = through if who == ((), "") else who
        if _THROUGH.match(rest):
            through = who
            continue
        opened = match[0] in ("就", "对")
        name, said = _named(rest, opened=opened)
        if name is None and not who[0] and not who[1]:
            continue
        return name, said, *who, opened or bool(_DRAFT.search(sentence))
    return None


def _named(rest: str, *, opened: bool) -> tuple[PolicyName | None, str]:
    """The name behind a verb and as printed; ``opened``: what comments are asked for is a draft."""
    if inner := _WITHIN.match(rest):
        rest = rest[inner.end() :]  # 网站发布四部门印发的关于…的意见
    match = (_CALLED if opened else _NAME).match(rest)
    if match is None:
        return None, ""
    return _read(match["name"], "（征求意见稿）" if opened else match["tail"] or "")


def _read(printed: str, state: str) -> tuple[PolicyName | None, str]:
    printed = printed.removeprefix("其").strip('“”"')
    inner = printed.removesuffix("的通知")
    printed = inner if genre_of(inner) is not None else printed  # 印发关于…若干政策的通知
    if _NO_NAME.search(printed) or _NUMBERED.search(printed) or genre_of(printed) is None:
        return None, ""
    name = read_name(f"{printed}{state}")
    return (None if name is None or name.short or name.common else name), printed


def announcers(text: str) -> tuple[tuple[str, ...], str]:
    """The bodies, or the place, that the lead of a report names in front of the first verb."""
    for sentence in _sentences(text[:LEAD]):
        for match in _VERB.finditer(sentence):
            bodies, place = _who(sentence[: match.start()])
            if bodies or place:
                return bodies, place
    return (), ""


def _who(clause: str) -> tuple[tuple[str, ...], str]:
    """The bodies in front of the verb and the place they speak for."""
    if _NUMBER_ONE in clause:
        return _PARTY_AND_COUNCIL, "CN"
    bare = _DATELINE.sub("", clause)
    bare = bare[max(bare.rfind(mark) for mark in "，,：:") + 1 :]
    bare = _WHEN.sub("", bare).strip(" 　、的由经")
    bare = _MORE.sub("", bare)
    bodies = tuple(
        piece for piece in re.split(r"[、\s和]|以及", bare) if 1 < len(piece) < 24 and _body(piece)
    )
    place = locate(bare[:24]) if bare else None
    return bodies[:4], place.region.path if place is not None else ""


@lru_cache(maxsize=2048)
def _body(name: str) -> bool:
    return looks_like_body(name)


def elsewhere(title: str, lead: str) -> tuple[tuple[str, ...], str]:
    """Who announces, from the site named as the origin or the start of the title."""
    site = _SITE.search(lead)
    if site is not None:
        body = re.sub(r"\A(?:据|在|从|记者从|.{0,8}日)", "", site["body"])
        if _body(body):
            place = locate(body)
            return (body,), place.region.path if place is not None else ""
    mark = _TITLE_PLACE.match(title)
    start = locate(title[mark.end() if mark else 0 :][:12])
    return (), start.region.path if start is not None else ""


def scopes_of(bodies: Sequence[str], place: str) -> tuple[str, ...]:
    """Under which names an act is looked for: its place, nationwide its first bodies."""
    if place and place != "CN":
        return (place,)
    return tuple(dict.fromkeys(base_body(name) for name in bodies))[:3]


@lru_cache(maxsize=4096)
def base_body(name: str) -> str:
    """A body without its office: 国务院办公厅 speaks for 国务院."""
    return canonical_body(name).removesuffix("办公厅")
