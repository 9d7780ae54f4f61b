"""Make the model of headlines that is shipped: ``python -m bench.headline_model``.

It learns from the labelled headlines of ``tests/quality/sets`` (``headlines``, ``leads`` and
``labels``, written for this project). Sets named ``*_kept`` are never learned from.
"""

from __future__ import annotations

from pathlib import Path

from bench.report import rows_of
from pipelines.classify.headlines import headline_text
from pipelines.classify.training import Example, train

ROOT = Path(__file__).parents[1]
SETS = ("headlines", "labels", "leads")
OUT = ROOT / "pipelines" / "data" / "headlines.npz"


def examples() -> list[Example]:
    """Headlines with their document types."""
    folder = ROOT / "tests" / "quality" / "sets"
    return [
        Example(headline_text(row["title"], row["body"]), (row["doc_type"],))
        for name in SETS
        for row in rows_of(folder / name / "items.jsonl")
    ]


def main() -> None:
    """Train and write the model."""
    model = train(examples(), kind="doc_type")
    model.save(OUT)
    print(f"{model.examples} headlines, {len(model.classes)} types, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
