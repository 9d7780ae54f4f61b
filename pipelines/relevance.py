"""How much a page matters to somebody: a score from 0 to 1 with its reasons.

Interests are topics, regions, levels, document types and words, and words that rule a page out.
A page that meets no interest scores 0; one whose title or opening has an excluded word is dropped
whatever else it says (later in a text such a word is a mention). Without interests a page scores by
what it is: an item with a topic, one with a section, a text of a public body, or none of these.

Quotations of shares and coins, advertisements and job notices are worth 0.2 at most, whatever
topic they name, unless a public body is behind them.

Score: words 0.5 in the title, 0.3 in the opening, 0.1 further down; topics 0.3 and 0.3 times
their confidence; document type 0.2; region 0.15; level 0.1; a public body's own page 0.1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.levels import CHINESE_LEVELS

OPENING = 300
DEFAULT_LEAST = 0.25
"""Below it a page is noise: without interests, one without a topic that no public body stands
behind and that no section but the one for the rest takes. Chosen by ``bench.quality relevance``
(docs/decisions/relevance.md)."""
_TEXT = 20_000
_CLEAR = 0.55
"""Confidence of a topic that makes a page worth reading by itself."""
_NOISE, _NOISE_SCORE = "行情、广告或招聘", 0.2
_ADVERTISES = re.compile(
    # quotations
    r"收评|午评|[早午尾]盘|午后|盘[中前后]|收盘|收[涨跌报]|[涨跌]停|概念股|股价"
    r"|板块(?:集体|持续|走|拉|大|震|领|掀)"
    r"|概念[^，。]{0,4}(?:走强|走低|拉升|活跃|异动|大涨|大跌)|主力资金|[北南]向资金|龙虎榜|两融余额|融资余额|新股申购"
    r"|中间价|(?:买入|增持|中性|跑赢大市)评级|目标价|短线(?:跳水|拉升)|小时[涨跌]幅|基金(?:早|晚)班车|券商晨会"
    r"|ETF[^，。]{0,6}(?:[涨跌]|放量)|(?:金价|油价|原油|现货黄金|期货)[^，。]{0,8}(?:[涨跌]|突破|失守|新高)"
    r"|\b(?:shares?|stocks?|futures) (?:jump|fall|rise|slide|surge|drop|plunge|rally|rallie|soar"
    r"|sink|tumble|climb|gain)s?\b"
    r"|\b(?:pre-?market|after-hours) trading\b"
    # advertisements
    r"|^【?(?:广告|推广|福利)[】：:]|限时(?:特惠|优惠|抢购|折扣|免费领)|秒杀|优惠券|抢购|清仓价"
    r"|扫码(?:进群|领取|加入)|大礼包|满\d{2,4}[减送]"
    r"|至高补贴\d|(?:预售|大促)(?:开启|来了)|门票(?:开售|秒空|开抢)"
    r"|(?i:black friday|deals? on |promo code|% off\b)"
)
_HIRES = re.compile(
    r"校招|校园招聘|[秋春]招|社招|社会招聘|高薪招|招聘(?:启事|公告|简章)|诚聘|急聘|内推|我们正在招"
)
_HIRING_TOPICS = frozenset({"人才/教育", "电商/零售", "文旅/文化", "绿色低碳", "投融资"})


@dataclass(frozen=True, slots=True)
class Interests:
    """What somebody wants; empty means everything of that kind. Regions are paths (CN-浙江)."""

    topics: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    doc_types: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    not_words: tuple[str, ...] = ()

    @property
    def has_subject(self) -> bool:
        """Whether they say what a page must be about."""
        return bool(self.topics or self.words or self.doc_types)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a page. ``topics`` are its labels with their confidence, ``brief``:
    its section is the one that takes what is left over."""

    title: str
    text: str = ""
    topics: Mapping[str, float] = field(default_factory=dict)
    region: str | None = None
    level: str | None = None
    doc_types: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    brief: bool = False
    official: bool = False


@dataclass(frozen=True, slots=True)
class Relevance:
    """A score with its reasons; ``dropped`` says why a page is out whatever its score."""

    score: float
    reasons: tuple[str, ...]
    dropped: str = ""

    def enough(self, least: float) -> bool:
        """Whether the page is wanted."""
        return not self.dropped and self.score >= least


