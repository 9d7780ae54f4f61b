"""Asking the links of an issue: through the guard, in turn with the crawls; for command and desk.

``python -m crawler.link_asking --config PATH --issue N --actor NAME`` prints one JSON line after
each link (``{"asked": 3, "total": 40}``) and keeps what the links answered in the audit.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digest.link_check import LinkReport
    from digest.view import IssueView


def ask_links(config: Any, view: IssueView, *, seen: Callable[[], None]) -> LinkReport:
    """What every link of the issue answered; ``seen`` is called after each one."""
    import httpx

    from crawler.commands.source_find import visitor_of
    from crawler.errors import (
        BadAddress,
        BlockedAddress,
        HostPaused,
        RobotsDenied,
        RobotsUnreachable,
    )
    from digest.link_check import LinkUnasked, LinkUnreachable, check_links

    visitor = visitor_of(config)

    def probe(url: str) -> int:
        try:
            return visitor.status(url)
        except (httpx.HTTPError, RobotsUnreachable) as error:
            raise LinkUnreachable(type(error).__name__) from error
        except (BadAddress, BlockedAddress, HostPaused, RobotsDenied) as error:
            raise LinkUnasked(error.code) from error

    with closing(visitor):
        return check_links(view, probe, seen=seen)


def main() -> int:
    """Ask the links of one issue and keep the answers; 0 when they are kept."""
    from crawler.commands.context import now_utc, open_app
    from crawler.fetch.process_limits import die_with_parent, lead_own_group, limit_memory
    from digest.frozen import load_issue
    from digest.gates import record_links
    from digest.link_check import issue_links

    parent = os.getppid()
    parser = argparse.ArgumentParser(prog="python -m crawler.link_asking")
    parser.add_argument("--config", type=Path)
    parser.add_argument("--issue", type=int, required=True)
    parser.add_argument("--actor", required=True)
    options = parser.parse_args()
    die_with_parent(parent)
    lead_own_group()
    with open_app(options.config) as state:
        limit_memory(int(state.config.crawl.memory_limit))
        with state.db.reader() as session:
            _, view = load_issue(session, options.issue)
        total, asked = len(issue_links(view)), 0

        def seen() -> None:
            nonlocal asked
            asked += 1
            print(json.dumps({"asked": asked, "total": total}), flush=True)

        report = ask_links(state.config, view, seen=seen)
        with state.db.writer() as session:
            record_links(session, options.issue, report, actor=options.actor, now=now_utc())
    return 0


if __name__ == "__main__":
    sys.exit(main())
