"""SIGKILL at random moments: the resumed crawl ends with what an undisturbed one stores.

Forty pages and three kills; ``python -m bench.kills`` does the same with four hundred and twenty.
"""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter

from sqlalchemy import func, select

from storage.models import DocumentVersion
from storage.search import search
from tests.crawler.fetch.forked import Forked
from tests.crawler.fetch.lab import Lab, article, listing
from tests.crawler.fetch.test_processes import _abandon
from tests.fault_server import FaultServer, Seen, html

PAGES = 40
KILLS = 3


def test_killed_three_times_at_random_and_resumed(lab: Lab, server: FaultServer) -> None:
    entries = [(f"/a/{number}.html", f"关于第{number}号试点工作的通知") for number in range(PAGES)]
    for number, (path, _) in enumerate(entries):
        server.routes[path] = html(article(number))
    server.routes["/list"] = html(listing(entries))
    lab.html_source("cn-kills", server.url("/list"))
    dice = random.Random(1120)  # noqa: S311 - moments of a test
    for _ in range(KILLS):
        _kill_at_request(lab, server, dice.randrange(2, PAGES // 2))
        _abandon(lab)
    stored_before = len(lab.documents())
    assert stored_before < PAGES

    last = lab.run("cn-kills")
    assert last.state == "ok", last.log
    assert sorted(lab.documents()) == sorted(path for path, _ in entries)
    assert len(set(lab.documents().values())) == PAGES
    assert Counter(state for state, _ in lab.frontier().values()) == {"done": PAGES}
    with lab.db.reader() as session:
        assert session.scalar(select(func.count()).select_from(DocumentVersion)) == PAGES
        assert len(search(session, "试点工作", limit=PAGES + 1)) == PAGES


def _kill_at_request(lab: Lab, server: FaultServer, number: int) -> None:
    """Run until the server gets its ``number``-th request of this run, then SIGKILL."""
    started: list[Forked] = []
    ready = threading.Event()
    count = 0

    def kill(_: Seen) -> None:
        nonlocal count
        count += 1
        if count == number:
            ready.wait(10)
            os.kill(started[0].pid, signal.SIGKILL)

    server.on_request = kill
    started.append(lab.start(lab.queue("cn-kills")))
    ready.set()
    output, _ = started[0].communicate(timeout=60)
    server.on_request = None
    assert started[0].returncode == -signal.SIGKILL, output