def relevance(seen: Seen, interests: Interests) -> Relevance:
    """The score of a page for these interests."""
    if dropped := _ruled_out(seen, interests):
        return Relevance(0.0, (), dropped)
    subject = _subject(seen, interests)
    if interests.has_subject and not subject:
        return Relevance(0.0, ("与所选主题、类型和关键词无关",))
    parts = subject or [_by_itself(seen)]
    if interests.regions:
        parts.append((0.15, f"地区 {seen.region}"))
    if interests.levels:
        parts.append((0.1, f"层级 {seen.level}"))
    if seen.official:
        parts.append((0.1, "机关原文"))
    score = min(1.0, sum(points for points, _ in parts))
    if score > _NOISE_SCORE and _is_noise(seen):
        return Relevance(_NOISE_SCORE, (_NOISE,))
    return Relevance(round(score, 3), tuple(reason for _, reason in parts))


def _is_noise(seen: Seen) -> bool:
    """Whether the title has the wording of a quotation, an advertisement or a job notice that no
    public body is behind; job notices count as such only where they name no topic of the trade."""
    if seen.official or seen.level in CHINESE_LEVELS:
        return False
    if _ADVERTISES.search(seen.title):
        return True
    return _HIRES.search(seen.title) is not None and _HIRING_TOPICS.issuperset(seen.topics)


def _ruled_out(seen: Seen, interests: Interests) -> str:
    """Why a page is out; empty when it is not."""
    word = first_word(interests.not_words, f"{seen.title}\n{seen.text[:OPENING]}")
    if word:
        return f"含排除词“{word}”"
    if interests.regions and not any(_within(seen.region, wanted) for wanted in interests.regions):
        return f"地区不符：{seen.region or '未知'}"
    if interests.levels and seen.level not in interests.levels:
        return f"层级不符：{seen.level or '未知'}"
    return ""


def _subject(seen: Seen, interests: Interests) -> list[tuple[float, str]]:
    """What the page has of the topics, words and types asked for."""
    parts: list[tuple[float, str]] = []
    if word := first_word(interests.words, seen.title):
        parts.append((0.5, f"标题含“{word}”"))
    elif word := first_word(interests.words, seen.text[:OPENING]):
        parts.append((0.3, f"开头含“{word}”"))
    elif word := first_word(interests.words, seen.text[:_TEXT]):
        parts.append((0.1, f"正文含“{word}”"))
    matched = [name for name in interests.topics if name in seen.topics]
    if matched:
        best = max(matched, key=lambda name: seen.topics[name])
        parts.append((0.3 + 0.3 * seen.topics[best], f"主题 {'、'.join(matched)}"))
    types = [name for name in interests.doc_types if name in seen.doc_types]
    if types:
        parts.append((0.2, f"类型 {'、'.join(types)}"))
    return parts


def _by_itself(seen: Seen) -> tuple[float, str]:
    """What a page is worth to somebody who has not said what to look for."""
    if seen.topics and max(seen.topics.values()) >= _CLEAR:
        return 0.5, f"主题 {'、'.join(list(seen.topics)[:3])}"
    if seen.sections:
        return (0.2 if seen.brief else 0.3), f"栏目 {'、'.join(seen.sections)}"
    if seen.official:
        return 0.3, "没有主题"
    return 0.1, "没有主题，也不是机关发布"


def first_word(words: Sequence[str], text: str) -> str:
    """The first of the words that occurs; case does not matter, Latin words stand alone."""
    folded = text.casefold()
    for word in words:
        wanted = word.casefold().strip()
        at = folded.find(wanted) if wanted else -1
        while at >= 0:
            if _alone(folded, at, at + len(wanted)):
                return word
            at = folded.find(wanted, at + 1)
    return ""


def _alone(text: str, start: int, end: int) -> bool:
    """AI is not in CHAIN; Chinese words may touch anything."""
    before, after = text[start - 1 : start], text[end : end + 1]
    left = text[start].isascii() and text[start].isalnum() and before.isascii() and before.isalnum()
    last = text[end - 1]
    right = last.isascii() and last.isalnum() and after.isascii() and after.isalnum()
    return not left and not right


def _within(region: str | None, wanted: str) -> bool:
    if not region:
        return False
    paths = (wanted,) if wanted.startswith("CN") else (wanted, f"CN-{wanted}")
    return any(region == path or region.startswith(f"{path}-") for path in paths)
