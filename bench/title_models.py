"""The statistical model on public title sets, beside baselines of the fastText class.

Titles may come with an abstract and several classes (sectors of reports): any of them is right.
Four of five titles train, every fifth (by hash of its id) is tested. Peers: multinomial naive
Bayes over the same grams, a model of the fastText kind in numpy (mean of hashed n-gram vectors,
softmax: Joulin et al. 2017, "Bag of Tricks for Efficient Text Classification"), and when they can
be imported fastText itself and scikit-learn's LinearSVC and hashed n-grams with SGD.
"""

from __future__ import annotations

import hashlib
import math
import tempfile
import time
import zlib
from collections import Counter, defaultdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.fields import macro_f1
from bench.report import Metrics, Report, rows_of
from pipelines.classify.model import LinearModel, grams
from pipelines.classify.training import Example, train

_MOST = 20_000
Pairs = list[tuple[str, tuple[str, ...]]]


def is_title_set(row: dict[str, Any]) -> bool:
    """Whether a row is a labelled title, or a title and abstract with its sectors."""
    gold = row.get("gold")
    return "title" in row and isinstance(gold, dict) and bool(_labels(gold))


def _labels(gold: dict[str, Any]) -> tuple[str, ...]:
    """The classes of a row; any of them is right."""
    label, sectors = gold.get("label"), gold.get("sector")
    return (label,) if isinstance(label, str) else tuple(sectors or ())


def measure_titles(path: Path) -> Report:
    """Accuracy on the tested fifth of one set."""
    trained: Pairs = []
    tested: Pairs = []
    for row in list(rows_of(path))[:_MOST]:
        text = "\n".join(part for part in (row["title"], row.get("summary")) if part)
        pair = (text, _labels(row["gold"]))
        held = hashlib.sha256(row["id"].encode()).digest()[0] % 5 == 0
        (tested if held else trained).append(pair)
    started = time.process_time()
    model = train([Example(text, labels) for text, labels in trained], kind="title")
    ours: Metrics = {"train_seconds": time.process_time() - started}
    ours = _scores(model, tested) | ours
    return Report("classify", len(tested), ours, _peers(trained, tested))


