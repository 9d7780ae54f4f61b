"""Body and title of saved article pages, ours and the peers', in one run.

``body_f1`` is the mean F1 of 4-token shingles, ``body_bag_f1`` of tokens; ``segments_*`` count
strings that must and must not appear (for sets whose gold is such strings); ``title_exact``
ignores everything but letters and digits. ``body_cpu_ms`` is decoded text to body text,
``cpu_ms_per_doc`` is everything the cleaning stage does (safe HTML, links, facts, flags).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.peers import Found, Run, extractors
from bench.report import Metrics, Report, data_sets, page_bytes, rows_of
from bench.scoring import bag_f1, mean, same_title, segment_counts, sh4_f1
from pipelines.clean import clean_page
from pipelines.decode import decode
from pipelines.extraction.article import body_text
from pipelines.items import Decoded, Hints


@dataclass(slots=True)
class _Page:
    decoded: Decoded
    url: str
    lang: str
    gold: dict[str, Any]


def measure(data: Path) -> Report:
    """Measure every page set at ``data`` that has gold for body, segments or title."""
    reports: dict[str, Report] = {}
    pages: list[_Page] = []
    for manifest in data_sets(data):
        found = list(_pages(manifest))
        if found:
            reports[manifest.parent.name] = _measure(found)
            pages += found
    if len(reports) == 1:
        return next(iter(reports.values()))
    total = _combined(reports)
    total.sets = reports
    return total


def _pages(manifest: Path) -> Iterable[_Page]:
    for row in rows_of(manifest):
        gold = row.get("gold") or {}
        if row.get("kind", "article") != "article" or not (
            gold.get("body") or gold.get("with") or gold.get("title")
        ):
            continue
        content = page_bytes(manifest, row)
        if content is not None:
            decoded = decode(content, header_charset=None)
            yield _Page(decoded, row.get("url") or "", row.get("lang") or "zh", gold)


def _measure(pages: list[_Page]) -> Report:
    ours = _score(pages, _ours)
    started = time.process_time()
    for page in pages:
        body_text(page.decoded.text)
    ours["body_cpu_ms"] = (time.process_time() - started) / len(pages) * 1000
    peers = {name: _score(pages, _peer(run)) for name, run in extractors().items()}
    return Report("extraction", len(pages), ours, peers)


def _peer(run: Run) -> Callable[[_Page], Found]:
    return lambda page: run(page.decoded.text, page.url)


def _ours(page: _Page) -> Found:
    cleaned = clean_page(page.decoded, url=page.url, layouts=(), hints=Hints(), lang=page.lang)
    return Found(cleaned.body_text, cleaned.title)


def _score(pages: list[_Page], run: Callable[[_Page], Found]) -> Metrics:
    started = time.process_time()
    found = [run(page) for page in pages]
    spent = time.process_time() - started
    metrics: Metrics = {}
    bodies = [
        (p.gold["body"], f.body) for p, f in zip(pages, found, strict=True) if p.gold.get("body")
    ]
    if bodies:
        metrics["body_f1"] = mean([sh4_f1(gold, body) for gold, body in bodies])
        metrics["body_bag_f1"] = mean([bag_f1(gold, body) for gold, body in bodies])
    metrics.update(_segments(pages, found))
    titles = [
        (p.gold["title"], f.title) for p, f in zip(pages, found, strict=True) if p.gold.get("title")
    ]
    if titles and any(title is not None for _, title in titles):
        metrics["title_exact"] = mean([float(same_title(g, t)) for g, t in titles])
    metrics["cpu_ms_per_doc"] = spent / len(pages) * 1000
    return metrics


def _segments(pages: list[_Page], found: list[Found]) -> Metrics:
    counts = [
        segment_counts(f.body, wanted=p.gold["with"], unwanted=p.gold.get("without") or ())
        for p, f in zip(pages, found, strict=True)
        if p.gold.get("with")
    ]
    if not counts:
        return {}
    hit, miss, extra, absent = (sum(column) for column in zip(*counts, strict=True))
    precision, recall = hit / max(1, hit + extra), hit / max(1, hit + miss)
    return {
        "segments_precision": precision,
        "segments_recall": recall,
        "segments_accuracy": (hit + absent) / max(1, hit + miss + extra + absent),
        "segments_f1": 2 * precision * recall / max(1e-9, precision + recall),
    }


def _combined(reports: dict[str, Report]) -> Report:
    """Means over pages of all sets (each metric over the sets that have it)."""
    total = sum(report.n for report in reports.values())
    names = {peer for report in reports.values() for peer in report.peers}

    def merged(parts: list[tuple[int, Metrics]]) -> Metrics:
        sums: dict[str, float] = {}
        weights: dict[str, int] = {}
        for n, values in parts:
            for name, value in values.items():
                sums[name] = sums.get(name, 0.0) + value * n
                weights[name] = weights.get(name, 0) + n
        return {name: value / weights[name] for name, value in sums.items()}

    peers = {
        name: merged([(r.n, r.peers[name]) for r in reports.values() if name in r.peers])
        for name in sorted(names)
    }
    return Report("extraction", total, merged([(r.n, r.ours) for r in reports.values()]), peers)
