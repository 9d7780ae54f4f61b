"""Extractive summary: at most 110 characters, only sentences of the text.

The sentences that say what the document does and carry its figures and dates are kept; formulas
(为深入贯彻…, 各省…人民政府：) and headings are passed over. Nothing is rephrased; a cut is marked …
"""

from __future__ import annotations

import re
from itertools import pairwise

MAX_CHARS = 110

_SENTENCE = re.compile(r"[^。！？；!?\n]{1,400}(?:[。！？；!?]|(?=\n)|\Z)")
_FORMULA = re.compile(
    r"为(?:深入|全面|认真)?(?:贯彻|落实|学习|进一步|推动|加快|规范|加强|促进)|以习近平|坚持以|指导思想|现(?:将|印发|予)|请(?:认真|结合|遵照)|特此"
    r"|各(?:省|市|县|区|有关)|收悉|责任单位|负责同志|联系(?:人|电话)|制定本|根据《|扫码|点击|关注|责任编辑|来源[:：]|发布时间|字体"
)
_HEADING = re.compile(
    r"\A\s*(?:[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）|第[一二三四五六七八九十百]{1,5}[章节])[^。]{0,24}\Z"
)
_LIST = re.compile(r"\A\s*(?:附件|目录|抄送|主题词|索引号|序号)")
_ACTS = re.compile(
    r"明确|提出|规定|要求|印发|发布|公布|施行|实施|给予|奖励|补助|支持|禁止|不得|应当|达到|建设|培育|打造|力争|目标|判决|裁定|处罚|罚款|启动|完成|宣布|推出|上线|签署|融资|同比|增长|下降"
)
_FIGURE = re.compile(
    r"\d+(?:\.\d+)?\s*(?:亿|万|%|％|家|个|项|元|年|日|月|倍|人|户|件)|[一二三四五六七八九十百千]+(?:亿|万)元"
)
_EFFECT = re.compile(r"起施行|起实施|截止|有效期|意见反馈")


def summarise(text: str, *, title: str = "", limit: int = MAX_CHARS) -> str:
    """At most ``limit`` characters of the text's own sentences, in their order; "" for no text."""
    sentences = [(match.start(), _clean(match[0])) for match in _SENTENCE.finditer(text[:20_000])]
    usable = [(at, s) for at, s in sentences if _usable(s, title)]
    if not usable:
        usable = [(at, s) for at, s in sentences if len(s) >= 4][:1]
    scored = sorted(
        ((_score(s, rank, title), at, s) for rank, (at, s) in enumerate(usable)),
        key=lambda row: (-row[0], row[1]),
    )
    chosen: list[tuple[int, str]] = []
    room = limit
    for _, at, sentence in scored:
        if len(sentence) <= room:
            chosen.append((at, sentence))
            room -= len(sentence)
        if room < 12:
            break
    if not chosen and scored:
        return _cut(scored[0][2], limit)
    return "".join(_joined(sorted(chosen)))[:limit]


def _clean(sentence: str) -> str:
    return re.sub(r"\s+", " ", sentence).strip()


def _usable(sentence: str, title: str) -> bool:
    if not 12 <= len(sentence) <= 400 or _HEADING.match(sentence) or _LIST.match(sentence):
        return False
    bare = sentence.rstrip("。！？；!?")
    return bare not in title and not sentence.endswith(("：", ":"))


def _score(sentence: str, rank: int, title: str) -> float:
    score = 3.0 / (1 + 0.25 * rank)
    score += min(2.0, 0.6 * len(_FIGURE.findall(sentence)))
    score += min(1.5, 0.5 * len(_ACTS.findall(sentence)))
    score += 1.0 if _EFFECT.search(sentence) else 0.0
    score += min(1.5, 0.15 * len(_bigrams(sentence) & _bigrams(title)))
    score -= 2.5 if _FORMULA.search(sentence) else 0.0
    score -= 0.6 if len(sentence) > MAX_CHARS else 0.0
    return score


def _bigrams(text: str) -> set[str]:
    return {a + b for a, b in pairwise(text) if a.isalnum() and b.isalnum()}


def _joined(chosen: list[tuple[int, str]]) -> list[str]:
    return [s if s[-1] in "。！？；!?" else s + "。" for _, s in chosen]


def _cut(sentence: str, limit: int) -> str:
    """The front of a long sentence up to a comma, marked as cut."""
    if len(sentence) <= limit:
        return sentence
    front = sentence[: limit - 1]
    at = max(front.rfind(mark) for mark in "，、；,;")
    return (front[:at] if at >= limit // 2 else front) + "…"
