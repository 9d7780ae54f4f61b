"""Every CMS family on pages written in its manner: marks, rows, next page, day of the address,
and the metadata table of an article. Sample text; no page of a real site."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from spiders.asks import first_ask, lanes, next_ask
from spiders.catalogue import Spec, parse_source
from spiders.cms import FAMILIES
from spiders.listing import read_listing
from spiders.testing import read_article

TODAY = date(2026, 11, 20)
TITLE = "关于加强公共数据资源开发利用的通知"
HEX = "0123456789abcdef" * 2
UUID = "01234567-89ab-cdef-0123-456789abcdef"
TEXT = "为贯彻落实有关部署，扎实推进公共数据资源开发利用，现将有关事项通知如下，请认真执行。"
HEAD = "title: 示例 文件\npublisher: 示例市人民政府\nregion: CN\nlevel: municipal\n"
#: the ways in which sites print 索引号, 发文机关, 成文日期, 发文字号
TABLES = {
    "table": (
        "<table><tr><td>索引号：</td><td>113300/2026-00012</td><td>主题分类：</td><td>科技</td></tr>"
        "<tr><td>发文机关：</td><td>示例市数据局</td><td>成文日期：</td><td>2026-02-20</td></tr>"
        "<tr><td>发文字号：</td><td>示数〔2026〕7号</td><td>公开方式：</td><td>主动</td></tr></table>"
    ),
    "list": (
        "<ul><li><b>索 引 号：</b><span>113300/2026-00012</span></li><li><b>发布机构：</b>"
        "<span>示例市数据局</span></li><li><b>成文日期：</b><span>2026年2月20日</span></li>"
        "<li><b>文　　号：</b><span>示数〔2026〕7号</span></li></ul>"
    ),
    "index": "<ul><li><b>索引号：</b><span>113300/2026-00012</span></li></ul>",
    "hidden": (
        '<div style="display:none"><dl><dt>索引号</dt><dd>113300/2026-00012</dd><dt>发文机关</dt>'
        "<dd>示例市数据局</dd><dt>成文日期</dt><dd>2026-02-20</dd><dt>发文字号</dt>"
        "<dd>示数〔2026〕7号</dd></dl></div>"
    ),
}


@dataclass(frozen=True)
class Site:
    """One sample site: list address and answer, the article's address and page, page two."""

    family: str
    url: str
    listing: str
    article: str
    second: str | None = None
    body: str = "<div>{text}</div>"
    table: str = "table"
    day: str = "2026-03-01"
    more: str = ""
    values: dict[str, str] = field(default_factory=dict)


def ul(form: str, *, frame: str = "<ul>{0}</ul>") -> str:
    """A list of one article; ``{href}`` and so on are filled in."""
    return frame.format(form.replace("{title}", TITLE))


def js(data: object) -> str:
    return json.dumps(data, ensure_ascii=False).replace("TITLE", TITLE)


