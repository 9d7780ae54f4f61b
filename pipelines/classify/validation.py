"""How good a model would be: cross-validation over the reviewed items.

Every item is judged once by a model that has not seen it; the threshold of each model comes from
its own training part, never from the part it is judged on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipelines.classify.model import LinearModel, Scores
from pipelines.classify.training import MIN_EXAMPLES, Example, train

FOLDS = 5
# the part left for training when just enough items are there
_LEAST = MIN_EXAMPLES // 2


@dataclass(frozen=True, slots=True)
class ClassScore:
    """One class: how many items carry it, how often it was said, how often rightly."""

    name: str
    items: int
    said: int
    right: int

    @property
    def precision(self) -> float:
        """Share of what was said that is right; 0 when nothing was said."""
        return self.right / self.said if self.said else 0.0

    @property
    def recall(self) -> float:
        """Share of the items that was found."""
        return self.right / self.items if self.items else 0.0

    @property
    def f1(self) -> float:
        """2 PR / (P + R)."""
        return 2 * self.right / (self.said + self.items) if self.said + self.items else 0.0


@dataclass(frozen=True, slots=True)
class Validation:
    """Figures over all items. ``classes`` judge the best class (several: all over the threshold).

    ``answered`` is the share of items on which the model spoke at its threshold, ``precision``
    the share of those answers that were right: what a reader of the bulletin will see.
    """

    folds: int
    items: int
    accuracy: float
    macro_f1: float
    micro_f1: float
    answered: float
    precision: float
    classes: tuple[ClassScore, ...]


def cross_validate(
    examples: Sequence[Example],
    *,
    kind: str,
    several: bool = False,
    precision: float = 0.95,
    folds: int = FOLDS,
    seed: int = 1,
) -> Validation:
    """Train ``folds`` models, each judged on the items it has not seen.

    Raises ``TrainingError`` as ``train`` does when a part is too small.
    """
    rows = sorted({row for row in examples if row.labels}, key=lambda row: (row.text, row.labels))
    order = np.random.default_rng(seed).permutation(len(rows))
    shuffled = [rows[at] for at in order]
    tally = _Tally()
    for fold in range(folds):
        rest = [row for at, row in enumerate(shuffled) if at % folds != fold]
        model = train(
            rest, kind=kind, several=several, precision=precision, seed=seed, least=_LEAST
        )
        for row in shuffled[fold::folds]:
            tally.judge(model, row, model.scores(row.text))
    return replace(tally.result(), folds=folds)


class _Tally:
    """Counts over the parts."""

    def __init__(self) -> None:
        self._wanted: Counter[str] = Counter()
        self._said: Counter[str] = Counter()
        self._right: Counter[str] = Counter()
        self._best = self._items = self._spoken = self._answers = self._correct = 0

    def judge(self, model: LinearModel, row: Example, found: Scores) -> None:
        """One item: its labels against what the model says."""
        self._items += 1
        self._best += found.classes[0] in row.labels
        self._wanted.update(row.labels)
        pairs = zip(found.classes, found.values, strict=True)
        sure = [name for name, value in pairs if value >= model.threshold]
        if not model.several:
            sure = list(found.classes[:1]) if found.margin >= model.threshold else []
        said = sure if model.several else found.classes[:1]
        self._said.update(said)
        self._right.update(name for name in said if name in row.labels)
        self._spoken += bool(sure)
        self._answers += len(sure)
        self._correct += sum(name in row.labels for name in sure)

    def result(self) -> Validation:
        """The figures; ``folds`` is set by the caller."""
        classes = tuple(
            ClassScore(name, count, self._said[name], self._right[name])
            for name, count in sorted(self._wanted.items(), key=lambda pair: (-pair[1], pair[0]))
        )
        said, wanted = sum(self._said.values()), sum(self._wanted.values())
        right = sum(self._right.values())
        return Validation(
            folds=0,
            items=self._items,
            accuracy=self._best / max(1, self._items),
            macro_f1=sum(row.f1 for row in classes) / max(1, len(classes)),
            micro_f1=2 * right / max(1, said + wanted),
            answered=self._spoken / max(1, self._items),
            precision=self._correct / max(1, self._answers),
            classes=classes,
        )
