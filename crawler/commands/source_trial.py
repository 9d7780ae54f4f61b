"""``dibao source test``: does a source still read what it should, offline or on the live site."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from crawler.commands.context import EXIT_FAILED, ConfigOption, JsonOption, readable_errors
from crawler.commands.output import print_json

LIVE_SECONDS = 180


def trial(
    key: Annotated[str, typer.Argument(help="Source key.")],
    gold: Annotated[
        Path | None,
        typer.Option(help="Folder of the recording (default: gold/KEY in the data folder)."),
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Ask the site itself instead (robots and delay hold).")
    ] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare what a source reads with its recording, or with the live site; plain verdict."""
    from crawler.config import load_config
    from crawler.control.sync import load_sources
    from spiders.testing import check_source

    with readable_errors():
        loaded = load_config(config)
        spec = load_sources(loaded.crawl).get(key)
    if live:
        good, lines = _live(key, config=config, min_rows=spec.expect.min_rows)
    else:
        packaged = Path("tests") / "gold" / key
        own = loaded.storage.data_dir / "gold" / key
        verdict = check_source(spec, gold or (own if own.is_dir() else packaged))
        good, lines = verdict.ok, list(verdict.lines)
    if as_json:
        print_json({"key": key, "ok": good, "lines": lines})
    else:
        for line in lines:
            typer.echo(line)
    if not good:
        raise typer.Exit(EXIT_FAILED)


def _live(key: str, *, config: Path | None, min_rows: int) -> tuple[bool, list[str]]:
    """Fetch the list once and judge it."""
    command = [sys.executable, "-P", "-m", "crawler.child", "--dry-run", key, "--json"]
    if config is not None:
        command += ["--config", str(config)]
    done = subprocess.run(  # noqa: S603 - our own module
        command, capture_output=True, text=True, check=False, timeout=LIVE_SECONDS
    )
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return False, [done.stderr.strip() or f"exit {done.returncode}"]
    from crawler.remedies import remedy_for

    rows = found["rows"]
    lines = [
        f"✗ {failure['code']}: {failure['detail']}\n  → {remedy_for(failure['code'])}"
        for failure in found["failures"]
    ]
    dated = sum(bool(row.get("published_on") or row.get("date_text")) for row in rows)
    lines.append(
        f"{key}：{len(rows)} 条，其中 {dated} 条有日期；期望至少 {min_rows} 条 / "
        f"{len(rows)} rows, {dated} dated, at least {min_rows} expected"
    )
    return not found["failures"] and len(rows) >= min_rows, lines
