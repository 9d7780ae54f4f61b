"""Returned mails: who is unknown, who is full, who complains, and what is no report at all."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from crawler.cli import app
from digest.bounces import Bounce, read_bounce, settle_bounce
from digest.message import message_id, return_path
from digest.settings import MailConfig
from storage.engine import Database, open_database
from storage.migrate import upgrade
from storage.models import Outbox, Subscriber
from storage.outbox import OutboxRecord, enqueue
from storage.subscribers import subscribe
from tests.storage.samples import NOW

OURS = "<5f1c.7@news.example.cn>"


def dsn(
    *,
    status: str,
    action: str = "failed",
    diagnostic: str = "smtp; 550 no",
    message_id: str = OURS,
    headers_only: bool = False,
) -> bytes:
    """A report as mail servers write it (RFC 3464)."""
    if headers_only:
        original = "Content-Type: text/rfc822-headers\n\n"
    else:
        original = "Content-Type: message/rfc822\n\n"
    return (
        "From: MAILER-DAEMON@mx.reader.cn\nTo: digest@news.example.cn\n"
        "Subject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\n"
        "MIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\n\n'
        "--B\nContent-Type: text/plain\n\nI'm sorry to have to inform you.\n\n"
        "--B\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mx.reader.cn\n\n"
        "Final-Recipient: rfc822; Wang@Reader.cn\n"
        f"Action: {action}\nStatus: {status}\nDiagnostic-Code: {diagnostic}\n\n"
        f"--B\n{original}From: digest@news.example.cn\nMessage-ID: {message_id}\n"
        "Subject: weekly\n\n--B--\n"
    ).encode()


def words(text: str, *, subject: str = "系统退信", charset: str = "utf-8") -> bytes:
    """A report in words, as some providers send it."""
    message = EmailMessage()
    message["From"] = "邮件系统 <postmaster@reader.cn>"
    message["Subject"] = subject
    message.set_content(text, charset=charset, cte="base64")
    return message.as_bytes()


COMPLAINT = (
    b"From: abuse@reader.cn\nSubject: complaint\nMIME-Version: 1.0\n"
    b'Content-Type: multipart/report; report-type=feedback-report; boundary="B"\n\n'
    b"--B\nContent-Type: text/plain\n\nSpam complaint\n\n"
    b"--B\nContent-Type: message/feedback-report\n\n"
    b"Feedback-Type: abuse\nVersion: 1\nOriginal-Rcpt-To: wang@reader.cn\n\n"
    b"--B\nContent-Type: message/rfc822\n\nMessage-ID: " + OURS.encode() + b"\n\nx\n\n--B--\n"
)


@pytest.mark.parametrize(
    ("status", "diagnostic", "kind"),
    [
        ("4.2.2", "smtp; 452 over quota", "passes"),
        ("5.4.7", "smtp; delivery time expired", "passes"),
        ("5.0.0", "smtp; 552 mailbox is full", "passes"),
        ("5.1.1", "smtp; 550 5.1.1 user unknown", "hard"),
        ("5.2.1", "smtp; 550 mailbox disabled", "hard"),
        ("5.0.0", "smtp; 550 5.1.1 <wang@reader.cn>: Recipient address rejected", "hard"),
        ("5.0.0", "smtp; 550 Mailbox not found", "hard"),
        ("5.0.0", "smtp; 554 message refused", "soft"),
        ("5.2.2", "smtp; 552 5.2.2 mailbox full", "passes"),
        ("5.2.3", "smtp; 552 5.2.3 message too large", "soft"),
        ("5.7.1", "smtp; 554 5.7.1 user unknown to our spam filter", "soft"),
        ("5.1.8", "smtp; 501 sender domain rejected", "soft"),
        ("4.4.1", "smtp; connection timed out", "passes"),
    ],
)
def test_the_codes_decide_and_vague_ones_by_their_words(
    status: str, diagnostic: str, kind: str
) -> None:
    (found,) = read_bounce(dsn(status=status, diagnostic=diagnostic))
    told = "passes" if found.passes else found.kind
    assert (told, found.recipient, found.message_id) == (kind, "wang@reader.cn", OURS)
    assert found.kind == "soft" or not found.passes
    (short,) = read_bounce(dsn(status=status, diagnostic=diagnostic, headers_only=True))
    assert short == found


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (dsn(status="4.4.1", action="delayed"), "delayed"),
        (COMPLAINT, "complaint"),
        (words(f"您的邮件被退回：收件人邮箱不存在。\nMessage-ID: {OURS}\n"), "hard"),
        (words(f"550 User not found: wang@reader.cn\nMessage-ID: {OURS}\n"), "hard"),
        (words(f"对方邮箱已满，请稍后再试 552\nMessage-ID: {OURS}\n", charset="gb18030"), "soft"),
        (words("我下周休假，请联系同事。", subject="自动回复：周报"), "other"),
        (b"\xff\xfe\x00garbage", "other"),
        (b"", "other"),
    ],
)
def test_reports_in_words_and_what_is_none(content: bytes, kind: str) -> None:
    (found,) = read_bounce(content)
    assert found.kind == kind, found
    if kind not in ("other",):
        assert found.message_id == OURS


def _sent(database: Database, *, message_id: str = OURS) -> int:
    """A reader, and a mail to them that went out; the reader's id."""
    with database.writer() as session:
        person = subscribe(
            session,
            address="wang@reader.cn",
            edition="weekly",
            consent={"by": "test"},
            now=NOW,
            confirmed=True,
        )
        record = OutboxRecord(
            dedupe_key=message_id, channel="mail", recipient=person.address, subscriber_id=person.id
        )
        enqueue(session, [record], now=NOW)
        row = session.scalars(select(Outbox).where(Outbox.dedupe_key == message_id)).one()
        row.state, row.message_id = "sent", message_id
        return person.id


