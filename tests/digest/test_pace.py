"""Limits of sending: a minute, a domain, a day; kept over restarts, gone on by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from digest.pace import Pace
from storage.engine import Database
from storage.models import Outbox
from tests.digest.sending import NOW, fill, send, smtp, states
from tests.digest.smtp_server import Running, running

SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("smtp")) as started:
        yield started


def test_windows_slide() -> None:
    pace = Pace(per_minute=2, per_domain=1, per_day=3)
    assert pace.closed_until(NOW) is None
    pace.note("a@qq.com", NOW)
    assert pace.domain_until("b@QQ.com", NOW + SECOND) == NOW + timedelta(minutes=1)
    assert pace.domain_until("b@163.com", NOW + SECOND) is None
    pace.note("b@163.com", NOW + SECOND)
    assert pace.closed_until(NOW + 2 * SECOND) == NOW + timedelta(minutes=1)
    later = NOW + timedelta(minutes=2)
    assert pace.closed_until(later) is None
    pace.note("c@qq.com", later)
    assert pace.closed_until(later) == NOW + timedelta(days=1)
    assert pace.closed_until(NOW + timedelta(days=1)) is None
    assert Pace().closed_until(NOW) is None
    assert not Pace().limited


def test_a_minute_and_a_day_hold_over_rounds(database: Database, server: Running) -> None:
    """Each round is a new sender, as after a restart."""
    server.clear()
    config = smtp(fill(database, readers=5), server, per_minute=2, per_day=4)
    first = send(database, config)
    assert (first.sent, first.slowed, first.paused) == (2, True, "")
    assert send(database, config, NOW + 5 * SECOND).sent == 0
    second = send(database, config, NOW + timedelta(minutes=2))
    assert second.sent == 2
    third = send(database, config, NOW + timedelta(minutes=4))
    assert (third.sent, "mail.per_day" in third.paused) == (0, True)
    assert states(database) == {"sent": 4, "queued": 1}
    assert send(database, config, NOW + timedelta(hours=20)).sent == 0
    assert send(database, config, NOW + timedelta(days=1, minutes=5)).sent == 1
    assert states(database) == {"sent": 5}


def test_one_slow_domain_does_not_hold_the_others(database: Database, server: Running) -> None:
    server.clear()
    config = smtp(fill(database, readers=4), server, per_domain_minute=1)
    with database.writer() as session:
        session.execute(
            update(Outbox)
            .where(Outbox.recipient == "reader-004@example.net")
            .values(recipient="reader-004@example.org")
        )
    report = send(database, config)
    assert (report.sent, report.slowed) == (2, True)
    assert states(database) == {"sent": 2, "queued": 2}
    assert send(database, config, NOW + timedelta(minutes=2)).sent == 1
