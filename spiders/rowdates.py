"""The date a list states for a row: a calendar day at the publisher and, if given, a time (UTC)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal
from zoneinfo import ZoneInfo

from pipelines.dates import is_day_first, is_plausible, parse_date, parse_datetime
from pipelines.months import month_number

_CLOCK = re.compile(r"\d{1,2}\s?[:：时]\s?\d{2}")
_ZONED = re.compile(r"(?:[+-]\d{2}:?\d{2}|\bGMT|\bUTC?|Z|\b[ECMP][SD]T)\s*(?:\([A-Z]+\))?\s*$")
#: year and month in one element or heading, the rest in another: 2026-11 18, 18 2026.11,
#: 2026年 11-18, 2026年11月 11-18
_PARTED = (
    re.compile(
        r"^\W{0,3}(?P<y>(?:19|20)\d\d)[-/.年](?P<m>\d{1,2})月?\W{1,4}(?P<d>\d{1,2})日?\W{0,3}$"
    ),
    re.compile(r"^\W{0,3}(?P<d>\d{1,2})日?\s+(?P<y>(?:19|20)\d\d)[-/.年](?P<m>\d{1,2})月?\W{0,3}$"),
    re.compile(
        r"^\W{0,3}(?P<y>(?:19|20)\d\d)\s?年?度?(?:\d{1,2}月)?\W{0,2}\s\W{0,3}"
        r"(?P<m>\d{1,2})\s?[-/.月]\s?(?P<d>\d{1,2})日?\W{0,3}$"
    ),
    re.compile(
        r"^(?:(?P<name>[^\W\d_]{3,12})\.?,?\s)?(?P<y>(?:19|20)\d\d)\s(?P<before>[^\d]{0,24})"
        r"(?P<d>\d{1,2})(?:st|nd|rd|th)?\b(?P<after>(?:[^\d].{0,160})?)$",
        re.IGNORECASE,
    ),
)
#: what lists of new things print instead of a day
_AGO = re.compile(
    r"^\W{0,2}(?:(?P<today>刚刚|今[天日]|\d{1,2}\s?(?:秒|分钟|小时)前|today|just now"
    r"|(?:\d{1,2}|an?) (?:second|minute|min|hour)s? ago)"
    r"|(?P<one>昨[天日]|yesterday)|(?P<two>前天)|(?P<n>\d{1,2})\s?(?:天前|days? ago))"
    r"(?:\W{1,2}\d{1,2}[:：]\d\d(?:[:：]\d\d)?)?\W{0,2}$",
    re.IGNORECASE,
)
#: years of the Republic, as sites of Taiwan print them: 115-03-01
_REPUBLIC = re.compile(
    r"^\W{0,2}(?:中華)?(?:民國)?\s?(?P<y>1[0-4]\d)\s?[-/.年]\s?(?P<m>\d{1,2})\s?[-/.月]\s?"
    r"(?P<d>\d{1,2})日?\W{0,2}$"
)
#: days on which a case was heard, and that of its decision: Argued May 1, 2026. Decided …
_HEARD = re.compile(r"\b(?:argued|heard|submitted|hearing)\b", re.IGNORECASE)
_DECIDED = re.compile(
    r"\b(?:decided|filed|issued|released|published|entered|delivered)\b[:：]?\s*(?:on\s+)?(?=\w)",
    re.IGNORECASE,
)
#: how ASP.NET writes dates in JSON: /Date(1792584000000)/
_COUNTED = re.compile(r"/Date\((-?\d{9,14})(?:[+-]\d{4})?\)/$")
_LONGEST_AGO = 24
#: in shorter texts there is no room for two days with their names
_ONE_DAY = 24
_LONGEST_PARTED = 200
_FIRST_WORD = re.compile(r"\W{0,3}[^\W\d_]+")
_AROUND = " \t\u3000[]()【】（）〔〕–—-:：,;|·•/"
#: years of two digits, read in English lists only: 2/24/12, 11 Jan 23
_SHORT_SLASHED = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{2})(?![\d/]|[.-]\d)")
_SHORT_WORDED = re.compile(
    r"\b(\d{1,2})[ -]?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
    r"\.?[ -]?'?(\d{2})\b",
    re.IGNORECASE,
)
_MONTH_WORD = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\b", re.IGNORECASE
)
_SHORT_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: the groups by which a link pattern gives the day
_GROUPS = ("ymd", "y", "m", "d")


@dataclass(frozen=True, slots=True)
class RowDate:
    """``day`` at the publisher; ``at`` in UTC, None when only the day is known."""

    day: date | None = None
    at: datetime | None = None


def read_row_date(
    text: str | None, *, form: str, zone: str, lang: str, today: date | None
) -> RowDate:
    """Read the date of a row. ``form``: auto, epoch_s, epoch_ms or a strptime pattern.

    Midnight means that only the day is known: systems that store days print them so. A day that
    no publication can have (1970, next year) is no date.
    """
    if not text:
        return RowDate()
    text = text.strip()
    counted = _COUNTED.match(text)
    if counted is not None:
        found = _from_epoch(int(counted[1]) / 1000, zone=zone)
    elif form in ("epoch_s", "epoch_ms") and re.fullmatch(r"-?\d{1,14}(\.\d+)?", text):
        found = _from_epoch(float(text) / (1000 if form == "epoch_ms" else 1), zone=zone)
    elif form == "auto" or form.startswith("epoch"):
        found = _from_text(text, zone=zone, lang=lang, today=today)
    else:
        found = _from_pattern(text, form, zone=zone) or _from_text(
            text, zone=zone, lang=lang, today=today
        )
    if found.day is not None and not is_plausible(found.day, today=today):
        return RowDate()
    return found


def read_feed_date(
    text: str | None,
    *,
    zone: str,
    lang: str,
    today: date | None,
    trust: Literal["stated", "local"],
) -> RowDate:
    """Read the date of a feed entry (RFC 822, ISO 8601 or anything else that occurs).

    Midnight at the stated offset is a day, and stays that day whatever the publisher's zone is.
    ``trust="local"``: the stated zone is wrong, the clock shows the time of ``zone``.
    """
    if not text:
        return RowDate()
    moment = _stated(text.strip())
    if moment is None:
        return read_row_date(text, form="auto", zone=zone, lang=lang, today=today)
    if trust == "local" or moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        found = RowDate(day=moment.date())
    else:
        found = RowDate(day=moment.astimezone(ZoneInfo(zone)).date(), at=moment.astimezone(UTC))
    if found.day is not None and not is_plausible(found.day, today=today):
        return RowDate()
    return found


def day_from_groups(match: re.Match[str]) -> date | None:
    """The day in the named groups of a link pattern: ``ymd``, or ``y``, ``m`` and ``d``."""
    groups = {name: value for name, value in match.groupdict().items() if value}
    digits = groups.get("ymd", "")
    try:
        if len(digits) == 8:
            return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        if all(name in groups for name in _GROUPS[1:]):
            return date(int(groups["y"]), int(groups["m"]), int(groups["d"]))
    except ValueError:
        return None
    return None


def _from_epoch(seconds: float, *, zone: str) -> RowDate:
    try:
        return _local_or_day(datetime.fromtimestamp(seconds, UTC), zone=zone)
    except (ValueError, OverflowError, OSError):
        return RowDate()


def _local_or_day(moment: datetime, *, zone: str) -> RowDate:
    local = moment.astimezone(ZoneInfo(zone))
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return RowDate(day=local.date())
    return RowDate(day=local.date(), at=moment)


def _from_text(text: str, *, zone: str, lang: str, today: date | None) -> RowDate:
    moment = parse_datetime(text, zone=zone, lang=lang)
    if moment is not None:
        return _local_or_day(moment, zone=zone)
    decided = _day_of_decision(text)
    found = _day_in(decided, zone=zone, lang=lang, today=today) if decided is not None else None
    return RowDate(day=found or _day_in(text, zone=zone, lang=lang, today=today))


def _day_in(text: str, *, zone: str, lang: str, today: date | None) -> date | None:
    found = _in_parts(text) or _in_words(text, lang=lang, today=today)
    found = found or parse_date(text, today=today, lang=lang, zone=zone)
    if found is None and lang.startswith("en"):
        found = _with_short_year(text, lang=lang)
    return found


def _day_of_decision(text: str) -> str | None:
    """Of a line that tells several days of a case, what begins with that of its decision."""
    if len(text) <= _ONE_DAY or _HEARD.search(text) is None:
        return None
    decided = _DECIDED.search(text)
    return text[decided.end() :] if decided is not None else None


def _in_parts(text: str) -> date | None:
    """A day whose year (and month) stands in another element, or in the heading of its rows."""
    if len(text) > _LONGEST_PARTED:
        return None
    for form in _PARTED:
        match = form.match(text)
        if match is None:
            continue
        values = match.groupdict()
        month = int(values["m"]) if "m" in values else _named_month(values)
        try:
            return date(int(values["y"]), month or 0, int(values["d"]))
        except ValueError:
            continue
    return None


def _named_month(values: dict[str, str | None]) -> int | None:
    """The month by its name, that beside the day before that of the heading."""
    after = _FIRST_WORD.match(values["after"] or "")
    words = f"{values['before'] or ''} {after[0] if after else ''} {values['name'] or ''}"
    found = (month_number(word) for word in re.findall(r"[^\W\d_]{3,12}", words))
    return next((number for number in found if number), None)


def _in_words(text: str, *, lang: str, today: date | None) -> date | None:
    """昨天, 3天前, 2 days ago; and years of the Republic in Chinese lists.

    Weeks and months ago name no day. Hours ago are taken for today: the clock is not known here.
    """
    if len(text) > _LONGEST_AGO:
        return None
    ago = _AGO.match(text) if today is not None else None
    if ago is not None and today is not None:
        back = 0 if ago["today"] else 1 if ago["one"] else 2 if ago["two"] else int(ago["n"])
        return today - timedelta(days=back)
    era = _REPUBLIC.match(text) if lang.startswith("zh") else None
    if era is None:
        return None
    try:
        return date(int(era["y"]) + 1911, int(era["m"]), int(era["d"]))
    except ValueError:
        return None


def is_relative(text: str) -> bool:
    """Whether a field says how long ago something was, not when."""
    return len(text) <= _LONGEST_AGO and _AGO.match(text.strip()) is not None


def bare(text: str) -> str:
    """A field without brackets round it, and without what parts it from its neighbours."""
    return text.strip(_AROUND)


def _with_short_year(text: str, *, lang: str) -> date | None:
    """A day of this century printed with two digits of the year."""
    slashed, worded = _SHORT_SLASHED.search(text), _SHORT_WORDED.search(text)
    if slashed is not None:
        one, two, year = int(slashed[1]), int(slashed[3]), int(slashed[4])
        month, number = (two, one) if is_day_first(lang) else (one, two)
    elif worded is not None and len(_MONTH_WORD.findall(text)) == 1:
        number, year = int(worded[1]), int(worded[3])
        month = _SHORT_MONTHS.index(worded[2].lower()) + 1
    else:
        return None
    try:
        return date(2000 + year, month, number)
    except ValueError:
        return None


def _from_pattern(text: str, form: str, *, zone: str) -> RowDate | None:
    try:
        moment = datetime.strptime(bare(text), form)  # noqa: DTZ007 - the zone is added below
    except ValueError:
        return None
    if "%H" not in form and "%I" not in form:
        return RowDate(day=moment.date())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return _local_or_day(moment.astimezone(UTC), zone=zone)


def _stated(text: str) -> datetime | None:
    """RFC 822 and ISO 8601; None for everything else, and for a day without a time."""
    if not _CLOCK.search(text):
        return None
    if text[:1].isdigit() and "-" in text[:5]:
        try:
            return datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d)", "", text))
        except ValueError:
            return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    # -0000 means "no zone known": RFC 5322 §3.3
    return (
        moment
        if _ZONED.search(text) and not text.endswith("-0000")
        else moment.replace(tzinfo=None)
    )
