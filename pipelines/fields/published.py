"""The day and moment a page was published, chosen among everything that states one.

Order: a labelled field of the page, the publisher's meta data, a labelled line near the title,
the list row or feed entry, the address, an unlabelled date near the title. Values outside the
plausible window are ignored; 1970, far future and copyright years never win.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from pipelines.dates import (
    date_from_url,
    find_dates,
    is_plausible,
    parse_date,
    parse_datetime,
)
from pipelines.extraction.facts import DATE_FACTS
from pipelines.fields.issuers import looks_like_body
from pipelines.items import Hints

PUBLISHED_LABELS = (
    "发布日期", "发布时间", "公开日期", "公开时间", "发布于", "上网日期", "上网时间", "公布日期",
    "公布时间", "发表时间", "发表日期", "发稿时间", "信息时间", "更新时间", "更新日期", "时间",
    "日期",
)  # fmt: skip
_LABEL_RANKS = {label: rank for rank, label in enumerate(PUBLISHED_LABELS)}
_META_RANKS = {key: rank for rank, key in enumerate(("layout:date", *DATE_FACTS))}
#: what scripts, named elements and the address of the shared picture say, and how far to trust it
_STAMPS = (("script:date", 0.83), ("named:date", 0.8), ("labelled:date", 0.79),
           ("image:date", 0.6))  # fmt: skip
_LABELLED = re.compile(
    r"(?P<full>(?:发布|发表|发稿|公布|公开|上网|更新|信息|录入|添加|创建|发文|编辑|刊登)(?:时间|日期)|发布于|发表于)"
    r"|(?P<bare>时间|日期)|(?<![^\W_])(?:(?P<verb>published|posted|updated?)|date)(?![^\W_])",
    re.IGNORECASE,
)
_COLON = re.compile(r"\s{0,3}[:：]")
_TIGHT = re.compile(r"[\s（(\[【]{0,4}")
_TIGHT_LATIN = re.compile(r"\s{0,3}(?:on|at)?\s{0,3}")
_UPDATED = re.compile(r"更新|修改|updated|modified", re.IGNORECASE)
_NOT_PUBLISHED = re.compile(
    r"成文|生成|施行|实施|生效|失效|截止|有效|印发|签发|发文|废止|copyright|©|版权|今天是|现在是|当前|event|开标|报名|会议时间"
    r"|joined|registered|member since|born|founded|established|deadline|expires|valid",
    re.IGNORECASE,
)


_TEXTS_KEPT = 128
"""Texts kept with their day: table, list row and date line of a page often say the same."""
_STEP = 0.001
"""Confidence that each rank in a list of keys costs."""
_WEAK_META = dict.fromkeys(("time:datetime", "maketime", "createdate", "time"), 0.85)
_CERTAIN = 0.95
_LEAD, _DATE_LINE, _BESIDE_DATE = 600, 60, 24
_PLACE_BEFORE = re.compile(r"[A-Z][A-Za-zÀ-ÿ.'’ ,/()\-]{1,50}[,–—(:\-] ?")
_DASH_AFTER = re.compile(r"\)?\s{0,2}(?:[-–—/(:|]|\Z)")


@dataclass(frozen=True, slots=True)
class Published:
    """A publication day (and moment, UTC, when a time was stated) with its evidence."""

    day: date
    moment: datetime | None
    span: str
    rule: str
    place: str
    start: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Places:
    """The parts of a page a date may be read from, as text."""

    meta: Mapping[str, str]
    table: Mapping[str, str]
    head: str
    url: str
    hints: Hints
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Clock:
    """How dates are read: zone of times, zone of the day of UTC stamps, today, language."""

    zone: str
    day_zone: str
    today: date | None
    lang: str

    def day(self, text: str) -> date | None:
        return _day_of(text, self.today, self.lang, self.day_zone)

    def moment(self, text: str) -> datetime | None:
        return _moment_of(text, self.zone, self.lang)


@lru_cache(maxsize=_TEXTS_KEPT)
def _day_of(text: str, today: date | None, lang: str, zone: str) -> date | None:
    return parse_date(text, today=today, lang=lang, zone=zone)


@lru_cache(maxsize=_TEXTS_KEPT)
def _moment_of(text: str, zone: str, lang: str) -> datetime | None:
    return parse_datetime(text, zone=zone, lang=lang)


def find_published(
    places: Places, *, zone: str, today: date | None, lang: str, day_zone: str | None = None
) -> Published | None:
    """The best plausible candidate; agreement between sources raises its confidence.

    Times without a zone are local to ``zone``; ``day_zone`` (default ``zone``) is the one whose
    day a stamp in UTC means.
    """
    clock = _Clock(zone, day_zone or zone, today, lang)
    candidates = [c for c in _candidates(places, clock) if is_plausible(c.day, today=today)]
    if not candidates:
        return None
    best = max(candidates, key=lambda c: c.confidence)
    best = _settled(best, candidates, clock)
    others = [c for c in candidates if c.place != best.place]
    confidence = best.confidence
    if any(c.day == best.day for c in others):
        confidence = min(0.99, confidence + 0.05)
    elif others and all(abs((c.day - best.day).days) > 1 for c in others):
        confidence -= 0.05
    moment = best.moment or next((c.moment for c in others if c.moment and c.day == best.day), None)
    return Published(best.day, moment, best.span, best.rule, best.place, best.start, confidence)


_SAME_MOMENT = 600
"""Seconds between two stamps of one moment that different tools of a page wrote."""
_UTC_STAMP = re.compile(r"\d:\d\d(?:[.,]\d{1,9})?\s?(?:Z|UTC|GMT|\+00:?00)\Z")


def _settled(best: Published, candidates: list[Published], clock: _Clock) -> Published:
    """``best``, unless two other places agree against it or it is a stamp in UTC of the night:
    then the address, or the same moment in the publisher's own zone, tells the day there."""
    if best.place == "meta" and clock.day_zone == "UTC" and _UTC_STAMP.search(best.span):
        near = [c for c in candidates if abs((c.day - best.day).days) == 1]
        near = [c for c in near if c.place == "url" or _same_moment(c, best)]
        return replace(best, day=near[0].day) if near else best
    others = [c for c in candidates if c.place != best.place]
    if best.confidence >= _CERTAIN or any(c.day == best.day for c in others):
        return best
    rivals = [c for c in others if len({o.place for o in others if o.day == c.day}) > 1]
    return max(rivals, key=lambda c: c.confidence) if rivals else best


