"""The crawl process: one run, then it ends. ``python -m crawler.child --run-id N …``

Exit codes: 0 ok, 1 failed, 2 usage or configuration, 3 partial, 75 try later (the run is taken).
``--dry-run KEY`` reads the lists of a source and prints their rows; nothing is stored.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

# First of all: Scrapy's TLS modules look through every module loaded before them.
import scrapy.core.downloader.handlers.http11  # noqa: F401

from crawler.config import Config, ConfigError, load_config
from crawler.errors import Interrupted, LeaseHeld, StartFailed
from crawler.fetch.process_limits import die_with_parent, lead_own_group, limit_memory
from crawler.logs import current_run, current_source, set_up_logging

if TYPE_CHECKING:
    from crawler.fetch.recorder import RunRecorder
    from spiders.rows import ListRow

log = logging.getLogger(__name__)

NOISY = (
    "alembic",
    "scrapy.addons",
    "scrapy.core.engine",
    "scrapy.crawler",
    "scrapy.extensions.memusage",
    "scrapy.middleware",
    "scrapy.utils.log",
)
NOT_ITS_FAULT = frozenset({Interrupted.code, "database_locked"})
EXIT_OK = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_PARTIAL = 3
EXIT_TRY_LATER = 75
EXIT_OF_STATE = {"ok": EXIT_OK, "partial": EXIT_PARTIAL, "timed_out": EXIT_PARTIAL}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one crawl; returns the exit code."""
    gc.disable()  # loading makes no garbage; looking for it costs a tenth of the start
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # 30 MB a thread that never works here
    parent = os.getppid()
    options = _parser().parse_args(arguments)
    try:
        config = load_config(options.config)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return EXIT_USAGE
    if options.dry_run:
        return _dry_run(options.dry_run, config, options.config, as_json=options.json)
    if options.run_id is None or not options.lease_token:
        print("需要 --run-id 与 --lease-token / --run-id and --lease-token", file=sys.stderr)
        return EXIT_USAGE
    die_with_parent(parent)
    lead_own_group()
    limit_memory(int(config.crawl.memory_limit))
    set_up_logging()
    return _crawl(config, options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m crawler.child")
    parser.add_argument("--run-id", type=int)
    parser.add_argument("--lease-token")
    parser.add_argument("--config", type=Path)
    parser.add_argument("--replay", type=Path, help="JSON: captures to crawl from, offline")
    parser.add_argument("--dry-run", metavar="KEY")
    parser.add_argument("--json", action="store_true")
    return parser


def _crawl(config: Config, options: argparse.Namespace) -> int:
    from storage.errors import StoreError

    try:
        key = _source_of_run(config, options.run_id)
    except StoreError as error:
        log.error("database [%s]: %s", error.code, error)
        return EXIT_FAILED
    if key is None:
        log.error("no queued run %d", options.run_id)
        return EXIT_TRY_LATER
    current_run.set(options.run_id)
    current_source.set(key)
    values = {
        "DIBAO_CONFIG_FILE": str(options.config) if options.config else "",
        "DIBAO_DATABASE_URL": config.storage.database_url,
        "DIBAO_RUN_ID": options.run_id,
        "DIBAO_LEASE_TOKEN": options.lease_token,
        "DIBAO_REPLAY": str(options.replay) if options.replay else "",
    }
    try:
        recorder = run_spider(key, values)
    except Exception as error:
        log.exception("the crawl could not be started")
        _close_unopened(config, options.run_id, StartFailed.code, repr(error))
        return EXIT_FAILED
    if recorder is None:
        _close_unopened(config, options.run_id, StartFailed.code, "see the log")
        return EXIT_FAILED
    if recorder.error_code == LeaseHeld.code:
        return EXIT_TRY_LATER
    if recorder.claim is None:
        code, detail = recorder.error_code or StartFailed.code, recorder.error_detail or ""
        _close_unopened(config, options.run_id, code, detail)
        return EXIT_FAILED
    if recorder.error_code == Interrupted.code:
        return EXIT_OK  # it was asked to stop, and did
    return EXIT_OF_STATE.get(recorder.state, EXIT_FAILED)


def _close_unopened(config: Config, run_id: int, code: str, detail: str) -> None:
    """Close a run that is still queued: it was not opened, and its supervisor may be gone."""
    from datetime import UTC, datetime

    from crawler.control.next_look import set_next_look
    from storage import runs
    from storage.engine import open_database
    from storage.errors import StoreError
    from storage.models import CrawlRun

    now = datetime.now(UTC)
    database = open_database(config.storage.database_url)
    try:
        with database.writer() as session:
            if runs.cancel_queued(
                session, run_id=run_id, now=now, reason=detail or code, error_code=code
            ):
                source_id = session.get_one(CrawlRun, run_id).source_id
                good = None if code in NOT_ITS_FAULT else False
                set_next_look(session, source_id=source_id, good=good, now=now)
    except StoreError as error:
        log.error("run %d not closed: %s", run_id, error)
    finally:
        database.dispose()


def _source_of_run(config: Config, run_id: int) -> str | None:
    """The key of the source of a queued run; None if the run is not waiting to be taken."""
    from storage.engine import open_database
    from storage.models import CrawlRun, Source

    database = open_database(config.storage.database_url)
    try:
        with database.reader() as session:
            run = session.get(CrawlRun, run_id)
            if run is None or run.state != "queued":
                return None
            return session.get_one(Source, run.source_id).key
    finally:
        database.dispose()


def run_spider(key: str, values: dict[str, Any]) -> RunRecorder | None:
    """Crawl one source in this process, with settings on top. None if it could not start."""
    from scrapy import signals
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    from crawler.fetch.recorder import RunRecorder

    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.update({"LOG_INSTALL_ROOT_HANDLER": False, **values}, priority="cmdline")
    quieten(level=settings["LOG_LEVEL"])
    process = AsyncCrawlerProcess(settings)
    quieten(level=settings["LOG_LEVEL"])
    try:
        crawler = process.create_crawler(key)
    except KeyError as error:
        log.error("%s", error.args[0])
        return None
    crawler.signals.connect(_collect_garbage_again, signals.spider_opened)
    process.crawl(crawler)
    process.start()
    if crawler._extensions is None:
        return None
    return crawler.get_extension(RunRecorder)


def _collect_garbage_again() -> None:
    """Everything is loaded: set it aside and collect what comes from now on, less often.

    A page makes some thousand objects and hardly a cycle; at the default of 700 the collector runs
    several times a page (5 % of the whole line).
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def quieten(*, level: str) -> None:
    """Scrapy opens the root logger to everything; give it back its level, and mute start-up."""
    for name in ("", "scrapy"):
        logging.getLogger(name).setLevel(level)
    for handler in logging.getLogger().handlers:
        handler.setLevel(level)
    for name in NOISY:
        logging.getLogger(name).setLevel("WARNING")


def _dry_run(key: str, loaded: Config, config: Path | None, *, as_json: bool) -> int:
    from crawler.fetch.ledger import ListingLedger
    from crawler.host_budget import budget_url

    logging.basicConfig(level="WARNING", format="%(message)s")
    recorder = run_spider(
        key,
        {
            "DIBAO_CONFIG_FILE": str(config) if config else "",
            "DIBAO_DATABASE_URL": "",
            "DIBAO_BUDGET_URL": budget_url(loaded.storage) or "",
            "DIBAO_DRY_RUN": True,
            "LOG_LEVEL": "WARNING",
        },
    )
    if recorder is None or recorder.crawler.spider is None:
        return EXIT_FAILED
    ledger = getattr(recorder.crawler.spider, "ledger", None)
    rows = ledger.rows if isinstance(ledger, ListingLedger) else []
    _print_rows(key, rows, recorder, as_json=as_json)
    return EXIT_OF_STATE.get(recorder.state, EXIT_FAILED)


def _print_rows(key: str, rows: Sequence[ListRow], recorder: RunRecorder, *, as_json: bool) -> None:
    failures = [{"code": code, "detail": detail} for code, detail in recorder.counts.list_failures]
    if as_json:
        found = {"source": key, "rows": [row.to_json() for row in rows], "failures": failures}
        print(json.dumps(found, ensure_ascii=False, default=str))
        return
    for row in rows:
        day = row.published_on or row.date_text or "????-??-??"
        print(f"{day}  {row.title}\n            {row.url}")
    print(f"{key}: {len(rows)} 条 / rows")
    for failure in failures:
        print(f"  ✗ {failure['code']}: {failure['detail']}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
