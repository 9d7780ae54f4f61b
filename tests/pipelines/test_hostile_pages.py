"""Pages of bad will: bounded time and memory, a flag, nothing raised."""

from __future__ import annotations

import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.clean import clean_page
from pipelines.extraction.guard import tame
from pipelines.extraction.keyvalue import pairs_in
from pipelines.extraction.phrases import (
    asks_to_subscribe,
    ends_article,
    is_meta_line,
    is_promotion,
)
from pipelines.items import CleanPage
from tests.pipelines.pages import PARAGRAPHS, as_decoded, trs_page

URL = "https://www.example.gov.cn/zc/2025/1.html"


def clean(markup: str) -> CleanPage:
    return clean_page(as_decoded(markup), url=URL)


def in_time(markup: str, *, seconds: float = 4.0) -> CleanPage:
    """Clean within a bound that leaves room for a slow machine; quadratic work takes minutes."""
    started = time.process_time()
    page = clean(markup)
    assert time.process_time() - started < seconds
    return page


HOSTILE = {
    "nested div": "<div>" * 100_000 + "x",
    "nested div, closed": "<div>" * 60_000 + "x" + "</div>" * 60_000,
    "nested span": "<span>" * 100_000 + "x",
    "nested table": "<table><tr><td>" * 30_000 + "x",
    "nested list": "<ul><li>" * 50_000 + "x",
    "nested bold": "<b>" * 100_000 + "<p>x" * 1000,
    "reopened formatting": "<p>" + "".join(f"<font c={i}>" for i in range(3000)) + "<p>x" * 9000,
    "attributes": "<p " + " ".join(f"a{i}=1" for i in range(120_000)) + ">x",
    "attributes on a small page": "<p " + " ".join(f"a{i:x}" for i in range(66_000)) + ">x",
    "unclosed quotes": '<a "' * 200_000,
    "open brackets": "<" * 2_000_000,
    "open tags": "<a" * 1_000_000,
    "unclosed comment": "<!--" * 500_000,
    "unclosed script": "<script>" * 200_000,
    "many links": "".join(f"<a href=/{i}>第{i}条新闻标题</a>" for i in range(20_000)),
    "many paragraphs": f"<p>{PARAGRAPHS[1]}</p>" * 8_000,
    "many cells": "<table>" + "<tr><td>发文字号：</td><td>x</td></tr>" * 8_000,
    "labels": "<p>" + "索引号：" * 50_000,
    "spaced label": "<p>" + "索 " * 200_000 + "：",
    "one word": "<p>" + "字" * 1_000_000,
    "named for days": "<div class=info>" * 500 + "数据，" * 200_000,
    "noscript in noscript": "<noscript>" * 3_000 + "数据，" * 200_000,
    "days in scripts": "<script>" + '"datePublished":"2024-03-05",' * 30_000 + "</script>数据",
    "many times": "<time datetime=2024-03-05>x</time><h1>数据登记办法</h1>" * 5_000,
    "blanks": "<p>" + " \n\u3000" * 500_000 + "x",
    "entities": "<p>" + "&nbsp;" * 300_000,
    "json-ld": '<script type="application/ld+json">' + "[" * 50_000 + "</script><p>x",
    "titles": "<title>x</title>" * 50_000 + "<h1>x</h1>" * 20_000,
    "deep text": "<div>" * 1_900 + f"<p>{PARAGRAPHS[1]}</p>" * 3_000,
}


@pytest.mark.parametrize("markup", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_markup_takes_bounded_time(markup: str) -> None:
    in_time(markup)


def test_depth_and_size_are_flagged() -> None:
    assert "nested" in in_time(HOSTILE["nested div"]).flags
    page = in_time("<p>" + "很长的文字，" * 9_000_000, seconds=10)
    assert "oversize" in page.flags
    assert len(page.body_text) <= 1_000_000


def test_unusual_but_honest_pages_are_left_alone() -> None:
    many_bold = "".join(
        f"<p><b>{i}</b> <font color=red>{PARAGRAPHS[1]}</font></p>" for i in range(300)
    )
    assert tame(many_bold) == (many_bold, [])
    sloppy = "".join(f"<p><font size=3>{PARAGRAPHS[1]}" for _ in range(100))
    page = clean(sloppy)
    assert page.body_text.count(PARAGRAPHS[1]) == 100
    assert page.flags == ()


LINES = st.lists(
    st.sampled_from(
        ["来源", "：", ":", " ", "\u3000", "发布时间", "2025", "-", "年", "a", "by ", "【", "]"]
    )
    | st.text(max_size=5),
    max_size=40,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(LINES)
def test_line_patterns_never_fail(line: str) -> None:
    for judge in (is_meta_line, ends_article, is_promotion, asks_to_subscribe):
        assert judge(line) in {True, False}
    pairs_in(line)


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        " ",
        "，",
        "来源：",
        "2025-",
        "by ",
        "上一",
        "【",
        "相关",
        "\u3000索",
        "get the ",
        "(",
        "1:",
    ],
)
def test_no_line_pattern_is_super_linear(unit: str) -> None:
    from pipelines.extraction import phrases

    patterns = [value for value in vars(phrases).values() if isinstance(value, re.Pattern)]
    assert len(patterns) >= 5
    text = unit * (60_000 // len(unit))
    started = time.process_time()
    for pattern in patterns:
        for _ in pattern.finditer(text):
            pass
    pairs_in(text)
    assert time.process_time() - started < 4.0


def test_random_soup_never_raises_and_keeps_its_promises() -> None:
    source = random.Random(20250310)  # noqa: S311
    pieces = [
        *("<div>", "</div>", "<p>", "</p>", "<table>", "<tr>", "<td>", "</table>", "<ul>", "<li>"),
        *(
            "<a href=x>",
            "</a>",
            "<br>",
            "<b>",
            "</b>",
            "<img src=y>",
            "<h1>",
            "</h1>",
            "<!-- x -->",
        ),
        *(
            "<span class=share>",
            "</span>",
            "索引号：",
            "文号",
            "来源：示例",
            "&lt;script&gt;",
            "\x00",
        ),
        *PARAGRAPHS,
    ]
    for _ in range(200):
        markup = "".join(source.choice(pieces) for _ in range(source.randrange(1, 120)))
        page = clean(markup)
        assert "<script" not in page.body_html
        assert "\x00" not in page.body_text


def test_government_page_costs_little() -> None:
    """Far above what it takes, far below what a detour over another parser would take."""
    pages = [as_decoded(trs_page())] * 40
    clean_page(pages[0], url=URL)
    started = time.process_time()
    for page in pages:
        clean_page(page, url=URL)
    assert (time.process_time() - started) / len(pages) < 0.02
