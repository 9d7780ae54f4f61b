"""A policy event is one item: the act first, reports and explanations in one line below it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from digest.compose import compose_issue
from digest.frozen import load_issue
from digest.issues import render_issue
from digest.view import Item
from review.relink import look_again
from storage.engine import Database
from tests.digest.archive import (
    END,
    NEXT,
    PERIOD,
    SEEN,
    add_document,
    add_sources,
    settings,
)

CONFIG = settings()
EDITION = CONFIG.digest.editions[0]
PLAN = "广东省算力产业发展行动计划（2026—2028年）"
FINAL = f"广东省人民政府关于印发《{PLAN}》的通知"
DRAFT = f"关于公开征求《{PLAN}（征求意见稿）》意见的公告"
READING = f"《{PLAN}》解读"


@pytest.fixture
def db(database: Database) -> Database:
    with database.writer() as session:
        add_sources(session)
    return database


def news(session: Session, name: str, **more: object) -> int:
    text = f"广东省人民政府日前印发《{name}》，提出多项目标，各地将抓好落实并定期通报。" * 2
    return linked(session, "广东算力计划出炉", source="press-a", text=text, **more)


def linked(session: Session, title: str, *, source: str = "cn-gd", **more: object) -> int:
    key = add_document(session, title, source=source, **more)  # type: ignore[arg-type]
    look_again(session, key, now=SEEN)
    return key


def issue(session: Session, *, after: bool = False) -> dict[str, Item]:
    period, now = (NEXT, NEXT.end) if after else (PERIOD, END)
    made = compose_issue(session, EDITION, period, now)
    if made.issue_id is None:
        return {}
    _, view = load_issue(session, made.issue_id)
    return {item.title: item for section in view.sections for item in section.items}


def test_pages_of_one_policy_are_one_item(db: Database) -> None:
    with db.writer() as session:
        linked(session, FINAL)
        linked(session, READING)
        news(session, PLAN)
        linked(session, "深圳市工业和信息化局关于另一件事的通知", source="cn-sz")
        items = issue(session)
    assert len(items) == 2
    assert items[FINAL].story_total == 2
    assert [page.name for page in items[FINAL].story] == [
        "解读 · 广东省人民政府",
        "报道 · 示例日报",
    ]
    assert items[FINAL].official is None


def test_the_line_stands_in_every_rendering(db: Database) -> None:
    with db.writer() as session:
        linked(session, FINAL)
        news(session, PLAN)
        made = compose_issue(session, EDITION, PERIOD, END)
        assert made.issue_id is not None
        rendered = render_issue(session, made.issue_id, config=CONFIG)
    for text in (rendered.html, rendered.text):
        assert "同一事件另有 1 篇" in text


def test_a_report_names_its_official_source_or_says_there_is_none(db: Database) -> None:
    with db.writer() as session:
        late = SEEN + timedelta(days=6)
        linked(session, DRAFT)
        assert set(issue(session)) == {DRAFT}
        about = news(session, PLAN, seen=late)
        other = linked(session, "产业新闻一则", source="press-b", seen=late)
        items = issue(session, after=True)
    assert {about, other}
    report = items["广东算力计划出炉"]
    assert report.official is not None
    assert not report.official.url
    assert (report.mark, report.mark_issue) == ("续", 1)
    assert items["产业新闻一则"].official is None


def test_a_late_report_of_a_carried_act_is_no_news_but_its_final_text_is(db: Database) -> None:
    with db.writer() as session:
        late = SEEN + timedelta(days=6)
        linked(session, FINAL)
        assert set(issue(session)) == {FINAL}
        news(session, PLAN, seen=late)
        linked(session, f"广东省人民政府关于修改《{PLAN}》的决定", seen=late)
        items = issue(session, after=True)
    assert [item.mark for item in items.values()] == ["续"]
    assert "修改" in next(iter(items))
    assert [item.news for item in items.values()] == ["修改决定发布（第1期刊登的是正式文件）"]


def test_a_final_text_after_its_draft_says_so_in_every_rendering(db: Database) -> None:
    with db.writer() as session:
        linked(session, DRAFT)
        assert set(issue(session)) == {DRAFT}
        linked(session, FINAL, seen=SEEN + timedelta(days=6))
        linked(session, READING, seen=SEEN + timedelta(days=6))
        items = issue(session, after=True)
        told = "正式稿发布、解读发布（第1期刊登的是征求意见稿）"
        assert items[FINAL].news == told
        mail = render_issue(session, 2, config=CONFIG)
        assert f"进展：{told}" in mail.html
        assert told in "".join(line.strip() for line in mail.text.splitlines())
        assert told in render_issue(session, 2, config=CONFIG, form="web").html
