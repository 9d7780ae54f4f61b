"""Core statements compiled once and run on the driver's own cursor, for the hot path.

Executing a compiled construct costs some 60 µs of bookkeeping around 5 µs of work in SQLite.
Here only the driver's call is left; types still convert the values, and errors are those that a
SQLAlchemy connection raises. The statement runs in the transaction of the connection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError

Thing = TypeVar("Thing")
Values = Mapping[str, Any]
_Bind = Callable[[Values], Any]


class DriverCursor:
    """A cursor of the driver whose errors become DBAPIError, as everywhere in storage.

    A class, because a generator of ``contextlib`` costs more than most of the statements.
    """

    __slots__ = ("_connection", "_cursor", "_sql")

    def __init__(self, connection: Connection, sql: str) -> None:
        self._connection = connection
        self._sql = sql

    def __enter__(self) -> Any:
        self._cursor = self._connection.connection.cursor()
        return self._cursor

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: object
    ) -> None:
        if error is None:
            self._cursor.close()
            return
        connection, dialect = self._connection, self._connection.dialect
        base: type[Exception] = dialect.loaded_dbapi.Error
        try:
            if not isinstance(error, base):
                return
            lost = dialect.is_disconnect(
                error,  # type: ignore[arg-type]
                connection.connection.dbapi_connection,
                self._cursor,
            )
            if lost:
                connection.invalidate(error)  # or rolling back would fail with its own error
            raise DBAPIError.instance(
                self._sql, None, error, base, connection_invalidated=lost, dialect=dialect
            ) from error
        finally:
            self._cursor.close()


def once(connection: Connection, name: str, make: Callable[[Connection], Thing]) -> Thing:
    """What ``make`` reads, kept until the transaction of the connection ends."""
    transaction, kept = connection.info.get(name, (None, None))
    if transaction is None or transaction is not connection.get_transaction():
        kept = make(connection)
        connection.info[name] = (connection.get_transaction(), kept)
    found: Thing = kept
    return found


def forget(connection: Connection, name: str) -> None:
    """Have :func:`once` read again: the transaction itself changed what it read."""
    connection.info.pop(name, None)


def put_rows(
    connection: Connection, insert: str, rows: Sequence[Sequence[Any]], *, together: int
) -> None:
    """Run an SQLite ``insert into …`` for all rows, ``together`` of them in a statement.

    A statement costs more than a row of integers does.
    """
    if not rows:
        return
    place = f"({', '.join('?' * len(rows[0]))})"
    whole = len(rows) - len(rows) % together
    width = together * len(rows[0])
    flat = list(chain.from_iterable(rows[:whole]))
    many = f"{insert} values {', '.join([place] * together)}"
    one = f"{insert} values {place}"
    with DriverCursor(connection, one) as cursor:
        cursor.executemany(many, [flat[at : at + width] for at in range(0, len(flat), width)])
        cursor.executemany(one, rows[whole:])


class Prepared:
    """A statement made for a dialect by ``make(name)``, compiled when first used.

    ``columns`` are those an insert fills. Results come as the driver gives them: ask for
    numbers and blobs only.
    """

    def __init__(self, make: Callable[[str], Any], *, columns: Sequence[str] | None = None) -> None:
        self._make = make
        self._columns = columns
        self._ready: WeakKeyDictionary[Dialect, tuple[str, _Bind]] = WeakKeyDictionary()
        self._last: tuple[Dialect | None, tuple[str, _Bind]] = (None, ("", dict))

    def rows(self, connection: Connection, values: Values) -> list[Any]:
        """Run and fetch every row."""
        sql, bind = self._for(connection.dialect)
        with DriverCursor(connection, sql) as cursor:
            cursor.execute(sql, bind(values))
            found: list[Any] = cursor.fetchall()
            return found

    def run(self, connection: Connection, values: Values) -> None:
        """Run for its effect."""
        sql, bind = self._for(connection.dialect)
        with DriverCursor(connection, sql) as cursor:
            cursor.execute(sql, bind(values))

    def run_many(self, connection: Connection, many: Sequence[Values]) -> int:
        """Run once for each; how many rows were written in all."""
        sql, bind = self._for(connection.dialect)
        with DriverCursor(connection, sql) as cursor:
            cursor.executemany(sql, [bind(values) for values in many])
            return int(cursor.rowcount)

    def _for(self, dialect: Dialect) -> tuple[str, _Bind]:
        last, ready = self._last
        if last is dialect:
            return ready
        found = self._ready.get(dialect)
        if found is None:
            found = self._ready[dialect] = self._compiled(dialect)
        self._last = (dialect, found)
        return found

    def _compiled(self, dialect: Dialect) -> tuple[str, _Bind]:
        statement = self._make(dialect.name)
        columns = None if self._columns is None else list(self._columns)
        compiled = statement.compile(dialect=dialect, column_keys=columns)
        binds = compiled.binds
        names = compiled.positiontup or list(binds)
        work = []  # most values go in as they are
        for place, name in enumerate(names):
            process = binds[name].type.dialect_impl(dialect).bind_processor(dialect)
            if process is not None or binds[name].value is not None:
                work.append((place, name, process, binds[name].value))

        def bind(values: Values) -> list[Any]:
            row = list(map(values.get, names))
            for place, name, process, default in work:
                value = values.get(name, default)
                row[place] = value if process is None else process(value)
            return row

        if compiled.positiontup is None:
            return str(compiled), lambda values: dict(zip(names, bind(values), strict=True))
        return str(compiled), bind
