"""Extractive summary: at most 110 characters, only sentences and clauses of the text.

Three shapes: an article-style law gives purpose, scope and effective date; news gives its lead and
the sentences with figures; plans and notices give the sentences that say what is to be done and
carry figures and dates. Formulas (为深入贯彻…, 各省…人民政府：), headings and labels are left out.
Nothing is rephrased; a cut is marked ….
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

MAX_CHARS = 110
_SHORTEST = 12
_MAX_TEXT = 20_000
_FIRST, _LAST = 70, 12
# Reporter's lines and formulas are looked for in so many sentences.
_LEDES = 6
# A sentence of news without a figure below this score says too little to stand beside the lead.
_WORTH = 3.2

_SENTENCE = re.compile(r"[^。！？；!?\n]{1,400}+(?:[。！？；!?][”」』]?|(?=\n)|\Z)")
_ENGLISH = re.compile(r"[^\n.!?]{1,300}(?:\.(?=\d)[^\n.!?]{1,100}){0,4}[.!?](?=[\s\"”]|\Z)")
_ENDS = "。！？；!?.”」』"
_FORMULA = re.compile(
    r"为(?:深入|全面|认真)?(?:贯彻|落实|学习|进一步|推动|加快|规范|加强|促进)|以习近平|坚持以|指导思想|现(?:将|印发|予)"
    r"|请(?:认真|结合|遵照)|特此|各(?:省|市|县|区|有关)|收悉|责任单位|负责同志|联系(?:人|电话)|制定本|根据《|扫码|点击|关注|责任编辑"
    r"|来源[:：]|发布时间|字体|加强组织领导|压实责任|认真组织|密切配合|抓好落实|精心组织"
)
# 本报讯（记者 某某）, 记者获悉，: who wrote it is not what it says
_LEDE = re.compile(
    r"(?:(?:本报|本网|[\u4e00-\u9fff]{2,6}[社网报])[^，。（(]{0,16}[电讯] ?)?"
    r"[（(][^（）()]{0,6}(?:记者|通讯员|编辑)[^（）()]{0,30}[)）][ ，,]?"
    r"|(?:本报|本网)讯[ ，,]?"
    r"|(?:据悉|(?:本报|本网)?记者[^，。]{0,14}(?:获悉|了解到))[，,]"
)
# 为贯彻…，我局起草了…: what was done stands behind the formula
_DONE = re.compile(
    r"(?:为|根据|按照|依据|随着)[^。；\n]{4,200}?，"
    r"(?=我[局部委会办厅省市院]|本[局部委会办厅]|经[^，。]{2,20}(?:同意|批准|研究)|决定|现(?:就|向社会|同意)"
    r"|同意|批准|(?:成立|组建|设立|调整)(?=[^，。]{4})"
    r"|[^，。；]{2,24}(?:起草|研究制定|组织编制|决定|制定|同意)(?:了|形成|《|对|开展|联合|组[织建]|设立|成立))"
)
_BACKGROUND = re.compile(
    r"\A(?:近年来|近年|随着|当前|长期以来|按照党中央|党中央、国务院(?:高度)?重视)|机遇与挑战"
    r"|(?:具有|发挥着?)(?:十分)?重要(?:意义|作用)|取得了?(?:显著|积极|明显)(?:成效|进展)"
)
_LABEL = re.compile(
    r"[ \t\u3000\xa0]{0,8}(?:#{1,6} ?)?(?:"
    r"第[一二三四五六七八九十百千零〇\d]{1,7}[条章节][ \t\u3000\xa0]{0,4}"
    r"|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[）)][ \u3000]{0,2}"
    r"|\d{1,2}[.．、](?!\d)[ \u3000]{0,2}"
    r"|[①-⑳]|[—-]{2}|[●•·■◆])"
)
_LIST = re.compile(
    r"\s{0,8}(?:附件|目录|抄送|主题词|索引号|序号)|[^。]{0,80}收悉。|关于[^，。]{2,40}(?:问题|事项|情况)。\Z"
)
_ACTS = re.compile(
    r"明确|提出|规定|要求|印发|发布|公布|施行|实施|给予|奖励|补助|支持|禁止|不得|应当|达到|建设|培育|打造|力争|目标|判决|裁定|处罚"
    r"|罚款|启动|完成|宣布|推出|上线|签署|融资|同比|增长|下降"
)
# A set to begin with, so that the scan for it runs in C.
_FIGURE = re.compile(
    r"[\d一二三四五六七八九十百千](?:(?<=\d)\d{0,18}(?:\.\d{1,9})?\s?(?:亿|万|千|%|％|家|个|项|元|美元|欧元|英镑|港元|港币|日元|年|日|月|倍|人|户|件|条|起|枚|款|percent|million|billion)"
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
_HAN = re.compile("[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class _Sentence:
    at: int
    text: str
    labelled: bool


def summarise(text: str, *, title: str = "", limit: int = MAX_CHARS) -> str:
    """At most ``limit`` characters of the text's own sentences, in their order; "" for no text."""
    text = text[:_MAX_TEXT]
    sentences = _sentences(text)
    if len(_ARTICLE.findall(text)) >= 3 and (found := _of_law(text, sentences, limit)):
        return found
    # the middle of a long document is detail
    kept = sentences[:_FIRST] + sentences[_FIRST:][-_LAST:]
    usable = [row for row in kept if _usable(row.text, title)]
    usable = [row for row in usable if _informs(row.text)] or usable
    if not usable:
        usable = [row for row in sentences if row.text.strip("。！？；!?.")][:1]
    if not usable:
        return ""
    if _NEWS.match(usable[0].text) and usable[0].at < 400 and not usable[0].labelled:
        return _of_news(usable, title, limit)
    ranked = _ranked(usable, title)
    if len(ranked[0][1].text) > limit:
        return _cut(ranked[0][1].text, limit)
    return _filled([], ranked, limit)


