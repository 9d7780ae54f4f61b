"""The head of an order or announcement whose number stands on a line of its own.

``浙江省人民政府令`` / ``第372号``, ``中华人民共和国工业和信息化部公告`` / ``2024年第3号``, several
names over each other and 令 under them; also the head of a judgment: court, kind, case number.
Source of the form: GB/T 9704-2012, 10.2 (命令（令）格式); 人民法院民事裁判文书制作规范 (2016).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.fields.docnumber import normalise_doc_number
from pipelines.fields.issuers import bodies_in, looks_like_body

_LIMIT = 1_200
"""Characters at the front of a text in which such a head can end."""
_MOST_NAMES = 14
_NUMERAL = r"(?:[0-9０-９]{1,5}|[〇零一二三四五六七八九十百]{1,6})"
_NUMBER_LINE = re.compile(
    r"^[ \t\u3000（(\[〔【]{0,40}(?P<year>20\d\d[ \t]{0,3}[年〕）)\]][ \t]{0,3})?第[ \t]{0,3}"
    rf"(?P<no>{_NUMERAL})[ \t]{{0,3}}号[）)\]〕】]?[ \t\u3000]{{0,40}}$",
    re.MULTILINE,
)
_KIND = re.compile(r"(?:命令|令|公告|通告)(?:（[^（）]{1,12}）)?\Z")
_SESSION = re.compile(r"第[一二三四五六七八九十百零〇\d]{1,4}届")
_CASE = re.compile(
    r"^[ \t\u3000]{0,40}(?P<no>[（(]20\d\d[）)][\u4e00-\u9fff]{1,3}\d{0,4}[\u4e00-\u9fff]{1,4}"
    r"\d{1,6}(?:号|-\d{1,3}号)(?:之[一二三四五六七八九十]{1,2})?)[ \t\u3000]{0,40}$",
    re.MULTILINE,
)
_RULING = re.compile(r"(?:民事|刑事|行政|执行|国家赔偿)?(?:判决书|裁定书|决定书|调解书)\Z")


@dataclass(frozen=True, slots=True)
class OrderHead:
    """Number and names of such a head; ``span`` is its text, ``start`` its place."""

    number: str
    bodies: tuple[str, ...]
    start: int
    span: str


def find_order_head(text: str, *, title: str = "") -> OrderHead | None:
    """The head at the front of ``text``; ``title`` stands for the line above a bare number."""
    front = text[:_LIMIT]
    if "号" not in front:
        return None
    for match in _NUMBER_LINE.finditer(front):
        above = front[: match.start()].rstrip()
        kind_line = _squeeze(above.rpartition("\n")[2] if above else title, keep=True)
        kind = _KIND.search(kind_line)
        if kind is None:
            continue
        first, names = _names(above, kind_line[: kind.start()])
        if not names:
            continue
        word = kind[0][:2] if kind[0][0] in "公通" else "令"
        year = "".join((match["year"] or "").split())
        if year and not year.endswith("年"):
            year = f"〔{year[:4]}〕"
        number = normalise_doc_number(f"{names[0]}{word}{year}第{match['no']}号")
        if number is not None:
            bodies = tuple(name for name in names if looks_like_body(name))
            return OrderHead(number, bodies, first, front[first : match.end()].strip())
    return _judgment(front) if "书" in front[:400] else None


def _names(above: str, own: str) -> tuple[int, tuple[str, ...]]:
    """Where the head begins and its names: those on the line of the kind and those over it."""
    start = above.rfind("\n") + 1
    names = [_SESSION.sub("", name) for name in _bodies(own)] if own else []
    if own and not names:
        return start, ()
    while len(names) < _MOST_NAMES and start > 0:
        end = start - 1
        begin = above.rfind("\n", 0, end) + 1
        found = _bodies(_squeeze(above[begin:end], keep=True))
        if not found and above[begin:end].strip():
            break
        names[:0] = found
        start = begin
    return start, tuple(dict.fromkeys(names))


def _bodies(line: str) -> tuple[str, ...]:
    if line.endswith("主席"):
        return (line,)
    return bodies_in(_SESSION.sub("", line))


def _squeeze(line: str, *, keep: bool = False) -> str:
    """``line`` without the spaces that set names apart letter by letter; ``keep`` leaves those
    between whole names."""
    pieces = line.split()
    if keep and all(len(piece) > 1 for piece in pieces):
        return " ".join(pieces)
    return "".join(pieces)


def _judgment(front: str) -> OrderHead | None:
    match = _CASE.search(front)
    if match is None:
        return None
    lines = [_squeeze(line) for line in front[: match.start()].split("\n")]
    lines = [line for line in lines if line]
    court = next((line for line in lines if line.endswith("法院") and looks_like_body(line)), "")
    if not court or not any(_RULING.search(line) for line in lines):
        return None
    number = match["no"].replace("(", "（").replace(")", "）")
    return OrderHead(number, (court,), front.find(match["no"]), match["no"])
