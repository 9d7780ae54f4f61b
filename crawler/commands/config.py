"""``dibao config``: what is in force, and where it comes from."""

from __future__ import annotations

import typer

from crawler.commands.context import ConfigOption, JsonOption, readable_errors
from crawler.commands.output import print_json

app = typer.Typer(help="Show the configuration.", no_args_is_help=True)


@app.command()
def show(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Print every setting in force, secrets masked."""
    from crawler.config import find_config, load_config

    with readable_errors():
        loaded = load_config(config)
        path = find_config(config)
    values = loaded.model_dump(mode="json")
    if as_json:
        print_json(values)
        return
    typer.echo(f"# {path or '没有配置文件，以下为默认值 / no file: defaults'}")
    for section, items in values.items():
        typer.echo(f"\n[{section}]")
        for key, value in items.items():
            typer.echo(f"{key} = {value!r}")
