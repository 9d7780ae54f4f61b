"""Extractive summary: at most 110 characters, only sentences and clauses of the text.

Three shapes: an article-style law gives purpose, scope and effective date; news gives its lead and
the sentences with figures; plans and notices give the sentences that say what is to be done and
carry figures and dates. Formulas (为深入贯彻…, 各省…人民政府：), headings and labels are left out.
Nothing is rephrased; a cut is marked ….
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pipelines.openings import body_start, says_nothing, without_opening
from pipelines.sentences import ENDS, LONGEST, Sentence, sentences_of

MAX_CHARS = 110
_SHORTEST = 12
_MAX_TEXT = 20_000
_FIRST, _LAST = 70, 12
# Reporter's lines and formulas are looked for in so many sentences.
_LEDES = 6
# A sentence of news without a figure below this score says too little to stand beside the lead.
_WORTH = 3.2
_MOST_ACTS, _MOST_MARKS = 1.5, 1.5

_FORMULA = re.compile(
    r"为(?:深入|全面|认真)?(?:贯彻|落实|学习|进一步|推动|加快|规范|加强|促进)|以习近平|坚持以|指导思想|现(?:将|印发|予)"
    r"|请(?:认真|结合|遵照)|特此|各(?:省|市|县|区|有关)|收悉|责任单位|负责同志|联系(?:人|电话)|制定本|根据《|扫码|点击|关注|责任编辑"
    r"|来源[:：]|发布时间|字体|加强组织领导|压实责任|认真组织|密切配合|抓好落实|精心组织|望你|望各|望全|希你|希各|希全|希望受"
    r"|如下：|如下:|如下。|交办的其他"
)
_BACKGROUND = re.compile(r"近年|随着|当前|长期以来|按照党中央|党中央、国务院(?:高度)?重视")
# Patterns that are looked for in every sentence are plain alternatives that each begin with a
# character of their own: only such a set is scanned for in C.
_IMPORTANCE = re.compile(
    r"机遇与挑战|具有(?:十分)?重要(?:意义|作用)|发挥着?(?:十分)?重要(?:意义|作用)"
    r"|取得了?(?:显著|积极|明显)(?:成效|进展)"
)
_LIST = re.compile(r"附件|目录|抄送|主题词|索引号|序号|关于[^，。]{2,40}(?:问题|事项|情况)。\Z")
_LIST_BEGINS = frozenset("附目抄主索序关")
_ACTS = re.compile(
    r"明确|提出|规定|要求|印发|发布|公布|施行|实施|给予|奖励|补助|支持|禁止|不得|应当|达到|建设|培育|打造|力争|目标|判决|裁定|处罚"
    r"|罚款|启动|完成|宣布|推出|上线|签署|融资|同比|增长|下降"
)
# A set to begin with, so that the scan for it runs in C.
_FIGURE = re.compile(
    r"[0-9一二三四五六七八九十百千](?:(?<=[0-9])\d{0,18}(?:\.\d{1,9})?\s?(?:亿|万|千|%|％|家|个|项|元|美元|欧元|英镑|港元|港币|日元|年|日|月|倍|人|户|件|条|起|枚|款|percent|million|billion)"
    r"|(?<!\d)[一二三四五六七八九十百千]{0,12}(?:亿|万)元)"
)
_EFFECT = re.compile(r"起施行|起实施|起生效|截止|有效期|意见反馈|公布之日")
_BACK = re.compile(r"\A(?:此前|据悉|另外|此外|同时|值得|另据|其中)")
_ARTICLE = re.compile(
    r"^[ \t\u3000\xa0]{0,8}(?:#{1,6} ?)?第[一二三四五六七八九十百\d]{1,6}条", re.MULTILINE
)
_PURPOSE = re.compile(
    r"(?:(?<=[\n条 \u3000])|\A)为了?[^，。；\n]{4,60}(?:，[^，。；\n]{2,40}){0,6}"
    r"，(?:根据|依据|按照|结合|特?制定|现就)"
)
_BASIS = re.compile(r"根据|依据|依照|按照|结合|特?制定|现就")
_SCOPE = re.compile(r"适用本|适用于|遵守本|本[^，。]{2,4}所称|依照本[^，。]{2,4}(?:执行|办理)")
_TAKES_EFFECT = re.compile(r"自[^，。；\n]{2,30}(?:起施行|起实施|起生效|施行)|公布之日起")
_NEWS = re.compile(
    r"\A.{0,60}?(?:消息|讯|电|报道|日前|近日|昨日|今日|表示|宣布|称"
    r"|召开|举行|发布|上线|推出|完成|\d ?月 ?\d{1,2} ?日)"
)
# where an English clause can end: before a preposition or a conjunction
_PHRASE = re.compile(
    r" (?=(?:for|with|by|after|over|because|which|that|and|while|when|as|from|under|following)\b)"
)
_CLAUSE_MARKS = "，；：、,;:"
_OPENING, _CLOSING = "（(《“「[【", "）)》”」]】"
_CUTS = re.compile(f"[{re.escape(_CLAUSE_MARKS + _OPENING + _CLOSING)}]")


class _Weighed(NamedTuple):
    """A sentence with what makes it worth telling."""

    at: int
    text: str
    labelled: bool
    formula: bool
    figures: int


def summarise(text: str, *, title: str = "", limit: int = MAX_CHARS) -> str:
    """At most ``limit`` characters of the text's own sentences, in their order; "" for no text."""
    text = text[:_MAX_TEXT]
    sentences, reported = _sentences(text, title)
    lawlike = text.count("第") >= 3 and len(_ARTICLE.findall(text)) >= 3
    if lawlike and (found := _of_law(text, sentences, limit)):
        return found
    usable = [_weighed(row) for row in sentences if _usable(row.text, title)]
    usable = [row for row in usable if row.figures or not row.formula] or usable
    if not usable:
        first = [row for row in sentences if row.text.strip(ENDS) and _tells(row.text)][:1]
        usable = [_weighed(row) for row in first]
    if not usable:
        return ""
    lead = usable[0]
    if lead.at < 400 and not lead.labelled and (reported or _NEWS.match(lead.text)):
        return _of_news(usable, title, limit)
    ranked = _ranked(usable, title, limit)
    if len(ranked[0][1].text) > limit:
        return _cut(ranked[0][1].text, limit)
    return _filled([], ranked, limit)


