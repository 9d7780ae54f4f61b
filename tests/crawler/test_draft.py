"""``dibao draft``: off by default; shows what would be sent without sending it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from crawler.cli import app
from storage.documents import save_document
from storage.engine import open_database
from storage.migrate import upgrade
from tests.storage.samples import NOW, add_source, record


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("draft")
    path = folder / "dibao.toml"
    path.write_text(f'[storage]\ndata_dir = "{folder}"\n', encoding="utf-8")
    database = open_database(f"sqlite:///{folder / 'dibao.db'}")
    upgrade(database)
    with database.writer() as session:
        save_document(session, record(add_source(session)), now=NOW)
    database.dispose()
    return path


def test_without_a_service_nothing_happens(config: Path) -> None:
    done = CliRunner().invoke(app, ["draft", "1", "--config", str(config)])
    assert done.exit_code == 1
    assert "[draft_off]" in done.output
    assert CliRunner().invoke(app, ["draft", "99", "--config", str(config)]).exit_code == 2


def test_the_prompt_can_be_read_before_anything_is_sent(config: Path) -> None:
    done = CliRunner().invoke(app, ["draft", "1", "--show-prompt", "--config", str(config)])
    assert done.exit_code == 0
    assert "社保、医保数据共享机制" in done.stdout
