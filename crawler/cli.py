"""The ``dibao`` command. Modules of the commands import heavy packages only when they run."""

from __future__ import annotations

import sys

import typer

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
        app()
    except KeyboardInterrupt:
        typer.secho("已中断 / interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
