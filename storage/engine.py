"""One database, two doors: ``reader()`` for snapshots, ``writer()`` for short transactions.

SQLite: WAL; writers open with BEGIN IMMEDIATE, because a read that turns into a write fails at
once with BUSY_SNAPSHOT whatever the timeout; readers use a second engine with plain BEGIN and
``query_only``, keep a stable snapshot and never wait. ``synchronous`` is FULL: with NORMAL a
power cut may take back commits already reported, among them "this mail was sent".
PostgreSQL: psycopg 3, READ COMMITTED writers, REPEATABLE READ read-only readers.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from pydantic_core import to_json
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from storage.errors import Conflict, DatabaseLocked, DatabaseUnreachable, DiskFull, StoreError

DialectName = Literal["sqlite", "postgresql"]

BUSY_SECONDS = 10.0
_SQLITE_BUSY = {5, 6}  # SQLITE_BUSY, SQLITE_LOCKED (low byte of the extended code)
_SQLITE_FULL = {13}
_SQLITE_UNREACHABLE = {10, 11, 14, 23, 26}  # IOERR, CORRUPT, CANTOPEN, AUTH, NOTADB
_SQLITE_REMEDIES = {
    11: "文件已损坏，请停下程序并换回备份 / it is damaged: stop the program, put back a backup",
    14: "请检查路径与权限 / check its path and rights",
    26: "文件不是数据库，请移走它或换回备份 / it is no database: move it or put back a backup",
}
_PG_LOCKED = {"55P03", "40P01", "40001", "57014"}
_PG_FULL = {"53100"}


def _dumps(value: Any) -> str:
    """Compact JSON, a fifth of the time of the standard library's."""
    return to_json(value).decode()


def translate(error: DBAPIError) -> StoreError | None:
    """The named error for what the driver reported, or None if it is a fault in our SQL."""
    if isinstance(error, IntegrityError):
        return Conflict(str(error.orig))
    cause = error.orig
    number = getattr(cause, "sqlite_errorcode", None)
    state = getattr(cause, "sqlstate", None)
    low = number & 0xFF if isinstance(number, int) else None
    if low in _SQLITE_BUSY or state in _PG_LOCKED:
        return DatabaseLocked(
            "数据库正被其他程序写入，请稍后再试 / another program holds the database, try again"
        )
    if low in _SQLITE_FULL or state in _PG_FULL or "No space left" in str(cause):
        return DiskFull(
            "数据库所在磁盘已满，请清理后再试 / the disk of the database is full, free some space"
        )
    if low in _SQLITE_UNREACHABLE or error.connection_invalidated or state in {"57P01", "57P03"}:
        remedy = f"; {_SQLITE_REMEDIES[low]}" if low in _SQLITE_REMEDIES else ""
        return DatabaseUnreachable(
            f"无法访问数据库 / the database cannot be reached: {cause}{remedy}"
        )
    if number is None and state is None and type(cause).__name__ == "OperationalError":
        return DatabaseUnreachable(f"无法连接数据库 / cannot connect to the database: {cause}")
    return None


