"""Extractive summary: at most 110 characters, only sentences of the text.

The sentences that say what the document does and carry its figures and dates are kept; formulas
(为深入贯彻…, 各省…人民政府：) and headings are passed over. Nothing is rephrased; a cut is marked …
"""

from __future__ import annotations

import re
from itertools import pairwise

MAX_CHARS = 110
_SHORTEST = 12
_MAX_TEXT = 20_000

_SENTENCE = re.compile(r"[^。！？；!?\n]{1,400}(?:[。！？；!?]|(?=\n)|\Z)")
_FORMULA = re.compile(
    r"为(?:深入|全面|认真)?(?:贯彻|落实|学习|进一步|推动|加快|规范|加强|促进)|以习近平|坚持以|指导思想|现(?:将|印发|予)|请(?:认真|结合|遵照)|特此"
    r"|各(?:省|市|县|区|有关)|收悉|责任单位|负责同志|联系(?:人|电话)|制定本|根据《|扫码|点击|关注|责任编辑|来源[:：]|发布时间|字体"
)
_HEADING = re.compile(
    r"\A\s*(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)]|第[一二三四五六七八九十百]{1,5}[章节]"
    r"|\d{1,2}[.．、])[^。，；]{0,24}[。；]?\Z"
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
    sentences = [(m.start(), _clean(m[0])) for m in _SENTENCE.finditer(text[:_MAX_TEXT])]
    usable = [row for row in sentences if _usable(row[1], title)]
    usable = [row for row in usable if _informs(row[1])] or usable
    if not usable:
        usable = [row for row in sentences if row[1].strip("。！？；!?")][:1]
    marks = _bigrams(title)
    ranked = sorted(
        ((_score(s, rank, marks), at, s) for rank, (at, s) in enumerate(usable[:120])),
        key=lambda row: (-row[0], row[1]),
    )
    if not ranked:
        return ""
    if len(ranked[0][2]) > limit:
        return _cut(ranked[0][2], limit)
    chosen: list[tuple[int, str]] = []
    room = limit
    for _, at, sentence in ranked:
        if len(sentence) <= room:
            chosen.append((at, sentence))
            room -= len(sentence)
        if room < _SHORTEST:
            break
    return "".join(sentence for _, sentence in sorted(chosen))


def _clean(sentence: str) -> str:
    return re.sub(r"\s+", " ", sentence).strip()


def _usable(sentence: str, title: str) -> bool:
    if not _SHORTEST <= len(sentence) <= 400 or sentence[-1] not in "。！？；!?":
        return False
    if _HEADING.match(sentence) or _LIST.match(sentence):
        return False
    return sentence.rstrip("。！？；!?") not in title


def _informs(sentence: str) -> bool:
    """Whether a sentence is more than a formula: formulas count only with a figure in them."""
    return not _FORMULA.search(sentence) or bool(_FIGURE.search(sentence))


def _score(sentence: str, rank: int, title: set[str]) -> float:
    score = 3.0 / (1 + 0.25 * rank)
    score += min(2.0, 0.6 * len(_FIGURE.findall(sentence)))
    score += min(1.5, 0.5 * len(_ACTS.findall(sentence)))
    score += 1.5 if _EFFECT.search(sentence) else 0.0
    score += min(1.5, 0.15 * len(_bigrams(sentence) & title))
    score -= 2.5 if _FORMULA.search(sentence) else 0.0
    score -= 0.8 if len(sentence) > MAX_CHARS else 0.0
    return score


def _bigrams(text: str) -> set[str]:
    return {a + b for a, b in pairwise(text) if a.isalnum() and b.isalnum()}


def _cut(sentence: str, limit: int) -> str:
    """The front of a long sentence up to a comma, marked as cut."""
    front = sentence[: limit - 1]
    at = max(front.rfind(mark) for mark in "，、；,;")
    return (front[:at] if at >= limit // 2 else front) + "…"
