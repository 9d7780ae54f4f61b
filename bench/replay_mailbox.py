"""The SMTP server of a replay, a process of its own: ``python -m bench.replay_mailbox``.

Takes mail into ``mailbox/*.eml`` below the folder, writes its port to ``smtp.json``, and ends with
its standard input.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from bench.replay_corpus import dump_json
from crawler.demo.mailbox import Mailbox

SMTP_FILE, MAIL_FOLDER = "smtp.json", "mailbox"


async def run(folder: Path) -> None:
    """Take mail until standard input closes."""
    server = await Mailbox(folder / MAIL_FOLDER).listen()
    dump_json(folder / SMTP_FILE, {"port": server.sockets[0].getsockname()[1]})
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.buffer.read)
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.replay_mailbox")
    parser.add_argument("--folder", type=Path, required=True)
    asyncio.run(run(parser.parse_args().folder))


if __name__ == "__main__":
    main()
