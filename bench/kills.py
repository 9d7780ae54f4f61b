"""Crawls killed at random moments and resumed: ``python -m bench.kills [--json]``.

The generated site is a process of its own; each crawl is the real crawl process, started by the
real dispatcher and ended by SIGKILL at a moment drawn from the working time of an undisturbed one.
Then the run is queued again and goes to its end. What the database holds afterwards (addresses,
text hashes, versions, labels, frontier, search index) must be what the undisturbed crawl gave.

Two kinds: ``--trials`` crawls killed once each, and one crawl killed ``--marathon`` times in a row.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bench.line import SOURCE
from bench.running import Line, report, site
from bench.site import PER_LIST

if TYPE_CHECKING:
    from storage.engine import Database

POLL = 0.01
LONGEST = 300.0


@dataclass(frozen=True, slots=True)
class Kept:
    """What a database holds after a crawl, compared as a whole."""

    documents: frozenset[tuple[str, str, str, int]]
    labels: frozenset[tuple[str, str, str]]
    frontier: frozenset[tuple[str, str]]
    searchable: frozenset[str]
    bands: int
    sound: bool


@dataclass(slots=True)
class Crawls:
    """One data folder whose source is crawled by the dispatcher."""

    folder: Path
    kills: int = 0
    stored_at_kill: list[int] = field(default_factory=list)

    def prepare(self, url: str, count: int) -> None:
        """Configuration, source file and an empty database."""
        from storage.engine import open_database
        from storage.migrate import upgrade

        (self.folder / "sources").mkdir(parents=True)
        text = SOURCE.format(url=url, pages=-(-count // PER_LIST), items=count)
        (self.folder / "sources" / "bench.yaml").write_text(text, encoding="utf-8")
        (self.folder / "dibao.toml").write_text(
            "[crawl]\ndelay = 0\nsoft_limit = 3600\nallow_private = ['127.0.0.1']\n"
            "packaged_catalog = false\ncatalog_folders = ['sources']\n"
            "[attachments]\nenabled = false\n",  # pages are measured; their files do not exist
            encoding="utf-8",
        )
        (self.folder / "data").mkdir()
        database = open_database(f"sqlite:///{self.database}")
        upgrade(database)
        database.dispose()

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / "data" / "dibao.db"

    def crawl(self, *, kill_after: float | None = None) -> tuple[str, float]:
        """One run to its end, or to SIGKILL so many seconds after the process took it: its state,
        and how long it worked."""
        from crawler.config import load_config
        from crawler.control.dispatch import LocalDispatcher
        from crawler.control.sync import load_sources, sync_catalogue
        from storage import runs, sources
        from storage.engine import open_database
        from storage.models import CrawlRun

        config = load_config(self.folder / "dibao.toml")
        db = open_database(config.storage.database_url)
        now = datetime.now(UTC)
        sync_catalogue(db, load_sources(config.crawl), now=now)
        with db.writer() as session:
            source = sources.source_by_key(session, "bench")
            run = source and runs.queue_run(session, source_id=source.id, trigger="manual", now=now)
            if not run:
                raise RuntimeError("the run before was left open")
            run_id = run.id
        dispatcher = LocalDispatcher(
            db=db,
            config=config.crawl,
            config_path=self.folder / "dibao.toml",
            log_dir=self.folder / "logs",
        )
        dispatcher.start_queued(now=datetime.now(UTC))
        pid = dispatcher.children[run_id].process.pid
        began, taken = time.monotonic(), 0.0
        while run_id not in dispatcher.poll(now=datetime.now(UTC)):
            moment = time.monotonic()
            if not taken and _is_running(db, run_id):
                taken = moment
            if kill_after is not None and taken and moment - taken >= kill_after:
                os.kill(pid, signal.SIGKILL)
                kill_after = None
                self.kills += 1
            if moment - began > LONGEST:
                raise RuntimeError(f"run {run_id} does not end: see {self.folder}")
            time.sleep(POLL)
        length = time.monotonic() - (taken or began)
        with db.reader() as session:
            state = session.get_one(CrawlRun, run_id).state
        db.dispose()
        return state, length

    def note(self) -> None:
        """Remember how much was stored at a kill."""
        with sqlite3.connect(self.database) as raw:
            self.stored_at_kill.append(raw.execute("select count(*) from document").fetchone()[0])

    def kept(self) -> Kept:
        """Everything that a crawl leaves behind, but for times and numbers of rows."""
        from storage.engine import open_database
        from storage.search import search

        with sqlite3.connect(self.database) as raw:
            rows = raw.execute(
                "select d.url, d.latest_sha, d.title, count(v.id) from document d "
                "join document_version v on v.document_id = d.id group by d.id"
            ).fetchall()
            labels = raw.execute(
                "select d.url, l.slug, x.origin from document_label x "
                "join document d on d.id = x.document_id join label l on l.id = x.label_id"
            ).fetchall()
            entries = raw.execute("select url, state from frontier_entry").fetchall()
            bands = raw.execute("select count(*) from near_band").fetchone()[0]
            sound = raw.execute("pragma integrity_check").fetchone() == ("ok",)
        db = open_database(f"sqlite:///{self.database}")
        with db.reader() as session:
            hits = search(session, "重点项目申报", limit=len(rows) + 1)
            found = {hit.document_id for hit in hits}
        db.dispose()
        with sqlite3.connect(self.database) as raw:
            paths = dict(raw.execute("select id, url from document").fetchall())
        return Kept(
            frozenset((_path(url), sha, title, count) for url, sha, title, count in rows),
            frozenset((_path(url), slug, origin) for url, slug, origin in labels),
            frozenset((_path(url), state) for url, state in entries),
            frozenset(_path(paths[number]) for number in found),
            bands,
            sound,
        )


def _is_running(db: Database, run_id: int) -> bool:
    from storage.models import CrawlRun

    with db.reader() as session:
        return session.get_one(CrawlRun, run_id).state == "running"


def _path(url: str) -> str:
    return "/" + url.split("/", 3)[-1]


def differences(first: Kept, second: Kept) -> list[str]:
    """The parts in which two results differ."""
    names = ("documents", "labels", "frontier", "searchable", "bands", "sound")
    return [name for name in names if getattr(first, name) != getattr(second, name)]


@dataclass(slots=True)
class Tally:
    """What came of all trials."""

    kills: int = 0
    identical: int = 0
    trials: int = 0
    notes: list[str] = field(default_factory=list)
    stored_at_kill: list[int] = field(default_factory=list)

    def judge(self, name: str, crawls: Crawls, state: str, whole: Kept) -> None:
        """Compare one trial with the undisturbed crawl."""
        wrong = differences(crawls.kept(), whole)
        self.trials += 1
        self.kills += crawls.kills
        self.stored_at_kill += crawls.stored_at_kill
        if state == "ok" and not wrong:
            self.identical += 1
        else:
            self.notes.append(f"{name}: ended {state}, differs in {', '.join(wrong) or 'nothing'}")


def run_trials(
    folder: Path, url: str, *, count: int, trials: int, marathon: int, seed: int
) -> tuple[Tally, float]:
    """All trials against one undisturbed crawl; the tally and the length of that crawl."""
    dice = random.Random(seed)  # noqa: S311 - moments of a test
    first = Crawls(folder / "whole")
    first.prepare(url, count)
    state, length = first.crawl()
    whole = first.kept()
    if state != "ok" or len(whole.documents) != count or len(whole.searchable) != count:
        raise RuntimeError(f"undisturbed: {state}, {len(whole.documents)} of {count} stored")
    tally = Tally()
    for number in range(trials):
        one = Crawls(folder / f"trial-{number}")
        one.prepare(url, count)
        one.crawl(kill_after=dice.uniform(0, length))
        one.note()
        tally.judge(f"trial {number}", one, one.crawl()[0], whole)
    if marathon:
        long = Crawls(folder / "marathon")
        long.prepare(url, count)
        for _ in range(marathon):
            long.crawl(kill_after=dice.uniform(0, 6 * length / marathon))
            long.note()
        tally.judge("marathon", long, long.crawl()[0], whole)
    return tally, length


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=400, help="articles of the site")
    parser.add_argument("--trials", type=int, default=20, help="crawls killed once each")
    parser.add_argument("--marathon", type=int, default=20, help="kills of the one long crawl")
    parser.add_argument("--seed", type=int, default=20261120)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with site(options.count) as url, tempfile.TemporaryDirectory() as name:
        tally, length = run_trials(
            Path(name),
            url,
            count=options.count,
            trials=options.trials,
            marathon=options.marathon,
            seed=options.seed,
        )
    shares = sorted(100 * stored / options.count for stored in tally.stored_at_kill)
    between = sum(0 < share < 100 for share in shares)
    lines = [
        Line("articles of the site", options.count),
        Line("working time of the undisturbed crawl", length, unit="s"),
        Line("SIGKILLs that met a living process", tally.kills),
        Line("of these between the first article stored and the last", between),
        Line("articles stored at the kill, median", shares[len(shares) // 2], unit="%"),
        Line("crawls resumed to the end", tally.trials),
        Line("crawls that ended with another set", tally.trials - tally.identical, gate=0),
    ]
    return report("kills", lines, as_json=options.json, notes=tally.notes)


if __name__ == "__main__":
    sys.exit(main())
