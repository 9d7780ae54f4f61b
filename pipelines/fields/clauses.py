"""What stands before a place in a text: its sentence, its phrase."""

from __future__ import annotations

import re

_PHRASE_END = re.compile(r"[，。；：:、（(）)\s]")
_PHRASE = 24


def sentence_before(text: str, at: int, *, reach: int = 40) -> str:
    """The sentence up to ``at``, at most ``reach`` characters of it."""
    before = text[max(0, at - reach) : at]
    return before[1 + max(before.rfind("。"), before.rfind("；"), before.rfind("\n")) :]


def phrase_before(text: str, at: int) -> str:
    """The words up to ``at`` that no comma, bracket or space divides."""
    return _PHRASE_END.split(text[max(0, at - _PHRASE) : at])[-1]
