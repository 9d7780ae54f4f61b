"""``dibao digest``: compose, look, approve, send."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from crawler.commands.context import (
    EXIT_FAILED,
    EXIT_USAGE,
    ConfigOption,
    JsonOption,
    YesOption,
    fail,
    now_utc,
    open_app,
)
from crawler.commands.digest_gates import check
from crawler.commands.output import print_rows
from crawler.commands.relevance import relevance

app = typer.Typer(help="Issues of the editions.", no_args_is_help=True)
app.command()(relevance)
app.command()(check)

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
                done = compose_issue(session, chosen, period_at(chosen, now), now)
        except DigestError as error:
            raise fail(str(error), code=EXIT_USAGE) from error
    texts = {
        "draft": f"草稿 / draft: {done.issue_id}，{done.items} 条；"
        f"预览 / preview: dibao digest preview {done.issue_id}",
        "empty": "这一期没有新内容，不会发送 / nothing new: nothing will be sent",
        "exists": f"这一期已经有了 / this period has an issue already: {done.issue_id}",
    }
    typer.echo(texts[done.outcome])


@app.command()
def preview(
    issue: IssueArgument,
    folder: Annotated[Path, typer.Option(help="Where to write the files.")] = Path(),
    config: ConfigOption = None,
) -> None:
    """Write the mail as it will look (HTML and text) and say what the checks find."""
    from digest.issues import problems_of, render_issue

    with open_app(config) as state, digest_errors(), state.db.reader() as session:
        rendered = render_issue(session, issue, config=state.config)
    folder.mkdir(parents=True, exist_ok=True)
    html, text = folder / f"issue-{issue}.html", folder / f"issue-{issue}.txt"
    html.write_text(rendered.html, encoding="utf-8")
    text.write_text(rendered.text, encoding="utf-8")
    typer.echo(f"主题 / subject: {rendered.subject}\n{html}\n{text}")
    for warning in rendered.warnings:
        typer.secho(f"! {warning}", fg=typer.colors.YELLOW, err=True)
    problems = problems_of(rendered)
    for problem in problems:
        typer.secho(f"✗ {problem}", fg=typer.colors.RED, err=True)
    if problems:
        raise typer.Exit(EXIT_FAILED)


@app.command()
def export(
    issue: IssueArgument,
    target: Annotated[Path, typer.Argument(help="File to write: .docx or .pdf.")],
    config: ConfigOption = None,
) -> None:
    """Write the issue as a Word or PDF file, with a footnote to the page of every item."""
    from digest.files import TYPES, issue_file
    from digest.frozen import load_issue

    kind = target.suffix.lower().removeprefix(".")
    if kind not in TYPES:
        raise fail("文件名须以 .docx 或 .pdf 结尾 / the file name must end in .docx or .pdf")
    with open_app(config) as state, digest_errors(), state.db.reader() as session:
        _, view = load_issue(session, issue)
        target.write_bytes(issue_file(view, kind))
    typer.echo(f"已写出 / written: {target}")


@app.command()
def takeover(
    issue: IssueArgument,
    file: Annotated[Path, typer.Argument(help="The exported .docx, edited in Word.")],
    config: ConfigOption = None,
) -> None:
    """Bring summaries, comments and preface of an edited Word file into the draft."""
    from digest.editing import take_over
    from storage.audit import record_action

    with open_app(config) as state, digest_errors(), state.db.writer() as session:
        change, edited = take_over(session, issue, file.read_bytes())
        if not change.is_none:
            record_action(
                session,
                actor=getpass.getuser(),
                action="issue_edit",
                target_kind="issue",
                target_id=issue,
                before=change.before,
                after=change.after,
                now=now_utc(),
            )
    typer.echo(f"改动 {edited.count} 处 / places changed: {edited.count}")
    if edited.missing:
        named = "、".join(str(number) for number in edited.missing)
        typer.secho(
            f"! 文件里没有第 {named} 条，未作改动 / not in the file, left alone: {named}",
            fg=typer.colors.YELLOW,
            err=True,
        )


@app.command(name="test")
def send_test(
    issue: IssueArgument,
    address: Annotated[str, typer.Argument(help="Where the test copy goes.")],
    config: ConfigOption = None,
) -> None:
    """Queue a test copy of an issue for one address; the issue itself is not touched."""
    from digest.trial import queue_test_copy

    with open_app(config) as state, digest_errors(), state.db.writer() as session:
        queued = queue_test_copy(session, issue, address, now=now_utc())
    typer.echo(
        "测试邮件已排队；运行 `dibao digest send` / test copy queued"
        if queued
        else "同样的内容刚刚发过 / the same content was sent there already"
    )


@app.command()
def verify(
    issue: IssueArgument,
    files: Annotated[
        list[Path] | None, typer.Argument(help="Renderings to hold against it (.eml .docx .pdf …).")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Compute the check digits of an issue again, and compare those printed in files."""
    from digest.frozen import load_issue
    from digest.trial import printed_hash
    from digest.view import view_hash

    with open_app(config) as state, digest_errors(), state.db.reader() as session:
        row, view = load_issue(session, issue)
        now = view_hash(view)
        approved = row.content_hash
    good = approved is None or approved == now
    told = "尚未批准 / not approved yet" if approved is None else "与批准时一致 / as approved"
    typer.echo(f"{now[:10]}  {told if good else '与批准时不同 / changed since approval'}")
    for path in files or ():
        found = printed_hash(path.name, path.read_bytes())
        same = found == now[:10]
        good = good and same
        typer.echo(f"{found or '（无校验码 / none）'}  {'✓' if same else '✗'}  {path}")
    if not good:
        raise typer.Exit(EXIT_FAILED)


