"""The checks themselves: each one notices the fault it is there for."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from digest.files.content import printed
from digest.lint import check_masthead, check_message, check_rendered
from digest.lint.styles import contrast
from digest.render import RenderedIssue, render_mail, render_web
from tests.digest.samples import sample_issue
from tests.digest.test_message import build
from tests.digest.test_render import READER


@pytest.fixture(scope="module")
def good() -> RenderedIssue:
    return render_mail(sample_issue(5), reader=READER)


_HTML_FAULTS = [
    ("E14", "</body>", "x" * 90_000 + "</body>"),
    ("E16", "</head>", "<style>.a{color:#000}</style></head>"),
    ("E17", "color: #9cc4ea !important", "color: #9cc4ea"),
    ("E18", "</body>", "<div style='display:flex'>x</div></body>"),
    ("E18", "</body>", "<script>1</script></body>"),
    ("E18", "</body>", "<div style='background-image:none'>x</div></body>"),
    ("E19", ' role="presentation"', ""),
    ("E19", "[if mso]", "[if xxx]"),
    ("E20", "</h1>", "</h1><p style='margin:10px'>x</p>"),
    ("E20", "</body>", "<span style='font-size:11px'>klein</span></body>"),
    ("E21", '<html lang="zh-CN"', "<html"),
    ("E21", ' dir="auto"', ""),
    ("E22", "</body>", "<h1>zwei</h1></body>"),
    ("E23", "#6b645b", "#b9b2a8"),
    ("E23", "color: #b8b1a8 !important", "color: #6b645b !important"),
    ("E24", "</body>", "<img src='cid:x'></body>"),
    ("E27", 'name="color-scheme"', 'name="colour-scheme"'),
    ("E28", "PingFang SC", "Comic Sans"),
    ("E29", ' name="s1"', ""),
    ("E30", "</body>", "<img src='https://x.example/p.gif' alt='' width=1 height=1></body>"),
    ("E33", "</body>", "<a href='javascript:x'>x</a></body>"),
    ("E33", "</body>", "<b onclick='x'>x</b></body>"),
    ("E32", ">退订<", ">weg<"),
]


@pytest.mark.parametrize(("code", "before", "after"), _HTML_FAULTS)
def test_fault_in_html_is_found(good: RenderedIssue, code: str, before: str, after: str) -> None:
    assert before in good.html
    broken = replace(good, html=good.html.replace(before, after))
    assert code in {problem.code for problem in check_rendered(broken)}


def test_faults_in_words_are_found(good: RenderedIssue) -> None:
    def codes(**changes: Any) -> set[str]:
        return {problem.code for problem in check_rendered(replace(good, **changes))}

    assert codes() == set()
    assert "E02" in codes(text=good.text + "https://elsewhere.example/\n")
    assert "E02" in codes(text=good.text + "字" * 40 + "\n")
    assert "E02" in codes(text=good.text + "blank \n")
    assert "E02" in codes(text=good.text.replace("https://www.agency", "https://xxx.agency"))
    assert "E25" in codes(preheader="short")
    assert "E25" in codes(preheader=good.subject)
    assert "E26" in codes(subject="字" * 40)
    assert "E26" in codes(subject="a\r\nBcc: x")


_MESSAGE_FAULTS = [
    ("E01", rb"multipart/alternative", b"multipart/mixed"),
    ("E03", rb"Auto-Submitted: auto-generated\r\n", b"Auto-Submitted: auto-generated\n"),
    ("E03", rb"Feedback-ID: ", b"X-Long: " + b"x" * 1000 + b"\r\nFeedback-ID: "),
    ("E05", rb"List-Unsubscribe: <https[^>]*>", b"List-Unsubscribe: =?utf-8?q?=3Chttps?="),
    ("E06", rb"List-Unsubscribe=One-Click", b"One-Click"),
    ("E09", rb"List-Id: <[^>]*>", b"List-Id: <weekly.elsewhere.example>"),
    ("E10", rb"Message-ID: <(\w+)@example.org>", rb"Message-ID: <\1@mail.internal>"),
    ("E11", rb"Auto-Submitted: auto-generated\r\n", b""),
    ("E11", rb"To: li", b"To: a@b.example, li"),
]


@pytest.mark.parametrize(("code", "before", "after"), _MESSAGE_FAULTS)
def test_fault_in_message_is_found(code: str, before: bytes, after: bytes) -> None:
    content = build().content
    broken = re.sub(before, after, content, count=1)
    assert broken != content
    assert code in {problem.code for problem in check_message(broken)}


def test_contrast_formula() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_an_internal_serial_shows_its_permit_and_is_no_newspaper() -> None:
    plain = sample_issue(5, notice="本刊仅供参考。")
    assert check_masthead(plain) == []
    internal = replace(plain, permit="（京）内资准字〔2026〕第1号")
    assert [problem.code for problem in check_masthead(internal)] == ["X03", "X03"]
    fine = replace(internal, title="政策与法律动态", notice="")
    assert check_masthead(fine) == []
    rendered = render_mail(fine, reader=READER)
    for text in (rendered.html, rendered.text, render_web(fine).html, printed(fine).permit):
        assert "内部资料 免费交流" in text
        assert "内资准字〔2026〕第1号" in text
