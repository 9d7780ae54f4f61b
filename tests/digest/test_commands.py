"""``dibao digest`` export, verify and test, as an operator types them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from crawler.cli import app
from digest.files import possible_types
from storage.engine import open_database
from storage.migrate import upgrade
from storage.models import Issue
from tests.digest.sending import fill


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration over a database with one approved issue."""
    folder = tmp_path_factory.mktemp("site")
    database = open_database(f"sqlite:///{folder / 'dibao.db'}")
    upgrade(database)
    fill(database, readers=1)
    database.dispose()
    path = folder / "dibao.toml"
    path.write_text(f'[storage]\ndata_dir = "{folder}"\n', encoding="utf-8")
    return path


def run(config: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["digest", *arguments, "--config", str(config)])
    return result.exit_code, result.output


def test_files_are_written_and_held_against_the_issue(config: Path, tmp_path: Path) -> None:
    paths = [str(tmp_path / f"issue.{kind}") for kind in possible_types()]
    for path in paths:
        assert run(config, "export", "1", path)[0] == 0
    code, told = run(config, "verify", "1", *paths)
    assert code == 0
    assert "与批准时一致" in told
    assert told.count("✓") == len(paths)
    other = tmp_path / "other.txt"
    other.write_text("校验 0123456789\n", encoding="utf-8")
    code, told = run(config, "verify", "1", str(other))
    assert (code, "✗" in told) == (1, True)
    assert run(config, "export", "1", str(tmp_path / "issue.odt"))[0] != 0
    assert "没有编号为 9 的一期" in run(config, "verify", "9")[1]


def test_a_change_after_approval_is_seen(config: Path) -> None:
    database = open_database(f"sqlite:///{config.parent / 'dibao.db'}")
    with database.writer() as session:
        session.get_one(Issue, 1).intro = "偷偷改动"
    code, told = run(config, "verify", "1")
    with database.writer() as session:
        session.get_one(Issue, 1).intro = None
    database.dispose()
    assert (code, "与批准时不同" in told) == (1, True)


def test_a_test_copy_is_queued(config: Path) -> None:
    assert "已排队" in run(config, "test", "1", "me@example.org")[1]
    assert "刚刚发过" in run(config, "test", "1", "me@example.org")[1]
    assert run(config, "test", "1", "not an address")[0] != 0
