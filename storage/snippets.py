"""Pieces of text around what was looked for, as segments: the page escapes them, not we."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from storage.tokens import fold, is_plain

WIDTH = 96
LEAD = 24


class Segment(NamedTuple):
    """A run of plain text; ``hit`` says that it is one of the words looked for."""

    text: str
    hit: bool = False


class _Pattern(NamedTuple):
    """Finds any of some phrases; ``plain`` if the text need not be folded for it."""

    compiled: re.Pattern[str]
    plain: bool

    def search(self, text: str) -> re.Match[str] | None:
        """The first place, or one that stands there but for its case: folding a text is dear."""
        found = self.compiled.search(text)
        return found if found or self.plain else self.compiled.search(fold(text))


def _pattern(phrases: Sequence[str]) -> _Pattern | None:
    return _made(tuple(phrases))


@lru_cache(maxsize=256)  # the same for every hit of a search
def _made(phrases: tuple[str, ...]) -> _Pattern | None:
    parts = sorted({fold(phrase).strip() for phrase in phrases}, key=len, reverse=True)
    escaped = [" +".join(map(re.escape, part.split())) for part in parts if part]
    if not escaped:
        return None
    pattern = "|".join(escaped)
    flags = re.IGNORECASE if pattern.upper() != pattern else 0  # makes it slower
    return _Pattern(re.compile(pattern, flags), all(is_plain(part) for part in parts if part))


def mentions(text: str, phrases: Sequence[str]) -> bool:
    """Whether any of the phrases stands in the text."""
    pattern = _pattern(phrases)
    return pattern is not None and pattern.search(text) is not None


def highlight(text: str, phrases: Sequence[str]) -> tuple[Segment, ...]:
    """The whole text, with every occurrence of a phrase marked."""
    pattern = _pattern(phrases)
    return _mark(text, pattern) if pattern else (Segment(text),)


def snippet(text: str, phrases: Sequence[str], *, width: int = WIDTH) -> tuple[Segment, ...]:
    """About ``width`` characters around the first hit; the beginning if there is none."""
    pattern = _pattern(phrases)
    first = pattern.search(text) if pattern else None
    start = max(0, first.start() - LEAD) if first else 0
    piece = text[start : start + width]
    marked = _mark(" ".join(piece.split()), pattern) if pattern else (Segment(piece),)
    before = (Segment("…"),) if start > 0 else ()
    after = (Segment("…"),) if start + width < len(text) else ()
    return (*before, *marked, *after)


def _mark(text: str, pattern: _Pattern) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    place = 0
    for match in pattern.compiled.finditer(text if pattern.plain else fold(text)):
        if match.start() > place:
            segments.append(Segment(text[place : match.start()]))
        segments.append(Segment(text[match.start() : match.end()], hit=True))
        place = match.end()
    if place < len(text):
        segments.append(Segment(text[place:]))
    return tuple(segments)
