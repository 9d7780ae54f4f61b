"""Tables of data keep their rows and columns; tables that arrange boxes leave nothing."""

from __future__ import annotations

from tests.pipelines.pages import PARAGRAPHS, TITLE
from tests.pipelines.test_clean import clean


def test_tables_stay_readable() -> None:
    rows = "".join(
        f"<tr><td>{i}</td><td><p><span>示例单位{i}</span></p></td><td>事业</td></tr>"
        for i in range(1, 6)
    )
    table = f"<table border=1><tr><th>序号</th><th>单位名称</th><th>类别</th></tr>{rows}</table>"
    page = clean(f"<h1>{TITLE}</h1><div class=TRS_Editor><p>{PARAGRAPHS[1]}</p>{table}</div>")
    assert "序号 | 单位名称 | 类别\n1 | 示例单位1 | 事业" in page.body_text
    assert "<td>示例单位1</td>" in page.body_html
    assert page.body_html.count("<tr>") == 6


def test_a_table_of_data_inside_tables_that_arrange_boxes_stays_one() -> None:
    """Old sites stand in tables altogether: a list of projects lost its rows and columns there."""
    rows = "".join(f"<tr><td>{i}</td><td>示例项目{i}</td><td>{i}80</td></tr>" for i in range(1, 6))
    table = f"<table border=1><tr><td>序号</td><td>项目名称</td><td>金额</td></tr>{rows}</table>"
    box = f"<table><tr><td>{PARAGRAPHS[1]}<br>{table}{PARAGRAPHS[2]}<br></td></tr></table>"
    menu = "<td><a href='/'>首页</a></td><td><a href='/zw'>政务</a></td>"
    page = clean(f"<table><tr>{menu}</tr><tr><td colspan=2>{TITLE}<br>{box}</td></tr></table>")
    assert "序号 | 项目名称 | 金额\n1 | 示例项目1 | 180\n" in page.body_text
    assert page.body_html.count("<table>") == 1
    assert page.body_html.count("<tr>") == 6


def test_a_row_with_one_text_and_facts_told_elsewhere_are_no_tables() -> None:
    """As on the pages of the central government, where all of it stands in one frame."""
    facts = (
        "<table><tr><td><b>索 引 号：</b></td><td>000014349/2018-00071</td>"
        "<td><b>主题分类：</b></td><td>其他</td></tr><tr><td><b>发文机关：</b></td><td>示例市人民政府</td><td><b>成文日期：</b></td>"
        "<td>2018年07月02日</td></tr></table>"
    )
    words = "<table><tr><td><b>主 题 词：</b></td><td>管理　考察</td><td></td></tr></table>"
    moved = f"<table><tr><td>{PARAGRAPHS[1]}</td><td></td><td>&nbsp;</td></tr></table>"
    text = f"<p>{PARAGRAPHS[0]}</p>{moved}<p>{PARAGRAPHS[2]}</p>"
    rows = "".join(f"<tr><td>{part}</td></tr>" for part in (facts, words, TITLE, text))
    page = clean(f"<div><table>{rows}</table></div>")
    assert page.table["发文机关"] == "示例市人民政府"
    assert "<table>" not in page.body_html
    assert tuple(page.body_text.splitlines()[-3:]) == tuple(PARAGRAPHS[:3])


def test_paragraphs_in_cells_and_items_stay_apart() -> None:
    page = clean(
        f"<p>{PARAGRAPHS[1]}</p><table><tr><td><p>Net</p><p>income</p></td><td>1</td></tr>"
        "<tr><td>Tax</td><td><div>2</div><div>3</div></td></tr></table>"
        "<ul><li><p>First point,</p><p>continued.</p></li></ul>"
    )
    assert "Net income | 1\nTax | 2 3" in page.body_text
    assert "<td>Net<br>income</td>" in page.body_html
    assert "First point,\ncontinued." in page.body_text


def test_spans_of_cells_are_kept_and_bounded() -> None:
    page = clean(
        f"<p>{PARAGRAPHS[1]}</p><table><tr><td colspan=2 rowspan=99999>甲</td><td>乙</td></tr>"
        "<tr><td>丙</td><td>丁</td><td>戊</td></tr></table>"
    )
    assert '<td colspan="2">' in page.body_html
    assert "rowspan" not in page.body_html
