"""The review desk of the demo: an account with a random password, and the process behind it."""

from __future__ import annotations

import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from review.passwords import Passwords
from storage.engine import Database
from storage.users import add_user

USER = "demo"
START_SECONDS = 30.0
STOP_SECONDS = 35.0


class DeskNotStarted(Exception):
    """The review page does not answer; the text holds the end of its log."""


def add_account(db: Database, *, now: datetime) -> str:
    """Add the account ``demo``; returns its password, which is stored only as a hash."""
    password = secrets.token_urlsafe(12)
    hashed = Passwords().hash(password)
    with db.writer() as session:
        add_user(session, name=USER, password_hash=hashed, role="admin", now=now)
    return password


@contextmanager
def review_desk(config_path: Path, url: str) -> Iterator[subprocess.Popen[bytes]]:
    """``dibao up``, with its log in a file. Raises ``DeskNotStarted``."""
    log = config_path.parent / "up.log"
    command = [sys.executable, "-P", "-m", "crawler", "up", "--config", str(config_path)]
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own module
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait(process, url, log)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            said = log.read_text(encoding="utf-8", errors="replace")[-800:]
            raise DeskNotStarted(
                f"审阅网页没有启动，日志 {log} / the review page did not start:\n{said}"
            )
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2):  # noqa: S310 - our own page on loopback
            return True
    except HTTPError:
        return True
    except OSError:
        return False