def _same_moment(one: Published, other: Published) -> bool:
    if one.place != "meta" or one.moment is None or other.moment is None:
        return False
    return abs((one.moment - other.moment).total_seconds()) < _SAME_MOMENT


def _candidates(places: Places, clock: _Clock) -> Iterator[Published]:
    yield from _from_fields(places.table, _LABEL_RANKS, "table", 0.97, clock)
    yield from _from_fields(places.meta, _META_RANKS, "meta", 0.94, clock)
    yield from _from_head(places.head, clock)
    for key, confidence in _STAMPS:
        text = places.meta.get(key)
        value = clock.day(text) if text else None
        if text and value:
            moment = clock.moment(text)
            yield Published(value, moment, text, key, "meta", -1, confidence)
    yield from _from_hints(places.hints, clock)
    if not clock.lang.startswith("zh"):
        yield from _from_text(places.text, clock)
    if value := date_from_url(places.url):
        yield Published(value, None, places.url, "url", "url", -1, 0.86)


def _from_fields(
    fields: Mapping[str, str], keys: Mapping[str, int], place: str, top: float, clock: _Clock
) -> Iterator[Published]:
    for rank, key in sorted((keys[key], key) for key in fields if key in keys):
        text = fields[key]
        value = clock.day(text) if text else None
        if text and value:
            moment = clock.moment(text)
            yield Published(
                value, moment, text.strip(), f"{place}:{key}", place, -1,
                min(top - rank * _STEP, _WEAK_META.get(key, 1.0)),
            )  # fmt: skip


def _from_text(text: str, clock: _Clock) -> Iterator[Published]:
    """A line that is a date among the first three of the text, or the dateline of a release:
    ``WASHINGTON, March 5, 2024 –``."""
    for line in text[:_LEAD].split("\n", 3)[:3]:
        span = next(iter(find_dates(line[:120], lang=clock.lang)), None)
        if span is None:
            continue
        before, after = line[: span.start], line[span.end :]
        if len(line) <= _DATE_LINE and len(before) + len(after) <= _BESIDE_DATE:
            yield Published(span.value, None, line, "body:line", "body", -1, 0.8)
        elif _PLACE_BEFORE.fullmatch(before) and _DASH_AFTER.match(after):
            yield Published(span.value, None, line[: span.end], "body:dateline", "body", 0, 0.78)


