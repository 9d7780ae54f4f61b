"""Full-text search held against a scan of every text: recall, precision, latency, index size.

Any folder or file of JSON lines with a title or a text can be measured; its rows (3,000 at most,
``DIBAO_BENCH_DOCUMENTS`` changes that) are stored in a fresh SQLite database. Queries are cut from
the texts: one, two and more characters, phrases with Latin letters, AND, OR, NOT and document
numbers with other brackets. The peer answers the same single terms with SQL LIKE. Passages judged
for questions are ranked instead (``bench/passages.py``).
"""

from __future__ import annotations

import hashlib
import os
import random
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import TextClause
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from bench.passages import is_question_set, measure_passages
from bench.report import Metrics, Report, data_sets, rows_of
from pipelines.fields.docnumber import find_doc_numbers
from storage.documents import DocumentRecord, save_document
from storage.engine import open_database
from storage.index_queue import flush_index
from storage.migrate import upgrade
from storage.search import search
from storage.sources import SourceRecord, source_by_key, sync_sources
from storage.tokens import compare_text

_NOW = datetime(2026, 11, 1, tzinfo=UTC)
_MOST = int(os.environ.get("DIBAO_BENCH_DOCUMENTS", "3000"))
_LONGEST = 3_000
_QUERIES = 40
_RUN = re.compile(r"[\u4e00-\u9fff]{4,}")
_MIXED = re.compile(r"[A-Za-z]{2,12}(?: [A-Za-z]{2,12})?")

Documents = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Query:
    kind: str
    text: str
    holds: Callable[[str], bool]


def measure(data: Path) -> Report:
    """Measure on the texts at ``data``."""
    if judged := [row for path in data_sets(data) for row in rows_of(path) if is_question_set(row)]:
        return measure_passages(judged, fill=_fill)
    documents = list(_documents(data))[:_MOST]
    if not documents:
        return Report("search", 0, {})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        database = open_database(f"sqlite:///{path}")
        try:
            upgrade(database)
            started = time.process_time()
            ids = _fill(database.writer, documents)
            seconds = time.process_time() - started
            with database.reader() as session:
                report = _measured(session, documents, ids)
        finally:
            database.dispose()
        report.ours["index_ms_per_doc"] = seconds / len(documents) * 1000
        report.ours["database_kb_per_doc"] = path.stat().st_size / len(documents) / 1024
    return report


def _documents(data: Path) -> Iterator[tuple[str, str]]:
    """Title and text of each row that has one."""
    patterns = ("*.jsonl", "*.jsonl.gz")
    files = [data] if data.is_file() else sorted(p for g in patterns for p in data.rglob(g))
    for path in files:
        for row in rows_of(path):
            body = next((row[k] for k in ("text", "body", "summary", "text_b") if row.get(k)), "")
            title = row.get("title") or ""
            if title or body:
                yield str(title or body[:40]), str(body or title)[:_LONGEST]


def _fill(writer: Callable[[], Any], documents: Documents) -> list[int]:
    ids: list[int] = []
    with writer() as session:
        spec = SourceRecord(
            key="bench", title="bench", publisher="", kind="html_list", spec_hash="1",
            every_seconds=3600, host_group="bench.example",
        )  # fmt: skip
        sync_sources(session, [spec], now=_NOW)
        source = source_by_key(session, "bench")
        assert source is not None
        for number, (title, body) in enumerate(documents):
            saved = save_document(session, _record(source.id, number, title, body), now=_NOW)
            assert saved.document_id is not None
            ids.append(saved.document_id)
        while flush_index(session):
            pass
    return ids


def _record(source_id: int, number: int, title: str, body: str) -> DocumentRecord:
    url = f"https://bench.example/{number}"
    digest = hashlib.sha256(f"{number} {body}".encode()).hexdigest()
    return DocumentRecord(
        source_id=source_id,
        url=url,
        url_key=hashlib.sha256(url.encode()).hexdigest()[:32],
        title=title,
        body_text=body,
        body_html="",
        text_sha256=digest,
        text_length=len(body),
    )


