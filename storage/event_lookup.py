"""Which stored pages a page may belong with: by the keys they are filed under."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic_core import to_json
from sqlalchemy import Connection, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger

from storage.event_records import EventPage, EventRules, StoredPage
from storage.models import LATEST_VERSION, Document, DocumentVersion
from storage.prepared import DriverCursor

PER_KEY = 20  # newest pages looked at for one key
FIRST_LOOK = 320  # characters of a text that tell its topic

# One row a key: fetching many rows through the driver costs more than finding them.
_SQLITE_LOOK = f"""
select j.value, (select group_concat(document_id) from (
    select document_id from event_key where value = j.value and document_id <> ?
    order by document_id desc limit {PER_KEY}))
from json_each(?) j"""  # noqa: S608 - a constant
_PG_LOOK = text(
    f"""select k.value, n.document_id
    from unnest(:keys) k(value)
    cross join lateral (select document_id from event_key
        where value = k.value and document_id <> :self
        order by document_id desc limit {PER_KEY}) n"""  # noqa: S608 - a constant
).bindparams(bindparam("keys", type_=ARRAY(BigInteger)))


def look_up(connection: Connection, page: EventPage) -> dict[int, frozenset[int]]:
    """Documents that are filed under the asked keys, with those keys; the newest of each key."""
    if not page.asked:
        return {}
    if connection.dialect.name == "sqlite":
        with DriverCursor(connection, _SQLITE_LOOK) as cursor:
            values = (page.document_id, to_json(page.asked).decode())
            rows = cursor.execute(_SQLITE_LOOK, values).fetchall()
        pairs = [(int(found), key) for key, ids in rows if ids for found in ids.split(",")]
    else:
        values_pg = {"keys": list(page.asked), "self": page.document_id}
        pairs = [(row[1], row[0]) for row in connection.execute(_PG_LOOK, values_pg)]
    found: dict[int, set[int]] = {}
    for document_id, key in pairs:
        found.setdefault(document_id, set()).add(key)
    return {document_id: frozenset(keys) for document_id, keys in found.items()}


def concerned(
    session: Session, document_ids: Sequence[int], mine: StoredPage, *, rules: EventRules
) -> list[int]:
    """Of pages that were found by their day only, those that may be about the same: by title and
    first words, so that the days of a busy office cost little."""
    if not document_ids:
        return []
    query = (
        select(Document.id, Document.title, func.substr(DocumentVersion.body_text, 1, FIRST_LOOK))
        .join(DocumentVersion, LATEST_VERSION)
        .where(Document.id.in_(document_ids))
    )
    rows = session.connection().execute(query)
    return [key for key, title, lead in rows if rules.concerns(mine, title, lead or "")]
