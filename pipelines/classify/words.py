"""All words of a taxonomy in one automaton: every hit in one pass over the text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ahocorasick_rs import AhoCorasick, MatchKind


@dataclass(slots=True)
class WordIndex:
    """Counts, per registered group, the hits of its words; longest match wins at a place.

    Words are compared in lower case. A Latin word must not touch further Latin letters or
    digits (AR is not in ARM, VR is in VR头显).
    """

    _groups: dict[str, list[int]] = field(default_factory=dict)
    _words: list[str] = field(default_factory=list)
    _automaton: AhoCorasick | None = None

    def register(self, words: Iterable[str], group: int) -> None:
        """Add ``words`` to ``group``; only before the first count."""
        for word in words:
            self._groups.setdefault(word.lower(), []).append(group)

    def hits(self, text: str) -> list[tuple[str, int, int]]:
        """(word, start, end) of every hit, overlapping ones too, in order of their end."""
        if self._automaton is None:
            self._words = list(self._groups)
            self._automaton = AhoCorasick(self._words, matchkind=MatchKind.Standard)
        lower = text.lower()
        if len(lower) != len(text):
            lower = text
        found = []
        for index, start, end in self._automaton.find_matches_as_indexes(lower, overlapping=True):
            word = self._words[index]
            if word[0].isascii() and not _whole(lower, start, end, word):
                continue
            found.append((word, start, end))
        return found

    def groups_of(self, word: str) -> list[int]:
        """The groups a word was registered for."""
        return self._groups[word]


def _whole(text: str, start: int, end: int, word: str) -> bool:
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    if word[0].isalnum() and before.isascii() and before.isalnum():
        return False
    return not (word[-1].isascii() and word[-1].isalnum() and after.isascii() and after.isalpha())