def _scores(model: LinearModel, tested: Pairs) -> Metrics:
    started = time.process_time()
    found = [(labels, model.scores(text)) for text, labels in tested]
    spent = time.process_time() - started
    sure = [(labels, s) for labels, s in found if s.margin >= model.threshold]
    metrics: Metrics = {
        "title_accuracy": sum(s.classes[0] in labels for labels, s in found) / len(found),
        "title_macro_f1": macro_f1([_one(labels, s.classes[0]) for labels, s in found]),
        "answered_share": len(sure) / len(found),
        "cpu_us_per_title": spent / len(found) * 1e6,
    }
    if sure:
        metrics["answered_precision"] = sum(s.classes[0] in labels for labels, s in sure) / len(
            sure
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.npz"
        model.save(path)
        metrics["model_mb"] = path.stat().st_size / 1e6
    return metrics


def _peers(trained: Pairs, tested: Pairs) -> dict[str, Metrics]:
    peers = {
        "naive Bayes": _accuracy(_naive_bayes(trained, tested), tested),
        "fastText kind": _accuracy(_bag_of_grams(trained, tested), tested),
    }
    if find_spec("fasttext"):
        peers["fastText"] = _accuracy(_fasttext(trained, tested), tested)
    if find_spec("sklearn"):
        peers["LinearSVC"] = _accuracy(_linear_svc(trained, tested), tested)
        peers["hashed SGD"] = _accuracy(_hashed_sgd(trained, tested), tested)
    return peers


def _accuracy(found: list[str], tested: Pairs) -> Metrics:
    pairs = [_one(labels, guess) for (_, labels), guess in zip(tested, found, strict=True)]
    return {
        "title_accuracy": sum(a == b for a, b in pairs) / len(pairs),
        "title_macro_f1": macro_f1(list(pairs)),
    }


def _one(labels: tuple[str, ...], guess: str) -> tuple[str, str | None]:
    """Gold and guess of a row with one or more classes."""
    return (guess if guess in labels else labels[0]), guess


def _naive_bayes(trained: Pairs, tested: Pairs) -> list[str]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    documents: Counter[str] = Counter()
    for text, labels in trained:
        for label in labels:
            counts[label].update(grams(text))
            documents[label] += 1
    size = len({gram for counter in counts.values() for gram in counter})
    totals = {label: sum(counter.values()) for label, counter in counts.items()}
    found = []
    for text, _ in tested:
        words = list(grams(text))
        found.append(
            max(
                documents,
                key=lambda label: (
                    math.log(documents[label])
                    + sum(
                        math.log((counts[label][g] + 0.1) / (totals[label] + 0.1 * size))
                        for g in words
                    )
                ),
            )
        )
    return found


_BUCKETS, _WIDTH, _EPOCHS, _RATE = 1 << 18, 64, 12, 0.5


def _bag_of_grams(trained: Pairs, tested: Pairs) -> list[str]:
    """fastText's supervised model: plain SGD with a falling rate over (text, label) pairs."""
    labels = sorted({label for _, named in trained for label in named})
    rng = np.random.default_rng(1)
    vectors = rng.uniform(-1 / _WIDTH, 1 / _WIDTH, (_BUCKETS, _WIDTH)).astype(np.float32)
    output = np.zeros((len(labels), _WIDTH), dtype=np.float32)
    rows = [(_buckets(text), labels.index(named[0])) for text, named in trained]
    steps, step = _EPOCHS * len(rows), 0
    for _ in range(_EPOCHS):
        for at in rng.permutation(len(rows)):
            ids, label = rows[at]
            rate = np.float32(_RATE * (1 - step / steps))
            step += 1
            hidden = vectors[ids].mean(axis=0)
            error = _softmax(output @ hidden)
            error[label] -= 1
            change = rate * (error @ output)
            output -= rate * np.outer(error, hidden)
            np.subtract.at(vectors, ids, change / len(ids))
    return [labels[int(np.argmax(output @ vectors[_buckets(t)].mean(axis=0)))] for t, _ in tested]


def _buckets(text: str) -> NDArray[np.intp]:
    keys = [zlib.crc32(gram.encode()) % _BUCKETS for gram in grams(text)]
    return np.array(keys or [0], dtype=np.intp)


def _softmax(values: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(values - values.max())
    shares: NDArray[np.float32] = powers / powers.sum()
    return shares


def _fasttext(trained: Pairs, tested: Pairs) -> list[str]:
    import fasttext  # type: ignore[import-not-found]

    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        for text, (label, *_) in trained:
            file.write(f"__label__{label} {' '.join(text.replace(' ', ''))}\n")
        file.flush()
        model = fasttext.train_supervised(file.name, wordNgrams=2, epoch=25, lr=0.5, verbose=0)
    return [
        model.predict(" ".join(text.replace(" ", "")))[0][0].removeprefix("__label__")
        for text, _ in tested
    ]


def _linear_svc(trained: Pairs, tested: Pairs) -> list[str]:
    from sklearn.feature_extraction.text import (  # type: ignore[import-not-found]
        TfidfVectorizer,
    )
    from sklearn.pipeline import make_pipeline  # type: ignore[import-not-found]
    from sklearn.svm import LinearSVC  # type: ignore[import-not-found]

    pipe = make_pipeline(
        TfidfVectorizer(analyzer="char", ngram_range=(1, 2), min_df=2), LinearSVC()
    )
    pipe.fit([text for text, _ in trained], [labels[0] for _, labels in trained])
    return [str(name) for name in pipe.predict([text for text, _ in tested])]


def _hashed_sgd(trained: Pairs, tested: Pairs) -> list[str]:
    from sklearn.feature_extraction.text import (
        HashingVectorizer,
    )
    from sklearn.linear_model import SGDClassifier  # type: ignore[import-not-found]
    from sklearn.pipeline import make_pipeline

    pipe = make_pipeline(
        HashingVectorizer(analyzer="char", ngram_range=(1, 2), alternate_sign=False),
        SGDClassifier(random_state=1),
    )
    pipe.fit([text for text, _ in trained], [labels[0] for _, labels in trained])
    return [str(name) for name in pipe.predict([text for text, _ in tested])]
