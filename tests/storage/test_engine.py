"""The two doors of the database, and what its errors are called."""

from __future__ import annotations

import sqlite3
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, OperationalError

from storage.documents import count_documents, save_document
from storage.engine import Database, open_database, translate
from storage.errors import Conflict, DatabaseLocked, DatabaseUnreachable, DiskFull, StoreError
from storage.models import HostState, Lease, Source
from storage.sources import list_sources
from tests.storage.samples import DAY, NOW, add_source, record


def test_writer_commits_or_leaves_nothing(database: Database) -> None:
    with database.writer() as session:
        add_source(session)

    def fail() -> None:
        with database.writer() as session:
            add_source(session, "second")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        fail()
    with database.reader() as session:
        assert [row.key for row in list_sources(session)] == ["cn-sample"]


def test_reader_refuses_to_write(database: Database) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"), database.reader() as session:
        session.execute(text("delete from source"))


def test_reader_keeps_its_snapshot_and_never_waits(database: Database) -> None:
    with database.writer() as session:
        add_source(session)
    with database.reader() as before:
        assert len(list_sources(before)) == 1
        with database.writer() as session:
            add_source(session, "second", group="b")
        assert len(list_sources(before)) == 1
    with database.reader() as after:
        assert len(list_sources(after)) == 2


