"""Finding the article without selectors, on pages of many shapes and of bad will."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from pipelines.clean import clean_page, learn_template
from pipelines.extraction.article import body_text
from pipelines.extraction.facts import page_facts
from pipelines.extraction.keyvalue import key_values, normal_key, pairs_in
from pipelines.extraction.marks import FRAME, PLAIN, SOFT, STRONG, mark_of
from pipelines.extraction.outline import DROPPED, outline_of
from pipelines.extraction.title import choose_title, without_site
from pipelines.items import CleanPage
from tests.pipelines.pages import (
    BODY,
    FACTS,
    FOOTER,
    PARAGRAPHS,
    RELATED,
    SIGNED,
    TEXT,
    TITLE,
    as_decoded,
)

URL = "https://www.example.gov.cn/zc/2025/1.html"


def clean(markup: str) -> CleanPage:
    return clean_page(as_decoded(markup), url=URL)


def shell(inner: str, *, title: str = f"{TITLE}-示例网") -> str:
    return f"<html><head><title>{title}</title></head><body>{inner}</body></html>"


def facts_of(markup: str) -> dict[str, str]:
    tree = LexborHTMLParser(markup)
    tree.strip_tags(DROPPED)
    assert tree.body is not None
    return key_values(outline_of(tree.body))[0]


# -- body ------------------------------------------------------------------------------------


def test_text_split_over_several_boxes_is_found_whole() -> None:
    lines = [f"<p>{p}</p>" for p in PARAGRAPHS]
    halves = ("".join(lines[:3]), "".join(lines[3:]))
    boxes = "".join(f"<section class='part'><div>{half}</div></section>" for half in halves)
    assert body_text(shell(f"<h1>{TITLE}</h1><div>{boxes}</div>")) == "\n".join(PARAGRAPHS)


def test_a_short_notice_wins_over_long_footers_and_lists() -> None:
    sentence = "本网站声明，未经书面授权，任何单位不得转载、链接或以其他方式使用本网站内容。"
    legal = f"<p>{sentence * 6}</p>"
    markup = shell(
        f"<ul>{RELATED}</ul><h1>{TITLE}</h1><div "
        f"class='con'><p>定于3月12日召开会议，请准时参加。</p></div>"
        f"<div class='footer'>{legal}{FOOTER}</div>"
    )
    assert body_text(markup) == "定于3月12日召开会议，请准时参加。"


def test_a_body_that_is_one_table() -> None:
    rows = "".join(
        f"<tr><td>{i}</td><td>受理号{i:04}</td><td>示例药品有限公司</td><td>2025年3月{i}日</td></"
        f"tr>"
        for i in range(1, 20)
    )
    head = "<tr><td>序号</td><td>受理号</td><td>申请单位</td><td>日期</td></tr>"
    text = body_text(
        shell(
            f"<h2>{TITLE}</h2><div>发布时间：2025-03-10</div><div><table>{head}{rows}</table></div>"
        )
    )
    assert text.splitlines()[0] == "序号 | 受理号 | 申请单位 | 日期"
    assert text.splitlines()[-1] == "19 | 受理号0019 | 示例药品有限公司 | 2025年3月19日"


def test_mentions_of_page_words_inside_the_text_do_no_harm() -> None:
    lines = (
        "相关政策将陆续出台，有关部门负责解读。",
        "版权保护是创新的基础，要加大打击侵权盗版力度。",
        "下一步，将扫清制度障碍，关闭落后产能，分享发展成果。",
        "声明书一式两份，由申请人签字确认，附相关材料。",
    )
    inner = "".join(f"<p>{line}</p>" for line in lines) + BODY
    assert body_text(shell(f"<h1>{TITLE}</h1><div class=content>{inner}</div>")).startswith(
        "\n".join(lines)
    )


def test_content_named_like_a_frame_is_not_lost() -> None:
    for name in (
        "detail-page-printer",
        "layout-with-sidebar",
        "has-comments main",
        "share-content",
    ):
        markup = shell(f"<h1>{TITLE}</h1><div class='{name}'><div>{BODY}{SIGNED}</div></div>")
        assert body_text(markup) == TEXT, name


def test_hidden_copies_are_ignored_and_a_border_none_is_not_hidden() -> None:
    copy = "<p>隐藏的打印稿，不应出现在正文当中，只供脚本使用。</p>" * 9
    hidden = f"<div style='display: none'>{copy}</div>"
    shown = f"<div style='border:none'>{BODY}</div>"
    assert body_text(shell(f"<h1>{TITLE}</h1>{hidden}{shown}")) == "\n".join(PARAGRAPHS)


def test_named_anchors_are_no_links() -> None:
    inner = "".join(f"<p><a name=s{i}>{p}</a></p>" for i, p in enumerate(PARAGRAPHS))
    assert body_text(shell(f"<h1>{TITLE}</h1><div>{inner}</div>")) == "\n".join(PARAGRAPHS)


def test_lists_of_files_stay_lists_of_news_go() -> None:
    files = "".join(
        f"<li><a href='{i}.pdf'>表{i} 申报材料清单及填写说明.pdf</a></li>" for i in range(5)
    )
    page = clean(
        shell(f"<h1>{TITLE}</h1><div class=content>{BODY}<p>附件：</p><ul>{files}</ul></div>")
    )
    assert len(page.attachments) == 5
    page = clean(shell(f"<h1>{TITLE}</h1><div class=content>{BODY}<ul>{RELATED}</ul></div>"))
    assert "工作推进会议" not in page.body_text


# -- fact table ------------------------------------------------------------------------------

LAYOUTS = {
    "cells": FACTS,
    "definition list": (
        "<dl><dt>索引号</dt><dd>000014349/2025-00031</dd><dt>发文机关</dt><dd>国务院办公厅</dd>"
        "<dt>发文字号：</dt><dd>国办函〔2025〕18号</dd><dt>成文日期：</dt><dd>2025年03月06日</dd>"
        "</dl>"
    ),
    "list with labels": (
        "<ul><li><span>索 引 "
        "号：</span>000014349/2025-00031</li><li><b>发文机关：</b>国务院办公厅</li>"
        "<li><label>发文字号</label>：<em>国办函〔2025〕18号</em></li><li>成文日期：2025年03月06"
        "日</li></ul>"
    ),
    "boxes": (
        "<div class=xxgk><div><div>索引号：</div><div>000014349/2025-00031</div></div>"
        "<div><div>发文机关：</div><div>国务院办公厅</div></div><div><div>发文字号：</div>"
        "<div>国办函〔2025〕18号</div></div><div><div>成文日期：</div><div>2025年03月06日</div></"
        "div></div>"
    ),
    "one line": (
        "<p>【索引号】：000014349/2025-00031　【发文机关】：国务院办公厅　"
        "【发文字号】：国办函〔2025〕18号　【成文日期】：2025年03月06日</p>"
    ),
    "line breaks": (
        "<div>索引号: 000014349/2025-00031<br>发文机关: 国务院办公厅<br>"
        "发文字号: 国办函〔2025〕18号<br>成文日期: 2025年03月06日</div>"
    ),
    "empty values": (
        "<table><tr><td>索引号</td><td>000014349/2025-00031</td><td>发文机关</td><td>国务院办公厅"
        "</td></tr>"
        "<tr><td>有效性</td><td></td><td>发文字号</td><td>国办函〔2025〕18号</td></tr>"
        "<tr><td>废止日期</td><td>&nbsp;</td><td>成文日期</td><td>2025年03月06日</td></tr></table>"
    ),
}


@pytest.mark.parametrize("markup", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_fact_tables_of_many_layouts(markup: str) -> None:
    table = facts_of(shell(f"{markup}<h1>{TITLE}</h1><div>{BODY}</div>"))
    assert table["索引号"] == "000014349/2025-00031"
    assert table["发文机关"] == "国务院办公厅"
    assert table["发文字号"] == "国办函〔2025〕18号"
    assert table["成文日期"] == "2025年03月06日"
    assert "有效性" not in table
    assert "废止日期" not in table


@pytest.mark.parametrize("markup", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_the_fact_table_is_not_part_of_the_text(markup: str) -> None:
    page = clean(shell(f"<div>{markup}<h1>{TITLE}</h1>{BODY}{SIGNED}</div>"))
    assert page.body_text == TEXT


def test_labels_in_the_text_are_no_fact_table() -> None:
    table = (
        "<table><tr><td>指标名称</td><td>计算方法</td></tr><tr><td>分类</td><td>指标来源：医院填"
        "报</td></tr>"
        "<tr><td>主题</td><td>指标来源：病案首页</td></tr></table>"
    )
    page = clean(shell(f"<h1>{TITLE}</h1><div>{BODY}{table}<p>来源：示例日报</p></div>"))
    assert page.table == {}
    assert "指标来源：病案首页" in page.body_text


def test_keys_are_normalised() -> None:
    assert normal_key("【索　引 号】：") == "索引号"
    assert pairs_in("市府办 发 布 时 间：2025-03-10 来源: 示例网") == [
        ("发布时间", "2025-03-10"),
        ("来源", "示例网"),
    ]
    assert pairs_in("指标来源：医院填报") == []


# -- title -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "markup",
    [
        shell(f"<h1><a href='/'>示例省人民政府</a></h1><h2>{TITLE}</h2>{BODY}"),
        shell(f"<h3>通知公告</h3><div class='bt'>{TITLE}</div>{BODY}"),
        shell(f"<p align=center><font size=5><b>{TITLE}</b></font></p>{BODY}"),
        shell(f"<h1>{TITLE}</h1>{BODY}", title="示例省人民政府"),
        shell(f"<h4>{TITLE}</h4><p>2025-03-10</p>{BODY}", title="政务公开--示例省"),
        shell(BODY, title=f"{TITLE}_示例省人民政府"),
        shell(BODY, title=f"{TITLE} - 政策文件 - 示例网"),
        shell(f"<div class=share-title>{TITLE}-示例网</div><div class=h-title>{TITLE}</div>{BODY}"),
        f"<div>{FACTS}</div>{BODY}",
        f'<html><meta property="og:title" content="{TITLE}"><title>x</title><body>{BODY}',
    ],
)
def test_titles(markup: str) -> None:
    assert clean(markup).title == TITLE


def test_list_hint_settles_what_the_page_leaves_open() -> None:
    from pipelines.items import Hints

    markup = shell(f"<h3>示例要闻</h3><h3>{TITLE}</h3>{BODY}", title="")
    assert clean_page(as_decoded(markup), url=URL, hints=Hints(title=TITLE)).title == TITLE


def test_site_names_are_removed_from_titles() -> None:
    facts = {"og:site_name": "Example Times"}
    assert without_site("Rules: what changes - Example Times", facts) == "Rules: what changes"
    assert without_site("关于A-B两市协同发展的意见", {}) == "关于A-B两市协同发展的意见"


# -- facts, names, template --------------------------------------------------------------------


def test_page_facts() -> None:
    facts = page_facts(
        LexborHTMLParser(
            "<html lang=zh-CN><head><title> 甲\n乙 </title><meta name=PubDate content='2025-03-10'>"
            "<meta property='og:title' content='甲'><link rel=canonical href='https://x.cn/a'>"
            '<script type="application/ld+json">{"@graph":[{"@type":"NewsArticle",'
            '"headline":"标题","datePublished":"2025-03-10T09:00:00+08:00",'
            '"author":[{"name":"张三"}]}]}</script>'
            "<script type='application/ld+json'>{broken</script></head>"
            "<body><time datetime='2025-03-11'>x</time></body></html>"
        )
    )
    assert facts["html:title"] == "甲 乙"
    assert facts["pubdate"] == "2025-03-10"
    assert facts["link:canonical"] == "https://x.cn/a"
    assert facts["ld:headline"] == "标题"
    assert facts["ld:author"] == "张三"
    assert facts["time:datetime"] == "2025-03-11"
    assert facts["html:lang"] == "zh-CN"


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("TRS_Editor", STRONG),
        ("view TRS_UEDITOR trs_paper_default", STRONG),
        ("article-content", STRONG),
        ("zoom", STRONG),
        ("sidebar", FRAME),
        ("relatedNews box", FRAME),
        ("layout-with-sidebar", SOFT),
        ("article-body share", PLAIN),
        ("x17", PLAIN),
        ("", PLAIN),
    ],
)
def test_names_of_boxes(name: str, mark: int) -> None:
    assert mark_of(name) == mark


def test_template_of_a_site_removes_what_repeats() -> None:
    notice = "<p>凡在我网发布的信息均经过审核，如有疑问请与我们的工作人员联系并说明情况。</p>"
    pages = [
        shell(f"<h1>通知{i}</h1><div>{notice}<p>第{i}项工作已经完成，{PARAGRAPHS[i]}</p></div>")
        for i in range(5)
    ]
    template = learn_template(pages)
    assert template.pages == 5
    page = clean_page(as_decoded(pages[2]), url=URL, template=template)
    assert page.body_text == f"第2项工作已经完成，{PARAGRAPHS[2]}"
    assert "凡在我网" in clean_page(as_decoded(pages[2]), url=URL).body_text
    assert learn_template(pages[:2]).blocks == frozenset()


def test_an_article_that_stands_only_in_noscript_is_read_once() -> None:
    prose = "The agency said on Monday that rules, records, and staff all had to change. " * 12
    title = "New rules for records"
    shell = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>"
    only = f"{shell}<div><noscript><p>{prose}</p></noscript></div></body></html>"
    assert "had to change" in body_text(only)
    twice = f"{shell}<div><p>{prose}</p><noscript><p>{prose}</p></noscript></div></body></html>"
    assert body_text(twice).count("The agency said") == 12


def test_a_kicker_in_the_heading_is_no_part_of_the_title() -> None:
    title = "Why new rules for records matter to firms"
    facts = {"html:title": f"Opinion - {title} | The Sample", "og:title": title}
    prose = "Records, firms say, cost. " * 20
    markup = f"<body><h1><span>Opinion </span>{title}</h1><p>{prose}</p></body>"
    body = LexborHTMLParser(markup).body
    assert body is not None
    assert choose_title(outline_of(body), facts=facts, table={}, hint=None)[0] == title


def test_the_one_heading_wins_over_the_wording_that_is_shared() -> None:
    facts = {
        "html:title": "Sample Rules Might Be Good for Small Firms | Sample",
        "og:title": "Sample Rules Might Be Good for Small Firms",
    }
    markup = (
        "<body><div><h1>Wait, are sample rules good for firms?</h1></div>"
        f"<div><p>{'Records, firms say, cost. ' * 20}</p></div></body>"
    )
    body = LexborHTMLParser(markup).body
    assert body is not None
    found = choose_title(outline_of(body), facts=facts, table={}, hint=None)[0]
    assert found == "Wait, are sample rules good for firms?"


def _titled(markup: str, facts: dict[str, str]) -> str:
    body = LexborHTMLParser(f"<body>{markup}<p>{'Records, firms say, cost. ' * 20}</p></body>").body
    assert body is not None
    return choose_title(outline_of(body), facts=facts, table={}, hint=None)[0]


def test_the_title_that_a_page_shares_tells_where_the_name_of_the_site_begins() -> None:
    title = "Budget : les communes attendent une réponse"
    facts = {"html:title": f"{title} : Le Journal", "ld:headline": title}
    assert _titled("", facts) == title


def test_a_minor_heading_that_the_page_does_not_name_is_no_title() -> None:
    title = "Seven towns ask for new rules on records"
    assert _titled("<h3>The week in towns</h3>", {"html:title": f"{title} | Sample"}) == title


def test_a_short_word_is_no_title_because_the_title_holds_it() -> None:
    title = "Records of seven towns are kept for years"
    menu = "<h2>Towns</h2>" + "<div>Town</div>" * 12
    assert _titled(menu, {"html:title": f"{title} | Sample"}) == title


def test_quotation_marks_part_no_title() -> None:
    title = "Die Stadt sagt »nein« zu neuen Regeln"
    assert _titled("", {"html:title": f"{title} » Anzeiger"}) == title
