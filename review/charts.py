"""Bar charts as plain SVG: no library, no script, readable at any width and in both themes.

A chart repeats the table that stands beside it, so it carries a sentence for screen readers
and nothing that only it would say. Colours come from the style sheet (``.chart``);
``Markup.format`` escapes all words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

_ROW, _BAR, _TEXT = 38, 10, 15
LEAST_BARS = 2


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a table. ``detail`` stands after the number, e.g. a share."""

    name: str
    value: int
    detail: str = ""


def bar_chart(bars: Sequence[Bar], *, label: str) -> Markup:
    """Horizontal bars from zero, longest = full width; empty for fewer than two bars.

    ``label`` is what a screen reader says instead.
    """
    most = max((bar.value for bar in bars), default=0)
    if len(bars) < LEAST_BARS or most <= 0:
        return Markup()
    rows = Markup().join(_row(bar, at * _ROW, most) for at, bar in enumerate(bars))
    frame = Markup(
        '<svg class="chart" role="img" width="100%" height="{height}" aria-label="{label}"'
        ' focusable="false">{rows}</svg>'
    )
    return frame.format(height=len(bars) * _ROW, label=label, rows=rows)


def _row(bar: Bar, top: int, most: int) -> Markup:
    label = f"{bar.name}　{bar.value}{f'（{bar.detail}）' if bar.detail else ''}"
    row = Markup(
        '<text x="0" y="{text}">{label}</text>'
        '<rect class="back" x="0" y="{bar}" width="100%" height="{height}" rx="2"></rect>'
        '<rect class="bar" x="0" y="{bar}" width="{width}%" height="{height}" rx="2"></rect>'
    )
    return row.format(
        text=top + _TEXT,
        bar=top + _TEXT + 6,
        height=_BAR,
        label=label,
        width=f"{100 * bar.value / most:.2f}",
    )
