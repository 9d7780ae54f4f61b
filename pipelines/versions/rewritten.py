"""Clauses that were written anew: what they say in rare words, between neighbours that are known.

In a thorough revision a clause keeps its subject and hardly a phrase. Words that stand in many
clauses of the two texts prove nothing, so every bigram counts by its rarity; and only clauses that
lie between the same matched neighbours are compared, in order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from pipelines.versions.clauses import Clause

# Weighted likeness from which two left-over clauses in the same gap are one: of 17 pairs found
# so in laws that were rewritten 15 were right; words that only one clause has weigh most.
LIKE = 0.12
_SHORTEST = 12
# Above this product of lengths a gap is left as it is.
_MOST_PAIRS = 40_000

Grams = frozenset[str]


def rewritten(
    old: Sequence[Clause], new: Sequence[Clause], pairs: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Further pairs among the clauses that ``pairs`` leaves over."""
    weights = weights_of((*old, *new))
    found: list[tuple[int, int]] = []
    for left, right in _gaps(len(old), len(new), pairs):
        ours = [a for a in left if speaks(old[a])]
        theirs = [b for b in right if speaks(new[b])]
        if ours and theirs and len(ours) * len(theirs) <= _MOST_PAIRS:
            found += _in_order(old, new, ours, theirs, weights)
    return found


def speaks(clause: Clause) -> bool:
    """Whether a clause is long enough to be told by its words."""
    return len(clause.key) >= _SHORTEST and not clause.label.endswith(("章", "节", "编"))


def grams_of(clause: Clause) -> Grams:
    """The pairs of characters of a clause."""
    key = clause.key[:1_500]
    return frozenset(key[at : at + 2] for at in range(len(key) - 1))


def weights_of(clauses: Sequence[Clause]) -> dict[str, float]:
    """Rarity of every bigram: one over the number of clauses that have it."""
    counts: Counter[str] = Counter()
    for clause in clauses:
        counts.update(grams_of(clause))
    return {gram: 1 / number for gram, number in counts.items()}


def _gaps(
    old_count: int, new_count: int, pairs: Sequence[tuple[int, int]]
) -> Iterator[tuple[list[int], list[int]]]:
    """Left-over places of both texts between neighbouring pairs that stand in order."""
    matched, taken = {a for a, _ in pairs}, {b for _, b in pairs}
    last_a = last_b = -1
    for a, b in (*_increasing(sorted(pairs)), (old_count, new_count)):
        left = [place for place in range(last_a + 1, a) if place not in matched]
        right = [place for place in range(last_b + 1, b) if place not in taken]
        if left and right:
            yield left, right
        last_a, last_b = a, b


def _increasing(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The pairs without those that moved: greedy, each further down than the one before."""
    kept: list[tuple[int, int]] = []
    for place, (a, b) in enumerate(pairs):
        ahead = [other for _, other in pairs[place + 1 : place + 4]]
        if (not kept or b > kept[-1][1]) and sum(b > other for other in ahead) < 2:
            kept.append((a, b))
    return kept


def _in_order(
    old: Sequence[Clause],
    new: Sequence[Clause],
    left: Sequence[int],
    right: Sequence[int],
    weights: dict[str, float],
) -> list[tuple[int, int]]:
    """Pairs in order with the largest sum of likeness."""
    ours, theirs = [grams_of(old[a]) for a in left], [grams_of(new[b]) for b in right]
    sizes = [sum(map(weights.__getitem__, g)) for g in ours]
    others = [sum(map(weights.__getitem__, g)) for g in theirs]
    best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    likes: dict[tuple[int, int], float] = {}
    for i in range(len(left) - 1, -1, -1):
        for j in range(len(right) - 1, -1, -1):
            common = sum(map(weights.__getitem__, ours[i] & theirs[j]))
            like = 2 * common / (sizes[i] + others[j])
            likes[i, j] = like if like >= LIKE else 0.0
            taken = best[i + 1][j + 1] + likes[i, j] if likes[i, j] else 0.0
            best[i][j] = max(taken, best[i + 1][j], best[i][j + 1])
    pairs: list[tuple[int, int]] = []
    i = j = 0
    while i < len(left) and j < len(right):
        if likes[i, j] and best[i][j] == best[i + 1][j + 1] + likes[i, j]:
            pairs.append((left[i], right[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs
