"""Real crawl processes under SIGKILL, SIGTERM, a lost lease, a locked and a full database."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from storage import runs
from storage.models import CrawlRun
from tests.crawler.fetch.forked import Forked
from tests.crawler.fetch.lab import Lab, article, listing
from tests.fault_server import FaultServer, Reply, Seen, html

PAGES = 10


def _site(server: FaultServer) -> None:
    """Two list pages, ten articles."""
    rows = [(f"/a/{number}.html", f"关于第{number}号试点工作的通知") for number in range(PAGES)]
    for number, (path, _) in enumerate(rows):
        server.routes[path] = html(article(number))
    server.routes["/list"] = html(listing(rows))


def _abandon(lab: Lab) -> None:
    """What the reaper does to a run whose process is gone: lost, and queued again."""
    later = datetime.now(UTC) + timedelta(hours=1)
    with lab.db.writer() as session:
        runs.reap_lost_runs(session, now=later, silent_for=timedelta(minutes=5))
        for run in runs.queued_runs(session, now=later + timedelta(hours=1), limit=5):
            runs.cancel_queued(session, run_id=run.id, now=later, reason="test")


def test_killed_stopped_and_run_again_gives_what_one_run_would(
    lab: Lab, server: FaultServer
) -> None:
    """SIGKILL at the list, SIGKILL among the articles, SIGTERM during a page, then to the end.
    In the middle of the third run no port is open."""
    _site(server)
    lab.html_source("cn-killed", server.url("/list"))
    for moment in ("/list", "/a/5.html"):
        _kill_at(lab, server, moment)
        assert len(lab.documents()) < PAGES
        _abandon(lab)
    reached = threading.Event()
    slow = Reply(html(article(6)).body, drip=(300, 0.05))
    server.routes["/a/6.html"] = slow
    server.on_request = lambda seen: reached.set() if seen.path == "/a/6.html" else None
    run_id = lab.queue("cn-killed")
    child = lab.start(run_id)
    assert reached.wait(30)
    assert _listening(child.pid) == set()
    os.killpg(child.pid, signal.SIGTERM)
    output, _ = child.communicate(timeout=20)
    stopped = lab.outcome(run_id, exit_code=child.returncode, log=output)
    assert (stopped.state, stopped.error_code) == ("partial", "interrupted"), output
    assert stopped.exit_code == 0
    # the page may have been the last one asked for, and what is on its way is still read
    left = {state for state, _ in lab.frontier().values()}
    assert "pending" in left or len(lab.documents()) == PAGES

    last = lab.run("cn-killed")
    assert last.state == "ok", last.log
    assert sorted(lab.documents()) == sorted(f"/a/{number}.html" for number in range(PAGES))
    assert {state for state, _ in lab.frontier().values()} == {"done"}
    assert len(set(lab.documents().values())) == PAGES
    assert server.hits("/a/1.html") <= 3


def _kill_at(lab: Lab, server: FaultServer, moment: str) -> None:
    """Run until the server is asked for ``moment``, then SIGKILL."""
    started: list[Forked] = []
    ready = threading.Event()

    def kill(seen: Seen) -> None:
        ready.wait(10)
        if seen.path == moment:
            os.kill(started[0].pid, signal.SIGKILL)

    server.on_request = kill
    started.append(lab.start(lab.queue("cn-killed")))
    ready.set()
    output, _ = started[0].communicate(timeout=60)
    server.on_request = None
    assert started[0].returncode == -signal.SIGKILL, output


def _listening(pid: int) -> set[str]:
    """Addresses on which a process listens (Linux)."""
    sockets = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = os.readlink(entry)
        except OSError:
            continue
        if target.startswith("socket:["):
            sockets.add(target[8:-1])
    found = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] in ("0A", "07") and fields[9] in sockets:
                found.add(fields[1])
    return found


def test_a_process_without_its_lease_writes_nothing_more(lab: Lab, server: FaultServer) -> None:
    """While the child waits for a page, another owner takes the run (as after a long pause)."""
    _site(server)
    taken = threading.Event()

    def take_over(seen: Seen, count: int) -> Reply:
        if not taken.is_set():
            with lab.db.writer() as session:
                session.execute(update(CrawlRun).values(lease_token="another"))
            taken.set()
        return html(article(5))

    server.routes["/a/5.html"] = take_over
    lab.html_source("cn-lease", server.url("/list"))
    child = lab.start(lab.queue("cn-lease"))
    output, _ = child.communicate(timeout=60)
    assert child.returncode == 1, output
    stored = lab.documents()
    assert "/a/5.html" not in stored
    assert "/a/6.html" not in stored
    with lab.db.reader() as session:
        run = session.get_one(CrawlRun, 1)
        assert (run.state, run.lease_token) == ("running", "another")
    assert lab.frontier()["/a/6.html"][0] == "pending"


def test_a_taken_run_is_left_alone(lab: Lab, server: FaultServer) -> None:
    _site(server)
    lab.html_source("cn-taken", server.url("/list"))
    run_id = lab.queue("cn-taken")
    with lab.db.writer() as session:
        runs.claim_run(session, run_id=run_id, lease_token="first", now=datetime.now(UTC))
    child = lab.start(run_id)
    output, _ = child.communicate(timeout=60)
    assert child.returncode == 75, output
    assert server.requests == []


def test_locked_database_ends_the_run_by_name_and_loses_nothing(
    lab: Lab, server: FaultServer
) -> None:
    _site(server)
    path = lab.folder / "data" / "dibao.db"
    locker = sqlite3.connect(path, isolation_level=None, check_same_thread=False)

    def lock(seen: Seen, count: int) -> Reply:
        if not locker.in_transaction:
            locker.execute("begin immediate")
        return html(article(4))

    server.routes["/a/3.html"] = replace(html(article(3)), delay=0.8)
    server.routes["/a/4.html"] = lock
    lab.html_source("cn-locked", server.url("/list"))
    lab.sync()
    done = lab.scrapy("crawl", "cn-locked", "-s", "DIBAO_BUSY_SECONDS=0.2")
    locker.execute("rollback")
    locker.close()
    assert "database_locked" in done.output
    stored, known = lab.documents(), lab.frontier()
    assert 0 < len(stored) < PAGES
    assert {path for path, (state, _) in known.items() if state == "done"} == set(stored)
    assert {state for state, _ in known.values()} == {"done", "pending"}


def test_full_disk_ends_the_run_by_name_and_loses_nothing(lab: Lab, server: FaultServer) -> None:
    """The database on a small tmpfs that fills up: what is stored is whole, the rest pending."""
    _site(server)
    for number in range(PAGES):
        server.routes[f"/a/{number}.html"] = html(
            article(number, text=f"{number}" + "".join(chr(0x4E00 + n) for n in range(9000)))
        )
    lab.html_source("cn-full", server.url("/list"))
    lab.sync()
    lab.db.dispose()
    data = lab.folder / "data"
    shutil.copytree(data, lab.folder / "kept")
    size = sum(file.stat().st_size for file in data.iterdir()) + 250_000
    script = (
        f"mount -t tmpfs -o size={size} tmpfs {data} && cp {lab.folder}/kept/* {data}/ && "
        f"cd {lab.folder} && {sys.executable} -m scrapy crawl cn-full; "
        f"rm -rf {lab.folder}/kept && cp -r {data} {lab.folder}/kept"
    )
    environment = {**os.environ, "SCRAPY_SETTINGS_MODULE": "crawler.settings"}
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment,
    )
    if "scrapy" not in done.stderr:
        pytest.skip(f"needs a mount namespace of its own: {done.stderr.strip()[:100]}")
    assert "disk_full" in done.stderr, done.stderr[-3000:]
    shutil.rmtree(data)
    shutil.copytree(lab.folder / "kept", data)
    stored, known = lab.documents(), lab.frontier()
    assert len(stored) < PAGES
    assert {path for path, (state, _) in known.items() if state == "done"} == set(stored)
    with closing(sqlite3.connect(data / "dibao.db")) as check:
        assert check.execute("pragma integrity_check").fetchone() == ("ok",)


def test_child_dies_with_its_parent(lab: Lab, server: FaultServer) -> None:
    """The parent is killed while the child waits for a page: no crawl without supervision."""
    reached = threading.Event()
    server.on_request = lambda seen: reached.set() if seen.path == "/list" else None
    server.routes["/list"] = Reply(hang=True)
    lab.configure(timeout=60)
    lab.html_source("cn-orphan", server.url("/list"))
    run_id = lab.queue("cn-orphan")
    command = [sys.executable, "-P", "-m", "crawler.child", "--run-id", str(run_id)]
    command += ["--lease-token", "x", "--config", str(lab.config_path)]
    code = (
        "import subprocess,sys;p=subprocess.Popen(sys.argv[1:],start_new_session=True);"
        "print(p.pid,flush=True);p.wait()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, *command], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert reached.wait(30)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert _gone_within(pid, seconds=5)


def _gone_within(pid: int, *, seconds: float) -> bool:
    """Whether a process that is not our child ends in time."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    import select

    try:
        ready, _, _ = select.select([handle], [], [], seconds)
        return bool(ready)
    finally:
        os.close(handle)


def test_memory_is_bounded(lab: Lab, server: FaultServer) -> None:
    """A limit below what the process needs ends it with a name, not with a swapping machine."""
    _site(server)
    lab.configure(memory_limit="100MB")
    lab.html_source("cn-memory", server.url("/list"))
    done = lab.run("cn-memory")
    assert done.exit_code == 1
    assert (done.state, done.error_code) == ("failed", "out_of_memory"), done.log