class Database:
    """Engines and sessions of one database. Safe to share between threads, not over fork.

    ``url`` is ``sqlite:///path`` or ``postgresql://…``. ``busy_seconds`` bounds every wait for
    another writer. Raises ``ValueError`` for any other kind of URL.
    """

    def __init__(self, url: str | URL, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self.url = make_url(url)
        self.busy_seconds = busy_seconds
        self.write_engine: Engine
        self.read_engine: Engine
        backend = self.url.get_backend_name()
        if backend == "sqlite":
            self.dialect: DialectName = "sqlite"
            self._open_sqlite()
        elif backend == "postgresql":
            self.dialect = "postgresql"
            self._open_postgresql()
        else:
            raise ValueError(f"不支持的数据库 / unsupported database: {backend}")
        self._writers = sessionmaker(self.write_engine, expire_on_commit=False)
        self._readers = sessionmaker(self.read_engine, expire_on_commit=False, autoflush=False)
        # One writer at a time inside this process: threads then queue fairly instead of polling
        # the file lock with growing sleeps.
        self._turn = threading.Lock()

    @property
    def path(self) -> Path | None:
        """The file of an SQLite database, None on PostgreSQL."""
        return Path(str(self.url.database)) if self.dialect == "sqlite" else None

    def _open_sqlite(self) -> None:
        if not self.url.database or self.url.database == ":memory:":
            raise ValueError("SQLite 需要文件路径 / SQLite needs a file: sqlite:///path")
        connect = {"timeout": self.busy_seconds}
        self.write_engine = create_engine(self.url, connect_args=connect, json_serializer=_dumps)
        self.read_engine = create_engine(self.url, connect_args=connect, json_serializer=_dumps)
        event.listen(self.write_engine, "connect", _tune_sqlite_writer)
        event.listen(self.read_engine, "connect", _tune_sqlite_reader)
        event.listen(self.write_engine, "begin", _begin_immediate)
        event.listen(self.read_engine, "begin", _begin_deferred)

    def _open_postgresql(self) -> None:
        url = self.url.set(drivername="postgresql+psycopg")
        try:
            self.write_engine = create_engine(
                url, pool_pre_ping=True, pool_size=5, max_overflow=10, json_serializer=_dumps
            )
        except ModuleNotFoundError as error:
            raise DatabaseUnreachable(
                "使用 PostgreSQL 需要安装 dibao[postgres] / PostgreSQL needs the extra "
                "dibao[postgres]: pip install 'dibao[postgres]'"
            ) from error
        event.listen(self.write_engine, "connect", self._tune_postgresql)
        self.read_engine = self.write_engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    def _tune_postgresql(self, connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"set lock_timeout = {int(self.busy_seconds * 1000)}")
            cursor.execute("set timezone = 'UTC'")
        connection.commit()

    @contextmanager
    def writer(self) -> Iterator[Session]:
        """A session in one write transaction: commits on clean exit, rolls back on error.

        Raises DatabaseLocked, DiskFull, DatabaseUnreachable or Conflict; nothing is then stored.
        Must not be nested in the same thread.
        """
        if self.dialect == "postgresql":
            with self._transaction(self._writers) as session:
                yield session
            return
        if not self._turn.acquire(timeout=self.busy_seconds):
            raise DatabaseLocked(
                "数据库正被本程序的另一线程写入 / another thread of this program is writing"
            )
        try:
            with self._transaction(self._writers) as session:
                yield session
        finally:
            self._turn.release()

    @contextmanager
    def reader(self) -> Iterator[Session]:
        """A read-only session on one stable snapshot."""
        with self._transaction(self._readers) as session:
            yield session

    @contextmanager
    def _transaction(self, factory: sessionmaker[Session]) -> Iterator[Session]:
        session = factory()
        try:
            session.connection()  # takes the lock now: a busy database fails before any work
            yield session
            session.commit()
        except DBAPIError as error:
            session.rollback()
            named = translate(error)
            if named is None:
                raise
            raise named from error
        except BaseException:
            session.rollback()
            raise
        finally:
            session.close()

    def dispose(self) -> None:
        """Close all pooled connections."""
        self.write_engine.dispose()
        self.read_engine.dispose()


def _tune_sqlite(connection: Any) -> None:
    connection.isolation_level = None  # we issue BEGIN ourselves
    cursor = connection.cursor()
    cursor.execute("pragma foreign_keys = on")
    cursor.execute("pragma synchronous = full")
    # KiB. With four times as much, look-ups among 100,000 documents take as long, and a crawl
    # spends 3 % more on memory that it touches for the first time.
    cursor.execute("pragma cache_size = -4000")
    cursor.execute("pragma temp_store = memory")
    cursor.close()


def _tune_sqlite_writer(connection: Any, _record: Any) -> None:
    _tune_sqlite(connection)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma journal_size_limit = 67108864")


def _tune_sqlite_reader(connection: Any, _record: Any) -> None:
    _tune_sqlite(connection)
    connection.execute("pragma query_only = on")


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_deferred(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN")


def open_database(url: str, *, busy_seconds: float = BUSY_SECONDS) -> Database:
    """Open ``sqlite:///path`` (its folder is created) or ``postgresql://…``; connects lazily."""
    database = Database(url, busy_seconds=busy_seconds)
    if database.path is not None:
        database.path.parent.mkdir(parents=True, exist_ok=True)
    return database
