"""The sets of the repository (``sets/README.md``) reach the floors of ``floors.json``.

A floor is lowered only with a reason in the commit that lowers it.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.quality import measure, tasks

HERE = Path(__file__).parent
FLOORS: dict[str, dict[str, dict[str, float]]] = json.loads(
    (HERE / "floors.json").read_text(encoding="utf-8")
)
CASES = [(task, name) for task, sets in FLOORS.items() for name in sets]


@pytest.fixture(autouse=True)
def without_peers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Peers that happen to be installed are not measured here."""
    monkeypatch.setattr("bench.quality_extraction.extractors", dict)


@pytest.mark.parametrize(("task", "name"), CASES)
def test_our_own_sets_reach_their_floors(task: str, name: str) -> None:
    report = measure(task, HERE / "sets" / name)
    assert report.n > 0
    missed = {
        metric: (report.ours.get(metric), floor)
        for metric, floor in FLOORS[task][name].items()
        if not report.ours.get(metric, -1.0) >= floor - 1e-9
    }
    assert missed == {}


def test_every_task_has_a_floor() -> None:
    assert sorted(FLOORS) == [task for task in tasks() if task != "wrapper"]


def test_a_report_names_task_number_and_metrics() -> None:
    row = measure("structure", HERE / "sets" / "structure").as_json()
    assert {"task", "n", "ours", "peers"} <= row.keys()
    assert row["task"] == "structure"
    assert all(isinstance(value, float) for value in row["ours"].values())
