"""Relevance to readers of different interests, at every threshold.

Labelled items (rows with ``topics``) matter to a reader whose topics they have; all other rows
with a title are pages about anything and matter to nobody; items whose topics were not judged are
passed over. What the rules label is what relevance sees, so a wrong label counts here too. ``f1``
and the like are at the threshold that is shipped;
``f1_at_30`` is F1 at 0.30, and so on; means over the readers of ``PROFILES``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.report import MANIFESTS, Metrics, Report, rows_of
from pipelines.classify import classify, load_taxonomy
from pipelines.items import CleanPage
from pipelines.metadata import extract_metadata
from pipelines.relevance import DEFAULT_LEAST, Interests, Relevance, Seen, relevance

_MOST_PAGES = 1_500
_SUMMARY = 300
_BRIEF = "行业热点"
_THRESHOLDS = (5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55)

PROFILES: Mapping[str, Interests] = {
    "everything": Interests(),
    "ai_and_data": Interests(
        topics=("人工智能", "数据安全/数据要素"), words=("大模型", "数据出境")
    ),
    "digital_assets": Interests(
        topics=("加密资产", "加密货币监管", "数字货币/CBDC/数字人民币", "NFT/数字藏品"),
        words=("稳定币", "虚拟货币"),
        not_words=("招聘",),
    ),
    "metaverse": Interests(topics=("元宇宙", "虚拟人/数字人", "VR/AR/XR"), words=("元宇宙",)),
    "chips_words": Interests(
        topics=("算力/网络/芯片",), words=("算力", "半导体", "英伟达", "芯片")
    ),
    "courts": Interests(topics=("司法/执法", "知识产权")),
    "subsidies": Interests(topics=("产业政策",), words=("补贴", "奖补", "扶持")),
}


@dataclass(frozen=True, slots=True)
class _Page:
    title: str
    text: str
    topics: frozenset[str] | None
    """None: a page about anything, of no matter to any reader."""


def measure(data: Path) -> Report:
    """Measure all rows below ``data`` for every reader."""
    pages = list(_pages(data))
    seen = [_seen(page) for page in pages]
    reports: dict[str, Report] = {}
    for name, interests in PROFILES.items():
        wanted = [_wanted(page, interests) for page in pages]
        if any(wanted):
            scores = [relevance(one, interests) for one in seen]
            reports[name] = Report("relevance", sum(wanted), _metrics(wanted, scores))
    mean: Metrics = {}
    for metric in next(iter(reports.values())).ours if reports else ():
        mean[metric] = sum(report.ours[metric] for report in reports.values()) / len(reports)
    return Report("relevance", len(pages), mean, {}, reports)


def _pages(data: Path) -> Iterator[_Page]:
    files = [data] if data.is_file() else sorted(p for p in data.rglob("*.jsonl*"))
    for path in files:
        if path.name not in (*MANIFESTS, "items.jsonl") and path != data:
            continue
        rows = list(rows_of(path))
        step = max(1, len(rows) // _MOST_PAGES)
        for row in rows[::step] if rows and "topics" not in rows[0] else rows:
            if row.get("title") and ("topics" in row or "doc_type" not in row):
                yield _page(row)


def _page(row: dict[str, Any]) -> _Page:
    text = next((row[key] for key in ("body", "text", "summary") if row.get(key)), "")
    topics = frozenset(row["topics"]) if "topics" in row else None
    return _Page(str(row["title"]), str(text), topics)


def _seen(page: _Page) -> Seen:
    """What an edition knows of a page: title, summary and the labels of the rules."""
    clean = CleanPage(title=page.title, body_html="", body_text=page.text)
    metadata = extract_metadata(clean)
    labels = classify(clean, metadata, taxonomy=load_taxonomy())
    sections = tuple(label.slug for label in labels if label.kind == "section")
    return Seen(
        title=page.title,
        text=page.text[:_SUMMARY],
        topics={label.slug: label.confidence for label in labels if label.kind == "topic"},
        region=metadata.region,
        level=metadata.level,
        doc_types=tuple(label.slug for label in labels if label.kind == "doc_type"),
        sections=sections,
        brief=all(name == _BRIEF for name in sections),
    )


def _wanted(page: _Page, interests: Interests) -> bool:
    if page.topics is None:
        return False
    return not interests.topics or not page.topics.isdisjoint(interests.topics)


def _metrics(wanted: Sequence[bool], scores: Sequence[Relevance]) -> Metrics:
    precision, recall, f1 = _f1(wanted, scores, DEFAULT_LEAST)
    values: Metrics = {"precision": precision, "recall": recall, "f1": f1}
    for percent in _THRESHOLDS:
        values[f"f1_at_{percent:02d}"] = _f1(wanted, scores, percent / 100)[2]
    return values


def _f1(
    wanted: Sequence[bool], scores: Sequence[Relevance], least: float
) -> tuple[float, float, float]:
    kept = [score.enough(least) for score in scores]
    right = sum(w and k for w, k in zip(wanted, kept, strict=True))
    precision, recall = right / max(1, sum(kept)), right / max(1, sum(wanted))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)
