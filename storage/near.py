"""Candidates for "the same text": equal hash, shared MinHash bands, shared sentences.

All look-ups are bounded per key, so that one much-repeated band or sentence cannot make a query
slow, and stay in SQL: no index lives in memory.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from pydantic_core import to_json
from sqlalchemy import ColumnElement, Connection, Select, any_, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger

from storage.index_queue import Waiting
from storage.models import LATEST_VERSION, Document, DocumentVersion
from storage.near_keys import NearKeys, exact_key
from storage.prepared import DriverCursor, Prepared
from storage.records import NearCandidate

PER_KEY = 20  # newest documents looked at for one band or sentence
MOST = 20  # candidates returned
MIN_SHARED_SENTENCES = 3
NO_TEXT = 0  # stands for an unknown hash; no digest begins with 64 zero bits
SHORT_TEXT = 100  # normalised characters; equal hashes of shorter texts prove nothing

# One row of joined ids: fetching 57 rows through the driver costs more than finding them.
_SQLITE_BANDS = f"""
select group_concat(ids) from (
    select (select group_concat(document_id) from (
        select document_id from near_band where band = j.key - 1 and value = j.value
        order by document_id desc limit {PER_KEY})) ids
    from json_each(?) j)"""  # noqa: S608 - a constant
_SQLITE_SENTENCES = f"""
select group_concat(ids) from (
    select (select group_concat(document_id) from (
        select document_id from sentence_hash where hash = j.value
        order by document_id desc limit {PER_KEY})) ids
    from json_each(?) j)"""  # noqa: S608 - a constant
_PG_BANDS = text(
    f"""select n.document_id
    from unnest(:keys) with ordinality k(value, place)
    cross join lateral (select document_id from near_band
        where band = k.place - 2 and value = k.value
        order by document_id desc limit {PER_KEY}) n"""  # noqa: S608 - a constant
).bindparams(bindparam("keys", type_=ARRAY(BigInteger)))
_PG_SENTENCES = text(
    f"""select n.document_id
    from unnest(:keys) k(value)
    cross join lateral (select document_id from sentence_hash
        where hash = k.value order by document_id desc limit {PER_KEY}) n"""  # noqa: S608
).bindparams(bindparam("keys", type_=ARRAY(BigInteger)))


_COLUMNS: list[Any] = [
    Document.id,
    Document.source_id,
    Document.url,
    Document.title,
    Document.publisher,
    Document.issuer,
    Document.issuing_bodies,
    Document.doc_number,
    Document.doc_type,
    Document.region,
    Document.level,
    Document.written_on,
    Document.published_on,
    Document.cluster_id,
    Document.latest_sha,
    DocumentVersion.text_length,
    DocumentVersion.signature,
]


def _details(dialect: str) -> Select[Any]:
    """The columns of live documents among :ids."""
    found: ColumnElement[bool]
    if dialect == "sqlite":
        found = Document.id.in_(select(func.json_each(bindparam("ids")).table_valued("value")))
    else:
        found = Document.id == any_(bindparam("ids", type_=ARRAY(BigInteger)))
    return (
        select(*_COLUMNS)
        .join(DocumentVersion, LATEST_VERSION)
        .where(found, Document.state == "live")
    )


_DETAILS = Prepared(_details)


def _hits(connection: Connection, keys: Sequence[int], *, sqlite: str, pg: object) -> Counter[int]:
    if not keys:
        return Counter()
    if connection.dialect.name == "sqlite":
        with DriverCursor(connection, sqlite) as cursor:
            (ids,) = cursor.execute(sqlite, (to_json(keys).decode(),)).fetchone()
        return Counter(map(int, ids.split(","))) if ids else Counter()
    return Counter(connection.execute(pg, {"keys": list(keys)}).scalars())  # type: ignore[call-overload]


def near_candidates(
    session: Session,
    bands: Sequence[int],
    *,
    sentences: Sequence[int] = (),
    text_sha256: str | None = None,
    exclude: int | None = None,
) -> list[NearCandidate]:
    """Live documents that may hold the same text, most promising first, at most 20.

    ``bands`` in band order, all 25. A sentence candidate needs 3 shared sentences; equal text
    (by ``text_sha256``) comes first.
    """
    exact = exact_key(text_sha256) if text_sha256 else NO_TEXT
    keys = NearKeys(exact, tuple(bands), tuple(sentences))
    waiting = Waiting(session.connection())
    return near_by_keys(waiting, keys, text_sha256=text_sha256, exclude=exclude)


def near_by_keys(
    waiting: Waiting, keys: NearKeys, *, text_sha256: str | None, exclude: int | None
) -> list[NearCandidate]:
    """As :func:`near_candidates`; ``waiting`` is the queue as the transaction knows it."""
    connection = waiting.connection
    placed = (keys.exact, *keys.bands)
    by_band = _hits(connection, placed, sqlite=_SQLITE_BANDS, pg=_PG_BANDS)
    # The greater of both: after a change a document stands in the tables and in the queue.
    by_band |= waiting.shared_bands(keys)
    by_sentence = _hits(connection, keys.sentences, sqlite=_SQLITE_SENTENCES, pg=_PG_SENTENCES)
    by_sentence |= waiting.shared_sentences(keys)
    score = Counter({found: 100 * hits for found, hits in by_band.items()})
    score.update(
        {found: hits for found, hits in by_sentence.items() if hits >= MIN_SHARED_SENTENCES}
    )
    score.pop(exclude or 0, None)
    if not score:
        return []
    # Among equals the oldest first: it is the one that others repeat.
    order = sorted(score, key=lambda found: (-score[found], found))[:MOST]
    ids = to_json(order).decode() if connection.dialect.name == "sqlite" else order
    rows = {row[0]: row for row in _DETAILS.rows(connection, {"ids": ids})}
    found = [
        _candidate(rows[key], by_band, by_sentence, text_sha256) for key in order if key in rows
    ]
    return sorted(found, key=lambda candidate: not candidate.exact)


def _candidate(
    row: Sequence[Any], by_band: Counter[int], by_sentence: Counter[int], text_sha256: str | None
) -> NearCandidate:
    key, source_id, url, title, publisher, issuer, bodies, number, doc_type, *others = row
    region, level, written, published, cluster_id, latest_sha, length, signature = others
    exact = bytes(latest_sha).hex() == text_sha256
    return NearCandidate(
        document_id=key,
        source_id=source_id,
        url=url,
        title=title,
        publisher=publisher,
        issuer=issuer,
        issuing_bodies=tuple((json.loads(bodies) if isinstance(bodies, str) else bodies) or ()),
        doc_number=number,
        doc_type=doc_type,
        region=region,
        level=level,
        written_on=_day(written),
        published_on=_day(published),
        cluster_id=cluster_id,
        text_length=length,
        signature=signature,
        exact=exact,
        shared_bands=by_band.get(key, 0) - exact,
        shared_sentences=by_sentence.get(key, 0),
    )


def _day(value: date | str | None) -> date | None:
    """A day as the driver gives it: SQLite knows no dates."""
    return date.fromisoformat(value) if isinstance(value, str) else value
