"""The topic words (主题词) that an office gave a document: in the page's table or below the text.

Form below the text: ``主题词：经济管理 税收 通知``, between the annex note and the copies list
(GB/T 9704-1999; the 2012 edition dropped the line, portals kept the field).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE = re.compile(
    r"^\s{0,4}主\s{0,3}题\s{0,3}词\s{0,2}[:：](?P<words>[^\n]{2,120})$", re.MULTILINE
)
_BETWEEN = re.compile(r"[\s,，;；、|/]+")
_LONGEST, _MOST = 12, 12
_TAIL = 1500  # characters at the end of a text where the line stands


@dataclass(frozen=True, slots=True)
class TopicWords:
    """The words in their order, with the text they were read from."""

    words: tuple[str, ...]
    span: str
    rule: str
    place: str
    start: int
    confidence: float


def topic_words(stated: tuple[str, str] | None, text: str) -> TopicWords | None:
    """Topic words of a document; ``stated`` is the label and value of the page's own table."""
    if stated is not None:
        words = _split(stated[1])
        if words:
            return TopicWords(words, stated[1], f"table:{stated[0]}", "table", -1, 0.97)
    if "词" not in text[-_TAIL:]:
        return None
    at = max(0, len(text) - _TAIL)
    match = _LINE.search(text[at:])
    words = _split(match["words"]) if match else ()
    if match is None or not words:
        return None
    return TopicWords(words, match[0].strip(), "body:主题词", "body", at + match.start(), 0.93)


def _split(value: str) -> tuple[str, ...]:
    words = [word for word in _BETWEEN.split(value.strip()) if word]
    if not words or len(words) > _MOST or any(len(word) > _LONGEST for word in words):
        return ()
    return tuple(dict.fromkeys(words))