def _sentences(text: str, title: str) -> tuple[list[Sentence], bool]:
    """The first and the last sentences (the middle of a long document is detail) without their
    openings, and whether one of the first had a dateline."""
    rows = sentences_of(text, start=body_start(text, title), first=_FIRST, last=_LAST)
    reported = False
    for number, row in enumerate(rows[:_LEDES]):
        rest, dated = without_opening(row.text, _SHORTEST)
        if rest != row.text:
            rows[number] = Sentence(row.at, rest, row.labelled)
        reported = reported or dated
    return rows, reported


def _of_law(text: str, sentences: list[Sentence], limit: int) -> str:
    """Purpose (clauses of the first article), scope and effective date, as far as they fit."""
    effect = next((s for s in reversed(sentences) if _TAKES_EFFECT.search(s.text)), None)
    ending = effect.text if effect and len(effect.text) <= limit // 2 else ""
    room = limit - len(ending)
    scope = next(
        (s.text for s in sentences[:40] if _SCOPE.search(s.text) and s.text[-1] == "。"), ""
    )
    scope = scope if scope != ending and len(scope) <= room else ""
    purpose = _purpose(text, max(0, room - len(scope)))
    if not purpose and not scope:
        return ""
    return f"{purpose}{scope}{ending}"


def _purpose(text: str, room: int) -> str:
    """为了规范…，保障…: the whole clauses that fit, marked as cut."""
    match = _PURPOSE.search(text[:4_000])
    if match is None:
        return ""
    clauses = re.sub(r"\s+", " ", match[0]).split("，")[:-1]
    kept = ""
    for clause in clauses:
        longer = f"{kept}，{clause}" if kept else clause
        if _BASIS.match(clause) or len(longer) + 1 > room or clause.endswith("的"):
            break
        kept = longer
    return f"{kept}…" if kept else ""


def _of_news(usable: list[_Weighed], title: str, limit: int) -> str:
    """The lead first, then what carries figures."""
    lead = next((row for row in usable[:3] if not _BACK.match(row.text)), usable[0])
    if len(lead.text) > limit - _SHORTEST:
        return lead.text if len(lead.text) <= limit else _cut(lead.text, limit)
    rest = [row for row in usable if row is not lead and not row.text.startswith("此前")]
    ranked = _ranked(rest, title, limit - len(lead.text)) if rest else []
    figured = [pair for pair in ranked if pair[1].figures]
    others = [pair for pair in ranked if not pair[1].figures and pair[0] >= _WORTH]
    return _filled([lead], [*figured, *others], limit)


def _ranked(usable: list[_Weighed], title: str, room: int) -> list[tuple[float, _Weighed]]:
    """Scores and sentences, best first. One that is longer than ``room`` can only be told as the
    best of all (cut): it is left out as soon as it cannot be that."""
    marks = _marks(title)
    scored: list[tuple[float, _Weighed]] = []
    best = 0.0
    for rank, row in enumerate(usable):
        needed = best if len(row.text) > room and scored else -10.0
        score = _score(row, rank, marks, needed)
        if score is not None:
            scored.append((score, row))
            best = max(best, score)
    return sorted(scored, key=lambda pair: (-pair[0], pair[1].at))


