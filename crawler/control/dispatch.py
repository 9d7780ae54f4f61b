"""Starting and supervising crawl processes: one short-lived child per run.

The child closes itself at the soft limit. Here is the rest of the time box: SIGINT to its
process group at soft + ``hard_grace``, SIGKILL ``kill_grace`` later, and SIGKILL when its
heartbeat in the run row stays silent. Never two runs of one host group at a time, so that
one budget per host holds across sources.
"""

from __future__ import annotations

import logging
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from crawler.config import CrawlConfig
from crawler.control.next_look import set_next_look
from storage import runs
from storage.engine import Database
from storage.models import CrawlRun, Source

log = logging.getLogger(__name__)

EXIT_LEASE_HELD = 75


class Dispatcher(Protocol):
    """Something that runs queued crawl runs."""

    def start_queued(self, *, now: datetime) -> int:
        """Start what may start; the number of runs started."""

    def poll(self, *, now: datetime) -> list[int]:
        """Supervise; the ids of the runs that ended since the last call."""

    def stop(self, *, now: datetime) -> None:
        """End every child cleanly and wait for it."""


@dataclass(slots=True)
class Child:
    """One crawl process."""

    run_id: int
    host_group: str
    token: str
    process: subprocess.Popen[bytes]
    started: float
    log_path: Path
    soft_limit: float
    beat: datetime | None = None
    beat_seen: float = 0.0
    interrupted_at: float | None = None
    killed_because: str | None = None


