"""The 新旧对照表 as rows and as files."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

from docx import Document

from pipelines.versions import as_csv, as_html, compare_sheet
from pipelines.versions.docx_sheet import as_docx

OLD = (
    "第一条 为了规范数据流通，制定本办法。\n第二条 本办法适用于本省。\n国家另有规定的除外。\n"
    "第三条 登记费用按照价格主管部门核定的标准收取。\n第四条 本办法自2025年1月1日起施行。"
)
NEW = (
    "第一条 为了规范公共数据流通，制定本办法。\n第二条 本办法适用于本省。\n国家另有规定的除外。\n"
    "第三条 鼓励企业设立首席数据官并开展<培训>。\n第四条 本办法自2026年7月1日起施行。"
)
SHEET = compare_sheet(OLD, NEW, old_title="某办法（征求意见稿）", new_title="某办法")


def test_every_clause_has_its_row_with_the_words_that_changed() -> None:
    kinds = [row.kind for row in SHEET.rows]
    assert kinds == ["change", "same", "delete", "insert", "change"]
    assert SHEET.summary() == "修改 2 条，新增 1 条，删去 1 条；其余 1 条未变。"
    first = SHEET.rows[0]
    assert first.new is not None
    assert [p.text for p in first.new.pieces if p.mark == "insert"] == ["公共"]
    assert first.old is not None
    assert all(p.mark != "insert" for p in first.old.pieces)


def test_the_page_escapes_the_text() -> None:
    html = as_html(SHEET)
    assert "<培训>" not in html
    assert "&lt;培训&gt;" in html
    assert "<ins>公共</ins>" in html


def test_the_spreadsheet_has_a_line_for_every_row() -> None:
    lines = list(csv.reader(io.StringIO(as_csv(SHEET))))
    assert lines[0] == ["某办法（征求意见稿）", "某办法", "变化"]
    assert [line[2] for line in lines[1:]] == ["修改", "", "删去", "新增", "修改"]
    formula = compare_sheet("", "=cmd()", old_title="=a", new_title="b")
    cells = [cell for row in csv.reader(io.StringIO(as_csv(formula))) for cell in row]
    assert not [cell for cell in cells if cell.startswith("=")]


def test_the_word_file_marks_what_changed() -> None:
    data = as_docx(SHEET, now=datetime(2026, 11, 20, tzinfo=UTC))
    table = Document(io.BytesIO(data)).tables[0]
    assert [cell.text for cell in table.rows[0].cells] == ["某办法（征求意见稿）", "某办法", "变化"]
    assert len(table.rows) == len(SHEET.rows) + 1
    runs = [run for p in table.rows[1].cells[1].paragraphs for run in p.runs if run.font.underline]
    assert [run.text for run in runs] == ["公共"]
    struck = [r for p in table.rows[3].cells[0].paragraphs for r in p.runs if r.font.strike]
    assert "登记费用" in "".join(run.text for run in struck)


def test_equal_texts_give_a_table_without_changes() -> None:
    sheet = compare_sheet(OLD, OLD, old_title="a", new_title="b")
    assert sheet.changed == ()
    assert sheet.summary() == "两版条文相同。"
