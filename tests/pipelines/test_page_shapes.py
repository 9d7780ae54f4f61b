"""Whole pages in shapes that government systems, courts and regulators put up."""

from __future__ import annotations

from datetime import UTC, date, datetime

from pipelines.clean import clean_page
from pipelines.items import CleanPage, Metadata
from pipelines.metadata import extract_metadata
from tests.pipelines.pages import FOOTER, NAV, RELATED, as_decoded

TITLE = "示例市人民政府关于公布第三批示例项目名单的通知"
PROSE = "<p>　　为加快示例工作推进，经研究，现将第三批示例项目名单予以公布，请认真组织实施。</p>"


def page_of(main: str, *, title: str = TITLE) -> str:
    return (
        f"<html><head><title>{title}-示例市人民政府门户网站</title></head><body>"
        f"<div class='top'><ul>{NAV}</ul></div><div class='pos'>位置：<a href='/'>首页</a></div>"
        f"{main}<div class='right'><h3>相关文件</h3><ul>{RELATED}</ul></div>"
        f"<div class='foot'>{FOOTER}</div></body></html>"
    )


def read(markup: str) -> tuple[CleanPage, Metadata]:
    url = "https://www.example.gov.cn/a/1.html"
    page = clean_page(as_decoded(markup), url=url)
    return page, extract_metadata(page, url=url, fetched_at=datetime(2026, 11, 1, tzinfo=UTC))


def test_a_notice_of_a_few_words() -> None:
    lines = ("各区县：", "定于3月8日停水。", "特此通知。", "示例市水务局", "2024年3月5日")
    text = "".join(f"<p>{line}</p>" for line in lines)
    page, found = read(
        page_of(
            f"<div class='content'><div class='title'>{TITLE}</div>"
            f"<div class='info'>2024-03-05</div><div class='txt'>{text}</div></div>"
        )
    )
    assert page.title == TITLE
    assert page.body_text.split("\n") == list(lines)
    assert (found.written_on, found.published_on) == (date(2024, 3, 5), date(2024, 3, 5))


def test_a_notice_that_is_one_table() -> None:
    rows = "".join(f"<tr><td>{i}</td><td>示例项目{i}</td><td>单位{i}</td></tr>" for i in range(20))
    page, found = read(
        page_of(
            f"<div class='content'><h1>{TITLE}</h1><div>发布时间：2024-03-05 来源：市发改委"
            f"</div><div class='zw'><table>{rows}</table></div></div>"
        )
    )
    assert page.body_text.split("\n")[0] == "0 | 示例项目0 | 单位0"
    assert page.body_text.count("\n") == 19
    assert (found.published_on, found.original_source) == (date(2024, 3, 5), "市发改委")


def test_facts_in_a_table_above_the_text() -> None:
    table = (
        "<table><tr><td>索引号:</td><td>11440000-2024-00012</td><td>分类:</td><td>规划</td></tr>"
        "<tr><td>发布机构:</td><td>示例市人民政府</td><td>成文日期:</td><td>2024-02-28</td></tr>"
        f"<tr><td>名称:</td><td colspan=3>{TITLE}</td></tr>"
        "<tr><td>文号:</td><td>示府〔2024〕12号</td><td>发布日期:</td><td>2024-03-05</td></tr></table>"
    )
    page, found = read(
        page_of(
            f"<div class='classify'>{table}</div><div class='article-content'>{PROSE * 3}"
            "<p>示例市人民政府</p><p>2024年2月28日</p>"
            "<p>附件：<a href='/f/1.pdf'>名单.pdf</a></p></div>"
        )
    )
    assert (page.title, len(page.attachments)) == (TITLE, 1)
    assert (found.doc_number, found.index_number) == ("示府〔2024〕12号", "11440000-2024-00012")
    assert (found.written_on, found.published_on) == (date(2024, 2, 28), date(2024, 3, 5))
    assert found.issuing_bodies == ("示例市人民政府",)


def test_a_line_whose_spans_stand_without_spaces() -> None:
    _, found = read(
        page_of(
            f"<div class='wzcon'><h1>{TITLE}</h1><div><span>来源：市政府办</span>"
            f"<span>作者：张某</span><span>发布时间：2024-03-05 10:00</span></div>{PROSE * 3}</div>"
        )
    )
    assert (found.original_source, found.author) == ("市政府办", "张某")
    assert found.published_on == date(2024, 3, 5)


def test_a_page_of_links_has_no_day_and_no_body_of_its_own() -> None:
    page, found = read(page_of(f"<div class='list'><ul>{RELATED * 3}</ul></div>", title="通知公告"))
    assert "index" in page.flags
    assert page.title == "通知公告"
    assert found.published_on is None
    assert "版权所有" not in page.body_text


def test_scanned_pages_are_the_document() -> None:
    page, found = read(
        page_of(
            f"<div class='con'><h2>{TITLE}</h2><p>发布日期：2024-03-05</p><div class='nr'>"
            "<p><img src='/u/1.jpg' width=800></p><p><img src='/u/2.jpg' width=800></p></div></div>"
        )
    )
    assert "scanned" in page.flags
    assert len(page.attachments) == 2
    assert found.published_on == date(2024, 3, 5)


def test_a_short_quotation_ends_an_english_release() -> None:
    page, found = read(
        "<html><head><title>SEC.gov | Agency Charges Sample Firm</title></head><body><div>"
        "<h1>Agency Charges Sample Firm with Fraud</h1><p>FOR IMMEDIATE RELEASE</p>"
        "<p>Washington D.C., March 5, 2024 — The agency today charged a firm, which misled others."
        "</p><p>According to the complaint, the firm raised $10 million, and spent it on games.</p>"
        '<p>"We will act," said an official.</p><p>###</p></div></body></html>'
    )
    assert page.title == "Agency Charges Sample Firm with Fraud"
    assert page.body_text.endswith('"We will act," said an official.')
    assert found.published_on == date(2024, 3, 5)


def test_a_teaser_with_a_longer_text_goes_with_its_row() -> None:
    story = "<p>A court has stayed the order, and the agency will publish a new notice.</p>"
    texts = ["Short words, and more.", *["A few words, and no more than that."] * 5]
    texts[0] = "The agency said that it would appeal, that it stood by the order, and so on. " * 7
    teasers = "".join(
        f"<div class='nextstory'><h2><a href='/{i}'>One more story, number {i}, here</a></h2>"
        f"<p>{text}</p></div>"
        for i, text in enumerate(texts)
    )
    page, _ = read(
        "<html><head><title>Court stays the order</title></head><body><h1>Court stays the order"
        f"</h1><div class='story'>{story}</div><div class='below'>{teasers}</div></body></html>"
    )
    assert (
        page.body_text == "A court has stayed the order, and the agency will publish a new notice."
    )


def test_headings_of_menus_are_no_titles() -> None:
    page, _ = read(
        "<html><head><title>Guide/Download - Handbook</title></head><body>"
        "<h1>Page</h1><ul><li>Edit</li></ul><h1>User</h1><ul><li>Login</li></ul>"
        "<div class='content'><h2>Downloading the handbook</h2><p>There are three ways to get the "
        "handbook, and all of them are described below. The first, and by far the shortest, is "
        "this one.</p>"
        "</div></body></html>"
    )
    assert page.title == "Downloading the handbook"
