"""``dibao digest``: compose, look, approve, send."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated, Any

import typer

from crawler.commands.context import (
    EXIT_USAGE,
    App,
    ConfigOption,
    JsonOption,
    YesOption,
    fail,
    now_utc,
    open_app,
)
from crawler.commands.output import print_rows

app = typer.Typer(help="Issues of the editions.", no_args_is_help=True)

IssueArgument = Annotated[int, typer.Argument(help="Number of the issue (see `digest list`).")]


@app.command(name="list")
def list_issues(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List issues, newest period first."""
    from storage.issues import list_issues as read_issues

    with open_app(config) as state, state.db.reader() as session:
        rows = [
            {
                "id": issue.id,
                "edition": issue.edition,
                "number": issue.number,
                "title": issue.title,
                "state": issue.state,
                "period_end": issue.period_end,
                "recipients": issue.recipients,
            }
            for issue in read_issues(session)
        ]
    columns = {"id": "编号", "edition": "版本", "number": "期号", "title": "标题", "state": "状态"}
    print_rows(
        rows,
        columns=columns | {"period_end": "截至", "recipients": "收件人"},
        as_json=as_json,
        empty="还没有期刊；运行 `dibao digest compose` / no issues yet: dibao digest compose",
    )


@app.command()
def compose(
    edition: Annotated[str, typer.Option(help="Key of the edition.")] = "weekly",
    config: ConfigOption = None,
) -> None:
    """Compose a draft for the newest finished period."""
    from digest.compose import compose_issue
    from digest.editions import edition_by_key, period_at
    from digest.errors import DigestError

    with open_app(config) as state:
        now = now_utc()
        try:
            chosen = edition_by_key(state.config.digest, edition)
            with state.db.writer() as session:
                issue = compose_issue(session, chosen, period_at(chosen, now), now)
        except DigestError as error:
            raise fail(str(error), code=EXIT_USAGE) from error
    typer.echo(f"草稿 / draft: {issue}；预览 / preview: dibao digest preview {issue}")
