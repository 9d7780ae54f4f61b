"""``dibao db``: schema, backup, clean-up, search index."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from crawler.commands.context import (
    EXIT_FAILED,
    ConfigOption,
    JsonOption,
    YesOption,
    now_utc,
    open_app,
)
from crawler.commands.output import print_json

app = typer.Typer(help="Schema, backup, clean-up, search index.", no_args_is_help=True)


@app.command()
def upgrade(config: ConfigOption = None) -> None:
    """Create or upgrade schema and search index; SQLite is backed up first.

    Building a large index takes some time; stopped, it goes on from there when run again.
    """
    from rich.progress import Progress

    from storage.migrate import backup, current, head, is_ready
    from storage.migrate import upgrade as run_upgrade

    with open_app(config, need_schema=False) as state:
        before = current(state.db)
        if is_ready(state.db):
            typer.echo(f"已是最新版本 / already at {before}")
            return
        # The index can be made again at any time, the tables cannot.
        if before not in (None, head()) and state.db.dialect == "sqlite":
            folder = state.config.storage.backups
            folder.mkdir(parents=True, exist_ok=True)
            saved = backup(state.db, folder / f"before-{head()}.db", now=now_utc())
            typer.echo(f"升级前备份 / backup before the upgrade: {saved}")
        with Progress(transient=True) as progress:
            task = progress.add_task("重建索引 / indexing", total=None)
            run_upgrade(
                state.db,
                indexed=lambda done, all_: progress.update(task, completed=done, total=all_),
            )
        typer.echo(f"数据库结构 / schema: {before or '无'} → {current(state.db)}")
        typer.echo("搜索索引已是最新 / the search index is up to date")


@app.command(name="current")
def show_current(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show the schema revision of the database and of the program; exit 1 if an upgrade is due."""
    from storage.migrate import current, head, is_ready

    with open_app(config, need_schema=False) as state:
        found, ready = current(state.db), is_ready(state.db)
        values = {"database": found, "program": head(), "ok": ready}
        if as_json:
            print_json(values)
        else:
            due = "" if ready else "；请运行 / run: dibao db upgrade"
            typer.echo(f"database {found or '无 / none'}, program {head()}{due}")
        if not ready:
            raise typer.Exit(EXIT_FAILED)


@app.command()
def check(config: ConfigOption = None) -> None:
    """Check that the tables are what the program expects, and their integrity."""
    from storage.migrate import differences

    with open_app(config) as state:
        problems = differences(state.db)
    for problem in problems:
        typer.echo(problem)
    if problems:
        raise typer.Exit(EXIT_FAILED)
    typer.echo("正常 / ok")


@app.command(name="backup")
def make_backup(
    target: Annotated[
        Path | None, typer.Argument(help="File to write (default: the backup folder).")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Copy the database while it is in use (SQLite); PostgreSQL: use pg_dump."""
    from storage.migrate import backup

    with open_app(config) as state:
        now = now_utc()
        path = target
        if path is None:
            folder = state.config.storage.backups
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"dibao-{now:%Y%m%d-%H%M%S}.db"
        typer.echo(str(backup(state.db, path, now=now)))


@app.command()
def prune(
    days: Annotated[int, typer.Option(help="Keep fetch records of this many days.")] = 90,
    yes: YesOption = False,
    config: ConfigOption = None,
) -> None:
    """Delete old fetch records, runs, sessions, and WARC files that no document came from."""
    from crawler.control.ticks import drop_files, prune_captures
    from storage.prune import Keep
    from storage.prune import prune as run_prune

    if not yes:
        typer.confirm(f"删除 {days} 天前的抓取记录？/ delete fetch records older?", abort=True)
    with open_app(config) as state:
        now = now_utc()
        with state.db.writer() as session:
            counts = run_prune(session, now=now, keep=Keep(fetches=timedelta(days=days)))
        counts["warc_file"] = len(prune_captures(state.db, state.config, now=now))
        counts["stored_file"] = len(drop_files(state.db, state.config, now=now))
        print_json(counts)


@app.command()
def reindex(config: ConfigOption = None) -> None:
    """Build the search index again from the stored texts."""
    from rich.progress import Progress

    from storage.index_queue import reindex as run_reindex

    with open_app(config) as state, Progress(transient=True) as progress:
        task = progress.add_task("重建索引 / indexing", total=None)
        done = 0
        with state.db.writer() as session:
            for done, total in run_reindex(session):
                progress.update(task, completed=done, total=total)
    typer.echo(f"已索引 / indexed: {done}")
