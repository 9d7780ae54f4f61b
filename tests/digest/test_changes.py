"""What an item that comes again says about the change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.changes import event_news, text_change
from digest.phrases import news
from tests.digest.samples import sample_item

_OLD = "\n".join(
    (
        "第一条　为了规范标识活动，制定本规定。",
        "第九条　日志保存不少于三个月，到期删除。",
        "第十条　本规定自公布之日起施行。",
    )
)


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (
            _OLD.replace("三个月", "六个月"),
            "第九条“日志保存不少于三个月”改为“日志保存不少于六个月”",
        ),
        (f"{_OLD}\n第十一条　平台应当在2小时内核验。", "新增第十一条“平台应当在2小时内核验”"),
        (_OLD.replace("，到期删除", ""), "第九条删去“到期删除”"),
        (_OLD.replace("，到期", "；到期"), "仅标点或排版有修改"),
        (_OLD, "文本修改后又恢复为当时所载"),
    ],
)
def test_the_change_is_quoted_with_its_article(new: str, told: str) -> None:
    assert told in text_change(_OLD, new)


def test_numbers_are_told_before_words_and_the_rest_is_counted() -> None:
    old = "\n".join(f"第{n}条　内容甲{n * 7}，由甲方办理。" for n in range(1, 8))
    new = old.replace("由甲方", "由乙方").replace("甲49", "甲50")
    told = text_change(old, new)
    assert told.startswith("文本有修改（共 8 处）：第7条“内容甲49”改为“内容甲50”；")
    assert told.count("改为") == 3


def test_a_long_clause_is_quoted_round_its_change() -> None:
    old = f"{'甲' * 60}截止日期为11月13日{'乙' * 60}。"
    told = text_change(old, old.replace("13日", "27日"))
    assert "11月13日" in told
    assert "11月27日" in told
    assert len(told) < 100


def test_texts_without_anything_in_common_are_not_aligned_for_ever() -> None:
    old, new = ("\n".join(f"{word}{n}。" for n in range(4000)) for word in ("甲", "乙"))
    assert text_change(old, new) == "文本有大幅修改"


def test_a_new_page_says_its_role_and_what_was_carried() -> None:
    told = event_news(["interpretation", "final"], carried=["征求意见稿"], number=9)
    assert told == "正式稿发布、解读发布（第9期刊登的是征求意见稿）"
    assert event_news([], carried=["报道"], number=9) == ""


def test_the_label_says_whether_the_text_or_the_story_moved() -> None:
    item = replace(sample_item(1, 4), news="第九条新增“到期删除”")
    assert news(item) == "第九条新增“到期删除”"
    assert news(replace(item, mark="续")) == "进展：第九条新增“到期删除”"
    assert news(sample_item(1, 3)) == ""
