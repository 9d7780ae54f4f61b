"""``dibao classify train``: from reviewed items in the store to labels on new pages."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crawler.cli import app
from pipelines.items import Bulletin, CleanPage, Metadata
from pipelines.steps import Classifier
from storage.documents import save_document
from storage.engine import open_database
from storage.labels import set_human_label
from storage.migrate import upgrade
from storage.models import Document
from tests.storage.samples import NOW, add_source, record

WORDS = {"甲栏": ["球队", "比赛", "夺冠", "教练"], "乙栏": ["股市", "基金", "利率", "债券"]}


@pytest.fixture
def reviewed(tmp_path: Path) -> Path:
    """A configuration with 40 accepted items in two sections of the user's own."""
    config = tmp_path / "dibao.toml"
    config.write_text(f'[storage]\ndata_dir = "{tmp_path / "data"}"\n', encoding="utf-8")
    (tmp_path / "data").mkdir()
    database = open_database(f"sqlite:///{tmp_path / 'data' / 'dibao.db'}")
    upgrade(database)
    with database.writer() as session:
        source = add_source(session)
        for number in range(40):
            section = "甲栏" if number % 2 else "乙栏"
            words = WORDS[section]
            title = f"第{number}期{words[number % 4]}与{words[(number + 1) % 4]}动态"
            new = record(source, f"https://sample.gov.cn/{number}", title=title, text=title * 3)
            saved = save_document(session, new, now=NOW)
            assert saved.document_id is not None
            set_human_label(
                session,
                saved.document_id,
                slug=section,
                kind="section",
                present=True,
                actor="editor",
            )
            document = session.get(Document, saved.document_id)
            assert document is not None
            document.review_state = "accepted"
    database.dispose()
    return config


def test_a_model_learns_the_sections_of_the_editor(reviewed: Path) -> None:
    done = CliRunner().invoke(app, ["classify", "train", "--config", str(reviewed)])
    assert done.exit_code == 0, done.output
    assert "40条" in done.output
    models = reviewed.parent / "data" / "models"
    assert (models / "section.npz").is_file()
    item = Bulletin("cn-sample", "https://sample.gov.cn/x", datetime.now(UTC), b"x")
    item.page = CleanPage(title="", body_html="", body_text="教练带领球队比赛夺冠")
    item.metadata = Metadata(title="球队夺冠")
    Classifier(None, models)(item)
    assert [label.slug for label in item.labels if label.kind == "section"] == ["甲栏"]


def test_a_broken_model_costs_no_page(tmp_path: Path) -> None:
    (tmp_path / "section.npz").write_bytes(b"broken")
    item = Bulletin("cn-sample", "https://sample.gov.cn/x", datetime.now(UTC), b"x")
    item.page = CleanPage(title="", body_html="", body_text="某公司完成1亿元A轮融资。")
    item.metadata = Metadata(title="某公司完成融资")
    Classifier(None, tmp_path)(item)
    assert item.labels


def test_too_few_items_are_named(tmp_path: Path) -> None:
    config = tmp_path / "dibao.toml"
    config.write_text(f'[storage]\ndata_dir = "{tmp_path / "data"}"\n', encoding="utf-8")
    (tmp_path / "data").mkdir()
    database = open_database(f"sqlite:///{tmp_path / 'data' / 'dibao.db'}")
    upgrade(database)
    database.dispose()
    done = CliRunner().invoke(app, ["classify", "train", "--config", str(config)])
    assert done.exit_code == 1
    assert "至少需要20条" in done.output
    wrong = CliRunner().invoke(app, ["classify", "train", "--kind", "x", "--config", str(config)])
    assert wrong.exit_code == 2


def test_the_figures_are_cross_validated(reviewed: Path) -> None:
    done = CliRunner().invoke(
        app, ["classify", "train", "--json", "--dry-run", "--config", str(reviewed)]
    )
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert figures["items"] == 40
    assert figures["folds"] == 5
    assert figures["accuracy"] > 0.9
    assert {row["name"]: row["items"] for row in figures["classes"]} == {"甲栏": 20, "乙栏": 20}
    assert figures["model"] is None
    assert not (reviewed.parent / "data" / "models").exists()


def test_a_taxonomy_is_copied_checked_and_tried(tmp_path: Path) -> None:
    run = CliRunner().invoke
    own = tmp_path / "own.toml"
    assert run(app, ["classify", "taxonomy", "--out", str(own)]).exit_code == 0
    assert run(app, ["classify", "taxonomy", "--out", str(own)]).exit_code == 2
    assert run(app, ["classify", "check", str(own)]).exit_code == 0
    own.write_text(
        'version = 1\n[[topic]]\nname = "低空经济"\n'
        'strong = ["无人机"]\nexamples = ["eVTOL 首飞"]\n',
        encoding="utf-8",
    )
    failed = run(app, ["classify", "check", str(own)])
    assert failed.exit_code == 1
    assert "eVTOL 首飞" in failed.output
    tried = run(app, ["classify", "label", "无人机巡检", "--taxonomy", str(own), "--json"])
    assert [row["name"] for row in json.loads(tried.stdout)] == ["低空经济"]
    own.write_text('version = 1\n\n[[topic]]\nname = "甲"\nbar = "高"\n', encoding="utf-8")
    bad = run(app, ["classify", "check", str(own)])
    assert bad.exit_code == 2
    assert "own.toml:5 [topic.0.bar]" in bad.output


def test_a_broken_taxonomy_costs_no_page_and_the_doctor_names_it(
    reviewed: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own = reviewed.parent / "own.toml"
    own.write_text("version = 1\n[[topic]]\nname = 3\n", encoding="utf-8")
    item = Bulletin("cn-sample", "https://sample.gov.cn/x", datetime.now(UTC), b"x")
    item.page = CleanPage(title="", body_html="", body_text="某公司完成1亿元A轮融资。")
    item.metadata = Metadata(title="某公司完成融资")
    Classifier(own)(item)
    assert item.labels
    assert "own.toml:3 [topic.0.name]" in caplog.text
    text = reviewed.read_text(encoding="utf-8")
    reviewed.write_text(f'{text}[crawl]\ntaxonomy = "{own}"\n', encoding="utf-8")
    done = CliRunner().invoke(app, ["doctor", "--config", str(reviewed)])
    assert "own.toml:3" in done.output.replace("\n", "")
