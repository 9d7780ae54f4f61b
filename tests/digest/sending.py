"""An approved issue in a database, and one round of sending it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from digest.compose import compose_due_issues
from digest.outbox import SendReport, send_due
from digest.settings import MailConfig
from digest.transports import open_transport
from storage.engine import Database
from storage.issues import list_issues
from storage.outbox import count_states
from tests.digest.archive import END, Settings, add_document, add_readers, add_sources, settings
from tests.digest.smtp_server import Running

NOW = END + timedelta(minutes=5)


def fill(db: Database, *, readers: int, **edition: Any) -> Settings:
    """An approved issue with six items, queued for so many readers."""
    config = settings(approval="automatic", **edition)
    with db.writer() as session:
        add_sources(session)
        add_readers(session, readers)
        for number in range(6):
            topic = ("数据要素",) if number % 2 else ("人工智能",)
            add_document(session, f"第{number}号办法", topics=topic)
    compose_due_issues(db, config, now=END)
    return config


def smtp(config: Settings, server: Running, **mail: Any) -> Settings:
    values = {"host": "127.0.0.1", "port": server.port, "timeout": 5, "final_timeout": 5, **mail}
    return Settings(config.digest, MailConfig(**{**config.mail.model_dump(), **values}))


def send(db: Database, config: Settings, now: datetime = NOW) -> SendReport:
    transport = open_transport(config.mail)
    try:
        return send_due(db, config, now, transport)
    finally:
        transport.close()


def states(db: Database) -> dict[str, int]:
    with db.reader() as session:
        return {state: count for state, count in count_states(session).items() if count}


def issue_state(db: Database) -> str:
    with db.reader() as session:
        return list_issues(session)[0].state