HOST = "https://www.example.gov.cn"
BEIJING = "https://www.bjxyz.gov.cn"
LI = '<li><a href="{0}" title="{{title}}">{{title}}</a><span>{1}</span></li>'
SITES = [
    Site(
        "trs-wcm", f"{HOST}/zwgk/tzgg/", ul(LI.format("./202603/t20260301_77.html", "03-01")),
        f"{HOST}/zwgk/tzgg/202603/t20260301_77.html", f"{HOST}/zwgk/tzgg/index_1.html",
        '<div class="TRS_Editor">{text}</div>',
    ),
    Site(
        "hanweb-jpage", f"{HOST}/col/col1229/index.html",
        "<script type='text/xml'><datastore><recordset><record><![CDATA["
        + ul(LI.format("/art/2026/3/1/art_1229_77.html", "2026-03-01"), frame="{0}")
        + "]]></record></recordset></datastore></script>"
        "<script>var unitid='9001'; var webid='34';</script>",
        f"{HOST}/art/2026/3/1/art_1229_77.html",
        f"{HOST}/module/web/jpage/dataproxy.jsp?startrecord=16",
        '<div id="zoom">{text}</div>', "hidden",
    ),
    Site(
        "hanweb-jpaas", f"{HOST}/api-gateway/jpaas-publish-server/front/page/build/unit",
        js({"data": {"html": "<ul>" + LI.format(f"/art/2026/art_{HEX}.html", "2026-03-01")
            .replace("{title}", "TITLE") + "</ul>"}}),
        f"{HOST}/art/2026/art_{HEX}.html", "%22pageNo%22%3A2", '<div class="ccontent">{text}</div>',
    ),
    Site(
        "ucap", f"{HOST}/example/c100023/zfxxgk_list.shtml",
        ul(LI.format(f"/example/2026/3/1/{HEX}.shtml", "2026-03-01")),
        f"{HOST}/example/2026/3/1/{HEX}.shtml", f"{HOST}/example/c100023/zfxxgk_list_2.shtml",
        "<ucaptitle>{title}</ucaptitle><publishtime>2026-03-01</publishtime>"
        "<ucapcontent>{text}</ucapcontent>", "list", more="kind: html_list\n",
    ),
    Site(
        "ucap", f"{HOST}/common/search/{HEX}",
        js({"data": {"results": [{
            "title": "TITLE", "url": f"/c1/{HEX}/content.shtml", "publishedTimeStr": "2026-03-01",
            "domainMetaList": [{"resultList": [
                {"key": "refno", "value": "示数〔2026〕7号"},
                {"key": "writedate", "value": "2026-02-20"},
                {"key": "source", "value": "示例市数据局"}]}]}]}}),
        f"{HOST}/c1/{HEX}/content.shtml", "page=2",
        '<div class="detail">{text}</div>', "index",
        more="kind: json_api\n",
    ),
    Site(
        "gkmlpt", f"{HOST}/gkmlpt/api/all/0?page={{n}}&sid={{sid}}",
        js({"articles": [{"title": "TITLE", "url": f"{HOST}/gkmlpt/content/1/2/post_77.html",
            "display_publish_time": "2026-03-01", "document_number": "示数〔2026〕7号",
            "publisher": "示例市数据局", "id": 77}]}),
        f"{HOST}/gkmlpt/content/1/2/post_77.html", "page=2",
        '<div class="article-content">{text}</div>', values={"sid": "755001"},
    ),
    Site(
        "gd-portal-post", f"{HOST}/zwgk/index.html",
        ul(LI.format("/content/post_77.html", "2026-03-01"), frame='<div class="list">{0}</div>'),
        f"{HOST}/content/post_77.html", f"{HOST}/zwgk/index_2.html",
        '<div id="zoomcon">{text}</div>',
    ),
    Site(
        "shanghai-portal", f"{HOST}/zcwj/index.html",
        ul(LI.format(f"/zcwj/20260301/{HEX}.html", ""), frame='<ul class="nowrapli">{0}</ul>'),
        f"{HOST}/zcwj/20260301/{HEX}.html", f"{HOST}/zcwj/index_2.html",
        '<div id="ivs_content">{text}</div>', "list",
    ),
    Site(
        "lonsun", f"{HOST}/public/column/6595?type=4&action=list",
        '<ul class="doc_list"><li class="columnName"><a href="/x/1.html">栏目</a></li>'
        f'<li><a href="/public/6595/77.html" title="{TITLE}">{TITLE[:6]}…</a>'
        '<span class="right date">2026-03-01</span></li></ul>',
        f"{HOST}/public/6595/77.html", "pageIndex=2", '<div class="wzcon">{text}</div>',
    ),
    Site(
        "beijing-district", f"{BEIJING}/site/tzgg/",
        ul(LI.format("/site/tzgg/2026030110203040/index.html", "2026-03-01")),
        f"{BEIJING}/site/tzgg/2026030110203040/index.html", f"{BEIJING}/site/tzgg/index_2.html",
        '<div class="article">{text}</div>',
    ),
    Site(
        "nda-sic", f"{HOST}/zwgk/list/index_pc_1.html",
        ul(LI.format("/zwgk/0301/20260301102030405060_pc.html", "2026.03.01"),
           frame='<ul class="u-list">{0}</ul>'),
        f"{HOST}/zwgk/0301/20260301102030405060_pc.html", f"{HOST}/zwgk/list/index_pc_2.html",
        '<div class="article">{text}</div>',
    ),
    Site(
        "easysite-pbc", f"{HOST}/goutong/113456/113469/index.html",
        f'<ul><li class="clearfix"><a href="/goutong/113456/113469/20260301101010123/index.html">'
        f'{TITLE}</a><span class="fr">2026-03-01</span></li></ul>'
        '<a tagname="/goutong/113456/113469/11040/index2.html" href="#">下一页</a>',
        f"{HOST}/goutong/113456/113469/20260301101010123/index.html",
        f"{HOST}/goutong/113456/113469/11040/index2.html", '<div id="zoom">{text}</div>',
    ),
    Site(
        "hebei-uuid", f"{HOST}/columns/{UUID}/index.html",
        f'<li><a istitle="true" href="/columns/{UUID}/202603/01/{UUID}.html">{TITLE}</a></li>',
        f"{HOST}/columns/{UUID}/202603/01/{UUID}.html", None,
        '<div class="article-content">{text}</div>',
    ),
    Site(
        "liaoning-web", "https://www.ln.gov.cn/web/zwgk/index.shtml",
        ul(LI.format("/web/zwgk/2026030110203040/index.shtml", "2026-03-01")),
        "https://www.ln.gov.cn/web/zwgk/2026030110203040/index.shtml",
        "https://www.ln.gov.cn/web/zwgk/index_2.shtml", '<div id="zoom">{text}</div>',
    ),
    Site(
        "epoint-shd", f"{HOST}/zw/009001/specification.html",
        '<table id="resultlist"><tr><td>'
        f'<a href="/zw/009001/009001002/20260301/{UUID}.html">{TITLE}'
        "</a></td><td><p>2026-03-01</p></td></tr></table>",
        f"{HOST}/zw/009001/009001002/20260301/{UUID}.html", None,
        '<div class="Article_content">{text}</div>',
    ),
    Site(
        "jiangxi-querylist", f"{HOST}/queryList",
        js({"data": {"results": [{"source": {
            "title": "TITLE", "urls": json.dumps({"pc": "/jx/c1/202603/77.html"}),
            "pubDate": "2026-03-01", "content": {"content": f"<p>{TEXT * 3}</p>"}}}]}}),
        "", None, "", "",
    ),
    Site(
        "hanweb-jsearch", "https://search.example.gov.cn/jsearchfront/interfaces/cateSearch.do",
        js({"result": ['<div class="comprehensiveItem"><div class="titleWrapper"><a href="'
            f'/jsearchfront/visit/link.do?url={HOST}/art/2026/3/1/art_1_77.html">TITLE</a></div>'
            '<div class="sourceTime"><span>2026-03-01</span></div></div>']}),
        f"{HOST}/art/2026/3/1/art_1_77.html", None, '<div id="zoom">{text}</div>',
        more="each: {keyword: [数据]}\n",
    ),
    Site(
        "regulation-db", f"{HOST}/prod-api/extranet/regulation/search",
        js({"data": {"rows": [{"title": "TITLE", "id": "77", "publishDate": "2026-03-01",
            "officeVo": {"name": "示例市数据局"}}]}}),
        "", None, "", "",
    ),
    Site(
        "epaper-founder", f"{HOST}/rmrb/pc/layout/202603/01/node_01.html",
        ul('<li><a href="../../../content/202603/01/content_77.html">{title}</a></li>',
           frame='<ul class="news-list">{0}</ul>'),
        f"{HOST}/rmrb/pc/content/202603/01/content_77.html", None,
        "<founder-content>{text}</founder-content>", "",
    ),
]  # fmt: skip


