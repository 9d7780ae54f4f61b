"""The statistics page: figures that open to their items, filters, and the CSV."""

from __future__ import annotations

from storage.labels import set_human_label
from tests.review.conftest import NEWEST, Desk


def _label(desk: Desk) -> None:
    with desk.db.writer() as session:
        set_human_label(
            session, NEWEST, slug="行动计划", kind="doc_type", present=True, actor="editor"
        )


def test_figures_lead_to_their_items(desk: Desk) -> None:
    _label(desk)
    reader = desk.visitor("reader")
    page = reader.page("/statistics")
    level = page.one('section[aria-labelledby="table-level"]')
    assert "省级" in level.text()
    assert "直辖市的区县计入区县级" in level.text()
    assert f"/items/{NEWEST}" in {node.attr("href") for node in level.all("li a")}
    found = reader.get("/statistics.csv")
    assert found.status_code == 200
    assert "attachment" in found.headers["content-disposition"]
    assert "发布层级,省级,1" in found.content.decode("utf-8-sig")


def test_filters_narrow_and_a_bad_query_is_explained(desk: Desk) -> None:
    _label(desk)
    reader = desk.visitor("reader")
    assert "没有可统计的政策" in reader.page("/statistics?region=CN-广东").text()
    assert "地市级" in reader.page("/statistics?convention=municipality-districts-as-cities").text()
    assert reader.page("/statistics?q=(").one(".note.warn").text()
    assert reader.page("/statistics?types=all&convention=nonsense").one("h1").text() == "政策统计"
