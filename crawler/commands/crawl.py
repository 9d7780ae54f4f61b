"""``dibao crawl``: run sources now, with progress, and say plainly what happened."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.commands.context import (
    EXIT_FAILED,
    EXIT_OK,
    EXIT_PARTIAL,
    EXIT_TRY_LATER,
    EXIT_USAGE,
    App,
    ConfigOption,
    JsonOption,
    fail,
    now_utc,
    open_app,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from crawler.control.batch import Batch, RunOutcome


def register(app: typer.Typer) -> None:
    """Add the command to the root application."""
    app.command()(crawl)


def crawl(
    keys: Annotated[list[str] | None, typer.Argument(help="Source keys.")] = None,
    due: Annotated[bool, typer.Option("--due", help="All sources whose time has come.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="All enabled sources.")] = False,
    tag: Annotated[str | None, typer.Option(help="All enabled sources with this tag.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Back-fill: page on until this day."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Fetch and show the list; store nothing.")
    ] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Crawl sources now. Exit 0 all good, 3 some failed, 1 all failed, 75 already running."""
    if dry_run:
        raise typer.Exit(_dry_run(keys or [], config=config, as_json=as_json))
    with open_app(config) as state:
        chosen = _choose(state, keys=keys or [], due=due, everything=everything, tag=tag)
        options: dict[str, Any] = {"since": since.date().isoformat()} if since else {}
        batch = _run(state, chosen, options=options, quiet=as_json)
    _report(batch, as_json=as_json)


def _choose(
    state: App, *, keys: list[str], due: bool, everything: bool, tag: str | None
) -> list[tuple[int, str]]:
    """The (id, key) of the sources to run. Exits with 2 when a key or tag is unknown."""
    from crawler.control.next_look import due_now
    from crawler.control.sync import load_sources, sync_catalogue
    from spiders.catalogue import UnknownSource
    from storage import sources

    if not (keys or due or everything or tag):
        raise fail(
            "请给出来源，或 --due、--all、--tag；`dibao source list` 查看全部 / "
            "name sources, or use --due, --all or --tag; see `dibao source list`",
            code=EXIT_USAGE,
        )
    catalogue = load_sources(state.config.crawl)
    for error in catalogue.errors:
        typer.secho(f"跳过 / skipped: {error}", fg=typer.colors.YELLOW, err=True)
    for key in keys:
        try:
            catalogue.get(key)
        except UnknownSource as error:
            raise fail(str(error), code=EXIT_USAGE) from error
    tagged = {spec.key for spec in catalogue.tagged(tag)} if tag else set()
    now = now_utc()
    sync_catalogue(state.db, catalogue, now=now)
    with state.db.writer() as session:
        rows = sources.list_sources(session)
        ready = {source.id for source in due_now(session, now=now, limit=10_000)}
    chosen = [
        (row.id, row.key)
        for row in rows
        if row.key in keys
        or (row.status == "enabled" and row.enabled and (everything or row.key in tagged))
        or (due and row.id in ready)
    ]
    if not chosen and not due:
        tags = sorted({name for spec in catalogue.specs.values() for name in spec.tags})
        raise fail(
            f"没有匹配的来源；可用标签 / no source matches; tags: {', '.join(tags)}",
            code=EXIT_USAGE,
        )
    return chosen


def _run(
    state: App, chosen: list[tuple[int, str]], *, options: dict[str, Any], quiet: bool
) -> Batch:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from crawler.control.batch import queue_batch, read_progress, run_batch
    from crawler.control.dispatch import LocalDispatcher

    batch = queue_batch(
        state.db,
        chosen,
        trigger="backfill" if options.get("since") else "manual",
        now=now_utc(),
        options=options,
    )
    dispatcher = LocalDispatcher(
        db=state.db,
        config=state.config.crawl,
        config_path=state.config_path,
        log_dir=state.config.storage.data_dir / "logs",
    )
    told = [""]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, console=Console(stderr=True), disable=quiet, transient=True
    ) as progress:
        task = progress.add_task("采集 / crawling", total=len(batch.run_ids))

        def ended(outcome: RunOutcome) -> None:
            progress.advance(task)
            progress.update(task, description=f"{outcome.source_key} {outcome.state}")

        def look(waiting: Collection[int]) -> None:
            line = read_progress(state.db, waiting)
            if line:
                progress.update(task, description=f"采集 / crawling  {line}")
                if not (quiet or progress.console.is_terminal) and line != told[-1]:
                    told.append(line)
                    typer.echo(line, err=True)

        return run_batch(state.db, batch, dispatcher, clock=now_utc, on_end=ended, on_look=look)


def _report(batch: Batch, *, as_json: bool) -> None:
    """Print the outcome of each run and exit with the code of the whole."""
    from dataclasses import asdict

    from crawler.commands.output import print_rows
    from crawler.remedies import remedy_for

    rows = []
    for outcome in sorted(batch.outcomes, key=lambda item: item.source_key):
        row = asdict(outcome)
        row["note"] = remedy_for(outcome.error_code) if outcome.error_code else ""
        rows.append(row)
    print_rows(
        rows,
        columns={
            "source_key": "来源",
            "state": "结果",
            "listed": "列出",
            "new": "新增",
            "changed": "修订",
            "unchanged": "未变",
            "duplicate": "重复",
            "failed": "失败",
            "error_code": "错误",
        },
        as_json=as_json,
        empty="没有到期的来源 / nothing is due",
    )
    if not as_json:
        _explain(batch)
    for key in batch.busy:
        typer.secho(f"{key}: 正在采集中，请稍后 / a run is active, try later", err=True)
    raise typer.Exit(_exit_code(batch))


def _explain(batch: Batch) -> None:
    """Each error once, with what to do and the sources that met it."""
    from crawler.remedies import remedy_for

    by_code: dict[str, list[str]] = {}
    for outcome in batch.outcomes:
        if outcome.error_code:
            by_code.setdefault(outcome.error_code, []).append(outcome.source_key)
    for code, keys in sorted(by_code.items(), key=lambda entry: -len(entry[1])):
        typer.echo(f"\n✗ {code}（{len(keys)}）{remedy_for(code)}\n  {'  '.join(sorted(keys))}")
    if by_code:
        typer.echo("\n每个错误的网址 / every address: dibao run list; dibao run show 编号")


def _exit_code(batch: Batch) -> int:
    good = sum(outcome.state == "ok" for outcome in batch.outcomes)
    if good < len(batch.outcomes):
        return EXIT_PARTIAL if good else EXIT_FAILED
    return EXIT_TRY_LATER if batch.busy and not batch.outcomes else EXIT_OK


def _dry_run(keys: list[str], *, config: Any, as_json: bool) -> int:
    """Hand over to the child's dry run, which prints the rows and stores nothing."""
    import subprocess
    import sys

    if not keys:
        raise fail("--dry-run 需要来源名 / --dry-run needs source keys", code=EXIT_USAGE)
    worst = 0
    for key in keys:
        command = [sys.executable, "-P", "-m", "crawler.child", "--dry-run", key]
        if config is not None:
            command += ["--config", str(config)]
        if as_json:
            command.append("--json")
        worst = max(worst, subprocess.run(command, check=False).returncode)  # noqa: S603
    return worst
