"""Days whose year counts from an era: 中華民國113年3月5日, 令和6年3月5日."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

_BEFORE_FIRST = {"民國": 1911, "民国": 1911, "令和": 2018, "平成": 1988}
_DAY = re.compile(
    rf"(?P<era>{'|'.join(_BEFORE_FIRST)})[ \t]?(?P<y>\d{{1,3}}|元)[ \t]?年[ \t]?"
    r"(?P<m>1[0-2]|0?[1-9])[ \t]?月[ \t]?(?P<d>3[01]|[12]\d|0?[1-9])[ \t]?日"
)


def era_days(text: str) -> Iterator[tuple[date, int, int]]:
    """Each such day of ``text`` with its place (start, end)."""
    if not any(map(text.__contains__, _BEFORE_FIRST)):
        return
    for match in _DAY.finditer(text):
        years = 1 if match["y"] == "元" else int(match["y"])
        year = _BEFORE_FIRST[match["era"]] + years
        try:
            value = date(year, int(match["m"]), int(match["d"]))
        except ValueError:  # no such day
            continue
        yield value, match.start(), match.end()
