"""The calendar of the samples: every date is counted back from one Monday.

The samples say ``0 tue 10:12``: Tuesday, 10:12 Shanghai time, of the week that ended at the
anchor; ``1 fri`` is the Friday of the week before. The anchor is the last Monday, 08:00
Shanghai time, that is not after ``now``, the moment at which a weekly digest falls due. Only
``now 3``, three hours ago, is counted from the present: what arrives while somebody watches.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
DIGEST_TIME = time(8, 0)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MOMENT = re.compile(r"(\d)\s+(mon|tue|wed|thu|fri|sat|sun)(?:\s+(\d\d):(\d\d))?")
_AGO = re.compile(r"now (\d{1,2})")
_MACRO = re.compile(
    r"\{(?P<form>[a-zA-Z]{1,5})(?: (?P<when>\d (?:mon|tue|wed|thu|fri|sat|sun)))?"
    r"(?P<shift>[+-]\d{1,3})?\}"
)
_HAN = "〇一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Weeks:
    """``anchor``: a Monday, 08:00 in Shanghai; ``now``: the present, at or after it."""

    anchor: datetime
    now: datetime

    @classmethod
    def before(cls, now: datetime) -> Weeks:
        """The calendar whose anchor is the last Monday 08:00 at or before ``now`` (aware)."""
        local = now.astimezone(SHANGHAI)
        monday = local.date() - timedelta(days=local.weekday())
        anchor = datetime.combine(monday, DIGEST_TIME, SHANGHAI)
        return cls(anchor if anchor <= local else anchor - timedelta(days=7), local)

    def seen_at(self, week: int) -> datetime:
        """What the sites show: ``1`` last week's Monday, ``2`` this week's, ``3`` the present."""
        if week == 3:
            return self.now
        return self.anchor - timedelta(days=7 * (2 - week))

    def moment(self, text: str) -> datetime:
        """``0 tue 10:12`` as a Shanghai time (09:00 when no time is given)."""
        ago = _AGO.fullmatch(text.strip())
        if ago is not None:
            recent = self.now - timedelta(hours=int(ago[1]))
            return max(recent, self.anchor).replace(second=0, microsecond=0)
        match = _MOMENT.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"not a sample moment: {text!r}")
        back, day, hour, minute = match.groups()
        start = self.anchor.date() - timedelta(days=7 * (int(back) + 1))
        clock = time(int(hour), int(minute)) if hour else time(9, 0)
        return datetime.combine(start + timedelta(days=_DAYS.index(day)), clock, SHANGHAI)

    def fill(self, text: str, *, published: datetime) -> str:
        """Put dates into a sample text.

        ``{Y}`` is the anchor's year, ``{y}`` the year of publication, ``{d}`` the day of
        publication as 2026年11月3日, ``{han 1 fri+30}`` thirty days after a named day as
        二〇二六年…; see ``FORMS`` for the rest.
        """

        def put(match: re.Match[str]) -> str:
            form, when = match["form"], match["when"]
            shift = int(match["shift"] or 0)
            if form == "Y":
                return str(self.anchor.year + shift)
            if form == "y":
                return str(published.year + shift)
            day = self.moment(when).date() if when else published.date()
            return FORMS[form](day + timedelta(days=shift))

        return _MACRO.sub(put, text)


def han_number(number: int) -> str:
    """1..31 as 一 … 三十一."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _HAN[tens] + "十"
    return head + (_HAN[ones] if ones else "")


def _han(day: date) -> str:
    year = "".join(_HAN[int(digit)] for digit in str(day.year))
    return f"{year}年{han_number(day.month)}月{han_number(day.day)}日"


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
FORMS: dict[str, Callable[[date], str]] = {
    "d": lambda day: f"{day.year}年{day.month}月{day.day}日",
    "zero": lambda day: f"{day.year}年{day.month:02}月{day.day:02}日",
    "md": lambda day: f"{day.month}月{day.day}日",
    "m": lambda day: f"{day.month}月",
    "han": _han,
    "iso": lambda day: day.isoformat(),
    "slash": lambda day: f"{day.year}/{day.month}/{day.day}",
    "dot": lambda day: f"{day.year}.{day.month:02}.{day.day:02}",
    "short": lambda day: f"[{day.month:02}-{day.day:02}]",
    "en": lambda day: f"{day.day} {_MONTHS[day.month - 1]} {day.year}",
}


def show(day: datetime | date, form: str) -> str:
    """A day in one of ``FORMS``."""
    return FORMS[form](day.date() if isinstance(day, datetime) else day)
