"""The process that serves all sample sites and the mailbox: ``python -m crawler.demo.server``.

It writes the addresses it listens on to a JSON file and ends when its standard input closes,
so it never outlives the process that started it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from datetime import datetime
from pathlib import Path

from crawler.demo.mailbox import Mailbox
from crawler.demo.sample_site import load_sites
from crawler.demo.webserver import SiteServer
from crawler.demo.weeks import Weeks

WEEK_FILE = "week"
ADDRESS_FILE = "addresses.json"
FIRST_PORT = 8600


def read_week(folder: Path) -> int:
    """Which week the sites show: 1 (the default), 2, or 3 for the present."""
    try:
        text = (folder / WEEK_FILE).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return 1
    return int(text) if text in ("2", "3") else 1


def set_week(folder: Path, week: int) -> None:
    """Let the sites show another week from the next request on."""
    part = folder / f"{WEEK_FILE}.part"
    part.write_text(str(week), encoding="ascii")
    part.replace(folder / WEEK_FILE)


async def serve(folder: Path, weeks: Weeks) -> None:
    """Serve until standard input closes."""
    mailbox = Mailbox(folder / "mailbox")
    smtp = await mailbox.listen()
    addresses: dict[str, str] = {}
    servers = [smtp]
    for site in load_sites():
        server = SiteServer(site, weeks, week=lambda: read_week(folder))
        servers.append(await server.listen(FIRST_PORT))
        addresses[site.key] = server.base
    port = smtp.sockets[0].getsockname()[1]
    _write_addresses(folder, {"sites": addresses, "smtp": {"host": "127.0.0.1", "port": port}})
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
    for running in servers:
        running.close()


def _write_addresses(folder: Path, addresses: dict[str, object]) -> None:
    part = folder / f"{ADDRESS_FILE}.part"
    part.write_text(json.dumps(addresses, indent=1), encoding="utf-8")
    part.replace(folder / ADDRESS_FILE)


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--now", type=datetime.fromisoformat, required=True)
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.folder, Weeks.before(arguments.now)))


if __name__ == "__main__":
    main()
