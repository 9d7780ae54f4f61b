"""Every recipient gets one copy, their own, unless they left or it cannot be known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import select

from digest.bounces import read_bounce, settle_bounce
from digest.compose import compose_due_issues
from digest.lint import check_message
from digest.message import Envelope
from digest.narrow import Wishes
from digest.outbox import send_due
from digest.subscription import choose_topics, look_up, unsubscribe
from digest.tokens import make_token
from digest.transports import Receipt, Transport, open_transport
from storage.engine import Database
from storage.models import Issue, Outbox, Subscriber
from storage.outbox import OutboxRecord, enqueue, retry
from storage.subscribers import erase_subscriber, recipients, suppress
from tests.digest.archive import (
    END,
    add_document,
    add_readers,
    add_sources,
    folder_mail,
    settings,
)
from tests.digest.sending import NOW, fill, issue_state, send, smtp, states
from tests.digest.smtp_server import Running, running
from tests.digest.test_bounces import dsn


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("smtp")) as started:
        yield started


@pytest.fixture
def mailbox(server: Running) -> Running:
    server.clear()
    return server


def test_everybody_gets_one_clean_copy(database: Database, mailbox: Running) -> None:
    config = smtp(fill(database, readers=3), mailbox)
    report = send(database, config)
    assert (report.sent, report.failed, report.paused) == (3, 0, "")
    assert issue_state(database) == "sent"
    assert mailbox.recipients() == [f"reader-00{n}@example.net" for n in (1, 2, 3)]
    tokens = set()
    for content in mailbox.messages():
        raw = content.split(b"\r\n", 1)[1]
        assert check_message(raw) == []
        message = message_from_bytes(raw, policy=policy.default)
        assert str(message["To"]) in mailbox.recipients()
        others = set(mailbox.recipients()) - {str(message["To"])}
        for part in message.iter_parts():
            assert not any(other in part.get_content() for other in others)
        tokens.add(message["List-Unsubscribe"].split("/u/")[1].split(">")[0])
    assert len(tokens) == 3
    assert all(len(token) <= 32 for token in tokens)
    assert send(database, config).total == 0
    assert len(mailbox.messages()) == 3


def test_refused_recipient_is_parked_alone(database: Database, mailbox: Running) -> None:
    config = smtp(fill(database, readers=3), mailbox)
    mailbox.script(rcpt={"reply": "550 5.1.1 no such user", "match": "reader-002"})
    report = send(database, config)
    assert (report.sent, report.failed) == (2, 1)
    assert issue_state(database) == "sent"
    with database.reader() as session:
        [row] = session.scalars(select(Outbox).where(Outbox.state == "failed"))
        assert row.error_code == "permanent"
        assert "550 5.1.1" in (row.last_error or "")
        people = session.scalars(select(Subscriber.state).order_by(Subscriber.id)).all()
    assert people == ["active", "bounced", "active"]


@dataclass
class Meanwhile:
    """A transport during whose work something else happens before each message."""

    inner: Transport
    event: Callable[[], object]

    def send(self, message: Envelope) -> Receipt:
        self.event()
        return self.inner.send(message)

    def close(self) -> None:
        self.inner.close()


def test_somebody_unknown_who_is_erased_meanwhile_stops_nothing(
    database: Database, mailbox: Running
) -> None:
    config = smtp(fill(database, readers=2), mailbox)
    mailbox.script(rcpt={"reply": "550 5.1.1 no such user", "match": "reader-001"})

    def erase_refused() -> None:
        with database.writer() as session:
            for row in session.scalars(select(Outbox).where(Outbox.state == "failed")).all():
                erase_subscriber(session, subscriber_id=row.subscriber_id or 0)

    transport = Meanwhile(open_transport(config.mail), erase_refused)
    try:
        report = send_due(database, config, NOW, transport)
    finally:
        transport.close()
    assert (report.sent, report.failed, issue_state(database)) == (1, 1, "sent")
    with database.reader() as session:
        assert session.scalars(select(Subscriber.state)).all() == ["active"]


def test_a_server_that_knows_nobody_costs_no_reader(database: Database, mailbox: Running) -> None:
    config = smtp(fill(database, readers=6), mailbox)
    mailbox.script(rcpt={"reply": "550 5.1.1 no such user"})
    assert send(database, config).paused
    with database.reader() as session:
        assert set(session.scalars(select(Subscriber.state))) == {"active"}


def test_a_full_mailbox_gets_the_mail_again_until_it_ends(
    database: Database, mailbox: Running
) -> None:
    """S08: again after 2, 4, 8 … 64 hours, then nothing any more; the others are not touched."""
    config = smtp(fill(database, readers=2), mailbox)
    now, waited, outcomes = NOW, [], []
    assert send(database, config, now).sent == 2
    with database.reader() as session:
        row = session.scalars(select(Outbox).order_by(Outbox.id)).first()
        assert row is not None
        mail_id, person = str(row.message_id), row.subscriber_id
    report = dsn(status="5.2.2", message_id=mail_id)
    for _ in range(7):
        with database.writer() as session:
            settled = settle_bounce(session, read_bounce(report)[0], now=now)
            repeated = settle_bounce(session, read_bounce(report)[0], now=now)
        outcomes.append(settled.outcome)
        assert repeated.outcome == "known"
        if settled.until is None:
            break
        waited.append((settled.until - now) / timedelta(hours=1))
        assert send(database, config, settled.until - timedelta(minutes=1)).total == 0
        now = settled.until
        assert send(database, config, now).sent == 1
    assert outcomes == ["again"] * 6 + ["bounced"]
    assert waited == [2, 4, 8, 16, 32, 64]
    assert send(database, config, now + timedelta(days=3)).total == 0
    assert Counter(mailbox.recipients()) == {
        "reader-001@example.net": 7,
        "reader-002@example.net": 1,
    }
    copies = [raw for raw in mailbox.messages() if mail_id.encode() in raw]
    assert len(copies) == 7
    with database.reader() as session:
        assert session.get_one(Subscriber, person).state == "bounced"


def test_what_is_refused_for_what_it_is_goes_once_and_what_waits_is_put_off(
    database: Database, mailbox: Running
) -> None:
    config = smtp(fill(database, readers=1), mailbox)
    send(database, config)
    with database.writer() as session:
        row = session.scalars(select(Outbox)).one()
        person = row.subscriber_id
        waiting = OutboxRecord("later", "mail", row.recipient, subscriber_id=person)
        enqueue(session, [waiting], now=NOW)
        report = dsn(status="5.7.1", diagnostic="spam", message_id=str(row.message_id))
        settled = settle_bounce(session, read_bounce(report)[0], now=NOW)
    assert (settled.outcome, settled.until) == ("counted", NOW + timedelta(hours=2))
    with database.reader() as session:
        rows = {row.dedupe_key: row for row in session.scalars(select(Outbox))}
        assert rows.pop("later").not_before == NOW + timedelta(hours=2)
        (sent,) = rows.values()
        assert (sent.state, sent.error_code) == ("sent", "bounce_soft")
        (reader,) = recipients(session, edition="weekly")
        assert reader.paused_until == NOW + timedelta(hours=2)


def test_greylisting_is_retried_with_the_same_message_id(
    database: Database, mailbox: Running
) -> None:
    config = smtp(fill(database, readers=2), mailbox)
    mailbox.script(rcpt={"reply": "451 4.7.1 greylisted", "match": "reader-001"})
    report = send(database, config)
    assert (report.sent, report.retried) == (1, 1)
    assert issue_state(database) == "sending"
    with database.reader() as session:
        [row] = session.scalars(select(Outbox).where(Outbox.state == "queued"))
        identity, later = row.message_id, row.not_before
    assert later is not None
    assert timedelta(minutes=4) <= later - NOW <= timedelta(minutes=7)
    mailbox.script()
    assert send(database, config, NOW + timedelta(minutes=1)).total == 0
    assert send(database, config, NOW + timedelta(minutes=8)).sent == 1
    assert issue_state(database) == "sent"
    last = mailbox.messages()
    sent = [message_from_bytes(content)["Message-ID"] for content in last]
    assert identity in sent
    assert len(set(sent)) == 2


@pytest.mark.parametrize("step", ["dot", "kept"])
def test_lost_answer_is_unknown_and_never_sent_again(
    database: Database, mailbox: Running, step: str
) -> None:
    config = smtp(fill(database, readers=3), mailbox)
    mailbox.script(**{step: {"drop": True, "match": "reader-002"}})
    report = send(database, config)
    assert (report.sent, report.unknown) == (2, 1)
    mailbox.script()
    for days in (1, 2, 9):
        send(database, config, NOW + timedelta(days=days))
    copies = Counter(mailbox.recipients())
    assert copies["reader-002@example.net"] == (1 if step == "kept" else 0)
    assert states(database) == {"sent": 2, "unknown": 1}
    assert issue_state(database) == "sent"
    with database.writer() as session:
        [row] = session.scalars(select(Outbox).where(Outbox.state == "unknown"))
        retry(session, outbox_id=row.id, now=NOW + timedelta(days=9))
    send(database, config, NOW + timedelta(days=9))
    identities = Counter(
        message_from_bytes(content)["Message-ID"]
        for content in mailbox.messages()
        if b"reader-002" in content.split(b"\r\n", 1)[0]
    )
    # A person's resend is recognisable as the same message.
    assert len(identities) == 1


def test_people_who_left_get_nothing(database: Database, mailbox: Running) -> None:
    config = smtp(fill(database, readers=4), mailbox)
    key = b"k" * 40
    with database.writer() as session:
        people = session.scalars(select(Subscriber).order_by(Subscriber.id)).all()
        token = make_token(
            key,
            purpose="unsubscribe",
            row=people[0].id,
            address=people[0].address,
            edition="weekly",
        )
        unsubscribe(session, token, key=key, now=NOW)
        suppress(session, subscriber_id=people[1].id, reason="complaint", now=NOW)
        erase_subscriber(session, subscriber_id=people[2].id)
    report = send(database, config)
    assert report.sent == 1
    assert mailbox.recipients() == ["reader-004@example.net"]
    assert states(database) == {"sent": 1, "suppressed": 3}
    assert issue_state(database) == "sent"


def test_link_of_the_mail_ends_exactly_that_subscription(
    database: Database, mailbox: Running
) -> None:
    config = smtp(fill(database, readers=2), mailbox)
    send(database, config)
    message = message_from_bytes(mailbox.messages()[0], policy=policy.default)
    address = str(message["To"]) or mailbox.recipients()[0]
    token = message["List-Unsubscribe"].split("/u/")[1].split(">")[0]
    key = b"k" * 40
    with database.reader() as session:
        before = look_up(session, token, key=key, purpose="unsubscribe")
    assert before.active
    assert before.address[0] == address[0]
    assert address not in before.address
    for _ in range(3):
        with database.writer() as session:
            assert not unsubscribe(session, token, key=key, now=NOW).active
    with database.reader() as session:
        active = session.scalars(select(Subscriber.address).where(Subscriber.state == "active"))
        assert len(active.all()) == 1


def test_changed_content_is_not_sent(sqlite_database: Database, mailbox: Running) -> None:
    config = smtp(fill(sqlite_database, readers=1), mailbox)
    with sqlite_database.writer() as session:
        session.scalars(select(Issue)).one().title = "另一份刊物"
    report = send(sqlite_database, config)
    assert (report.sent, report.failed) == (0, 1)
    assert mailbox.messages() == []


def test_narrowed_subscription_gets_its_part(sqlite_database: Database, tmp_path: Path) -> None:
    config = settings(approval="automatic", mail=folder_mail(tmp_path))
    with sqlite_database.writer() as session:
        add_sources(session)
        add_readers(session, 3)
        for number in range(4):
            topic = ("数据要素",) if number % 2 else ("人工智能",)
            add_document(session, f"第{number}号办法", topics=topic)
        for number, wish in ((1, "数据要素"), (2, "无人关心")):
            token = make_token(
                b"k" * 40,
                purpose="manage",
                row=number,
                address=f"reader-00{number}@example.net",
                edition="weekly",
            )
            choose_topics(session, token, key=b"k" * 40, wishes=Wishes(topics=(wish,)))
    compose_due_issues(sqlite_database, config, now=END)
    assert send(sqlite_database, config).sent == 2
    texts = {}
    for path in tmp_path.glob("*.eml"):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        body = message.get_body(preferencelist=("plain",))
        assert body is not None
        texts[str(message["To"])] = body.get_content()
    assert sorted(texts) == ["reader-001@example.net", "reader-003@example.net"]
    narrow = texts["reader-001@example.net"]
    assert "第1号办法" in narrow
    assert "第0号办法" not in narrow
    assert "您的主题：数据要素" in narrow
    assert "第0号办法" in texts["reader-003@example.net"]


def test_alerts_leave_by_the_same_door(sqlite_database: Database, tmp_path: Path) -> None:
    config = settings(mail=folder_mail(tmp_path))
    with sqlite_database.writer() as session:
        record = OutboxRecord(
            dedupe_key="alert:1",
            channel="alert",
            recipient="ops@example.org",
            payload={"subject": "2 个来源异常\r\nBcc: x@y.example", "text": "✗ 示例市\n  空列表\n"},
        )
        enqueue(session, [record], now=NOW)
    assert send(sqlite_database, config).sent == 1
    [path] = tmp_path.glob("*.eml")
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert message["Bcc"] is None
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().splitlines() == ["✗ 示例市", "  空列表"]
