"""Starting the process with the sample sites, and ending it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.demo.config import Addresses
from crawler.demo.server import ADDRESS_FILE
from crawler.demo.weeks import Weeks

START_SECONDS = 20.0


class SitesNotStarted(Exception):
    """The sample sites could not be started; the text holds what the process said."""


@contextmanager
def sample_sites(folder: Path, weeks: Weeks) -> Iterator[Addresses]:
    """The sample sites and the mailbox, running. Raises ``SitesNotStarted``."""
    path = folder / ADDRESS_FILE
    log = folder / "sites.log"
    command = [sys.executable, "-P", "-m", "crawler.demo.server"]
    command += ["--folder", str(folder), "--now", weeks.now.isoformat()]
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own module
            command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait(process, path, log)
        yield Addresses.read(path)
    finally:
        if process.stdin is not None:
            process.stdin.close()  # the process ends with its standard input
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], path: Path, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not path.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            said = log.read_text(encoding="utf-8", errors="replace")[-800:]
            raise SitesNotStarted(f"示例站点没有启动 / the sample sites did not start:\n{said}")
        time.sleep(0.02)
