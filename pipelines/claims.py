"""What a title claims, held against text and event base: 首个, 第四个省级, 16部门联合, 1500亿元.

Every claim gives a finding; those that are not ``confirmed`` are shown to the editor. Nothing is
changed. ``contradicted`` = the text says another number; ``unsupported`` = the text does not say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pipelines.fields.subjects import issuers_in_lead
from pipelines.numerals import chinese_number
from pipelines.structure.figures import Figure, fold, read_figures

ClaimKind = Literal["first", "ordinal", "departments", "money", "figure", "share", "year", "day"]
Verdict = Literal["confirmed", "contradicted", "unsupported"]

_MAX_TEXT = 60_000
_HAN = "一二两三四五六七八九十"
_FIRST = re.compile(
    r"(?P<scope>全球|世界|国际|亚洲|全国|国内|我国|中国|全省|全市|本市|省内|市内|业内|行业|[\u4e00-\u9fff]{2,3}[省市区州县])?"
    r"(?P<word>首个|首次|首部|首家|首款|首例|首份|首批|首座|首张|首只|首单|首场|首条|首届|首创|首发|首提|首度|率先|第一[个部家次款例份批])"
)
_ORDINAL = re.compile(
    rf"第(?P<n>[{_HAN}]{{2,3}}|[二三四五六七八九]|十|[2-9]|\d{{2}}) ?"
    r"(?P<unit>个|部|家|次|款|例|份|批|座|场|届)(?P<scope>国家级|省级|市级|区级|县级|[\u4e00-\u9fff]{0,4})"
)
_AFTER = re.compile(
    r"(?:继|在)(?P<names>[^，。；,;\n]{2,40}?)(?:之后|后|外|以外|之外)[，,]?(?:的|又一|国内|全国)?[，,]?第"
)
_BODIES = re.compile(
    rf"(?P<n>\d{{1,2}}|[{_HAN}]{{1,3}}) ?(?:个|家)?"
    r"(?P<unit>部门|部委|单位|省份|省市|委办局|部(?=联合|印发|发布|发文))"
)
# 九大场景, but not the congresses 十八大 … 二十大
_BIG = re.compile(
    rf"(?<![\d第{_HAN}])(?P<n>\d{{1,3}}|(?!十[六七八九]|二十)[{_HAN}]{{1,3}}) ?大"
    r"(?=[\u4e00-\u9fff])(?!大?[型小中量学会力幅])"
)
_YEAR = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)(?: ?年|(?= ?[-~至到] ?20\d\d))")
_MONTH_DAY = re.compile(r"(?<!\d)(?P<m>1[0-2]|0?[1-9]) ?月 ?(?P<d>3[01]|[12]\d|0?[1-9]) ?日")
# 第9批, 第六届 number a series: the name of the thing, which its text need not repeat.
_SERIES = frozenset({"批", "届", "次", "场"})
_COUNTERS = frozenset(
    {"个", "家", "项", "件", "条", "种", "款", "份", "例", "名", "人", "位", "户", "起", "批"}
)
_KINDS: dict[str, ClaimKind] = {
    "money": "money",
    "token": "money",
    "share": "share",
    "count": "figure",
    "bare": "money",
}


@dataclass(frozen=True, slots=True)
class EventQuery:
    """A question to the event base: which earlier documents are of this kind?

    ``scope`` as printed (全国, 省级, 成都市 …), ``subject`` the words behind the claim.
    """

    kind: Literal["first", "ordinal"]
    scope: str
    subject: str
    number: int


EventBase = Callable[[EventQuery], Sequence[str] | None]
"""Titles of the earlier events of one kind; None when the base cannot say."""


@dataclass(frozen=True, slots=True)
class ClaimFinding:
    """One claim of a title. ``start``/``end`` in the title; ``found`` is what the text says, with
    its place ``text_start``/``text_end`` (-1 without one). ``message`` is for the editor."""

    kind: ClaimKind
    verdict: Verdict
    claim: str
    found: str
    message: str
    start: int
    end: int
    text_start: int = -1
    text_end: int = -1

    @property
    def needs_attention(self) -> bool:
        """Whether a person should look."""
        return self.verdict != "confirmed"


def check_claims(
    title: str,
    text: str,
    *,
    events: EventBase | None = None,
    issuers: Sequence[str] = (),
) -> tuple[ClaimFinding, ...]:
    """All claims of ``title`` with what ``text`` (and ``events``, when given) says, in order.

    ``issuers`` are the issuing bodies as read elsewhere (the signatures): they may bear a number
    of departments out, but they may be incomplete and never contradict it.
    """
    plain, body = fold(title[:400]), fold(text[:_MAX_TEXT])
    found = [
        *_firsts(plain, body, events),
        *_ordinals(plain, body, events),
        *_departments(plain, body, issuers),
        *_figures(plain, body),
        *_years(plain, body),
        *_days(plain, body),
    ]
    return tuple(sorted(found, key=lambda finding: (finding.start, finding.end)))


def _finding(
    kind: ClaimKind,
    match: re.Match[str],
    verdict: Verdict,
    message: str,
    evidence: re.Match[str] | None = None,
) -> ClaimFinding:
    return ClaimFinding(
        kind,
        verdict,
        match[0].strip(),
        evidence[0].strip() if evidence else "",
        message,
        match.start(),
        match.end(),
        evidence.start() if evidence else -1,
        evidence.end() if evidence else -1,
    )


def _number(text: str) -> int:
    return int(text) if text.isdigit() else chinese_number(text.replace("两", "二"))


def _subject(title: str, match: re.Match[str]) -> str:
    rest = re.match(r"[^，。；,;：:！!？?]{0,30}", title[match.end() :])
    return rest[0].strip() if rest else ""


def _firsts(title: str, text: str, events: EventBase | None) -> Iterator[ClaimFinding]:
    """首个 …: the text must say so too, and the event base must know no earlier one."""
    for match in _FIRST.finditer(title):
        scope = match["scope"] or ""
        earlier = events(EventQuery("first", scope, _subject(title, match), 1)) if events else None
        evidence = next((m for m in _FIRST.finditer(text) if _same_scope(scope, m["scope"])), None)
        if earlier:
            message = f"标题称“{match[0]}”，事件库中已有更早的：{earlier[0]}"
            yield _finding("first", match, "contradicted", message, evidence)
        elif evidence or earlier is not None:
            yield _finding("first", match, "confirmed", "正文或事件库支持“首个”", evidence)
        else:
            message = f"标题称“{match[0]}”，正文未说明，请核实"
            yield _finding("first", match, "unsupported", message)


def _same_scope(claimed: str, printed: str | None) -> bool:
    nation = ("全国", "国内", "我国", "中国")
    return not claimed or claimed == printed or (claimed in nation and printed in nation)


def _ordinals(title: str, text: str, events: EventBase | None) -> Iterator[ClaimFinding]:
    """第四个省级 …: held against the same words in the text, 继甲、乙后 and the event base."""
    for match in _ORDINAL.finditer(title):
        number, scope = _number(match["n"]), match["scope"]
        query = EventQuery("ordinal", scope, _subject(title, match), number)
        earlier = events(query) if events else None
        if earlier is not None and len(earlier) + 1 != number:
            message = f"标题称“{match[0]}”，事件库中此前有{len(earlier)}个"
            yield _finding("ordinal", match, "contradicted", message)
            continue
        evidence = [m for m in _ORDINAL.finditer(text) if m["unit"] == match["unit"]]
        same = next((m for m in evidence if _number(m["n"]) == number), None)
        listed = _listed_before(text, same or (evidence[0] if evidence else None))
        if listed is not None and listed + 1 != number:
            message = f"标题称“{match[0]}”，正文列出此前{listed}个"
            yield _finding("ordinal", match, "contradicted", message, same or evidence[0])
        elif same is not None or earlier is not None:
            yield _finding("ordinal", match, "confirmed", "正文或事件库一致", same)
        elif evidence:
            message = f"标题称“{match[0]}”，正文为“{evidence[0][0]}”"
            yield _finding("ordinal", match, "contradicted", message, evidence[0])
        elif match["unit"] not in _SERIES:
            yield _finding("ordinal", match, "unsupported", "正文未说明次序，请核实")


def _listed_before(text: str, match: re.Match[str] | None) -> int | None:
    """继上海、河南外，第三个 → 2; None without such a list."""
    if match is None:
        return None
    before = _AFTER.search(text, max(0, match.start() - 60), match.start() + 1)
    return len(re.split(r"[、和及与]", before["names"])) if before else None


def _departments(title: str, text: str, issuers: Sequence[str]) -> Iterator[ClaimFinding]:
    """16部门联合 …: held against 等16部门 in the text or the names listed there."""
    for match in _BODIES.finditer(title):
        number = _number(match["n"])
        evidence = list(_BODIES.finditer(text))
        same = next((m for m in evidence if _number(m["n"]) == number), None)
        subject = issuers_in_lead(text)
        listed = len(subject.bodies) if subject and subject.note is None else 0
        if same is not None or number in (listed, len(set(issuers))):
            yield _finding("departments", match, "confirmed", "正文一致", same)
        elif evidence:
            message = f"标题称“{match[0]}”，正文为“{evidence[0][0]}”"
            yield _finding("departments", match, "contradicted", message, evidence[0])
        elif listed > 1:
            message = f"标题称“{match[0]}”，正文列出{listed}个机关"
            yield _finding("departments", match, "contradicted", message)
        else:
            yield _finding("departments", match, "unsupported", "正文未说明部门数，请核实")


def _figures(title: str, text: str) -> Iterator[ClaimFinding]:
    """Money, shares and counts, each against the figures of the text."""
    known = read_figures(text)
    bodies = {m.start("n") for m in _BODIES.finditer(title)}
    for figure in read_figures(title):
        if (
            figure.value is None
            or figure.number_start in bodies
            or figure.unit in ("批", "届", "期")
        ):
            continue
        if figure.unit in ("年", "日", "月") and (figure.op != "range" or figure.value > 1900):
            continue
        yield _figure(title, text, figure, [f for f in known if _same_unit(figure, f)])
    for match in _BIG.finditer(title):
        number = _number(match["n"])
        evidence = list(_BIG.finditer(text))
        same = next((m for m in evidence if _number(m["n"]) == number), None)
        if same is not None:
            yield _finding("figure", match, "confirmed", "正文一致", same)
        elif evidence:
            message = f"标题称“{match[0]}”，正文为“{evidence[0][0]}”"
            yield _finding("figure", match, "contradicted", message, evidence[0])


def _figure(title: str, text: str, figure: Figure, known: Sequence[Figure]) -> ClaimFinding:
    same = next((f for f in known if _agrees(figure, f)), None)
    # 100个场景 is not contradicted by 十二条措施: another counter counts another thing.
    rivals = [f for f in known if f.kind != "count" or f.unit == figure.unit]
    nearest = same or min(rivals, key=lambda f: _distance(figure, f), default=None)
    claim = title[figure.start : figure.end].strip()
    found = text[nearest.start : nearest.end].strip() if nearest else ""
    verdict: Verdict = "contradicted"
    message = f"标题为“{claim}”，正文为“{found}”"
    if same is not None:
        verdict, message = "confirmed", "正文一致"
    elif nearest is None:
        verdict, message = "unsupported", f"正文没有“{claim}”这一数字，请核实"
    return ClaimFinding(
        _KINDS[figure.kind],
        verdict,
        claim,
        found,
        message,
        figure.start,
        figure.end,
        nearest.start if nearest else -1,
        nearest.end if nearest else -1,
    )


def _same_unit(claimed: Figure, known: Figure) -> bool:
    if known.value is None:
        return False
    if "bare" in (claimed.kind, known.kind):
        return claimed.kind == known.kind or (claimed.value or 0) >= 10_000
    if claimed.kind != known.kind:
        return False
    both = {claimed.unit, known.unit}
    return claimed.unit == known.unit or both <= _COUNTERS


def _agrees(claimed: Figure, known: Figure) -> bool:
    """Whether the text bears the title out; 超 and 近 leave room for a rounded number."""
    a, b = claimed.value or 0.0, known.value or 0.0
    if claimed.op == "range" or known.op == "range":
        return a == b and claimed.value_max == known.value_max
    if a == b:
        return True
    if claimed.op in ("gt", "ge"):
        return a < b <= 1.2 * a
    if claimed.op == "le":
        return 0.9 * a <= b < a
    return claimed.op == "approx" and abs(a - b) <= 0.05 * a


def _distance(claimed: Figure, known: Figure) -> float:
    a, b = claimed.value or 0.0, known.value or 0.0
    return abs(a - b) / max(a, b, 1e-9)


def _years(title: str, text: str) -> Iterator[ClaimFinding]:
    """A year of the title must be in the text when the text names years at all."""
    known = {m["y"]: m for m in reversed(list(_YEAR.finditer(text)))}
    for match in _YEAR.finditer(title):
        if match["y"] in known:
            yield _finding("year", match, "confirmed", "正文一致", known[match["y"]])
        elif known:
            other = min(known, key=lambda year: abs(int(year) - int(match["y"])))
            message = f"标题为“{match[0].strip()}”，正文只有{other}年"
            yield _finding("year", match, "contradicted", message, known[other])


def _days(title: str, text: str) -> Iterator[ClaimFinding]:
    """A day of the title (12月5日) must be among the days of the text."""
    known = {(int(m["m"]), int(m["d"])): m for m in _MONTH_DAY.finditer(text)}
    for match in _MONTH_DAY.finditer(title):
        key = int(match["m"]), int(match["d"])
        if key in known:
            yield _finding("day", match, "confirmed", "正文一致", known[key])
        elif known:
            other = next(iter(known.values()))
            message = f"标题为“{match[0]}”，正文为“{other[0]}”"
            yield _finding("day", match, "contradicted", message, other)
        else:
            yield _finding("day", match, "unsupported", "正文没有这一日期，请核实")
