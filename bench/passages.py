"""Passages for a question, ranked by the search of the desk: nDCG@5 and recall of what answers it.

Rows have ``query``, ``query_id``, ``title``, ``chunk_text`` and a judged ``gold.relevance`` (0, 1
or 2). A question becomes the words a person would type: runs between particles, joined by OR. The
passages judged for a question are ranked; those the search does not find come last. The peer is
BM25 over the same characters and pairs of characters.
"""

from __future__ import annotations

import math
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.report import Metrics, Report
from pipelines.classify.model import grams
from storage.engine import open_database
from storage.migrate import upgrade
from storage.search import search

Row = dict[str, Any]
Fill = Callable[[Callable[[], Any], list[tuple[str, str]]], list[int]]
_FIRST = 5
_MOST_WORDS = 24
_PARTICLES = re.compile(
    r"[的和与及或在对是了从向将被时]|如何|哪些|什么|怎样|是否|有无|分别|进行|关于|中国|我国|[^\w\u4e00-\u9fff]+"
)
_STOP = frozenset(
    re.findall(
        r"\S+",
        "what which does the and for are under have from with their that this how between into to"
        " of in a an is do by on or its china chinas plan",
    )
)


def is_question_set(row: Row) -> bool:
    """Whether a row is a passage judged for a question."""
    return "query_id" in row and isinstance((row.get("gold") or {}).get("relevance"), int)


def measure_passages(rows: Sequence[Row], *, fill: Fill) -> Report:
    """Rank the passages of every question. ``fill`` stores titles and texts and gives their ids."""
    questions: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        questions[row["query_id"]].append(row)
    documents = [(row["title"], row["chunk_text"]) for row in rows]
    ours: list[list[int]] = []
    peer: list[list[int]] = []
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'bench.db'}")
        try:
            upgrade(database)
            ids = fill(database.writer, documents)
            places = {id(row): key for row, key in zip(rows, ids, strict=True)}
            with database.reader() as session:
                for asked in questions.values():
                    query = " OR ".join(words_of(asked[0]["query"]))
                    hits = search(session, query, limit=len(rows), order="relevance")
                    order = {hit.document_id: at for at, hit in enumerate(hits)}
                    ranked = sorted(asked, key=lambda row: order.get(places[id(row)], len(rows)))
                    ours.append([row["gold"]["relevance"] for row in ranked])
                    peer.append([row["gold"]["relevance"] for row in _bm25(asked)])
        finally:
            database.dispose()
    return Report("search", len(rows), _scores(ours), {"BM25": _scores(peer)})


def words_of(question: str) -> list[str]:
    """The words of a question that say what it is about."""
    found: dict[str, None] = {}
    for run in _PARTICLES.split(question):
        for word in re.findall(r"[\u4e00-\u9fff]{2,}|[A-Za-z0-9]{2,}", run):
            if word.lower() in _STOP:
                continue
            pieces = (word,) if word.isascii() or len(word) <= 4 else _halves(word)
            found.update(dict.fromkeys(pieces))
    return list(found)[:_MOST_WORDS] or [question[:20]]


def _halves(word: str) -> tuple[str, ...]:
    """A long run in pieces of four characters: nobody types a whole clause."""
    return tuple(word[at : at + 4] for at in range(0, len(word), 4) if len(word[at : at + 4]) > 1)


def _scores(ranked: Sequence[Sequence[int]]) -> Metrics:
    """Means over the questions that have an answer (relevance 2) or a part of one."""
    useful = [grades for grades in ranked if any(grades)]
    answered = [grades for grades in ranked if 2 in grades]
    return {
        "ndcg_at_5": sum(map(_ndcg, useful)) / max(1, len(useful)),
        "recall_at_5": sum(g[:_FIRST].count(2) / g.count(2) for g in answered)
        / max(1, len(answered)),
        "questions": float(len(useful)),
    }


def _ndcg(grades: Sequence[int]) -> float:
    return _gain(grades) / _gain(sorted(grades, reverse=True))


def _gain(grades: Sequence[int]) -> float:
    return math.fsum((2.0**g - 1) / math.log2(at + 2) for at, g in enumerate(grades[:_FIRST]))


def _bm25(rows: Sequence[Row]) -> list[Row]:
    """The passages of one question by BM25 (k1 1.2, b 0.75) over characters and pairs."""
    texts = [Counter(grams(row["chunk_text"])) for row in rows]
    spread = Counter(gram for text in texts for gram in text)
    mean = sum(sum(text.values()) for text in texts) / len(texts)
    asked = set(grams(rows[0]["query"]))

    def points(text: Counter[str]) -> float:
        length = sum(text.values()) / mean
        return sum(
            math.log(1 + (len(rows) - spread[gram] + 0.5) / (spread[gram] + 0.5))
            * (text[gram] * 2.2 / (text[gram] + 1.2 * (0.25 + 0.75 * length)))
            for gram in asked
            if gram in text
        )

    order = sorted(range(len(rows)), key=lambda at: -points(texts[at]))
    return [rows[at] for at in order]
