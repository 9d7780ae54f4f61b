"""The lines around title and text: where 来源, 发布时间 and 作者 stand."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.extraction.outline import Outline
from pipelines.extraction.phrases import is_meta_line

_MAX_LINE = 200
_MAX_TOTAL = 600
_NEAR = 14  # lines looked at above the title and below the text
_BETWEEN = 30
_JUST_ABOVE = 4


def head_text(out: Outline, *, title: int, first: int, last: int) -> str:
    """Lines between title and text, then date lines above the title and below the text.

    ``first`` and ``last`` are the first and last block of the text; at most 600 characters.
    """
    if 0 <= title < first:
        start = max(0, title - _JUST_ABOVE)
        between = _lines(out, range(start, title))[-2:]
        between += _after_title(_lines(out, range(title, min(first, title + _BETWEEN))))
    else:
        start = max(0, first - 12)
        between = _lines(out, range(start, first))
    above = [line for line in _lines(out, range(start - 1, -1, -1), _NEAR) if is_meta_line(line)]
    below = [
        line for line in _lines(out, range(last + 1, len(out.nodes)), _NEAR) if is_meta_line(line)
    ]
    kept: list[str] = []
    room = _MAX_TOTAL
    for line in dict.fromkeys([*between, *reversed(above), *below]):
        if len(line) > room:
            break
        kept.append(line)
        room -= len(line)
    return "\n".join(kept)


def _after_title(lines: list[str]) -> list[str]:
    """Without the title itself; what stands in the same block after it stays."""
    return lines[1:] if lines else []


def _lines(out: Outline, blocks: Iterable[int], limit: int = 1000) -> list[str]:
    """Lines of the blocks that are not links, each up to 200 characters."""
    lines: list[str] = []
    for i in blocks:
        if not out.own[i] or out.own_link[i] > 0.7 * out.own[i]:
            continue
        for raw in out.content[i].split("\n") if out.own[i] < 120 else ():
            line = " ".join(raw.split())
            if line and len(line) <= _MAX_LINE:
                lines.append(line)
        if len(lines) >= limit:
            break
    return lines
