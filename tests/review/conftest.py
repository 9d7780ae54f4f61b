"""A filled SQLite database per test, copied from one made once, and the application over it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from digest.settings import DigestConfig, MailConfig
from review.app import create_app, open_site
from review.draft_settings import DraftConfig
from review.passwords import Passwords
from review.secret import digest_of, new_token
from review.settings import ReviewConfig
from storage.engine import Database, open_database
from storage.migrate import upgrade
from storage.settings import StorageConfig
from storage.users import add_user, find_user, start_session
from tests.review.sample import NOW, fill
from tests.review.sample_texts import ITEMS
from tests.review.visitor import Visitor

EXTRA = 50
NEWEST = len(ITEMS) + EXTRA  # id of the first sample item, which arrived last
PASSWORDS = {
    "admin": "correct horse 01",
    "editor": "correct horse 02",
    "reader": "correct horse 03",
}


class CountingPasswords(Passwords):
    """Cheap hashes, and how often one was computed for a check."""

    def __init__(self) -> None:
        super().__init__(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.checks = 0

    def verify(self, stored: str | None, password: str) -> bool:
        self.checks += 1
        return super().verify(stored, password)


@dataclass
class Desk:
    """The application under test with its database and a clock that tests may turn."""

    app: FastAPI
    db: Database
    passwords: CountingPasswords
    now: datetime = NOW
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def visitor(self, role: str | None = None, **options: Any) -> Visitor:
        """A new browser, signed in as admin, editor or reader, or as nobody."""
        visitor = Visitor(self.app, loop=self.loop, **options)
        if role is not None:
            visitor.plant("dibao_session", self._session_of(role))
        return visitor

    def _session_of(self, role: str) -> str:
        """A session as a login would start it, without the cost of one."""
        token = new_token()
        with self.db.writer() as session:
            user = find_user(session, role)
            assert user is not None
            start_session(
                session,
                user_id=user.id,
                token_hash=digest_of(token),
                now=self.now,
                expires_at=self.now + timedelta(hours=72),
            )
        return token

    def close(self) -> None:
        """End threads and connections."""
        self.loop.close()
        self.db.dispose()

    def later(self, **delta: float) -> None:
        """Turn the clock on."""
        self.now += timedelta(**delta)


_APPS: list[FastAPI] = []


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Database file with sample rows and three users."""
    path = tmp_path_factory.mktemp("filled") / "dibao.db"
    db = open_database(f"sqlite:///{path}")
    upgrade(db)
    fill(db, extra=EXTRA)
    passwords = CountingPasswords()
    with db.writer() as session:
        for role, password in PASSWORDS.items():
            hashed = passwords.hash(password)
            add_user(session, name=role, password_hash=hashed, role=role, now=NOW)
    db.dispose()
    return path


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Database file with tables only."""
    path = tmp_path_factory.mktemp("empty") / "dibao.db"
    db = open_database(f"sqlite:///{path}")
    upgrade(db)
    db.dispose()
    return path


def settings(folder: Path, **review: Any) -> SimpleNamespace:
    """A whole configuration with the given ``[review]`` values."""
    return SimpleNamespace(
        review=ReviewConfig(**review),
        digest=DigestConfig(),
        mail=MailConfig(secret="k" * 40, public_url="https://dibao.example.org"),
        storage=StorageConfig(data_dir=folder),
        alerts=SimpleNamespace(check_url=""),
        draft=DraftConfig(),
    )


def open_desk(source: Path, folder: Path, **review: Any) -> Desk:
    """Copy a database and build the application over it."""
    folder = folder / source.parent.name
    folder.mkdir(parents=True)
    shutil.copy(source, folder / "dibao.db")
    db = open_database(f"sqlite:///{folder / 'dibao.db'}")
    passwords = CountingPasswords()
    config = settings(folder, **review)
    desk: Desk
    options: dict[str, Any] = {"db": db, "config": config, "clock": lambda: desk.now}
    # Building an application reads the signatures of all handlers: one serves all tests whose
    # settings are the usual ones, each with a site of its own.
    if review or not _APPS:
        app = create_app(**options, passwords=passwords)
        _APPS.extend([] if review else [app])
    else:
        app = _APPS[0]
        app.state.site = open_site(**options, passwords=passwords)
    desk = Desk(app, db, passwords)
    return desk


@pytest.fixture
def desk(filled: Path, tmp_path: Path) -> Iterator[Desk]:
    """The application over the sample rows."""
    opened = open_desk(filled, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def bare(empty: Path, tmp_path: Path) -> Iterator[Desk]:
    """The application on its first start."""
    opened = open_desk(empty, tmp_path)
    yield opened
    opened.close()
