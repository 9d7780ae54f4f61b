"""A page becomes an article: text, safe HTML, attachments, facts and flags."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from pipelines.clean import clean_page, safe_html
from pipelines.decode import decode
from pipelines.items import CleanPage, Decoded, Hints, Layout
from tests.pipelines.pages import (
    PARAGRAPHS,
    SIGNATURE,
    TEXT,
    TITLE,
    as_decoded,
    english_page,
    news_page,
    table_layout_page,
    trs_page,
)

URL = "https://www.example.gov.cn/zc/2025/t20250310_1.html"


def clean(markup: str, **options: object) -> CleanPage:
    return clean_page(as_decoded(markup), url=URL, **options)  # type: ignore[arg-type]


def test_government_page() -> None:
    page = clean(trs_page())
    assert page.title == TITLE
    assert page.body_text.startswith(TEXT)
    assert "相关新闻" not in page.body_text
    assert "分享到" not in page.body_text
    assert page.table["索引号"] == "000014349/2025-00031"
    assert page.table["发文字号"] == "国办函〔2025〕18号"
    assert page.table["成文日期"] == "2025年03月06日"
    assert "主题词" not in page.table
    assert "来源：中国政府网" in page.head_text
    assert "2025-03-10 09:30" in page.head_text
    assert page.meta["pubdate"] == "2025-03-10 09:30"
    assert page.meta["contentsource"] == "中国政府网"
    assert page.lang == "zh"
    assert page.flags == ()


def test_attachments_have_absolute_addresses_names_and_types() -> None:
    page = clean(trs_page())
    first, second = page.attachments
    assert first.url == "https://www.example.gov.cn/zc/2025/P020250310.docx"
    assert first.name == "1.示例服务事项清单.docx"
    assert first.media_type.endswith("wordprocessingml.document")
    assert second.url.endswith("filename=abc.pdf")
    assert second.media_type == "application/pdf"


@pytest.mark.parametrize(
    "suffix", ["pdf", "doc", "docx", "wps", "ofd", "xls", "xlsx", "zip", "rar"]
)
def test_every_kind_of_attachment_is_seen(suffix: str) -> None:
    page = clean(f"<p>{PARAGRAPHS[1]}</p><p><a href='f/清单.{suffix}'>附件</a></p>")
    assert [a.name for a in page.attachments] == [f"清单.{suffix}"]
    assert page.attachments[0].url.endswith(f".{suffix}")


def test_layout_tables_and_line_breaks() -> None:
    page = clean(table_layout_page())
    assert page.title == TITLE
    assert page.body_text == TEXT
    assert "发布时间：2025-03-10" in page.head_text


def test_news_page_without_cards_comments_and_captions() -> None:
    page = clean(news_page())
    assert page.title == TITLE
    assert page.body_text == "\n".join(PARAGRAPHS)
    assert page.images == (("https://www.example.gov.cn/img/1.jpg", "会议现场"),)
    assert "来源：示例日报" in page.head_text


def test_english_page_on_a_chinese_site() -> None:
    page = clean(english_page())
    assert page.title == "Example Authority publishes final rules"
    assert page.body_text.startswith("The Example Authority today")
    assert page.body_text.endswith("chair of the Authority.")
    assert page.lang == "en"


def test_pages_in_other_encodings() -> None:
    content = trs_page().encode("gb18030")
    page = clean_page(decode(content, header_charset="utf-8"), url=URL)
    assert page.title == TITLE
    assert page.encoding == "gb18030"


def test_structure_is_kept() -> None:
    page = clean(
        f"<h1>{TITLE}</h1><div class=article-content><h2>一、总体要求</h2><p><span "
        f"style='color:red'>"
        f"{PARAGRAPHS[1]}</span></p><ol><li>第一项任务，由示例部门负责。</li><li>第二项任务，由示"
        f"例委员会负责。</li></ol>"
        f"<blockquote>{PARAGRAPHS[2]}</blockquote><p>见<a href='/zc/1.html'>示例条例</a>，"
        "<b>重点</b>如下。</p></div>"
    )
    assert "<h2>一、总体要求</h2>" in page.body_html
    assert "<ol><li>第一项任务，由示例部门负责。</li>" in page.body_html
    assert "<blockquote>" in page.body_html
    assert "<strong>重点</strong>" in page.body_html
    assert 'href="https://www.example.gov.cn/zc/1.html"' in page.body_html
    assert "style" not in page.body_html
    assert ("https://www.example.gov.cn/zc/1.html", "示例条例") in page.links


def test_images_are_described_but_never_loaded() -> None:
    page = clean(f"<p>{PARAGRAPHS[1]}</p><p><img src='a.png' onerror=x alt='流程图'></p>")
    assert page.images == (("https://www.example.gov.cn/zc/2025/a.png", "流程图"),)
    assert 'alt="流程图"' in page.body_html
    assert not re.search(r"\ssrc=", page.body_html)


def test_invisible_characters_and_bidi_overrides_are_removed() -> None:
    page = clean(f"<p>{PARAGRAPHS[1]}\u200b\u202e\ufeff</p><p>第\u200b二\u2066段，同样如此。</p>")
    assert not re.search("[\u200b\u202e\u2066\ufeff]", page.body_text + page.body_html)
    assert "第二段" in page.body_text


def test_half_surrogates_from_json_do_no_harm() -> None:
    for markup in (f"<p>{PARAGRAPHS[1]}\ud83d</p>", f"{PARAGRAPHS[1]}\ud83d"):
        page = clean_page(Decoded(markup, "utf-8", "json", 0.0), url=URL)
        assert page.body_text.startswith(PARAGRAPHS[1])
        (page.body_text + page.body_html).encode()


# -- layouts ---------------------------------------------------------------------------------


def test_layout_selectors_win() -> None:
    layout = Layout(
        body="div.TRS_Editor",
        title="h1",
        date=".pages-date",
        source=".pages-date span",
        drop=("a",),
    )
    page = clean(trs_page(), layouts=(Layout(body="div.gone"), layout))
    assert page.method == "layout"
    assert page.body_text.startswith(TEXT)
    assert page.attachments == ()
    assert page.meta["layout:source"] == "来源：中国政府网"
    assert page.meta["layout:date"].startswith("2025-03-10 09:30")


def test_xpath_selectors() -> None:
    layout = Layout(body="xpath://div[@class='TRS_Editor']", title="xpath:string(//h1)")
    page = clean(trs_page(), layouts=(layout,))
    assert page.method == "layout"
    assert page.title == TITLE
    assert page.body_text.startswith(TEXT)


@pytest.mark.parametrize("selector", ["div.redesigned", "div[[", "xpath://div[", "xpath://b/@x"])
def test_a_layout_that_matches_nothing_is_told_and_the_text_is_found_anyway(selector: str) -> None:
    page = clean(trs_page(), layouts=(Layout(body=selector),))
    assert "layout_missed" in page.flags
    assert page.body_text.startswith(TEXT)


# -- flags -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "flag"),
    [
        ("<html><body></body></html>", "empty"),
        ("<html><body><div id=app></div></body></html>", "empty"),
        (trs_page().replace("</body></html>", "")[:-3], "truncated"),
        ("<html><body><p>系统维护中，请稍后访问。</p></body></html>", "maintenance"),
        ("<html><body><p>您的访问过于频繁</p></body></html>", "challenge"),
        ("<html><body><p>请先登录</p></body></html>", "login"),
        ("<html><title>404</title><body><p>页面不存在</p></body></html>", "soft_404"),
        ("<html><body><p>系统错误</p></body></html>", "error_page"),
        (f"<p>{PARAGRAPHS[1]}锟斤拷锟斤拷</p>", "mojibake"),
        ("<p>" + "".join(f"<a href='/{i}'>示例通知公告第{i}号</a> " for i in range(30)), "index"),
    ],
)
def test_flags(markup: str, flag: str) -> None:
    assert flag in clean(markup).flags


def test_a_page_cut_at_any_kilobyte_is_marked_or_whole() -> None:
    content = trs_page().encode()
    for size in range(1024, len(content), 1024):
        page = clean_page(decode(content[:size], header_charset=None), url=URL)
        assert "truncated" in page.flags


def test_plain_text_and_fragments() -> None:
    page = clean("第一段，说明情况。\n\n第二段 <3，说明要求。", hints=Hints(title="示例"))
    assert page.method == "text"
    assert page.title == "示例"
    assert page.body_text == "第一段，说明情况。\n第二段 <3，说明要求。"
    assert page.body_html == "<p>第一段，说明情况。</p><p>第二段 &lt;3，说明要求。</p>"
    fragment = clean("".join(f"<p>{text}</p>" for text in PARAGRAPHS))
    assert fragment.body_text == "\n".join(PARAGRAPHS)
    assert fragment.flags == ()


def test_signature_and_short_lines_of_a_document_are_kept() -> None:
    page = clean(trs_page())
    for line in SIGNATURE:
        assert line in page.body_text.splitlines()


# -- sanitiser -------------------------------------------------------------------------------

VECTORS = [
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script src=//evil.cn/x.js>",
    "<img src=x onerror=alert(1)>",
    "<img src='javascript:alert(1)'>",
    "<img src=x onerror\n=\nalert(1)>",
    "<img/src=x/onerror=alert(1)>",
    '<img """><script>alert(1)</script>">',
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' &#14; javascript:alert(1)'>x</a>",
    "<a href='jav&#x09;ascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='//evil.cn' target=_blank onclick=alert(1)>x</a>",
    "<a href='java\0script:alert(1)'>x</a>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 "
    "onerror=alert(1)&gt;'>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<math><annotation-xml encoding='text/html'><style><img src=x onerror=alert(1)></style>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<noembed><img src=x onerror=alert(1)></noembed>",
    "<noframes><img src=x onerror=alert(1)></noframes>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<title><img src=x onerror=alert(1)></title>",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "<template><img src=x onerror=alert(1)></template>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='data:text/html,<script>alert(1)</script>'></object>",
    "<embed src='javascript:alert(1)'>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<p style='position:fixed;top:0;left:0'>x</p>",
    "<style>@import 'http://evil.cn/x.css';</style>",
    "<link rel=stylesheet href=http://evil.cn/x.css>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href='javascript:alert(1)//'>",
    "<form action=//evil.cn><input name=q><button formaction=javascript:alert(1)>x</button></form>",
    "<isindex action=javascript:alert(1) type=image>",
    "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<select><noscript></select><script>alert(1)</script>",
    "<table background='javascript:alert(1)'><tr><td onmouseover=alert(1)>x</td></tr></table>",
    "<!--<img src='--><img src=x onerror=alert(1)//'>",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml-stylesheet href='javascript:alert(1)'?>",
    "<img src=x alt='`onerror=alert(1)`'>",
    "<img data-src='javascript:alert(1)' alt=x>",
    "<p id=location name=document>clobber</p>",
    "<a href='https://ok.cn\" onmouseover=alert(1) x=\"'>x</a>",
    "\u2028<scr\u0000ipt>alert(1)</scr\u0000ipt>",
    "<<script>alert(1)//<</script>",
    "<p><b><i><a href=x><table><a href='javascript:alert(1)'>x",
]
ALLOWED = {
    *("p", "br", "div", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th", "blockquote", "pre"),
    *("code", "strong", "em", "u", "sub", "sup", "del", "ins", "a", "img", "figure"),
    *("figcaption", "hr", "html", "head", "body"),
}
ATTRIBUTES = {"href", "title", "rel", "alt", "data-src", "colspan", "rowspan"}


def assert_inert(markup: str) -> None:
    tree = LexborHTMLParser(markup)
    assert tree.root is not None
    for node in tree.root.traverse():
        if not node.is_element_node:
            continue
        assert node.tag in ALLOWED, markup
        for name, value in node.attributes.items():
            assert name in ATTRIBUTES, markup
            if name in {"href", "data-src"}:
                assert (value or "").lower().startswith(("http://", "https://", "mailto:")), markup


@pytest.mark.parametrize("vector", VECTORS)
def test_vectors_are_inert(vector: str) -> None:
    cleaned = safe_html(vector)
    assert_inert(cleaned)
    assert safe_html(cleaned) == cleaned


@pytest.mark.parametrize("vector", VECTORS)
def test_vectors_inside_an_article_are_inert(vector: str) -> None:
    page = clean(
        f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><div class=content>"
        f"<p>{PARAGRAPHS[1]}</p>{vector}<p>{PARAGRAPHS[2]}</p></div></body></html>"
    )
    assert_inert(page.body_html)
    assert safe_html(page.body_html) == page.body_html
    for address, _ in (*page.links, *page.images):
        assert address.startswith(("http://", "https://"))


_PIECES = st.sampled_from(
    [
        *VECTORS,
        *("<p>", "</p>", "<table>", "<td>", "</table>", "text", "&lt;", "&#60;img&#62;", "<b>"),
        *("</", "<!--", "-->", '"', "'", "<a href=", ">", "&amp;lt;script&amp;gt;", "\0", "<math>"),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_PIECES | st.text(max_size=8), max_size=12).map("".join))
def test_cleaning_what_is_clean_changes_nothing(markup: str) -> None:
    once = safe_html(markup)
    assert safe_html(once) == once
    assert_inert(once)
    page = clean(f"<div>{markup}</div>")
    assert_inert(page.body_html)
    assert safe_html(page.body_html) == page.body_html
