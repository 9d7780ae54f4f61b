"""``dibao init``: a first configuration and an empty database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crawler.commands.context import EXIT_USAGE, fail, now_utc, readable_errors

TEMPLATE = "dibao.example.toml"


def register(app: typer.Typer) -> None:
    """Add the command to the root application."""
    app.command()(init)


def init(
    folder: Annotated[Path, typer.Argument(help="Folder for dibao.toml and data/.")] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Write dibao.toml with comments and create the database."""
    from importlib.resources import files

    from crawler.config import CONFIG_NAME, load_config
    from crawler.control.sync import load_sources, sync_catalogue
    from storage.engine import open_database
    from storage.migrate import upgrade

    target = folder / CONFIG_NAME
    if target.exists() and not force:
        raise fail(
            f"{target} 已存在；要覆盖请加 --force / it exists already: add --force to replace it",
            code=EXIT_USAGE,
        )
    with readable_errors():
        folder.mkdir(parents=True, exist_ok=True)
        target.write_text(
            files("crawler").joinpath(TEMPLATE).read_text(encoding="utf-8"), encoding="utf-8"
        )
        config = load_config(target)
        config.storage.data_dir.mkdir(parents=True, exist_ok=True)
        db = open_database(config.storage.database_url)
        try:
            upgrade(db)
            catalogue = load_sources(config.crawl)
            sync_catalogue(db, catalogue, now=now_utc())
        finally:
            db.dispose()
    typer.echo(
        f"已写入 {target}，数据库已建立，收录 {len(catalogue.specs)} 个来源。\n"
        f"{target} is written, the database made, {len(catalogue.specs)} sources are known.\n"
        "下一步 / next:\n"
        "  1. 在 dibao.toml 填写 crawl.contact 和 mail（发信服务器）/ fill them in\n"
        "  2. dibao user add 你的用户名        # 审阅网页的登录 / login of the desk\n"
        "  3. dibao crawl --tag national       # 先采一次 / fetch once\n"
        "  4. dibao up                         # 定时采集 + 审阅网页 / scheduler and desk"
    )
