"""``dibao digest check``: every gate between a draft and its readers."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.commands.context import (
    EXIT_FAILED,
    EXIT_PARTIAL,
    ConfigOption,
    JsonOption,
    fail,
    now_utc,
    open_app,
)
from crawler.commands.output import print_json

if TYPE_CHECKING:
    from digest.link_check import LinkReport
    from digest.view import IssueView

_MARKS = {"pass": "✓", "warn": "!", "wait": "…", "fail": "✗"}
_NAMES = {
    "checks": "检查 / checks",
    "size": "大小 / size",
    "masthead": "刊名 / masthead",
    "links": "链接 / links",
    "test": "测试邮件 / test copy",
    "approval": "批准 / approval",
}


def check(
    issue: Annotated[int, typer.Argument(help="Number of the issue (see `digest list`).")],
    links: Annotated[
        bool, typer.Option("--links", help="Ask every link now, politely; keeps the answers.")
    ] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show every gate before sending: checks, size, links, test copy, approval.

    Exit 1 when one is closed, 3 when something is to be looked at or still to be done.
    """
    from digest.errors import DigestError
    from digest.frozen import load_issue
    from digest.gates import gates, record_links
    from digest.issues import render_view

    with open_app(config) as state:
        try:
            with state.db.reader() as session:
                _, view = load_issue(session, issue)
            if links:
                report = _ask(state.config, view, silent=as_json)
                with state.db.writer() as session:
                    record_links(session, issue, report, actor=getpass.getuser(), now=now_utc())
            with state.db.reader() as session:
                row, view = load_issue(session, issue)
                rendered = render_view(view, config=state.config, issue_id=issue)
                found = gates(
                    session, state.config, row, view=view, rendered=rendered, now=now_utc()
                )
        except DigestError as error:
            raise fail(f"[{error.code}] {error}") from error
    if as_json:
        print_json([asdict(gate) for gate in found])
    else:
        for gate in found:
            remedy = f"\n    → {gate.remedy}" if gate.remedy else ""
            typer.echo(f"{_MARKS[gate.state]} {_NAMES[gate.name]}  {gate.message}{remedy}")
    states = {gate.state for gate in found}
    if "fail" in states:
        raise typer.Exit(EXIT_FAILED)
    if states & {"warn", "wait"}:
        raise typer.Exit(EXIT_PARTIAL)


def _ask(config: Any, view: IssueView, *, silent: bool) -> LinkReport:
    """Every link of the issue, with a bar that moves."""
    from rich.console import Console
    from rich.progress import Progress

    from crawler.link_asking import ask_links
    from digest.link_check import issue_links

    with Progress(console=Console(stderr=True), disable=silent) as progress:
        task = progress.add_task("核对链接 / links", total=len(issue_links(view)))
        return ask_links(config, view, seen=lambda: progress.advance(task))
