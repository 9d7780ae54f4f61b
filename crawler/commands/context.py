"""What every command starts with: configuration, database, exit codes, error texts.

Exit codes: 0 ok, 1 failed, 2 usage or configuration, 3 partial (some sources failed),
75 try again later (someone else holds the lease).
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from crawler.config import Config
    from storage.engine import Database

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_PARTIAL = 3
EXIT_TRY_LATER = 75

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="Configuration file (default: ./dibao.toml)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]


@dataclass(frozen=True, slots=True)
class App:
    """Configuration and database of one command."""

    config: Config
    config_path: Path | None
    db: Database


def now_utc() -> datetime:
    """The clock of the command line: aware, UTC."""
    return datetime.now(UTC)


def fail(message: str, *, code: int = EXIT_FAILED) -> typer.Exit:
    """Print an error to stderr; raise the result."""
    typer.secho(message, fg=typer.colors.RED, err=True)
    return typer.Exit(code)


@contextmanager
def readable_errors() -> Iterator[None]:
    """Turn our own errors into one readable text and the right exit code."""
    from crawler.config import ConfigError
    from spiders.catalogue import CatalogueError, UnknownSource
    from storage.errors import StoreError

    try:
        yield
    except ConfigError as error:
        lines = "\n".join(f"  - {problem}" for problem in error.problems)
        where = error.path or "环境变量 / environment"
        raise fail(f"配置有误 / configuration error: {where}\n{lines}", code=EXIT_USAGE) from error
    except CatalogueError as error:
        raise fail(f"来源文件有误 / source file error: {error}", code=EXIT_USAGE) from error
    except UnknownSource as error:
        raise fail(str(error), code=EXIT_USAGE) from error
    except StoreError as error:
        raise fail(f"数据库 / database [{error.code}]: {error}") from error
    except OSError as error:
        if error.filename is None:  # a connection or a pipe
            raise
        raise fail(file_trouble(error), code=EXIT_USAGE) from error


def file_trouble(error: OSError, *, name: object = None) -> str:
    """What the system said of a file or folder (``name`` where it gives none), and what to do."""
    what = error.strerror or str(error)
    said = _FILE_TROUBLES.get(error.errno or 0, f"不能使用 / cannot be used: {what}")
    return f"{error.filename or name}: {said}"


_FILE_TROUBLES = {
    errno.ENOENT: "没有这个文件或文件夹，请检查路径 / no such file or folder: check the path",
    errno.EACCES: "没有权限，请换一个用户或修改权限 / no permission: use another user or change it",
    errno.EPERM: "没有权限，请换一个用户或修改权限 / no permission: use another user or change it",
    errno.EISDIR: "这是文件夹，需要一个文件 / a folder, but a file is needed",
    errno.ENOTDIR: "路径中有一段是文件 / a part of the path is a file",
    errno.EEXIST: "已有同名文件 / a file of this name is in the way",
    errno.EROFS: "只读，不能写入 / read-only: choose another folder",
    errno.ENOSPC: "磁盘已满，请腾出空间 / the disk is full: free some space",
}


@contextmanager
def open_app(config_path: Path | None, *, need_schema: bool = True) -> Iterator[App]:
    """Load the configuration and open the database; refuse an old or newer schema."""
    from crawler.config import find_config, load_config
    from storage.engine import open_database
    from storage.migrate import current, require_head

    with readable_errors():
        config = load_config(config_path)
        config.storage.data_dir.mkdir(parents=True, exist_ok=True)
        db = open_database(config.storage.database_url)
        try:
            if need_schema and current(db) is None:
                raise fail(
                    "还没有数据库，请先运行 `dibao init` / no database yet: run `dibao init` first",
                    code=EXIT_USAGE,
                )
            if need_schema:
                require_head(db)
            yield App(config, find_config(config_path), db)
        finally:
            db.dispose()
