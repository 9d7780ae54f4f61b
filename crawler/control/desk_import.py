"""Imports for the desk: each in a process of its own, spoken to in JSON.

The web server hands the material over and shows the answer; saved pages and files are read, and
addresses fetched, by ``crawler.importing`` in bounds of its own.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

WAIT = 240.0  # seconds: a polite fetch, then reading
FAILED = {
    "error": "errand_failed",
    "message": "导入进程异常退出，请看日志后重试 / the import process ended badly: see the log",
}


class DeskImporter:
    """Implements ``review.importer.Importer``."""

    def __init__(self, config_path: Path | None) -> None:
        self.config_path = config_path

    def ask(self, request: Mapping[str, Any], content: bytes = b"") -> dict[str, Any]:
        """The answer of the import process: ``{"ok": …}`` or ``{"error": code, "message": …}``."""
        command = [sys.executable, "-P", "-m", "crawler.importing"]
        if self.config_path is not None:
            command += ["--config", str(self.config_path)]
        head = json.dumps(dict(request), ensure_ascii=False).encode() + b"\n"
        try:
            done = subprocess.run(  # noqa: S603 - our own module
                command, input=head + content, capture_output=True, check=False, timeout=WAIT
            )
            answer = json.loads(done.stdout)
        except (subprocess.TimeoutExpired, ValueError) as error:
            log.error("import failed: %s", error)
            return dict(FAILED)
        return answer if isinstance(answer, dict) else dict(FAILED)
