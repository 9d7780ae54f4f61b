"""The scheduler: due sources are crawled, one scheduler works, late digests go out once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from crawler.config import Config, load_config
from crawler.control import ticks
from crawler.control.scheduler import Scheduler
from storage.models import CrawlRun, Document, Issue, Outbox
from storage.subscribers import subscribe
from tests.crawler.control.test_dispatch import dispatcher_of, good_site, wait_for
from tests.crawler.fetch.lab import Lab
from tests.fault_server import FaultServer, html

QUICK = """
[schedule]
due_every = 0.5
outbox_every = 1
editions_every = 1

[mail]
transport = "folder"
folder = "mailbox"
from_address = "dibao@example.org"

[[digest.editions]]
key = "weekly"
title = "示例周报"
approval = "automatic"
grace_hours = 96
max_age_days = 3650
"""
MONDAY = datetime(2026, 11, 16, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai
WEDNESDAY = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)


def extend(lab: Lab, text: str = QUICK) -> None:
    with lab.config_path.open("a", encoding="utf-8") as file:
        file.write(text)


def scheduler_of(lab: Lab) -> Scheduler:
    return Scheduler(
        load_config(lab.config_path),
        config_path=lab.config_path,
        db=lab.db,
        dispatcher=dispatcher_of(lab),
    )


def dibao(lab: Lab, command: str) -> subprocess.Popen[bytes]:
    environment = {k: v for k, v in os.environ.items() if not k.upper().startswith("DIBAO_")}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "crawler", command, "--config", str(lab.config_path)],
        env=environment,
        cwd=lab.folder,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def runs(lab: Lab) -> list[str]:
    with lab.db.reader() as session:
        return [run.state for run in session.query(CrawlRun).order_by(CrawlRun.id)]


def test_a_due_source_is_crawled_and_a_stop_leaves_nothing_open(
    lab: Lab, server: FaultServer
) -> None:
    good_site(server)
    lab.html_source("one", server.url("/list"))
    extend(lab)
    process = dibao(lab, "scheduler")
    try:
        wait_for(lambda: "ok" in runs(lab), seconds=40)
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(30)
    assert code == 0
    assert list(lab.documents()) == ["/a/1"]
    assert runs(lab) == ["ok"]  # the source is not due again for six hours


def test_the_second_scheduler_stands_by(lab: Lab) -> None:
    first, second = scheduler_of(lab), scheduler_of(lab)
    first.renew_lease()
    second.renew_lease()
    assert first.in_charge
    assert not second.in_charge
    lab.html_source("one", "http://127.0.0.1:1/list")
    second.due()
    assert runs(lab) == []
    first.due()
    first.due()
    assert runs(lab) == ["queued"]
    first.renew_lease()
    assert first.in_charge


def subscribed(lab: Lab, *addresses: str) -> Config:
    with lab.db.writer() as session:
        for address in addresses:
            subscribe(
                session,
                address=address,
                edition="weekly",
                consent={"how": "test"},
                now=MONDAY,
                confirmed=True,
            )
    return load_config(lab.config_path)


def mails(lab: Lab) -> list[Path]:
    return sorted((lab.folder / "mailbox").glob("*.eml"))


def crawled(lab: Lab, server: FaultServer) -> None:
    """One document, first seen in the week that ends on Monday."""
    good_site(server)
    lab.html_source("one", server.url("/list"))
    assert lab.run("one").state == "ok"
    with lab.db.writer() as session:
        for document in session.query(Document):
            document.first_seen_at = datetime(2026, 11, 12, 2, 0, tzinfo=UTC)


def test_a_machine_asleep_on_monday_sends_once_on_waking(lab: Lab, server: FaultServer) -> None:
    extend(lab)
    config = subscribed(lab, "a@example.org", "b@example.org")
    crawled(lab, server)
    for _ in range(2):  # two schedulers, or one that wakes twice
        ticks.compose_due(lab.db, config, now=WEDNESDAY)
        ticks.send(lab.db, config, now=WEDNESDAY)
    assert len(mails(lab)) == 2
    with lab.db.reader() as session:
        assert [issue.state for issue in session.query(Issue)] == ["sent"]
        assert {row.state for row in session.query(Outbox)} == {"sent"}


def test_an_issue_later_than_its_grace_waits_for_a_person(lab: Lab, server: FaultServer) -> None:
    extend(lab, QUICK.replace("grace_hours = 96", "grace_hours = 24"))
    config = subscribed(lab, "a@example.org")
    crawled(lab, server)
    ticks.compose_due(lab.db, config, now=WEDNESDAY)
    ticks.send(lab.db, config, now=WEDNESDAY)
    assert mails(lab) == []
    with lab.db.reader() as session:
        assert [issue.state for issue in session.query(Issue)] == ["draft"]


def test_a_stop_ends_a_round_of_mail_between_two(lab: Lab, server: FaultServer) -> None:
    """The rest goes out after the restart, and nothing is left undecided."""
    extend(lab)
    config = subscribed(lab, *(f"r{number}@example.org" for number in range(4)))
    crawled(lab, server)
    ticks.compose_due(lab.db, config, now=WEDNESDAY)
    ticks.send(lab.db, config, now=WEDNESDAY, go_on=lambda: len(mails(lab)) < 2)
    with lab.db.reader() as session:
        states = sorted(row.state for row in session.query(Outbox))
    assert states == ["queued", "queued", "sent", "sent"]
    ticks.send(lab.db, config, now=WEDNESDAY)
    assert len(mails(lab)) == 4


def test_nothing_new_sends_nothing(lab: Lab) -> None:
    extend(lab)
    config = subscribed(lab, "a@example.org")
    ticks.compose_due(lab.db, config, now=WEDNESDAY)
    ticks.send(lab.db, config, now=WEDNESDAY)
    assert mails(lab) == []


def test_a_broken_source_opens_an_event_and_one_mail_and_closes_again(
    lab: Lab, server: FaultServer
) -> None:
    extend(lab, QUICK + '\n[alerts]\nrecipients = ["ops@example.org"]\n')
    config = load_config(lab.config_path)
    good_site(server)
    lab.html_source("one", server.url("/list"))
    lab.run("one")
    now = datetime.now(UTC)
    ticks.judge(lab.db, config, now=now)
    ticks.send(lab.db, config, now=now)
    assert mails(lab) == []
    server.routes["/list"] = html("<div>redesigned</div>")
    assert lab.run("one").error_code == "empty_listing"
    for _ in range(2):
        ticks.judge(lab.db, config, now=datetime.now(UTC))
        ticks.send(lab.db, config, now=datetime.now(UTC))
    assert len(mails(lab)) == 1
    good_site(server)
    for _ in range(2):
        assert lab.run("one").state == "ok"
    ticks.judge(lab.db, config, now=datetime.now(UTC))
    ticks.send(lab.db, config, now=datetime.now(UTC))
    assert len(mails(lab)) == 2


def test_up_restarts_a_process_that_dies(lab: Lab) -> None:
    extend(lab, QUICK + "\n[review]\nport = 0\n")
    process = dibao(lab, "up")
    try:
        wait_for(lambda: len(children(process.pid)) == 2)
        before = children(process.pid)
        victim = before["scheduler"]
        os.kill(victim, signal.SIGKILL)
        wait_for(lambda: children(process.pid).get("scheduler", victim) != victim)
        assert children(process.pid)["web"] == before["web"]
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(40)
    assert code == 0
    assert children(process.pid) == {}


def children(parent: int) -> dict[str, int]:
    """Command name to process id of the direct children of a process."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rsplit(")", 1)[1].split()
            words = (entry.parent / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if int(fields[1]) == parent and b"crawler" in words and fields[0] != "Z":
            found[words[words.index(b"crawler") + 1].decode()] = int(entry.parent.name)
    return found
