"""A sender in a process of its own, to be killed."""

from __future__ import annotations

from datetime import datetime

from digest.outbox import send_due
from digest.transports import open_transport
from storage.engine import open_database
from tests.digest.archive import settings


def send_all(url: str, port: int, now: datetime) -> None:
    """Send everything that is due, then stop."""
    config = settings(mail={"port": port, "timeout": 5, "final_timeout": 5})
    database = open_database(url)
    transport = open_transport(config.mail)
    try:
        send_due(database, config, now, transport)
    finally:
        transport.close()
        database.dispose()
