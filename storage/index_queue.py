"""Documents whose search row and near-duplicate keys are not in the big tables yet.

A transaction that adds one document to a full-text index and to 60 random places of two B-trees
costs several times what the document itself costs. So saving only puts a row here, in the
document's own transaction, and every 64 documents one transaction moves them all. Until then
searches and duplicate look-ups read this short table too: nothing is ever committed without being
findable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, Table, bindparam, delete, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger, Integer

from storage.later import Later
from storage.models import Document, IndexQueue
from storage.near_keys import EXACT_BAND, NearKeys, pack
from storage.prepared import Prepared, forget, once, put_rows
from storage.search_index import (
    SearchText,
    add_to_index,
    drop_from_index,
    empty_index,
    stored_texts,
)

_READ = "index queue as read"
FLUSH_AT = 64  # documents; fewer cost more a document, more make searches slower

_PUT_BANDS = "insert or ignore into near_band(band, value, document_id)"
_PUT_SENTENCES = "insert or ignore into sentence_hash(hash, document_id)"
_PG_PUT_BANDS = text(
    "insert into near_band(band, value, document_id) "
    "select * from unnest(:bands, :keys, :ids) on conflict do nothing"
).bindparams(
    bindparam("bands", type_=ARRAY(Integer)),
    bindparam("keys", type_=ARRAY(BigInteger)),
    bindparam("ids", type_=ARRAY(BigInteger)),
)
_PG_PUT_SENTENCES = text(
    "insert into sentence_hash(hash, document_id) "
    "select * from unnest(:keys, :ids) on conflict do nothing"
).bindparams(bindparam("keys", type_=ARRAY(BigInteger)), bindparam("ids", type_=ARRAY(BigInteger)))
_ALL = Prepared(lambda _: select(IndexQueue.document_id, IndexQueue.bands, IndexQueue.sentences))
_ONE = select(IndexQueue.document_id).where(IndexQueue.document_id == bindparam("id"))
_queue: Table = IndexQueue.__table__  # type: ignore[assignment]


def _put_in(dialect: str) -> Any:
    statement = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(_queue).inline()
    return statement.on_conflict_do_update(
        index_elements=["document_id"],
        set_={"bands": statement.excluded.bands, "sentences": statement.excluded.sentences},
    )


_PUT = Prepared(_put_in, columns=["document_id", "bands", "sentences"])


def queue_document(
    connection: Connection,
    document_id: int,
    *,
    keys: NearKeys,
    waiting: Waiting | None = None,
    later: Later | None = None,
) -> None:
    """Queue a document that has no search row (see :func:`requeue_document` if it has).

    ``waiting`` is the queue as read in this transaction; the document is added to it. With
    ``later`` its row may wait there: not on PostgreSQL, where each document reads the queue.
    """
    bands, sentences = keys.packed_bands(), pack(keys.sentences)
    row = {"document_id": document_id, "bands": bands, "sentences": sentences}
    if later is not None and connection.dialect.name == "sqlite":
        later.add(_PUT, (row,))
    else:
        _PUT.run(connection, row)
    if waiting is not None:
        waiting.add(document_id, bands, sentences)
        if later is not None:
            later.waiting = len(waiting)


def requeue_document(
    connection: Connection, document_id: int, *, old: SearchText, keys: NearKeys | None
) -> None:
    """Queue a document again whose searched text was ``old`` so far.

    Keys of earlier versions stay in the tables: a reprint of the first version is found by them,
    and a candidate is always judged on its newest text.
    """
    unindex(connection, document_id, old=old)
    if keys is not None:
        queue_document(connection, document_id, keys=keys)
        return
    _PUT.run(connection, {"document_id": document_id, "bands": None, "sentences": None})


def unindex(connection: Connection, document_id: int, *, old: SearchText) -> None:
    """Take a document with the searched text ``old`` out of queue and index."""
    forget(connection, _READ)
    waiting = connection.execute(_ONE, {"id": document_id}).scalar()
    if waiting is None:
        drop_from_index(connection, document_id, tokens=old.tokens)
        return
    row = connection.execute(
        delete(_queue)
        .where(_queue.c.document_id == document_id)
        .returning(_queue.c.document_id, _queue.c.bands, _queue.c.sentences)
    ).one()
    _put_keys(connection, [(row[0], row[1] or b"", row[2] or b"")])


class Waiting:
    """The queue as read now: how many documents, and which keys they share with another."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._rows: list[tuple[int, bytes, bytes]] = []
        self._values: set[int] = set()  # every key in the queue: most documents share none
        packed: list[bytes] = []
        for document_id, bands, sentences in _ALL.rows(connection, {}):
            self._rows.append((document_id, bytes(bands or b""), bytes(sentences or b"")))
            packed += self._rows[-1][1:]
        self._values.update(np.frombuffer(b"".join(packed), dtype="<i8").tolist())

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, document_id: int, bands: bytes, sentences: bytes) -> None:
        """Note a document that this transaction has queued."""
        self._rows.append((document_id, bands, sentences))
        self._values.update(np.frombuffer(bands + sentences, dtype="<i8").tolist())

    def shared_bands(self, keys: NearKeys) -> Counter[int]:
        """How many bands (own hash included) each waiting document shares, place by place."""
        placed = (keys.exact, *keys.bands)
        if self._values.isdisjoint(placed):
            return Counter()
        mine = np.asarray(placed, dtype="<i8")
        rows = [row for row in self._rows if len(row[1]) >= mine.nbytes]
        if not rows:
            return Counter()
        theirs = np.frombuffer(b"".join(row[1][: mine.nbytes] for row in rows), dtype="<i8")
        return _nonzero(rows, (theirs.reshape(len(rows), -1) == mine).sum(axis=1))

    def shared_sentences(self, keys: NearKeys) -> Counter[int]:
        """How many sentences each waiting document shares."""
        if self._values.isdisjoint(keys.sentences):
            return Counter()
        rows = [row for row in self._rows if row[2]]
        if not rows:
            return Counter()
        theirs = np.frombuffer(b"".join(row[2] for row in rows), dtype="<i8")
        mine = np.sort(np.asarray(keys.sentences, dtype="<i8"))
        places = np.minimum(np.searchsorted(mine, theirs), len(mine) - 1)
        found = (mine[places] == theirs).astype(np.int64)
        starts = np.cumsum([0, *(len(row[2]) // 8 for row in rows[:-1])])
        return _nonzero(rows, np.add.reduceat(found, starts))


def waiting_now(connection: Connection) -> Waiting:
    """The queue, read once in a transaction on SQLite, where nobody else can write to it."""
    if connection.dialect.name != "sqlite":
        return Waiting(connection)
    return once(connection, _READ, Waiting)


def _nonzero(rows: list[tuple[int, bytes, bytes]], hits: np.ndarray[Any, Any]) -> Counter[int]:
    return Counter({rows[place][0]: int(hits[place]) for place in np.flatnonzero(hits).tolist()})


def flush_index(session: Session, *, limit: int = 500) -> int:
    """Move up to ``limit`` waiting documents into the index; returns how many.

    Called by itself when enough documents wait and when a run ends.
    """
    connection = session.connection()
    forget(connection, _READ)
    chosen = (
        select(_queue.c.document_id)
        .order_by(_queue.c.document_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = connection.execute(
        delete(_queue)
        .where(_queue.c.document_id.in_(chosen))
        .returning(_queue.c.document_id, _queue.c.bands, _queue.c.sentences)
    ).all()
    texts = stored_texts(session, sorted(row[0] for row in rows))
    add_to_index(connection, [(key, found.tokens) for key, found in texts.items()])
    _put_keys(connection, [(row[0], row[1] or b"", row[2] or b"") for row in rows])
    return len(rows)


def flush_if_full(session: Session, *, waiting: int | None = None) -> None:
    """Move everything once enough documents wait; ``waiting`` spares counting them."""
    if waiting is None:
        waiting = session.scalar(select(func.count()).select_from(_queue)) or 0
    if waiting >= FLUSH_AT:
        flush_index(session)


def _put_keys(connection: Connection, rows: Sequence[tuple[int, bytes, bytes]]) -> None:
    # Sorted, so that neighbours in the tree are written together.
    bands = sorted(
        (band, value, document_id)
        for document_id, packed, _ in rows
        for band, value in enumerate(np.frombuffer(packed, dtype="<i8").tolist(), EXACT_BAND)
    )
    sentences = sorted(
        {
            (value, document_id)
            for document_id, _, packed in rows
            for value in np.frombuffer(packed, dtype="<i8").tolist()
        }
    )
    sqlite_database = connection.dialect.name == "sqlite"
    if bands and sqlite_database:
        put_rows(connection, _PUT_BANDS, bands, together=64)
    elif bands:
        places, values, ids = (list(part) for part in zip(*bands, strict=True))
        connection.execute(_PG_PUT_BANDS, {"bands": places, "keys": values, "ids": ids})
    if sentences and sqlite_database:
        put_rows(connection, _PUT_SENTENCES, sentences, together=64)
    elif sentences:
        values, ids = (list(part) for part in zip(*sentences, strict=True))
        connection.execute(_PG_PUT_SENTENCES, {"keys": values, "ids": ids})


def reindex(session: Session, *, batch: int = 500) -> Iterator[tuple[int, int]]:
    """Build the search index anew; yields (done, total) after each batch. Consume it to the end.

    Runs in the caller's transaction: until it commits, others search the old index.
    """
    while flush_index(session):
        pass
    empty_index(session)
    identities = list(session.scalars(select(Document.id).order_by(Document.id)))
    for start in range(0, len(identities), batch):
        chosen = identities[start : start + batch]
        texts = stored_texts(session, chosen)
        add_to_index(session.connection(), [(key, found.tokens) for key, found in texts.items()])
        yield start + len(chosen), len(identities)
