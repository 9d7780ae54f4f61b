"""Topic words and the subject class that an office gave a document."""

from __future__ import annotations

from pipelines.fields.topicwords import topic_words
from pipelines.items import CleanPage
from pipelines.metadata import extract_metadata

TEXT = (
    "各部门：\n现通知如下。\n示例市人民政府办公厅\n2009年3月5日\n"
    "主题词：经济管理　税收　通知\n抄送：各处室"
)


def test_the_line_below_the_text() -> None:
    found = topic_words(None, TEXT)
    assert found is not None
    assert found.words == ("经济管理", "税收", "通知")
    assert TEXT[found.start :].startswith("主题词")


def test_the_table_wins_and_prose_is_no_word() -> None:
    found = topic_words(("主题词", "数据;登记，数据"), TEXT)
    assert found is not None
    assert found.words == ("数据", "登记")
    assert topic_words(None, "本次会议的主题词是创新。") is None
    assert (
        topic_words(("关键词", "这是一个很长的句子，不是词语，里面说明了很多很多很多很多内容"), "")
        is None
    )


def test_a_page_keeps_them_with_its_subject_and_state() -> None:
    page = CleanPage(
        "示例办法", "", TEXT, table={"主题分类": "综合政务/政务公开", "有效性": "无效"}, lang="zh"
    )
    found = extract_metadata(page)
    assert found.topic_words == ("经济管理", "税收", "通知")
    assert (found.subject, found.validity) == ("综合政务/政务公开", "已废止")
    named = {e.field for e in found.evidence}
    assert {"topic_words", "subject", "validity"} <= named
