"""The big database of ``bench.scale``: the rows that saving would have written, in bulk.

Every row of a crawled document is there: document, version, labels, file, frontier, fetch, event
keys, near keys, sentences, search row. Texts, packed HTML, search tokens and every hundredth
document's near keys are computed as saving does it; the near keys of the others are random, as
those of different texts are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import Table
from sqlalchemy.orm import Session

from bench.scale_texts import BATCH, COMMON_SENTENCES, SENTENCES, Library, Made
from pipelines.fingerprint import fingerprint
from pipelines.urls import url_key
from storage.columns import pack_pair
from storage.engine import Database
from storage.index_queue import FLUSH_AT
from storage.models import (
    Attachment,
    CrawlRun,
    Document,
    DocumentLabel,
    DocumentVersion,
    EventKey,
    Fetch,
    FrontierEntry,
    Label,
)
from storage.near_keys import exact_key
from storage.prepared import put_rows
from storage.records import DocumentRecord, LabelRecord
from storage.search_index import SearchText, add_to_index
from storage.sources import SourceRecord, source_by_key, sync_sources

REAL_KEYS = 100  # every so many documents have the near keys of their text
GONE = 97  # every so many are withdrawn pages, which are no candidates
WAITING = 3000  # the newest documents wait for review
TOGETHER = 20  # batches a transaction
TAIL = 20  # the last batches enter the search index as saving moves them, 64 at a time
MERGE_LATE, MERGE_USUAL = 16, 4  # segments of a level that FTS5 merges: while building, else
LABELS = ("topic-a", "topic-b", "topic-c", "measure-a", "scenario-a", "type-a", "section-a")


def prepare(database: Database) -> tuple[int, int]:
    """A source, a run and labels; ids of source and run."""
    now = datetime.now(UTC)
    spec = SourceRecord(
        key="bench", title="基准", publisher="示例省", kind="html_list", spec_hash="1",
        every_seconds=3600, host_group="bench.example",
    )  # fmt: skip
    with database.writer() as session:
        sync_sources(session, [spec], now=now)
        source = source_by_key(session, "bench")
        if source is None:
            raise RuntimeError("the source was not stored")
        run = CrawlRun(
            source_id=source.id, trigger="manual", state="ok", requested_at=now, stats={}
        )
        session.add(run)
        session.add_all([Label(slug=slug, kind="topic", title=slug) for slug in LABELS])
        session.flush()
        return source.id, run.id


def fill(
    database: Database,
    library: Library,
    *,
    first: int,
    count: int,
    ids: tuple[int, int],
    done: Callable[[int], None],
) -> None:
    """Documents ``first`` to ``count``; ids are numbers plus one. ``ids``: source and run."""
    places = list(range(first // BATCH, count // BATCH))
    with database.writer() as session:  # the pool hands out the same connection until the end
        session.connection().exec_driver_sql("pragma cache_size = -500000")
    _merge_at(database, MERGE_LATE)
    for start in range(0, len(places), TOGETHER):
        if start + TAIL >= len(places):
            merge(database)
        bands: list[tuple[int, int, int]] = []
        sentences: list[tuple[int, int]] = []
        chosen = places[start : start + TOGETHER]
        with database.writer() as session:
            for place in chosen:
                made = library.batch(place)
                _put(session, made, ids=ids, tail=place + TAIL >= count // BATCH)
                more = _keys(made, place)
                bands += more[0]
                sentences += more[1]
            # in the order of the tree, so that neighbours are written together
            connection = session.connection()
            put_rows(connection, "insert or ignore into near_band", sorted(bands), together=64)
            put_rows(
                connection, "insert or ignore into sentence_hash", sorted(sentences), together=64
            )
        done((chosen[-1] + 1) * BATCH)
    merge(database)
    database.write_engine.dispose()  # what is measured has the usual cache


def merge(database: Database) -> None:
    """Leave the index as if segments had been merged as usual all the time."""
    _merge_at(database, MERGE_USUAL)
    changed = -1
    while changed != 0:
        with database.writer() as session:
            connection = session.connection().connection
            before = connection.total_changes
            _tell_index(session, "merge", 20_000)
            changed = (connection.total_changes - before) // 2


def _merge_at(database: Database, segments: int) -> None:
    with database.writer() as session:
        _tell_index(session, "automerge", segments)


def _tell_index(session: Session, what: str, value: int) -> None:
    session.connection().exec_driver_sql(
        "insert into search_document(search_document, rank) values (?, ?)", (what, value)
    )


def record_of(made: Made, *, ids: tuple[int, int]) -> DocumentRecord:
    """The document as the stages hand it to the store."""
    keys = fingerprint(made.text)
    return DocumentRecord(
        source_id=ids[0],
        url=made.url,
        url_key=url_key(made.url),
        title=made.title,
        body_text=made.text,
        body_html=_html(made),
        text_sha256=keys.text_sha256,
        text_length=keys.length,
        signature=keys.signature,
        bands=keys.bands,
        sentences=keys.sentences,
        publisher=made.publisher,
        issuer=made.publisher,
        issuing_bodies=(made.publisher,),
        doc_number=made.doc_number,
        doc_type=made.doc_type,
        region=made.region,
        level=made.level,
        published_on=made.day,
        evidence=tuple(_evidence(made)),
        labels=tuple(
            LabelRecord(slug, "topic", 0.8, "正文") for slug in LABELS[: 3 + made.number % 4]
        ),
        run_id=ids[1],
        extractor_version="1",
    )


def _html(made: Made) -> str:
    return "".join(f"<p>{part}</p>" for part in made.text.split("\n"))


def _evidence(made: Made) -> list[dict[str, Any]]:
    names = ("title", "published_on", "issuing_bodies", "doc_number", "region", "level", "doc_type")
    return [
        {"field": name, "value": made.title[:20], "span": made.title, "rule": "heading",
         "confidence": 0.9, "place": "title", "start": 0}
        for name in names
    ]  # fmt: skip


def _put(session: Session, made: Sequence[Made], *, ids: tuple[int, int], tail: bool) -> None:
    connection = session.connection()
    versions, documents, labels, files, entries, fetches, events = [], [], [], [], [], [], []
    rng = np.random.default_rng((3, made[0].number))
    signatures = rng.bytes(512 * len(made))
    for place, item in enumerate(made):
        key, page = item.number + 1, url_key(item.url)
        digest = hashlib.sha256(item.text.encode()).hexdigest()
        documents.append(_document(item, key=key, page=page, digest=digest, source=ids[0]))
        signature = signatures[512 * place : 512 * place + 512]
        versions.append(_version(item, digest=digest, signature=signature, run=ids[1]))
        labels += [
            {"document_id": key, "label_id": 1 + (item.number + step) % len(LABELS),
             "origin": "rule", "present": True, "confidence": 0.8, "reason": "正文：数据×3"}
            for step in range(3 + item.number % 4)
        ]  # fmt: skip
        if item.number % 3 == 0:
            files.append(
                {"document_id": key, "url_key": digest[:32], "url": f"{item.url}.pdf",
                 "name": "附件：申报指南.pdf", "media_type": "application/pdf", "state": "stored"}
            )  # fmt: skip
        entries.append(
            {"source_id": ids[0], "url_key": page, "url": item.url, "role": "detail",
             "state": "done", "attempts": 1, "updated_at": item.seen}
        )  # fmt: skip
        fetches.append(
            {"run_id": ids[1], "role": "detail", "url": item.url, "url_key": page,
             "fetched_at": item.seen, "status": 200, "bytes": 37000, "elapsed_ms": 30,
             "sha256": digest}
        )  # fmt: skip
        events += [{"value": value, "document_id": key} for value in rng.integers(2**62, size=2)]
    rows: tuple[tuple[Any, list[dict[str, Any]]], ...] = (
        (Document, documents),
        (DocumentVersion, versions),
        (DocumentLabel, labels),
        (Attachment, files),
        (FrontierEntry, entries),
        (Fetch, fetches),
        (EventKey, [{**row, "value": int(row["value"])} for row in events]),
    )
    for model, values in rows:
        table: Table = model.__table__
        connection.execute(table.insert(), values)
    found = [(item.number + 1, _searched(item).tokens) for item in made]
    step = FLUSH_AT if tail else len(found)
    for start in range(0, len(found), step):
        with connection.begin_nested():  # where one begins, FTS5 writes what it holds
            add_to_index(connection, found[start : start + step])


def _document(item: Made, *, key: int, page: str, digest: str, source: int) -> dict[str, Any]:
    gone = item.number % GONE == 0
    return {
        "id": key, "source_id": source, "url_key": page, "url": item.url, "title": item.title,
        "state": "gone" if gone else "live", "gone_at": item.seen if gone else None,
        "gone_checks": 3 if gone else 0, "review_state": "accepted",
        "publisher": item.publisher, "issuer": item.publisher,
        "issuing_bodies": [item.publisher], "doc_number": item.doc_number,
        "doc_type": item.doc_type, "region": item.region, "level": item.level, "lang": "zh",
        "summary": item.text[:100], "published_on": item.day, "date_confidence": 0.9,
        "latest_seq": 1, "latest_sha": digest, "first_seen_at": item.seen,
        "last_seen_at": item.seen, "last_checked_at": item.seen, "changed_at": item.seen,
        "cluster_locked": False, "row_version": 1,
    }  # fmt: skip


def _version(item: Made, *, digest: str, signature: bytes, run: int) -> dict[str, Any]:
    evidence = json.dumps(_evidence(item), ensure_ascii=False)
    if item.number % REAL_KEYS == 0:
        signature = fingerprint(item.text).signature
    return {
        "document_id": item.number + 1, "seq": 1, "run_id": run, "captured_at": item.seen,
        "change": "initial", "change_ratio": 1.0, "text_sha256": digest, "raw_sha256": digest,
        "text_length": len(item.text), "extractor_version": "1", "title": item.title,
        "signature": signature,
        "details": {"encoding": "utf-8", "method": "density", "flags": []},
        "packed": pack_pair(evidence, _html(item), near=item.text), "body_text": item.text,
    }  # fmt: skip


def _searched(item: Made) -> SearchText:
    return SearchText(
        *(item.title, item.doc_number, item.publisher, (item.publisher,), item.text),
        issuer=item.publisher,
        region=item.region,
        level=item.level,
        doc_type=item.doc_type,
        day=item.day,
    )


def _keys(
    made: Sequence[Made], place: int
) -> tuple[list[tuple[int, int, int]], list[tuple[int, int]]]:
    """Near bands and sentences of a batch: (band, value, id) and (hash, id)."""
    rng = np.random.default_rng((5, place))
    values = rng.integers(-(2**63), 2**63 - 1, size=(len(made), 26 + SENTENCES - 1)).tolist()
    common = rng.zipf(1.4, size=len(made)).clip(1, COMMON_SENTENCES).tolist()
    bands, sentences = [], []
    for item, row, shared in zip(made, values, common, strict=True):
        key = item.number + 1
        own, told = row[:26], [*row[26:], shared]
        if item.number % REAL_KEYS == 0:
            found = fingerprint(item.text)
            own = [exact_key(found.text_sha256), *found.bands]
            told = list(dict.fromkeys(found.sentences))
        bands += [(band, value, key) for band, value in enumerate(own, -1)]
        sentences += [(value, key) for value in told]
    return bands, sentences
