"""What a quality task reports: our metrics beside those of every peer that can be imported."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Metrics = dict[str, float]
MANIFESTS = ("manifest.jsonl", "manifest.jsonl.gz")


@dataclass(slots=True)
class Report:
    """One measured task. ``sets`` holds the same per data set where several were measured."""

    task: str
    n: int
    ours: Metrics
    peers: dict[str, Metrics] = field(default_factory=dict)
    sets: dict[str, Report] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "task": self.task,
            "n": self.n,
            "ours": _rounded(self.ours),
            "peers": {name: _rounded(values) for name, values in self.peers.items()},
        }
        if self.sets:
            data["sets"] = {name: report.as_json() for name, report in self.sets.items()}
        return data

    def as_tables(self) -> str:
        """A table of each set, then that of all of them."""
        parts = [f"== {name}\n{part.as_table()}\n" for name, part in self.sets.items()]
        return "\n".join((*parts, self.as_table()))

    def as_table(self) -> str:
        names = list(self.ours)
        for values in self.peers.values():
            names += [name for name in values if name not in names]
        rows = [["", *names], ["dibao", *(_cell(self.ours.get(name)) for name in names)]]
        for peer, values in self.peers.items():
            rows.append([peer, *(_cell(values.get(name)) for name in names)])
        widths = [max(len(row[i]) for row in rows) for i in range(len(names) + 1)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        head = f"{self.task}  n={self.n}"
        return "\n".join([head, *lines])


def data_sets(path: Path) -> list[Path]:
    """The manifests at ``path``: itself, in it, or in its sub-folders (sorted by name)."""
    if path.is_file():
        return [path]
    here = [path / name for name in MANIFESTS if (path / name).is_file()]
    if here:
        return here[:1]
    return sorted(p for name in MANIFESTS for p in path.glob(f"*/{name}"))


def rows_of(manifest: Path) -> Iterator[dict[str, Any]]:
    """Rows of a JSON lines file, plain or gzipped. Exits naming the line that is no such row."""
    opener = gzip.open if manifest.suffix == ".gz" else open
    with opener(manifest, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                sys.exit(f"{manifest}:{number}: one JSON object a line is expected: {error}")
            if not isinstance(row, dict):
                sys.exit(f"{manifest}:{number}: one JSON object a line is expected")
            yield row


def page_bytes(manifest: Path, row: dict[str, Any]) -> bytes | None:
    """The page as saved (unpacked), or ``None`` for a row that has none."""
    name = row.get("file")
    if not name:
        return None
    path = manifest.parent / name
    if not path.is_file():
        return None
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


def _rounded(values: Metrics) -> Metrics:
    return {name: round(value, 4) for name, value in values.items()}


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
