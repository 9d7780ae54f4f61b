"""Align the clauses of two versions: inserted, deleted, changed, renumbered, moved.

Clauses with the same wording are matched first, then clauses of like wording (bigrams), best
pairs first. What is out of order afterwards was moved; what only carries another number was
renumbered. Two texts with the same clauses give no differences at all.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pipelines.diff import Piece, compare
from pipelines.versions.clauses import Clause, read_clauses
from pipelines.versions.joined import Joins, Leftovers
from pipelines.versions.rewritten import rewritten

Kind = Literal["insert", "delete", "change", "renumber", "move"]

# Share of common bigrams from which two clauses are one, elsewhere and under the same label.
_LIKE = 0.5
_LIKE_SAME_LABEL = 0.3
# A clause contained in a much longer one was extended.
_CONTAINED = 0.8
# Above this product only clauses near each other are compared.
_MOST_PAIRS = 250_000
_NEAR = 60


@dataclass(frozen=True, slots=True)
class Part:
    """A changed paragraph (款, 项) of a changed clause."""

    kind: Kind
    old_text: str
    new_text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of the table. ``old`` is None for an insert, ``new`` for a delete.

    ``renumbered`` and ``moved`` may also be true of a changed clause; ``pieces`` is the comparison
    word by word, ``parts`` the paragraphs that differ. ``joined`` is the label of the clause that a
    deleted one was merged into, or that an inserted one was split off from; "" where none is known.
    """

    kind: Kind
    old: Clause | None
    new: Clause | None
    renumbered: bool = False
    moved: bool = False
    pieces: tuple[Piece, ...] = ()
    parts: tuple[Part, ...] = ()
    joined: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences in the order of the new text (deletes stand where they were).

    ``lines`` has the unchanged clauses of the new text between them.
    """

    differences: tuple[Difference, ...]
    old_count: int
    new_count: int
    unchanged: int
    lines: tuple[Difference | Clause, ...] = ()

    def counts(self) -> dict[Kind, int]:
        """How many of each kind."""
        kinds: dict[Kind, int] = {}
        for difference in self.differences:
            kinds[difference.kind] = kinds.get(difference.kind, 0) + 1
        return kinds

    @property
    def substantive(self) -> tuple[Difference, ...]:
        """Without clauses that only carry another number."""
        return tuple(d for d in self.differences if d.kind != "renumber")


def align_versions(old_text: str, new_text: str) -> Comparison:
    """Compare two versions clause by clause."""
    old, new = read_clauses(old_text), read_clauses(new_text)
    pairs, joins = _joined(old, new, _pairs(old, new))
    moved = _moved(pairs)
    matched = dict(pairs)
    taken = set(matched.values())
    by_new = {b: a for a, b in pairs}
    rows: list[tuple[float, Difference | Clause]] = []
    for b, clause in enumerate(new):
        if b not in taken:
            source = old[joins.split[b]].label if b in joins.split else ""
            rows.append((b, Difference("insert", None, clause, joined=source)))
            continue
        difference = _difference(old[by_new[b]], clause, moved=by_new[b] in moved)
        rows.append((b, difference or clause))
    for a, clause in enumerate(old):
        if a not in matched:
            home = new[joins.merged[a]].label if a in joins.merged else ""
            rows.append((_place(a, matched), Difference("delete", clause, None, joined=home)))
    rows.sort(key=lambda row: row[0])
    lines = tuple(line for _, line in rows)
    differences = tuple(line for line in lines if isinstance(line, Difference))
    same = sum(isinstance(line, Clause) for line in lines)
    return Comparison(differences, len(old), len(new), same, lines)


def _joined(
    old: Sequence[Clause], new: Sequence[Clause], pairs: list[tuple[int, int]]
) -> tuple[list[tuple[int, int]], Joins]:
    """The pairs with clauses that moved and were rewritten, and where the rest went."""
    rest = Leftovers(old, new, pairs)
    moved = rest.take_moved()
    return sorted([*pairs, *moved]), rest.joins()


def _place(a: int, matched: dict[int, int]) -> float:
    """Where a deleted clause is shown: just behind the clause that stood before it."""
    for before in range(a - 1, -1, -1):
        if before in matched:
            return matched[before] + 0.5 + (a - before) * 1e-6
    return -1 + a * 1e-6


def _difference(old: Clause, new: Clause, *, moved: bool) -> Difference | None:
    renumbered = old.label != new.label
    if old.key == new.key:
        if moved:
            return Difference("move", old, new, renumbered, True)
        return Difference("renumber", old, new, True) if renumbered else None
    pieces = tuple(compare(old.text, new.text))
    return Difference(
        "change", old, new, renumbered, moved, pieces, tuple(_parts(old.text, new.text))
    )


def _parts(old_text: str, new_text: str) -> Iterator[Part]:
    """The paragraphs of a clause that differ."""
    old, new = _bare(old_text), _bare(new_text)
    pairs = dict(_pairs(old, new))
    back = {b: a for a, b in pairs.items()}
    for a, clause in enumerate(old):
        if a not in pairs:
            yield Part("delete", clause.text, "")
    for b, clause in enumerate(new):
        if b not in back:
            yield Part("insert", "", clause.text)
        elif old[back[b]].key != clause.key:
            yield Part("change", old[back[b]].text, clause.text)


def _bare(text: str) -> tuple[Clause, ...]:
    return tuple(Clause("", line, "", 0, 0) for line in text.split("\n") if line)


def _pairs(old: Sequence[Clause], new: Sequence[Clause]) -> list[tuple[int, int]]:
    """Which clause of the old text is which of the new, by their places."""
    pairs = _identical(old, new)
    left = sorted(set(range(len(old))) - {a for a, _ in pairs})
    right = sorted(set(range(len(new))) - {b for _, b in pairs})
    pairs += _alike(old, new, left, right, dict(pairs))
    return sorted(pairs + rewritten(old, new, pairs))


def _identical(old: Sequence[Clause], new: Sequence[Clause]) -> list[tuple[int, int]]:
    """Clauses of the same kind and wording; several of them pair by label, then in order."""
    places: dict[tuple[bool, str], list[int]] = defaultdict(list)
    for b, clause in enumerate(new):
        places[_group(clause)].append(b)
    pairs: list[tuple[int, int]] = []
    waiting: list[int] = []
    for a, clause in enumerate(old):
        free = places.get(_group(clause), [])
        same = next((b for b in free[:50] if new[b].label == clause.label), None)
        if same is None:
            waiting.append(a)
            continue
        free.remove(same)
        pairs.append((a, same))
    for a in waiting:
        free = places.get(_group(old[a]), [])
        if free:
            pairs.append((a, free.pop(0)))
    return pairs


def _group(clause: Clause) -> tuple[bool, str]:
    return _is_heading(clause), clause.key


def _is_heading(clause: Clause) -> bool:
    return clause.label.endswith(("章", "节", "编"))


def _alike(
    old: Sequence[Clause],
    new: Sequence[Clause],
    left: Sequence[int],
    right: Sequence[int],
    known: dict[int, int],
) -> list[tuple[int, int]]:
    """Pairs of like wording, best first."""
    grams_old = {a: _bigrams(old[a].key) for a in left}
    grams_new = {b: _bigrams(new[b].key) for b in right}
    offsets = _offsets(known, len(old), len(new))
    everywhere = len(left) * len(right) <= _MOST_PAIRS
    scored: list[tuple[float, int, int, int]] = []
    for a in left:
        for b in right:
            away = abs(b - offsets[a])
            if not everywhere and away > _NEAR:
                continue
            score = _score(old[a], new[b], grams_old[a], grams_new[b])
            if score > 0:
                scored.append((-score, away, a, b))
    scored.sort()
    used_old: set[int] = set()
    used_new: set[int] = set()
    pairs: list[tuple[int, int]] = []
    for _, _, a, b in scored:
        if a not in used_old and b not in used_new:
            used_old.add(a)
            used_new.add(b)
            pairs.append((a, b))
    return pairs


def _offsets(known: dict[int, int], old_count: int, new_count: int) -> list[int]:
    """Where each old clause is expected in the new text, from the pairs around it."""
    expected: list[int] = []
    shift = 0
    for a in range(old_count):
        if a in known:
            shift = known[a] - a
        expected.append(min(max(0, a + shift), max(0, new_count - 1)))
    return expected


def _bigrams(key: str) -> frozenset[str]:
    return frozenset(key[i : i + 2] for i in range(len(key) - 1)) or frozenset((key,))


def _score(old: Clause, new: Clause, a: frozenset[str], b: frozenset[str]) -> float:
    """How alike (0..1.05), 0 when too little to be one clause."""
    if _is_heading(old) != _is_heading(new):
        return 0.0
    smaller, larger = min(len(a), len(b)), max(len(a), len(b))
    same_label = bool(old.label) and old.label == new.label
    if smaller / (smaller + larger) * 2 < _LIKE_SAME_LABEL and smaller < 8:
        return 0.0
    common = len(a & b)
    dice = 2 * common / (smaller + larger)
    if common >= _CONTAINED * smaller and smaller >= 8:
        dice = max(dice, _LIKE)
    if dice < (_LIKE_SAME_LABEL if same_label else _LIKE):
        return 0.0
    return dice + (0.05 if same_label else 0.0)


def _moved(pairs: Sequence[tuple[int, int]]) -> set[int]:
    """Old places of the clauses that are out of order: all but a longest run in order."""
    tails: list[int] = []
    ends: list[int] = []
    links: list[int] = []
    for at, (_, b) in enumerate(pairs):
        size = bisect_left(tails, b)
        links.append(ends[size - 1] if size else -1)
        if size == len(tails):
            tails.append(b)
            ends.append(at)
        else:
            tails[size], ends[size] = b, at
    kept: set[int] = set()
    at = ends[-1] if ends else -1
    while at >= 0:
        kept.add(pairs[at][0])
        at = links[at]
    return {a for a, _ in pairs} - kept