def spec_of(site: Site) -> Spec:
    text = f"{HEAD}family: {site.family}\nurl: '{site.url}'\n{site.more}"
    return parse_source(text.encode(), path=Path("t-family.yaml"))


def names(site: Site) -> str:
    return f"{site.family}-{'api' if 'json_api' in site.more else 'page'}"


def test_every_family_has_a_sample() -> None:
    assert {site.family for site in SITES} == set(FAMILIES)


@pytest.mark.parametrize("site", SITES, ids=names)
def test_rows_next_page_and_marks(site: Site) -> None:
    spec = spec_of(site)
    lane = lanes(spec, today=TODAY, resolved=site.values)[0]
    first = first_ask(spec, lane).url
    content = site.listing.encode()
    listing = read_listing(spec, content, base_url=first, today=TODAY)
    assert [row.title for row in listing.rows] == [TITLE]
    (row,) = listing.rows
    assert str(row.published_on) == site.day
    if site.article:
        assert row.url == site.article
    lane.ids_text = site.listing
    after = next_ask(spec, lane, listing, page_url=first)
    if site.second is not None:
        assert after is not None
        assert after.url.startswith(site.second) or site.second in after.url
    family = FAMILIES[site.family]
    assert any(family.recognises(url=url) for url in (site.url.format(n=1, sid=1), row.url)), (
        "known by its addresses"
    )


