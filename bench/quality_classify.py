"""Labels against the hand-checked bulletins: sections, document types, topics, scenarios, measures.

``section_macro_f1`` maps our section to the sections a publication has (an edition without
监管动态 prints such items under 政策速递); publications are told from the items themselves.
``scenarios_micro_f1`` and ``measures_micro_f1`` are over plans in full text and the rows of a
policy table (explicit mentions only). An item is scored on the labels that
it has.
"""

from __future__ import annotations

import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.fields import macro_f1, micro_f1
from bench.report import Metrics, Report, data_sets, rows_of
from bench.title_models import is_title_set, measure_titles
from pipelines.classify import classify, load_taxonomy
from pipelines.items import CleanPage, LabelGuess
from pipelines.metadata import extract_metadata

Row = dict[str, Any]
_FILES = ("items.jsonl", "documents.jsonl", "policies.jsonl")


@dataclass(slots=True)
class _Scores:
    """Pairs of gold and ours, per kind of label."""

    single: dict[str, list[tuple[str, str | None]]] = field(default_factory=dict)
    several: dict[str, list[tuple[set[str], set[str]]]] = field(default_factory=dict)
    seconds: float = 0.0
    documents: int = 0
    misses: list[str] = field(default_factory=list)

    def one(self, kind: str, gold: str, ours: str | None, key: str) -> None:
        self.single.setdefault(kind, []).append((gold, ours))
        if gold != ours:
            self.misses.append(f"{key} {kind}: gold {gold}, ours {ours}")

    def many(self, kind: str, gold: list[str], ours: set[str], key: str) -> None:
        self.several.setdefault(kind, []).append((set(gold), ours))
        if set(gold) != ours:
            missing, extra = sorted(set(gold) - ours), sorted(ours - set(gold))
            self.misses.append(f"{key} {kind}: missing {missing}, extra {extra}")

    def metrics(self) -> Metrics:
        values: Metrics = {}
        for kind, pairs in self.single.items():
            values[f"{kind}_macro_f1"] = macro_f1(pairs)
            values[f"{kind}_accuracy"] = sum(g == o for g, o in pairs) / len(pairs)
        for kind, sets in self.several.items():
            precision, recall, f1 = micro_f1(sets)
            values |= {
                f"{kind}_micro_f1": f1,
                f"{kind}_precision": precision,
                f"{kind}_recall": recall,
            }
        if self.documents:
            values["cpu_ms_per_doc"] = self.seconds / self.documents * 1000
        return values


def measure(data: Path) -> Report:
    """Measure the gold files at ``data`` (the folder, or one of its files) and sets of titles."""
    titles = {
        path.parent.name: measure_titles(path)
        for path in data_sets(data)
        if path.name.startswith("manifest") and is_title_set(next(rows_of(path), {}))
    }
    if len(titles) == 1:
        return next(iter(titles.values()))
    files = [data] if data.is_file() else [p for n in _FILES for p in sorted(data.glob(f"**/{n}"))]
    total = _Scores()
    reports: dict[str, Report] = dict(titles)
    for path in files:
        rows = list(rows_of(path))
        scores = _Scores()
        sections = _sections_of(rows)
        for row in rows:
            _score(row, scores, sections)
            _score(row, total, sections)
        if scores.documents:
            reports[path.stem] = Report("classify", scores.documents, scores.metrics())
    if "--misses" in sys.argv:
        print("\n".join(total.misses))
    sets = reports if len(reports) > 1 else {}
    if titles and not total.documents:
        return _joined(list(titles.values()), titles)
    return Report("classify", total.documents, total.metrics(), {}, sets)


def _joined(reports: list[Report], sets: dict[str, Report]) -> Report:
    """Several sets of titles as one: the mean over all titles."""
    n = sum(report.n for report in reports)
    ours = {
        name: sum(report.ours[name] * report.n for report in reports) / n
        for name in reports[0].ours
        if all(name in report.ours for report in reports)
    }
    return Report("classify", n, ours, {}, sets)


def _sections_of(rows: list[Row]) -> dict[str, tuple[str, ...]]:
    """The sections each publication prints, as seen in its items."""
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        if row.get("section") and "document_key" not in row:
            found.setdefault(row["publication"], {})[row["section"]] = None
    return {publication: tuple(names) for publication, names in found.items()}


def _labels(title: str, text: str, scores: _Scores) -> tuple[LabelGuess, ...]:
    page = CleanPage(title=title, body_html="", body_text=text)
    metadata = extract_metadata(page)
    taxonomy = load_taxonomy()
    started = time.process_time()
    found = classify(page, metadata, taxonomy=taxonomy)
    scores.seconds += time.process_time() - started
    scores.documents += 1
    return found


def _score(row: Row, scores: _Scores, sections: dict[str, tuple[str, ...]]) -> None:
    if "issuer_printed" in row:
        _policy(row, scores)
    elif "document_key" in row:
        _document(row, scores)
    elif "body" in row and row.keys() & {"section", "doc_type", "topics"}:
        _item(row, scores, sections)


def _names(found: tuple[LabelGuess, ...], kind: str) -> set[str]:
    return {guess.slug for guess in found if guess.kind == kind}


def _first(found: tuple[LabelGuess, ...], kind: str) -> str | None:
    return next((guess.slug for guess in found if guess.kind == kind), None)


def _item(row: Row, scores: _Scores, sections: dict[str, tuple[str, ...]]) -> None:
    found = _labels(row["title"], row["body"], scores)
    key = f"{row['id']} {row['title'][:60]}"
    if "doc_type" in row:
        scores.one("doc_type", row["doc_type"], _first(found, "doc_type"), key)
    if "topics" in row:
        scores.many("topics", row["topics"], _names(found, "topic"), key)
    if "section" in row:
        section = _first(found, "section") or ""
        available = sections[row["publication"]]
        ours = load_taxonomy().section_in(section, available=available)
        scores.one("section", row["section"], ours, key)


def _document(row: Row, scores: _Scores) -> None:
    heading = re.sub(r"^\d{1,2}[、.．]\s*", "", row.get("heading_printed") or row["title"])
    lines = (row.get("adoption_note"), row["body"])
    found = _labels(heading, "\n".join(line for line in lines if line), scores)
    key = row["id"]
    scores.one("doc_type", row["doc_type"], _first(found, "doc_type"), key)
    scores.many("topics", row["topics"], _names(found, "topic"), key)
    if row["scenarios"]:
        scores.many("scenarios", row["scenarios"], _names(found, "scenario"), key)
        scores.many("measures", row["measures"], _names(found, "measure"), key)


def _policy(row: Row, scores: _Scores) -> None:
    title = f"{row['issuer_printed'].split()[0]}关于印发《{row.get('title') or '行动计划'}》的通知"
    found = _labels(title, row["summary"], scores)
    weak = set(row["scenarios_weak"]), set(row["measures_weak"])
    scenarios, measures = _names(found, "scenario") - weak[0], _names(found, "measure") - weak[1]
    scores.many("scenarios", row["scenarios"], scenarios, row["id"])
    scores.many("measures", row["measures"], measures, row["id"])
