"""发文字号: find document numbers in text and bring them into one normal form.

Normal forms: ``国办发〔2018〕71号`` (code, year in 〔〕, number without leading zeros),
``国令第754号`` (orders), ``国家税务总局公告2023年第5号`` (announcements).
Source: GB/T 9704-2012, 7.2.5.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipelines.fields.issuers import bodies_in, canonical_body
from pipelines.numerals import chinese_number

Kind = Literal["code", "order", "announcement"]

_OPEN, _CLOSE = r"[〔\[(（【﹝［〈<{「『]", r"[〕\])）】﹞］〉>}」』]"
_DIGIT = r"[0-9０-９]"
_SP = r"[ \t\u3000\xa0]{0,3}"
_CHAR = r"[\u4e00-\u9fffA-Za-zＡ-Ｚａ-ｚ]"
_YEAR = rf"(?P<year>[12１２]{_DIGIT}{{3}}|[二一][〇○零一二三四五六七八九]{{3}})"
_NUMBER = rf"(?P<no>{_DIGIT}{{1,5}}|[〇零一二三四五六七八九十百]{{1,6}})"
# All three end just before 号 and are tried on a window of 56 characters, so their cost is bounded.
_CODE_TAIL = re.compile(
    rf"(?P<code>{_CHAR}{{1,22}}){_SP}{_OPEN}{_SP}{_YEAR}{_SP}年?{_SP}{_CLOSE}{_SP}(?P<nth>第?){_SP}"
    rf"{_NUMBER}{_SP}\Z"
)
_YEAR_TAIL = re.compile(
    rf"(?P<body>{_CHAR}{{0,22}}){_SP}{_OPEN}?{_SP}{_YEAR}{_SP}年{_SP}{_CLOSE}?{_SP}第{_SP}{_NUMBER}{_SP}\Z"
)
_ORDER_TAIL = re.compile(rf"(?P<body>{_CHAR}{{1,30}}?){_SP}{_OPEN}?{_SP}第?{_SP}{_NUMBER}{_SP}\Z")
_AFTER = re.compile(rf"号{_SP}[）)〕\]]?{_SP}(?P<kind>令|公告|通告)?")
# Words that end a title or open a phrase; text is often glued to the code that follows them.
_TITLE_END = re.compile(
    r".{0,120}(?:通知|意见|批复|的决定|通报|的报告|的函|复函|规定|办法|细则|条例|方案|规划|纲要|要点|目录|名单"
    r"|清单|请示|文号|字号|编号|文件|根据|按照|依据|关于|印发|转发|以及|发文机关|日)"
)
_JOINT = re.compile(r".{0,120}(?:[和及与见按以号]|(?<!数)据)")
_ORDER_BODY = re.compile(r"(?:国务院|主席|国|部|委员会|委|总局|局|署|办公室|政府|府|银行|院)令\Z")
_NOTICE_BODY = re.compile(r"(?:公告|通告)\Z")


@dataclass(frozen=True, slots=True)
class DocNumber:
    """One number found: its normal form and where it stands (``start``/``end`` in the text)."""

    value: str
    kind: Kind
    start: int
    end: int
    text: str


def _number(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    if plain.isascii():
        return str(int(plain))
    return str(chinese_number(plain))


def _cut(raw: str, *patterns: re.Pattern[str]) -> str:
    """``raw`` in NFKC without the title words or phrase glued to its front."""
    text = unicodedata.normalize("NFKC", raw)
    for pattern in patterns:
        match = pattern.match(text)
        if match and match.end() < len(text):
            text = text[match.end() :]
    return text.removeprefix("中华人民共和国")


def _code_number(match: re.Match[str]) -> tuple[str, Kind, int] | None:
    code = _cut(match["code"], _TITLE_END, _JOINT)
    if code[-1] in "月日第" or len(code) > 14:
        return None
    year = unicodedata.normalize("NFKC", match["year"])
    if not year.isascii():
        year = str(chinese_number(year))
    start = match.end("code") - len(code)
    if code.endswith(("令", "公告")):
        return f"{code}〔{year}〕{match['nth']}{_number(match['no'])}号", "order", start
    return f"{code}〔{year}〕{_number(match['no'])}号", "code", start


def _yearly_number(match: re.Match[str], after: str) -> tuple[str, Kind, int] | None:
    body = _cut(match["body"], _TITLE_END)
    kind = next((word for word in ("公告", "通告", "令") if body.endswith(word)), after)
    if not kind:
        return None
    body = body.removesuffix(kind)
    year = unicodedata.normalize("NFKC", match["year"])
    if not year.isascii():
        year = str(chinese_number(year))
    start = match.end("body") - len(body) - (len(kind) if not after else 0)
    return f"{body}{kind}{year}年第{_number(match['no'])}号", "announcement", max(start, 0)


def _order_number(match: re.Match[str], after: str) -> tuple[str, Kind, int] | None:
    raw = match["body"].rstrip("第")
    body = _cut(raw, _TITLE_END) + (after if after == "令" else "")
    start = match.start("body") + len(raw) - len(_cut(raw, _TITLE_END))
    if _ORDER_BODY.search(body):
        name = {"国务院令": "国令"}.get(body, body)
        return f"{name}第{_number(match['no'])}号", "order", start
    if _NOTICE_BODY.search(body) and len(body) > 4:
        return f"{body}第{_number(match['no'])}号", "announcement", start
    return None


def compared(number: str) -> str:
    """A normal form as it is compared: 令〔2020〕第1号 and 令〔2020〕1号 are one number, and so are
    those of a body and its short name. An order of several bodies counts as the last one's."""
    plain = number.replace("〕第", "〕")
    body, order, rest = plain.partition("令")
    if not order or body in ("国", "主席"):
        return plain
    return f"{canonical_body(body.rpartition('中华人民共和国')[2])}令{rest}"


