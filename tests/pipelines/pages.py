"""Sample pages in the shapes that content systems produce; texts are written for these tests."""

from __future__ import annotations

from pipelines.decode import decode
from pipelines.items import Decoded

TITLE = "国务院办公厅关于进一步优化示例服务的通知"
PARAGRAPHS = (
    "各省、自治区、直辖市人民政府，国务院各部委、各直属机构：",
    "为深入贯彻落实党中央、国务院关于优化示例服务的决策部署，进一步提升服务效能，现就有关事项通知"
    "如下。",
    "一、总体要求。坚持问题导向，聚焦企业和群众反映强烈的突出问题，推动示例服务标准化、规范化、便"
    "利化。",
    "二、主要任务。到2027年底前，全面建成覆盖城乡的示例服务体系，网上可办率达到95%以上。",
    "三、各地区、各部门要加强组织领导，压实工作责任，确保各项任务落到实处。",
)
SIGNATURE = ("国务院办公厅", "2025年3月6日", "（此件公开发布）")
BODY = "".join(f"<p>&emsp;&emsp;{text}</p>" for text in PARAGRAPHS)
SIGNED = "".join(f'<p align="right">{text}</p>' for text in SIGNATURE)
TEXT = "\n".join((*PARAGRAPHS, *SIGNATURE))

NAV = "".join(
    f'<li><a href="/{name}/">{name}</a></li>'
    for name in ("首页", "新闻", "政务公开", "政务服务", "互动交流", "政务数据", "走进示例")
)
RELATED = "".join(
    f'<li><a href="/art/{i}.html">示例部门召开第{i}次示例工作推进会议</a>'
    f"<span>2025-02-{i:02}</span></li>"
    for i in range(10, 20)
)
FOOTER = (
    "<p>主办单位：示例省人民政府办公厅　版权所有　备案号：示例ICP备05000000号</p>"
    "<p>网站标识码：3300000001</p>"
)

FACTS = (
    '<table class="bd1"><tbody><tr><td><b>索 引 号：</b></td><td>000014349/2025-00031</td>'
    "<td><b>主题分类：</b></td><td>综合政务\\政务公开</td></tr><tr><td><b>发文机关：</b></td>"
    "<td>国务院办公厅</td><td><b>成文日期：</b></td><td>2025年03月06日</td></tr>"
    f"<tr><td><b>标　　题：</b></td><td colspan=3>{TITLE}</td></tr>"
    "<tr><td><b>发文字号：</b></td><td>国办函〔2025〕18号</td><td><b>发布日期：</b></td>"
    "<td>2025年03月10日</td></tr><tr><td><b>主 题 词：</b></td><td></td><td></td><td></td></tr>"
    "</tbody></table>"
)


def trs_page() -> str:
    """A government page of the TRS kind: fact table, title, date line, editor box, share bar."""
    return (
        f'<!DOCTYPE html><html><head><meta name="ArticleTitle" content="{TITLE}">'
        '<meta name="PubDate" content="2025-03-10 09:30">'
        '<meta name="ContentSource" content="中国政府网">'
        f"<title>{TITLE}_示例省人民政府</title></head><body>"
        f'<div class="header"><div class="nav"><ul>{NAV}</ul></div></div>'
        '<div class="crumbs">当前位置：<a href="/">首页</a> &gt; <a href="/zc/">政策</a></div>'
        f'<div class="wrap">{FACTS}<h1>{TITLE}</h1>'
        '<div class="pages-date">2025-03-10 09:30 <span>来源：中国政府网</span>'
        '<span>【字体：<a href="javascript:;">大</a> <a href="javascript:;">中</a>】</span></div>'
        f'<div class="article"><div class="TRS_Editor">{BODY}{SIGNED}'
        '<p>附件：<a href="./P020250310.docx">1.示例服务事项清单.docx</a></p>'
        '<p><a href="/module/download/downfile.jsp?classid=0&filename=abc.pdf">附件2</a></p>'
        "</div></div>"
        '<div class="share">分享到：<a href="#">微信</a> <a href="#">微博</a></div>'
        f'<div class="xgxw"><h3>相关新闻</h3><ul>{RELATED}</ul></div></div>'
        f'<div class="footer">{FOOTER}</div></body></html>'
    )


