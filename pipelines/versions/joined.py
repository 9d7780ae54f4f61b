"""Clauses that moved and were rewritten, that were merged into another, or split off from one.

Bigrams count by their rarity, as in ``rewritten``. A merged clause is looked for in what another
clause has gained over its own older wording, a split one in what it has lost: words that the
clause had before prove nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipelines.versions.clauses import Clause
from pipelines.versions.rewritten import Grams, grams_of, speaks, weights_of

MOVED = 0.2
"""Weighted likeness from which two clauses that are left over, wherever they stand, are one."""
OPENED = 0.45
"""The same of their first paragraphs, which say what a clause is about, where the rest is new."""
JOINED = 0.3
"""Weighted share of a clause that another must have gained (or lost)."""
# Above this product of left-over clauses nothing is compared.
_MOST_PAIRS = 40_000
_FEWEST = 6
"""Bigrams that must be shared: fewer prove nothing."""


@dataclass(frozen=True, slots=True)
class Joins:
    """``merged``: old place → the new place it went into; ``split``: new place → its old one."""

    merged: Mapping[int, int]
    split: Mapping[int, int]


class Leftovers:
    """What is left of two texts after alignment."""

    def __init__(
        self, old: Sequence[Clause], new: Sequence[Clause], pairs: Sequence[tuple[int, int]]
    ) -> None:
        self._forward = dict(pairs)
        taken = {b for _, b in pairs}
        self._left = [a for a in range(len(old)) if a not in self._forward and speaks(old[a])]
        self._right = [b for b in range(len(new)) if b not in taken and speaks(new[b])]
        needed = bool(self._left or self._right)
        self._weights = weights_of((*old, *new)) if needed else {}
        self._old = [grams_of(clause) for clause in old] if needed else []
        self._new = [grams_of(clause) for clause in new] if needed else []
        self._heads_old = {a: _head(old[a]) for a in self._left}
        self._heads_new = {b: _head(new[b]) for b in self._right}

    def take_moved(self) -> list[tuple[int, int]]:
        """Further pairs among the clauses that are left over, best first; they are left no more."""
        if len(self._left) * len(self._right) > _MOST_PAIRS:
            return []
        scored = sorted(
            (-like, a, b) for a in self._left for b in self._right if (like := self._one(a, b))
        )
        found: dict[int, int] = {}
        for _, a, b in scored:
            if a not in found and b not in found.values():
                found[a] = b
        self._forward |= found
        self._left = [a for a in self._left if a not in found]
        self._right = [b for b in self._right if b not in found.values()]
        return list(found.items())

    def _one(self, a: int, b: int) -> float:
        """How alike two clauses are, 0 when too little to be one."""
        like = self._like(self._old[a], self._new[b])
        if like >= MOVED:
            return like
        ours, theirs = self._heads_old[a], self._heads_new[b]
        if len(ours & theirs) < _FEWEST:
            return 0.0
        like = self._like(ours, theirs)
        return like if like >= OPENED else 0.0

    def joins(self) -> Joins:
        """Where the rest went to or came from, as far as it can be told."""
        gained: dict[int, Grams] = {}
        lost: dict[int, Grams] = {}
        for a, b in self._forward.items():
            if self._left:
                gained[b] = self._new[b] - self._old[a]
            if self._right:
                lost[a] = self._old[a] - self._new[b]
        return Joins(
            {a: to for a in self._left if (to := self._home(self._old[a], gained)) is not None},
            {b: of for b in self._right if (of := self._home(self._new[b], lost)) is not None},
        )

    def _home(self, clause: Grams, parts: Mapping[int, Grams]) -> int | None:
        best = JOINED * self._size(clause)
        place: int | None = None
        for at, part in parts.items():
            shared = clause & part
            if len(shared) < _FEWEST:
                continue
            common = self._size(shared)
            if common >= best:
                best, place = common, at
        return place

    def _like(self, a: Grams, b: Grams) -> float:
        return 2 * self._size(a & b) / ((self._size(a) + self._size(b)) or 1.0)

    def _size(self, grams: Grams) -> float:
        return sum(map(self._weights.__getitem__, grams))


def _head(clause: Clause) -> Grams:
    """The pairs of characters of a clause's first paragraph."""
    return grams_of(replace(clause, text=clause.text.partition("\n")[0]))
