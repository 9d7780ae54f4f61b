"""``dibao up``, ``scheduler``, ``web``, ``worker``: the long-running processes."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from crawler.commands.context import (
    EXIT_USAGE,
    ConfigOption,
    fail,
    now_utc,
    open_app,
)

# In a wrong folder nothing starts to crawl hundreds of sources into a new database.
_UNPREPARED = (
    "这里没有 dibao.toml，也没有数据：请先运行 `dibao init`，或用 --config 指出设置 / neither "
    "dibao.toml nor data here: run `dibao init` first, or name the file with --config"
)


def register(app: typer.Typer) -> None:
    """Add the commands to the root application."""
    for command in (up, scheduler, web, worker):
        app.command()(command)


def up(config: ConfigOption = None) -> None:
    """Run scheduler and review desk together (SQLite is backed up and upgraded first)."""
    from crawler.commands import db
    from crawler.config import find_config
    from crawler.control.supervise import supervise
    from crawler.logs import set_up_logging
    from storage.migrate import current, head

    set_up_logging()
    with open_app(config, need_schema=False) as state:
        schema = current(state.db)
        if schema is None and state.config_path is None and not _told_by_environment():
            raise fail(_UNPREPARED, code=EXIT_USAGE)
        if schema != head():
            if state.db.dialect != "sqlite":
                raise fail("请先运行 `dibao db upgrade` / run `dibao db upgrade` first")
            db.upgrade(config)
    raise typer.Exit(supervise(("scheduler", "web"), config_path=find_config(config)))


def _told_by_environment() -> bool:
    return any(name.upper().startswith("DIBAO_") for name in os.environ)


def scheduler(config: ConfigOption = None) -> None:
    """Run the scheduler: crawls, digests, mail, health. One at a time; a second one waits."""
    from crawler.control.scheduler import run_scheduler
    from crawler.logs import set_up_logging

    set_up_logging()
    with open_app(config) as state:
        run_scheduler(state.config, config_path=state.config_path, db=state.db)


def web(
    host: Annotated[str | None, typer.Option(help="Address (default: review.host).")] = None,
    port: Annotated[int | None, typer.Option(help="Port (default: review.port).")] = None,
    config: ConfigOption = None,
) -> None:
    """Run the review desk."""
    from crawler.control.web import serve
    from crawler.logs import set_up_logging
    from review.errors import PublicBind

    set_up_logging()
    with open_app(config) as state:
        try:
            serve(
                state.config,
                db=state.db,
                config_path=state.config_path,
                host=host,
                port=port,
            )
        except PublicBind as error:
            raise fail(str(error), code=EXIT_USAGE) from error


def worker(config: ConfigOption = None) -> None:
    """Run queued crawls without scheduling: for further machines on one PostgreSQL."""
    from crawler.control.dispatch import LocalDispatcher
    from crawler.control.scheduler import run_worker
    from crawler.logs import set_up_logging

    set_up_logging()
    with open_app(config) as state:
        if state.db.dialect == "sqlite":
            raise fail(
                "worker 需要 PostgreSQL；单机请用 `dibao up` / worker needs PostgreSQL",
                code=EXIT_USAGE,
            )
        dispatcher = LocalDispatcher(
            db=state.db,
            config=state.config.crawl,
            config_path=state.config_path,
            log_dir=state.config.storage.data_dir / "logs",
        )
        run_worker(dispatcher, clock=now_utc)