def test_times_come_back_in_utc_and_naive_ones_are_refused(database: Database) -> None:
    shanghai = timezone(timedelta(hours=8))
    with database.writer() as session:
        moment = datetime(2026, 11, 16, 8, 0, 0, 123456, tzinfo=shanghai)
        session.add(Lease(name="x", holder="h", token="t", expires_at=moment))
    with database.reader() as session:
        lease = session.get_one(Lease, "x")
        assert lease.expires_at == datetime(2026, 11, 16, 0, 0, 0, 123456, tzinfo=UTC)
        assert lease.expires_at.tzinfo is UTC
    with pytest.raises(Exception, match="naive"), database.writer() as session:
        session.add(Lease(name="y", holder="h", token="t", expires_at=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_wrong_word_in_an_enum_column_is_a_conflict(database: Database) -> None:
    with pytest.raises(Conflict), database.writer() as session:
        session.add(HostState(host="h", robots_state="maybe"))


def test_missing_parent_is_a_conflict(database: Database) -> None:
    with pytest.raises(Conflict), database.writer() as session:
        save_document(session, record(99), now=NOW)


def test_busy_database_gives_a_named_error_and_stores_nothing(database_url: str) -> None:
    holder, hurried = open_database(database_url), open_database(database_url, busy_seconds=0.2)
    try:
        with holder.writer() as holding:
            add_source(holding)
            if holder.dialect == "postgresql":
                holding.execute(text("lock table source in access exclusive mode"))
            with pytest.raises(DatabaseLocked) as caught, hurried.writer() as session:
                add_source(session, "second")
            assert caught.value.retry
            assert caught.value.code == "database_locked"
        with hurried.writer() as session:
            add_source(session, "second", group="b")
        with hurried.reader() as session:
            assert len(list_sources(session)) == 2
    finally:
        holder.dispose()
        hurried.dispose()


def test_second_thread_waits_for_its_turn(sqlite_database: Database) -> None:
    entered, go = threading.Event(), threading.Event()

    def slow() -> None:
        with sqlite_database.writer() as session:
            entered.set()
            go.wait(5)
            add_source(session)

    thread = threading.Thread(target=slow)
    thread.start()
    entered.wait(5)
    threading.Timer(0.05, go.set).start()
    with sqlite_database.writer() as session:
        add_source(session, "second", group="b")
        assert len(list_sources(session)) == 2
    thread.join()


def test_full_disk_gives_a_named_error_and_stores_nothing(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    with database.writer() as session:
        source = add_source(session)
        save_document(session, record(source), now=NOW)

    # The same result code as a disk without space: no page may be added any more.
    @event.listens_for(database.write_engine, "begin")
    def _no_more_pages(connection):
        used = connection.exec_driver_sql("pragma page_count").scalar()
        connection.exec_driver_sql(f"pragma max_page_count = {used}")

    def one_more(number: int) -> None:
        with database.writer() as session:
            big = record(source, f"https://sample.gov.cn/{number}", text=f"{number}" + "长" * 9000)
            save_document(session, big, now=NOW)

    with pytest.raises(DiskFull) as caught:
        one_more(2)
    assert caught.value.retry
    with database.reader() as session:
        assert count_documents(session) == 1
        assert session.execute(text("pragma integrity_check")).scalar() == "ok"
    event.remove(database.write_engine, "begin", _no_more_pages)
    database.dispose()
    database = open_database(sqlite_url)
    one_more(3)
    with database.reader() as session:
        assert count_documents(session) == 2
    database.dispose()


def test_driver_errors_get_names() -> None:
    errors = pytest.importorskip("psycopg", reason="the postgres extra is not installed").errors
    named: list[tuple[Exception, type[StoreError]]] = [
        (errors.DiskFull("no space"), DiskFull),
        (errors.LockNotAvailable("lock timeout"), DatabaseLocked),
        (errors.DeadlockDetected("deadlock"), DatabaseLocked),
        (errors.SerializationFailure("retry"), DatabaseLocked),
        (errors.AdminShutdown("going down"), DatabaseUnreachable),
        (errors.OperationalError("connection refused"), DatabaseUnreachable),
    ]
    for cause, expected in named:
        assert type(translate(OperationalError("select 1", {}, cause))) is expected


def test_a_fault_in_our_own_sql_keeps_its_own_error() -> None:
    assert translate(OperationalError("select 1", {}, sqlite3.DatabaseError("x"))) is None


def test_an_unreachable_server_is_named() -> None:
    pytest.importorskip("psycopg", reason="the postgres extra is not installed")
    away = open_database("postgresql://nobody@127.0.0.1:1/none?connect_timeout=1")
    with pytest.raises(DatabaseUnreachable), away.reader():
        pass
    away.dispose()


def test_without_the_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(DatabaseUnreachable, match=r"dibao\[postgres\]"):
        open_database("postgresql://nobody@127.0.0.1:1/none")


def test_an_unopenable_file_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "folder.db"
    folder.mkdir()
    unopenable = open_database(f"sqlite:///{folder}")
    with pytest.raises(DatabaseUnreachable, match="check its path"), unopenable.writer():
        pass
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"this is no database" * 500)
    no_database = open_database(f"sqlite:///{broken}")
    with (
        pytest.raises(DatabaseUnreachable, match="put back a backup"),
        no_database.writer() as session,
    ):
        session.execute(text("select 1 from source"))
    for database in (unopenable, no_database):
        database.dispose()


def test_a_damaged_file_is_named_with_what_to_do(sqlite_database: Database) -> None:
    sqlite_database.dispose()
    assert sqlite_database.path is not None
    with sqlite_database.path.open("r+b") as file:
        file.seek(100)  # behind the head of the file: the table of contents
        file.write(b"\xff" * 4000)
    with (
        pytest.raises(DatabaseUnreachable, match="put back a backup"),
        sqlite_database.reader() as session,
    ):
        session.execute(text("select 1 from source"))


@pytest.mark.parametrize("url", ["sqlite://", "mysql://host/x", "sqlite:///:memory:"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="/"):
        open_database(url)


def test_sqlite_writes_ahead_and_syncs_fully(sqlite_database: Database) -> None:
    with sqlite_database.writer() as session:
        assert session.execute(text("pragma journal_mode")).scalar() == "wal"
        assert session.execute(text("pragma synchronous")).scalar() == 2
        assert session.execute(text("pragma foreign_keys")).scalar() == 1


def test_json_keeps_chinese_readable(sqlite_database: Database) -> None:
    with sqlite_database.writer() as session:
        add_source(session, topics=("数据",))
        assert session.execute(text("select topics from source")).scalar() == '["数据"]'
        assert session.scalars(text("select created_at from source")).one().startswith("2026-11-16")
        assert session.get_one(Source, 1).created_at + DAY == NOW + DAY
