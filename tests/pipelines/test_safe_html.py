"""Markup that is spared the sanitiser is markup the sanitiser would leave as it is."""

from __future__ import annotations

import random

import pytest

from pipelines.extraction.safe import _CLEANER, LINK_REL, safe_html

_LINK = f'<a href="https://www.a-b.gov.cn/x?y=1&amp;z=2" rel="{LINK_REL}">'
_NUMBERED = f'<a href="http://192.0.2.7:8000/a.pdf" rel="{LINK_REL}">'
_IMAGE = '<img alt="图&quot;一" data-src="https://a.gov.cn:8080/b%20.png">'
# fmt: off
_PIECES = (
    "<p>", "</p>", "<h2>", "</h2>", "<ul>", "</ul>", "<li>", "</li>", "<table><tbody>", "<tr>",
    "</tbody></table>", "</tr>", "<td>", "</td>", '<th colspan="2" rowspan="3">', "</th>",
    "<strong>", "</strong>", "<em>", "</em>", "<sub>", "</sub>", "<br>", _LINK, "</a>", _IMAGE,
    "text", "中文，", "&amp;", "&lt;", "&nbsp;", "\u3000", "\u200b", "\n", "'", '"', "<", ">", "&",
    "<script>", "<p onclick=x>", '<a href="javascript:x">', '<img src="x">', "<div>", "<!--",
)
# fmt: on


def _element(rng: random.Random) -> str:
    def inline() -> str:
        return rng.choice(
            ("中文，", "a &amp; b", "<br>", f"{_LINK}附件</a>", _IMAGE, "<strong>重要</strong>",
             f"<em>{_LINK}x</a></em>", "<sub>2</sub>",
             f"{_NUMBERED}附件</a>")
        )  # fmt: skip

    content = "".join(inline() for _ in range(rng.randrange(4)))
    return rng.choice(
        (f"<p>{content}</p>", f"<h3>{content}</h3>", f"<ul><li>{content}</li><li>x</li></ul>",
         f'<table><tbody><tr><td colspan="2">{content}</td><th>x</th></tr></tbody></table>')
    )  # fmt: skip


def test_what_is_spared_the_sanitiser_is_what_it_would_leave_as_it_is() -> None:
    rng = random.Random(7)  # noqa: S311 - sample markup
    spared = 0
    for _ in range(3000):
        markup = "".join(_element(rng) for _ in range(rng.randrange(1, 4)))
        if rng.random() < 0.6:
            at = rng.randrange(len(markup) + 1)
            markup = markup[:at] + rng.choice(_PIECES) + markup[at + rng.randrange(4) :]
        cleaned = safe_html(markup)
        assert _CLEANER.clean(cleaned) == cleaned, markup
        spared += cleaned == markup
    assert spared > 1000


@pytest.mark.parametrize(
    "markup",
    [
        '<p><a href="javascript:alert(1)">x</a></p>',
        '<p><a href="https://a.gov.cn/" onclick="x()">x</a></p>',
        '<p><img alt="" src="https://a.gov.cn/x.png"></p>',
        "<p><script>x</script></p>",
        "<p><p>x</p></p>",
        "<p>a\u200bb</p>",
        '<p><a href="https://a.gov.cn:99999/">x</a></p>',
        f'<p><a href="http://192.0.2.700/" rel="{LINK_REL}">x</a></p>',
    ],
)
def test_anything_else_goes_through_it(markup: str) -> None:
    cleaned = safe_html(markup)
    assert cleaned != markup
    assert safe_html(cleaned) == cleaned
