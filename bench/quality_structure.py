"""Structure of documents against hand-checked bulletins: outline, units, aims, money, citations.

F1 over all records of a set, on multisets: outline = (labels above, label, heading); responsible
units = (task, unit); targets = (value, unit, year); amounts = (value, currency or token);
quantities = (value, unit); support = (rate, sum); obligations = (value, unit); cited documents =
(title, number). Texts are compared in the normal form of the gold data.
"""

from __future__ import annotations

import re
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.report import Metrics, Report, rows_of
from pipelines.structure import Structure, read_structure

Row = dict[str, Any]
_FILES = ("documents.jsonl", "items.jsonl", "policies.jsonl")
_MARKS = str.maketrans("，。；：（）！？“”‘’〈〉—–－―\\", ",.;:()!?\"\"''<>----/")


@dataclass(slots=True)
class _Scores:
    counts: dict[str, list[int]] = field(default_factory=dict)
    misses: list[str] = field(default_factory=list)
    seconds: float = 0.0
    characters: int = 0
    slowest: float = 0.0
    documents: int = 0

    def add(self, name: str, gold: Iterable[Hashable], ours: Iterable[Hashable], key: str) -> None:
        wanted, given = Counter(gold), Counter(ours)
        common = sum((wanted & given).values())
        row = self.counts.setdefault(name, [0, 0, 0])
        row[0] += common
        row[1] += sum(given.values())
        row[2] += sum(wanted.values())
        if wanted != given:
            missing, extra = list((wanted - given).elements()), list((given - wanted).elements())
            self.misses.append(f"{key} {name}: missing {missing}, extra {extra}")

    def metrics(self) -> Metrics:
        values: Metrics = {}
        for name, (common, given, wanted) in self.counts.items():
            if wanted or given:
                values[f"{name}_f1"] = 2 * common / (given + wanted)
        if self.documents:
            values["cpu_ms_per_doc"] = self.seconds / self.documents * 1000
            values["cpu_ms_per_5000_chars"] = self.seconds / max(1, self.characters) * 5_000_000
        return values


def measure(data: Path) -> Report:
    """Measure the gold files at ``data``: the folder, or one of its files."""
    files = [data] if data.is_file() else [p for n in _FILES for p in sorted(data.glob(f"**/{n}"))]
    read_structure("一、目标\n到2025年，培育10家企业。")
    total = _Scores()
    reports: dict[str, Report] = {}
    for path in files:
        scores = _Scores()
        for row in rows_of(path):
            _score(row, scores)
            _score(row, total)
        if scores.documents:
            reports[path.stem] = Report("structure", scores.documents, scores.metrics())
    if "--misses" in sys.argv:
        print("\n".join(total.misses))
    sets = reports if len(reports) > 1 else {}
    return Report("structure", total.documents, total.metrics(), {}, sets)


def _read(
    scores: _Scores, text: str, *, doc_type: str | None, title: str, year: int | None
) -> Structure:
    started = time.process_time()
    found = read_structure(text, doc_type=doc_type, title=title, this_year=year)
    scores.seconds += time.process_time() - started
    scores.documents += 1
    scores.characters += len(text)
    return found


def _score(row: Row, scores: _Scores) -> None:
    if "issuer_printed" in row:
        year = int(row["date"][:4]) if row.get("date") else None
        found = _read(
            scores, row["summary"], doc_type=None, title=row.get("title") or "", year=year
        )
        _targets(row, found, scores)
    elif "document_key" in row:
        _document(row, scores)
    elif "body" in row:
        found = _read(
            scores, f"{row['title']}\n{row['body']}", doc_type=None, title=row["title"], year=None
        )
        _targets(row, found, scores)
        _money(row, found, scores)


def _document(row: Row, scores: _Scores) -> None:
    found = _read(scores, row["body"], doc_type=row["doc_type"], title=row["title"], year=None)
    key = row["id"]
    _targets(row, found, scores)
    scores.add("outline", _gold_outline(row["structure"]), _our_outline(row, found), key)
    scores.add(
        "responsible_units",
        ((_norm(r["task"]), _norm(u)) for r in row["responsible_units"] for u in r["units"]),
        ((_norm(unit.task), _norm(unit.name)) for unit in found.units),
        key,
    )
    scores.add(
        "cited_documents",
        ((_norm(c["title"]), _norm(c["doc_number"] or "")) for c in row["cited_documents"]),
        ((_norm(c.title), _norm(c.doc_number or "")) for c in found.cited),
        key,
    )
    scores.add(
        "support_measures",
        ((m.get("rate"), m.get("cap") or m.get("amount")) for m in row["support_measures"]),
        ((m.rate, m.cap or m.amount) for m in found.support),
        key,
    )
    scores.add(
        "quantified_obligations",
        ((float(o["value"]), o["unit"]) for o in row["quantified_obligations"]),
        ((o.value, o.unit) for o in found.obligations),
        key,
    )


def _targets(row: Row, found: Structure, scores: _Scores) -> None:
    scores.add(
        "targets",
        ((_number(t["value"]), t["unit"], t["by_year"]) for t in row.get("targets") or ()),
        ((_number(t.value), t.unit, t.by_year) for t in found.targets),
        row["id"],
    )


def _money(row: Row, found: Structure, scores: _Scores) -> None:
    scores.add(
        "amounts",
        ((_number(a["value"]), a["unit"]) for a in row["amounts"]),
        ((_number(a.value), a.unit) for a in found.amounts),
        row["id"],
    )
    scores.add(
        "amounts_with_op",
        ((_number(a["value"]), a["unit"], a["op"]) for a in row["amounts"]),
        ((_number(a.value), a.unit, a.op) for a in found.amounts),
        row["id"],
    )
    scores.add(
        "quantities",
        ((_number(q["value"]), q["unit"]) for q in row["quantities"]),
        ((_number(q.value), q.unit) for q in found.quantities),
        row["id"],
    )


def _number(value: float | None) -> float | None:
    return None if value is None else round(float(value), 4)


def _gold_outline(structure: Row) -> Iterator[Hashable]:
    if structure["type"] == "articles":
        for chapter in structure["chapters"]:
            if chapter["label"]:
                yield (chapter["label"], _norm(chapter["heading"]))
            for article in chapter["articles"]:
                yield (chapter["label"] or "", article)
        return
    stack: list[tuple[str, Row]] = [("", node) for node in reversed(structure["sections"])]
    while stack:
        above, node = stack.pop()
        path = f"{above}{node['label']}"
        yield (path, _norm(node["heading"]))
        stack.extend((path, child) for child in reversed(node.get("children") or ()))


def _our_outline(row: Row, found: Structure) -> Iterator[Hashable]:
    articles = row["structure"]["type"] == "articles"
    for above, node in found.nodes():
        if articles and node.kind == "task":
            continue
        if node.kind == "article":
            yield ("".join(n.label for n in above if n.kind == "chapter"), node.label)
        elif node.kind == "chapter":
            yield (node.label, _norm(node.heading))
        else:
            yield ("".join(n.label for n in (*above, node)), _norm(node.heading))


def _norm(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).translate(_MARKS)
    return re.sub(r"\s+", "", folded)
