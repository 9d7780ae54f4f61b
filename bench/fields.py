"""Counting right, wrong, missing and spurious field values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from bench.report import Metrics

ACCURACY = frozenset({"level", "region", "level_report"})
"""Classes, not values: their share of right answers is called accuracy."""


@dataclass(slots=True)
class Count:
    """Outcomes of one field: ``right`` and ``wrong`` where gold has a value and ours too,
    ``missing`` where only gold has one, ``spurious`` where gold says there is none."""

    right: int = 0
    wrong: int = 0
    missing: int = 0
    spurious: int = 0
    empty: int = 0

    @property
    def gold(self) -> int:
        return self.right + self.wrong + self.missing

    @property
    def given(self) -> int:
        return self.right + self.wrong + self.spurious


@dataclass(slots=True)
class Fields:
    """Outcomes of all fields of one data set; ``misses`` keeps examples for reading."""

    counts: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    misses: list[str] = field(default_factory=list)

    def add(self, name: str, *, gold: object, ours: object, key: str = "") -> None:
        """Compare one value. Empty values (None, "", ()) mean absent."""
        count = self.counts[name]
        if not gold:
            count.empty += 1
            count.spurious += bool(ours)
        elif not ours:
            count.missing += 1
        elif gold == ours:
            count.right += 1
        else:
            count.wrong += 1
        if bool(gold or ours) and gold != ours:
            self.misses.append(f"{key} {name}: gold {gold!r}, ours {ours!r}")

    def metrics(self) -> Metrics:
        """``<name>_exact`` (share of gold values), ``<name>_spurious`` (share of gold-empty
        documents with a value) and ``dates_precision`` over all fields that are days."""
        values: Metrics = {}
        for name, count in self.counts.items():
            if count.gold:
                kind = "accuracy" if name in ACCURACY else "exact"
                values[f"{name}_{kind}"] = count.right / count.gold
            if count.empty:
                values[f"{name}_spurious"] = count.spurious / count.empty
        days = [count for name, count in self.counts.items() if name.endswith(("_on", "_until"))]
        given = sum(count.given for count in days)
        if given:
            values["dates_precision"] = sum(count.right for count in days) / given
        return values

    def merge(self, other: Fields) -> None:
        """Add the counts of another data set."""
        for name, count in other.counts.items():
            mine = self.counts[name]
            mine.right += count.right
            mine.wrong += count.wrong
            mine.missing += count.missing
            mine.spurious += count.spurious
            mine.empty += count.empty
        self.misses += other.misses


def micro_f1(pairs: Iterable[tuple[set[str], set[str]]]) -> tuple[float, float, float]:
    """Precision, recall and F1 over all (gold, ours) label sets."""
    right = ours = gold = 0
    for wanted, found in pairs:
        right += len(wanted & found)
        ours += len(found)
        gold += len(wanted)
    precision, recall = right / max(1, ours), right / max(1, gold)
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def macro_f1(pairs: Iterable[tuple[str, str | None]]) -> float:
    """Mean F1 over the classes that occur in gold."""
    rows = list(pairs)
    scores = []
    for name in sorted({gold for gold, _ in rows}):
        right = sum(gold == ours == name for gold, ours in rows)
        found = sum(ours == name for _, ours in rows)
        wanted = sum(gold == name for gold, _ in rows)
        scores.append(2 * right / (found + wanted))
    return sum(scores) / len(scores) if scores else 0.0
