"""Versions of one law: never collapsed as duplicates, linked as versions, aligned clause by clause.

On pairs of versions (``law_version_pairs``): ``never_collapsed`` is the share of pairs that the
duplicate rule keeps apart, ``linked`` the share related as versions (by that rule or by name),
``aligned_share`` the mean share of clauses of the shorter version that found their counterpart
(``placed_share``: or the clause they were merged into or split off from).
Edits are then made in each newer text (insert, delete, change, move, with all articles numbered
anew) and the alignment must name exactly them: ``edits_exact`` and one figure for each kind;
``identical_empty`` is the share of texts whose comparison with themselves is empty.
"""

from __future__ import annotations

import random
import re
import sys
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from bench.report import Metrics, Report, data_sets, rows_of
from pipelines.cluster import Sketch, same_document
from pipelines.fingerprint import fingerprint
from pipelines.versions import align_versions, read_clauses, same_instrument

Row = dict[str, Any]
_KINDS = ("insert", "delete", "change", "move")
_DIGITS = "零一二三四五六七八九"
_NEW_ARTICLE = "本次修订增加的内容由主管机关另行公布实施细则，并于每季度末向社会通报进展情况。"
_NEW_WORDS = "，但是经省级以上主管机关书面批准的除外"


@dataclass(slots=True)
class _Scores:
    collapsed: int = 0
    linked: int = 0
    pairs: int = 0
    aligned: list[float] = field(default_factory=list)
    placed: list[float] = field(default_factory=list)
    edits: dict[str, list[bool]] = field(default_factory=lambda: {kind: [] for kind in _KINDS})
    empty: list[bool] = field(default_factory=list)
    seconds: float = 0.0
    slowest: float = 0.0


def measure(data: Path) -> Report:
    """Measure the sets of version pairs at ``data``."""
    scores = _Scores()
    for path in data_sets(data):
        for row in rows_of(path):
            if "text_a" in row and "version" in (row.get("a") or {}):
                _pair(row, scores)
    if not scores.pairs:
        return Report("versions", 0, {})
    made = [hit for hits in scores.edits.values() for hit in hits]
    metrics: Metrics = {
        "never_collapsed": 1 - scores.collapsed / scores.pairs,
        "linked": scores.linked / scores.pairs,
        "aligned_share": sum(scores.aligned) / len(scores.aligned),
        "placed_share": sum(scores.placed) / len(scores.placed),
        "identical_empty": sum(scores.empty) / len(scores.empty),
    }
    if made:
        metrics["edits_exact"] = sum(made) / len(made)
    for kind, hits in scores.edits.items():
        if hits:
            metrics[f"{kind}_exact"] = sum(hits) / len(hits)
    metrics["cpu_ms_per_doc"] = scores.seconds / scores.pairs * 1000
    metrics["cpu_ms_max"] = scores.slowest * 1000
    return Report("versions", scores.pairs, metrics)


def _pair(row: Row, scores: _Scores) -> None:
    sides = [
        Sketch(
            row[side]["name"],
            fingerprint(row[f"text_{side}"]),
            written_on=date.fromisoformat(row[side]["version"][:10]),
        )
        for side in "ab"
    ]
    relation = same_document(sides[0], sides[1])
    scores.pairs += 1
    scores.collapsed += relation.merges
    scores.linked += relation.kind == "revision" or same_instrument(sides[0].title, sides[1].title)
    started = time.process_time()
    found = align_versions(row["text_a"], row["text_b"])
    spent = time.process_time() - started
    scores.seconds += spent
    scores.slowest = max(scores.slowest, spent)
    lost = sum(d.kind == "delete" for d in found.differences)
    gained = sum(d.kind == "insert" for d in found.differences)
    short = min(found.old_count, found.new_count)
    if short:
        scores.aligned.append(1 - min(lost, gained) / short)
        joined = [d.kind for d in found.differences if d.joined]
        lost, gained = lost - joined.count("delete"), gained - joined.count("insert")
        scores.placed.append(1 - min(lost, gained) / short)
    scores.empty.append(not align_versions(row["text_b"], row["text_b"]).differences)
    _edits(row["id"], row["text_b"], scores)


def _edits(key: str, text: str, scores: _Scores) -> None:
    """Make one edit of each kind and all at once; the articles are numbered anew."""
    articles = [c.text for c in read_clauses(text) if re.fullmatch(r"第.{1,6}条", c.label)]
    articles = [a for a in dict.fromkeys(articles) if len(a) >= 20]
    if len(articles) < 8:
        return
    order = random.Random(key)  # noqa: S311 - reproducible, no secret
    for kinds in (*((kind,) for kind in _KINDS), _KINDS):
        edited, expected = _edited(articles, kinds, order)
        found = align_versions(_numbered(articles), _numbered(edited))
        got = sorted(
            (d.kind, _words(d.old.text if d.old else d.new.text if d.new else ""))
            for d in found.substantive
        )
        hit = got == sorted((kind, _words(text)) for kind, text in expected)
        if not hit and "--misses" in sys.argv:
            print(key, kinds, "expected", expected, "got", got)
        for kind in kinds if len(kinds) == 1 else ():
            scores.edits[kind].append(hit)
        if len(kinds) > 1:
            for kind in _KINDS:
                scores.edits[kind].append(hit)


def _words(text: str) -> str:
    return "".join(text.split())[:30]


def _edited(
    articles: list[str], kinds: tuple[str, ...], order: random.Random
) -> tuple[list[str], list[tuple[str, str]]]:
    """The edited articles and what was done to them (by the old wording)."""
    moving, deleting, changing = order.sample(range(1, len(articles) - 1), 3)
    rows = list(enumerate(articles))
    expected: list[tuple[str, str]] = []
    if "move" in kinds:
        row = rows[moving]
        others = [r for r in rows if r != row]
        target = (moving + len(others) // 2) % (len(others) - 1) + 1
        rows = [*others[:target], row, *others[target:]]
        expected.append(("move", row[1]))
    if "change" in kinds:
        at = next(i for i, r in enumerate(rows) if r[0] == changing)
        expected.append(("change", rows[at][1]))
        rows[at] = (changing, rows[at][1].rstrip("。") + _NEW_WORDS + "。")
    if "delete" in kinds:
        expected.append(("delete", articles[deleting]))
        rows = [r for r in rows if r[0] != deleting]
    texts = [text for _, text in rows]
    if "insert" in kinds:
        texts.insert(len(texts) // 2, _NEW_ARTICLE)
        expected.append(("insert", _NEW_ARTICLE))
    return texts, expected


def _numbered(articles: list[str]) -> str:
    return "\n".join(f"第{_han(n)}条 {text}" for n, text in enumerate(articles, start=1))


def _han(number: int) -> str:
    """A Chinese numeral below 1,000."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones else "")
