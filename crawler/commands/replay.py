"""``dibao replay``: crawl again out of captures, offline, and compare with what was stored."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.commands.context import (
    EXIT_FAILED,
    EXIT_OK,
    EXIT_USAGE,
    App,
    ConfigOption,
    JsonOption,
    fail,
    now_utc,
    open_app,
)

if TYPE_CHECKING:
    from crawler.control.replay_report import Comparison
    from crawler.control.replays import Target

SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command to the root application."""
    app.command()(replay)


def replay(
    targets: Annotated[list[str], typer.Argument(help="Numbers of runs, or WARC files.")],
    into: Annotated[
        Path | None,
        typer.Option(help="Keep the result in this new SQLite file (default: thrown away)."),
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Source key, for files that do not name one.")
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read captured pages again with the network off. Exit 0 identical, 1 different, 2 usage."""
    if into is not None and into.exists():
        raise fail(f"{into}：已存在，不覆盖 / exists already: not overwritten", code=EXIT_USAGE)
    from crawler.control.replays import ReplayError

    try:
        with open_app(config) as state, tempfile.TemporaryDirectory(prefix="dibao-replay-") as name:
            found = _targets(state, targets, source_key=source)
            results = [
                _replay(state, target, into or Path(name) / f"{number}.db")
                for number, target in enumerate(found)
            ]
    except ReplayError as error:
        raise fail(str(error), code=EXIT_USAGE) from error
    _print(results, as_json=as_json)
    raise typer.Exit(EXIT_OK if all(result["same"] for result in results) else EXIT_FAILED)


def _targets(state: App, names: list[str], *, source_key: str | None) -> list[Target]:
    from crawler.control.replays import ReplayError, target_of_run, targets_of_files

    numbers = [int(name) for name in names if name.isdigit() and not Path(name).exists()]
    paths = [Path(name) for name in names if not name.isdigit() or Path(name).exists()]
    folder = state.config.storage.captures
    found = [target_of_run(state.db, folder, number) for number in numbers]
    found += targets_of_files(paths, source_key=source_key)
    if not found:
        raise ReplayError("请给出运行编号或文件 / name runs or files")
    return found


def _replay(state: App, target: Target, path: Path) -> dict[str, Any]:
    """Replay one run into a database at ``path`` (made when it is not there); the result."""
    from crawler.control.replay_report import compare
    from crawler.control.replays import open_scratch, replay

    scratch = open_scratch(path, state.config, now=now_utc())
    try:
        done = replay(
            target,
            scratch=scratch,
            scratch_path=path,
            config=state.config,
            config_path=state.config_path,
            now=now_utc(),
        )
        with scratch.reader() as after, state.db.reader() as before:
            known = target.run_id is not None and _is_ours(before, target)
            made = (
                compare(before, after, run_id=target.run_id or 0, replay_id=done.run_id)
                if known
                else None
            )
            stored = _stored(after, done.run_id)
    finally:
        scratch.dispose()
    return {
        "source": target.source_key,
        "run": target.run_id,
        "files": [str(name) for name in target.files],
        "state": done.state,
        "error_code": done.error_code,
        "documents": stored,
        "same": made.same if made is not None else stored > 0,
        "comparison": _facts(made) if made is not None else None,
    }


def _is_ours(session: Any, target: Target) -> bool:
    """Whether the run of a file is one of this database, and of the same source."""
    from storage.models import CrawlRun, Source

    run = session.get(CrawlRun, target.run_id)
    return run is not None and session.get_one(Source, run.source_id).key == target.source_key


def _stored(session: Any, run_id: int) -> int:
    from sqlalchemy import func, select

    from storage.models import DocumentVersion

    query = select(func.count()).where(DocumentVersion.run_id == run_id)
    return int(session.scalar(query) or 0)


def _facts(made: Comparison) -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(made), "different": made.different}


def _print(results: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        from crawler.commands.output import print_json

        print_json(results)
        return
    for result in results:
        run = f"#{result['run']}" if result["run"] is not None else "—"
        typer.echo(
            f"{result['source']} {run}：读出 {result['documents']} 篇 / documents read again"
        )
        if result["comparison"] is None:
            typer.echo(
                "  库里没有这次运行，无从比较 / the run is not in this database: not compared"
            )
            continue
        _print_comparison(result["comparison"])


def _print_comparison(made: dict[str, Any]) -> None:
    typer.echo(
        f"  一致 {made['identical']}，不同 {made['different']}，没能重读 {len(made['missing'])}，"
        f"多出 {len(made['extra'])} / identical, different, not read again, beyond the run"
    )
    for difference in made["differences"][:SHOWN]:
        typer.secho(f"  ✗ {difference['url']}  {difference['field']}", fg=typer.colors.RED)
        typer.echo(f"      - {difference['stored']}\n      + {difference['replayed']}")
    for url, code in made["missing"][:SHOWN]:
        typer.secho(f"  ✗ {url}  {code}", fg=typer.colors.RED)