def find_doc_numbers(text: str) -> tuple[DocNumber, ...]:
    """All document numbers of ``text`` in order, normalised. Linear in the length of the text."""
    found: list[DocNumber] = []
    for at in _number_ends(text):
        first = max(0, at - 56, found[-1].end if found else 0)
        number = _number_before(text, first, at)
        if number is not None:
            found.append(number)
    return tuple(found)


def _number_ends(text: str) -> Iterator[int]:
    """Positions of 号 after a numeral: the only places where a document number can end."""
    at = text.find("号")
    while at >= 0:
        before = text[max(0, at - 3) : at].rstrip()
        if before and (before[-1].isdigit() or before[-1] in "〇零一二三四五六七八九十百"):
            yield at
        at = text.find("号", at + 1)


def _number_before(text: str, first: int, at: int) -> DocNumber | None:
    window = text[first:at]
    after = _AFTER.match(text, at)
    kind = (after["kind"] if after else None) or ""
    built: tuple[str, Kind, int] | None = None
    if match := _CODE_TAIL.search(window):
        built = _code_number(match)
    elif match := _YEAR_TAIL.search(window):
        built = _yearly_number(match, kind)
    elif match := _ORDER_TAIL.search(window):
        built = _order_number(match, kind)
    if built is None:
        return None
    value, name, start = built
    end = after.end() if after and kind and value.startswith(("国令",)) else at + 1
    return DocNumber(value, name, first + start, end, text[first + start : end])


def normalise_doc_number(text: str | None) -> str | None:
    """Normal form of a document number written in any way; None when there is none in ``text``."""
    if not text:
        return None
    found = find_doc_numbers(" ".join(text.split()))
    return found[0].value if found else None


def order_number(text: str, *, title: str) -> str | None:
    """第754号 in the number field of a page titled 中华人民共和国国务院令, else None."""
    match = re.fullmatch(
        r"\s{0,9}(第?\s{0,9}[0-9０-９一二三四五六七八九十百零〇]{1,6}\s{0,9}号)\s{0,9}", text
    )
    if match is None or not title.endswith("令"):
        return None
    return normalise_doc_number(title + match[1])


_FOLLOWS_TITLE = re.compile(
    r"(?:通知|意见|办法|规定|决定|方案|批复|公告|函|通报|复函|请示|报告|条例|细则|规划"
    r"|计划|纲要|措施|令|答复)[）)]?[ \t\u3000\n]{0,6}\Z"
)


def own_number(text: str, *, title: str = "") -> DocNumber | None:
    """The document's own number in running text: on a line of its own near the head, glued to
    the title, or behind the text; a number in a citation (《…》（财建〔2021〕297号）) is none."""
    for number in find_doc_numbers(text[:1200]):
        if _stands_alone(text, number, title) or _glued_to_title(text, number, title):
            return number
    tail = max(1200, len(text) - 160)
    for number in find_doc_numbers(text[tail:]):
        moved = DocNumber(
            number.value, number.kind, number.start + tail, number.end + tail, number.text
        )
        if _stands_alone(text, moved, title) or _after_public_note(text, moved):
            return moved
    return None


_BEFORE_OWN = re.compile(
    r"(?:发?文(?:字)?号[:：]?)?(?:\d{4}年\d{1,2}月\d{1,2}日)?[ \t\u3000]*"
    r"(?:(?:中华人民共和国)?国务院[、 ]?)?"
)


# 商务部 海关总署公告2025年第18号 公布…的决定
_OF_JOINT = re.compile(r"\Z|[\s\u3000]{0,3}(?:公布|关于)")


def _stands_alone(text: str, number: DocNumber, title: str) -> bool:
    start = text.rfind("\n", 0, number.start) + 1
    end = text.find("\n", number.end)
    before = text[start : number.start].strip(" \t\u3000（(【[〔").removesuffix("中华人民共和国")
    after = text[number.end : end if end >= 0 else len(text)].strip(" \t\u3000）)】]〕")
    joint = number.kind != "code" and bool(_OF_JOINT.match(after)) and bool(bodies_in(before))
    if joint and after:
        return True
    if not joint and not _BEFORE_OWN.fullmatch(before):
        return False
    if not after or start == number.start == 0:
        return True
    if title and _same_words(after).startswith(_same_words(title)):
        return True
    return bool(re.match(r"各|\d{4}年|[\u4e00-\u9fff]{2,20}[:：]|签发人|公布|发布|施行", after))


def _same_words(text: str) -> str:
    return re.sub(r"\W+", "", text)


def _glued_to_title(text: str, number: DocNumber, title: str) -> bool:
    before = text[: number.start]
    if "（" in before[-2:] or "(" in before[-2:] or _inside_quotes(before):
        return False
    plain = "".join(before.split())
    wanted = "".join(title.split())
    if wanted and plain.endswith(wanted[-8:]) and len(plain) <= len(wanted) + 40:
        return True
    return (
        len(plain) <= 120
        and "。" not in plain
        and bool(_FOLLOWS_TITLE.search(before))
        and "：" not in plain
        and ":" not in plain
    )


def _inside_quotes(before: str) -> bool:
    return before.count("《") > before.count("》")


_GOES_ON = re.compile(r"[）)]?令?[\u4e00-\u9fff]")


def _after_public_note(text: str, number: DocNumber) -> bool:
    before = text[max(0, number.start - 24) : number.start]
    if _GOES_ON.match(text, number.end):
        return False
    return bool(
        re.search(r"(?:公开发布|依申请公开|主动公开|\d{1,2}日)[）)]?[ \t\u3000]{0,3}\Z", before)
    )
