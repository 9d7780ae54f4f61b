"""The door to the database holds up the loop only while the database is free."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from crawler.fetch.store import Store
from storage.engine import Database, open_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = open_database(f"sqlite:///{tmp_path / 'dibao.db'}")
    with made.writer() as session:
        session.execute(text("create table note (said text)"))
    yield made
    made.dispose()


def say(session: Session) -> int:
    session.execute(text("insert into note values ('sample')"))
    return threading.get_ident()


def notes(session: Session) -> int:
    return int(session.execute(text("select count(*) from note")).scalar_one())


def test_a_free_database_is_written_without_another_thread(database: Database) -> None:
    async def crawl() -> tuple[int, int]:
        store = Store(open_database(str(database.url)))
        thread = await store.write(say)
        stored = await store.read(notes)
        await store.close()
        return thread, stored

    assert asyncio.run(crawl()) == (threading.get_ident(), 1)


def test_while_another_program_writes_the_loop_goes_on_and_writes_keep_their_order(
    database: Database,
) -> None:
    async def crawl() -> tuple[int, int, int]:
        store = Store(open_database(str(database.url)))
        with database.writer() as other:
            other.execute(text("insert into note values ('sample')"))
            waiting = asyncio.create_task(store.write(say))
            await asyncio.sleep(0)
            assert not waiting.done()
        in_order = await store.write(notes)  # the database is free, but someone is in line
        thread = await waiting
        again = await store.write(say)
        await store.close()
        return thread, in_order, again

    thread, in_order, again = asyncio.run(crawl())
    assert thread != threading.get_ident()
    assert in_order == 2, "what was written first is there for what was written next"
    assert again == threading.get_ident()
