"""The search row of a document: written in the document's own transaction.

SQLite: contentless FTS5 without positions (detail=none), a quarter of the size of a normal one.
Taking a row out of a contentless table means sending the old tokens again (deletable contentless
tables need SQLite 3.43), so the indexed text is always computed from stored columns.
PostgreSQL: a tsvector without positions under a GIN index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, select, text
from sqlalchemy.orm import Session

from storage.errors import IndexOutdated
from storage.file_texts import file_pieces, joined
from storage.models import LATEST_VERSION, Document, DocumentVersion, SchemaMeta
from storage.prepared import put_rows
from storage.search_facets import day_tokens, number_tokens, place_tokens
from storage.tokens import TOKENIZER_VERSION, index_tokens

TOKENIZER_KEY = "tokenizer_version"

_SQLITE_ADD = "insert into search_document(rowid, tokens)"
_SQLITE_DROP = "insert into search_document(search_document, rowid, tokens) values ('delete', ?, ?)"
_SQLITE_TABLE = (
    "create virtual table search_document using fts5("
    "tokens, content='', detail=none, prefix='1', tokenize='ascii')"
)
_PG_PUT = text(
    "insert into search_document(document_id, tokens) "
    "values (:id, array_to_tsvector(string_to_array(:tokens, ' '))) "
    "on conflict (document_id) do update set tokens = excluded.tokens"
)


@dataclass(frozen=True, slots=True)
class SearchText:
    """What of a document is searched, exactly as stored: its texts, then columns for conditions.

    ``day`` is that of publication, or of first sight (UTC).
    """

    title: str
    doc_number: str | None
    publisher: str | None
    issuing_bodies: tuple[str, ...]
    body: str
    files: str = ""
    issuer: str | None = None
    region: str | None = None
    level: str | None = None
    doc_type: str | None = None
    day: date | None = None

    @property
    def others(self) -> str:
        """Everything but the title, one text a line."""
        parts = (self.doc_number, self.publisher, *self.issuing_bodies, self.body, self.files)
        return "\n".join(part for part in parts if part)

    @property
    def tokens(self) -> str:
        """The tokens to store, blank separated."""
        names = (self.publisher, self.issuer, *self.issuing_bodies)
        return " ".join(
            (
                index_tokens(self.title, others=self.others),
                place_tokens(names, region=self.region, level=self.level, doc_type=self.doc_type),
                number_tokens(self.doc_number) if self.doc_number else "",
                day_tokens(self.day) if self.day else "",
            )
        )


def add_to_index(connection: Connection, rows: Sequence[tuple[int, str]]) -> None:
    """Index documents, (id, tokens), that are not in the index yet."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        # Row by row: a statement with several makes FTS5 write out all it has gathered when it
        # begins, and so a segment each instead of one for them all.
        put_rows(connection, _SQLITE_ADD, rows, together=1)
    else:
        connection.execute(
            _PG_PUT, [{"id": key, "tokens": " ".join(tokens.split())} for key, tokens in rows]
        )


def drop_from_index(connection: Connection, document_id: int, *, tokens: str) -> None:
    """Take a document whose stored tokens are ``tokens`` out of the index."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_SQLITE_DROP, (document_id, tokens))
    else:
        connection.execute(
            text("delete from search_document where document_id = :id"), {"id": document_id}
        )


def stored_text(session: Session, document_id: int) -> SearchText | None:
    """The searched texts of a stored document, None if it does not exist."""
    return stored_texts(session, [document_id]).get(document_id)


#: ids and searched texts of documents
SEARCHED = select(
    Document.id,
    Document.title,
    Document.doc_number,
    Document.publisher,
    Document.issuing_bodies,
    DocumentVersion.body_text,
).join(DocumentVersion, LATEST_VERSION)
_COLUMNS = (
    Document.issuer,
    Document.region,
    Document.level,
    Document.doc_type,
    Document.published_on,
    Document.first_seen_at,
)
_CHOSEN = (
    SEARCHED.add_columns(*_COLUMNS)
    .where(Document.id.in_(bindparam("ids", expanding=True)))
    .order_by(Document.id)
)


def stored_texts(session: Session, document_ids: Sequence[int]) -> dict[int, SearchText]:
    """What is searched of stored documents, in the order of their ids."""
    if not document_ids:
        return {}
    rows = session.connection().execute(_CHOSEN, {"ids": list(document_ids)})
    files = file_pieces(session.connection(), document_ids)
    return {row[0]: _searched(row, joined(files.get(row[0], ()))) for row in rows}


def _searched(row: Sequence[Any], files: str) -> SearchText:
    _, title, number, publisher, bodies, body, issuer, region, level, doc_type, day, seen = row
    return SearchText(
        *(title, number, publisher, tuple(bodies or ()), body, files),
        *(issuer, region, level, doc_type, day or seen.date()),
    )


def index_is_current(session: Session) -> bool:
    """True if the search index was built by the tokenizer of this program."""
    built_by = session.scalar(select(SchemaMeta.value).where(SchemaMeta.key == TOKENIZER_KEY))
    return built_by == TOKENIZER_VERSION


def require_index(session: Session) -> None:
    """Raise IndexOutdated if the index was built by another tokenizer."""
    if not index_is_current(session):
        raise IndexOutdated(
            "搜索索引由另一版本的分词建立或没有建完，请运行 dibao db upgrade / the search index "
            "was built by another version, or not to its end: run `dibao db upgrade`"
        )


def empty_index(session: Session) -> None:
    """Start a new index with the tokenizer of this program."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("drop table if exists search_document")
        connection.exec_driver_sql(_SQLITE_TABLE)
    else:
        connection.exec_driver_sql("delete from search_document")
    session.merge(SchemaMeta(key=TOKENIZER_KEY, value=TOKENIZER_VERSION))
    session.flush()
