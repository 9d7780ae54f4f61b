"""Cleaning where sites do unusual things: nested selectors, files beside the text, scans."""

from __future__ import annotations

import pytest

from pipelines.clean import clean_page
from pipelines.items import CleanPage, Hints, Layout
from tests.pipelines.pages import BODY, FOOTER, NAV, PARAGRAPHS, RELATED, TITLE, as_decoded

URL = "https://www.example.gov.cn/zc/2025/t20250310_1.html"
HEADING = f"<h1>{TITLE}</h1><div class='info'>2025-03-10 来源：示例网</div>"


def page_of(inner: str) -> str:
    return (
        f"<html><head><title>{TITLE}_示例网</title></head><body><div class=header>"
        f"<img src=/images/logo.png><ul>{NAV}</ul></div><div class=wrap>{inner}</div>"
        f"<div class=footer><img src=/images/gongan.png>{FOOTER}</div></body></html>"
    )


def clean(markup: str, **options: object) -> CleanPage:
    return clean_page(as_decoded(markup), url=URL, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "selector",
    [
        "ucapcontent, #UCAP-CONTENT, .detail_content, .detail",
        "#UCAP-CONTENT, #UCAP-CONTENT.detail_content",
        "xpath://div[@class='detail'] | //div[@id='UCAP-CONTENT'] | //ucapcontent",
    ],
)
def test_nested_matches_of_a_body_selector_are_stored_once(selector: str) -> None:
    page = clean(
        page_of(
            "<div class='detail'><div id='UCAP-CONTENT' class='detail_content'>"
            f"<ucapcontent>{BODY}</ucapcontent></div></div>"
        ),
        layouts=(Layout(body=selector),),
    )
    assert page.method == "layout"
    assert page.body_text == "\n".join(PARAGRAPHS)


@pytest.mark.parametrize("layouts", [(), (Layout(body=".con"),)], ids=["measured", "selected"])
@pytest.mark.parametrize(
    "box",
    [
        '<div class="fj"><ul><li><a href="./f1.docx">清单</a></li>'
        '<li><a href="/help.html">下载说明</a></li></ul></div>',
        '<div>附件：<a href="./f1.docx">1.示例清单</a></div>',
        '<p><a href="./f1.docx">1.示例清单</a></p>',
        '<a href="./f1.docx">1.示例清单</a>',
    ],
)
def test_files_beside_the_text_are_attachments(box: str, layouts: tuple[Layout, ...]) -> None:
    page = clean(
        page_of(
            f"{HEADING}<div class=box><div class=con>{BODY}</div></div>{box}"
            f"<div class=xgxw><ul>{RELATED}<li><a href='/other.pdf'>别的文件</a></li></ul></div>"
        ),
        layouts=layouts,
    )
    assert [ref.url.rsplit("/", 1)[1] for ref in page.attachments] == ["f1.docx"]


def test_what_a_layout_drops_is_no_attachment() -> None:
    page = clean(
        page_of(f"<div class=con>{BODY}</div><div class=fj><a href=a.pdf>清单</a></div>"),
        layouts=(Layout(body=".con", drop=(".fj",)),),
    )
    assert page.attachments == ()


SCANS = "<p><img src='./W020250310.jpg'></p><p><img src='./W020250311.jpg'></p>"


@pytest.mark.parametrize("layouts", [(), (Layout(body=".con"),)], ids=["measured", "selected"])
def test_a_scanned_decree_is_kept_with_its_pictures(layouts: tuple[Layout, ...]) -> None:
    markup = page_of(f"{HEADING}<div class=con>{SCANS}</div>")
    page = clean(markup, layouts=layouts)
    assert [address.rsplit("/", 1)[1] for address, _ in page.images] == [
        "W020250310.jpg",
        "W020250311.jpg",
    ]
    assert page.flags == ("scanned",)
    assert page.title == TITLE
    assert [ref.name for ref in page.attachments] == ["W020250310.jpg", "W020250311.jpg"]
    assert page.attachments[0].media_type == "image/jpeg"
    assert "W020250310.jpg" in page.body_html


def test_logos_and_pictures_without_a_title_are_no_document() -> None:
    logo = clean(page_of(f"{HEADING}<div class=con><img src=/images/logo2.png></div>"))
    assert "scanned" not in logo.flags
    bare = clean("<html><body><img src=/upload/a.jpg></body></html>")
    assert "scanned" not in bare.flags
    assert bare.attachments == ()
    named = clean_page(
        as_decoded("<html><body><img src=/upload/a.jpg></body></html>"),
        url=URL,
        hints=Hints(title=TITLE),
    )
    assert "scanned" in named.flags


@pytest.mark.parametrize("label", ["<strong>{}</strong>", "<b>{}：</b>", "<em class=t>{}</em>"])
def test_fact_lists_with_label_elements(label: str) -> None:
    facts = {
        "索引号": "000014349/2025-00031",
        "主题分类": "综合政务",
        "发文机关": "国务院办公厅",
        "成文日期": "2025年03月06日",
    }
    rows = "".join(
        f"<li>{label.format(key)}<span>{value}</span></li>" for key, value in facts.items()
    )
    empty = f"<li>{label.format('发文字号')}<span></span></li>"
    page = clean(page_of(f"<ul>{rows}{empty}</ul>{HEADING}<div>{BODY}</div>"))
    assert facts.items() <= page.table.items()
    assert "发文字号" not in page.table
    assert "综合政务" not in page.body_text


@pytest.mark.parametrize("name", ["story-share-wrapper", "banner-text", "related"])
def test_an_article_in_boxes_named_like_frame_parts_is_found(name: str) -> None:
    text = "".join(
        f"<p>The Authority published part {i} of its rules on markets, which take effect in July, "
        "and asked firms to report incidents within three days.</p>"
        for i in range(6)
    )
    page = clean(
        "<html><head><title>Authority publishes rules | Example</title></head><body>"
        "<nav><a href=/>Home</a></nav><h1>Authority publishes rules</h1>"
        f"<div class='main'><div class='{name}'>{text}</div><div class='{name}'>{text}</div></div>"
        "<footer>Copyright Example. All rights reserved.</footer></body></html>"
    )
    assert "asked firms to report" in page.body_text
    assert "All rights reserved" not in page.body_text


def test_arabic_commas_part_sentences() -> None:
    sentences = (
        "نشرت الهيئة القواعد الجديدة، ودعت الشركات",
        "هل تكفي هذه القواعد؟ تقول الهيئة؛ نعم",
    )
    text = "".join(f"<p>{sentence}</p>" for sentence in sentences)
    page = clean(
        "<html><head><title>القواعد</title></head><body>"
        f"<div>{'<a href=/x>قسم الأخبار</a> ' * 8}</div><div>{text}</div>"
        "<div><p>الهيئة على الشبكة</p><p>جميع الحقوق محفوظة</p></div></body></html>"
    )
    assert page.body_text == "\n".join(sentences)


def test_times_of_microdata_are_facts_whatever_they_are_called() -> None:
    page = clean(
        page_of(
            f"{HEADING}<time itemprop='dateCreated' datetime='2025-03-09'>9日</time>"
            "<time datetime='2025-03-10'>10日</time><b itemprop='name'>x</b>"
            f"<span itemprop='author'>示例</span><div>{BODY}</div>"
        )
    )
    found = {k: v for k, v in page.meta.items() if k.startswith(("item:", "time:"))}
    assert found == {
        "item:datecreated": "2025-03-09",
        "time:datetime": "2025-03-10",
        "time:article": "2025-03-10",
        "item:author": "示例",
    }
