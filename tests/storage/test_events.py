"""Events in the store: joined while pages arrive, shaped by people for good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pipelines.events import PageFacts, Rules, read_keys
from pipelines.events.roles import ROLES
from storage.documents import save_document
from storage.engine import Database
from storage.errors import StateConflict
from storage.event_edits import (
    change_role,
    event_of,
    merge_events,
    rename_event,
    restore,
    snapshot,
    split_event,
)
from storage.event_records import EventPage
from storage.event_traces import official_of, set_official
from storage.events import link_document, member_ids, settle_event
from storage.models import Event, EventMember
from storage.models.event import EVENT_ROLES
from storage.removal import bury_document
from tests.storage.samples import add_source, record

NOW = datetime(2026, 11, 16, tzinfo=UTC)
PLAN = "示例省元宇宙产业发展行动计划（2026—2028年）"
DRAFT = f"关于公开征求《{PLAN[:-12]}（2026—2028年）（征求意见稿）》意见的公告"
FINAL = f"示例省数据局关于印发《{PLAN}》的通知"
READING = f"《{PLAN}》解读"
NEWS = "示例省元宇宙计划出炉"


def store(session: Session, title: str, *, text: str = "", media: bool = False) -> int:
    """Save a page and put it into its event, as a crawl does."""
    level = "none" if media else "provincial"
    source = add_source(session, f"src-{level}", group=f"{level}.example", level=level)
    url = f"https://{level}.example.cn/{abs(hash((title, text)))}.html"
    body = text or f"{title}。正文内容各不相同：{hash(title)}。" * 3
    day = NOW.date()
    row = record(source, url, text=body, title=title, doc_number=None, published_on=day)
    saved = save_document(session, row, now=NOW, judge=lambda other: other.exact)
    assert saved.document_id is not None
    keys = read_keys(PageFacts(title=title, text=body, url=url, level=level, published_on=day))
    page = EventPage(
        saved.document_id, filed=keys.filed, asked=keys.asked, cluster_id=saved.cluster_id
    )
    link_document(session, page, rules=Rules(), now=NOW)
    return saved.document_id


def news_of(name: str) -> str:
    return f"示例省数据局日前印发《{name}》，提出多项目标，有关部门将抓好落实，定期通报进展。"


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)])
def test_pages_join_one_event_in_any_order(database: Database, order: tuple[int, ...]) -> None:
    pages = [(DRAFT, ""), (FINAL, ""), (READING, ""), (NEWS, news_of(PLAN))]
    with database.writer() as session:
        ids = {n: store(session, pages[n][0], text=pages[n][1], media=n == 3) for n in order}
        other = store(session, FINAL.replace("示例", "样本").replace("数据局", "工信厅"))
        events = {event_of(session, key) for key in ids.values()}
        assert len(events) == 1
        assert None not in events
        assert event_of(session, other) is None
        event = session.get_one(Event, events.pop())
        roles = {
            row.document_id: row.role
            for row in session.scalars(select(EventMember).where(EventMember.event_id == event.id))
        }
        assert [roles[ids[n]] for n in range(4)] == ["draft", "final", "interpretation", "report"]
        assert event.title == PLAN
        assert event.size == 4
        assert official_of(session, [ids[3]])[ids[3]].official_id == ids[1]


def test_a_split_is_not_undone_by_later_pages(database: Database) -> None:
    with database.writer() as session:
        final, reading = store(session, FINAL), store(session, READING)
        event = event_of(session, final)
        assert event is not None
        assert split_event(session, event, [reading], actor="editor", now=NOW) is None
        store(session, NEWS, text=news_of(PLAN), media=True)
        assert event_of(session, final) != event_of(session, reading)


def test_a_merge_by_hand_stays_and_can_be_taken_back(database: Database) -> None:
    with database.writer() as session:
        final, reading = store(session, FINAL), store(session, READING)
        news = store(session, "一条没有提到文件名的消息", media=True)
        event = event_of(session, final)
        assert event is not None
        before = snapshot(session, event_ids=[event], document_ids=[news])
        merged = merge_events(session, [final, news], actor="editor", now=NOW)
        assert merged == event
        after = snapshot(session, event_ids=[event], document_ids=[news])
        settle_event(session, event, rules=Rules(), now=NOW + timedelta(hours=1))
        assert member_ids(session, event) == sorted([final, reading, news])
        restore(session, before=before, after=after)
        assert event_of(session, news) is None
        assert member_ids(session, event) == sorted([final, reading])


def test_taking_back_is_refused_after_another_change(database: Database) -> None:
    with database.writer() as session:
        final, reading = store(session, FINAL), store(session, READING)
        event = event_of(session, final)
        assert event is not None
        before = snapshot(session, event_ids=[event])
        change_role(session, reading, role="report")
        after = snapshot(session, event_ids=[event])
        rename_event(session, event, title="另一个名称")
        with pytest.raises(StateConflict):
            restore(session, before=before, after=after)


def test_what_a_person_set_survives_new_pages(database: Database) -> None:
    with database.writer() as session:
        final = store(session, FINAL)
        news = store(session, NEWS, text=news_of(PLAN), media=True)
        event = event_of(session, final)
        assert event is not None
        change_role(session, news, role="full_text")
        rename_event(session, event, title="元宇宙三年计划")
        set_official(session, news, official_id=None, url="", reason="人工确认没有", now=NOW)
        store(session, READING)
        assert session.get_one(EventMember, news).role == "full_text"
        assert session.get_one(Event, event).title == "元宇宙三年计划"
        assert official_of(session, [news])[news].official_id is None


def test_pages_told_apart_keep_two_events_apart(database: Database) -> None:
    with database.writer() as session:
        final, reading = store(session, FINAL), store(session, READING)
        draft = store(session, DRAFT)
        event = event_of(session, final)
        assert event is not None
        other = split_event(session, event, [reading, draft], actor="editor", now=NOW)
        assert other is not None
        store(session, NEWS, text=news_of(PLAN), media=True)
        assert event_of(session, final) != event_of(session, reading)
        assert event_of(session, draft) == event_of(session, reading) == other


def test_a_removed_page_leaves_its_event(database: Database) -> None:
    with database.writer() as session:
        final, reading = store(session, FINAL), store(session, READING)
        draft = store(session, DRAFT)
        event = event_of(session, final)
        assert event is not None
        bury_document(session, reading, reason="on request", actor="editor", now=NOW)
        assert member_ids(session, event) == [final, draft]
        assert session.get_one(Event, event).size == 2
        bury_document(session, draft, reason="on request", actor="editor", now=NOW)
        assert event_of(session, final) is None
        assert session.get(Event, event) is None


def test_the_store_takes_every_role_that_the_rules_give() -> None:
    assert EVENT_ROLES == ROLES


def test_a_report_in_its_own_words_joins_one_act_and_a_split_holds(database: Database) -> None:
    told = "示例省12条措施力挺元宇宙产业"
    lead = "浙江省数据局近日出台新政，支持元宇宙产业发展，提出12条措施。"
    act = "浙江省数据局关于印发《浙江省支持元宇宙产业发展若干措施》的通知"
    with database.writer() as session:
        news = store(session, told, text=lead, media=True)
        assert event_of(session, news) is None
        final = store(session, act)
        event = event_of(session, final)
        assert event is not None
        assert event_of(session, news) == event
        reading = store(session, "《浙江省支持元宇宙产业发展若干措施》解读")
        assert split_event(session, event, [news], actor="editor", now=NOW) is None
        store(session, "浙江元宇宙新政一图读懂", text=lead.replace("近日", "日前"), media=True)
        assert event_of(session, news) != event_of(session, final)
        assert event_of(session, reading) == event


def test_pages_whose_text_is_only_a_word_or_two_are_not_one_text(database: Database) -> None:
    other = "浙江省算力券管理办法"
    with database.writer() as session:
        first = store(session, f"一图读懂{PLAN}", text="一图读懂")
        second = store(session, f"一图读懂{other}", text="一图读懂")
        final = store(session, f"浙江省数据局关于印发《{other}》的通知")
        assert event_of(session, second) == event_of(session, final) is not None
        assert event_of(session, first) is None


def test_a_headline_over_the_text_of_the_policy_is_the_full_text(database: Database) -> None:
    """But not over a text that says as little as its own."""
    for number, (text, role) in enumerate(
        [("全文见附件。", "report"), ("做好工作。" * 40, "full_text")]
    ):
        plan = PLAN.replace("元宇宙", ("低空经济", "人工智能")[number])
        with database.writer() as session:
            final = store(session, FINAL.replace(PLAN, plan), text=text)
            news = store(session, f"示例省印发《{plan}》 提出多项目标", text=text, media=True)
            assert event_of(session, news) == event_of(session, final) is not None
            member = select(EventMember.role).where(EventMember.document_id == news)
            assert session.scalar(member) == role
