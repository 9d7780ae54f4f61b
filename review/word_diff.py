"""Two versions of one text, word by word: paragraphs that changed, numbered, with what is near."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markupsafe import Markup

from pipelines.diff import diff_html
from review.shown import comparison

_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
_MARKED = re.compile(r"<(?:ins|del)>")
AROUND = 1
"""Paragraphs shown on either side of a change where only changes are shown."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; ``number`` counts the changed ones from 1, 0 for the others. ``skipped``: how
    many unchanged ones before it are not shown."""

    html: Markup
    number: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class WordDiff:
    """The paragraphs to show; ``changes`` counts those that changed, ``skipped`` the unchanged ones
    behind the last that is shown."""

    paragraphs: tuple[Paragraph, ...] = ()
    changes: int = 0
    skipped: int = 0


def word_diff(old_text: str, new_text: str, *, only_changes: bool = False) -> WordDiff:
    """The comparison of two texts; ``only_changes`` leaves out what is not near a change."""
    texts = _PARAGRAPH.findall(str(comparison(diff_html(old_text, new_text))))
    numbers: list[int] = []
    changes = 0
    for text in texts:
        changed = _MARKED.search(text) is not None
        changes += changed
        numbers.append(changes if changed else 0)
    shown: list[Paragraph] = []
    skipped = 0
    for at, text in enumerate(texts):
        if only_changes and not any(numbers[max(0, at - AROUND) : at + AROUND + 1]):
            skipped += 1
            continue
        # cut from sanitised markup at the borders of its paragraphs
        shown.append(Paragraph(Markup(text), numbers[at], skipped))  # noqa: S704
        skipped = 0
    return WordDiff(tuple(shown), changes, skipped)
