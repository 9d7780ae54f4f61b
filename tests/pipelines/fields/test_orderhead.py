"""Heads of orders, announcements and judgments whose number stands on a line of its own."""

from __future__ import annotations

import pytest

from pipelines.fields.orderhead import find_order_head


@pytest.mark.parametrize(
    ("text", "number", "bodies"),
    [
        ("浙江省人民政府令\n第372号\n正文", "浙江省人民政府令第372号", ("浙江省人民政府",)),
        (
            "浙 江 省 人 民 政 府 令\n\n第 372 号\n正文",
            "浙江省人民政府令第372号",
            ("浙江省人民政府",),
        ),
        (
            "中华人民共和国工业和信息化部\n公 告\n2024年第3号\n正文",
            "工业和信息化部公告2024年第3号",
            ("中华人民共和国工业和信息化部",),
        ),
        (
            "中国人民银行\n公安部\n令\n〔第八号〕\n正文",
            "中国人民银行令第8号",
            ("中国人民银行", "公安部"),
        ),
        (
            "深圳市第七届人民代表大会常务委员会公告\n（第七十四号）\n正文",
            "深圳市人民代表大会常务委员会公告第74号",
            ("深圳市人民代表大会常务委员会",),
        ),
        ("中华人民共和国主席令\n第八十四号\n正文", "主席令第84号", ()),
        (
            "中国人民银行公告\n〔2015〕第43号\n正文",
            "中国人民银行公告〔2015〕第43号",
            ("中国人民银行",),
        ),
        (
            "国家互联网信息办公室 中华人民共和国公安部令\n第19号\n正文",
            "国家互联网信息办公室令第19号",
            ("国家互联网信息办公室", "中华人民共和国公安部"),
        ),
    ],
)
def test_names_over_a_number_are_the_head_of_an_order(
    text: str, number: str, bodies: tuple[str, ...]
) -> None:
    head = find_order_head(text)
    assert head is not None
    assert (head.number, head.bodies) == (number, bodies)
    assert head.span in text


def test_the_title_stands_for_a_line_that_the_page_shows_above_the_text() -> None:
    head = find_order_head("第195号\n现予公布。", title="广州市人民政府令")
    assert head is not None
    assert head.number == "广州市人民政府令第195号"


@pytest.mark.parametrize(
    "text",
    [
        "根据浙江省人民政府令\n的要求\n第372号\n",
        "各有关单位：\n现就有关事项公告\n第3号\n",
        "中标公告\n第1号\n",
        "浙江省人民政府令第372号已经公布。\n1号线通车。",
    ],
)
def test_other_lines_over_a_number_are_no_head(text: str) -> None:
    assert find_order_head(text) is None


def test_a_judgment_has_its_case_number_and_court() -> None:
    text = "杭州互联网法院\n民事判决书\n（2022）浙0192民初1008号\n本院认为，合同有效。"
    head = find_order_head(text)
    assert head is not None
    assert (head.number, head.bodies) == ("（2022）浙0192民初1008号", ("杭州互联网法院",))
