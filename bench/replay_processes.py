"""Processes that live as long as a replay: they end with their standard input."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START_SECONDS = 30.0


@contextmanager
def helper(module: str, folder: Path, ready: str, *options: str) -> Iterator[dict[str, Any]]:
    """``bench.<module>`` running; yields what it wrote to ``ready`` once it listens.

    Raises RuntimeError with its last words when it does not start.
    """
    log = folder / f"{module}.log"
    command = [sys.executable, "-m", f"bench.{module}", "--folder", str(folder), *options]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=Path(__file__).parent.parent,
        )
    try:
        yield _wait(process, folder / ready, log)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], ready: Path, log: Path) -> dict[str, Any]:
    deadline = time.monotonic() + START_SECONDS
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            said = log.read_text(encoding="utf-8", errors="replace")[-800:]
            raise RuntimeError(f"{log.stem} did not start:\n{said}")
        time.sleep(0.02)
    found: dict[str, Any] = json.loads(ready.read_text(encoding="utf-8"))
    return found
