"""The process that does an import for the desk: one JSON line and the material in, JSON out.

Saved pages and files are foreign: they are read here, in bounds, not in the web server.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from crawler.config import load_config
from crawler.fetch.process_limits import die_with_parent, lead_own_group, limit_memory
from crawler.importing.material import Given
from crawler.importing.service import AlreadyKnown, ImportRefused, Service
from storage.engine import open_database
from storage.errors import StoreError
from storage.migrate import require_head


def main() -> int:
    """Answer the request of standard input; 0 whenever there is an answer."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    parent = os.getppid()
    parser = argparse.ArgumentParser(prog="python -m crawler.importing")
    parser.add_argument("--config", type=Path)
    options = parser.parse_args()
    config = load_config(options.config)
    die_with_parent(parent)
    lead_own_group()
    limit_memory(int(config.crawl.memory_limit))
    request = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    db = open_database(config.storage.database_url)
    try:
        require_head(db)
        answer = handle(Service(config, db, options.config), request, content=content)
    finally:
        db.dispose()
    print(json.dumps(answer, ensure_ascii=False))
    return 0


def handle(service: Service, request: Mapping[str, Any], *, content: bytes) -> dict[str, Any]:
    """The answer: ``{"ok": …}``, or ``{"error": code, "message": …}``."""
    known = {item.name for item in fields(Given)}
    try:
        action = request["action"]
        values = {k: v for k, v in request.get("given", {}).items() if k in known}
        if action == "give":
            return {"ok": service.preview(service.stage(content, Given(**values)))}
        if action == "fetch":
            return {"ok": service.preview(service.stage_url(Given(**values)))}
        if action == "preview":
            return {"ok": service.preview(str(request["token"]))}
        if action == "save":
            return {"ok": service.save(str(request["token"]), changes=request.get("changes"))}
        if action == "undo":
            service.undo(int(request["id"]), actor=str(request["by"]))
            return {"ok": {}}
    except AlreadyKnown as error:
        return {"error": "known", "message": str(error), "known": asdict(error.known)}
    except ImportRefused as error:
        return {"error": error.code, "message": str(error)}
    except StoreError as error:
        return {"error": error.code, "message": str(error)}
    return {"error": "bad_request", "message": "unknown action"}


if __name__ == "__main__":
    sys.exit(main())
