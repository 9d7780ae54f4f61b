"""Whether two pages carry the same document: likeness proposes, metadata decides.

A similarity alone never merges. Texts of different places share templates (one rule text in two
cities reached 0.94), versions of one law exceed 0.8, and standing titles repeat every week; so
place, issuer, number, period and dates are compared before two pages are called one document.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Literal

from pipelines.fields.countries import countries_in
from pipelines.fields.docnumber import normalise_doc_number
from pipelines.fields.issuers import canonical_body
from pipelines.fields.regions import locate
from pipelines.fingerprint import containment, likeness, normalise_text
from pipelines.items import Fingerprint

RelationKind = Literal["same", "excerpt", "revision", "same_text_other_issuer", "different"]

SAME_TEXT = 0.6
"""MinHash estimate from which two texts count as one text (verification threshold 0.6-0.7)."""
NEXT_DAYS_TEXT = 0.7
"""The same for pages up to three days apart without a number or day of writing in common."""
OTHER_DAY_TEXT = 0.8
"""The same for pages further apart."""
SAME_SENTENCES = 0.3
NEXT_DAYS_SENTENCES = 0.6
OTHER_DAY_SENTENCES = 0.8
MIN_SENTENCES = 3
NEWS_DAYS = 3
"""Reprints follow within three days; days of writing may differ as much (misprints, zones)."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """What the comparison needs of a document; every field but the title may be unknown.

    ``published_on`` is the day of the page, ``written_on`` that of the document itself.
    """

    title: str
    fingerprint: Fingerprint | None = None
    doc_number: str | None = None
    issuing_bodies: tuple[str, ...] = ()
    written_on: date | None = None
    published_on: date | None = None
    region: str | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """The verdict with its reason (for the editor) and the likeness it rests on."""

    kind: RelationKind
    reason: str
    likeness: float = 0.0
    shared_sentences: int = 0

    @property
    def merges(self) -> bool:
        """Whether the two pages belong in one cluster."""
        return self.kind in ("same", "excerpt")


_YEARS = re.compile(r"(?:19|20)\d\d")
_NUMBERS = re.compile(r"\d+(?:\.\d+)?|第?[一二三四五六七八九十百]{1,4}(?=[批届次号期年月季])")
_TITLE_NAME = re.compile(r"《([^《》]{4,80})》")
_DRAFT = re.compile(r"征求意见|草案|送审稿")
_REVISED = re.compile(r"修订|修正|修改|(?:19|20)\d\d年(?:版|修)")
_GENERIC = re.compile(
    r"\A(?:中华人民共和国)?(?:国务院令|国务院公告|主席令|公告|通告|国内联播快讯|国际联播快讯|联播快讯|新闻联播|今日要闻|快讯|简讯)\Z"
)


def same_document(a: Sketch, b: Sketch) -> Relation:
    """How page ``b`` relates to page ``a``; symmetric in its arguments.

    ``same`` and ``excerpt`` belong to one cluster; ``revision`` is another version of the same
    instrument; ``same_text_other_issuer`` is a template or a co-published text.
    """
    score, shared, share = _text_likeness(a, b)
    if a.doc_number and b.doc_number:
        return _by_number(a, b, score, shared)
    exact = _same_text(a, b)
    text_floor, share_floor = _floors(a, b)
    alike = exact or score >= text_floor or (shared >= MIN_SENTENCES and share >= share_floor)
    if not alike:
        return Relation("different", "文本不相似", score, shared)
    conflict = _conflict(a, b)
    if conflict:
        return Relation(conflict[0], conflict[1], score, shared)
    if exact or score >= text_floor or (share >= 0.8 and _comparable(a, b)):
        return Relation("same", "文本一致且地区、机关、文号、期间不冲突", score, shared)
    return Relation("excerpt", f"共有{shared}个句子，占较短一篇的{share:.0%}", score, shared)


def _floors(a: Sketch, b: Sketch) -> tuple[float, float]:
    """Pages of different days need more in common: weekly reports and ceremonies repeat."""
    if a.written_on and a.written_on == b.written_on:
        return SAME_TEXT, SAME_SENTENCES
    if not a.published_on or not b.published_on or a.published_on == b.published_on:
        return SAME_TEXT, SAME_SENTENCES
    if abs((a.published_on - b.published_on).days) <= NEWS_DAYS:
        return NEXT_DAYS_TEXT, NEXT_DAYS_SENTENCES
    return OTHER_DAY_TEXT, OTHER_DAY_SENTENCES


def _text_likeness(a: Sketch, b: Sketch) -> tuple[float, int, float]:
    if a.fingerprint is None or b.fingerprint is None:
        return 0.0, 0, 0.0
    score = likeness(a.fingerprint.signature, b.fingerprint.signature)
    shared, share = containment(a.fingerprint.sentences, b.fingerprint.sentences)
    return score, shared, share


def _same_text(a: Sketch, b: Sketch) -> bool:
    left, right = a.fingerprint, b.fingerprint
    return bool(left and right and left.length and left.text_sha256 == right.text_sha256)


def _comparable(a: Sketch, b: Sketch) -> bool:
    """Whether the shorter text is not a mere part of the longer one."""
    if a.fingerprint is None or b.fingerprint is None:
        return False
    lengths = sorted((a.fingerprint.length, b.fingerprint.length))
    return lengths[0] >= 0.6 * lengths[1]


def _by_number(a: Sketch, b: Sketch, score: float, shared: int) -> Relation:
    # numbers from abroad (Directive (EU) 2022/2555) have no other form than the printed one
    left = normalise_doc_number(a.doc_number) or a.doc_number
    right = normalise_doc_number(b.doc_number) or b.doc_number
    if left != right:
        kind: RelationKind = "different"
        if score >= SAME_TEXT:
            kind = "revision" if _same_instrument(a, b) else "same_text_other_issuer"
        return Relation(kind, f"文号不同：{a.doc_number} / {b.doc_number}", score, shared)
    known = a.fingerprint is not None and b.fingerprint is not None
    same_title = normalise_text(a.title) == normalise_text(b.title)
    if (not known and same_title) or score >= SAME_TEXT or _same_text(a, b):
        return Relation("same", f"文号相同：{left}", score, shared)
    if shared >= MIN_SENTENCES:
        return Relation("excerpt", f"文号相同（{left}），文本部分一致", score, shared)
    return Relation("different", f"文号相同（{left}）但文本不同", score, shared)


def _conflict(a: Sketch, b: Sketch) -> tuple[RelationKind, str] | None:
    """The first fact that says these are two documents although the texts are alike."""
    if _places_differ(a, b):
        return "same_text_other_issuer", "地区不同"
    if _issuers_differ(a, b):
        return "same_text_other_issuer", "发文机关不同"
    if bool(_DRAFT.search(a.title)) != bool(_DRAFT.search(b.title)):
        return "revision", "一篇为征求意见稿"
    if _version_differs(a, b):
        return "revision", "同一文件的不同版本"
    if _periods_differ(a.title, b.title):
        return "different", "标题中的年份或期次不同"
    if a.written_on and b.written_on and abs((a.written_on - b.written_on).days) > NEWS_DAYS:
        return "revision", "成文日期不同"
    if _reports_differ(a, b):
        return "different", "报道日期不同或主体不同"
    return None


def _place(sketch: Sketch) -> str | None:
    """The place the document is about or from: of the named document, the title, the issuers.

    The region alone may be that of the medium that carries a reprint: it counts only beside
    issuing bodies.
    """
    name = _TITLE_NAME.search(sketch.title)
    for text in (name[1] if name else "", sketch.title, *sketch.issuing_bodies):
        place = locate(text) if text else None
        if place is not None:
            return place.region.path
    known = sketch.issuing_bodies and sketch.region and "-" in sketch.region
    return sketch.region if known else None


def _places_differ(a: Sketch, b: Sketch) -> bool:
    left, right = _place(a), _place(b)
    if not left or not right or left == right:
        return False
    return not (left.startswith(right + "-") or right.startswith(left + "-"))


def _issuers_differ(a: Sketch, b: Sketch) -> bool:
    left = {canonical_body(name) for name in a.issuing_bodies}
    right = {canonical_body(name) for name in b.issuing_bodies}
    if not left or not right or left & right:
        return False
    short = any(_abbreviates(x, y) or _abbreviates(y, x) for x in left for y in right)
    return not (short and _more_in_common(a, b))


_RANK = re.compile(r"(?:省|市|自治区|区|县|自治州|州|旗|新区)(?=[\u4e00-\u9fff]{2})")


def _abbreviates(short: str, full: str) -> bool:
    """省人民政府办公厅 for 某省人民政府办公厅: the rank stands for the place the page is from."""
    if not _RANK.match(short) or not full.endswith(short):
        return False
    place = full.removesuffix(short)
    return 0 < len(place) <= 12 and not (short[0] == "区" and place.endswith("自治"))


def _more_in_common(a: Sketch, b: Sketch) -> bool:
    """A place both are known to be from, the very same text, or the day of writing."""
    if _same_text(a, b) or (a.written_on is not None and a.written_on == b.written_on):
        return True
    place = _place(a)
    return place is not None and place == _place(b)


def _version_differs(a: Sketch, b: Sketch) -> bool:
    if not _same_instrument(a, b):
        return False
    if bool(_REVISED.search(a.title)) != bool(_REVISED.search(b.title)):
        return True
    return bool(a.written_on and b.written_on and a.written_on != b.written_on)


def _same_instrument(a: Sketch, b: Sketch) -> bool:
    return _bare_name(a.title) == _bare_name(b.title)


def _bare_name(title: str) -> str:
    named = _TITLE_NAME.search(title)
    text = named[1] if named else title
    text = re.sub(r"[（(][^（）()]{0,30}[）)]", "", text)
    return normalise_text(text).removeprefix("中华人民共和国")


def _numbers(title: str) -> tuple[str, ...]:
    return tuple(_NUMBERS.findall(unicodedata.normalize("NFKC", title)))


def _periods_differ(a: str, b: str) -> bool:
    """Whether two titles name different years, months, issues or batches."""
    left, right = _numbers(a), _numbers(b)
    if left == right or not left or not right:
        return False
    left_words = re.sub(r"[\d一二三四五六七八九十百.]+", "#", normalise_text(a))
    right_words = re.sub(r"[\d一二三四五六七八九十百.]+", "#", normalise_text(b))
    if left_words == right_words:
        return True
    years = set(_YEARS.findall(a)), set(_YEARS.findall(b))
    return bool(years[0] and years[1]) and not years[0] & years[1]


def _reports_differ(a: Sketch, b: Sketch) -> bool:
    """Reports of one wording: other day with a standing title, or another named party."""
    if a.published_on and b.published_on:
        gap = abs((a.published_on - b.published_on).days)
        generic = _GENERIC.match(normalise_text(a.title)) and _GENERIC.match(
            normalise_text(b.title)
        )
        if gap > 0 and generic:
            return True
    left, right = countries_in(a.title), countries_in(b.title)
    if left and right and not left & right:
        return True
    return _title_swaps_a_name(a.title, b.title)


def _title_swaps_a_name(a: str, b: str) -> bool:
    """习近平会见甲国总统 / 习近平会见乙国总统: equal but for one short span in the middle."""
    left, right = normalise_text(a), normalise_text(b)
    if left == right or not left or not right or abs(len(left) - len(right)) > 8:
        return False
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    changed = [op for op in matcher.get_opcodes() if op[0] != "equal"]
    if len(changed) > 2 or matcher.ratio() < 0.6:
        return False
    return all(
        op[0] == "replace" and 1 < op[2] - op[1] <= 12 and 1 < op[4] - op[3] <= 12 for op in changed
    )
