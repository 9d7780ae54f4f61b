"""Who signed a text and when: the signature block.

Works on plain text with one paragraph a line and also on text whose line breaks were lost, as
search interfaces of portals deliver it. Form of the block: GB/T 9704-2012, 7.3.5.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from pipelines.dates import DateSpan, find_dates
from pipelines.fields.issuers import bodies_in, body_at_end, may_end_with_body


@dataclass(frozen=True, slots=True)
class Signature:
    """Names and day of a signature block; ``start`` and ``span`` locate it in the text."""

    bodies: tuple[str, ...]
    written_on: date | None
    start: int
    span: str
    note: str | None = None


_AFTER_DATE = re.compile(
    r"[ \t\u3000\xa0]{0,80}(?:\Z|\n|[（(【\[]|附件|附：|抄送|公开方式|信息公开|[\u4e00-\u9fff]{4}"
    r"|[a-zA-Z\d])"
)
_NOT_AFTER = re.compile(
    r"[ \t\u3000]{0,80}(?:印发|发布|公布|通过|批准|施行|实施|执行|起|至|到|前|后|之前|之后|以前"
    r"|以后|以来|下发|召开|举行|签订|签署|发行"
    r"|开始|上午|下午|晚|凌晨|在|，|、|—|~|－|-|的|消息|讯|电|报道|修订|修正|废止|生效|截止|止|期间|当日|收到|收悉|出台)"
)
_MOST_LINES, _BACK = 40, 600
"""Lines and characters before the day in which signers stand: plans of thirty ministries exist."""
# Documents of the party's centre have their day in brackets under the title.
_UNDER_TITLE = re.compile(r"\s{0,9}[（(](?=\d{4}年\d{1,2}月\d{1,2}日[）)]\s{0,9}\n)")
_SENTENCE_END = "。；！？：:;!?》】”"
_SPACES = " \t\u3000\xa0"
_PERSON = re.compile(
    r"(?:总\s*理|省\s*长|市\s*长|部\s*长|主\s*席|局\s*长|主\s*任|行\s*长|署\s*长)\s*[\u4e00-\u9fff\s·]{2,8}\Z"
)


def find_signature(
    text: str, *, dates: tuple[DateSpan, ...] | None = None, expected: tuple[str, ...] = ()
) -> Signature | None:
    """The first signature block of ``text``: names of organs directly before a date.

    ``expected`` are names from the title; they are found even when text is glued before them.
    """
    loose: Signature | None = None
    spans = find_dates(text) if dates is None else dates
    for span in spans:
        if _NOT_AFTER.match(text, span.end) or not _AFTER_DATE.match(text, span.end):
            continue
        signature = _before_date(text, span, expected)
        if signature is None:
            continue
        if signature.bodies:
            return signature
        loose = loose or signature
    return loose or _under_title(text, spans) or _enacted(text, spans)


# Acts of Macau: 二零二五年三月十日制定。 on a line of its own
_ENACTED = re.compile(r"(?:制定|通過|核准)。\s{0,3}(?:\n|\Z)")
_AT_END = 400
"""Characters at the end of a text in which such a line stands."""


def _enacted(text: str, spans: tuple[DateSpan, ...]) -> Signature | None:
    for span in spans:
        if span.start < len(text) - _AT_END or not _ENACTED.match(text, span.end):
            continue
        if text[max(0, span.start - 1) : span.start] in ("", "\n"):
            return Signature((), span.value, span.start, text[span.start : span.end + 3])
    return None


def _under_title(text: str, spans: tuple[DateSpan, ...]) -> Signature | None:
    match = _UNDER_TITLE.match(text)
    first = spans[0] if spans else None
    if match is None or first is None or first.start != match.end():
        return None
    return Signature((), first.value, first.start, first.text)


def _before_date(text: str, span: DateSpan, expected: tuple[str, ...]) -> Signature | None:
    left = text[max(0, span.start - _BACK) : span.start].rstrip(_SPACES)
    own_line = left == "" or left.endswith("\n")
    lines = left.rstrip().split("\n")
    bodies: list[str] = []
    first = len(lines)
    for number in range(len(lines) - 1, max(-1, len(lines) - _MOST_LINES), -1):
        if lines[number].strip(_SPACES) in _ENDS_OF_NAMES and number and not bodies:
            lines[number - 1] = lines[number - 1].rstrip(_SPACES) + lines[number].strip(_SPACES)
            first = number
            continue
        names = _signers(lines[number])
        if names:
            bodies[:0] = _with_branches(names, bodies)
        elif not _PERSON.search(lines[number].strip()) or bodies:
            break
        first = number
    if bodies:
        start = (
            span.start
            - len(text[max(0, span.start - _BACK) : span.start])
            + sum(len(line) + 1 for line in lines[:first])
        )
        return Signature(tuple(dict.fromkeys(bodies)), span.value, start, text[start : span.end])
    glued = _glued_signers(lines[-1], expected) if lines and not own_line else ()
    if glued:
        start = max(0, span.start - 60)
        return Signature(glued, span.value, start, text[start : span.end].strip())
    if own_line and _alone(text, span) and not _is_heading(text, span):
        if below := _below(text, span):
            return below
        return Signature((), span.value, span.start, span.text)
    return None


_ENDS_OF_NAMES = frozenset({"办公室", "办公厅", "委员会", "管理委员会", "秘书处"})
"""What is left of a name that was broken over two lines."""
_SPLIT_BRANCHES = ("国家税务总局", "国家金融监督管理总局", "中国证券监督管理委员会", "中国人民银行")
_BRANCH = re.compile(r"[\u4e00-\u9fff]{2,9}(?:税务局|监管局|监管分局|分行|中心支行)\Z")


def _with_branches(names: tuple[str, ...], below: list[str]) -> tuple[str, ...]:
    """国家税务总局 over 浙江省税务局 is one name on two lines."""
    if names[-1] in _SPLIT_BRANCHES and below and _BRANCH.match(below[0]):
        return (*names[:-1], names[-1] + below.pop(0))
    return names


def _below(text: str, span: DateSpan) -> Signature | None:
    """The name under its day, where the text ends with it."""
    rest = text[span.end : span.end + 80].strip()
    names = _signers(rest) if rest and "\n" not in rest and span.end + 80 >= len(text) else ()
    if not names:
        return None
    return Signature(names, span.value, span.start, text[span.start :].rstrip())


def _alone(text: str, span: DateSpan) -> bool:
    rest = text[span.end : span.end + 30].split("\n", 1)[0].strip()
    return rest == "" or rest.startswith(("（此件", "(此件", "（公开", "（信息公开"))


def _is_heading(text: str, span: DateSpan) -> bool:
    """A bare date in the first lines is the page's date line, not a signature."""
    return span.start < 60 and len(text) > 400


