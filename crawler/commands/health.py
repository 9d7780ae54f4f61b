"""``dibao health`` and ``dibao doctor``: what is wrong, and what to do."""

from __future__ import annotations

from dataclasses import asdict

import typer

from crawler.commands.context import (
    EXIT_FAILED,
    EXIT_PARTIAL,
    ConfigOption,
    JsonOption,
    now_utc,
    open_app,
)
from crawler.commands.output import print_json, print_rows


def register(app: typer.Typer) -> None:
    """Add the commands to the root application."""
    app.command()(health)
    app.command()(doctor)


def health(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show the sources that are broken, blocked, failing or unusually quiet. Exit 3 if any."""
    from crawler.control.sync import load_sources
    from crawler.control.watch import update_files, update_health
    from storage.health import open_events

    with open_app(config) as state:
        update_health(state.db, open_after=state.config.alerts.open_after, now=now_utc())
        update_files(state.db, load_sources(state.config.crawl).errors, now=now_utc())
        with state.db.reader() as session:
            rows = [
                {
                    "source": event.subject.removeprefix("source:"),
                    "rule": event.rule,
                    "severity": event.severity,
                    "opened_at": event.opened_at,
                    "message": event.summary,
                    "remedy": event.evidence.get("remedy", ""),
                    "evidence": event.evidence,
                }
                for event in open_events(session)
            ]
    print_rows(
        rows,
        columns={
            "source": "来源",
            "rule": "问题",
            "opened_at": "始于",
            "message": "说明",
            "remedy": "怎么办",
        },
        as_json=as_json,
        empty="所有来源正常 / all sources are healthy",
    )
    if rows:
        raise typer.Exit(EXIT_PARTIAL)


def doctor(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Check the installation: packages, disk, database, sources, mail, its DNS and TLS, users."""
    from crawler.control.doctor import examine

    with open_app(config, need_schema=False) as state:
        results = examine(state.config, state.db, now=now_utc())
    if as_json:
        print_json([asdict(result) for result in results])
    else:
        marks = {"ok": "✓", "warning": "!", "error": "✗", "unchecked": "?"}
        for result in results:
            remedy = f"\n    → {result.remedy}" if result.remedy else ""
            typer.echo(f"{marks[result.level]} {result.name:10} {result.message}{remedy}")
    if any(result.level == "error" for result in results):
        raise typer.Exit(EXIT_FAILED)
