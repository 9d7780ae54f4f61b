"""A run crawled again out of its captures, in a database of its own.

The child process is the one of every crawl, started with ``--replay``; the scratch database holds
the sources as they are defined now, and the addresses that the run read (with what the list said of
them), so that also pages that no list names any more are read again.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crawler.config import Config
from crawler.control.sync import load_sources, sync_catalogue
from storage import archive, captures, frontier, runs, sources
from storage.engine import Database, open_database
from storage.frontier import FrontierRow
from storage.migrate import upgrade
from storage.models import CrawlRun, Source
from storage.warc import Record, read_file

LONGEST = 24 * 3600.0  # seconds that a replay may take


class ReplayError(Exception):
    """What was named cannot be replayed; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    """What to replay: the files of one run of one source. ``run_id`` None: not a run of ours."""

    source_key: str
    run_id: int | None
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """How a replay ended: the run in the scratch database, and what the child printed."""

    run_id: int
    state: str
    error_code: str | None
    log: str


def target_of_run(db: Database, folder: Path, run_id: int) -> Target:
    """The captures of a run. Raises ReplayError."""
    with db.reader() as session:
        run = session.get(CrawlRun, run_id)
        if run is None:
            raise ReplayError(f"没有这次运行 / no such run: {run_id}")
        key = session.get_one(Source, run.source_id).key
        kept = captures.files(session, run_id=run_id)
    found = [archive.path_of(folder, one.path) for one in kept]
    paths = tuple(path for path in found if path is not None)
    if not paths:
        raise ReplayError(
            f"运行 {run_id} 没有存档文件（当时 crawl.warc 关闭，或已清理） / "
            f"run {run_id} has no captures: crawl.warc was off, or they were pruned"
        )
    if len(paths) < len(found):
        raise ReplayError(
            f"运行 {run_id} 的存档缺文件 / files of run {run_id} are missing: "
            f"dibao verify --run {run_id}"
        )
    return Target(key, run_id, paths)


def targets_of_files(paths: list[Path], *, source_key: str | None) -> list[Target]:
    """Files grouped by the source and run that their first record names. Raises ReplayError."""
    found: dict[tuple[str, int | None], list[Path]] = {}
    for path in paths:
        said = _said_of(path)
        key = source_key or said.get("dibao-source", "")
        if not key:
            raise ReplayError(
                f"{path}：没有写明来源，请加 --source / does not name a source: add --source KEY"
            )
        number = said.get("dibao-run", "")
        found.setdefault((key, int(number) if number.isdigit() else None), []).append(path)
    return [Target(key, run, tuple(files)) for (key, run), files in found.items()]


def _said_of(path: Path) -> dict[str, str]:
    """The fields of the warcinfo record that a file begins with. Raises ReplayError."""
    try:
        first = next(iter(read_file(path)), None)
    except OSError as error:
        raise ReplayError(f"{path}：读不了 / cannot be read: {error}") from error
    if not isinstance(first, Record):
        raise ReplayError(
            f"{path}：不是逐条压缩的 WARC / not a WARC file with one gzip member a record"
        )
    lines = first.block.decode("utf-8", "replace").splitlines() if first.kind == "warcinfo" else []
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def open_scratch(path: Path, config: Config, *, now: datetime) -> Database:
    """A database at ``path`` with the current schema and the sources of the catalogue."""
    path.parent.mkdir(parents=True, exist_ok=True)
    database = open_database(f"sqlite:///{path.absolute()}")
    upgrade(database)
    sync_catalogue(database, load_sources(config.crawl), now=now)
    return database


def replay(
    target: Target,
    *,
    scratch: Database,
    scratch_path: Path,
    config: Config,
    config_path: Path | None,
    now: datetime,
) -> Replayed:
    """Crawl ``target`` into ``scratch``.

    Raises ReplayError when the source is unknown or the child cannot run.
    """
    with scratch.writer() as session:
        source = sources.source_by_key(session, target.source_key)
        if source is None:
            raise ReplayError(
                f"目录里没有来源 {target.source_key} / no such source in the catalogue"
            )
        run = runs.queue_run(session, source_id=source.id, trigger="replay", now=now)
        if run is None:
            raise ReplayError(f"{target.source_key}：已有一次运行 / a run is active")
        run_id = run.id
        entries = _addresses(target.files)
        frontier.discover(session, source_id=source.id, run_id=None, entries=entries, now=now)
    log = _crawl(
        target, run_id=run_id, scratch_path=scratch_path, config=config, config_path=config_path
    )
    with scratch.reader() as session:
        row = session.get_one(CrawlRun, run_id)
        if row.state in ("queued", "running"):
            raise ReplayError(f"重放进程失败 / the replay died:\n{log[-2000:]}")
        return Replayed(run_id, row.state, row.error_code, log)


def _addresses(files: tuple[Path, ...]) -> list[FrontierRow]:
    """The pages that were read, with what the lists said of them (in the records of requests)."""
    found: dict[str, FrontierRow] = {}
    for path in files:
        for record in read_file(path):
            said = record.fields.get("dibao-row") if isinstance(record, Record) else None
            if isinstance(record, Record) and said is not None:
                hints = json.loads(said)
                key = record.fields["dibao-key"]
                found.setdefault(key, FrontierRow(url=hints["url"], url_key=key, hints=hints))
    return list(found.values())


def _crawl(
    target: Target,
    *,
    run_id: int,
    scratch_path: Path,
    config: Config,
    config_path: Path | None,
) -> str:
    """Run the child; what it printed. Raises ReplayError."""
    folder = scratch_path.parent / f"{scratch_path.stem}-data"
    folder.mkdir(exist_ok=True)
    models = config.storage.data_dir / "models"
    if models.is_dir() and not (folder / "models").exists():
        (folder / "models").symlink_to(models.absolute())
    plan = {
        "files": [str(path.absolute()) for path in target.files],
        "folder": str(config.storage.captures.absolute()),
    }
    plan_path = folder / f"replay-{run_id}.json"
    plan_path.write_text(json.dumps(plan), encoding="utf-8")
    command = [sys.executable, "-P", "-m", "crawler.child", "--run-id", str(run_id)]
    command += ["--lease-token", secrets.token_hex(16), "--replay", str(plan_path)]
    if config_path is not None:
        command += ["--config", str(config_path)]
    environment = {
        **os.environ,
        "DIBAO_STORAGE__URL": f"sqlite:///{scratch_path.absolute()}",
        "DIBAO_STORAGE__DATA_DIR": str(folder.absolute()),
        "DIBAO_CRAWL__SOFT_LIMIT": str(LONGEST),
    }
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=LONGEST,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ReplayError(f"重放进程没能运行 / the replay could not run: {error}") from error
    return done.stdout.decode("utf-8", "replace")
