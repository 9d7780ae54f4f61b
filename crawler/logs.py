"""Logging: the standard library with one JSON line per record, or plain text on a terminal.

Run and source travel in context variables, so that Scrapy's own records carry them too.
Bodies and addresses are never logged; secrets are masked by the configuration model.
"""

from __future__ import annotations

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

current_run: ContextVar[int | None] = ContextVar("current_run", default=None)
current_source: ContextVar[str | None] = ContextVar("current_source", default=None)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, run_id, source."""

    def format(self, record: logging.LogRecord) -> str:
        """Render a record."""
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        for name, value in (("run_id", current_run.get()), ("source", current_source.get())):
            if value is not None:
                entry[name] = value
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def set_up_logging(*, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send all records to ``stream`` (default stderr): JSON, or text if it is a terminal."""
    target = stream or sys.stderr
    handler = logging.StreamHandler(target)
    if target.isatty():
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(message)s"))
    else:
        handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("alembic.runtime.plugins", "apscheduler", "httpx", "httpcore", "uvicorn.access"):
        logging.getLogger(noisy).setLevel("WARNING")
