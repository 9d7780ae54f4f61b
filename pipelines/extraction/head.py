"""The lines around title and text: where 来源, 发布时间 and 作者 stand."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipelines.extraction.outline import Outline
from pipelines.extraction.phrases import is_byline, is_meta_line

_MAX_LINE = 200
_MAX_TOTAL = 600
_NEAR = 14  # lines looked at above the title and below the text
_BETWEEN = 30
_JUST_ABOVE = 4
_LINKED, _LISTED = 6.0, 3
_DAY = re.compile(r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}")
_YEAR = re.compile(r"(?:19|20)\d\d")


def head_text(out: Outline, *, title: int, first: int, last: int) -> str:
    """Lines between title and text, then date lines above the title and below the text.

    ``first`` and ``last`` are the first and last block of the text; at most 600 characters.
    """
    if 0 <= title < first:
        start = max(0, title - _JUST_ABOVE)
        between = _lines(out, range(start, title))[-2:]
        between += _after_title(out, title)
        between += _lines(out, range(title + 1, min(first, title + _BETWEEN)), dated_links=True)
    else:
        start = max(0, first - 12)
        between = _lines(out, range(start, first))
    above = _meta_lines(out, range(start - 1, -1, -1))
    below = _meta_lines(out, range(last + 1, len(out.nodes)))
    kept: list[str] = []
    room = _MAX_TOTAL
    for line in dict.fromkeys([*between, *reversed(above), *below]):
        if len(line) > room:
            break
        kept.append(line)
        room -= len(line)
    return "\n".join(kept)


def _meta_lines(out: Outline, blocks: Iterable[int]) -> list[str]:
    """Date and source lines among the nearest lines; none of them where they are rows of a list
    (three and more different days, or days beside links)."""
    alone = (i for i in blocks if out.own[i] and not _row_of_list(out, i))
    lines = [line for line in _lines(out, alone, _NEAR) if is_meta_line(line)]
    days = {day for line in lines for day in _DAY.findall(line)}
    return lines if len(days) < _LISTED else [line for line in lines if not _DAY.search(line)]


def _row_of_list(out: Outline, i: int) -> bool:
    return out.own_link[i] >= _LINKED and out.own_link[i] > 0.25 * out.own[i]


def _after_title(out: Outline, title: int) -> list[str]:
    """What stands in the block of the title after the title itself."""
    lines = _lines(out, range(title, title + 1))
    return lines[1:]


def _lines(
    out: Outline, blocks: Iterable[int], limit: int = 1000, *, dated_links: bool = False
) -> list[str]:
    """Lines of the blocks that are not links, each up to 200 characters; with ``dated_links``
    also links that are nothing but a date or a byline."""
    lines: list[str] = []
    for i in blocks:
        if not out.own[i] or (out.tag[i] == "li" and _row_of_list(out, i)):
            continue
        if out.own_link[i] > 0.7 * out.own[i] and not (dated_links and _credits(out.content[i])):
            continue
        for raw in out.content[i].split("\n") if out.own[i] < 120 else ():
            line = " ".join(raw.split())
            if line and len(line) <= _MAX_LINE:
                lines.append(line)
        if len(lines) >= limit:
            break
    return lines


def _credits(content: str) -> bool:
    line = " ".join(content.split())
    return is_byline(line) or (_YEAR.search(line) is not None and is_meta_line(line))
