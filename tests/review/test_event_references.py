"""What other documents say of a policy, on its own page and on that of its event."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from review.relink import look_again
from storage.documents import save_document
from storage.models import Document, EventMember, Source
from tests.review.conftest import Desk
from tests.review.sample import NOW
from tests.storage.samples import record

OLD = "浙江省数据经纪人管理暂行规定"
NEW = "浙江省数据经纪人管理办法"
REPEALS = f"第九条 本办法自2026年10月1日起施行。《{OLD}》（浙数发〔2021〕3号）同时废止。"
WEEK = (
    f"近日，浙江印发《{NEW}》；四川印发《四川省算力发展实施方案》；"
    "贵州出台《贵州省算力券管理办法》。"
)


def put(
    desk: Desk, title: str, text: str, *, day: date, number: str | None = None, media: bool = False
) -> int:
    with desk.db.writer() as session:
        level = "none" if media else "provincial"
        sources = session.execute(select(Source.id, Source.level)).all()
        source = next((row.id for row in sources if row.level == level), sources[0].id)
        host = "news.example.com" if media else "data.example.gov.cn"
        url = f"https://{host}/{day.isoformat()}.html"
        row = record(
            source, url, text=text, title=title, doc_number=number, published_on=day,
            issuing_bodies=() if media else ("浙江省数据局",), written_on=None,
        )  # fmt: skip
        saved = save_document(session, row, now=NOW)
        assert saved.document_id is not None
        look_again(session, saved.document_id, now=NOW)
        return saved.document_id


@pytest.fixture
def old(desk: Desk) -> int:
    return put(desk, OLD, "第一条 为规范数据经纪人，制定本规定。", day=date(2021, 5, 6))


def issue_new(desk: Desk, text: str = REPEALS) -> int:
    title = f"浙江省数据局关于印发《{NEW}》的通知"
    return put(desk, title, text, day=date(2026, 9, 1), number="浙数发〔2026〕8号")


def test_an_act_that_was_repealed_says_so_with_the_link(desk: Desk, old: int) -> None:
    reader = desk.visitor("reader")
    assert "已废止" not in reader.get(f"/items/{old}").text
    new = issue_new(desk)
    text = reader.get(f"/items/{old}").text
    assert "已废止" in text
    assert f'href="/items/{new}"' in text
    assert "浙数发〔2026〕8号" in text
    assert f'href="/items/{old}"' in reader.get(f"/items/{new}").text


def validity(desk: Desk, item: int) -> str:
    facts = desk.visitor("reader").page(f"/items/{item}").all("[aria-labelledby=facts-head] dl div")
    return " ".join(row.text() for row in facts if row.one("dt").text() in ("有效性", "依据文件"))


def test_the_facts_name_the_act_that_repealed_unless_the_text_says_so_itself(
    desk: Desk, old: int
) -> None:
    issue_new(desk)
    told = validity(desk, old)
    assert "已废止" in told
    assert "（浙数发〔2026〕8号）" in told
    with desk.db.writer() as session:
        document = session.get_one(Document, old)
        document.validity, document.validity_by = "已废止", "某某决定"
    assert "某某决定" in validity(desk, old)


def test_it_holds_only_as_long_as_the_text_says_so(desk: Desk, old: int) -> None:
    issue_new(desk)
    issue_new(desk, text="第九条 本办法自2026年10月1日起施行。")
    assert "已废止" not in desk.visitor("reader").get(f"/items/{old}").text


def test_a_round_up_is_listed_with_the_policy_and_joins_nothing(desk: Desk) -> None:
    new = issue_new(desk)
    week = put(desk, "一周政策速览", WEEK, day=date(2026, 9, 4), media=True)
    text = desk.visitor("reader").get(f"/items/{new}").text
    assert "提及本政策的页面" in text
    assert f'href="/items/{week}"' in text
    with desk.db.reader() as session:
        assert session.scalar(select(EventMember.event_id)) is None


def test_an_act_that_is_not_in_force_yet_has_repealed_nothing(desk: Desk, old: int) -> None:
    new = issue_new(desk)
    with desk.db.writer() as session:
        session.get_one(Document, new).effective_on = date(2027, 1, 1)
    assert "已废止" not in validity(desk, old)
    text = desk.visitor("reader").get(f"/items/{old}").text
    assert "2027-01-01 起废止" in text
    assert "已废止" not in text
    with desk.db.writer() as session:
        session.get_one(Document, new).effective_on = desk.now.date()
    page = desk.visitor("reader").page(f"/items/{old}")
    assert "已废止" in page.one(".item-head .meta").text()


def form_of(desk: Desk, item: int) -> dict[str, str]:
    form = desk.visitor("editor").page(f"/items/{item}/correct").one("form.card")
    chosen = {box.attr("name"): box.all("option[selected]") for box in form.all("select")}
    return {
        **{field.attr("name"): field.attr("value") for field in form.all("input")},
        **{name: options[0].attr("value") if options else "" for name, options in chosen.items()},
        "summary": form.one("textarea").text(),
    }


def test_a_person_corrects_whether_an_act_is_in_force(desk: Desk, old: int) -> None:
    issue_new(desk)
    editor = desk.visitor("editor")
    sent = form_of(desk, old)
    assert (sent["validity"], "管理办法" in sent["validity_by"]) == ("已废止", True)
    nothing = editor.post(f"/items/{old}/correct", sent)
    assert "ok=nothing_changed" in nothing.headers["location"]
    named = {"validity": "已修改", "validity_by": "《浙江省数据条例》（浙人大〔2026〕1号）"}
    answer = editor.post(f"/items/{old}/correct", {**sent, **named})
    told = validity(desk, old)
    assert "已修改" in told
    assert "浙人大〔2026〕1号" in told
    assert "人工" in told
    assert "已废止" not in told
    with desk.db.writer() as session:
        document = session.get_one(Document, old)
        again = record(
            document.source_id, document.url, text="本规定已废止。" * 40, title=OLD,
            validity="已废止", validity_by="另一个文件",
        )  # fmt: skip
        save_document(session, again, now=NOW)
    assert "已修改" in validity(desk, old)
    action = answer.headers["location"].split("done=")[1]
    assert "有效性、依据文件" in editor.get(f"/items/{old}").text  # the audit names the fields
    assert editor.post(f"/actions/{action}/undo").status_code == 303
    assert "已修改" not in validity(desk, old)
    with desk.db.reader() as session:
        assert not session.get_one(Document, old).edited


def test_what_became_known_while_the_form_was_open_is_not_overruled(desk: Desk, old: int) -> None:
    sent = form_of(desk, old)
    issue_new(desk)
    desk.visitor("editor").post(f"/items/{old}/correct", {**sent, "publisher": "浙江省数据局"})
    assert "已废止" in validity(desk, old)


def test_unknown_is_an_answer_too_and_nonsense_is_none(desk: Desk, old: int) -> None:
    issue_new(desk)
    editor = desk.visitor("editor")
    sent = form_of(desk, old)
    bad = editor.post(f"/items/{old}/correct", {**sent, "validity": "大概有效"})
    assert (bad.status_code, "请选择有效性" in bad.text) == (422, True)
    alone = editor.post(f"/items/{old}/correct", {**sent, "validity": ""})
    assert (alone.status_code, "请同时选择有效性" in alone.text) == (422, True)
    editor.post(f"/items/{old}/correct", {**sent, "validity": "", "validity_by": ""})
    assert "未知" in validity(desk, old)
    assert "已废止" not in validity(desk, old)
