"""``dibao source``: the catalogue, its checks and tests."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from crawler.commands import source_list, source_new, source_record, source_trial
from crawler.commands.context import (
    EXIT_FAILED,
    EXIT_USAGE,
    ConfigOption,
    JsonOption,
    fail,
    now_utc,
    open_app,
    readable_errors,
)
from crawler.commands.output import print_json

app = typer.Typer(help="Sources: list, show, check, test, switch.", no_args_is_help=True)


app.command(name="list")(source_list.list_sources)


@app.command()
def show(
    key: Annotated[str, typer.Argument(help="Source key.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one source: its definition, and its state where there is a database."""
    from crawler.config import load_config
    from storage.engine import open_database
    from storage.migrate import current
    from storage.sources import source_by_key

    with readable_errors():
        loaded = load_config(config)
        spec = _spec(source_list.catalogue_of(loaded.crawl), key)
        values: dict[str, Any] = spec.model_dump(mode="json", exclude_defaults=True)
        db = open_database(loaded.storage.database_url)
        try:
            if current(db) is not None:
                with db.reader() as session:
                    row = source_by_key(session, key)
                    names = ("enabled", "next_check_at", "last_ok_at", "last_new_at", "failures")
                    if row is not None:
                        values["state"] = {name: getattr(row, name) for name in names}
        finally:
            db.dispose()
    if as_json:
        print_json(values)
        return
    import yaml

    typer.echo(yaml.safe_dump(values, allow_unicode=True, sort_keys=False).rstrip())


@app.command()
def check(
    files: Annotated[
        list[Path] | None, typer.Argument(help="YAML files (default: the whole catalogue).")
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check source files: each mistake with file, line, field and remedy."""
    from crawler.config import load_config

    with readable_errors():
        if files:
            catalogue = _read_files(files)
        else:
            catalogue = source_list.catalogue_of(load_config(config).crawl)
    if as_json:
        errors = [
            {
                "file": str(error.file),
                "line": error.line,
                "field": error.field,
                "message": error.message,
                "remedy": error.remedy,
            }
            for error in catalogue.errors
        ]
        print_json({"sources": len(catalogue.specs), "errors": errors})
    else:
        source_list.print_errors(catalogue.errors)
        typer.echo(
            f"{len(catalogue.specs)} 个来源可用，{len(catalogue.errors)} 处错误 / usable, errors"
        )
    if catalogue.errors:
        raise typer.Exit(EXIT_FAILED)


app.command(name="test")(source_trial.trial)
app.command(name="new")(source_new.new)
app.command(name="record")(source_record.record)


@app.command()
def enable(
    key: Annotated[str, typer.Argument(help="Source key.")], config: ConfigOption = None
) -> None:
    """Let the scheduler crawl a source again."""
    _switch(key, config=config, enabled=True)


@app.command()
def disable(
    key: Annotated[str, typer.Argument(help="Source key.")], config: ConfigOption = None
) -> None:
    """Stop scheduling a source; its documents stay."""
    _switch(key, config=config, enabled=False)


def _switch(key: str, *, config: Path | None, enabled: bool) -> None:
    from crawler.control.sync import load_sources, sync_catalogue
    from storage.sources import set_enabled

    with open_app(config) as state:
        catalogue = load_sources(state.config.crawl)
        _spec(catalogue, key)
        sync_catalogue(state.db, catalogue, now=now_utc())
        with state.db.writer() as session:
            set_enabled(session, key, enabled=enabled)
    typer.echo(f"{key}: {'已启用 / enabled' if enabled else '已停用 / disabled'}")


def _read_files(files: list[Path]) -> Any:
    from spiders.catalogue import Catalogue, SourceFileErrors, read_source

    missing = [str(path) for path in files if not path.is_file()]
    if missing:
        raise fail(f"文件不存在 / no such file: {', '.join(missing)}", code=EXIT_USAGE)
    specs, errors = {}, []
    for path in files:
        try:
            specs[path.stem] = read_source(path)
        except SourceFileErrors as group:
            errors.extend(group.errors)
    return Catalogue(specs, tuple(errors))


def _spec(catalogue: Any, key: str) -> Any:
    from spiders.catalogue import UnknownSource

    try:
        return catalogue.get(key)
    except UnknownSource as error:
        raise fail(str(error), code=EXIT_USAGE) from error