def _filled(chosen: list[_Weighed], ranked: list[tuple[float, _Weighed]], limit: int) -> str:
    """The best sentences that fit and say something new, in the order of the text."""
    room = limit - sum(len(row.text) for row in chosen)
    floor = 0.4 * ranked[0][0] if ranked and not chosen else 0.0
    for score, row in ranked:
        if score >= floor and len(row.text) <= room and not _told(row.text, chosen):
            chosen.append(row)
            room -= len(row.text)
        if room < _SHORTEST:
            break
    joined = ""
    for row in sorted(chosen, key=lambda row: row.at):
        gap = " " if joined and joined[-1] in ".!?" and row.text[:1].isascii() else ""
        joined += gap + row.text
    if joined.endswith(("；", ";")):
        joined = f"{joined[:-1]}…"
    return joined if len(joined) <= limit else _cut(joined, limit)


def _told(sentence: str, chosen: list[_Weighed]) -> bool:
    """Whether a chosen sentence holds this one, is held by it, or names the same first day."""
    core = sentence.strip(ENDS)
    day = _TAKES_EFFECT.search(sentence)
    for row in chosen:
        if core in row.text or row.text.strip(ENDS) in sentence:
            return True
        if day is not None and day[0] in row.text:
            return True
    return False


def _usable(sentence: str, title: str) -> bool:
    if not _SHORTEST <= len(sentence) <= LONGEST or sentence[-1] not in ENDS:
        return False
    if not _tells(sentence):
        return False
    return sentence.rstrip(ENDS) not in title


def _tells(sentence: str) -> bool:
    if len(sentence) < _SHORTEST and sentence.endswith(("...", "…")):
        return False
    if sentence[:1] in _LIST_BEGINS and _LIST.match(sentence):
        return False
    return sentence.find("收悉。", 0, 84) < 0 and not says_nothing(sentence)


def _weighed(row: Sentence) -> _Weighed:
    sentence = row.text
    figures = len(_FIGURE.findall(sentence))
    return _Weighed(*row, _FORMULA.search(sentence) is not None, figures)


def _score(row: _Weighed, rank: int, marks: list[str], needed: float) -> float | None:
    """What a sentence is worth; None as soon as it is known to be at most ``needed``."""
    sentence = row.text
    size = len(sentence)
    score = 3.0 / (1 + 0.25 * rank)
    if row.figures:
        score += min(2.0, 0.6 * row.figures)
    if _EFFECT.search(sentence):
        score += 1.5
    if row.formula:
        score -= 2.5
    if size > MAX_CHARS:
        score -= 0.8
    if sentence[-1] in "？?":
        score -= 1.0
    # 1. 夯实底座。 is a heading; （一）…； one point of many
    if row.labelled and (size < 26 or sentence[-1] == "；"):
        score -= 2.0
    if score + _MOST_ACTS + _MOST_MARKS <= needed:
        return None
    if _BACKGROUND.match(sentence) or _IMPORTANCE.search(sentence):
        score -= 2.0
    if _BACK.match(sentence):
        score -= 1.5
    score += min(_MOST_MARKS, 0.15 * sum(map(sentence.__contains__, marks)))
    if score + _MOST_ACTS <= needed:
        return None
    acts = 0
    for acts, _ in enumerate(_ACTS.finditer(sentence), 1):
        if acts == 3:
            break
    return score + 0.5 * acts


def _marks(title: str) -> list[str]:
    """The pairs of characters of what a title is about: without issuer and kind of document."""
    about = title.partition("关于")[2] or title
    about = about.removesuffix("的通知").removesuffix("的公告").removesuffix("的意见")
    pairs = {about[at : at + 2] for at in range(len(about) - 1)}
    return [pair for pair in pairs if pair.isalnum()]


def _cut(sentence: str, limit: int) -> str:
    """The front of a long sentence up to the end of a clause, marked as cut."""
    front = sentence[: limit - 1]
    best = opened = depth = 0
    for match in _CUTS.finditer(front):
        char, at = match[0], match.start()
        if char in _OPENING:
            opened = opened if depth else at
            depth += 1
        elif char in _CLOSING:
            depth = max(0, depth - 1)
        elif depth == 0 and not front[at + 1 : at + 2].isdigit():
            best = at
    if depth and best < limit // 3 <= opened:
        best = opened  # a long aside: what stands before it is whole
    if best < limit // 3 and (phrases := [m.start() for m in _PHRASE.finditer(front)]):
        best = max(best, phrases[-1])
    if best < _SHORTEST or (best < limit // 2 and front.count(" ") > limit // 12):
        # nothing ends early enough: English words stay whole, Han text is cut anywhere
        space = front.rfind(" ")
        best = space if space >= limit // 2 and front[space - 1].isascii() else len(front)
    return front[:best].rstrip(_CLAUSE_MARKS + " ") + "…"