def _signers(line: str) -> tuple[str, ...]:
    plain = line.strip(_SPACES + "（）()")
    if not plain or len(plain) > 120:
        return ()
    pieces = plain.split()
    if len(pieces) > 1 and any(len(piece) == 1 for piece in pieces):
        plain = "".join(pieces)
    return _named(plain)


def _named(text: str) -> tuple[str, ...]:
    """Names of organs in ``text``, freed of a heading that stands before the first of them."""
    if not may_end_with_body(text):
        return ()
    names = bodies_in(text)
    if not names:
        own = body_at_end(text)
        return bodies_in(own) if own != text else ()
    return tuple(map(body_at_end, names))


def _glued_signers(line: str, expected: tuple[str, ...]) -> tuple[str, ...]:
    """Signers at the end of a line that lost its breaks: …抓好落实。重庆市人民政府 2019年…"""
    tail = line[-60:].rstrip(_SPACES)
    cut = max(tail.rfind(mark) for mark in _SENTENCE_END)
    tail = tail[cut + 1 :].strip(_SPACES)
    if names := _named(tail):
        return names
    last = re.split(r"[ \t\u3000\xa0]{2,}", tail)[-1]
    if last != tail and (names := _named(last)):
        return names
    return tuple(name for name in expected if tail.endswith(name))