def _measured(session: Session, documents: Documents, ids: list[int]) -> Report:
    texts = {
        key: (compare_text(title), compare_text(body))
        for key, (title, body) in zip(ids, documents, strict=True)
    }
    queries = list(_queries(documents))
    wanted: dict[str, list[tuple[set[int], set[int]]]] = {}
    newest: list[float] = []
    ranked: list[float] = []
    for query in queries:
        gold = {key for key, parts in texts.items() if query.holds("\n".join(parts))}
        found = {hit.document_id for hit in search(session, query.text, limit=len(ids))}
        wanted.setdefault(query.kind, []).append((gold, found))
        newest.append(_timed(partial(search, session, query.text, limit=20)))
        ranked.append(_timed(partial(search, session, query.text, limit=20, order="relevance")))
    everything = [pair for pairs in wanted.values() for pair in pairs]
    ours = _scores(everything)
    ours |= {f"{kind}_recall": _scores(pairs)["recall"] for kind, pairs in wanted.items()}
    ours |= {"newest_p95_ms": _p95(newest), "ranked_p95_ms": _p95(ranked)}
    return Report("search", len(documents), ours, {"LIKE scan": _like(session, queries, texts)})


def _scores(pairs: list[tuple[set[int], set[int]]]) -> Metrics:
    common = sum(len(gold & found) for gold, found in pairs)
    return {
        "recall": common / max(1, sum(len(gold) for gold, _ in pairs)),
        "precision": common / max(1, sum(len(found) for _, found in pairs)),
    }


def _like(session: Session, queries: list[_Query], texts: dict[int, Any]) -> Metrics:
    """Single terms by LIKE over the stored texts, newest first."""
    statement = sql(
        "select d.id from document d join document_version v on v.document_id = d.id "
        "where d.title like :like or v.body_text like :like order by d.id desc limit 20"
    )
    spent = [
        _timed(partial(_all_rows, session, statement, f"%{query.text}%"))
        for query in queries
        if query.kind in ("one", "two", "four")
    ]
    return {"newest_p95_ms": _p95(spent)} if spent else {}


def _all_rows(session: Session, statement: TextClause, pattern: str) -> object:
    return session.execute(statement, {"like": pattern}).all()


def _has(word: str) -> Callable[[str], bool]:
    return partial(_either, word, word)


def _both(first: str, second: str, text: str) -> bool:
    return first in text and second in text


def _either(first: str, second: str, text: str) -> bool:
    return first in text or second in text


def _only(first: str, second: str, text: str) -> bool:
    return first in text and second not in text


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _p95(values: list[float]) -> float:
    return sorted(values)[max(0, round(0.95 * len(values)) - 1)]


def _queries(documents: Documents) -> Iterator[_Query]:
    """Queries cut from the texts, the same ones for the same texts."""
    dice = random.Random(7)  # noqa: S311 - reproducible, no secret
    runs = [m[0] for title, body in documents for m in _RUN.finditer(f"{title}\n{body[:600]}")]
    latin = [m[0] for _, body in documents for m in _MIXED.finditer(body[:600])]
    if not runs:
        runs = [title for title, _ in documents]
    for size, kind in ((1, "one"), (2, "two"), (4, "four")):
        for run in dice.choices(runs, k=_QUERIES):
            at = dice.randrange(max(1, len(run) - size + 1))
            yield _one(kind, run[at : at + size])
    for word in dice.sample(sorted(set(latin)), min(_QUERIES, len(set(latin)))):
        folded = compare_text(word)
        yield _Query("latin", f'"{word}"', _has(folded))
    for _ in range(_QUERIES):
        first, second = (dice.choice(runs)[:2] for _ in range(2))
        a, b = compare_text(first), compare_text(second)
        yield _Query("and", f"{first} {second}", partial(_both, a, b))
        yield _Query("or", f"{first} OR {second}", partial(_either, a, b))
        yield _Query("not", f"{first} NOT {second}", partial(_only, a, b))
    yield from _numbers(documents)


def _one(kind: str, word: str) -> _Query:
    folded = compare_text(word)
    return _Query(kind, word, _has(folded))


def _numbers(documents: Documents) -> Iterator[_Query]:
    """Document numbers asked for with other brackets than printed."""
    seen: dict[str, None] = {}
    for _, body in documents:
        for number in find_doc_numbers(body[:2_000]):
            if number.kind == "code" and len(seen) < _QUERIES:
                seen[number.value] = None
    for value in seen:
        asked = value.replace("〔", "[").replace("〕", "]")
        folded = compare_text(value)
        yield _Query("number", f'"{asked}"', _has(folded))
