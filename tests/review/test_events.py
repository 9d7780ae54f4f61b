"""Events on the desk: shown with reasons, shaped by editors and undone; corrections; tables."""

from __future__ import annotations

import io
from datetime import date

import pytest
from docx import Document as WordFile
from sqlalchemy import select

from review.relink import look_again
from storage.documents import save_document
from storage.models import Document, Event, EventMember, Source
from tests.review.conftest import Desk
from tests.review.sample import NOW
from tests.storage.samples import record

PLAN = "示例省算力产业发展行动计划（2026—2028年）"
BODY = "（一）建设算力平台。各市按照职责分工落实。\n（二）培育骨干企业。每年支持10家企业。\n"
PAGES = (
    (f"关于公开征求《{PLAN}（征求意见稿）》意见的公告", "provincial", BODY),
    (
        f"示例省数据局关于印发《{PLAN}》的通知",
        "provincial",
        BODY.replace("10家", "20家") + "（三）完善标准。",
    ),
    (f"《{PLAN}》解读", "provincial", "为什么制定这个计划？因为需要。"),
    (
        "示例省首个算力计划出炉，每年支持30家企业",
        "none",
        f"示例省数据局日前印发《{PLAN}》，每年支持20家企业。",
    ),
)


@pytest.fixture
def pages(desk: Desk) -> list[int]:
    """Four pages of one policy, stored as a crawl would."""
    ids = []
    with desk.db.writer() as session:
        sources = {
            level: session.scalars(select(Source.id).where(Source.level == level)).first()
            for level in ("provincial", "none")
        }
        anything = session.scalars(select(Source.id)).first()
        for number, (title, level, text) in enumerate(PAGES):
            host = "data.example.gov.cn" if level != "none" else "news.example.com"
            row = record(
                sources[level] or anything or 0,
                f"https://{host}/{number}.html",
                text=text,
                title=title,
                doc_number=None,
            )
            saved = save_document(session, row, now=NOW)
            assert saved.document_id is not None
            look_again(session, saved.document_id, now=NOW)
            ids.append(saved.document_id)
    return ids


def event_of(desk: Desk, document_id: int) -> int | None:
    with desk.db.reader() as session:
        query = select(EventMember.event_id).where(EventMember.document_id == document_id)
        return session.scalar(query)


def undo(desk: Desk, location: str) -> str:
    """Follow the notice's undo button."""
    editor = desk.visitor("editor")
    action = location.split("done=")[1]
    return editor.post(f"/actions/{action}/undo").headers["location"]


def test_the_page_of_an_event_tells_role_and_reason(desk: Desk, pages: list[int]) -> None:
    event = event_of(desk, pages[0])
    assert event is not None
    text = desk.visitor("reader").get(f"/events/{event}").text
    for words in (PLAN, "征求意见稿", "正式文件", "解读", "报道", "依据：", "官方来源"):
        assert words in text
    assert "拆出所选页面" not in text
    assert f"/compare?a={pages[0]}&amp;b={pages[1]}" in text
    assert PLAN in desk.visitor("reader").get("/events").text


def test_the_item_shows_event_official_page_and_claims(desk: Desk, pages: list[int]) -> None:
    text = desk.visitor("editor").get(f"/items/{pages[3]}").text
    assert "所属事件" in text
    assert f"/items/{pages[1]}" in text
    assert "标题中的说法" in text
    assert "标题为“30家”，正文为“20家”" in text


def test_a_split_is_kept_and_can_be_taken_back(desk: Desk, pages: list[int]) -> None:
    event = event_of(desk, pages[0])
    editor = desk.visitor("editor")
    answer = editor.post(f"/events/{event}/split", {"pages": [pages[2]]})
    assert event_of(desk, pages[2]) is None
    assert event_of(desk, pages[1]) == event
    undo(desk, answer.headers["location"])
    assert event_of(desk, pages[2]) == event


def test_items_are_joined_by_number_or_address(desk: Desk, pages: list[int]) -> None:
    editor = desk.visitor("editor")
    event = event_of(desk, pages[0])
    answer = editor.post(
        "/events/merge", {"page": 1, "other": f"http://localhost/items/{pages[0]}"}
    )
    assert answer.headers["location"].startswith(f"/events/{event}?done=")
    assert event_of(desk, 1) == event
    undo(desk, answer.headers["location"])
    assert event_of(desk, 1) is None
    assert editor.post("/events/merge", {"page": 1, "other": "nothing"}).status_code == 303


def test_roles_names_order_and_official_page_are_set_by_hand(desk: Desk, pages: list[int]) -> None:
    event = event_of(desk, pages[0])
    editor = desk.visitor("editor")
    editor.post(f"/events/{event}/role", {"page": pages[3], "to": "full_text"})
    editor.post(f"/events/{event}/title", {"to": "算力三年计划"})
    editor.post(f"/events/{event}/move", {"page": pages[3], "step": -1})
    answer = editor.post(f"/items/{pages[3]}/official", {"to": "none"})
    with desk.db.reader() as session:
        member = session.get_one(EventMember, pages[3])
        assert (member.role, member.role_origin) == ("full_text", "human")
        assert session.get_one(Event, event).title == "算力三年计划"
        assert member.position is not None
    assert "未找到官方来源" in editor.get(f"/items/{pages[3]}").text
    undo(desk, answer.headers["location"])
    assert "按规则查找" in editor.get(f"/items/{pages[3]}").text


