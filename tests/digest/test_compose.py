"""What gets into an issue, in which order, once; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from digest import phrases
from digest.compose import compose_issue, preview
from digest.issues import render_issue, void_issue
from digest.lint import check_rendered
from digest.periods import Period
from storage.documents import mark_gone
from storage.engine import Database
from storage.issues import issue_items, list_issues
from storage.labels import set_human_label
from storage.models import CrawlRun, Document, Issue, Source, Watch
from storage.removal import edit_document
from tests.digest.archive import (
    END,
    NEXT,
    PERIOD,
    SEEN,
    WEEK,
    add_document,
    add_sources,
)
from tests.digest.composing import CONFIG, EDITION, compose, send_out, titles


@pytest.fixture
def db(database: Database) -> Database:
    with database.writer() as session:
        add_sources(session)
    return database


def test_sections_order_and_numbers_run_through(db: Database) -> None:
    with db.writer() as session:
        add_document(session, "热点一", source="press-a", section="行业热点", topics=("区块链",))
        add_document(session, "市级办法", source="cn-sz")
        add_document(session, "国家规划", published_on=date(2026, 11, 10))
        add_document(session, "国家新规", published_on=date(2026, 11, 13))
        add_document(session, "省级措施", source="cn-gd")
        add_document(session, "指导性案例", section="典型案例")
        add_document(session, "没有栏目", section=None)
        made, view = compose(session)
    assert made.outcome == "draft"
    assert [section.title for section in view.sections] == [
        "新法速递",
        "典型案例",
        "行业热点",
        "其他",
    ]
    assert titles(view) == [
        "国家新规",
        "国家规划",
        "省级措施",
        "市级办法",
        "指导性案例",
        "热点一",
        "没有栏目",
    ]
    assert [item.number for item in view.items] == list(range(1, 8))
    assert [item.region for item in view.items][:4] == ["全国", "全国", "广东", "广东深圳"]
    assert view.sections[2].brief
    assert (view.number, view.issued_on) == (1, date(2026, 11, 16))
    assert (view.first_day, view.last_day) == (date(2026, 11, 9), date(2026, 11, 15))


def test_person_overrules_the_section(db: Database) -> None:
    with db.writer() as session:
        found = add_document(session, "一则消息", section="行业热点")
        for slug, present in (("行业热点", False), ("监管动态", True)):
            set_human_label(
                session, found, slug=slug, kind="section", present=present, actor="editor"
            )
        _, view = compose(session)
    assert [section.slug for section in view.sections] == ["监管动态"]


def test_same_text_is_one_item_official_first(db: Database) -> None:
    text = "同一份文件的全文，" * 40
    with db.writer() as session:
        add_document(session, "转载：某办法", source="press-a", text=text)
        add_document(session, "某办法", source="cn-gd", text=text)
        add_document(session, "某办法（财经）", source="press-b", text=text)
        _, view = compose(session)
    [item] = view.items
    assert (item.title, item.source) == ("某办法", "广东省人民政府")
    assert [other.name for other in item.also] == ["示例日报", "示例财经"]
    assert item.also_total == 2


def test_nothing_is_sent_twice_and_nothing_is_lost(db: Database) -> None:
    with db.writer() as session:
        add_document(session, "第一周文件")
        made, _ = compose(session)
        send_out(session, made.issue_id or 0)
    with db.writer() as session:
        # First seen before the end of the last period, but stored after it was composed.
        add_document(session, "晚到的文件", seen=END - timedelta(minutes=1))
        add_document(session, "第二周文件", seen=END + timedelta(days=2))
        _, view = compose(session, period=NEXT)
    assert sorted(titles(view)) == ["晚到的文件", "第二周文件"]
    assert view.number == 2


def test_items_of_a_dropped_issue_come_again(db: Database) -> None:
    with db.writer() as session:
        add_document(session, "第一周文件")
        made, _ = compose(session)
        void_issue(session, made.issue_id or 0, actor="editor", reason="测试", now=END)
        _, view = compose(session, period=NEXT)
    assert titles(view) == ["第一周文件"]
    assert view.number == 1


def test_changed_document_returns_with_its_issue_number(db: Database) -> None:
    with db.writer() as session:
        add_document(session, "某办法", path="a")
        add_document(session, "不变的文件", path="b")
        made, _ = compose(session)
        send_out(session, made.issue_id or 0)
    with db.writer() as session:
        later = END + timedelta(days=1)
        add_document(session, "某办法", path="a", text="修订后的全文，" * 30, seen=later)
        _, view = compose(session, period=NEXT)
        [item] = view.items
        assert (item.title, item.mark, item.mark_issue) == ("某办法", "更新", 1)
        assert item.news.startswith("文本有修改")
        assert "修订后的全文" in item.news
        issue = list_issues(session)[0]
        assert issue_items(session, issue.id)[0].version.seq == 2
        send_out(session, issue.id)
    with db.writer() as session:
        third = compose_issue(session, EDITION, Period(NEXT.end, NEXT.end + WEEK), NEXT.end + WEEK)
    assert third.outcome == "empty"


def test_vanished_page_is_reported_once(db: Database) -> None:
    with db.writer() as session:
        found = add_document(session, "后来撤下的通知", path="a")
        made, _ = compose(session)
        send_out(session, made.issue_id or 0)
    with db.writer() as session:
        document = session.get_one(Document, found)
        for run in (1, 2):
            mark_gone(
                session,
                source_id=document.source_id,
                url_key=document.url_key,
                run_id=run,
                now=END + timedelta(days=run),
            )
        _, view = compose(session, period=NEXT)
    [item] = view.items
    assert (item.mark, item.mark_issue) == ("撤下", 1)
    assert "已撤下" in item.summary


def test_official_text_after_the_report_continues_it(db: Database) -> None:
    text = "先见报、后上网的文件全文，" * 30
    with db.writer() as session:
        add_document(session, "记者获悉某规划", source="press-a", text=text)
        made, _ = compose(session)
        send_out(session, made.issue_id or 0)
    with db.writer() as session:
        later = END + timedelta(days=1)
        add_document(session, "又一家转载", source="press-b", text=text, seen=later)
        again, _ = compose(session, period=NEXT)
        assert again.outcome == "empty"
    with db.writer() as session:
        session.delete(session.get_one(Issue, again.issue_id))
        add_document(session, "某规划", source="cn-council", text=text, seen=later)
        _, view = compose(session, period=NEXT)
    [item] = view.items
    assert (item.title, item.mark, item.mark_issue) == ("某规划", "续", 1)
    assert item.news == "官方原文发布"


def test_rejected_old_and_filtered_documents_stay_out(db: Database) -> None:
    narrow = EDITION.model_copy(update={"regions": ("广东",), "topics": ("数据要素",)})
    with db.writer() as session:
        rejected = add_document(session, "被否决", source="cn-gd", topics=("数据要素",))
        session.get_one(Document, rejected).review_state = "rejected"
        add_document(
            session,
            "去年的文件",
            source="cn-gd",
            topics=("数据要素",),
            published_on=date(2025, 11, 1),
        )
        add_document(session, "全国文件", topics=("数据要素",))
        add_document(session, "另一主题", source="cn-gd", topics=("能源",))
        add_document(session, "深圳数据条例", source="cn-sz", topics=("数据要素",))
        _, view = compose(session, edition=narrow)
    assert titles(view) == ["深圳数据条例"]
    assert view.items[0].topics == ("数据要素",)


def test_accepted_only(db: Database) -> None:
    strict = EDITION.model_copy(update={"accepted_only": True})
    with db.writer() as session:
        accepted = add_document(session, "已采纳")
        add_document(session, "未看过")
        session.get_one(Document, accepted).review_state = "accepted"
        _, view = compose(session, edition=strict)
    assert titles(view) == ["已采纳"]


def test_watches_of_the_named_owners_mark_and_lead(db: Database) -> None:
    with db.writer() as session:
        session.add_all(
            Watch(owner=owner, name=name, query=query, labels=[], regions=[], created_at=SEEN)
            for owner, name, query in (
                ("zhang", "客户甲：平台收费", "平台收费"),
                ("li", "别人的", "平台收费"),
                ("zhang", "读不懂", "(("),
            )
        )
        add_document(session, "国家规划")
        add_document(session, "平台收费合规指南", source="cn-sz")
        edition = EDITION.model_copy(update={"watch_owners": ("zhang",)})
        _, view = compose(session, edition=edition)
    assert titles(view) == ["平台收费合规指南", "国家规划"]
    assert view.items[0].watches == ("客户甲：平台收费",)


def test_deadlines_leads_figures_and_coverage(db: Database) -> None:
    with db.writer() as session:
        add_document(
            session,
            "国务院关于《平台收费合规指南（征求意见稿）》公开征求意见的通知",
            comments_until=date(2026, 11, 20),
        )
        add_document(session, "即将施行的办法", effective_on=date(2026, 11, 17))
        add_document(session, "远期截止", comments_until=date(2027, 3, 1))
        for number in range(4):
            add_document(session, f"省级措施{number}", source="cn-gd")
        made, view = compose(session)
        send_out(session, made.issue_id or 0)
    assert [(entry.what, entry.days_left, entry.number) for entry in view.deadlines] == [
        ("施行", 1, 2),
        ("意见截止", 4, 1),
    ]
    assert len(view.leads) == 5
    assert view.leads[0].text == "《平台收费合规指南（征求意见稿）》公开征求意见"
    assert view.leads[0].who == "国务院"
    assert {figure.label: figure.value for figure in view.figures} == {
        "本期条目": 7,
        "国家级": 3,
        "地方": 4,
        "征求意见": 2,
    }
    assert (view.coverage.checked, view.coverage.total) == (4, 5)
    assert view.coverage.failed == ("示例财经",)
    assert view.coverage.partial == ()
    with db.writer() as session:
        add_document(session, "第二周文件", seen=END + timedelta(days=1))
        later = Period(start=END, end=END + timedelta(days=3))
        _, view = compose(session, period=later)
    # A deadline of an item sent earlier comes back, without a number in this issue.
    assert [(entry.what, entry.days_left, entry.number) for entry in view.deadlines] == [
        ("意见截止", 1, 0)
    ]


def test_coverage_does_not_call_a_partly_read_source_well(db: Database) -> None:
    with db.writer() as session:
        for source in session.scalars(select(Source)):
            source.last_ok_at = PERIOD.end
            for state in ("failed", "ok"):
                _finished(session, source, state)
        assert phrases.coverage(preview(session, EDITION, PERIOD, END)[0].coverage) == (
            "本期检查 5/5 个来源，全部正常。"
        )
        press = session.scalars(select(Source).where(Source.key == "press-a")).one()
        _finished(session, press, "partial")
        view = preview(session, EDITION, PERIOD, END)[0]
    assert (view.coverage.checked, view.coverage.partial) == (5, ("示例日报",))
    assert phrases.coverage(view.coverage) == ("本期检查 5/5 个来源，部分内容未能读取：示例日报。")


def _finished(session: Session, source: Source, state: str) -> None:
    run = CrawlRun(
        source_id=source.id,
        trigger="schedule",
        state=state,
        requested_at=PERIOD.end,
        finished_at=PERIOD.end,
    )
    session.add(run)
    session.flush()


def test_composed_issue_passes_every_check(db: Database) -> None:
    with db.writer() as session:
        for number in range(30):
            source = ("cn-council", "cn-gd", "cn-sz", "press-a")[number % 4]
            section = ("新法速递", "监管动态", "典型案例", "行业热点")[number % 4]
            add_document(
                session,
                f"关于数据流通的若干规定（第{number}号）\r\n<script>alert({number})</script>",
                source=source,
                section=section,
                topics=("数据要素", "平台经济"),
                doc_number=f"国发〔2026〕{number}号",
            )
        made, _ = compose(session)
        rendered = render_issue(session, made.issue_id or 0, config=CONFIG)
        page = render_issue(session, made.issue_id or 0, config=CONFIG, form="web")
    assert check_rendered(rendered) == []
    assert "<script>" not in rendered.html + page.html
    assert "<script" not in rendered.html
    assert page.html.count("<script") == 1, "the linked data"
    assert page.html.count("<article") == 30
    assert "每周一" in rendered.text


def test_same_input_gives_the_same_issue(db: Database) -> None:
    with db.writer() as session:
        for number in range(6):
            add_document(session, f"文件{number}")
        first = preview(session, EDITION, PERIOD, END)
        assert preview(session, EDITION, PERIOD, END) == first
        assert session.scalars(select(Issue)).all() == []
        made, stored = compose(session)
        assert replace(stored, composed_at=None) == replace(first[0], composed_at=None)
        assert compose_issue(session, EDITION, PERIOD, END).outcome == "exists"
        assert made.items == 6


def test_too_many_documents_are_capped_and_the_rest_comes_next(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digest.assembly.HARD_CAP", 40)
    with db.writer() as session:
        for number in range(55):
            add_document(session, f"文件{number:04d}", text=f"正文{number}。" * 3)
        made, view = compose(session)
        rendered = render_issue(session, made.issue_id or 0, config=CONFIG)
        assert len(view.items) == 40
        assert view.notice.startswith("另有 15 条")
        assert "另有 20 条，见" in rendered.text
        send_out(session, made.issue_id or 0)
        _, rest = compose(session, period=NEXT)
    assert len(rest.items) == 15


def test_a_summary_of_a_person_is_printed_as_it_is_and_a_cut_teaser_is_not(db: Database) -> None:
    teaser = "各区人民政府，市政府各部门：现将办法印发给你们，请认真组织实施。 示例市人民政府"
    with db.writer() as session:
        add_document(session, "甲办法", summary=teaser)
        key = add_document(session, "乙办法", summary=teaser)
        edit_document(session, key, values={"summary": "人写的短摘要"})
        _, view = compose(session)
    told = {item.title: item.summary for item in view.items}
    assert told["乙办法"] == "人写的短摘要"
    assert "印发给你们" not in told["甲办法"]
