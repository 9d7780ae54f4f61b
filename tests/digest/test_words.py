"""Columns, folding, shortening, headlines, dates: what the renderings are made of."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wcwidth import wcswidth

from digest.columns import NO_END, NO_START, cut_to_width, display_width, wrap
from digest.phrases import lead_text
from digest.places import place_label
from digest.wording import (
    clean_line,
    day_label,
    first_words,
    headline,
    is_interpretation,
    reading_minutes,
    safe_url,
    shorten,
    span_label,
    work_name,
)

_TEXT = st.text(
    alphabet="国务院关于印发的通知，。（）《》“”〔2026〕abc DEF 12%…—·：；", max_size=200
)


@settings(max_examples=80, deadline=None)
@given(text=_TEXT, width=st.integers(12, 80))
def test_wrapped_lines_fit_and_keep_every_character(text: str, width: int) -> None:
    lines = wrap(text, width=width, indent="  ")
    assert all(wcswidth(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_lines_do_not_begin_with_closing_marks() -> None:
    text = "各省级人民政府、国务院各部委（含直属机构），" * 9
    for width in range(20, 60):
        for line in wrap(text, width=width)[1:]:
            assert line[0] not in NO_START, (width, line)
            assert line[-1] not in NO_END


def test_urls_are_never_broken() -> None:
    url = "https://www.example.gov.cn/" + "a" * 120 + ".html"
    assert any(url in line for line in wrap(f"原文见 {url} 。", width=40))


@given(text=_TEXT, width=st.integers(3, 60))
def test_cut_to_width_never_exceeds(text: str, width: int) -> None:
    assert display_width(cut_to_width(text, width)) <= width


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        (
            "国务院关于印发《数据基础设施建设三年行动计划》的通知",
            "印发《数据基础设施建设三年行动计划》",
        ),
        (
            "广东省人民政府办公厅关于印发广东省人工智能产业若干措施的通知",
            "印发《广东省人工智能产业若干措施》",
        ),
        (
            "市场监管总局关于《平台收费行为合规指南（征求意见稿）》公开征求意见的公告",
            "《平台收费行为合规指南（征求意见稿）》公开征求意见",
        ),
        (
            "市场监管总局就《平台收费行为合规指南（征求意见稿）》公开征求意见",
            "《平台收费行为合规指南（征求意见稿）》公开征求意见",
        ),
        (
            "工信部:公开征求对《元宇宙标准化工作组筹建方案(征求意见稿)》的意见",
            "《元宇宙标准化工作组筹建方案(征求意见稿)》公开征求意见",
        ),
        (
            "《某某条例（修订草案）》（征求意见稿）公开征求意见的公告",
            "《某某条例（修订草案）》公开征求意见",
        ),
        (
            "关于公开征集《某某条例（草案）》意见的通知",
            "《某某条例（草案）》公开征求意见",
        ),
        ("网络数据安全风险评估办法", "网络数据安全风险评估办法"),
    ],
)
def test_headline_keeps_the_news(title: str, expected: str) -> None:
    assert headline(title) == expected


def test_work_names_and_interpretations() -> None:
    assert work_name("国务院关于印发《某某计划》的通知") == "某某计划"
    assert work_name("关于《某某条例（草案）》公开征求意见的通告") == "某某条例（草案）"
    assert work_name("某某办法") == "某某办法"
    assert is_interpretation("《某某办法》政策解读", None)
    assert is_interpretation("某某", "解读")
    assert not is_interpretation("某某办法", "办法")


def test_titles_made_to_slow_us_down_do_not() -> None:
    start = time.perf_counter()
    for text in ("《" * 200, "关于" * 100, "《》" * 100 + "征求", "（" * 200, "印发" * 100):
        headline(text)
        work_name(text)
        lead_text(text)
    assert time.perf_counter() - start < 1


def test_leads_lose_years_before_words() -> None:
    title = "某某省发展和改革委员会等5部门联合印发《某某省元宇宙产业发展行动计划（2023-2025年）》"
    assert lead_text(title).endswith("《某某省元宇宙产业发展行动计划》")
    assert lead_text("短标题（2023年）") == "短标题（2023年）"


@pytest.mark.parametrize(
    ("region", "label"),
    [
        ("CN", "全国"),
        ("CN-浙江", "浙江"),
        ("CN-浙江-杭州", "浙江杭州"),
        ("CN-上海-黄浦", "上海黄浦"),
        ("EU", "欧盟"),
        ("PK", ""),
        ("US-CA", ""),
        ("华东", "华东"),
        (None, ""),
    ],
)
def test_place_labels(region: str | None, label: str) -> None:
    assert place_label(region) == label


def test_shorten_prefers_the_end_of_a_sentence() -> None:
    text = "甲" * 70 + "。" + "乙" * 70
    assert shorten(text, chars=110) == "甲" * 70 + "。"
    assert shorten("甲" * 200, chars=60).endswith("…")
    assert display_width(shorten("甲，" * 200, chars=60)) <= 120
    assert shorten("短句。", chars=60) == "短句。"


def test_first_words_skip_title_number_and_salutation() -> None:
    body = (
        "国务院关于某事的通知\n国发〔2026〕18号\n各省、自治区、直辖市人民政府：\n"
        "现将有关事项通知如下。\n一、总体要求。"
    )
    found = first_words(body, title="国务院关于某事的通知", chars=110)
    assert found == "现将有关事项通知如下。一、总体要求。"


def test_clean_line_removes_what_could_act() -> None:
    assert clean_line("标题\r\nBcc: x\u202e\x00 \ud800末") == "标题 Bcc: x 末"
    assert clean_line("\U00030000罕用字") == "\U00030000罕用字"
    assert clean_line(None) == ""


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "https://a.example/\nx",
        "http://",
        "//a.example",
        "https://[bad",
        "ftp://a.example/",
        " https://a.example",
        "",
    ],
)
def test_unsafe_urls_are_dropped(url: str) -> None:
    assert safe_url(url) == ""


def test_safe_urls_stay() -> None:
    assert safe_url("https://a.example/政策?x=1&y=2") == "https://a.example/政策?x=1&y=2"
    assert safe_url('https://a.example/"x') == "https://a.example/%22x"


def test_days() -> None:
    today = date(2026, 11, 16)
    assert day_label(date(2026, 11, 9), today=today) == "11月9日"
    assert day_label(date(2025, 12, 31), today=today) == "2025年12月31日"
    assert day_label(None, today=today) == ""
    assert span_label(date(2026, 11, 9), date(2026, 11, 15)) == "2026年11月9日—15日"
    assert span_label(date(2026, 12, 28), date(2027, 1, 3)) == "2026年12月28日—2027年1月3日"


def test_reading_time() -> None:
    assert reading_minutes(["字" * 4000]) == 10
    assert reading_minutes(["word " * 480]) == 2
    assert reading_minutes([]) == 1
