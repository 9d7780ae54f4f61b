"""A sender in a process of its own, to be killed: ``… -m tests.digest.sender URL PORT NOW``."""

from __future__ import annotations

import sys
from datetime import datetime

from digest.outbox import send_due
from digest.transports import open_transport
from storage.engine import open_database
from tests.digest.archive import settings


def main() -> None:
    """Send everything that is due, then stop."""
    url, port, now = sys.argv[1:4]
    config = settings(mail={"port": int(port), "timeout": 5, "final_timeout": 5})
    database = open_database(url)
    transport = open_transport(config.mail)
    try:
        send_due(database, config, datetime.fromisoformat(now), transport)
    finally:
        transport.close()
        database.dispose()


if __name__ == "__main__":
    main()
