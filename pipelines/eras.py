"""Days whose year counts from an era: 民國113年3月5日, 民國一百十四年七月一日, 令和6年3月5日."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pipelines.numerals import chinese_number

_BEFORE_FIRST = {"民國": 1911, "民国": 1911, "令和": 2018, "平成": 1988}
_HAN = "[〇零一二三四五六七八九十百]"
_DAY = re.compile(
    rf"(?P<era>{'|'.join(_BEFORE_FIRST)})[ \t]?(?P<y>\d{{1,3}}|元|{_HAN}{{1,6}})[ \t]?年[ \t]?"
    rf"(?P<m>1[0-2]|0?[1-9]|{_HAN}{{1,2}})[ \t]?月[ \t]?(?P<d>3[01]|[12]\d|0?[1-9]|{_HAN}{{1,3}})"
    r"[ \t]?日"
)


def era_days(text: str) -> Iterator[tuple[date, int, int]]:
    """Each such day of ``text`` with its place (start, end)."""
    if not any(map(text.__contains__, _BEFORE_FIRST)):
        return
    for match in _DAY.finditer(text):
        years = 1 if match["y"] == "元" else _number(match["y"])
        year = _BEFORE_FIRST[match["era"]] + years
        try:
            value = date(year, _number(match["m"]), _number(match["d"]))
        except ValueError:  # no such day
            continue
        start = match.start()
        if text[max(0, start - 2) : start] in ("中華", "中华"):
            start -= 2
        yield value, start, match.end()


def _number(text: str) -> int:
    """113, 一百十三, 一一三 as a number."""
    return int(text) if text.isdecimal() else chinese_number(text)
