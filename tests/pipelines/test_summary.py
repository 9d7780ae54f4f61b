"""Extractive summaries: short, literal, with the figures that matter."""

from __future__ import annotations

import re
import time

import pytest

from pipelines.summary import MAX_CHARS, summarise

NOTICE = (
    "各市人民政府，各有关单位：\n"
    "为深入贯彻落实上级决策部署，进一步推动产业发展，制定本办法。\n"
    "一、总体要求\n"
    "本办法适用于在本市注册的数据企业。\n"
    "对首次入选的企业，按照实际投入的10%给予补助，最高100万元。\n"
    "联系人：张三，电话：010-00000000。\n"
    "本办法自2024年4月1日起施行，有效期5年。\n"
)


def test_keeps_figures_and_dates_and_drops_formulas() -> None:
    found = summarise(NOTICE, title="数据企业补助办法")
    assert "最高100万元" in found
    assert "2024年4月1日起施行" in found
    assert "深入贯彻" not in found
    assert "张三" not in found
    assert "总体要求" not in found


@pytest.mark.parametrize("limit", [40, 80, MAX_CHARS])
def test_never_longer_than_asked(limit: int) -> None:
    assert len(summarise(NOTICE * 5, limit=limit)) <= limit


def test_only_sentences_of_the_text_in_their_order() -> None:
    found = summarise(NOTICE)
    last = -1
    for sentence in re.findall(r"[^。]+。", found):
        at = NOTICE.find(sentence)
        assert at > last
        last = at


def test_a_first_sentence_that_is_too_long_is_cut_and_marked() -> None:
    text = "甲公司宣布完成融资，" + "其中包括若干投资人的进一步出资，" * 12 + "合计1亿元。"
    found = summarise(text)
    assert found.endswith("…")
    assert found[:-1] in text
    assert len(found) <= MAX_CHARS


def test_no_text_no_summary() -> None:
    assert summarise("") == ""
    assert summarise("  \n \n") == ""
    assert summarise("短句。") == "短句。"


def test_hostile_text_takes_bounded_time() -> None:
    started = time.process_time()
    summarise("。" * 300_000)
    summarise("数" * 300_000)
    summarise("1亿元" * 100_000)
    assert time.process_time() - started < 2.0
