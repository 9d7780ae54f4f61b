"""All words of a taxonomy in one automaton: what they score, in one pass over a text.

Each word belongs to one or more *slots* (an entry, or one role of a document type). A place in
the text counts once per slot; the longest word that begins there wins. Latin words must stand
alone (AR is not in ARM, but in AR眼镜); short ones in capitals must be printed so (MR is not Mr).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import itemgetter

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

_ACRONYM = 3
_QUOTES = " “”\"'‘’+"
_EDGES = frozenset("、" + _QUOTES)
_NUMBER, _START = itemgetter(1), itemgetter(1)


@dataclass(slots=True)
class Tally:
    """Points and words per slot, for one text."""

    points: dict[int, float] = field(default_factory=dict)
    words: dict[int, list[str]] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)

    def shown(self, slot: int) -> str:
        """The most frequent words of a slot with their counts, for a reason."""
        counts: dict[str, int] = {}
        for word in self.words.get(slot, ()):
            counts[word] = counts.get(word, 0) + 1
        most = list(counts.items())
        if len(most) > 1:
            most = sorted(most, key=_NUMBER, reverse=True)[:3]
        return "、".join([f"{word}×{number}" for word, number in most])


class WordIndex:
    """Words with the slots they score for; ``freeze`` before counting."""

    def __init__(self) -> None:
        self._targets: dict[str, list[tuple[int, float, float]]] = {}
        self._rows: list[tuple[str, bool, bool, tuple[tuple[int, float, float], ...]]] = []
        self._plain: set[str] = set()
        self._automaton: AhoCorasick | None = None

    def add(self, word: str, slot: int, weight: float, *, listed: float = 1.0) -> None:
        """``weight`` 0 makes an excluding word: what lies inside it does not count.

        ``listed`` is the share of the weight in an enumeration (在甲、乙、丙等领域).
        """
        self._targets.setdefault(word.lower(), []).append((slot, weight, weight * listed))
        if not (word.isascii() and word.isupper() and len(word) <= _ACRONYM):
            self._plain.add(word.lower())

    def freeze(self) -> None:
        """Build the automaton; no word can be added afterwards."""
        self._rows = [
            (word, word.isascii(), word not in self._plain, tuple(targets))
            for word, targets in self._targets.items()
        ]
        self._automaton = AhoCorasick(
            list(self._targets), matchkind=MatchKind.Standard, implementation=Implementation.DFA
        )

    def count(self, text: str) -> Tally:
        """Points of every slot in ``text``. Raises RuntimeError before ``freeze``."""
        if self._automaton is None:
            raise RuntimeError("WordIndex.freeze() has not been called")
        tally = Tally()
        lower = text.lower()
        if len(lower) != len(text):
            lower = text
        hits = self._automaton.find_matches_as_indexes(lower, overlapping=True)
        # they come by their ends: now by their starts, and of one start the longest first
        hits.reverse()
        hits.sort(key=_START)
        size, enumerates = len(lower), "、" in lower
        taken: dict[int, int] = {}
        points, words, rows = tally.points, tally.words, self._rows
        for index, start, end in hits:
            word, latin, acronym, targets = rows[index]
            if latin and not (
                _alone(lower, start, end) and (not acronym or text[start:end].isupper())
            ):
                continue
            listed = (
                enumerates
                and (
                    (start and lower[start - 1] in _EDGES) or (end < size and lower[end] in _EDGES)
                )
                and _listed(lower, start, end)
            )
            for slot, weight, less in targets:
                if start < taken.get(slot, 0):
                    continue
                taken[slot] = end
                if not weight:
                    tally.blocked.add(slot)
                elif slot in points:
                    points[slot] += less if listed else weight
                    words[slot].append(word)
                else:
                    points[slot] = less if listed else weight
                    words[slot] = [word]
        return tally


def _alone(text: str, start: int, end: int) -> bool:
    if start and text[start].isalnum():
        before = text[start - 1]
        if before.isascii() and before.isalnum():
            return False
    if end < len(text) and text[end - 1].isalnum():
        after = text[end]
        return not (after.isascii() and after.isalpha())
    return True


def _listed(text: str, start: int, end: int) -> bool:
    """Whether the word stands between enumeration commas."""
    start -= 1
    while start > 0 and text[start] in _QUOTES:
        start -= 1
    if start >= 0 and text[start] == "、":
        return True
    size = len(text)
    while end < size and text[end] in _QUOTES:
        end += 1
    return end < size and text[end] == "、"
