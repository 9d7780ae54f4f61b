"""Link checks for the desk: each in a process of its own, followed line by line."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from review.link_checker import LinkProgress

log = logging.getLogger(__name__)

SILENCE = 900.0  # seconds; six requests with six robots.txt, a minute before each, take less


class DeskLinks:
    """Implements ``review.link_checker.LinkChecker``. A check ends with this process, and when it
    says nothing for ``silence`` seconds: a site may answer byte by byte."""

    def __init__(self, config_path: Path | None, *, silence: float = SILENCE) -> None:
        self.config_path = config_path
        self.silence = silence
        self._known: dict[int, LinkProgress] = {}
        self._lock = threading.Lock()

    def start(self, issue_id: int, *, actor: str) -> bool:
        """Begin; False when the links of this issue are being asked already."""
        with self._lock:
            known = self._known.get(issue_id)
            if known is not None and known.state == "running":
                return False
            self._known[issue_id] = LinkProgress("running")
        name = f"links-of-issue-{issue_id}"
        follow = threading.Thread(
            target=self._follow, args=(issue_id, actor), name=name, daemon=True
        )
        follow.start()
        return True

    def progress(self, issue_id: int) -> LinkProgress | None:
        """The latest check since the desk was started, None when there was none."""
        return self._known.get(issue_id)

    def _follow(self, issue_id: int, actor: str) -> None:
        command = [sys.executable, "-P", "-m", "crawler.link_asking"]
        command += ["--issue", str(issue_id), f"--actor={actor}"]
        if self.config_path is not None:
            command += ["--config", str(self.config_path)]
        last = LinkProgress("running")
        code: int | None = None
        try:
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own module
                for line in self._lines(process):
                    last = _read(line) or last
                    self._known[issue_id] = last
            code = process.returncode
        except OSError as error:
            log.error("link check of issue %d did not start: %s", issue_id, error)
        if code:
            log.error("link check of issue %d ended with code %d", issue_id, code)
        ended = LinkProgress("failed" if code != 0 else "done", last.asked, last.total)
        self._known[issue_id] = ended

    def _lines(self, process: subprocess.Popen[str]) -> Iterator[str]:
        told = process.stdout
        while told is not None:
            end = threading.Timer(self.silence, process.kill)
            end.daemon = True
            end.start()
            line = told.readline()
            end.cancel()
            if not line:
                return
            yield line


def _read(line: str) -> LinkProgress | None:
    try:
        told = json.loads(line)
        return LinkProgress("running", int(told["asked"]), int(told["total"]))
    except (ValueError, KeyError, TypeError):
        return None
