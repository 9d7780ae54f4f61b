"""The page on what a text says: figures with their words, tasks with their units."""

from __future__ import annotations

from storage.documents import save_document
from storage.sources import source_by_key
from tests.review.conftest import NEWEST, Desk
from tests.storage.samples import NOW, add_source, record

TEXT = (
    "一、发展目标\n到2027年，培育100家以上企业，产业规模达到1500亿元。\n"
    "二、重点任务\n（一）建设平台。（牵头单位：市数据局；配合单位：市财政局）\n"
    "按实际投资额的30%给予最高500万元补助。依据《数据条例》（国令第790号）执行。\n"
)


def test_figures_tasks_and_citations_are_shown_with_their_words(desk: Desk) -> None:
    with desk.db.writer() as session:
        source = add_source(session)
        assert source_by_key(session, "cn-sample") is not None
        saved = save_document(session, record(source, title="某市行动计划", text=TEXT), now=NOW)
    page = desk.visitor("reader").page(f"/items/{saved.document_id}/reading")
    targets = page.one('section[aria-labelledby="reading-targets"]').text()
    for part in ("≥ 100 家", "1,500 亿元", "2027", "培育100家以上企业"):
        assert part in targets, part
    assert "30%，≤ 500万元" in page.one('section[aria-labelledby="reading-support"]').text()
    tasks = page.one('section[aria-labelledby="reading-tasks"]').text()
    assert "市数据局" in tasks
    assert "牵头" in tasks
    assert "国令第790号" in page.one('section[aria-labelledby="reading-cited"]').text()


def test_the_item_leads_there_and_an_empty_text_says_so(desk: Desk) -> None:
    reader = desk.visitor("reader")
    assert reader.page(f"/items/{NEWEST}").has(f'a[href="/items/{NEWEST}/reading"]')
    with desk.db.writer() as session:
        saved = save_document(
            session, record(add_source(session), title="空", text="没有数字的一句话。"), now=NOW
        )
    page = reader.page(f"/items/{saved.document_id}/reading")
    assert "没有读出数字、任务或引用" in page.one("main").text()
    assert reader.get("/items/999999/reading").status_code == 404
