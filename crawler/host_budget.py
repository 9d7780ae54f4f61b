"""The budget of hosts for looks by hand: the one that all crawls share, where there is a database.

A command that asks sites itself (``source new``, ``source record``, ``source test --live``,
``digest check --links``) takes its turns from the same rows as the crawls, and heeds and leaves
the same pauses, by the rules of ``crawler.fetch.waiting``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.errors import HostPaused
from crawler.fetch.waiting import pause_after, pauses_host, retry_after, strikes_now, too_far
from pipelines.urls import host_group
from storage import hosts
from storage.errors import StoreError
from storage.migrate import current, head

if TYPE_CHECKING:
    from storage.engine import Database
    from storage.settings import StorageConfig


def budget_url(storage: StorageConfig) -> str | None:
    """The database that keeps the budget; None before ``dibao init``, or when it cannot be used."""
    from storage.engine import open_database

    url = storage.database_url
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        return None
    database = open_database(url)
    try:
        return url if current(database) == head() else None
    except StoreError:
        return None
    finally:
        database.dispose()


class HostBudget:
    """Turns of one process, without a database; the base of the shared one. Blocking."""

    def __init__(self, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep
        self._next: dict[str, float] = {}

    def close(self) -> None:
        """Let go of what is held."""

    def wait(self, url: str, *, gap: float) -> None:
        """Return when the host of ``url`` may be asked; ``gap`` seconds between two requests.

        Raises HostPaused when that would take longer than a minute and than two gaps.
        """
        group, tick = host_group(url), time.monotonic()
        slot = max(tick, self._next.get(group, tick))
        self._next[group] = slot + gap
        self._sleep(slot - tick)

    def answered(self, url: str, *, status: int, wait_for: str | None) -> None:
        """Take note of a refusal; ``wait_for`` is its Retry-After."""


class SharedBudget(HostBudget):
    """Turns handed out by the database: two processes meet on no host."""

    def __init__(self, database: Database, *, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__(sleep=sleep)
        self.database = database

    def close(self) -> None:
        """Close the database."""
        self.database.dispose()

    def wait(self, url: str, *, gap: float) -> None:
        """As in the base; a pause that a crawl was told holds here."""
        group, now = host_group(url), datetime.now(UTC)
        with self.database.reader() as session:
            known = hosts.host_state(session, group)
            paused = known.not_before if known is not None else None
        if paused is not None and too_far((paused - now).total_seconds()):
            raise HostPaused(f"{group}: {paused:%Y-%m-%d %H:%M:%SZ}")
        with self.database.writer() as session:
            seconds = hosts.reserve_slot(session, group, now=now, delay_seconds=gap)
        if too_far(seconds, gap=gap):
            until = now + timedelta(seconds=seconds)
            raise HostPaused(f"{group}: {until:%Y-%m-%d %H:%M:%SZ}")
        self._sleep(seconds)

    def answered(self, url: str, *, status: int, wait_for: str | None) -> None:
        """A refusal pauses the host for everybody, as long as it asks or longer each time."""
        group, now = host_group(url), datetime.now(UTC)
        asked = retry_after(wait_for, now=now)
        if not pauses_host(status, asked):
            return
        with self.database.writer() as session:
            known = hosts.host_state(session, group)
            strikes = strikes_now(known.strikes, known.not_before, now=now) if known else 0
            hosts.set_not_before(
                session,
                group,
                not_before=now + (pause_after(strikes) if asked is None else asked),
                reason=f"HTTP {status}",
                strike=asked is None,
            )


def budget_of(storage: StorageConfig) -> HostBudget:
    """The shared budget where there is a database, else one of this process."""
    from storage.engine import open_database

    url = budget_url(storage)
    return SharedBudget(open_database(url)) if url is not None else HostBudget()
