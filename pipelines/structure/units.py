"""Who has to do what: （责任单位：…）, （牵头单位：…；配合单位：…）, （甲牵头，乙、丙配合）.

Separators are 、 ， , ； and ;. Brackets inside a name are kept (各区（市）县).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipelines.structure.values import Node, ResponsibleUnit, UnitRole

_MARK = re.compile(
    r"(?P<role>(?:主要|第一)?(?:责任|牵头|配合|协助|参与|参加|承办|协办|负责|实施|主办|支持|支撑|落实|主责)"
    r"(?:单位|部门|主体|处室|科室)|(?:完成|推进)单位)[ \u3000\xa0]{0,2}[:：]"
)
_CLOSING = {"（": "）", "(": ")", "[": "]", "［": "］", "【": "】", "〔": "〕"}
_OPENING = frozenset(_CLOSING)
_CLOSERS = frozenset(_CLOSING.values())
_LONGEST = 1_500
# （甲、乙按职责分工负责）, （甲牵头，乙配合） at the end of a paragraph, without a mark before it
_UNMARKED = re.compile(
    r"(?:负责|牵头|配合|参与|落实|承担|组织实施)[）)】\]〕］][。；;]?[ \t\u3000\xa0]{0,4}\Z"
)
# （市农业农村局、市商务局） behind the last 。 of a paragraph, without any word for the role
_BARE = re.compile(
    r"。[（(](?P<names>[^（）()。：:]{3,200}(?:[（(][^（）()]{1,12}[)）][^（）()。：:]{0,80}){0,4})[)）]"
    r"[ \t\u3000\xa0]{0,4}\Z"
)
_ROLE_TAIL = re.compile(
    r"(?:等?(?:按照?|根据|依据)?(?:各自)?(?:职责|职能|任务)?(?:分工)?(?:共同|分别|具体|组织|联合)?"
    r"(?P<verb>负责(?:同志)?|牵头(?:负责)?|配合|参与|落实|承担|组织实施|协助|参加))\Z"
)
# 由甲牵头，乙、丙配合: said in the sentence itself
_BY = re.compile(
    r"由(?P<names>[^，。；;：:由\n]{2,60}?)"
    r"(?:按照?职责(?:分工)?)?(?:共同|具体|统一)?(?:负责(?!解释|修订)|牵头(?:负责)?|组织实施|承担)"
    r"(?:[，,][^。；;：:\n]{2,80}?(?:配合|参与|协助)(?=[。；;，,\n]|\Z))?"
)
_NOTE = re.compile(
    r"(?:为(?:责任主体|牵头单位|责任单位)|下同|排(?:名)?(?:第一|首位)的?为牵头单位|以上任务|持续(?:推进|实施)"
    r"|长期(?:坚持|推进)|完成时限.{0,30}|列第一位的?为牵头单位|第一位为牵头单位|\d{4}年.{0,12})\Z"
)
_ETC = re.compile(
    r"(?:会同(?:有关|相关)(?:部门|单位|方面)|等(?:有关|相关|各)?(?:部门|单位|部门和单位|\d{0,2}个?部门)?)\Z"
)
_DUTY = re.compile(r"(?:等?(?:按照?|根据|依据)(?:各自)?(?:职责|职能|任务)(?:分工)?)\Z")
_NAME = re.compile(
    r"(?:[部委局厅办院会室署司府行社区县市州团队院校所处省级盟旗园台站馆司业心军兵关厂体构联)）]"
    r"|单位|部门|集团|公司|企业|街道|乡镇|镇街|银行|高校|机构)\Z"
)


_PUBLIC = re.compile(r"[省市区县州盟旗镇乡各国团]|中央|中国|人民银行|税务|公安|海关")
_WORDS = ("责任", "牵头", "负责", "配合", "单位：", "单位:", "部门：", "。（", "。(")


def read_units(text: str, outline: Sequence[Node]) -> tuple[ResponsibleUnit, ...]:
    """All units named as responsible, in order, each with the deepest task around it."""
    if not any(word in text for word in _WORDS):
        return ()
    places = _Places(outline)
    found: list[ResponsibleUnit] = []
    # a rule says who supervises it in many places; those are no tasks
    sentences = not any(row.kind == "article" for node in outline for _, row in node.walk())
    for start, end in _notes(text, sentences=sentences):
        task, path = places.at(start)
        printed = _without_mark(text[start:end])
        for role, name, at in _names(text[start:end]):
            found.append(
                ResponsibleUnit(name, role, task, path, printed, start + at, start + at + len(name))
            )
    return tuple(found)


class _Places:
    """The task that a place in the text belongs to."""

    def __init__(self, outline: Sequence[Node]) -> None:
        self._rows = [row for node in outline for row in node.walk()]
        self._at = 0

    def at(self, position: int) -> tuple[str, tuple[str, ...]]:
        """Label and heading of the deepest node around ``position``; positions rise."""
        while self._at + 1 < len(self._rows) and self._rows[self._at + 1][1].start <= position:
            self._at += 1
        if not self._rows or self._rows[self._at][1].start > position:
            return "", ()
        path, node = self._rows[self._at]
        return _named(node), tuple(_named(above) for above in path)


def _named(node: Node) -> str:
    return f"{node.label}{node.heading}"


def _notes(text: str, *, sentences: bool) -> Iterator[tuple[int, int]]:
    """Start and end of each note on responsibility, without its brackets; with ``sentences``
    also of 由甲牵头，乙配合."""
    last = 0
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        at = start
        marked = False
        while (match := _MARK.search(text, max(at, last), end)) is not None:
            marked = True
            stop = _note_end(text, match.start(), end)
            yield match.start(), stop
            at = last = max(stop, match.end())
        if not marked and _UNMARKED.search(text, max(start, end - 24), end):
            opened = _opening(text, start, end)
            if opened is not None:
                marked = True
                yield opened
        if sentences and not marked and (bare := _bare(text, start, end)) is not None:
            marked = True
            yield bare
        if sentences and not marked:
            yield from ((m.start("names"), m.end()) for m in _BY.finditer(text, start, end))
        start = end + 1


def _bare(text: str, start: int, end: int) -> tuple[int, int] | None:
    """A closing bracket that holds nothing but names of units."""
    low = text.rfind("。", start, end)
    match = _BARE.match(text, low, end) if low >= 0 else None
    if match is None:
        return None
    names = [piece.strip() for _, piece in _pieces(match["names"])]
    known = all(_is_unit(name) and _PUBLIC.match(name) for name in names)
    return match.span("names") if known else None


def _note_end(text: str, start: int, line_end: int) -> int:
    """The end of a note: its closing bracket, or for one without brackets the line or 。."""
    bracketed = start > 0 and text[start - 1] in _OPENING
    limit = min(line_end, start + _LONGEST)
    depth = 0
    for at in range(start, limit):
        char = text[at]
        if char in _OPENING:
            depth += 1
        elif char in _CLOSERS:
            if depth == 0:
                return at
            depth -= 1
        elif char == "。" and not bracketed:
            return at
    return limit


def _opening(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The bracket that ends a line: where its text begins and ends."""
    stop = end - 1
    while stop > start and text[stop] not in _CLOSERS:
        stop -= 1
    depth = 0
    for at in range(stop, max(start, stop - _LONGEST) - 1, -1):
        if text[at] in _CLOSERS:
            depth += 1
        elif text[at] in _OPENING:
            depth -= 1
            if depth == 0:
                return at + 1, stop
    return None


