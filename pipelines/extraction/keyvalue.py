"""The table of document facts on Chinese government pages, whatever it is made of.

索引号, 发文机关, 发文字号 and their values stand in table cells, definition lists, list items with
``b`` or ``span`` labels, or plain lines with a colon. Keys lose their spaces and colons
(``索 引 号：`` → ``索引号``); values are one line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pipelines.extraction.marks import words
from pipelines.extraction.outline import Outline

#: keys that are met on such tables; the table is recognised by two of the first group
_SURE = words(
    "索引号 索取号 信息索引号 政府信息公开索引号 发文字号 文号 文件编号 文件字号 发文号 "
    "文件号 发文机关 发文机构 发文单位 发布机构 发布机关 发布单位 公开机构 制发机关 制发机构 "
    "成文日期 成文时间 生成日期 生成时间 发文日期 发文时间 印发日期 签发日期 公开日期 "
    "公开时间 发布日期 发布时间 信息名称 文件名称 公文名称 主题分类 信息分类 组配分类 "
    "体裁分类 服务对象分类 公开方式 公开范围 公开形式 公开时限 公开属性 有效性 时效性 "
    "时效状态 效力状态 文件状态 是否有效 生效日期 实施日期 施行日期 失效日期 废止日期 有效期 "
    "主题词 关键词 信息来源 来源 责任部门 文件类型 公文种类 公文类型 信息类别 所属主题 "
    "规范性文件统一编号 统一编号 登记号 规范性文件登记号 文件有效性 标题 名称 题名 发布文号 "
    "信息格式 语种 公开类别 公开责任部门 信息公开类别 效力 所属机构 颁布日期 颁布机关 "
    "颁布单位 发文机关标志 制定机关 公布日期 时效 效力级别 法规类别 征集时间 开始时间 "
    "结束时间 截止时间 截止日期 起始时间 征集期限 信息生成日期 内容概述 内容分类 文种 分类 "
    "主题 载体类型 记录形式 发布人 作者 责任编辑 编辑 浏览次数 阅读次数 点击数"
)
_STRONG = words(
    "索引号 索取号 信息索引号 政府信息公开索引号 发文字号 文号 文件编号 文件字号 发文号 "
    "发文机关 发文机构 发文单位 发布机构 发布机关 公开机构 制发机关 成文日期 成文时间 "
    "生成日期 发文日期 主题分类 信息分类 组配分类 体裁分类 公开方式 公开范围 有效性 时效性 "
    "信息名称 文件名称 公文名称 主题词 统一编号 规范性文件统一编号 发布单位 制发机构 "
    "印发日期 文件有效性 实施日期 效力状态 公开属性 信息来源 公开日期 公开时限 公开时间"
)
_TRIGGERS = ("索引号", "文号", "发文", "文字号", "布机构", "布单位", "成文日", "题分类", "公开方式")
_HEADINGS = words("h1 h2 h3 h4 h5 h6")
_STARTS = frozenset(key[0] for key in _SURE)
_FIRST = _STARTS | {"【", "["}
_AROUND = ":：[]【】()（）*·• \t\r\n\u3000\xa0"  # what may stand before a key
_BLANKS = re.compile(r"[\s\u3000\xa0]+")
_COLON = re.compile(r"[】\]]?[:：]")
_CJK_END = re.compile(r"[\u4e00-\u9fff]{1,14}$")
_LOOK_BACK = 26  # characters: the longest key with a space after every character
_MAX_VALUE = 500
_MAX_GAP = 6  # cells between two entries of one table


@lru_cache(maxsize=4096)  # the keys of a site are the same on all of its pages
def normal_key(text: str) -> str:
    """Key without white space, colons and brackets: ``【索 引 号】：`` → ``索引号``."""
    return _BLANKS.sub("", text).strip(":：[]【】()（）*·•").strip()


def is_known_key(key: str) -> bool:
    return key in _SURE


def key_values(out: Outline) -> tuple[dict[str, str], frozenset[int]]:
    """Keys and values of the fact table, and the blocks they were read from.

    Empty when fewer than two sure keys are met: a lone "来源：" line is no table.
    """
    if not out.cjk:
        return {}, frozenset()
    cells = [(i, content) for i, content in enumerate(out.content) if content and out.own[i] <= 160]
    short = "".join("".join([content for _, content in cells]).split())
    if not any(trigger in short for trigger in _TRIGGERS):
        return {}, frozenset()
    return _clustered(_entries(out, cells))


@dataclass(slots=True)
class _Entry:
    position: int
    blocks: tuple[int, ...]
    key: str
    value: str


def _entries(out: Outline, cells: list[tuple[int, str]]) -> list[_Entry]:
    entries = []
    for position, (i, content) in enumerate(cells):
        pairs = pairs_in(content) or _label_alone(content) or _label_element(out, i, content)
        for number, (key, value) in enumerate(pairs):
            blocks: tuple[int, ...] = (i,)
            if not value and number == len(pairs) - 1:
                value = _next_value(out, cells, position)
                if value:
                    blocks = (i, cells[position + 1][0])
            entries.append(_Entry(position, blocks, key, value))
    return entries


def _clustered(entries: list[_Entry]) -> tuple[dict[str, str], frozenset[int]]:
    """Entries that stand close together with at least two sure keys among them."""
    found: dict[str, str] = {}
    used: set[int] = set()
    start = 0
    for number, entry in enumerate(entries):
        last = number + 1 == len(entries)
        if not last and entries[number + 1].position - entry.position <= _MAX_GAP:
            continue
        group = entries[start : number + 1]
        start = number + 1
        if len({e.key for e in group if e.key in _STRONG}) < 2:
            continue
        for member in group:
            used.update(member.blocks)
            if member.value:
                found.setdefault(member.key, member.value)
    return found, frozenset(used)


def _label_alone(content: str) -> list[tuple[str, str]]:
    """A cell that is nothing but a known key, or starts with one and a gap (label element)."""
    if content.lstrip(_AROUND)[:1] not in _STARTS:
        return []
    stripped = content.strip()
    if len(stripped) < 30:
        key = normal_key(stripped)
        if key in _SURE:
            return [(key, "")]
    first, _, rest = stripped.partition("\n")
    if rest and len(first) < 20 and normal_key(first) in _SURE:
        return [(normal_key(first), " ".join(rest.split())[:_MAX_VALUE])]
    return []


def _label_element(out: Outline, i: int, content: str) -> list[tuple[str, str]]:
    """A block that begins with an element holding a known key: ``<li><b>文号</b><span>…</span>``.

    No colon and no gap parts them in the text, so the element is looked at.
    """
    start = content.lstrip()
    if start[:1] not in _FIRST or out.own[i] <= 2 or out.end[i] > i + 1:
        return []
    label = out.nodes[i].first_child
    while label is not None and not label.is_element_node:
        if label.is_text_node and (label.text_content or "").strip():
            return []
        label = label.next
    name = label.text(deep=True) if label is not None else ""
    key = normal_key(name)
    if key not in _SURE:
        return []
    return [(key, " ".join(start.removeprefix(name.strip()).split())[:_MAX_VALUE])]


def pairs_in(content: str) -> list[tuple[str, str]]:
    """``key：value`` pairs inside one block, several in a row included."""
    if "：" not in content and ":" not in content:
        return []
    marks: list[tuple[int, int, str]] = []
    floor = 0
    for match in _COLON.finditer(content):
        label = content[max(floor, match.start() - _LOOK_BACK) : match.start()]
        key, length = _known_end(label)
        if key:
            marks.append((match.start() - length, match.end(), key))
        floor = match.end()
    if not marks or len(content[: marks[0][0]].strip()) > 60:
        return []
    pairs = []
    for number, (_, end, key) in enumerate(marks):
        stop = marks[number + 1][0] if number + 1 < len(marks) else len(content)
        value = content[end:stop]
        if stop == len(content):
            value = value.strip().split("\n", 1)[0]
        pairs.append((key, " ".join(value.split()).strip("|｜[]【】 ")[:_MAX_VALUE]))
    return pairs


def _known_end(label: str) -> tuple[str, int]:
    """The known key that the last spaced parts of ``label`` spell, and its length in ``label``.

    ``市府办 发 布 时 间`` → ``发布时间``; ``指标来源`` is no key because no space precedes 来源.
    """
    key = ""
    rest = label.rstrip()
    while rest:
        match = _CJK_END.search(rest)
        if match is None:
            return "", 0
        key = match.group() + key
        if key in _SURE:
            return key, len(label) - match.start()
        shorter = rest[: match.start()].rstrip()
        if len(key) > 12 or len(shorter) == match.start():
            return "", 0  # too long, or no space before this part
        rest = shorter
    return "", 0


def _next_value(out: Outline, cells: list[tuple[int, str]], position: int) -> str:
    """Text of the cell after a label, if it is in the same row, list or box."""
    here = cells[position][0]
    if position + 1 >= len(cells):
        return ""
    there, content = cells[position + 1]
    if not _near(out, here, there):
        return ""
    value = " ".join(content.split())[:_MAX_VALUE]
    if normal_key(value) in _SURE or pairs_in(content):
        return ""
    return value


def _near(out: Outline, here: int, there: int) -> bool:
    """``there`` follows ``here`` within the same grandparent, with no other cell between."""
    if out.tag[there] in _HEADINGS:
        return False
    ancestor = out.parent[here]
    for _ in range(2):
        if ancestor < 0:
            return False
        if there < out.end[ancestor] and out.tag[ancestor] != "tbody":
            return _no_empty_cell_between(out, here, there)
        if out.tag[ancestor] in {"tr", "dl", "li", "ul", "ol"}:
            return False
        ancestor = out.parent[ancestor]
    return False


def _no_empty_cell_between(out: Outline, here: int, there: int) -> bool:
    """An empty value cell between two labels must not take the next label's value."""
    if out.tag[here] not in {"td", "th", "dt"}:
        return True
    following = out.nodes[here].next
    while following is not None and not following.is_element_node:
        following = following.next
    return following is None or bool(following.text(strip=True))
