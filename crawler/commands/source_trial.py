"""``dibao source test``: does a source still read what it should, offline or on the live site."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.commands.context import EXIT_FAILED, ConfigOption, JsonOption, readable_errors
from crawler.commands.output import print_json

if TYPE_CHECKING:
    from crawler.config import Config
    from spiders.catalogue import Spec
    from spiders.rows import ListRow

LIVE_SECONDS = 180
LIVE_ARTICLES = 2


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
        good, lines = _live(spec, loaded, config=config)
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


def _live(spec: Spec, loaded: Config, *, config: Path | None) -> tuple[bool, list[str]]:
    """Fetch the list and two of its articles, and judge them in plain words."""
    from crawler.pins import warned

    good, lines, rows = _live_list(spec, config=config)
    if spec.certificate is not None:
        lines.insert(0, warned(spec.pins, spec.certificate.reason))
    if good:
        good, more = _live_articles(spec, loaded, rows)
        lines += more
    if good:
        lines.append(
            f"结论：通过。可在 {spec.key}.yaml 中写 status: enabled / "
            "verdict: it works; status: enabled may be set"
        )
    else:
        lines.append(
            "结论：未通过，来源保持停用，请按上面的提示修改后再试 / "
            "verdict: it does not work yet; leave it off, mend what is named above, try again"
        )
    return good, lines


def _live_articles(spec: Spec, loaded: Config, rows: list[ListRow]) -> tuple[bool, list[str]]:
    """Whether title, day and text are found on the pages of the first rows."""
    from crawler.commands.source_articles import fetched_articles, read_samples
    from crawler.commands.source_find import today_in_china, visitor_of

    visitor = visitor_of(loaded, spec=spec)
    try:
        samples = list(fetched_articles(visitor, rows, most=LIVE_ARTICLES))
    finally:
        visitor.close()
    lines, _ = read_samples(spec, samples, today=today_in_china())
    return all(line.startswith("✓") for line in lines), lines


def _live_list(spec: Spec, *, config: Path | None) -> tuple[bool, list[str], list[ListRow]]:
    from spiders.rows import ListRow

    key, min_rows = spec.key, spec.expect.min_rows
    command = [sys.executable, "-P", "-m", "crawler.child", "--dry-run", key, "--json"]
    if config is not None:
        command += ["--config", str(config)]
    done = subprocess.run(  # noqa: S603 - our own module
        command, capture_output=True, text=True, check=False, timeout=LIVE_SECONDS
    )
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return False, [done.stderr.strip() or f"exit {done.returncode}"], []
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
    good = not found["failures"] and len(rows) >= min_rows
    return good, lines, [ListRow.from_json(row) for row in rows]