def test_an_undo_that_comes_too_late_is_refused(desk: Desk, pages: list[int]) -> None:
    event = event_of(desk, pages[0])
    editor = desk.visitor("editor")
    first = editor.post(f"/events/{event}/role", {"page": pages[3], "to": "full_text"})
    editor.post(f"/events/{event}/title", {"to": "另一个名称"})
    action = first.headers["location"].split("done=")[1]
    assert editor.post(f"/actions/{action}/undo").status_code == 409


def test_a_correction_survives_the_next_crawl_and_can_be_taken_back(
    desk: Desk, pages: list[int]
) -> None:
    editor = desk.visitor("editor")
    path = f"/items/{pages[1]}/correct"
    form = editor.page(path)
    assert form is not None
    sent = {"title": "示例省算力计划的通知", "doc_number": "示数发[2026]9号", "row_version": "1"}
    answer = editor.post(path, {**sent, "published_on": "2026-11-01"})
    assert answer.status_code == 303
    with desk.db.writer() as session:
        document = session.get_one(Document, pages[1])
        assert (document.title, document.doc_number) == (
            "示例省算力计划的通知",
            "示数发〔2026〕9号",
        )
        again = record(
            document.source_id, document.url, text="新的正文。" * 60, title="抓到的新标题"
        )
        save_document(session, again, now=NOW)
        session.refresh(document)
        assert document.title == "示例省算力计划的通知"
    undo(desk, answer.headers["location"])
    with desk.db.reader() as session:
        assert session.get_one(Document, pages[1]).title == PAGES[1][0]
        assert not session.get_one(Document, pages[1]).edited


def test_a_correction_that_makes_no_sense_says_why(desk: Desk, pages: list[int]) -> None:
    answer = desk.visitor("editor").post(
        f"/items/{pages[1]}/correct",
        {"title": "", "published_on": "昨天", "row_version": "1"},
    )
    assert answer.status_code == 422
    assert "标题不能为空" in answer.text
    assert "日期应为" in answer.text


def test_draft_and_final_text_stand_side_by_side(desk: Desk, pages: list[int]) -> None:
    reader = desk.visitor("reader")
    text = reader.get(f"/compare?a={pages[0]}&b={pages[1]}").text
    assert "<del>10</del>" in text
    assert "<ins>20</ins>" in text
    for form, mark in (("html", "新旧对照表"), ("csv", "变化")):
        answer = reader.get(f"/compare/file?as={form}&a={pages[0]}&b={pages[1]}")
        assert mark in answer.text
        assert "attachment" in answer.headers["content-disposition"]
    word = reader.get(f"/compare/file?as=docx&a={pages[0]}&b={pages[1]}")
    assert WordFile(io.BytesIO(word.content)).tables
    assert reader.get("/compare?a=1&b=zz").status_code == 404
    assert reader.get(f"/compare/file?as=exe&a={pages[0]}&b={pages[1]}").status_code == 404


def test_search_results_fold_an_event(desk: Desk, pages: list[int]) -> None:
    reader = desk.visitor("reader")
    page = reader.page("/items?q=算力产业发展行动计划")
    heads = len(page.all("[data-open]"))
    assert f"另有 {len(pages) - 1} 篇" in page.one(".folded summary").text()
    told = page.one(".list-head").text()
    unfolded = reader.page("/items?q=算力产业发展行动计划&fold=no")
    every = len(unfolded.all("[data-open]"))
    assert f"命中 {every} 篇" in told
    assert every == heads + len(pages) - 1
    assert not unfolded.has("details.folded")
    link = next(node.attr("href") for node in page.all(".list-head a") if "逐篇" in node.text())
    assert link is not None
    assert "fold=no" in link


def test_a_first_is_held_against_what_was_collected(desk: Desk) -> None:
    with desk.db.writer() as session:
        source = session.scalars(select(Source.id)).first()
        assert source is not None
        for number, (title, day) in enumerate(
            (
                ("示例市量子信息产业发展行动计划", date(2025, 3, 1)),
                ("示例市印发首个“量子信息”产业政策", date(2026, 3, 1)),
            )
        ):
            saved = save_document(
                session,
                record(
                    source,
                    f"https://city.example.gov.cn/q{number}.html",
                    text="示例市推动量子信息产业发展，" * 12 + f"第{number}篇。",
                    title=title,
                    issuer="示例市人民政府",
                    region="CN-示例-示例市",
                    published_on=day,
                ),
                now=NOW,
            )
    text = desk.visitor("reader").get(f"/items/{saved.document_id}").text
    assert "事件库中已有更早的：示例市量子信息产业发展行动计划" in text


def test_a_page_is_told_apart_from_its_reprints_and_back(desk: Desk) -> None:
    with desk.db.reader() as session:
        query = select(Document.id).where(Document.duplicate_of.is_not(None))
        reprint = session.scalars(query).first()
        assert reprint is not None
    editor = desk.visitor("editor")
    assert "不是同一文本" in editor.get(f"/items/{reprint}").text
    answer = editor.post(f"/items/{reprint}/apart")
    with desk.db.reader() as session:
        assert session.get_one(Document, reprint).cluster_id is None
    undo(desk, answer.headers["location"])
    with desk.db.reader() as session:
        assert session.get_one(Document, reprint).cluster_id is not None
