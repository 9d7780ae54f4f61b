"""Creating, upgrading, checking and backing up the schema."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import inspect, text, update

from storage.documents import count_documents, save_document
from storage.engine import Database, open_database
from storage.errors import IndexOutdated, SchemaOutdated, StoreError
from storage.index_queue import flush_index
from storage.index_rebuild import rebuild_index
from storage.migrate import backup, current, differences, head, is_ready, require_head, upgrade
from storage.models import SchemaMeta
from storage.search import search
from tests.storage.samples import NOW, add_source, record


def test_models_and_revisions_agree(database: Database) -> None:
    assert differences(database) == []
    assert current(database) == head()
    require_head(database)
    assert upgrade(database) == head()


def test_checks_of_the_models_are_in_the_database(database: Database) -> None:
    from storage.models import Base

    inspector = inspect(database.read_engine)
    for table in Base.metadata.sorted_tables:
        expected = {str(c.name) for c in table.constraints if str(c.name).startswith("ck_")}
        found = {str(check["name"]) for check in inspector.get_check_constraints(table.name)}
        assert found == expected, table.name


def test_empty_database_is_refused_with_the_remedy(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'new.db'}")
    assert current(database) is None
    with pytest.raises(SchemaOutdated, match="dibao db upgrade"):
        require_head(database)
    upgrade(database)
    require_head(database)
    database.dispose()


def test_older_program_refuses_a_newer_schema(database: Database) -> None:
    found = head()
    with database.write_engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    try:
        with pytest.raises(SchemaOutdated, match="newer program"):
            require_head(database)
        with pytest.raises(SchemaOutdated, match="newer program"):
            upgrade(database)
    finally:
        with database.write_engine.begin() as connection:
            connection.execute(text("update alembic_version set version_num = :v"), {"v": found})


def test_index_of_another_tokenizer_is_refused_and_rebuilt(database: Database) -> None:
    with database.writer() as session:
        save_document(session, record(add_source(session)), now=NOW)
        session.execute(update(SchemaMeta).values(value="0"))
    with pytest.raises(IndexOutdated, match="dibao db upgrade"):
        require_head(database)
    upgrade(database)
    require_head(database)
    with database.reader() as session:
        assert len(search(session, "人工智能")) == 1


def test_a_rebuild_that_was_stopped_goes_on_and_nobody_searches_in_half_of_it(
    database: Database,
) -> None:
    with database.writer() as session:
        source = add_source(session)
        for number in range(5):
            save_document(session, record(source, f"https://sample.gov.cn/{number}"), now=NOW)
            if number == 2:
                assert flush_index(session) == 3
        session.execute(update(SchemaMeta).values(value="0"))
    assert next(rebuild_index(database, step=2)) == (2, 5)
    assert not is_ready(database)
    with pytest.raises(IndexOutdated):
        require_head(database)
    assert list(rebuild_index(database, step=2)) == [(4, 5), (5, 5)]
    assert is_ready(database)
    with database.writer() as session:
        assert session.scalar(text("select count(*) from search_document")) == 3
        for _ in range(2):  # before and after what waited comes into the index
            assert len(search(session, "人工智能")) == 5
            flush_index(session)


def test_failed_upgrade_leaves_the_old_schema(tmp_path: Path) -> None:
    path = tmp_path / "half.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("create table outbox (id integer)")  # in the way of the second revision
        raw.commit()
    database = open_database(f"sqlite:///{path}")
    with pytest.raises(Exception, match="outbox"):
        upgrade(database)
    assert current(database) is None
    assert set(inspect(database.read_engine).get_table_names()) == {"outbox"}
    with database.write_engine.begin() as connection:
        connection.execute(text("drop table outbox"))
    database.dispose()
    database = open_database(f"sqlite:///{path}")
    upgrade(database)
    require_head(database)
    database.dispose()


def test_backup_while_writing_is_complete_and_usable(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with sqlite_database.writer() as session:
        source = add_source(session)
        save_document(session, record(source), now=NOW)
    stop = threading.Event()

    def write() -> None:
        number = 2
        while not stop.is_set():
            url = f"https://sample.gov.cn/{number}"
            with sqlite_database.writer() as session:
                save_document(session, record(source, url, text=f"第{number}份" * 60), now=NOW)
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copy = backup(sqlite_database, tmp_path / "backups", now=NOW)
    finally:
        stop.set()
        writer.join()
    assert copy.name == "dibao-20261116T000000Z.db"
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]
    with closing(sqlite3.connect(copy)) as raw:
        assert raw.execute("pragma integrity_check").fetchone() == ("ok",)
    restored = open_database(f"sqlite:///{copy}")
    require_head(restored)
    with restored.reader() as session:
        found = count_documents(session)
        assert found >= 1
        assert len(search(session, "份 OR 人工智能", limit=10_000)) == found
    restored.dispose()


def test_backup_of_a_server_is_left_to_its_own_tools(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="the postgres extra is not installed")
    database = open_database("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(StoreError, match="pg_dump"):
        backup(database, tmp_path, now=NOW)
    database.dispose()


def test_audit_lines_cannot_be_changed_or_removed(database: Database) -> None:
    from storage.audit import list_actions, record_action

    with database.writer() as session:
        record_action(
            session,
            actor="li",
            action="label",
            target_kind="document",
            target_id=7,
            before={"labels": []},
            after={"labels": ["topic-ai"]},
            now=NOW,
        )
    for statement in ("update review_action set actor = 'x'", "delete from review_action"):
        with pytest.raises(Exception, match="only grows"), database.writer() as session:
            session.execute(text(statement))
    with database.reader() as session:
        lines = list_actions(session, target_kind="document", target_id=7)
        assert [(line.actor, line.after) for line in lines] == [("li", {"labels": ["topic-ai"]})]