@pytest.mark.parametrize("site", [site for site in SITES if site.article], ids=names)
def test_an_article_with_its_metadata(site: Site) -> None:
    spec = spec_of(site)
    lane = lanes(spec, today=TODAY, resolved=site.values)[0]
    content = site.listing.encode()
    listing = read_listing(spec, content, base_url=first_ask(spec, lane).url, today=TODAY)
    text = "".join(f"<p>{TEXT}</p>" for _ in range(4))
    if site.family == "gkmlpt":
        detail = {"content": text, "title": TITLE, "display_publish_time": "2026-03-01",
                  "document_number": "示数〔2026〕7号", "publisher": "示例市数据局"}  # fmt: skip
        inner = f"<script>window._CONFIG = {{DETAIL: {json.dumps(detail)}}}</script>"
    else:
        inner = site.body.format(text=text, title=TITLE)
    heading = "" if "ucaptitle" in inner else f"<h1>{TITLE}</h1>"
    page = (
        f"<html><head><title>{TITLE}_示例</title></head><body><div class='nav'><a href='/'>首页</a>"
        f"</div>{heading}{TABLES.get(site.table, '')}{inner}<div>友情链接</div></body></html>"
    )
    article, found = read_article(spec, listing.rows[0], page.encode(), today=TODAY)
    assert found.title == TITLE
    assert str(found.published_on) == site.day
    assert article.body_text.count("公共数据资源开发利用") == 4
    assert "友情链接" not in article.body_text
    if site.family == "epaper-founder":
        return  # a newspaper has no such table
    assert found.doc_number == "示数〔2026〕7号"
    assert found.issuing_bodies == ("示例市数据局",)
    if site.family != "gkmlpt":
        assert found.written_on == date(2026, 2, 20)
        assert found.index_number == "113300/2026-00012"


def test_an_unset_day_of_display_is_not_the_day_of_the_document() -> None:
    """Guangdong's directory prints 0 there, and 成文日期 as ``date``."""
    spec = spec_of(next(site for site in SITES if site.family == "gkmlpt"))
    record = {"title": TITLE, "url": f"{HOST}/gkmlpt/content/1/2/post_77.html",
              "display_publish_time": 0, "created_at": "2026-03-01 10:00:00",
              "date": 1_771_545_600}  # fmt: skip
    listing = read_listing(spec, js({"articles": [record]}).encode(), base_url=HOST, today=TODAY)
    assert str(listing.rows[0].published_on) == "2026-03-01"
    assert listing.rows[0].written_on == date(2026, 2, 20)