def _state(database: Database, person: int) -> str:
    with database.reader() as session:
        return session.get_one(Subscriber, person).state


def _settle(database: Database, bounce: Bounce) -> str:
    with database.writer() as session:
        return settle_bounce(session, bounce, now=NOW + timedelta(hours=1)).outcome


def test_unknown_ends_full_counts_and_each_mail_counts_once(database: Database) -> None:
    person = _sent(database)
    soft = read_bounce(dsn(status="5.2.2"))[0]
    assert _settle(database, soft) == "counted"
    assert _settle(database, soft) == "known"
    assert _state(database, person) == "active"
    other = "<another@news.example.cn>"
    _sent(database, message_id=other)
    gone = read_bounce(dsn(status="5.1.1", message_id=other))[0]
    assert _settle(database, gone) == "bounced"
    assert _state(database, person) == "bounced"


def test_a_report_that_quotes_nothing_is_known_by_its_own_address(database: Database) -> None:
    mail = MailConfig(from_address="d@news.example.cn", bounce_address="bounce@news.example.cn")
    identity = message_id(mail=mail, edition="weekly", issue=1, recipient="wang@reader.cn")
    person = _sent(database, message_id=identity)
    path = return_path(mail, identity)
    assert re.fullmatch(r"bounce\+[0-9a-f]{32}@news\.example\.cn", path)
    assert (
        return_path(MailConfig(from_address="d@news.example.cn"), identity) == "d@news.example.cn"
    )
    report = f"To: {path}\n".encode() + words("550 User not found")
    (found,) = read_bounce(report)
    assert (found.kind, found.message_id) == ("hard", None)
    other = replace(found, token="0" * 32)
    assert _settle(database, other) == "unmatched"
    assert _settle(database, found) == "bounced"
    assert _state(database, person) == "bounced"


def test_a_report_about_mail_that_was_never_sent_changes_nothing(database: Database) -> None:
    """Anybody can write one."""
    person = _sent(database)
    forged = read_bounce(dsn(status="5.1.1", message_id="<guess@news.example.cn>"))[0]
    assert _settle(database, forged) == "unmatched"
    assert _state(database, person) == "active"
    assert _settle(database, read_bounce(COMPLAINT)[0]) == "suppressed"
    assert _state(database, person) == "suppressed"


def test_the_command_reads_files_and_standard_input(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'data' / 'dibao.db'}")
    upgrade(database)
    _sent(database)
    database.dispose()
    config = tmp_path / "dibao.toml"
    config.write_text('[storage]\ndata_dir = "data"\n', encoding="utf-8")
    report = tmp_path / "bounce.eml"
    report.write_bytes(dsn(status="5.1.1"))
    done = CliRunner().invoke(app, ["outbox", "bounce", str(report), "--config", str(config)])
    assert (done.exit_code, "w***@reader.cn" in done.output) == (0, True), done.output
    again = CliRunner().invoke(
        app, ["outbox", "bounce", "-", "--config", str(config)], input=b"hello"
    )
    assert again.exit_code == 3
