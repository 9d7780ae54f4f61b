"""The ``dibao`` command. Modules of the commands import heavy packages only when they run."""

from __future__ import annotations

import sys

import typer
from typer.exceptions import Abort, TyperException

from crawler.commands import (
    attachments,
    classify,
    compare,
    config,
    crawl,
    db,
    demo,
    digest,
    draft,
    erase,
    events,
    health,
    import_,
    init,
    outbox,
    replay,
    report,
    run,
    search,
    serve,
    source,
    structure,
    subscriber,
    user,
    verify,
)

app = typer.Typer(
    name="dibao",
    help="邸报：政策与新闻监测 / scheduled policy monitoring: crawl, review, digest.",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

for module in (
    init,
    serve,
    crawl,
    import_,
    search,
    compare,
    report,
    draft,
    structure,
    verify,
    erase,
    replay,
    health,
    demo,
):
    module.register(app)
for name, group in (
    ("source", source.app),
    ("attachments", attachments.app),
    ("run", run.app),
    ("digest", digest.app),
    ("outbox", outbox.app),
    ("subscriber", subscriber.app),
    ("user", user.app),
    ("classify", classify.app),
    ("event", events.app),
    ("db", db.app),
    ("config", config.app),
):
    app.add_typer(group, name=name)


def print_version(value: bool) -> None:
    """``--version``."""
    if value:
        from crawler.config import version

        typer.echo(f"dibao {version()}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(
        False, "--version", callback=print_version, is_eager=True, help="Show the version."
    ),
) -> None:
    """邸报：采集、审阅、编发政策与行业动态 / collect, review and publish policy news."""


def main() -> None:
    """Console entry point."""
    try:
        code = app(prog_name="dibao", standalone_mode=False)
    except Abort:
        typer.secho("已取消 / cancelled", err=True)
        sys.exit(1)
    except TyperException as error:
        typer.secho(usage_text(error), err=True)
        sys.exit(error.exit_code)
    if code == INTERRUPTED:  # Ctrl-C
        typer.secho("已中断 / interrupted", err=True)
    sys.exit(code or 0)


def usage_text(error: TyperException) -> str:
    """What was wrong with the words of a command, in Chinese and English, and where help is."""
    message = error.format_message()
    context = getattr(error, "ctx", None)
    if context is None:
        return message
    if type(error).__name__ == "NoArgsIsHelpError":  # not public
        return str(context.get_help())
    chinese = next((text for said, text in _CHINESE if said in message), "用法不对")
    path = context.command_path
    return f"{chinese} / {message}\n用法见 / for help: {path} --help"


INTERRUPTED = 130
_CHINESE = (
    ("No such command", "没有这个命令"),
    ("No such option", "没有这个选项"),
    ("Missing", "缺少参数"),
    ("Invalid value", "参数的值不对"),
    ("unexpected extra argument", "多出了参数"),
    ("requires an argument", "选项后面缺少值"),
)