@app.command()
def approve(issue: IssueArgument, yes: YesOption = False, config: ConfigOption = None) -> None:
    """Approve a draft: it is frozen and queued for its readers in one step."""
    from digest.issues import approve_issue

    with open_app(config) as state, digest_errors():
        if not yes:
            typer.confirm(f"批准第 {issue} 号并排队发送？/ approve and queue it?", abort=True)
        with state.db.writer() as session:
            done = approve_issue(
                session, state.config, issue, actor=getpass.getuser(), now=now_utc()
            )
    for warning in done.warnings:
        typer.secho(f"! {warning}", fg=typer.colors.YELLOW, err=True)
    typer.echo(f"已批准，待发 {done.recipients} 封；运行 `dibao digest send` / approved and queued")


@app.command()
def void(
    issue: IssueArgument,
    reason: Annotated[str, typer.Option(help="Why (kept in the audit).")],
    config: ConfigOption = None,
) -> None:
    """Drop an issue that has not gone out; its items may come again."""
    from digest.issues import void_issue

    with open_app(config) as state, digest_errors(), state.db.writer() as session:
        void_issue(session, issue, actor=getpass.getuser(), reason=reason, now=now_utc())
    typer.echo(f"已作废 / void: {issue}")


@app.command()
def send(
    dry_run: Annotated[
        Path | None,
        typer.Option("--dry-run", help="Write the waiting mails as .eml files here; send nothing."),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Send what is approved and waiting (the scheduler does the same)."""
    from crawler.commands.outbox import drain

    if dry_run is None:
        drain(config)
        return
    from digest.copies import Press
    from digest.transports import FolderTransport
    from storage.outbox import list_outbox

    with open_app(config) as state, digest_errors(), state.db.reader() as session:
        press, folder = Press.open(state.config), FolderTransport(dry_run)
        waiting = list_outbox(session, state="queued", limit=100_000)
        for row in waiting:
            folder.send(press.copy(session, row))
    typer.echo(f"已写出 {len(waiting)} 封，未发送 / written, nothing sent: {dry_run}")


@contextmanager
def digest_errors() -> Iterator[None]:
    """Turn the errors of the digest into one readable text."""
    from digest.errors import DigestError
    from storage.errors import StoreError

    try:
        yield
    except (DigestError, StoreError) as error:
        raise fail(f"[{error.code}] {error}") from error
