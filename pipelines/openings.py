"""What stands before the first thing that a text says: its title again, number and addressees,
datelines, labels such as 摘要, the formula before what was done; and lines that say nothing of it
(captions, credits, the way to the page).
"""

from __future__ import annotations

import re

_SPACES = " \t\r\n\u3000\xa0"
_NUMBER = re.compile(
    r"[\s\u3000]{0,9}[（(]?[\u4e00-\u9fff]{1,14}[ ]?[〔\[（(【﹝［][12]\d{3}[〕\])）】﹞］][ ]?"
    r"第?[ ]?\d{1,5}[ ]?号[）)]?"
)
# 各市人民政府，各有关单位：, also run together with what follows.
_ADDRESSEE = re.compile(
    r"[\s\u3000]{0,9}(?P<names>[^。；！？：:《》“”\n]{2,240})[：:][\s\u3000]{0,9}(?=[^\s\u3000])"
)
_ADDRESSED = re.compile(
    r"(?:政府|单位|部门|委员会|委|局|厅|处|室|公司|分行|银行|院|校|机构|中心|协会|办|部|署|企业|市"
    r"|县|区|省|社|站|所|代表|委员|机关|集团|兵团|队|庭|学会|商会|有关方面)(?:[（(][^（）()]{1,20}[）)])?\Z"
)
_TO_MANY = re.compile(
    r"\A(?:各|本?[市省区县][级属直]?各|有关|你[省市县区局委厅办]|尊敬)|[，、,]\s?各|各有关"
)
_OFFICIAL = re.compile(r"(?:通知|批复|复函|函|意见|通报|答复|公告|决定|请示|规定|办法)[）)]?\Z")
_LONGEST_TITLE = 160
_MOST_DATELINES = 2

_PLACE = r"[（(〔【]?[^\d\s，。：:；（(《“][^，。：:；（(\n《“]{1,15}?"
_WHO = r"[（(][^（）()\n]{1,40}[)）]"
_DATELINE = re.compile(
    # 新华社北京4月24日电（记者…）, 网易财经7月3日讯
    rf"(?:{_PLACE}(?:20\d\d年)?(?:\d{{1,2}}月)?\d{{1,2}}日"
    rf"[ ]?(?:电|讯|消息|报道|電|訊)[）)〕】]?[ ]?(?:题[：:])?(?:{_WHO})?[ ，,：:]{{0,2}}"
    # 央视网消息（新闻联播）：, 本站讯（职工通讯员 某某）, 某客户端讯
    r"|[\u4e00-\u9fffA-Za-z·\-]{1,16}(?:消息|(?<![通腾资快])讯)"
    rf"(?:{_WHO}[ ：:，,]?|[：:，,\u3000 ])"
    # 本报北京…（记者 某某）
    r"|(?:本报|本网|本站|[\u4e00-\u9fff]{2,6}[社网报])?[^，。（(\n]{0,16}"
    r"[（(][^（）()\n]{0,6}(?:记者|通讯员|编辑)[^（）()\n]{0,30}[)）][ ，,]?"
    # （中央社記者某某台北21日電）, 〔記者某某／台北報導〕
    r"|[（(〔【\[］][^（）()〔〕【】\[\]\n]{3,30}(?:报道|報導|电|電|讯|訊)[）)〕】\]][ ]?"
    r"|(?:据悉|(?:本报|本网)?记者[^，。\n]{0,14}(?:获悉|了解到))[，,]"
    r"|据[^，。；\n]{2,18}(?:报道|消息)[，,：:]"
    r"|[\u4e00-\u9fffA-Za-z]{2,8}(?:财经|网|社|报|之家|传媒|资讯)(?:\d{1,2}月\d{1,2}日)?"
    r"(?:报道|消息|讯)[，,：:])"
)
_WIRE = re.compile("电|讯|消息|报道|记者|编辑|据悉|電|訊|報導")
_AREA = 64
"""Characters at the front of a sentence in which a dateline begins and ends, names included."""
# WASHINGTON, March 5, 2024 –, LONDON (Reuters) -
_LATIN_DATELINE = re.compile(
    r"(?:[A-Z][A-Z .,]{2,30}(?:[A-Z][a-z]{1,5}\.,? ?)?"
    r"(?:,? ?[A-Z][a-z]{2,8}\.? \d{1,2}(?:, 20\d\d)?)?[ ]?)?"
    r"(?:\((?:Reuters|Bloomberg|[A-Z]{2,8})\)[ ]?)?[–—-]{1,2} "
)
# 为贯彻…，我局起草了…: what was done stands behind the formula
_DONE = re.compile(
    r"(?:为|根据|按照|依据|随着)[^。；\n]{4,200}?，"
    r"(?=我[局部委会办厅省市院]|本[局部委会办厅]|经[^，。]{2,20}(?:同意|批准|研究)|决定|现(?:就|向社会|同意)"
    r"|同意|批准|(?:成立|组建|设立|调整)(?=[^，。]{4})"
    r"|[^，。；]{2,24}(?:起草|研究制定|组织编制|决定|制定|同意)(?:了|形成|《|对|开展|联合|组[织建]|设立|成立))"
)
_HEADING = re.compile(
    r"[【\[]?(?:(?:内容|论文|研究|报告)?摘[ \u3000]{0,2}要|内容提要|提要|核心提示|核心观点|导[读语]"
    r"|编者按|引言|前言|概[要述]|Abstract|ABSTRACT|Summary|SUMMARY|Executive [Ss]ummary|Highlights)"
    r"(?:[】\]][ ：:]{0,2}|[ \u3000]{0,2}[：:—-]{1,2}[ \u3000]{0,2}|[ \u3000]{1,4})"
)
_HEADING_BEGINS = frozenset("【[摘内论研报提核导编引前概ASEH")
_DONE_BEGINS = frozenset("为根按依随")
_NO_NEWS = re.compile(
    r"[（(▲△▼]{0,2}(?:原标题|图为|图片说明|图片来源|图源|资料图|上图|下图|配图|视频[-：:]|当前位置"
    r"|您(?:现在|当前)的?位置|首页 ?>|关键词[：:]|Key ?words?:|Photo:|Image:|Figure \d)"
)
_NO_NEWS_BEGINS = frozenset("（(▲△▼原图资上下配视当您首关KPIF")
_CREDIT = re.compile(
    r"(?:[\u4e00-\u9fff ·/]{1,12}[摄攝]|供图|摄影报道|(?:资料|資料)[图照])[）)]?[。]?\Z"
)
_CREDITED = re.compile("摄|攝|供图|资料|資料")


