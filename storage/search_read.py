"""What a search reads: candidates from the index, newest first, with the texts that decide.

Building a statement costs more than a rare word's answer. So the statements of searches without
conditions on columns are built once, and those with conditions leave only these to be built.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    bindparam,
    column,
    func,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from storage.file_texts import file_pieces, joined
from storage.filters import DocumentFilter, conditions
from storage.matching import Candidate, Plan
from storage.models import LATEST_VERSION, Document, DocumentVersion, IndexQueue
from storage.query import And, Field, Node
from storage.search_frequency import SAMPLE, Sample, sample
from storage.search_index import SearchText
from storage.search_terms import Fts5, TsQuery, narrow

_index = table("search_document", column("rowid"), column("document_id"), column("tokens"))
WALK = 500  # newest documents that PostgreSQL looks at before it asks its index
WALKED = SAMPLE // 20  # of the sample: so many hold, and twenty are met on such a walk
_MOST_AT_ONCE = 2000  # ids read from the index of PostgreSQL, which finds them all each time

_ANY_WAITING = select(IndexQueue.document_id).limit(1)
_NEWEST = select(func.coalesce(func.max(Document.id), 0))
_PG_HITS = text(
    "with hits as materialized (select document_id from search_document "
    "where tokens @@ cast(:match as tsquery)) "
    "select document_id from hits where document_id < :below "
    "order by document_id desc limit :most"
)
_NO_BOUND = 2**62
_TEXTS = (
    Document.id,
    Document.title,
    Document.doc_number,
    Document.publisher,
    Document.issuing_bodies,
    Document.published_on,
    Document.first_seen_at,
    DocumentVersion.body_text,
)


@dataclass(frozen=True, slots=True)
class _Shape:
    """What tells statements apart that differ in values only otherwise."""

    sqlite: bool
    matched: bool
    below: bool
    texts: bool
    above: bool = False
    chosen: bool = False
    waiting: bool = False


def _statement(
    shape: _Shape, where: Sequence[ColumnElement[bool]], flags: Sequence[ColumnElement[bool]]
) -> Select[Any]:
    """Documents that the index cannot rule out, newest first: :match, :below and :most are open."""
    columns: list[Any] = [Document.id]
    if shape.texts:
        named = (condition.label(f"f{place}") for place, condition in enumerate(flags))
        columns = [*_TEXTS, *named]
    query: Select[Any] = select(*columns)
    newest: ColumnElement[Any] = Document.id.expression
    if not shape.matched:
        query = query.select_from(Document)
    elif shape.sqlite:
        # The plus sign keeps the planner from walking documents and asking the index for each.
        found: ColumnElement[int] = UnaryExpression(_index.c.rowid, operator=custom_op("+"))
        query = query.select_from(_index.join(Document, Document.id == found))
        query = query.where(text("search_document match :match"))
        newest = _index.c.rowid
    else:
        # Materialised: otherwise "order by id desc limit 20" makes PostgreSQL walk the primary
        # key and look at every newest document for a rare word.
        hits = (
            select(_index.c.document_id)
            .where(text("tokens @@ cast(:match as tsquery)"))
            .cte("hits")
            .prefix_with("MATERIALIZED", dialect="postgresql")
        )
        query = query.select_from(hits).join(Document, Document.id == hits.c.document_id)
    if shape.texts:
        query = query.join(DocumentVersion, LATEST_VERSION)
    query = query.where(*where)
    if shape.below:
        query = query.where(newest < bindparam("below", type_=BigInteger))
    if shape.above:
        query = query.where(newest > bindparam("above", type_=BigInteger))
    if shape.waiting:
        query = query.where(newest.in_(select(IndexQueue.document_id)))
    if shape.chosen:
        query = query.where(newest == func.any(bindparam("chosen", type_=ARRAY(BigInteger))))
    return query.order_by(newest.desc()).limit(bindparam("most", type_=BigInteger))


@lru_cache(maxsize=256)
def _narrowed(filters: DocumentFilter, *, sqlite: bool, alone: bool) -> str | None:
    """What the index can be asked of filters, ``alone`` or beside a query."""
    wanted: tuple[tuple[str, str | None], ...] = (
        ("issuer", filters.issuer),
        ("region", filters.region),
        ("level", filters.level),
        ("type", filters.doc_type),
    )
    parts: list[Node] = [Field(name, value) for name, value in wanted if value]
    for name, day in (("after", filters.since), ("before", filters.until)):
        if day is not None:
            parts.append(Field(name, day.isoformat(), day))
    language = Fts5() if sqlite else TsQuery(walks_days=alone)
    return narrow(And(tuple(parts)), language) if parts else None


@lru_cache(maxsize=256)
def _usual(shape: _Shape, filters: DocumentFilter) -> Select[Any]:
    return _statement(shape, conditions(filters), ())


class Reading:
    """The reads of one search."""

    def __init__(self, session: Session, plan: Plan, filters: DocumentFilter) -> None:
        if session.autoflush:
            session.flush()
        self._connection = session.connection()
        self._sqlite = self._connection.dialect.name == "sqlite"
        self._plan = plan
        self._filters = filters
        match = plan.fts5 if self._sqlite else plan.tsquery
        self._filtered = _narrowed(filters, sqlite=self._sqlite, alone=match is None)
        self._match = self._also(match)

    def _also(self, match: str | None) -> str | None:
        """An index query together with that of the filters."""
        if match is None or self._filtered is None:
            return match or self._filtered
        return (Fts5 if self._sqlite else TsQuery)().all_of((match, self._filtered))

    @cached_property
    def _loose(self) -> str | None:
        if not self._plan.choosable:
            return self._match
        often: Sample = sample(self._connection)
        return self._also(self._plan.loose(sqlite=self._sqlite, often=often))

    @property
    def has_loose(self) -> bool:
        """Whether asking loosely differs at all."""
        return self._loose != self._match

    @cached_property
    def floor(self) -> int | None:
        """Above it documents are walked before the index is asked; None: not at all.

        PostgreSQL collects all of a common term, which is met soon among the newest documents. So
        are those with a usual column; where they are not, little is lost.
        """
        if self._sqlite or self._match is None:
            return None
        node = self._plan.node
        if node is not None and sample(self._connection).holding(node) < WALKED:
            return None
        return max(0, int(self._connection.execute(_NEWEST).scalar_one()) - WALK)

    def walked(self, sizes: tuple[int, int]) -> Iterator[list[Candidate]]:
        """Documents above the floor that meet the conditions on columns."""
        if self.floor is None:
            return
        yield from self._walk(sizes, below=_NO_BOUND, above=self.floor)

    def _walk(
        self, sizes: tuple[int, int], *, below: int | None, above: int | None = None
    ) -> Iterator[list[Candidate]]:
        """Documents between two ids that meet the conditions on columns, newest first."""
        size, later = sizes
        while True:
            query, values = self._query(None, texts=True, below=below, above=above)
            rows = self._connection.execute(query, {**values, "most": size}).all()
            if rows:
                yield self._made(rows)
            if len(rows) < size:
                return
            below, size = rows[-1][0], later

    def ids(self, *, most: int, below: int | None = None) -> list[int]:
        """Ids of candidates, those under ``below``."""
        return [row[0] for row in self._rows(self._match, texts=False, below=below, most=most)]

    def _rows(
        self, match: str | None, *, texts: bool, below: int | None, most: int
    ) -> Sequence[Row[Any]]:
        if not self._sqlite and match is not None:
            found: list[Row[Any]] = []
            for rows in self._pg_rows(match, texts=texts, below=below, size=most):
                found += rows
                if len(found) >= most:
                    break
            return found[:most]
        query, values = self._query(match, texts=texts, below=below)
        return self._connection.execute(query, {**values, "most": most}).all()

    def _pg_rows(
        self, match: str, *, texts: bool, below: int | None, size: int
    ) -> Iterator[Sequence[Row[Any]]]:
        """Rows of what the index of PostgreSQL finds, ever more at once.

        Ids first: a join would be made with all that is found, before it is put in order.
        """
        place = _NO_BOUND if below is None else below
        query, values = self._query(None, texts=texts, chosen=True)
        while True:
            asked = {"match": match, "below": place, "most": size}
            ids = list(self._connection.execute(_PG_HITS, asked).scalars())
            if ids:
                chosen = {**values, "chosen": ids, "most": size}
                yield self._connection.execute(query, chosen).all()
            if len(ids) < size:
                return
            place, size = ids[-1], min(4 * size, _MOST_AT_ONCE)

    def count(self, *, most: int) -> int:
        """How many candidates there are, counted up to ``most``."""
        query, values = self._query(self._match, texts=False)
        counted = select(func.count()).select_from(query.subquery())
        return int(self._connection.execute(counted, {**values, "most": most}).scalar_one())

    def candidates(self, *, most: int) -> list[Candidate]:
        """Candidates with their texts."""
        return self._made(self._rows(self._match, texts=True, below=None, most=most))

    def portions(
        self, sizes: tuple[int, int], *, below: int | None, loose: bool = False
    ) -> Iterator[list[Candidate]]:
        """All candidates with ids under ``below``, the first portion and the next ones so large.

        ``loose``: found more cheaply, more of them wrong, those that wait perhaps among them.
        """
        match = self._loose if loose else self._match
        size, later = sizes
        if self._sqlite:  # goes on where it stopped: finding the lists again takes longer
            query, values = self._query(match, texts=True, below=below)
            with self._connection.execute(query, {**values, "most": -1}) as result:
                while rows := result.fetchmany(size):
                    yield self._made(rows)
                    size = later
            return
        if match is not None:
            for rows in self._pg_rows(match, texts=True, below=below, size=size):
                if rows:
                    yield self._made(rows)
            return
        yield from self._walk(sizes, below=below)

    def in_titles(self, *, most: int) -> list[Candidate]:
        """Candidates whose titles may hold what is looked for."""
        match = self._plan.title_fts5 if self._sqlite else self._plan.title_tsquery
        if match is None:
            return []
        return self._made(self._rows(self._also(match), texts=True, below=None, most=most))

    def waiting(self) -> list[Candidate]:
        """Matching documents that are not in the index yet, newest first."""
        if self._match is None:
            return []  # such a query reads documents, not the index
        if self._connection.execute(_ANY_WAITING).first() is None:
            return []
        query, values = self._query(None, texts=True, waiting=True)
        rows = self._connection.execute(query, {**values, "most": _NO_BOUND}).all()
        return [found for found in self._made(rows) if self._plan.holds(found)]

    def _query(
        self,
        match: str | None,
        *,
        texts: bool,
        below: int | None = None,
        above: int | None = None,
        chosen: bool = False,
        waiting: bool = False,
    ) -> tuple[Select[Any], dict[str, Any]]:
        bounds = {"below": below, "above": above}
        shape = _Shape(
            *(self._sqlite, match is not None, below is not None, texts),
            *(above is not None, chosen, waiting),
        )
        if self._plan.sql or self._plan.flags:
            where = (*conditions(self._filters), *self._plan.sql)
            query = _statement(shape, where, self._plan.flags)
        else:
            query = _usual(shape, self._filters)
        values: dict[str, Any] = {} if match is None else {"match": match}
        return query, values | {name: value for name, value in bounds.items() if value is not None}

    def _made(self, rows: Sequence[Any]) -> list[Candidate]:
        files = file_pieces(self._connection, [row[0] for row in rows])
        return [
            Candidate(
                id=key,
                text=SearchText(
                    title, number, publisher, tuple(bodies or ()), body, joined(files.get(key, ()))
                ),
                day=published or seen.date(),
                flags=tuple(map(bool, flags)),
            )
            for key, title, number, publisher, bodies, published, seen, body, *flags in rows
        ]
