"""What kind of news a headline is, where the rules are silent: a small model that is shipped.

``pipelines/data/headlines.npz`` is made by ``python -m bench.headline_model`` from the labelled
headlines of ``tests/quality/sets``. It is asked only when no rule of a document type says much and
the page speaks of a topic; its label says so and gives way to a model of the operator's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files

from pipelines.classify.model import LinearModel, load_model
from pipelines.items import LabelGuess

SILENT = 2.5
"""Below this score of the best type the rules say next to nothing: one word of the lead or a verb
that many types share."""
LEAD_CHARS = 120
CONFIDENCE = 0.55
"""Not above ``LEFT_OVER``: a model trained on the operator's own items goes first."""


# What the model says beside a point of the rules, and below which of its scores it says nothing.
_SHARE, _UNLIKELY = 3.0, 1.2
_BY_ITSELF = -0.45
"""Below this score no type is named that the rules do not hint at: other matters score so."""


def headline_text(title: str, text: str) -> str:
    """What the model reads, in training and in use."""
    return f"{title}\n{text[:LEAD_CHARS]}"


def type_of_headline(title: str, text: str, *, given: Mapping[str, float]) -> LabelGuess | None:
    """The likeliest of the types in ``given``, which has what little the rules say of each; None
    when the model knows none of them or none is likely."""
    found = _model().scores(headline_text(title, text))
    says = dict(zip(found.classes, found.values, strict=True))
    known = [name for name in given if name in says]
    known = [name for name in known if given[name] or says[name] >= _BY_ITSELF]
    if not known:
        return None
    name = max(known, key=lambda name: given[name] + _SHARE * max(0.0, says[name] + _UNLIKELY))
    return LabelGuess(name, "doc_type", CONFIDENCE, "随附模型判断（标题用语）", origin="model")


@cache
def _model() -> LinearModel:
    with as_file(files("pipelines.data").joinpath("headlines.npz")) as path:
        return load_model(path)
