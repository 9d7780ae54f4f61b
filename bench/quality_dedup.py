"""Duplicates: pairs of one document found, pairs of two documents kept apart.

Each pair is judged by the rule that the store uses (likeness and metadata); a pair counts as found
when it also shares a band or three sentences, because only such pairs are ever compared.
``hard_negatives_apart`` is the share of the labelled look-alikes that stay apart. The peer is
likeness alone (datasketch MinHash at 0.6 when it can be imported, else shingles of five).
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench.report import Metrics, Report, data_sets, rows_of
from pipelines.cluster import MIN_SENTENCES, Relation, Sketch, same_document
from pipelines.fingerprint import containment, fingerprint, normalise_text
from pipelines.items import CleanPage
from pipelines.metadata import extract_metadata

Row = dict[str, Any]


@dataclass(slots=True)
class _Pair:
    key: str
    kind: str
    same: bool
    a: Sketch
    b: Sketch
    texts: tuple[str, str]


def measure(data: Path) -> Report:
    """Measure every set of labelled pairs at ``data`` (folder of sets, set, gold folder, file)."""
    pairs: dict[str, list[_Pair]] = {}
    for name, found in _sources(data):
        if found:
            pairs.setdefault(name, []).extend(found)
    reports = {name: _report(rows) for name, rows in pairs.items()}
    everything = [pair for rows in pairs.values() for pair in rows]
    if len(reports) == 1:
        return next(iter(reports.values()))
    total = _report(everything) if everything else Report("dedup", 0, {})
    total.sets = reports
    return total


def _sources(data: Path) -> Iterator[tuple[str, list[_Pair]]]:
    gold = [data] if data.name == "near_duplicates.json" else []
    if data.is_dir():
        gold = sorted(data.glob("**/near_duplicates.json"))
    for path in gold:
        yield "near_duplicates", _gold_pairs(path)
    for path in data_sets(data) if not (data.is_file() and gold) else []:
        yield path.parent.name, [p for row in rows_of(path) if (p := _corpus_pair(row))]


def _gold_pairs(path: Path) -> list[_Pair]:
    """Pairs among the records beside the file; a pair whose texts are not there is left out."""
    texts: dict[str, Row] = {}
    for name in ("documents.jsonl", "items.jsonl"):
        if (path.parent / name).is_file():
            texts |= {row["id"]: row for row in rows_of(path.parent / name)}
    labels = json.loads(path.read_text(encoding="utf-8"))
    named = [(pair["a"], pair["b"], True, "pair") for pair in labels["pairs"]]
    named += [(*row["ids"][:2], False, "hard_negative") for row in labels["hard_negatives"]]
    documents = [row for row in texts.values() if "document_key" in row]
    known = {frozenset(row[:2]) for row in named}
    for at, left in enumerate(documents):
        for right in documents[at + 1 :]:
            ids = frozenset((left["id"], right["id"]))
            if left["document_key"] != right["document_key"] and ids not in known:
                named.append((left["id"], right["id"], False, "other_document"))
    return [
        _Pair(
            f"{a} {b}",
            kind,
            same,
            _sketch(texts[a]),
            _sketch(texts[b]),
            (texts[a]["body"], texts[b]["body"]),
        )
        for a, b, same, kind in named
        if a in texts and b in texts
    ]


def _sketch(row: Row) -> Sketch:
    heading = re.sub(r"^\d{1,2}[、.．]\s*", "", row.get("heading_printed") or row["title"])
    page = CleanPage(title=heading, body_html="", body_text=row["body"])
    found = extract_metadata(page)
    return Sketch(
        title=heading,
        fingerprint=fingerprint(row["body"]),
        doc_number=found.doc_number,
        issuing_bodies=found.issuing_bodies,
        written_on=found.written_on,
        region=found.region,
    )


def _corpus_pair(row: Row) -> _Pair | None:
    gold = row.get("gold") or {}
    if "text_a" in row and "label" in gold:
        sides = [
            Sketch(
                row[side].get("title") or row[side].get("name") or "",
                fingerprint(row[f"text_{side}"]),
                published_on=_url_day(row[side].get("url")),
                written_on=_day(row[side].get("version")),
            )
            for side in "ab"
        ]
        return _Pair(
            row["id"],
            gold.get("kind") or "pair",
            _is_same(gold),
            sides[0],
            sides[1],
            (row["text_a"], row["text_b"]),
        )
    if {"a", "b"} <= row.keys() and "doc_no" in row["a"]:
        sides = [
            Sketch(
                row[side]["title"],
                doc_number=row[side].get("doc_no"),
                written_on=_day(row[side].get("date_written")),
                published_on=_day(row[side].get("date")),
            )
            for side in "ab"
        ]
        return _Pair(row["id"], gold["kind"], _is_same(gold), sides[0], sides[1], ("", ""))
    return None


def _is_same(gold: Row) -> bool:
    return gold["label"] in (1, True, "same")


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def _url_day(url: str | None) -> date | None:
    match = re.search(r"/(\d{4})/(\d\d)/(\d\d)/", url or "")
    return date(*map(int, match.groups())) if match else None


def _report(pairs: list[_Pair]) -> Report:
    ours = _score(pairs, _ours)
    peer = _minhash if find_spec("datasketch") else _shingles
    name = "datasketch" if find_spec("datasketch") else "5-shingles"
    with_text = [pair for pair in pairs if pair.texts[0]]
    peers = {name: _score(with_text, peer)} if with_text else {}
    started = time.process_time()
    for pair in with_text:
        fingerprint(pair.texts[0])
    if with_text:
        ours["fingerprint_ms"] = (time.process_time() - started) / len(with_text) * 1000
    return Report("dedup", len(pairs), ours, peers)


def _ours(pair: _Pair) -> bool:
    found = same_document(pair.a, pair.b)
    merged = found.merges and _compared(pair, found)
    if merged != pair.same and "--misses" in sys.argv:
        print(pair.key, pair.kind, found, pair.a.title, "|", pair.b.title)
    return merged


def _compared(pair: _Pair, found: Relation) -> bool:
    """Whether the store would ever bring the two together: a band, sentences, or the number."""
    left, right = pair.a.fingerprint, pair.b.fingerprint
    if left is None or right is None:
        return pair.a.doc_number is not None
    shared, _ = containment(left.sentences, right.sentences)
    return bool(set(left.bands) & set(right.bands)) or shared >= MIN_SENTENCES


def _score(pairs: list[_Pair], judge: Callable[[_Pair], bool]) -> Metrics:
    started = time.process_time()
    found = [judge(pair) for pair in pairs]
    spent = time.process_time() - started
    right = sum(same and pair.same for pair, same in zip(pairs, found, strict=True))
    wanted, given = sum(pair.same for pair in pairs), sum(found)
    precision, recall = right / max(1, given), right / max(1, wanted)
    apart = [not same for pair, same in zip(pairs, found, strict=True) if not pair.same]
    metrics: Metrics = {"pair_cpu_ms": spent / len(pairs) * 1000}
    if wanted:
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        metrics |= {"pair_precision": precision, "pair_recall": recall, "pair_f1": f1}
    if apart:
        metrics["hard_negatives_apart"] = sum(apart) / len(apart)
    return metrics


def _shingles(pair: _Pair) -> bool:
    left, right = (_grams(text) for text in pair.texts)
    return len(left & right) >= 0.6 * len(left | right)


def _grams(text: str) -> set[str]:
    plain = normalise_text(text)
    return {plain[i : i + 5] for i in range(max(1, len(plain) - 4))}


def _minhash(pair: _Pair) -> bool:
    from datasketch import MinHash  # type: ignore[import-not-found]

    sketches = []
    for text in pair.texts:
        sketch = MinHash(num_perm=128)
        sketch.update_batch([gram.encode() for gram in _grams(text)])
        sketches.append(sketch)
    return bool(sketches[0].jaccard(sketches[1]) >= 0.6)