@dataclass(slots=True)
class LocalDispatcher:
    """Runs children on this machine.

    ``config_path`` is handed to the child; ``clock`` is a monotonic clock in seconds.
    """

    db: Database
    config: CrawlConfig
    config_path: Path | None
    log_dir: Path
    clock: Callable[[], float] = time.monotonic
    children: dict[int, Child] = field(default_factory=dict)

    def start_queued(self, *, now: datetime) -> int:
        """Start queued runs while there is room; at most one per host group."""
        room = self.config.max_processes - len(self.children)
        if room <= 0:
            return 0
        busy = {child.host_group for child in self.children.values()}
        with self.db.reader() as session:
            waiting = [
                (run.id, session.get_one(Source, run.source_id).host_group, self._limit_of(run))
                for run in runs.queued_runs(session, now=now, limit=room * 20)
            ]
        started = 0
        for run_id, host_group, limit in waiting:
            if started >= room:
                break
            if run_id in self.children or host_group in busy:
                continue
            try:
                self.children[run_id] = self._start(run_id, host_group, limit)
            except OSError as error:
                self._not_started(run_id, error, now=now)
                break  # no processes, no memory, no disk: nor for the next one
            busy.add(host_group)
            started += 1
        return started

    def poll(self, *, now: datetime) -> list[int]:
        """Reap ended children, apply the time box; ids of ended runs."""
        ended: list[int] = []
        for child in list(self.children.values()):
            code = child.process.poll()
            if code is None:
                self._apply_time_box(child, now=now)
                continue
            del self.children[child.run_id]
            self._settle(child, code, now=now)
            ended.append(child.run_id)
        return ended

    def stop(self, *, now: datetime) -> None:
        """SIGINT to every child, wait ``kill_grace``, then SIGKILL; no run is left open."""
        for child in self.children.values():
            _signal_group(child, signal.SIGINT)
        deadline = self.clock() + self.config.kill_grace
        for child in list(self.children.values()):
            try:
                child.process.wait(timeout=max(0.1, deadline - self.clock()))
            except subprocess.TimeoutExpired:
                self._kill(child, "stopped")
                child.process.wait()
            self._settle(child, child.process.returncode, now=now)
        self.children.clear()

    def _limit_of(self, run: CrawlRun) -> float:
        since = (run.options or {}).get("since")
        return self.config.backfill_limit if since else self.config.soft_limit

    def _start(self, run_id: int, host_group: str, soft_limit: float) -> Child:
        token = secrets.token_hex(16)
        # -P: a folder called "storage" in the current directory must not shadow the package.
        command = [sys.executable, "-P", "-m", "crawler.child", "--run-id", str(run_id)]
        command += ["--lease-token", token]
        if self.config_path is not None:
            command += ["--config", str(self.config_path)]
        self.log_dir.mkdir(parents=True, exist_ok=True)
        log_path = self.log_dir / f"run-{run_id}.log"
        process = self.launch(command, log_path)
        log.info("run %d started as process %d", run_id, process.pid)
        return Child(run_id, host_group, token, process, self.clock(), log_path, soft_limit)

    def launch(self, command: Sequence[str], log_path: Path) -> subprocess.Popen[bytes]:
        """Start a crawl process as the leader of its own group; its output goes to the log."""
        with log_path.open("ab") as output:
            return subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _not_started(self, run_id: int, error: OSError, *, now: datetime) -> None:
        log.error("run %d cannot be started: %s", run_id, error)
        with self.db.writer() as session:
            if runs.cancel_queued(
                session, run_id=run_id, now=now, reason=str(error), error_code="start_failed"
            ):
                source_id = session.get_one(CrawlRun, run_id).source_id
                set_next_look(session, source_id=source_id, good=False, now=now)

    def _apply_time_box(self, child: Child, *, now: datetime) -> None:
        age = self.clock() - child.started
        hard = child.soft_limit + self.config.hard_grace
        if child.interrupted_at is not None:
            if self.clock() - child.interrupted_at > self.config.kill_grace:
                self._kill(child, "time_box")
            return
        if age > hard:
            log.warning("run %d is over its time box: interrupting", child.run_id)
            child.interrupted_at = self.clock()
            _signal_group(child, signal.SIGINT)
        elif age > self.config.heartbeat_silence and self._silent(child, now=now):
            self._kill(child, "heartbeat_silent")

    def _silent(self, child: Child, *, now: datetime) -> bool:
        """Whether the heartbeat is old, and has been for long by our own monotonic clock.

        A machine that wakes, or whose clock was set, finds every heartbeat hours old at once.
        """
        silence = self.config.heartbeat_silence
        with self.db.reader() as session:
            run = session.get(CrawlRun, child.run_id)
            beat = run.heartbeat_at if run is not None else None
        if beat is not None and abs(now - beat) <= timedelta(seconds=silence):
            child.beat_seen = 0.0
            return False
        if not child.beat_seen or beat != child.beat:
            child.beat, child.beat_seen = beat, self.clock()
        return self.clock() - child.beat_seen > silence / 2

    def _kill(self, child: Child, reason: str) -> None:
        log.warning("run %d killed: %s", child.run_id, reason)
        child.killed_because = reason
        _signal_group(child, signal.SIGKILL)

    def _settle(self, child: Child, code: int, *, now: datetime) -> None:
        """Close a run row that its child left open (killed, crashed, out of memory)."""
        if code == EXIT_LEASE_HELD:
            return
        state, error = "failed", "child_died"
        if child.killed_because or child.interrupted_at is not None:
            state, error = "timed_out", child.killed_because or "time_box"
        detail = f"exit {code}; {_log_tail(child.log_path)}"
        with self.db.writer() as session:
            open_still = runs.finish_run(
                session,
                run_id=child.run_id,
                lease_token=child.token,
                state=state,
                reason=error,
                error_code=error,
                error_detail=detail,
                now=now,
            ) or runs.cancel_queued(
                session, run_id=child.run_id, now=now, reason=detail, error_code=error
            )
            if open_still:
                source_id = session.get_one(CrawlRun, child.run_id).source_id
                good = None if error == "stopped" else False
                set_next_look(session, source_id=source_id, good=good, now=now)
        if open_still:
            log.error("run %d ended as %s (%s), exit code %d", child.run_id, state, error, code)
        elif code == 0:
            with suppress(OSError):
                child.log_path.unlink()


def _signal_group(child: Child, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.process.pid, number)


def _log_tail(path: Path, *, limit: int = 600) -> str:
    """The end of a child's log: what it said before it died."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - limit))
            return file.read().decode("utf-8", "replace").strip()
    except OSError:
        return ""
