"""A database put back from yesterday's copy: what went out since does not go out again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

from crawler.config import Config
from crawler.control import ticks
from crawler.control.restored import mark_file
from storage.health import open_events
from storage.models import Issue, Outbox, Source
from storage.saving import save_document
from tests.crawler.control.test_scheduler import MONDAY, extend, mails, subscribed
from tests.crawler.fetch.lab import Lab
from tests.storage.samples import record

WHEN = MONDAY + timedelta(hours=3)
WEEK = timedelta(days=7)


def one_document(lab: Lab) -> Config:
    """A subscribed reader and one document of the week that ends on Monday."""
    extend(lab)
    lab.html_source("one", "https://one.gov.cn/list")
    lab.sync()
    seen = MONDAY - timedelta(days=3)
    with lab.db.writer() as session:
        source = session.query(Source).one()
        save_document(session, record(source.id, url="https://one.gov.cn/1"), now=seen)
    return subscribed(lab, "a@example.org")


def copy_of(lab: Lab) -> Callable[[], None]:
    """Copy the database as it is now; the function puts the copy back."""
    path = lab.folder / "data" / "dibao.db"
    copy = lab.folder / "copy.db"
    with closing(sqlite3.connect(path)) as live, closing(sqlite3.connect(copy)) as kept:
        live.backup(kept)

    def put_back() -> None:
        lab.db.dispose()
        for name in ("dibao.db-wal", "dibao.db-shm"):
            (path.parent / name).unlink(missing_ok=True)
        path.write_bytes(copy.read_bytes())

    return put_back


def tick(lab: Lab, config: Config, *, weeks: int = 0, hours: int = 0) -> None:
    now = WHEN + weeks * WEEK + timedelta(hours=hours)
    ticks.compose_due(lab.db, config, now=now)
    ticks.send(lab.db, config, now=now)


def states(lab: Lab) -> tuple[list[str], list[str]]:
    """States of the issues and of the mails, oldest first."""
    with lab.db.reader() as session:
        issues = [row.state for row in session.query(Issue).order_by(Issue.id)]
        return issues, [row.state for row in session.query(Outbox).order_by(Outbox.id)]


def test_an_issue_that_went_out_after_the_copy_waits_for_a_person(lab: Lab) -> None:
    config = one_document(lab)
    put_back = copy_of(lab)
    tick(lab, config)
    assert len(mails(lab)) == 1
    for mail in mails(lab):
        mail.unlink()
    put_back()
    tick(lab, config, hours=1)
    assert mails(lab) == []
    assert states(lab) == (["draft"], [])
    with lab.db.reader() as session:
        (event,) = open_events(session)
        assert (event.subject, event.rule) == ("system", "restored")
        fresh = record(1, url="https://one.gov.cn/2", text="下一周的另一件事。" * 30)
    with lab.db.writer() as session:
        save_document(session, fresh, now=MONDAY + timedelta(days=2))
    tick(lab, config, weeks=1)  # what ended after the last sending goes out by itself
    assert len(mails(lab)) == 1
    tick(lab, config, weeks=2)
    with lab.db.reader() as session:
        assert open_events(session) == []


def test_mails_that_the_copy_had_queued_are_held(lab: Lab) -> None:
    config = one_document(lab)
    ticks.compose_due(lab.db, config, now=WHEN)
    put_back = copy_of(lab)
    ticks.send(lab.db, config, now=WHEN)
    assert len(mails(lab)) == 1
    mails(lab)[0].unlink()
    put_back()
    for hours in (1, 2):
        tick(lab, config, hours=hours)
    assert mails(lab) == []
    assert states(lab)[1] == ["held"]


def test_without_a_mark_or_with_a_damaged_one_mail_goes_out(lab: Lab) -> None:
    config = one_document(lab)
    mark_file(config).write_text("{", encoding="utf-8")
    tick(lab, config)
    assert len(mails(lab)) == 1
