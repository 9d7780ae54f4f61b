"""``dibao up``: several ``dibao`` processes side by side, each restarted when it dies.

Two processes rather than one, so that restarting one does not restart both, and so that the
web process never shares a loop with anything that can block.
"""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

log = logging.getLogger(__name__)

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
STABLE_AFTER = 60.0
STOP_SECONDS = 30.0
EXIT_USAGE = 2


@dataclass(slots=True)
class Member:
    """One supervised command. ``restart_at`` is on the monotonic clock, 0 while it runs."""

    command: str
    process: subprocess.Popen[bytes]
    started: float
    pause: float = FIRST_PAUSE
    restart_at: float = 0.0


def supervise(commands: Sequence[str], *, config_path: Path | None) -> int:
    """Run the commands until SIGTERM or SIGINT; returns the exit code.

    A member that ends with a usage error (2) ends the whole: a restart would not mend it.
    """
    stopping = False

    def ask_stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    previous = {
        number: signal.signal(number, ask_stop) for number in (signal.SIGTERM, signal.SIGINT)
    }
    members = [_start(command, config_path) for command in commands]
    code = 0
    try:
        while not stopping:
            for member in members:
                code = _look_after(member, config_path)
                if code:
                    stopping = True
                    break
            time.sleep(0.2)
    finally:
        _stop(members)
        for number, handler in previous.items():
            signal.signal(number, handler)
    return code


def _start(command: str, config_path: Path | None) -> Member:
    arguments = [sys.executable, "-P", "-m", "crawler", command]
    if config_path is not None:
        arguments += ["--config", str(config_path)]
    process = subprocess.Popen(arguments, start_new_session=True)  # noqa: S603 - our own module
    log.info("%s started as process %d", command, process.pid)
    return Member(command, process, time.monotonic())


def _look_after(member: Member, config_path: Path | None) -> int:
    """Restart a dead member after its pause; the code to end with, 0 to go on."""
    now = time.monotonic()
    if member.restart_at:
        if now >= member.restart_at:
            fresh = _start(member.command, config_path)
            member.process, member.started, member.restart_at = fresh.process, fresh.started, 0.0
        return 0
    code = member.process.poll()
    if code is None:
        return 0
    if code == EXIT_USAGE:
        log.error("%s cannot run with this configuration", member.command)
        return code
    if now - member.started > STABLE_AFTER:
        member.pause = FIRST_PAUSE
    log.error("%s ended with %d, restart in %.0f s", member.command, code, member.pause)
    member.restart_at = now + member.pause
    member.pause = min(member.pause * 2, LONGEST_PAUSE)
    return 0


def _stop(members: Sequence[Member]) -> None:
    for member in members:
        if member.process.poll() is None:
            member.process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for member in members:
        try:
            member.process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            member.process.kill()
            member.process.wait()
