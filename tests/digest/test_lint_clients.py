"""E18: features that a mail program lacks are named with place, programs and remedy."""

from __future__ import annotations

import pytest
from lxml import html as lxml_html  # type: ignore[import-untyped]

from digest.lint.clients import check_clients, client_table
from digest.render import render_mail
from tests.digest.samples import sample_issue
from tests.digest.test_render import READER

PAGE = """<!DOCTYPE html>
<html lang="zh-CN"><head><style>
%(sheet)s
</style></head>
<body>%(body)s</body></html>"""


def _found(*, sheet: str = "", body: str = "x") -> list[str]:
    root = lxml_html.document_fromstring(PAGE % {"sheet": sheet, "body": body})
    return [str(problem) for problem in check_clients(root)]


@pytest.mark.parametrize("count", [0, 5, 100])
def test_our_own_mail_uses_nothing_that_a_program_lacks(count: int) -> None:
    rendered = render_mail(sample_issue(count), reader=READER)
    assert list(check_clients(lxml_html.document_fromstring(rendered.html))) == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<div style='display: flex'>x</div>", ("<div>", "display: flex", "Outlook", "表格")),
        ("<td style='display:grid'>x</td>", ("display: grid", "Outlook", "table cells")),
        ("<p style='position:relative'>x</p>", ("position", "Gmail、Outlook")),
        ("<p style='color:var(--ink)'>x</p>", ("var(--ink)", "Gmail", "write the value itself")),
        ("<p style='float:left'>x</p>", ("float", "Outlook")),
        ("<p style='font-size:2rem'>x</p>", ("2rem", "Outlook", "px")),
        ("<p style='color:rgba(0,0,0,.5)'>x</p>", ("rgba", "#rrggbb")),
        ("<p style='background-image:none'>x</p>", ("background-image", "background-color")),
        ("<td style='white-space:nowrap'>x</td>", ("white-space", "Outlook", "nowrap")),
        ("<svg></svg>", ("<svg>", "Gmail", "PNG")),
        ("<section>x</section>", ("<section>", "Yahoo", "div")),
        ("<form action='/'></form>", ("<form>", "Outlook", "link to a web page")),
        ("<img src='data:image/png;base64,AA'>", ("data:", "Gmail", "cid")),
        ("<p hidden>x</p>", ("hidden", "Gmail")),
    ],
)
def test_what_a_program_lacks_is_named_with_place_and_remedy(
    body: str, words: tuple[str, ...]
) -> None:
    (found,) = _found(body=body)
    assert found.startswith("E18: 第 5 行 ")
    assert " / line 5: " in found
    for word in words:
        assert word in found, found


@pytest.mark.parametrize(
    ("sheet", "line", "words"),
    [
        (".a { color: #000 }\n.b { opacity: 0.5 }", 4, (".b", "opacity", "Outlook")),
        ("/* one\ntwo */ @font-face { font-family: x; src: url(x) }", 4, ("@font-face", "Gmail")),
        ("@import 'x.css';\n.a{}", 3, ("@import", "Gmail")),
        (".a:hover { color: #000 }", 3, (".a:hover", "class")),
        (".a > b { color: #000 }", 3, (".a > b", "Outlook")),
        ("@media screen {\n.a { transform: none !important }\n}", 4, ("@media", "Yahoo")),
    ],
)
def test_the_style_block_is_read_line_by_line(
    sheet: str, line: int, words: tuple[str, ...]
) -> None:
    (found,) = _found(sheet=sheet)
    assert f"line {line}: " in found, found
    for word in words:
        assert word in found, found


def test_a_block_concerns_only_programs_that_read_it() -> None:
    assert _found(sheet="@media screen { .a { max-height: 9px !important } }") == []
    dark = "@media (prefers-color-scheme: dark) { .a { filter: none !important } }"
    assert _found(sheet=dark) == []
    assert _found(sheet=".a { filter: none }") != []


def test_hiding_may_be_doubled_and_enhancements_are_allowed() -> None:
    assert _found(body="<div style='display:none;max-height:0;opacity:0'>x</div>") == []
    assert _found(body="<div style='max-height:0'>x</div>") != []
    fine = "<table role='presentation'><tr><td lang='en' style='border-radius:3px'>x</td></tr>"
    assert _found(body=fine) == []
    assert _found(body="<p style=\"font-family:'a > flex(var)';content:'2rem'\">x</p>") == []


def test_a_feature_used_often_is_told_once() -> None:
    (found,) = _found(body="<p style='float:left'>x</p>\n" * 3)
    assert "共 3 处" in found
    assert "3 places" in found


def test_the_table_is_whole() -> None:
    table = client_table()
    assert len(table.support) > 300
    assert {len(letters) for letters in table.support.values()} == {len(table.programs)} == {4}
    assert set("".join(table.support.values())) <= set("yanu")
    assert table.allowed <= set(table.support)
    assert all(" / " in remedy for remedy in table.remedies.values())
