"""Due editions become drafts once, late ones ask first, an approver signs what was seen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from digest.compose import compose_due_issues
from digest.editions import due_editions
from digest.frozen import item_record, load_issue
from digest.issues import approve_issue, render_issue
from digest.lint import check_rendered
from digest.view import view_hash
from storage.engine import Database
from storage.errors import StateConflict
from storage.issues import edit_issue, get_issue, issue_items, list_issues
from storage.models import Outbox
from storage.outbox import count_states
from tests.digest.archive import (
    END,
    add_document,
    add_readers,
    add_sources,
    settings,
)
from tests.digest.composing import CONFIG, compose, titles


@pytest.fixture
def db(database: Database) -> Database:
    with database.writer() as session:
        add_sources(session)
    return database


def test_empty_period_is_noted_and_not_sent(db: Database) -> None:
    with db.reader() as session:
        assert [due.edition.key for due in due_editions(CONFIG, session, END)] == ["weekly"]
    assert compose_due_issues(db, CONFIG, now=END) == []
    with db.reader() as session:
        assert due_editions(CONFIG, session, END + timedelta(days=6)) == []
        [issue] = list_issues(session)
        assert (issue.state, issue.void_reason) == ("void", "empty")


def test_empty_issue_on_request_says_that_sources_were_read(db: Database) -> None:
    config = settings(send_empty=True, approval="automatic")
    with db.writer() as session:
        add_readers(session, 1)
    [issue_id] = compose_due_issues(db, config, now=END)
    with db.reader() as session:
        rendered = render_issue(session, issue_id, config=config)
        assert count_states(session)["queued"] == 1
    assert "本期没有新的内容" in rendered.text
    assert "本期检查 4/5 个来源，未能检查：示例财经" in rendered.text
    assert check_rendered(rendered) == []


def test_late_machine_makes_one_issue_and_asks_first(db: Database) -> None:
    config = settings(approval="automatic", grace_hours=48)
    with db.writer() as session:
        add_readers(session, 2)
        add_document(session, "文件")
    late = END + timedelta(days=4)
    [issue_id] = compose_due_issues(db, config, now=late)
    assert compose_due_issues(db, config, now=late + timedelta(hours=1)) == []
    with db.reader() as session:
        issue = get_issue(session, issue_id)
        assert issue is not None
        assert issue.state == "draft"
        assert count_states(session)["queued"] == 0
    with db.writer() as session:
        approved = approve_issue(session, config, issue_id, actor="editor", now=late)
    assert approved.recipients == 2


def test_automatic_approval_queues_everybody_once(db: Database) -> None:
    config = settings(
        approval="automatic", recipients=("desk@example.org", "reader-002@example.net")
    )
    with db.writer() as session:
        add_readers(session, 3)
        add_document(session, "文件")
    compose_due_issues(db, config, now=END + timedelta(minutes=5))
    compose_due_issues(db, config, now=END + timedelta(minutes=15))
    with db.reader() as session:
        rows = session.scalars(select(Outbox).order_by(Outbox.recipient)).all()
        assert [row.recipient for row in rows] == [
            "desk@example.org",
            "reader-001@example.net",
            "reader-002@example.net",
            "reader-003@example.net",
        ]
        assert len({row.message_id for row in rows}) == 4
        [issue] = list_issues(session)
        assert (issue.state, issue.recipients, issue.approved_by) == ("sending", 4, "automatic")


def test_approver_signs_what_was_seen(db: Database) -> None:
    with db.writer() as session:
        for number in range(5):
            add_document(session, f"文件{number}")
        made, view = compose(session)
    issue_id = made.issue_id or 0
    with db.writer() as session:
        rows = issue_items(session, issue_id)
        kept = [
            item_record(item, section="新法速递", version_id=row.version.id)
            for item, row in zip(view.items, rows, strict=True)
        ]
        edit_issue(session, issue_id, items=[kept[3], kept[0]], intro="本期侧重数据流通。")
    with db.writer() as session:
        _, edited = load_issue(session, issue_id)
        assert titles(edited) == [view.items[3].title, view.items[0].title]
        assert [item.number for item in edited.items] == [1, 2]
        assert {lead.number for lead in edited.leads} <= {1, 2}
        assert edited.intro == "本期侧重数据流通。"
        with pytest.raises(StateConflict):
            approve_issue(session, CONFIG, issue_id, actor="e", now=END, seen_hash=view_hash(view))
    with db.writer() as session:
        approve_issue(session, CONFIG, issue_id, actor="e", now=END, seen_hash=view_hash(edited))