_RANGE_SIGN = 2
"""Characters between the two days of a range at most: both are what the label says."""
_LINE_PARTS = re.compile(r"[\n|｜]")
_BOUNDARY = re.compile(
    r"[,，]?\s{0,3}(?:\Z|\n|[|｜/【\[（(]|\d{1,2}[:：]\d\d|来源|作者|浏览|字体|字号|编辑|阅读|点击|记者|T\d)"
)
_CLOCK_NEXT = re.compile(r"\s{0,3}\d{1,2}[:：]\d\d")


def _from_head(head: str, clock: _Clock) -> Iterator[Published]:
    lang = clock.lang
    spans = find_dates(head, lang=lang) or (find_dates(head, lang="en") if lang == "zh" else ())
    ended = 0
    for span in spans[:12]:
        # 成文日期：2024-02-28 发布日期：…: what is said of one date is not said of the next
        said = max(0, span.start - 24)
        if len(head[ended : span.start].strip()) > _RANGE_SIGN:
            said = max(said, ended)
        ended = span.end
        before = _LINE_PARTS.split(head[said : span.start])[-1]
        if _NOT_PUBLISHED.search(before) or _signed(head, span.start, span.end):
            continue
        label = _label(head, span.start)
        if (
            not label
            and not _BOUNDARY.match(head, span.end)
            and _line_length(head, span.start) > 60
        ):
            continue
        if label:
            confidence, rule = (0.83 if _UPDATED.search(label) else 0.95), f"head:{label}"
        else:
            apart = _BOUNDARY.match(head, span.end) and not _IN_WORDS.search(before)
            confidence = 0.84 if apart else 0.78
            rule = "head:unlabelled"
        moment = clock.moment(head[span.start : span.end + 12])
        yield Published(span.value, moment, span.text, rule, "head", span.start, confidence)


def _line_length(text: str, at: int) -> int:
    end = text.find("\n", at)
    return (end if end >= 0 else len(text)) - text.rfind("\n", 0, at) - 1


def _signed(head: str, at: int, end: int) -> bool:
    """Whether the line before a date is the name of an organ: a signature, not a date line."""
    if _CLOCK_NEXT.match(head, end):
        return False
    lines = head[max(0, at - 60) : at].rstrip(" \t\u3000").split("\n")
    return len(lines) > 1 and not lines[-1].strip() and looks_like_body(lines[-2])


_IN_WORDS = re.compile(r"[\u4e00-\u9fff]\Z")


def _label(head: str, at: int) -> str:
    """The label of the date at ``at``, "" for words that only contain one.

    A label has a colon, or begins its line and the date follows, or (发布时间, published) is known
    and the date follows at once: 不要浪费时间2015/07/02 is a headline with a day behind it.
    """
    back = head[max(0, at - 40) : at]
    before = _LINE_PARTS.split(back)[-1]
    labels = list(_LABELLED.finditer(before))
    if not labels:
        return ""
    found = labels[-1]
    gap = before[found.end() :]
    if _COLON.match(gap):
        return found[0]
    whole = len(before) < len(back) or at <= 40
    first = whole and not before[: found.start()].strip(" \t\u3000\xa0（(【[·*-")
    if found["full"] or found["bare"]:
        tight = bool(_TIGHT.fullmatch(gap))
        apart = first or not _IN_WORDS.search(before[: found.start()])
        known = tight and (apart or found["full"])
        return found[0] if known or (first and found["full"] and len(gap) <= 8) else ""
    if found["verb"] and _TIGHT_LATIN.fullmatch(gap):
        return found[0]
    return found[0] if first else ""


def _from_hints(hints: Hints, clock: _Clock) -> Iterator[Published]:
    if hints.published_at is not None:
        day = clock.day(hints.published_at.isoformat())
        if day is not None:
            yield Published(
                day, hints.published_at, hints.published_at.isoformat(), "feed", "list", -1, 0.9
            )
    if hints.date_text:
        value = clock.day(hints.date_text)
        if value is not None:
            moment = clock.moment(hints.date_text)
            yield Published(value, moment, hints.date_text, "list", "list", -1, 0.88)