def _sentences(text: str) -> list[_Sentence]:
    """The sentences without their labels (第三条, （一）, ——)."""
    han = sum(map(len, _HAN.findall(text, 0, 1_000)))
    pattern = _SENTENCE if han * 10 >= min(len(text), 1_000) else _ENGLISH
    rows: list[_Sentence] = []
    for match in pattern.finditer(text):
        raw = match[0].lstrip("\r\n")
        label = _LABEL.match(raw)
        cleaned = " ".join((raw[label.end() :] if label else raw).split())
        if len(rows) < _LEDES:
            cleaned = _without_lede(cleaned)
        rows.append(_Sentence(match.start(), cleaned, label is not None))
    return rows


def _without_lede(sentence: str) -> str:
    """A first sentence without reporter's line and without the formula before what was done."""
    if lede := _LEDE.match(sentence):
        sentence = sentence[lede.end() :]
    if (formula := _DONE.match(sentence)) and len(sentence) - formula.end() >= _SHORTEST:
        sentence = sentence[formula.end() :]
    return sentence


def _of_law(text: str, sentences: list[_Sentence], limit: int) -> str:
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


def _of_news(usable: list[_Sentence], title: str, limit: int) -> str:
    """The lead first, then what carries figures."""
    lead = next((row for row in usable[:3] if not _BACK.match(row.text)), usable[0])
    if len(lead.text) > limit - _SHORTEST:
        return lead.text if len(lead.text) <= limit else _cut(lead.text, limit)
    rest = [row for row in usable if row is not lead and not row.text.startswith("此前")]
    ranked = _ranked(rest, title) if rest else []
    figured = [pair for pair in ranked if _FIGURE.search(pair[1].text)]
    others = [pair for pair in ranked if pair not in figured and pair[0] >= _WORTH]
    return _filled([lead], [*figured, *others], limit)


def _ranked(usable: list[_Sentence], title: str) -> list[tuple[float, _Sentence]]:
    text = "\n".join(row.text for row in usable)
    marks = {mark for mark in _bigrams(title) if mark in text}
    scored = [(_score(row, rank, marks), row) for rank, row in enumerate(usable)]
    return sorted(scored, key=lambda pair: (-pair[0], pair[1].at))


def _filled(chosen: list[_Sentence], ranked: list[tuple[float, _Sentence]], limit: int) -> str:
    """The best sentences that fit, in the order of the text."""
    room = limit - sum(len(row.text) for row in chosen)
    floor = 0.4 * ranked[0][0] if ranked and not chosen else 0.0
    for score, row in ranked:
        if len(row.text) <= room and score >= floor:
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


def _usable(sentence: str, title: str) -> bool:
    if not _SHORTEST <= len(sentence) <= 400 or sentence[-1] not in _ENDS:
        return False
    if _LIST.match(sentence):
        return False
    return sentence.rstrip(_ENDS) not in title


def _informs(sentence: str) -> bool:
    """Whether a sentence is more than a formula: formulas count only with a figure in them."""
    return not _FORMULA.search(sentence) or bool(_FIGURE.search(sentence))


def _score(row: _Sentence, rank: int, title: set[str]) -> float:
    sentence = row.text
    score = 3.0 / (1 + 0.25 * rank)
    score += min(2.0, 0.6 * len(_FIGURE.findall(sentence)))
    score += min(1.5, 0.5 * len(_ACTS.findall(sentence)))
    score += 1.5 if _EFFECT.search(sentence) else 0.0
    score += min(1.5, 0.15 * sum(map(sentence.__contains__, title)))
    score -= 2.5 if _FORMULA.search(sentence) else 0.0
    score -= 2.0 if _BACKGROUND.search(sentence) else 0.0
    score -= 0.8 if len(sentence) > MAX_CHARS else 0.0
    score -= 1.5 if _BACK.match(sentence) else 0.0
    # 1. 夯实底座。 is a heading; （一）…； one point of many
    score -= 2.0 if row.labelled and (len(sentence) < 26 or sentence[-1] == "；") else 0.0
    return score


def _bigrams(text: str) -> set[str]:
    return {a + b for a, b in pairwise(text) if a.isalnum() and b.isalnum()}


def _cut(sentence: str, limit: int) -> str:
    """The front of a long sentence up to the end of a clause, marked as cut."""
    front = sentence[: limit - 1]
    best = depth = 0
    for at, char in enumerate(front):
        if char in "（(《“「[【":
            depth += 1
        elif char in "）)》”」]】":
            depth = max(0, depth - 1)
        elif char in _CLAUSE_MARKS and not front[at + 1 : at + 2].isdigit() and depth == 0:
            best = at
    if best < limit // 3 and (phrases := [m.start() for m in _PHRASE.finditer(front)]):
        best = max(best, phrases[-1])
    if best < _SHORTEST:
        # nothing ends early enough: English words stay whole, Han text is cut anywhere
        space = front.rfind(" ")
        best = space if space >= limit // 2 and front[space - 1].isascii() else len(front)
    return front[:best].rstrip(_CLAUSE_MARKS + " ") + "…"
