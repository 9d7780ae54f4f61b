"""The statistical model behind the rules: linear weights over characters and pairs of characters.

A model is a file of plain numpy arrays (no pickles) made by ``pipelines.classify.training`` from
items that people reviewed. It speaks only where the rules are silent and abstains when its best
class leads by too little. Character pairs: they need no word list and are as good as words on
Chinese titles.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from pipelines.items import LabelGuess

Floats = NDArray[np.float32]
FORMAT = 1
# The title counts as part of the text; what follows the first sentences adds noise.
TEXT_CHARS = 300
# What the rules say with no more than this is only what is left over.
LEFT_OVER = 0.6


class ModelError(ValueError):
    """The file is no model of ours; ``code`` is stable, the text says what to do."""

    code = "model_invalid"
    retry = False


@dataclass(frozen=True, slots=True)
class Scores:
    """Classes with their scores, best first; ``margin`` is the lead of the best one."""

    classes: tuple[str, ...]
    values: tuple[float, ...]
    margin: float


@dataclass(frozen=True, slots=True)
class LinearModel:
    """One kind of label. ``several``: a text may carry more than one class (topics).

    ``threshold`` is the least margin (for ``several``: the least score) at which the model speaks;
    ``accuracy`` is what it reached on reviewed items that it had not seen.
    """

    kind: str
    classes: tuple[str, ...]
    rows: dict[str, int]
    idf: Floats
    weights: Floats
    bias: Floats
    several: bool
    threshold: float
    accuracy: float
    examples: int

    def scores(self, text: str) -> Scores:
        """The score of every class for ``text``."""
        values = self.bias
        rows, counts = self._vector(text)
        if len(rows):
            values = values + counts @ self.weights[rows]
        order = np.argsort(-values, kind="stable")
        best = [float(values[at]) for at in order]
        margin = best[0] - best[1] if len(best) > 1 else best[0]
        return Scores(tuple(self.classes[at] for at in order), tuple(best), margin)

    def _vector(self, text: str) -> tuple[NDArray[np.intp], Floats]:
        """Rows and tf-idf weights of the known grams, of length 1."""
        known = [(self.rows[g], n) for g, n in Counter(grams(text)).items() if g in self.rows]
        if not known:
            return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.float32)
        rows = np.array([row for row, _ in known], dtype=np.intp)
        values = np.array([n for _, n in known], dtype=np.float32) * self.idf[rows]
        return rows, values / np.float32(math.sqrt(float(values @ values)) or 1.0)

    def guesses(self, text: str) -> tuple[LabelGuess, ...]:
        """Labels for ``text`` with their reasons; () when the model is not sure enough."""
        found = self.scores(text)
        if self.several:
            chosen = [
                (name, value)
                for name, value in zip(found.classes, found.values, strict=True)
                if value >= self.threshold
            ]
        else:
            chosen = [(found.classes[0], found.margin)] if found.margin >= self.threshold else []
        return tuple(
            LabelGuess(
                slug=name,
                kind=self.kind,
                confidence=round(1 / (1 + math.exp(-2 * lead)), 3),
                reason=f"模型判断（领先{lead:.2f}，由{self.examples}条已审条目训练）",
                origin="model",
            )
            for name, lead in chosen
        )

    def save(self, path: Path) -> None:
        """Write the model; weights in half precision."""
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                format=np.array(FORMAT),
                kind=np.array(self.kind),
                classes=np.array(self.classes),
                grams=np.array(list(self.rows)),
                idf=self.idf.astype(np.float16),
                weights=self.weights.astype(np.float16),
                bias=self.bias,
                several=np.array(self.several),
                threshold=np.array(self.threshold),
                accuracy=np.array(self.accuracy),
                examples=np.array(self.examples),
            )


def load_model(path: Path) -> LinearModel:
    """Read a model written by ``save``; raises ``ModelError`` for anything else."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            if int(data["format"]) != FORMAT:
                raise ModelError(_message(path, f"format {int(data['format'])}"))
            grams_read = [str(gram) for gram in data["grams"]]
            model = LinearModel(
                kind=str(data["kind"]),
                classes=tuple(str(name) for name in data["classes"]),
                rows={gram: row for row, gram in enumerate(grams_read)},
                idf=data["idf"].astype(np.float32),
                weights=data["weights"].astype(np.float32),
                bias=data["bias"].astype(np.float32),
                several=bool(data["several"]),
                threshold=float(data["threshold"]),
                accuracy=float(data["accuracy"]),
                examples=int(data["examples"]),
            )
    except (OSError, KeyError, ValueError, EOFError, BadZipFile) as error:
        if isinstance(error, ModelError):
            raise
        raise ModelError(_message(path, str(error))) from error
    if model.weights.shape != (len(model.rows), len(model.classes)):
        raise ModelError(_message(path, "shape"))
    return model


def load_models(folder: Path) -> tuple[LinearModel, ...]:
    """All models of a folder, by name; () when there is none. Raises ``ModelError``."""
    return tuple(load_model(path) for path in sorted(folder.glob("*.npz")))


def _message(path: Path, detail: str) -> str:
    return (
        f"模型文件无法读取，请重新训练 / cannot read the model, train it again: {path} ({detail})"
    )


def grams(text: str) -> Iterable[str]:
    """Characters and pairs of neighbours; width and case fold, white space only separates."""
    folded = unicodedata.normalize("NFKC", text).lower()
    for word in folded.split():
        yield from word
        for first, second in pairwise(word):
            yield first + second


def model_text(title: str, text: str) -> str:
    """What the model reads of a page, in training and in use."""
    return f"{title}\n{text[:TEXT_CHARS]}"


def complete(
    labels: Sequence[LabelGuess], *, models: Sequence[LinearModel], title: str, text: str
) -> tuple[LabelGuess, ...]:
    """The labels of the rules, and for kinds on which they are silent those of the models.

    A rule that only catches what is left over (confidence up to 0.6) gives way to a model.
    """
    spoken = {label.kind for label in labels if label.confidence > LEFT_OVER}
    found = list(labels)
    for model in models:
        guesses = () if model.kind in spoken else model.guesses(model_text(title, text))
        if guesses and not model.several:
            found = [label for label in found if label.kind != model.kind]
        known = {(label.kind, label.slug) for label in found}
        found.extend(guess for guess in guesses if (guess.kind, guess.slug) not in known)
    return tuple(found)