def body_start(text: str, title: str) -> int:
    """Where the text begins behind a title, a number and addressees that were run together with
    it; 0 where lines keep them apart (such lines are no sentences)."""
    at = _behind_title(text, title)
    if text.find("号", at, at + 48) >= 0 and (number := _NUMBER.match(text, at)):
        at = number.end()
    if text.find("：", at, at + 240) < 0 and text.find(":", at, at + 240) < 0:
        return at
    match = _ADDRESSEE.match(text, at)
    if match is None or not _ADDRESSED.search(match["names"]):
        return at
    official = at > 0 or _OFFICIAL.search(title) or _TO_MANY.search(match["names"])
    return match.end() if official else at


def _behind_title(text: str, title: str) -> int:
    """The end of ``title`` at the front of ``text`` (blanks do not count), else 0."""
    first = text[:40].lstrip(_SPACES)
    if not title or first[:1] != title[:1] or first[:1] == "":
        return 0
    wanted = "".join(title.split())[:_LONGEST_TITLE]
    at = size = 0
    for at, char in enumerate(text[: 2 * _LONGEST_TITLE]):
        if char in _SPACES:
            continue
        if size == len(wanted):
            return at
        if char != wanted[size]:
            return 0
        size += 1
    return 0


def without_opening(sentence: str, shortest: int) -> tuple[str, bool]:
    """``sentence`` without dateline, label and the formula before what was done, and whether it
    had a dateline; what is left has ``shortest`` characters at least."""
    heading = _HEADING.match(sentence) if sentence[:1] in _HEADING_BEGINS else None
    if heading is not None and len(sentence) - heading.end() >= shortest:
        sentence = sentence[heading.end() :]
    dated = False
    for _ in range(_MOST_DATELINES):
        end = _dateline_end(sentence)
        if not end:
            break
        sentence, dated = sentence[end:].lstrip(), True
    formula = _DONE.match(sentence) if sentence[:1] in _DONE_BEGINS else None
    if formula is not None and len(sentence) - formula.end() >= shortest:
        sentence = sentence[formula.end() :]
    return sentence, dated


def _dateline_end(sentence: str) -> int:
    front = sentence[:_AREA]
    if front[:1].isascii() and ("–" in front or "—" in front or "-" in front):
        match = _LATIN_DATELINE.match(sentence)
    elif _WIRE.search(front):
        match = _DATELINE.match(sentence)
    else:
        return 0
    return match.end() if match else 0


def says_nothing(sentence: str) -> bool:
    """A caption, a credit, an original title, the way to the page."""
    if sentence[:1] in _NO_NEWS_BEGINS and _NO_NEWS.match(sentence):
        return True
    tail = sentence[-16:]
    return _CREDITED.search(tail) is not None and _CREDIT.search(tail) is not None
