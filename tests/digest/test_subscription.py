"""Signed links: short, bound to one person and publication, useless when altered; double opt-in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from digest.compose import compose_issue
from digest.errors import TokenInvalid
from digest.issues import approve_issue
from digest.narrow import Wishes
from digest.recipients import add_configured_recipients
from digest.settings import MailConfig
from digest.subscription import (
    choose_topics,
    confirm,
    issue_of_token,
    look_up,
    request_subscription,
    unsubscribe,
    unsubscribe_all,
)
from digest.tokens import check_token, make_token, read_key, token_row
from storage.engine import Database
from storage.models import Outbox, Subscriber
from storage.outbox import claim
from storage.subscribers import recipients, subscribe
from tests.digest.archive import (
    END,
    PERIOD,
    SEEN,
    add_document,
    add_readers,
    add_sources,
    settings,
)

KEY = b"k" * 40


@given(row=st.integers(0, 2**40), address=st.emails(), edition=st.sampled_from(["weekly", "law"]))
def test_token_is_short_and_opens_only_its_own_door(row: int, address: str, edition: str) -> None:
    token = make_token(KEY, purpose="unsubscribe", row=row, address=address, edition=edition)
    assert len(token) <= 32
    assert token_row(token) == row
    assert address not in token
    check_token(token, KEY, purpose="unsubscribe", address=address, edition=edition)
    for key, purpose, who, what in (
        (b"x" * 40, "unsubscribe", address, edition),
        (KEY, "manage", address, edition),
        (KEY, "unsubscribe", f"x{address}", edition),
        (KEY, "unsubscribe", address, f"{edition}x"),
    ):
        with pytest.raises(TokenInvalid):
            check_token(token, key, purpose=purpose, address=who, edition=what)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "token",
    ["", ".", "1", "1.", ".abc", "1.x", "ß.x", "1.\u00e9", "../../etc", "z" * 60, "-1.x", "1 .x"],
)
def test_broken_tokens_are_refused(token: str) -> None:
    with pytest.raises(TokenInvalid):
        check_token(token, KEY, purpose="unsubscribe", address="a@b.example", edition="weekly")


def test_every_single_change_breaks_a_token() -> None:
    token = make_token(KEY, purpose="unsubscribe", row=77, address="a@b.example", edition="weekly")
    for place in range(len(token)):
        other = "A" if token[place] != "A" else "B"
        broken = token[:place] + other + token[place + 1 :]
        with pytest.raises(TokenInvalid):
            check_token(broken, KEY, purpose="unsubscribe", address="a@b.example", edition="weekly")


def test_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    path = tmp_path / "data" / "mail.secret"
    mail = MailConfig(secret_file=path)
    first = read_key(mail)
    assert first is not None
    assert len(first) >= 32
    assert read_key(mail) == first
    assert path.stat().st_mode & 0o077 == 0
    assert read_key(MailConfig(secret_file=None)) is None
    with pytest.raises(ValueError, match="32"):
        read_key(MailConfig(secret="short"))


def link_of(database: Database, address: str, *, edition: str, purpose: str) -> str:
    with database.reader() as session:
        person = session.scalars(select(Subscriber).where(Subscriber.address == address)).one()
    return make_token(
        KEY,
        purpose=purpose,  # type: ignore[arg-type]
        row=person.id,
        address=person.address,
        edition=edition,
    )


def test_one_click_ends_one_publication_and_may_repeat(database: Database) -> None:
    with database.writer() as session:
        add_readers(session, 1)
        add_readers(session, 1, edition="law")
    token = link_of(database, "reader-001@example.net", edition="weekly", purpose="unsubscribe")
    for _ in range(3):
        with database.reader() as session:
            look_up(session, token, key=KEY, purpose="unsubscribe")
    with database.reader() as session:
        assert len(recipients(session, edition="weekly")) == 1
    for _ in range(3):
        with database.writer() as session:
            assert not unsubscribe(session, token, key=KEY, now=END).active
    with database.reader() as session:
        assert recipients(session, edition="weekly") == []
        assert len(recipients(session, edition="law")) == 1
    everything = link_of(database, "reader-001@example.net", edition="law", purpose="manage")
    with database.writer() as session:
        unsubscribe_all(session, everything, key=KEY, now=END)
    with database.reader() as session:
        assert recipients(session, edition="law") == []


def test_topics_are_chosen_with_the_other_link_only(database: Database) -> None:
    with database.writer() as session:
        add_readers(session, 1)
    manage = link_of(database, "reader-001@example.net", edition="weekly", purpose="manage")
    leave = link_of(database, "reader-001@example.net", edition="weekly", purpose="unsubscribe")
    with database.writer() as session:
        wishes = Wishes(topics=("数据要素",), regions=("广东",))
        assert choose_topics(session, manage, key=KEY, wishes=wishes).wishes == wishes
        with pytest.raises(TokenInvalid):
            choose_topics(session, leave, key=KEY, wishes=Wishes())
        with pytest.raises(TokenInvalid):
            unsubscribe(session, manage, key=KEY, now=END)


def test_double_opt_in(database: Database) -> None:
    config = settings()
    with database.writer() as session:
        for _ in range(3):
            request_subscription(
                session,
                mail=config.mail,
                key=KEY,
                address="new@example.org",
                edition="weekly",
                title="政策与法律周报",
                consent={"ip": "192.0.2.1"},
                now=END,
            )
    with database.writer() as session:
        assert recipients(session, edition="weekly") == []
        [row] = claim(session, worker="w", now=END, limit=9)
        text = row.payload["text"]
        assert "https://digest.example.org/c/" in text
    token = text.split("/c/")[1].split()[0]
    for _ in range(2):
        with database.writer() as session:
            assert confirm(session, token, key=KEY, now=END, evidence={"ip": "192.0.2.1"}).active
    with database.reader() as session:
        [person] = recipients(session, edition="weekly")
        assert person.address == "new@example.org"


def test_configured_recipients_join_once_and_may_leave_for_good(database: Database) -> None:
    edition = settings(recipients=("desk@example.org",)).digest.editions[0]
    with database.writer() as session:
        assert add_configured_recipients(session, edition=edition, now=SEEN) == 1
        assert add_configured_recipients(session, edition=edition, now=SEEN) == 0
    token = link_of(database, "desk@example.org", edition="weekly", purpose="unsubscribe")
    with database.writer() as session:
        unsubscribe(session, token, key=KEY, now=SEEN)
        assert add_configured_recipients(session, edition=edition, now=END) == 0
        assert recipients(session, edition="weekly") == []
    with database.writer() as session:
        subscribe(
            session,
            address="desk@example.org",
            edition="weekly",
            consent={"by": "self"},
            now=END + timedelta(days=1),
            confirmed=True,
        )
        assert len(recipients(session, edition="weekly")) == 1


def test_web_link_of_an_issue_opens_once_it_is_out(database: Database) -> None:
    config = settings()
    with database.writer() as session:
        add_sources(session)
        add_document(session, "文件")
        made = compose_issue(session, config.digest.editions[0], PERIOD, END)
        issue_id = made.issue_id or 0
        token = make_token(KEY, purpose="issue", row=issue_id, address="", edition="weekly")
        with pytest.raises(TokenInvalid):
            issue_of_token(session, token, key=KEY)
        approve_issue(session, config, issue_id, actor="e", now=END)
        assert issue_of_token(session, token, key=KEY).id == issue_id
        with pytest.raises(TokenInvalid):
            issue_of_token(session, f"{token[:-1]}-", key=KEY)
        assert session.scalars(select(Outbox)).all() == []
