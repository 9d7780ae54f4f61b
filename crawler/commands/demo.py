"""``dibao demo``: the whole line on bundled sample sites."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to the root application."""
    app.command()(demo)


def demo(
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Leave the review page running.")
    ] = True,
    folder: Annotated[
        Path, typer.Option(help="Folder for the demo's data; replaced at each start.")
    ] = Path(".dibao-demo"),
) -> None:
    """Crawl sample sites on this machine twice, send the digest to a local mailbox, show it."""
    from rich.console import Console

    from crawler.demo.run import run_demo

    raise typer.Exit(run_demo(serve=serve, data_dir=folder, console=Console()))