def _without_mark(note: str) -> str:
    match = _MARK.match(note)
    return (note[match.end() :] if match else note).strip()


def _names(note: str) -> Iterator[tuple[UnitRole, str, int]]:
    """Role, name and place of each unit in a note."""
    pending: list[tuple[str, int]] = []
    role: UnitRole | None = None
    for at, piece in _pieces(note):
        match = _MARK.match(piece)
        if match is not None:
            for name, place in pending:
                yield role or "responsible", name, place
            pending, role = [], _role_of(match["role"])
            at, piece = at + match.end(), piece[match.end() :]
        name, verb = _cut_tail(piece)
        stripped = name.strip()
        if stripped and _is_unit(stripped):
            pending.append((stripped, at + len(name) - len(name.lstrip())))
        if verb:
            for named, place in pending:
                yield (role or _role_of(verb)), named, place
            pending = []
    for name, place in pending:
        yield role or "responsible", name, place


# 适用范围：所有自贸试验区 and clauses of sentences are no names
_NOT_NAME = re.compile(r"[:：。？！“”]|以及|的|范围|除标注")

# 各市、县人民政府 is one name
_PLACES = re.compile(r"各(?:设区)?[省市区县州镇]{1,3}")
_MORE_PLACES = re.compile(r"[市区县州乡镇](?:[（(][市区县][)）])?(?:人民政府|政府|党委|级|\Z|、)")


def _pieces(note: str) -> Iterator[tuple[int, str]]:
    """The parts between separators, but 各市、县人民政府 stays whole."""
    held: tuple[int, str] | None = None
    for at, piece in _parts(note):
        if held is not None:
            first, name = held
            if _MORE_PLACES.match(piece) and note[at - 1] == "、":
                at, piece = first, f"{name}、{piece}"
            else:
                yield held
            held = None
        if _PLACES.fullmatch(piece.strip()) or (piece.startswith("各") and piece[-1:] in "市区县"):
            held = at, piece
        else:
            yield at, piece
    if held is not None:
        yield held


def _parts(note: str) -> Iterator[tuple[int, str]]:
    """The parts between separators that stand outside brackets."""
    depth = start = 0
    for at, char in enumerate(note):
        if char in _OPENING:
            depth += 1
        elif char in _CLOSERS:
            depth = max(0, depth - 1)
        elif depth == 0 and char in "、，,；;":
            yield start, note[start:at]
            start = at + 1
    yield start, note[start:]


def _role_of(word: str) -> UnitRole:
    if "牵头" in word or "主办" in word or "主责" in word or "第一" in word:
        return "lead"
    supports = ("配合", "协", "参", "支")
    return "support" if any(mark in word for mark in supports) else "responsible"


def _cut_tail(piece: str) -> tuple[str, str]:
    """A piece without what is said about the unit, and the word for its role."""
    name = piece.rstrip(" 。；;\t\u3000\xa0")
    verb = ""
    match = _ROLE_TAIL.search(name[-24:]) if name else None
    if match is not None:
        verb = match["verb"]
        name = name[: len(name) - (len(match.string) - match.start())]
    for pattern in (_NOTE, _DUTY, _ETC):
        match = pattern.search(name[-40:])
        if match is not None:
            name = name[: len(name) - (len(match.string) - match.start())]
    return name, verb


def _is_unit(name: str) -> bool:
    return 2 <= len(name) <= 60 and not _NOT_NAME.search(name) and _NAME.search(name) is not None
