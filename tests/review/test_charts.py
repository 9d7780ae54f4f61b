"""Charts say nothing that the table beside them does not, and nothing can break out of them."""

from __future__ import annotations

from review.charts import Bar, bar_chart
from tests.review.conftest import Desk
from tests.review.parsed import parse


def test_bars_are_as_long_as_their_numbers() -> None:
    bars = [Bar("工业", 6, "46%"), Bar("<b>教育", 3, "23%"), Bar("无", 0)]
    chart = parse(str(bar_chart(bars, label='应用"场景"')))
    assert [bar.attr("width") for bar in chart.all(".bar")] == ["100.00%", "50.00%", "0.00%"]
    assert [text.text() for text in chart.all("text")] == [
        "工业　6（46%）",
        "<b>教育　3（23%）",
        "无　0",
    ]
    svg = chart.one("svg")
    assert svg.attr("role") == "img"
    assert svg.attr("aria-label") == '应用"场景"'
    assert not chart.has("b")


def test_one_bar_is_no_chart() -> None:
    assert not bar_chart([Bar("2026", 9)], label="年份")
    assert not bar_chart([Bar("甲", 0), Bar("乙", 0)], label="")


def test_every_chart_stands_beside_its_table(desk: Desk) -> None:
    page = desk.visitor("reader").page("/statistics?types=all")
    charts = page.all(".beside svg.chart")
    assert charts
    for box in page.all(".beside"):
        rows = [row.one("th").text() for row in box.all("tbody tr")]
        if not box.has("svg"):
            assert len(rows) == 1
            continue
        assert [text.text().partition("　")[0] for text in box.all("svg text")] == rows
    assert "hierarchy" not in page.one("main").text()
