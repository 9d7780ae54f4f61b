"""Noise stays out of an issue, and the preview says what is left out and why."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session
from typer.testing import CliRunner

from crawler.cli import app
from digest.compose import compose_issue
from digest.editions import period_at
from digest.frozen import load_issue
from digest.relevance import judged_documents
from storage.engine import Database, open_database
from storage.labels import set_human_label
from storage.migrate import upgrade
from storage.models import Document
from tests.digest.archive import END, PERIOD, add_document, add_sources, settings

EDITION = settings().digest.editions[0]


def carried(session: Session, **update: object) -> set[str]:
    """Titles of the issue that would be composed."""
    edition = EDITION.model_copy(update=update)
    made = compose_issue(session, edition, PERIOD, END)
    if made.issue_id is None or made.outcome == "empty":
        return set()
    return {item.title for item in load_issue(session, made.issue_id)[1].items}


def fill(session: Session) -> None:
    add_sources(session)
    add_document(session, "算力券管理办法", topics=("算力",))
    add_document(session, "某地球赛开幕", source="press-a", section=None)
    add_document(session, "某公司算力岗位招聘", source="press-a", topics=("算力",))
    add_document(session, "某地数据条例", source="cn-gd")


def test_noise_does_not_reach_the_mail(database: Database) -> None:
    with database.writer() as session:
        fill(session)
        assert carried(session) == {"算力券管理办法", "某公司算力岗位招聘", "某地数据条例"}


def test_interests_words_and_people_decide(database: Database) -> None:
    with database.writer() as session:
        fill(session)
        kept = add_document(session, "某公司算力招聘会", source="press-b", topics=("算力",))
        session.get_one(Document, kept).review_state = "accepted"
        placed = add_document(session, "某地晚会", source="press-b", section=None)
        set_human_label(
            session, placed, slug="新法速递", kind="section", present=True, actor="editor"
        )
        wanted = {"topics": ("算力",), "words": ("条例",), "not_words": ("招聘",)}
        edition = EDITION.model_copy(update=wanted)
        reasons = {
            row.found.document.title: (row.kept, row.reason)
            for row in judged_documents(session, edition=edition, period=PERIOD, now=END)
        }
        assert reasons["某公司算力岗位招聘"] == (False, "含排除词“招聘”")
        assert reasons["某公司算力招聘会"] == (True, "已采用")
        assert reasons["某地晚会"] == (True, "人工归入栏目")
        assert reasons["某地球赛开幕"][0] is False
        assert carried(session, **wanted) == {
            "算力券管理办法",
            "某地数据条例",
            "某公司算力招聘会",
            "某地晚会",
        }


def test_the_command_shows_what_is_left_out(tmp_path: Path) -> None:
    config = tmp_path / "dibao.toml"
    config.write_text(
        f'[storage]\ndata_dir = "{tmp_path}"\n[[digest.editions]]\nnot_words = ["球赛"]\n',
        encoding="utf-8",
    )
    database = open_database(f"sqlite:///{tmp_path / 'dibao.db'}")
    upgrade(database)
    with database.writer() as session:
        add_sources(session)
        # the command looks at the newest finished week of the real clock
        seen = period_at(EDITION, datetime.now(UTC)).start + timedelta(days=1)
        day = seen.date()
        add_document(session, "某地球赛开幕", source="press-a", seen=seen, published_on=day)
    database.dispose()
    done = CliRunner().invoke(app, ["digest", "relevance", "--config", str(config), "--json"])
    assert done.exit_code == 0, done.output
    (row,) = json.loads(done.stdout)
    assert (row["title"], row["kept"], row["reason"]) == ("某地球赛开幕", False, "含排除词“球赛”")
    unknown = CliRunner().invoke(
        app, ["digest", "relevance", "--edition", "none", "--config", str(config)]
    )
    assert unknown.exit_code == 2
