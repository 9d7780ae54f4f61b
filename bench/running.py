"""Shared by the crawl benchmarks: the site process, measured processes, slopes, gates."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Usage:
    """What one measured process used."""

    cpu: float
    rss_mb: int
    first_request_cpu: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of a report; ``gate`` None: shown only. Ratios have no unit."""

    name: str
    value: float
    gate: float | None = None
    unit: str = ""

    @property
    def ok(self) -> bool:
        """Whether the figure is within its gate."""
        return self.gate is None or self.value <= self.gate


@contextmanager
def site(total: int) -> Iterator[str]:
    """The generated site, in a process of its own; yields its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.site", "--total", str(total)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if process.stdout is None:
            raise RuntimeError("the site process has no output")
        port = process.stdout.readline().strip()
        if not port:
            raise RuntimeError("the site process did not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def measure(mode: str, *options: str) -> Usage:
    """Run one measured process to its end."""
    environment = {
        **os.environ,
        "DIBAO_CRAWL__ALLOW_PRIVATE": '["127.0.0.1"]',
        "DIBAO_CRAWL__DELAY": "0",
        "DIBAO_CRAWL__SOFT_LIMIT": "3600",
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench.measured", mode, *options],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{mode} failed:\n{done.stderr[-3000:]}")
    return Usage(**json.loads(done.stdout.splitlines()[-1]))


def slope(small: Sequence[Usage], large: Sequence[Usage], *, pages: int) -> float:
    """CPU milliseconds a page beyond start-up: the least disturbed run of each page count.

    Other work on the machine only ever adds to CPU time (caches, shared cores), so the minimum is
    the steadier estimate.
    """
    return 1000 * (min(u.cpu for u in large) - min(u.cpu for u in small)) / pages


def report(title: str, lines: Sequence[Line], *, as_json: bool, notes: Sequence[str] = ()) -> int:
    """Print the figures; 1 when a gate is broken."""
    broken = [line for line in lines if not line.ok]
    if as_json:
        found: dict[str, Any] = {
            "task": title,
            "figures": [{**asdict(line), "ok": line.ok} for line in lines],
            "notes": list(notes),
        }
        print(json.dumps(found, ensure_ascii=False))
    else:
        print(title)
        for line in lines:
            gate = "" if line.gate is None else f"   gate <= {line.gate:g}"
            mark = "" if line.gate is None else ("   ok" if line.ok else "   BROKEN")
            print(f"  {line.name:<46} {line.value:>8.3f} {line.unit:<8}{gate}{mark}")
        for note in notes:
            print(f"  note: {note}")
    return 1 if broken else 0
