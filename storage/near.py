"""Candidates for "the same text": equal hash, shared MinHash bands, shared sentences.

All look-ups are bounded per key, so that one much-repeated band or sentence cannot make a query
slow, and stay in SQL: no index lives in memory.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger

from storage.models import Document, DocumentVersion, NearBand, SentenceHash
from storage.records import NearCandidate

PER_KEY = 20  # newest documents looked at for one band or sentence
MOST = 20  # candidates returned
MIN_SHARED_SENTENCES = 3
SHORT_TEXT = 100  # normalised characters; equal hashes of shorter texts prove nothing

_SQLITE_BANDS = f"""
select (select group_concat(document_id) from (
    select document_id from near_band where band = j.key and value = j.value
    order by document_id desc limit {PER_KEY}))
from json_each(?) j"""  # noqa: S608 - a constant
_SQLITE_SENTENCES = f"""
select (select group_concat(document_id) from (
    select document_id from sentence_hash where hash = j.value
    order by document_id desc limit {PER_KEY}))
from json_each(?) j"""  # noqa: S608 - a constant
_PG_BANDS = text(
    f"""select n.document_id
    from unnest(:keys) with ordinality k(value, place)
    cross join lateral (select document_id from near_band
        where band = k.place - 1 and value = k.value
        order by document_id desc limit {PER_KEY}) n"""  # noqa: S608 - a constant
).bindparams(bindparam("keys", type_=ARRAY(BigInteger)))
_PG_SENTENCES = text(
    f"""select n.document_id
    from unnest(:keys) k(value)
    cross join lateral (select document_id from sentence_hash
        where hash = k.value order by document_id desc limit {PER_KEY}) n"""  # noqa: S608
).bindparams(bindparam("keys", type_=ARRAY(BigInteger)))

_SQLITE_PUT_BANDS = (
    "insert or ignore into near_band(band, value, document_id) "
    "select key, value, ? from json_each(?)"
)
_SQLITE_PUT_SENTENCES = (
    "insert or ignore into sentence_hash(hash, document_id) select value, ? from json_each(?)"
)

_EXACT = (
    select(Document.id)
    .where(Document.latest_sha == bindparam("sha"), Document.state == "live")
    .order_by(Document.id)
    .limit(PER_KEY)
)
_DETAILS = (
    select(
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
    )
    .join(
        DocumentVersion,
        (DocumentVersion.document_id == Document.id) & (DocumentVersion.seq == Document.latest_seq),
    )
    .where(Document.id.in_(bindparam("ids", expanding=True)), Document.state == "live")
)


def _hits(connection: Connection, keys: Sequence[int], *, sqlite: str, pg: object) -> Counter[int]:
    if not keys:
        return Counter()
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(sqlite, (json.dumps(list(keys)),))
        return Counter(int(found) for (row,) in rows if row for found in row.split(","))
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

    ``bands`` in band order. A sentence candidate needs 3 shared sentences; equal text comes first.
    """
    connection = session.connection()
    by_band = _hits(connection, bands, sqlite=_SQLITE_BANDS, pg=_PG_BANDS)
    by_sentence = _hits(connection, sentences, sqlite=_SQLITE_SENTENCES, pg=_PG_SENTENCES)
    exact: list[int] = []
    if text_sha256 is not None:
        exact = list(connection.execute(_EXACT, {"sha": text_sha256}).scalars())
    score: Counter[int] = Counter(dict.fromkeys(exact, 1_000_000))
    score.update({found: 100 * hits for found, hits in by_band.items()})
    score.update(
        {found: hits for found, hits in by_sentence.items() if hits >= MIN_SHARED_SENTENCES}
    )
    if exclude is not None:
        score.pop(exclude, None)
    if not score:
        return []
    # Among equals the oldest first: it is the one that others repeat.
    order = sorted(score, key=lambda found: (-score[found], found))[:MOST]
    rows = {row.id: row for row in connection.execute(_DETAILS, {"ids": order})}
    same = set(exact)
    return [
        NearCandidate(
            document_id=row.id,
            source_id=row.source_id,
            url=row.url,
            title=row.title,
            publisher=row.publisher,
            issuer=row.issuer,
            issuing_bodies=tuple(row.issuing_bodies or ()),
            doc_number=row.doc_number,
            doc_type=row.doc_type,
            region=row.region,
            level=row.level,
            written_on=row.written_on,
            published_on=row.published_on,
            cluster_id=row.cluster_id,
            text_length=row.text_length,
            signature=row.signature,
            exact=row.id in same,
            shared_bands=by_band.get(row.id, 0),
            shared_sentences=by_sentence.get(row.id, 0),
        )
        for row in (rows[found] for found in order if found in rows)
    ]


def put_near_keys(
    connection: Connection,
    document_id: int,
    *,
    bands: Sequence[int],
    sentences: Sequence[int],
) -> None:
    """Add the near-duplicate keys of a text.

    The keys of earlier versions stay: a reprint of the first version is found by them, and a
    candidate is always judged on the newest text.
    """
    if connection.dialect.name == "sqlite":
        # One statement with a JSON list costs a third of an executemany of 25 rows.
        if bands:
            connection.exec_driver_sql(_SQLITE_PUT_BANDS, (document_id, json.dumps(list(bands))))
        if sentences:
            connection.exec_driver_sql(
                _SQLITE_PUT_SENTENCES, (document_id, json.dumps(list(sentences)))
            )
        return
    if bands:
        connection.execute(
            postgresql.insert(NearBand).on_conflict_do_nothing(),
            [
                {"band": band, "value": value, "document_id": document_id}
                for band, value in enumerate(bands)
            ],
        )
    if sentences:
        connection.execute(
            postgresql.insert(SentenceHash).on_conflict_do_nothing(),
            [{"hash": value, "document_id": document_id} for value in dict.fromkeys(sentences)],
        )
