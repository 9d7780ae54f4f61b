"""The comparison of two versions: kinds of change, exact reconstruction, safe HTML."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from pipelines.diff import change_kind, compare, diff_html

OLD = "第一条 为规范示例活动，制定本办法。\n第二条 自2026年1月1日起施行。\n浏览次数：12"
NEW = "第一条 为规范示例活动，制定本办法。\n第二条 自2026年3月1日起施行。\n浏览次数：15"


def test_a_changed_date_is_shown_word_by_word() -> None:
    html = diff_html(OLD, NEW)
    assert "自2026年<del>1</del><ins>3</ins>月1日起施行。" in html
    assert "<p>第一条 为规范示例活动，制定本办法。</p>" in html


def test_spacing_width_and_counters_are_cosmetic() -> None:
    assert change_kind("第一条 （一）Ａ类\n浏览次数：1", "第一条(一)A类\n\n浏览次数：99") == (
        "cosmetic",
        0.0,
    )


def test_one_changed_digit_is_content() -> None:
    kind, ratio = change_kind(OLD, NEW)
    assert kind == "content"
    assert 0 < ratio < 0.1


def test_an_inserted_paragraph_does_not_disturb_the_others() -> None:
    html = diff_html("甲条文。\n乙条文。", "甲条文。\n新增一条。\n乙条文。")
    assert html == "<p>甲条文。</p>\n<p><ins>新增一条。</ins></p>\n<p>乙条文。</p>"


def test_equal_texts_give_no_marks() -> None:
    assert "<ins>" not in diff_html(OLD, OLD)
    assert "<del>" not in diff_html(OLD, OLD)


def test_markup_in_the_text_stays_text() -> None:
    html = diff_html("<script>alert(1)</script>", "<img src=x onerror=alert(1)>")
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;" in html


@given(
    st.lists(st.text("甲乙丙1a, ", max_size=12), max_size=8),
    st.lists(st.text("甲乙丙1a, ", max_size=12), max_size=8),
)
def test_both_texts_can_be_read_back(old: list[str], new: list[str]) -> None:
    pieces = list(compare("\n".join(old), "\n".join(new)))
    before = "".join(piece.text for piece in pieces if piece.mark != "insert")
    after = "".join(piece.text for piece in pieces if piece.mark != "delete")
    assert before.split() == "\n".join(old).split()
    assert after.split() == "\n".join(new).split()


def test_long_texts_are_compared_in_bounded_time() -> None:
    old = "甲乙丙丁" * 20_000
    started = time.process_time()
    html = diff_html(old, old + "戊")
    assert time.process_time() - started < 2
    assert "戊" in html


def test_lines_about_the_page_are_metadata() -> None:
    old = "来源：甲报\n发布时间：2026-01-02\n正文一段。\n（责任编辑：甲）"
    new = "来源：乙网\n发布时间：2026-01-03\n正文一段。\n（责任编辑：乙）"
    assert change_kind(old, new) == ("metadata", 0.0)
    assert change_kind(old, new.replace("正文", "正式"))[0] == "content"


def test_a_changed_paragraph_is_compared_with_its_like_not_with_its_neighbour() -> None:
    old = "甲市应当建立数据目录制度。\n乙市负责监督检查工作。"
    new = "新增一段关于经费的规定。\n甲市应当建立公共数据目录制度。\n乙市负责监督检查的工作。"
    html = diff_html(old, new)
    assert html.startswith("<p><ins>新增一段关于经费的规定。</ins></p>")
    assert "甲市应当建立<ins>公共</ins>数据目录制度。" in html
    assert "监督检查<ins>的</ins>工作。" in html