def table_layout_page() -> str:
    """An old page of nested layout tables, text broken by ``br``, no headings at all."""
    text = "<br><br>&nbsp;&nbsp;&nbsp;&nbsp;".join(PARAGRAPHS) + "<br>" + "<br>".join(SIGNATURE)
    menu = "".join(f"<td><a href='/{i}/'>栏目{i}</a></td>" for i in range(12))
    return (
        f"<html><head><title>{TITLE}</title></head><body bgcolor=#FFFFFF><table width=980><tr>"
        f"<td><table><tr>{menu}</tr></table></td></tr><tr><td><table><tr><td width=200>"
        f"<table><tr><td>{'</td></tr><tr><td>'.join(RELATED.split('</li>'))}</td></tr></table></td>"
        f"<td><table><tr><td align=center><font size=5>{TITLE}</font></td></tr>"
        "<tr><td>发布时间：2025-03-10　浏览次数：128　【<a href='#'>打印</a>】【<a "
        "href='#'>关闭</a>】</td></tr>"
        f"<tr><td>{text}</td></tr></table></td></tr></table></td></tr>"
        f"<tr><td>{FOOTER}</td></tr></table></body></html>"
    )


def news_page() -> str:
    """A news page with teaser cards, tags, an editor line, comments and a disclaimer."""
    cards = "".join(
        f'<div class="card"><a href="/n/{i}"><h4>示例产业第{i}季度运行平稳</h4></a>'
        f"<p>记者从示例部门获悉，第{i}季度相关产业增加值同比增长，企业信心持续回升。</p></div>"
        for i in range(1, 7)
    )
    comments = "".join(
        f'<div class="comment-item"><b>网友{i}</b>'
        "<p>写得很好，希望尽快落实，支持一下，期待后续报道。</p></div>"
        for i in range(30)
    )
    return (
        f'<html><head><title>{TITLE}|示例日报</title><meta property="og:title" content="{TITLE}">'
        f"</head><body><nav>{NAV}</nav><main><article><h1>{TITLE}</h1>"
        '<div class="meta">2025年03月10日 09:30 来源：示例日报 记者 张三</div>'
        f'<div class="article-content">{BODY}<figure><img src="/img/1.jpg" alt="会议现场">'
        "<figcaption>会议现场。示例日报 图</figcaption></figure></div>"
        '<div class="tags">标签：<a href="/t/1">示例服务</a></div></article>'
        f'<section class="recommend"><h3>推荐阅读</h3>{cards}</section></main>'
        f'<div id="comments">{comments}</div><footer>{FOOTER}</footer></body></html>'
    )


def english_page() -> str:
    """A regulator's press release with navigation, a byline and a subscription box."""
    text = "".join(
        f"<p>{line}</p>"
        for line in (
            "The Example Authority today published final rules on the operation of sample markets, "
            "following a public consultation that closed in January.",
            "The rules, which take effect on 1 July 2025, require firms to report incidents within "
            "72 hours and to keep records for at least five years.",
            "“These rules will protect consumers while leaving room for innovation,” said the "
            "chair of the Authority.",
        )
    )
    return (
        "<html lang='en'><head><title>Example Authority publishes final rules | "
        "Example</title></head>"
        "<body><header><nav><a href='/'>Home</a> <a href='/news'>News</a></nav></header>"
        "<main><h1>Example Authority publishes final rules</h1><p>By Jane Roe</p>"
        f"<p>Published 10 March 2025</p>{text}"
        "<div class='newsletter'><h3>Sign up for our newsletter</h3><p>Get the latest rules, "
        "speeches and enforcement news in your inbox every week.</p></div></main>"
        "<footer><p>Copyright Example Authority. All rights reserved.</p></footer></body></html>"
    )


def as_decoded(markup: str) -> Decoded:
    """The decoding result of a UTF-8 page."""
    return decode(markup.encode(), header_charset=None)
