"""Crawl processes forked from one that has loaded everything: real processes, a second sooner.

Loading Scrapy, SQLAlchemy and numpy costs a second for each child. The fork server loads them once
and starts no reactor, no thread and no database, so each fork begins like a fresh interpreter.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from crawler.control.dispatch import LocalDispatcher

PRELOAD = [
    "scrapy.core.downloader.handlers.http11",
    "crawler.child",
    "crawler.fetch.recorder",
    "crawler.fetch.loader",
    "crawler.fetch.challenge",
    "crawler.fetch.conditional",
    "crawler.fetch.compression",
    "crawler.fetch.redirects",
    "crawler.fetch.attachments",
    "pipelines.attachments.body",
    "pipelines.attachments.limited",
    "pipelines.clean",
    "pipelines.metadata",
    "pipelines.fingerprint",
    "pipelines.classify",
    "pipelines.diff",
    "pipelines.judging",
    "pipelines.summary",
    "storage.documents",
    "tests.crawler.fetch.forked",
]
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a fork must not inherit threads
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(PRELOAD)


class Forked:
    """A running child, with the part of ``subprocess.Popen`` that tests use."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        folder: Path,
        scrapy: bool,
        fault: Callable[[], None] | None = None,
        log: Path | None = None,
    ) -> None:
        self.log = log or folder / f"child-{time.monotonic_ns()}.log"
        self._process = _CONTEXT.Process(
            target=_run, args=(list(arguments), str(folder), str(self.log), scrapy, fault)
        )
        self._process.start()

    @property
    def pid(self) -> int:
        """Process id; also that of its group."""
        return self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        """Exit code, negative for a signal; None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """Exit code, None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for the end. Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("fork", timeout or 0.0)
        return self._process.exitcode

    def communicate(self, timeout: float) -> tuple[str, None]:
        """Wait for the end; everything it printed. Raises TimeoutError, after ending it."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self._process.join()
            raise TimeoutError(f"still running after {timeout} s:\n{self.log.read_text()}")
        return self.log.read_text(encoding="utf-8"), None


class ForkingDispatcher(LocalDispatcher):
    """Forks its children from a process that has loaded the program: a second sooner each."""

    def launch(self, command: Sequence[str], log_path: Path) -> Any:
        """A crawl process in the current folder, with its output in the log."""
        return Forked(command[4:], folder=Path.cwd(), scrapy=False, log=log_path)


def _run(
    arguments: list[str], folder: str, log: str, scrapy: bool, fault: Callable[[], None] | None
) -> None:
    """In the fork: output to the log, an own group, the fault, then the program itself."""
    os.setsid()
    os.chdir(folder)
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in (1, 2):
        os.dup2(target, number)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115
    if fault is not None:
        fault()
    if not scrapy:
        from crawler.child import main

        sys.exit(main(arguments))
    os.environ["SCRAPY_SETTINGS_MODULE"] = "crawler.settings"
    from scrapy.cmdline import execute

    execute(["scrapy", *arguments])
