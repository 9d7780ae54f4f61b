"""Servers that are away, senders that are killed, two at once: nobody twice, nobody lost."""

from __future__ import annotations

import multiprocessing
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from digest.outbox import SendReport, pause_delay, retry_delay, send_due
from digest.transports import open_transport
from storage.engine import Database, open_database
from storage.models import Outbox
from storage.outbox import retry
from tests.digest.sender import send_all
from tests.digest.sending import NOW, fill, issue_state, send, smtp, states
from tests.digest.smtp_server import Running, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("smtp")) as started:
        yield started


@pytest.fixture
def mailbox(server: Running) -> Running:
    server.clear()
    return server


def test_recipient_that_never_answers_is_given_up_after_five_days(
    database: Database, mailbox: Running
) -> None:
    config = smtp(fill(database, readers=1), mailbox)
    mailbox.script(rcpt={"reply": "450 later"})
    now, tries = NOW, 0
    while states(database).get("queued"):
        tries += send(database, config, now).total
        with database.reader() as session:
            due = session.scalar(select(Outbox.not_before).where(Outbox.state == "queued"))
        now = due or now
    assert now - NOW >= timedelta(days=5)
    assert 12 <= tries <= 20
    with database.reader() as session:
        [row] = session.scalars(select(Outbox))
        assert (row.state, row.error_code) == ("failed", "expired")


@pytest.mark.parametrize(
    "fault",
    [
        {"connect": {"drop": True}},
        {"mail": {"reply": "550 sender refused"}},
        {"mail": {"reply": "530 sign in first"}},
        {"ehlo": {"drop": True}},
    ],
)
def test_fault_of_the_service_pauses_everybody(
    sqlite_database: Database, mailbox: Running, fault: dict[str, Any]
) -> None:
    config = smtp(fill(sqlite_database, readers=4), mailbox)
    mailbox.script(**fault)
    waits = []
    now = NOW
    for _ in range(4):
        report = send(sqlite_database, config, now)
        assert report.sent == report.failed == 0
        assert report.paused
        with sqlite_database.reader() as session:
            due = [row.not_before or now for row in session.scalars(select(Outbox))]
        assert min(due) > now
        waits.append((min(due) - now).total_seconds() // 60)
        assert send(sqlite_database, config, now + timedelta(seconds=30)).total == 0
        now = min(due)
    assert waits == [1, 2, 5, 10]
    mailbox.script()
    assert send(sqlite_database, config, now).sent == 4


def test_wrong_password_does_not_burn_the_queue(
    sqlite_database: Database, mailbox: Running
) -> None:
    config = smtp(fill(sqlite_database, readers=2), mailbox, username="digest", password="wrong")
    report = send(sqlite_database, config)
    assert "mail.username" in report.paused
    assert states(sqlite_database) == {"queued": 2}


def test_nothing_but_refusals_stops_the_queue(sqlite_database: Database, mailbox: Running) -> None:
    config = smtp(fill(sqlite_database, readers=12), mailbox)
    mailbox.script(dot={"reply": "554 5.7.1 rejected as spam"})
    report = send(sqlite_database, config)
    assert report.failed == 5
    assert "连续 5 封被拒收" in report.paused
    assert states(sqlite_database) == {"failed": 5, "queued": 7}


def test_old_queue_waits_for_a_person(database: Database, mailbox: Running) -> None:
    config = smtp(fill(database, readers=2), mailbox)
    report = send(database, config, NOW + timedelta(days=3))
    assert (report.sent, report.held) == (0, 2)
    assert mailbox.messages() == []
    assert issue_state(database) == "sending"
    with database.writer() as session:
        for row in session.scalars(select(Outbox)).all():
            retry(session, outbox_id=row.id, now=NOW + timedelta(days=3))
    assert send(database, config, NOW + timedelta(days=3)).sent == 2
    assert issue_state(database) == "sent"


def test_two_senders_at_once_never_send_twice(database: Database, mailbox: Running) -> None:
    config = smtp(fill(database, readers=30), mailbox)
    reports: list[SendReport] = []

    def work(name: str) -> None:
        transport = open_transport(config.mail)
        own = open_database(database.url.render_as_string(hide_password=False))
        try:
            reports.append(send_due(own, config, NOW, transport, worker=name))
        finally:
            transport.close()
            own.dispose()

    threads = [threading.Thread(target=work, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.sent for report in reports) == 30
    assert Counter(mailbox.recipients()).most_common(1)[0][1] == 1
    assert states(database) == {"sent": 30}


def test_killed_senders_lose_nobody_and_double_nobody(
    database: Database, database_url: str, mailbox: Running
) -> None:
    """SIGKILL at random moments; at most one undecided copy per kill, all of them listed."""
    readers = 20
    config = smtp(fill(database, readers=readers), mailbox)
    chance = random.Random(20261116)  # noqa: S311 - repeatable, not secret
    now, kills = NOW, 0
    fresh = multiprocessing.get_context("forkserver")  # imports once for all of them
    fresh.set_forkserver_preload([send_all.__module__])
    for _ in range(3):
        before = mailbox.count()
        process = fresh.Process(target=send_all, args=(database_url, mailbox.port, now))
        process.start()
        goal = before + chance.randint(1, 5)
        while process.is_alive() and mailbox.count() < goal:
            time.sleep(0.002)
        time.sleep(chance.random() * 0.004)
        kills += process.is_alive()
        process.kill()
        process.join()
        now += timedelta(minutes=30)
    send(database, config, now)
    copies = Counter(mailbox.recipients())
    assert kills == 3
    assert max(copies.values()) == 1
    found = states(database)
    assert found.get("unknown", 0) <= kills
    assert found["sent"] + found.get("unknown", 0) == readers
    with database.reader() as session:
        unknown = set(session.scalars(select(Outbox.recipient).where(Outbox.state == "unknown")))
        sent = set(session.scalars(select(Outbox.recipient).where(Outbox.state == "sent")))
    assert sent <= set(copies)
    assert set(copies) - sent <= unknown
    assert issue_state(database) == "sent"


def test_delays_grow_and_differ() -> None:
    waits = [retry_delay(attempts=n, key="a") for n in range(1, 12)]
    assert waits[0] < timedelta(minutes=7)
    assert all(wait <= timedelta(hours=14, minutes=30) for wait in waits)
    assert waits[4] > waits[2] > waits[0]
    assert retry_delay(attempts=1, key="a") == waits[0]
    assert len({retry_delay(attempts=3, key=str(n)) for n in range(9)}) == 9
    assert [pause_delay(attempts=n).total_seconds() // 60 for n in (1, 2, 3, 9)] == [1, 2, 5, 30]
