"""The statistics of a published policy analysis, rebuilt from issuers, dates and texts.

Rows are those of ``policies.jsonl`` (all files of that name below the path, each id once). Tables
are compared with the counts of the gold labels; where ``report_figures.json`` lies beside the
rows and the rows are as many as its total, also with the printed numbers
(``printed_figures_exact``: share of printed level and region figures met, counts and percent).
``printed_percent_exact`` checks the rounding of every printed pair of count and percent.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from bench.fields import micro_f1
from bench.report import Metrics, Report, rows_of
from pipelines.fields.regions import Convention, level_label
from pipelines.policy_tables import (
    PolicyRow,
    Table,
    city_tier_table,
    level_table,
    percent,
    policy_row,
    region_table,
)

Row = dict[str, Any]
_LEVELS = {"municipal": "地市级", "provincial": "省级", "district": "区县级"}
_AS_CITIES: Convention = "municipality-districts-as-cities"


def measure(data: Path) -> Report:
    """Measure the policy rows at ``data`` (a folder or the file)."""
    files = [data] if data.is_file() else sorted(data.glob("**/policies.jsonl"))
    rows_read = (row for path in files for row in rows_of(path))
    gold = {row["id"]: row for row in rows_read if "issuer_printed" in row}
    policy_row("warm", issuers=["杭州市人民政府"], text="元宇宙")
    started = time.process_time()
    rows = [_policy(row) for row in gold.values()]
    seconds = time.process_time() - started
    if not rows:
        return Report("report", 0, {})
    metrics = _metrics(list(gold.values()), rows)
    metrics["cpu_ms_per_doc"] = seconds / len(rows) * 1000
    figures = [p for path in files for p in [path.parent / "report_figures.json"] if p.is_file()]
    if figures:
        metrics |= _printed(json.loads(figures[0].read_text(encoding="utf-8")), rows)
    return Report("report", len(rows), metrics)


def _policy(row: Row) -> PolicyRow:
    issuers = row["issuer_printed"].split()
    return policy_row(
        row["id"],
        issuers=issuers,
        day=date.fromisoformat(row["date"]) if row.get("date") else None,
        title=f"{issuers[0]}关于印发《{row.get('title') or '行动计划'}》的通知",
        text=row["summary"],
    )


def _metrics(gold: list[Row], rows: list[PolicyRow]) -> Metrics:
    pairs = list(zip(gold, rows, strict=True))
    levels = [
        (g["level_report"], level_label(r.region, convention=_AS_CITIES))
        for g, r in pairs
        if r.region
    ]
    hierarchy = [(_LEVELS[g["level"]], level_label(r.region)) for g, r in pairs if r.region]
    scenarios = [
        (set(g["scenarios"]), set(r.scenarios) - set(g["scenarios_weak"])) for g, r in pairs
    ]
    measures = [(set(g["measures"]), set(r.measures) - set(g["measures_weak"])) for g, r in pairs]
    tiers = [(g["city_tier"], r.region.city_tier if r.region else None) for g, r in pairs]
    return {
        "level_accuracy": _share(hierarchy, len(gold)),
        "level_report_accuracy": _share(levels, len(gold)),
        "region_accuracy": _share(
            [(g["region"], r.region.zone) for g, r in pairs if r.region], len(gold)
        ),
        "city_tier_accuracy": _share(tiers, len(gold)),
        "scenarios_micro_f1": micro_f1(scenarios)[2],
        "measures_micro_f1": micro_f1(measures)[2],
        "level_table_exact": _same(
            level_table(rows, convention=_AS_CITIES), [g["level_report"] for g in gold]
        ),
        "level_hierarchy_table_exact": _same(
            level_table(rows), [_LEVELS[g["level"]] for g in gold]
        ),
        "region_table_exact": _same(region_table(rows), [g["region"] for g in gold]),
        "city_tier_table_exact": _same(
            city_tier_table(rows), [g["city_tier"] for g in gold if g["city_tier"]]
        ),
    }


def _share(pairs: list[tuple[Any, Any]], total: int) -> float:
    return sum(bool(a == b) for a, b in pairs) / total


def _same(table: Table, gold: list[str]) -> float:
    return float(table.counts() == dict(Counter(gold)))


def _printed(report: Row, rows: list[PolicyRow]) -> Metrics:
    """Our tables against the printed figures of the report."""
    figures = {figure["id"]: figure for figure in report["figures"]}
    total = figures["total"]["printed_value"]
    pairs = [
        percent(f["printed_value"], total) == f["printed_percent"]
        for f in figures.values()
        if f["printed_percent"] is not None and f["printed_value"] is not None
    ]
    metrics: Metrics = {"printed_percent_exact": sum(pairs) / len(pairs)}
    if len(rows) != total:
        return metrics
    levels, zones = level_table(rows, convention=_AS_CITIES), region_table(rows)
    hits: list[bool] = []
    for name, label in _LEVELS.items():
        figure = figures[f"level_{name}"]
        hits.append(levels.counts().get(label) == figure["printed_value"])
        hits.append(levels.percents().get(label) == figure["printed_percent"])
    for name, figure in figures.items():
        if name.startswith("region_"):
            zone = name.removeprefix("region_")
            hits.append(zones.percents().get(zone) == figure["printed_percent"])
    metrics["printed_figures_exact"] = sum(hits) / len(hits)
    return metrics
