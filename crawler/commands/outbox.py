"""``dibao outbox``: what waits, what failed, and the moments only a person can decide."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crawler.commands.context import (
    EXIT_PARTIAL,
    EXIT_USAGE,
    ConfigOption,
    JsonOption,
    YesOption,
    fail,
    now_utc,
    open_app,
)
from crawler.commands.output import print_rows

app = typer.Typer(help="Mail that waits, failed or is undecided.", no_args_is_help=True)


@app.command(name="list")
def list_messages(
    state: Annotated[str | None, typer.Option(help="queued, sent, failed, unknown, held …")] = None,
    issue: Annotated[int | None, typer.Option(help="Only this issue.")] = None,
    limit: Annotated[int, typer.Option(help="How many, newest first.")] = 100,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List messages; addresses are shortened unless --json."""
    from digest.addresses import mask_address
    from storage.models.issue import OUTBOX_STATES
    from storage.outbox import list_outbox

    if state is not None and state not in OUTBOX_STATES:
        raise fail(f"--state: {', '.join(OUTBOX_STATES)}", code=EXIT_USAGE)
    with open_app(config) as opened, opened.db.reader() as session:
        rows = [
            {
                "id": row.id,
                "issue": row.issue_id,
                "recipient": row.recipient if as_json else mask_address(row.recipient),
                "state": row.state,
                "attempts": row.attempts,
                "not_before": row.not_before,
                "error_code": row.error_code,
                "last_error": row.last_error,
            }
            for row in list_outbox(session, state=state, issue_id=issue, limit=limit)
        ]
    columns = {"id": "编号", "issue": "期", "recipient": "收件人", "state": "状态"}
    print_rows(
        rows,
        columns=columns | {"attempts": "次数", "not_before": "不早于", "last_error": "错误"},
        as_json=as_json,
        empty="发件箱是空的 / the outbox is empty",
    )


@app.command()
def drain(config: ConfigOption = None) -> None:
    """Send everything that may go out now."""
    from crawler.control.ticks import send

    with open_app(config) as state:
        report = send(state.db, state.config, now=now_utc())
    typer.echo(
        f"已发 {report.sent}，失败 {report.failed}，"
        f"稍后重试 {report.retried}，不确定 {report.unknown}"
    )
    if report.slowed:
        typer.echo("已到每分钟上限，其余稍后自动发送 / the pace is used up: the rest goes later")
    if report.paused:
        typer.secho(report.paused, fg=typer.colors.RED, err=True)
    if report.failed or report.unknown or report.paused:
        raise typer.Exit(EXIT_PARTIAL)


@app.command()
def retry(
    message_id: Annotated[int, typer.Argument(help="Number of the message.")],
    yes: YesOption = False,
    config: ConfigOption = None,
) -> None:
    """Send a failed, held or unknown message again. An unknown one may have arrived already."""
    from storage.models import Outbox
    from storage.outbox import retry as queue_again

    with open_app(config) as state:
        with state.db.reader() as session:
            row = session.get(Outbox, message_id)
            found = row.state if row is not None else None
        if found is None:
            raise fail(f"没有此邮件 / no such message: {message_id}")
        if found == "unknown" and not yes:
            typer.confirm(
                "对方可能已经收到，再发会重复。仍要发送？/ it may have arrived; send again?",
                abort=True,
            )
        with state.db.writer() as session:
            done = queue_again(session, outbox_id=message_id, now=now_utc())
    if not done:
        raise fail(f"状态为 {found}，不能重发 / it is {found} and cannot be sent again")
    typer.echo("已放回待发 / queued again")


@app.command()
def bounce(
    files: Annotated[
        list[Path], typer.Argument(help="Returned mails (.eml), or - for one on standard input.")
    ],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read returned mails: unknown addresses and complaints end, full mailboxes get it again later.

    Exit 3 when one could not be matched to a mail of ours or not be read.
    """
    from digest.addresses import mask_address
    from digest.bounces import read_bounce, settle_bounce

    rows = []
    with open_app(config) as state:
        for path in files:
            for found in read_bounce(_returned(path)):
                with state.db.writer() as session:
                    settled = settle_bounce(session, found, now=now_utc())
                address = settled.recipient or found.recipient or ""
                rows.append(
                    {
                        "file": str(path),
                        "recipient": address if as_json or not address else mask_address(address),
                        "kind": found.kind,
                        "outcome": settled.outcome,
                        "until": settled.until,
                        "status": found.status,
                        "reason": found.reason,
                    }
                )
    columns = {"file": "文件", "recipient": "收件人", "kind": "类型", "outcome": "处理"}
    columns |= {"until": "不早于", "reason": "原因"}
    print_rows(rows, columns=columns, as_json=as_json, empty="")
    if any(row["outcome"] == "unmatched" or row["kind"] == "other" for row in rows):
        raise typer.Exit(EXIT_PARTIAL)


def _returned(path: Path) -> bytes:
    import sys

    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise fail(f"{path}：读不了 / cannot be read: {error}", code=EXIT_USAGE) from error
