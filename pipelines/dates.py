"""Calendar dates as Chinese and English pages write them, and nothing that only looks like one.

``parse_date`` reads one short field (a list cell, a meta value); ``find_dates`` scans running
text. 近日, 日前, 昨日 are no dates. Zones: a time with a zone is turned into the day at the
publisher (``zone``, default Asia/Shanghai); a time without one is local to the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from pipelines.eras import era_days
from pipelines.months import month_number

FIRST_DAY = date(1949, 10, 1)
"""No Chinese official document of today's organs is older."""
FUTURE_DAYS = 2
"""A page may be dated at most this many days after it was fetched (zones, early postings)."""

_CHINESE_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {
    "零": 0, "○": 0, "Ｏ": 0, "O": 0, "0": 0, "◯": 0, "０": 0, "Ο": 0, "О": 0,
}  # fmt: skip
_FULL_WIDTH = str.maketrans(
    "０１２３４５６７８９－／．：٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "0123456789-/.:01234567890123456789"
)
_HAS_FULL_WIDTH = re.compile("[０-９－／．٠-٩۰-۹]")
_S = r"[ \t\n\u3000\xa0]{0,3}"
# 2024年3月5日, 2024-03-05, 2024/3/5, 2024.03.05, 2024年3月5 (a missing 日 is common in print).
# Patterns begin with a plain character class, what must not precede is looked at afterwards:
# the scan for candidates is four times faster that way.
_NUMERIC = re.compile(
    rf"(?P<y>(?:19|20)\d\d)(?<![\d.]\d{{4}})(?<!\d[-/]\d{{4}}){_S}(?P<s>[年년\-/.—–]){_S}"
    rf"(?P<m>1[0-2]|0?[1-9]){_S}(?P<t>[月월\-/.—–]){_S}(?P<d>3[01]|[12]\d|0?[1-9])"
    rf"(?!\d|[-/.]\d)(?:{_S}[日号일])?"
)
_HAN = re.compile(
    r"(?P<y>[一二][〇○ＯOΟО0０◯零一二三四五六七八九]{3})[ \t]{0,3}年[ \t]{0,3}"
    r"(?P<m>十[一二]?|[一二三四五六七八九]|元|正)[ \t]{0,3}月[ \t]{0,3}"
    r"(?P<d>三十一?|二?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|[一二三四五六七八九])"
    r"[ \t]{0,3}[日号]?"
)
_COMPACT = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"
)
_MONTH_DAY = re.compile(
    r"(?<![\d年.\-/])(?<!\d )(?P<m>1[0-2]|0?[1-9])(?P<s>[ \t]{0,2}月[ \t]{0,2}|[-/.])"
    r"(?P<d>3[01]|[12]\d|0?[1-9])(?!\d|[-/.]\d)[日号]?"
)
# A month by its name stands before or after a year: the years are found first, for speed.
_YEAR = re.compile(r"(?:19|20)\d\d(?<!\d\d{4})(?!\d)")
_DAY = r"3[01]|[12]\d|0?[1-9]"
_WORD = r"[^\W\d_]{2,14}"
_NAMED_BEFORE = re.compile(
    rf"(?:(?<![^\W_])(?P<mon>{_WORD})\.?[ \t\xa0]{{1,2}}(?P<d>{_DAY})(?:st|nd|rd|th)?,?"
    rf"|(?<![\d.,:/])(?P<d2>{_DAY})(?:st|nd|rd|th|er|º|ª)?\.?[ \t\xa0/\-]{{1,2}}"
    r"(?:(?:day )?of |de |di |[^\W\d_]{2,12} ?/ ?)?"
    rf"(?P<mon2>{_WORD})\.?,?)[ \t\xa0/\-]{{1,2}}(?:at |de |del )?\Z",
    re.IGNORECASE,
)
_NAMED_AFTER = re.compile(
    rf"[.,]?[ \t\xa0\-]{{1,2}}(?P<mon>{_WORD})\.?[ \t\xa0\-]{{1,2}}(?P<d>{_DAY})(?!\d)"
)
_BEFORE_YEAR, _AFTER_YEAR = 32, 24  # characters that a day and a month by name take at most
_SLASHED = re.compile(
    r"(?<![\d/])(?P<a>\d{1,2})(?P<s>[/.\-])(?P<b>\d{1,2})(?P=s)(?P<y>(?:19|20)\d\d)(?![\d/])"
)
_EPOCH = re.compile(r"\A\s*-?(?P<n>\d{9,13})(?:\.\d{1,6})?\s*\Z")
_OFFSET = r"(?:[+-](?:0\d|1[0-4]):?[0-5]\d|\+(?:0\d|1[0-4]))"
_ISO = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[T ](?P<h>\d\d):(?P<mi>\d\d)(?::(?P<se>\d\d)(?:[.,]\d{1,9})?)?[ ]?"
    rf"(?P<z>Z|UTC|GMT|{_OFFSET})?(?![\d:])"
)
_CLOCK = re.compile(
    r"(?<![\d:])(?P<h>[01]?\d|2[0-3])[:：时](?P<mi>[0-5]\d)(?:[:：分](?P<se>[0-5]\d))?(?![\d:])"
)
_URL_DATES = (
    re.compile(r"/t(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)_"),
    re.compile(r"/(?P<y>(?:19|20)\d\d)[-/](?P<m>\d\d?)[-/](?P<d>\d\d?)(?=[/_.\-]|\Z)"),
    re.compile(r"/(?P<y>(?:19|20)\d\d)/(?P<m>\d\d)(?P<d>\d\d)/"),
    re.compile(r"(?<!\d)(?P<y>20\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"),
    re.compile(r"/(?P<y>20\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])\d{6,11}(?=[/._]|\Z)"),
    re.compile(r"[/-](?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)(?=[/_.\-]|\Z)"),
)


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A date found in text: its value, the span it was read from and the form it had."""

    value: date
    start: int
    end: int
    text: str
    form: str


def _plain(text: str) -> str:
    """Full-width digits and separators to ASCII; positions stay. Costs nothing without them."""
    return text.translate(_FULL_WIDTH) if _HAS_FULL_WIDTH.search(text) else text


def day(year: int, month: int, day_of_month: int) -> date | None:
    """The calendar day, or None when there is no such day (30 February, month 13)."""
    try:
        return date(year, month, day_of_month)
    except ValueError:
        return None


def _han_year(text: str) -> int:
    return int("".join(str(_CHINESE_DIGITS[c]) for c in text))


def _han_number(text: str) -> int:
    if text in ("元", "正"):
        return 1
    text = text.replace("廿", "二十")
    if "十" not in text:
        return _CHINESE_DIGITS[text]
    tens, _, ones = text.partition("十")
    return 10 * (_CHINESE_DIGITS[tens] if tens else 1) + (_CHINESE_DIGITS[ones] if ones else 0)


def _from_numeric(match: re.Match[str]) -> date | None:
    if (match["s"] in "年년") != (match["t"] in "月월"):
        return None
    if match["s"] in "/." and match["t"] != match["s"]:
        return None
    return day(int(match["y"]), int(match["m"]), int(match["d"]))


def _from_han(match: re.Match[str]) -> date | None:
    return day(_han_year(match["y"]), _han_number(match["m"]), _han_number(match["d"]))


def _named(text: str, *, lang: str) -> Iterator[DateSpan]:
    """Days whose month is a name: March 5, 2024; 5 mars 2024; 2024. március 5."""
    for year in _YEAR.finditer(text):
        at = max(0, year.start() - _BEFORE_YEAR)
        match = _NAMED_BEFORE.search(text[at : year.start()])
        if match is not None:
            start, end = at + match.start(), year.end()
            name, number = match["mon"] or match["mon2"], match["d"] or match["d2"]
        else:
            match = _NAMED_AFTER.match(text[year.end() : year.end() + _AFTER_YEAR])
            if match is None:
                continue
            start, end = year.start(), year.end() + match.end()
            name, number = match["mon"], match["d"]
        month = month_number(name, lang=lang)
        value = day(int(year[0]), month, int(number)) if month else None
        if value is not None:
            yield DateSpan(value, start, end, text[start:end], "english")


def _from_slashed(match: re.Match[str], *, day_first: bool) -> date | None:
    first, second, year = int(match["a"]), int(match["b"]), int(match["y"])
    if first > 12 or (day_first and second <= 12):
        return day(year, second, first)
    return day(year, first, second)


_DAY_FIRST = re.compile(
    r"(?:de|fr|es|it|pt|nl|pl|ro|ru|tr|da|sv|nb|no|fi|el|cs|sk|hu|uk|bg|hr|sr|bs|sl|id|vi|th|ar)\b"
)
_PLACES = "gb|au|nz|ie|in|za|sg|hk|my|ke|ng|pk|mt"
_DAY_FIRST_ENGLISH = re.compile(rf"en-(?:{_PLACES})\b")
_DAY_FIRST_ADDRESS = re.compile(
    rf"\A[a-z]{{2,6}}://[^/?#]{{1,260}}\.(?:uk|{_PLACES})(?::\d{{1,5}})?(?:[/?#]|\Z)"
    rf"|\A[^?#]{{0,300}}/(?:uk|en[-_](?:uk|{_PLACES}))/",
    re.IGNORECASE,
)


def is_day_first(lang: str) -> bool:
    """Whether ``lang`` (en-GB, de, fr_CA) writes 5 March as 05/03; plain English does not."""
    plain = lang.lower().replace("_", "-")
    return bool(_DAY_FIRST_ENGLISH.match(plain) or _DAY_FIRST.match(plain))


def date_language(lang: str, *, url: str = "", text: str = "") -> str:
    """``lang`` with the region that decides how 02/10/2020 is read on an English page.

    Days that can be read in one way only (13/02/2020) decide; then what the page says of its
    language, then a host (.uk) or path (/en-gb/) of a country that writes the day first.
    """
    if lang.lower().replace("_", "-").partition("-")[0] != "en":
        return lang
    order = _order_shown(_SLASHED.finditer(_plain(text)))
    if order is not None:
        return "en-gb" if order == "day" else "en-us"
    return "en-gb" if is_day_first(lang) or _DAY_FIRST_ADDRESS.match(url) else lang


def _order_shown(matches: Iterable[re.Match[str]]) -> str | None:
    """``day`` or ``month``: what comes first in dates whose order is plain; None without any."""
    found = set()
    for match in matches:
        first, second = int(match["a"]), int(match["b"])
        if match["s"] != "." and min(first, second) <= 12 < max(first, second) <= 31:
            found.add("day" if first > 12 else "month")
    return found.pop() if len(found) == 1 else None


def _spans(text: str, *, lang: str) -> Iterator[DateSpan]:
    if "20" in text or "19" in text:
        for match in _NUMERIC.finditer(text):
            if value := _from_numeric(match):
                yield DateSpan(value, match.start(), match.end(), match[0], "numeric")
    if "月" in text and ("年" in text):
        for match in _HAN.finditer(text):
            if value := _from_han(match):
                yield DateSpan(value, match.start(), match.end(), match[0], "han")
        for value, start, end in era_days(text):
            yield DateSpan(value, start, end, text[start:end], "era")
    if lang.startswith("zh"):
        return
    yield from _named(text, lang=lang)
    slashed = list(_SLASHED.finditer(text))
    order = _order_shown(slashed)
    days_lead = is_day_first(lang) if order is None else order == "day"
    for match in slashed:
        day_first = match["s"] == "." or days_lead
        if value := _from_slashed(match, day_first=day_first):
            yield DateSpan(value, match.start(), match.end(), match[0], "slashed")


def find_dates(text: str, *, lang: str = "zh") -> tuple[DateSpan, ...]:
    """All complete dates of ``text`` in order of appearance; linear in its length.

    English month names and 03/05/2024 are read only when ``lang`` is not Chinese (03/05 is
    month first, day first for ``en-gb`` or beside 13/05). Dates without a year are left alone, see
    ``find_month_days``.
    """
    plain = _plain(text)
    found = sorted(_spans(plain, lang=lang), key=lambda span: (span.start, -span.end))
    kept: list[DateSpan] = []
    for span in found:
        if not kept or span.start >= kept[-1].end:
            kept.append(
                DateSpan(span.value, span.start, span.end, text[span.start : span.end], span.form)
            )
    return tuple(kept)


def find_month_days(text: str, *, year: int) -> tuple[DateSpan, ...]:
    """Dates written without a year (3月5日, 03-05), read as days of ``year``."""
    spans = []
    for match in _MONTH_DAY.finditer(_plain(text)):
        start, end = match.span()
        if value := day(year, int(match["m"]), int(match["d"])):
            spans.append(DateSpan(value, start, end, text[start:end], "month_day"))
    return tuple(spans)


def _nearest_year(month: int, day_of_month: int, today: date) -> date | None:
    """The latest such day that is not after ``today`` plus the tolerance: lists show the past."""
    for year in (today.year + 1, today.year, today.year - 1, today.year - 2):
        value = day(year, month, day_of_month)
        if value is not None and value <= today + timedelta(days=FUTURE_DAYS):
            return value
    return None


def parse_date(
    text: str | None, *, today: date | None = None, lang: str = "zh", zone: str = "Asia/Shanghai"
) -> date | None:
    """The date a short field states, None when it states none (近日, 1天前, a number).

    A stamp with an offset of its own (+07:00) is a day at the publisher as printed; one in UTC is
    turned into the day of ``zone``. Reads every form of ``find_dates`` plus 20240305,
    t20240305_123, epoch seconds and milliseconds, and 03-05 / 3月5日 when ``today`` gives the
    year.
    """
    if not text:
        return None
    field = _plain(text)
    own_offset = _has_own_offset(field)
    if own_offset and (match := _ISO.search(field)):
        return _iso_day(match["day"])
    moment = None if own_offset else parse_datetime(text, zone=zone, lang=lang)
    if moment is not None:
        return moment.astimezone(_zone(zone)).date()
    spans = find_dates(field, lang=lang) or find_dates(field, lang="en")
    if spans:
        return spans[0].value
    if match := _COMPACT.search(field):
        return day(int(match["y"]), int(match["m"]), int(match["d"]))
    if today is not None and (match := _MONTH_DAY.search(field)):
        return _nearest_year(int(match["m"]), int(match["d"]), today)
    return None


_OWN_OFFSET = re.compile(rf"\d:\d\d(?:[.,]\d{{1,9}})?[ ]?(?![+-]00){_OFFSET}(?![\d:])")


def _has_own_offset(field: str) -> bool:
    """Whether a time states its distance from UTC: its day is local to the publisher already."""
    return _OWN_OFFSET.search(field) is not None


def _iso_day(text: str) -> date | None:
    return day(int(text[:4]), int(text[5:7]), int(text[8:10]))


@cache
def _zone(name: str) -> tzinfo:
    return ZoneInfo(name)


def _offset(text: str) -> tzinfo:
    if text in ("Z", "UTC", "GMT"):
        return UTC
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "").ljust(4, "0")
    moment = datetime.strptime(f"{'+' if sign > 0 else '-'}{digits}", "%z")
    return moment.tzinfo or UTC


def parse_datetime(text: str | None, *, zone: str, lang: str = "zh") -> datetime | None:
    """The moment a short field states, aware and in UTC; None without a time of day.

    A time without a zone is local to ``zone`` (an IANA name). Epoch seconds and milliseconds
    between 1990 and 2100 count as times.
    """
    if not text or not any(char.isdigit() for char in text):
        return None
    field = _plain(text)
    if match := _EPOCH.match(field):
        return _from_epoch(match["n"])
    if match := _ISO.search(field):
        return _from_iso(match, zone)
    clock = _CLOCK.search(field)
    if clock is None:
        return None
    spans = find_dates(field, lang=lang) or find_dates(field, lang="en")
    if not spans:
        return None
    value = spans[0].value
    local = datetime(
        value.year, value.month, value.day, int(clock["h"]), int(clock["mi"]),
        int(clock["se"] or 0), tzinfo=_trailing_zone(field, clock.end()) or _zone(zone),
    )  # fmt: skip
    return local.astimezone(UTC)


def _trailing_zone(field: str, at: int) -> tzinfo | None:
    match = re.match(rf" ?(Z|UTC|GMT|{_OFFSET})\b", field[at:])
    return _offset(match[1]) if match else None


def _from_epoch(digits: str) -> datetime | None:
    number = int(digits)
    seconds = number / 1000 if len(digits) >= 12 else float(number)
    if not 631_152_000 <= seconds < 4_102_444_800:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _from_iso(match: re.Match[str], zone: str) -> datetime | None:
    try:
        value = date.fromisoformat(match["day"])
        local = datetime(
            value.year, value.month, value.day, int(match["h"]), int(match["mi"]),
            int(match["se"] or 0), tzinfo=_offset(match["z"]) if match["z"] else _zone(zone),
        )  # fmt: skip
    except ValueError:
        return None
    return local.astimezone(UTC)


def date_from_url(url: str) -> date | None:
    """The day in an article address: t20240305_1.html, /2024/03/05/, /art/2024/3/5/, /20240305/."""
    path = url.split("?", 1)[0]
    if "20" not in path and "19" not in path:
        return None
    for pattern in _URL_DATES:
        if match := pattern.search(path):
            value = day(int(match["y"]), int(match["m"]), int(match["d"]))
            if value is not None and value.year >= 1994:
                return value
    return None


def is_plausible(value: date, *, today: date | None, first: date = FIRST_DAY) -> bool:
    """Whether a page can be dated ``value``: not before ``first``, not 1970-01-01 (an empty
    epoch), at most ``FUTURE_DAYS`` after ``today``."""
    if value < first or value == date(1970, 1, 1):
        return False
    return today is None or value <= today + timedelta(days=FUTURE_DAYS)
