"""The mail as readers and mail programs meet it: size, links, poison, both palettes, text."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html  # type: ignore[import-untyped]
from wcwidth import wcswidth

from digest.columns import display_width
from digest.links import Reader, WebLinks
from digest.lint import check_rendered
from digest.lint.reading import links_of_html, links_of_text
from digest.phrases import lead_text
from digest.render import Limits, RenderedIssue, render_mail, render_web
from digest.view import AlsoSeen, IssueView, Item, Lead, Section, dump_view, load_view, view_hash
from digest.wording import clean_line
from tests.digest.samples import sample_issue
from tests.digest.vectors import HEADERS, TEMPLATES, URLS, XSS

READER = Reader(
    address="li.wei@example.org",
    unsubscribe_url="https://digest.example.org/u/1a.x8Jk3nQ0dU6pT5wR2yZ7vA",
    unsubscribe_mailto="mailto:leave@example.org?subject=unsubscribe",
    manage_url="https://digest.example.org/m/1a.x8Jk3nQ0dU6pT5wR2yZ7vA",
    web_url="https://digest.example.org/i/12",
    topics=("数据要素", "平台经济"),
)


def mail(view: IssueView, *, limits: Limits | None = None) -> RenderedIssue:
    return render_mail(view, reader=READER, limits=limits)


@cache
def of_size(count: int) -> RenderedIssue:
    return mail(sample_issue(count))


def poisoned(text: str, *, url: str | None = None) -> IssueView:
    """An issue in which one item says ``text`` everywhere a crawled page can say something."""
    view = sample_issue(3)
    item = view.sections[0].items[0]
    also = replace(item.also[0], name=text, url=url or item.also[0].url)
    bad = replace(
        item,
        title=text,
        source=text,
        region=text,
        doc_number=text,
        doc_type=text,
        summary=text,
        topics=(text,),
        watches=(text,),
        also=(also,),
        url=item.url if url is None else url,
    )
    first = replace(view.sections[0], items=(bad, *view.sections[0].items[1:]))
    lead = replace(view.leads[0], who=text, text=text, url=bad.url)
    return replace(
        view, sections=(first, *view.sections[1:]), leads=(lead,), subtitle=text, notice=text
    )


@pytest.mark.parametrize("count", [0, 1, 20, 100, 300])
def test_every_size_passes_every_check(count: int) -> None:
    rendered = of_size(count)
    assert check_rendered(rendered) == []
    assert rendered.warnings == ()
    assert len(rendered.html.encode()) <= 90_000


@pytest.mark.parametrize("count", [1, 20, 100, 300])
def test_html_and_text_carry_the_same_items(count: int) -> None:
    view, rendered = sample_issue(count), of_size(count)
    assert links_of_html(rendered.html) == links_of_text(rendered.text)
    root = lxml_html.document_fromstring(rendered.html)
    titles = [heading.text_content() for heading in root.iter("h3")]
    text = "".join(rendered.text.split())
    for title in titles:
        assert "".join(title.split()) in text
    for section in view.sections:
        assert f"{section.title}（{len(section.items)}" in rendered.text
    assert len(titles) == len(rendered.cut.shown_numbers(view))


def test_text_part_fits_a_terminal() -> None:
    for line in mail(sample_issue(60)).text.split("\n"):
        assert wcswidth(line) <= 78 or "http" in line
        assert line == line.rstrip()


def test_items_show_number_source_date_reason_and_other_sources() -> None:
    view = sample_issue(20)
    root = lxml_html.document_fromstring(mail(view).html)
    first = root.xpath('//a[@id="i1"]/ancestor::td[1]')[0].text_content()
    assert "国务院 · 11月14日 · 全国 · 国发〔2026〕18号 · 行动计划" in first
    assert "agency-0.example.cn" in first  # the host is visible beside the link
    assert "命中：数据要素、算力" in first
    assert "也见于：示例日报、示例网、示例财经 等 5 家" in first
    watched = next(item for item in view.items if item.watches)
    cell = root.xpath(f'//a[@id="{watched.anchor}"]/ancestor::td[1]')[0].text_content()
    assert "★ 关注：客户甲：平台收费" in cell
    changed = next(item for item in view.items if item.mark)
    cell = root.xpath(f'//a[@id="{changed.anchor}"]/ancestor::td[1]')[0].text_content()
    assert cell.startswith("【更新：第11期】")


def test_title_links_lead_to_the_page_itself() -> None:
    view = sample_issue(20)
    root = lxml_html.document_fromstring(mail(view).html)
    for item in view.items:
        assert root.xpath(f'//a[@id="{item.anchor}"]/@href') == [item.url]


def test_footer_says_why_who_and_how_to_leave() -> None:
    html = mail(sample_issue(5)).html
    footer = lxml_html.document_fromstring(html).xpath('//td[contains(@class, "ft")]')[0]
    text = footer.text_content()
    assert "li.wei@example.org 订阅了《政策与法律周报》（每周一）" in text
    assert "您的主题：数据要素、平台经济" in text
    assert "示例律师事务所 数据合规组 · 北京市示例路 1 号" in text
    assert READER.unsubscribe_url in footer.xpath(".//a/@href")
    assert view_hash(sample_issue(5))[:10] in text


def test_without_style_block_order_and_text_stay() -> None:
    root = lxml_html.document_fromstring(mail(sample_issue(10)).html)
    before = root.find("body").text_content()
    for style in list(root.iter("style")):
        style.getparent().remove(style)
    assert root.find("body").text_content() == before
    # and what carries the look is inlined
    assert all("font-size" in (cell.get("style") or "") for cell in root.iter("h1", "h2", "h3"))


def test_nothing_is_loaded_from_outside() -> None:
    root = lxml_html.document_fromstring(mail(sample_issue(30)).html)
    assert list(root.iter("img", "script", "link", "iframe")) == []
    assert "url(" not in mail(sample_issue(30)).html


def heavy(count: int) -> IssueView:
    """An issue whose full form is far larger than one mail."""
    view = sample_issue(count)
    sections = []
    for section in view.sections:
        items = tuple(
            replace(item, summary="数据要素市场化配置改革的若干措施，" * 12, also=item.also * 1)
            for item in section.items
        )
        sections.append(replace(section, items=items, brief=False))
    return replace(view, sections=tuple(sections))


def test_ladder_fires_in_order_and_keeps_headings_and_counts() -> None:
    view = heavy(120)
    rungs = []
    for budget in (400_000, 170_000, 140_000, 110_000, 90_000, 40_000):
        limits = Limits(max_html_bytes=budget, per_section=60, max_items=120)
        rendered = mail(view, limits=limits)
        assert len(rendered.html.encode()) <= budget
        assert links_of_html(rendered.html) == links_of_text(rendered.text)
        for section in view.sections:
            assert f"{section.title}（{len(section.items)}）" in rendered.html
        assert "退订" in rendered.html
        rungs.append(rendered.cut.rung)
    assert rungs == sorted(rungs)
    assert rungs[0] == 0
    assert rungs[-1] == 4
    assert len(set(rungs)) >= 4
    last = mail(view, limits=Limits(max_html_bytes=40_000, per_section=60, max_items=120))
    assert "另有" in last.html
    assert "另有" in last.text


def test_a_mail_that_cannot_fit_says_so() -> None:
    rendered = mail(sample_issue(5), limits=Limits(max_html_bytes=5_000))
    assert any("5000" in warning for warning in rendered.warnings)


@pytest.mark.parametrize("text", [*XSS, *TEMPLATES])
def test_hostile_text_is_printed_not_obeyed(text: str) -> None:
    rendered = mail(poisoned(text))
    assert rendered.warnings == ()
    found = [problem for problem in check_rendered(rendered) if problem.code != "E02"]
    assert found == []
    root = lxml_html.document_fromstring(rendered.html)
    printed = next(heading.text_content() for heading in root.iter("h3"))
    assert text in printed
    assert "49" not in printed
    page = lxml_html.document_fromstring(render_web(poisoned(text)).html)
    assert list(page.iter("img", "iframe", "form", "svg", "object", "base")) == []
    [data] = page.iter("script")
    assert data.get("type") == "application/ld+json"
    assert text in json.loads(data.text or "")["hasPart"][0]["headline"]
    assert not [name for element in page.iter() for name in element.attrib if name[:2] == "on"]


_CHUNKS = st.sampled_from(
    [
        "国务院关于印发《某某办法》的通知",
        "详见https://www.example.gov.cn/a/b?c=1&d=2。",
        "（网址：http://mail.example.cn/）",
        "a" * 130,
        "Pneumonoultramicroscopicsilicovolcanoconiosis ",
        "👩\u200d⚖️🇨🇳",
        "e\u0301\u0302\u0303",
        "مرحبا بالعالم",
        "Приказ № 15",
        "mailto:x@y.example",
        "——————……。。。，，，",
        "“‘《〈（【「『",
        "1,234.56万元（同比+12.3%）",
        "\u3000\u3000",
        "&amp; <b>粗</b> \"引\" 'x'",
        "𠮷野家𪚥",
    ]
)


@settings(max_examples=40, deadline=None)
@given(
    title=st.lists(_CHUNKS, min_size=1, max_size=6).map("".join),
    summary=st.lists(_CHUNKS, max_size=12).map("".join),
    count=st.integers(1, 3),
)
def test_no_honest_text_is_stopped_by_the_checks(title: str, summary: str, count: int) -> None:
    """A rule that fires on content would keep a whole issue from its readers."""
    title = clean_line(title)[:200] or "x"
    item = Item(
        number=1,
        document_id=1,
        title=title,
        url="https://www.example.gov.cn/a.html",
        source=title[:60],
        summary=clean_line(summary),
        topics=(title[:20],),
        also=(AlsoSeen(name=title[:40], url="https://b.example/"),) * count,
        also_total=count,
    )
    view = sample_issue(
        0,
        sections=(Section(slug="s", title="栏目", items=(item,)),),
        leads=(Lead(number=1, who=title[:12], text=lead_text(title), url=item.url),) * (count - 1),
        intro=clean_line(summary),
    )
    assert [str(problem) for problem in check_rendered(mail(view))] == []


@pytest.mark.parametrize("url", URLS)
def test_hostile_links_lead_nowhere(url: str) -> None:
    for page in (mail(poisoned("标题", url=url)).html, render_web(poisoned("标题", url=url)).html):
        root = lxml_html.document_fromstring(page)
        for href in root.xpath("//a/@href"):
            assert href.startswith(("https://", "http://", "mailto:", "#"))
        assert not [name for e in root.iter() for name in e.attrib if name[:2] == "on"]
        assert "<script" not in page.replace('<script type="application/ld+json">', "")


@pytest.mark.parametrize("text", HEADERS)
def test_subject_and_preheader_stay_on_one_line(text: str) -> None:
    view = poisoned("标题")
    lead = replace(view.leads[0], who="", text=text)
    rendered = mail(replace(view, leads=(lead,)))
    for line in (rendered.subject, rendered.preheader):
        assert not any(ord(char) < 0x20 or char in "\u2028\u2029\u202e" for char in line)
    rendered.html.encode("utf-8")
    rendered.text.encode("utf-8")


def test_a_name_that_the_subject_has_no_room_for_is_closed() -> None:
    view = sample_issue(4)
    text = "《数据分类分级保护管理办法（征求意见稿）及其实施细则与配套目录汇编》意见"
    lead = replace(view.leads[0], who="示例数字发展部", text=text)
    line = mail(replace(view, leads=(lead, *view.leads[1:]))).subject
    assert "…》（共4条）" in line
    assert display_width(line) <= 78


def test_one_poisoned_item_does_not_cost_the_others() -> None:
    view = sample_issue(20)
    bad = replace(view.sections[1].items[0], summary="半个\ud800代理", region="\udfff")
    section = replace(view.sections[1], items=(bad, *view.sections[1].items[1:]))
    rendered = mail(replace(view, sections=(view.sections[0], section, *view.sections[2:])))
    assert rendered.warnings == (
        f"第 {bad.number} 条无法正常显示，只保留标题和链接"
        f" / item {bad.number} reduced to title and link",
    )
    root = lxml_html.document_fromstring(rendered.html)
    assert len(list(root.iter("h3"))) == 20
    cell = root.xpath(f'//a[@id="{bad.anchor}"]/ancestor::td[1]')[0].text_content()
    assert bad.title in cell
    assert bad.url in rendered.text


def test_item_without_a_usable_link_is_still_printed() -> None:
    view = sample_issue(1)
    item = Item(number=1, document_id=1, title="只有标题", url="")
    section = replace(view.sections[0], items=(item,))
    rendered = mail(replace(view, sections=(section,), leads=(), deadlines=()))
    assert "只有标题" in rendered.html
    assert check_rendered(rendered) == []


def test_right_to_left_item_keeps_its_direction_and_language() -> None:
    view = sample_issue(2)
    item = replace(view.sections[0].items[0], title="قانون حماية البيانات", lang="ar")
    section = replace(view.sections[0], items=(item, *view.sections[0].items[1:]))
    root = lxml_html.document_fromstring(mail(replace(view, sections=(section,))).html)
    cell = root.xpath('//a[@id="i1"]/ancestor::td[1]')[0]
    assert (cell.get("lang"), cell.get("dir")) == ("ar", "auto")


def test_web_page_shows_everything_and_carries_its_style_hash() -> None:
    view = sample_issue(300)
    page = render_web(view)
    root = lxml_html.document_fromstring(page.html)
    assert len(list(root.iter("article"))) == 300
    assert {item.anchor for item in view.items} <= set(root.xpath("//article/@id"))
    assert len(list(root.iter("style"))) == 1
    assert page.style_hash.startswith("sha256-")
    assert list(root.iter("link", "img")) == []
    assert [one.get("type") for one in root.iter("script")] == ["application/ld+json"]
    assert root.xpath("//main")
    assert root.xpath("//nav")


def test_view_survives_storage_as_json() -> None:
    view = sample_issue(20)
    again = load_view(dump_view(view))
    assert again == view
    assert view_hash(again) == view_hash(view)
    assert view_hash(replace(view, number=13)) != view_hash(view)


def test_operator_templates_win_and_run_in_the_sandbox(tmp_path: Path) -> None:
    (tmp_path / "web.html.j2").write_text(
        "<html lang='zh'><body>{{ view.title }}{{ view.__class__.__mro__ }}</body></html>",
        encoding="utf-8",
    )
    with pytest.raises(Exception, match="unsafe"):
        render_web(sample_issue(1), templates_dir=tmp_path)
    (tmp_path / "web.html.j2").write_text("<p>{{ view.title }}</p>", encoding="utf-8")
    assert render_web(sample_issue(1), templates_dir=tmp_path).html == "<p>政策与法律周报</p>"


def test_the_web_page_says_where_it_stands_and_what_it_is_to_machines() -> None:
    view = sample_issue(20)
    links = WebLinks(
        canonical="https://a.example/archive/12",
        archive="/archive",
        previous="/archive/11",
        files=(("Word", "/archive/12/file?as=docx"),),
    )
    root = lxml_html.document_fromstring(render_web(view, links=links).html)
    assert root.xpath("//link[@rel='canonical']/@href") == [links.canonical]
    assert root.xpath("//meta[@property='og:url']/@content") == [links.canonical]
    assert root.xpath("//a[@rel='prev']/@href") == ["/archive/11"]
    assert root.xpath("//a[@rel='next']") == []
    assert "/archive/12/file?as=docx" in root.xpath("//p[@class='way']/a/@href")
    assert "2026年11月16日出版" in root.text_content()

    data = json.loads(root.xpath("//script/text()")[0])
    assert (data["@context"], data["@type"]) == ("https://schema.org", "PublicationIssue")
    assert (data["@id"], data["issueNumber"]) == (links.canonical, 12)
    assert data["isPartOf"] == {"@type": "Periodical", "name": view.title}
    assert [part["position"] for part in data["hasPart"]] == [i.number for i in view.items]
    for part, item in zip(data["hasPart"], view.items, strict=True):
        assert part["@id"] == f"{links.canonical}#{item.anchor}"
        assert (part["headline"], part["isBasedOn"]) == (item.title, item.url)
        assert "" not in part.values()


def test_days_are_no_deadlines_and_the_number_is_that_of_the_issue() -> None:
    view = sample_issue(12)
    assert any(entry.number for entry in view.deadlines)
    rendered = mail(view)
    for part in (rendered.html, rendered.text):
        assert "截止日期" not in part
        assert "日期提醒" in part
        # 第 8 条 beside a law would be its article 8
        assert not re.search(r"(?<!本期)第 ?\d+ ?条", part.partition("日期提醒")[2][:1500])
