"""The clock: APScheduler with a few ticks, no state of its own.

All schedules are rows, so a late wake-up or a second scheduler can neither double nor lose
anything; a lease lets one scheduler work while others stand by. Grace is unlimited and missed
ticks coalesce: the library's default of one second drops a late tick with only a log line.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from crawler.config import Config
from crawler.control import ticks
from crawler.control.dispatch import Dispatcher, LocalDispatcher
from storage import leases
from storage.engine import Database
from storage.errors import StoreError

log = logging.getLogger(__name__)

LEASE = "scheduler"
LEASE_SECONDS = 90
CHILDREN_SECONDS = 1.0
LEASE_EVERY = 20.0
CLOCK_SECONDS = 5.0
CLOCK_JUMP = 5.0


def now_utc() -> datetime:
    """The scheduler's clock."""
    return datetime.now(UTC)


class Scheduler:
    """Runs the ticks while it holds the lease."""

    def __init__(
        self, config: Config, *, config_path: Path | None, db: Database, dispatcher: Dispatcher
    ) -> None:
        self.config = config
        self.config_path = config_path
        self.db = db
        self.dispatcher = dispatcher
        self.holder = f"{socket.gethostname()}:{os.getpid()}"
        self.token: str | None = None
        self.stopping = False

    def start(self) -> BackgroundScheduler:
        """Schedule all ticks, each for the first time at once."""
        clock = BackgroundScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1}
        )
        plan = self.config.schedule
        self.renew_lease()
        every: list[tuple[float, Callable[[], object]]] = [
            (LEASE_EVERY, self.renew_lease),
            (CHILDREN_SECONDS, self.children),
            (plan.due_every, self.due),
            (plan.reap_every, self.reap),
            (plan.outbox_every, self.outbox),
            (plan.editions_every, self.editions),
            (plan.health_every, self.health),
        ]
        first = now_utc()
        for order, (seconds, tick) in enumerate(every):
            self._add(
                clock,
                tick,
                "interval",
                seconds=seconds,
                next_run_time=first + timedelta(seconds=0.2 * order),
            )
        nightly = CronTrigger(hour=plan.housekeeping_hour, timezone=plan.timezone)
        self._add(clock, self.housekeeping, nightly)
        clock.start()
        return clock

    def _add(
        self, clock: BackgroundScheduler, tick: Callable[[], object], *trigger: Any, **options: Any
    ) -> None:
        name = getattr(tick, "__name__", "tick")
        clock.add_job(_guarded(tick, name), *trigger, id=name, misfire_grace_time=None, **options)

    def renew_lease(self) -> None:
        """Take or keep the lease; without it every tick is idle."""
        now = now_utc()
        ttl = timedelta(seconds=LEASE_SECONDS)
        with self.db.writer() as session:
            if self.token is not None and leases.renew(
                session, name=LEASE, token=self.token, now=now, ttl=ttl
            ):
                return
            taken = leases.acquire(session, name=LEASE, holder=self.holder, now=now, ttl=ttl)
            token = taken.token if taken else None
        if token and not self.token:
            log.info("this scheduler is in charge")
        elif self.token and not token:
            log.warning("another scheduler is in charge now")
        self.token = token

    @property
    def in_charge(self) -> bool:
        """Whether this process may act."""
        return self.token is not None

    def children(self) -> None:
        """Supervise crawl processes (always) and start queued runs (when in charge)."""
        now = now_utc()
        self.dispatcher.poll(now=now)
        if self.in_charge:
            self.dispatcher.start_queued(now=now)

    def due(self) -> None:
        """Follow the catalogue and queue due sources."""
        if self.in_charge and self.config.schedule.enabled:
            ticks.queue_due(self.db, self.config, now=now_utc())
        if self.in_charge:
            ticks.ping(self.config.alerts.check_url)

    def reap(self) -> None:
        """Queue runs of dead machines again."""
        if self.in_charge:
            ticks.reap(self.db, self.config, now=now_utc())

    def outbox(self) -> None:
        """Send what is waiting."""
        if self.in_charge:
            ticks.send(self.db, self.config, now=now_utc(), go_on=lambda: not self.stopping)

    def editions(self) -> None:
        """Compose due issues."""
        if self.in_charge:
            ticks.compose_due(self.db, self.config, now=now_utc())

    def health(self) -> None:
        """Judge the sources and tell people."""
        if self.in_charge:
            ticks.judge(self.db, self.config, now=now_utc())

    def housekeeping(self) -> None:
        """Prune what is no longer needed; back up SQLite."""
        if self.in_charge:
            ticks.housekeeping(self.db, self.config, now=now_utc())

    def stop(self, clock: BackgroundScheduler) -> None:
        """End ticks and children, hand the lease back. A round of mail ends between two mails."""
        self.stopping = True
        clock.shutdown(wait=True)
        self.dispatcher.stop(now=now_utc())
        if self.token is not None:
            with suppress(StoreError), self.db.writer() as session:
                leases.release(session, name=LEASE, token=self.token)


def _guarded(tick: Callable[[], object], name: str) -> Callable[[], None]:
    """A tick that fails is logged and comes again; it never ends the scheduler."""

    def run() -> None:
        try:
            tick()
        except StoreError as error:
            log.error("tick %s: [%s] %s", name, error.code, error)
        except Exception:
            log.exception("tick %s failed", name)

    return run


def run_scheduler(config: Config, *, config_path: Path | None, db: Database) -> None:
    """Run until SIGTERM or SIGINT."""
    dispatcher = LocalDispatcher(
        db=db,
        config=config.crawl,
        config_path=config_path,
        log_dir=config.storage.data_dir / "logs",
    )
    scheduler = Scheduler(config, config_path=config_path, db=db, dispatcher=dispatcher)
    stop = _stop_event()
    clock = scheduler.start()
    log.info("scheduler running")
    ahead = clock_ahead()
    while not stop.wait(CLOCK_SECONDS):
        before, ahead = ahead, clock_ahead()
        if before - ahead > CLOCK_JUMP:
            log.warning("the clock was set back by %.0f s", before - ahead)
            catch_up(clock)
    scheduler.stop(clock)
    log.info("scheduler stopped")


def clock_ahead() -> float:
    """How far the clock on the wall is ahead of the one that only counts, in seconds."""
    return time.time() - time.monotonic()


def catch_up(clock: BackgroundScheduler) -> None:
    """Let every tick come now: the library waits until the old times come round again, so that
    after a clock set back by an hour nothing would be crawled or sent for an hour."""
    now = now_utc()
    for job in clock.get_jobs():
        if isinstance(job.trigger, CronTrigger):
            job.reschedule(job.trigger)
        else:
            job.modify(next_run_time=now)


def run_worker(dispatcher: Dispatcher, *, clock: Callable[[], datetime]) -> None:
    """Take queued runs until SIGTERM or SIGINT, without scheduling."""
    stop = _stop_event()
    log.info("worker running")
    while not stop.wait(CHILDREN_SECONDS):
        try:
            dispatcher.poll(now=clock())
            dispatcher.start_queued(now=clock())
        except StoreError as error:
            log.error("worker: [%s] %s", error.code, error)
    dispatcher.stop(now=clock())


def _stop_event() -> threading.Event:
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    return stop
