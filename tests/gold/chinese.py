"""The samples of Chinese ministries, provinces and media."""
# ruff: noqa: E501 - forms of rows read best on one line

from __future__ import annotations

import html
import json
from typing import Any

from tests.gold import shapes
from tests.gold.samples import Sample, cdata, epoch, feed, fragment, page, records, trs
from tests.gold.shapes import NOTE, STANDARD_METAS, Row, paragraphs

POLICY = ("policy", "reading", "policy", "consult")
NEWS = ("news", "policy", "news")
UCAP_LINK = "/sfgw/qtwj/{y}/{m}/{d}/{hex}.shtml"
ART = "/art/{y}/{m}/{d}/art_{n}_{n}.html"


def _named(**keys: str) -> Any:
    """A record writer: field names of the site to fields of a row."""

    def write(row: Row) -> dict[str, Any]:
        known = {**row.fields, "url": row.href, "plain": row.item.title, "id": str(row.item.n)}
        return {name: known[key] for name, key in keys.items()}

    return write


def _gov_search(row: Row) -> dict[str, Any]:
    title = row.item.title.replace("数据", "<em>数据</em>")
    return {
        "id": row.item.n,
        "title": title,
        "url": row.href,
        "pubtime": epoch(row, milliseconds=1000),
        "pcode": row.item.number,
        "puborg": row.item.publisher,
    }


def _miit(row: Row) -> dict[str, Any]:
    return {
        "groupData": [
            {"data": {"title": row.item.title, "url": row.href,
                      "deploytime": str(epoch(row, milliseconds=1000)),
                      "publishgroupname": "规划司"}}
        ]
    }  # fmt: skip


def _csrc(row: Row) -> dict[str, Any]:
    return {
        "title": row.item.title,
        "url": row.href,
        "publishedTimeStr": row.fields["clock"] + ":00",
        "contentHtml": paragraphs(row.item),
    }


def _nfra_detail(row: Row) -> str:
    data = {
        "docTitle": row.item.title,
        "publishDate": row.fields["clock"] + ":00",
        "docSource": row.item.publisher,
        "docClob": paragraphs(row.item),
    }
    return json.dumps({"dibao_sample": NOTE, "rptCode": 200, "data": data}, ensure_ascii=False)


def gkmlpt_article(row: Row) -> str:
    detail = {
        "title": row.item.title,
        "document_number": row.item.number,
        "publisher": row.item.publisher,
        "display_publish_time": epoch(row),
        "content": paragraphs(row.item),
    }
    script = (
        "<script>window._CONFIG = {\n SID: '754001',\n DETAIL: "
        + json.dumps(detail, ensure_ascii=False)
        + ",\n TREE: []\n};</script>"
    )
    return shapes.article_page(row, body='<div class="article-content"></div>' + script)


def _gkmlpt(row: Row) -> dict[str, Any]:
    return {
        "id": row.item.n,
        "title": row.item.title,
        "url": row.href,
        "document_number": row.item.number,
        "publisher": row.item.publisher,
        "display_publish_time": epoch(row),
        "abstract": row.item.paragraphs[0],
    }


def _hlj(row: Row) -> dict[str, Any]:
    meta = [{"resultList": [{"key": "indexnumber", "value": "0000-1"},
                            {"key": "refno", "value": row.item.number}]}]  # fmt: skip
    return {
        "title": row.item.title,
        "url": row.href,
        "publishedTimeStr": row.fields["date"] + " 08:50:00",
        "domainMetaList": meta,
    }


def _wordpress(row: Row) -> dict[str, Any]:
    return {
        "id": row.item.n,
        "date": row.fields["date"] + "T11:20:30",
        "link": row.href,
        "title": {"rendered": html.escape(row.item.title)},
        "content": {"rendered": paragraphs(row.item)},
    }


CENTRAL: tuple[Sample, ...] = (
    records(
        "cn-gov-zhengce-zuixin", POLICY, "https://www.gov.cn/zhengce/{ym}/content_{n}.htm",
        record=_named(TITLE="plain", URL="url", DOCRELPUBTIME="date", SUB_TITLE="source"),
        wrap=lambda rows: rows, body='<div id="UCAP-CONTENT" class="pages_content">{body}</div>',
        number="国办发〔2026〕{n}号", metas='<meta name="firstpublishedtime" content="{date}-09:30:00">',
    ),
    records(
        "cn-gov-policy-library", ("policy",), "https://www.gov.cn/zhengce/zhengceku/{ym}/content_{n}.htm",
        record=_gov_search, wrap=lambda rows: {"code": 200, "searchVO": {"totalCount": 8, "listVO": rows}},
        body='<div class="pages_content">{body}</div>', number="国发〔2026〕{n}号",
        metas='<meta name="firstpublishedtime" content="{date}-09:30:00">',
    ),
    page(
        "cn-gov-news-bumen", NEWS, "../../lianbo/bumen/{ym}/content_{n}.htm",
        frame='<div class="news_box"><div class="list"><ul>{rows}</ul></div></div>',
        row='<li><h4><a href="{href}" target="_blank">{title}</a></h4><span class="date">{date}</span></li>',
        body='<div id="UCAP-CONTENT">{body}</div>',
        info='<div class="pages-date">{date} 09:30 <span class="font-zyygwj">来源：{source}</span></div>',
    ),
    records(
        "cn-miit-wjfb", POLICY, "/zwgk/zcwj/wjfb/tz/art/{y}/art_{hex}.html", record=_miit,
        wrap=lambda rows: {"success": True, "data": {"searchResult": {"total": 8, "dataResults": rows}}},
        body='<div class="ccontent center" id="con_con">{body}</div>',
        info='<div class="cinfo center"><span id="con_time">发布时间：{clock}</span><span>来源：{source}</span></div>',
        number="工信部规〔2026〕{n}号",
    ),
    records(
        "cn-cac-wxfb", NEWS, "//www.cac.gov.cn/{y}-{m:02d}/{d:02d}/c_{n}.htm",
        record=_named(topic="plain", infourl="url", pubtime="clock"),
        wrap=lambda rows: {"total": 8, "list": rows}, body='<div id="BodyLabel">{body}</div>',
        info='<div class="info"><span id="pubtime">{chinese} 09:30</span><span id="source">来源：{source}</span></div>',
    ),
    records(
        "cn-cac-zcfg", POLICY, "//www.cac.gov.cn/{y}-{m:02d}/{d:02d}/c_{n}.htm",
        record=_named(topic="plain", infourl="url", pubtime="clock"),
        wrap=lambda rows: {"total": 8, "list": rows}, body='<div class="main-content">{body}</div>',
        info='<div class="info"><span id="pubtime">{chinese} 09:30</span><span id="source">来源：{source}</span></div>',
    ),
    page(
        "cn-cac-yjzj", ("consult",), "/{y}-{m:02d}/{d:02d}/c_{n}.htm",
        frame='<ul id="loadingInfoPage" class="list14">{rows}</ul>',
        row='<li><h5><a href="{href}" target="_blank">{title}</a></h5><div class="times">{date}</div></li>',
        body='<div class="main-content" id="BodyLabel">{body}</div>',
        info='<div class="info"><span id="pubtime">{chinese} 09:30</span></div>',
    ),
    trs(
        "cn-ndrc-zcfb", POLICY, frame='<ul class="u-list">{rows}<li class="empty"></li></ul>',
        row='<li><a href="{href}" title="{title}" target="_blank">{short}</a><span>{slashed}</span></li>',
        body='<div class="article_con article_con_notitle"><div class="TRS_Editor">{body}</div></div>',
        number="发改数据〔2026〕{n}号",
    ),
    trs(
        "cn-ndrc-xwdt", NEWS, frame='<ul class="u-list">{rows}</ul>',
        row='<li><a href="{href}" title="{title}">{short}</a><span>{slashed}</span></li>',
        body='<div class="article_con"><div class="TRS_Editor">{body}</div></div>',
    ),
    *(
        page(
            key, genres, "/sjj/zwgk/{md}/{ymd}093000123456789_pc.html",
            frame='<ul class="u-list">{rows}</ul>'
            "<script>var totalData = 88; var showData = 15;</script>",
            row='<li><a href="{href}" title="{title}">{short}</a><span>{dotted}</span>'
            '<div class="popbox"><a href="/sjj/ewm.html">二维码</a></div></li>',
            body='<div class="article">{body}</div><div class="filelist"></div>',
            metas=STANDARD_METAS,
        )
        for key, genres in (("cn-nda-zcfb", POLICY), ("cn-nda-tzgg", POLICY), ("cn-nda-swdt", NEWS))
    ),
    page(
        "cn-sic", ("data", "news"), "/sic/608/609/{md}/{ymd}101500987654321_pc.html",
        frame='<ul class="u-list">{rows}</ul><script>var totalData = 30;</script>',
        row='<li><a href="{href}" title="{title}">{title}</a><span>{dotted}</span></li>',
        body='<div class="article">{body}</div>', metas=STANDARD_METAS,
    ),
    trs(
        "cn-most-tztg", POLICY, frame='<ul class="info_list2">{rows}</ul>',
        row='<li><span class="date">{date}</span><a href="{href}" title="{title}">{short}</a></li>',
        body='<div id="Zoom" class="trs_editor_view">{body}</div>', number="国科发〔2026〕{n}号",
    ),
    trs(
        "cn-mof", POLICY, frame='<ul class="xwfb_listbox">{rows}</ul>', href="./{ym}/t{ymd}_{n}.htm",
        body='<div class="my_conboxzw"><div class="TRS_Editor">{body}</div></div>',
        number="财会〔2026〕{n}号",
    ),
    fragment(
        "cn-samr-zjwj",
        '<ul><li class="nav04Left02_content"><a href="{href}" title="{title}">{short}</a></li>'
        '<li class="nav04Left02_contenttime">{date}</li></ul>',
        frame='<div class="Three_zhnlist_02">{rows}</div>',
        body='<div class="Three_xilan_07" id="zoom">{body}</div>', href="/zw/zjwj/art/{y}/art_{hex}.html",
    ),
    fragment(
        "cn-mofcom", '<li><a href="{href}" title="{title}">{short}</a><span>[{date}]</span></li>',
        frame='<ul class="txtList_01">{rows}</ul>', body='<div class="art-con art-con-bottonmLine">{body}</div>',
        href="/zwgk/zcfb/art/{y}/art_{hex}.html",
    ),
    records(
        "cn-csrc-yw", NEWS, "//www.csrc.gov.cn/csrc/c100028/c{n}/content.shtml", record=_csrc,
        wrap=lambda rows: {"code": 200, "data": {"total": 8, "results": rows}},
    ),
    records(
        "cn-nfra-zcfg", POLICY, "https://www.nfra.gov.cn/cn/view/pages/ItemDetail.html?docId={n}",
        record=_named(docId="id", docTitle="plain", publishDate="clock"),
        wrap=lambda rows: {"rptCode": 200, "data": {"total": 8, "rows": rows}},
        write_article=_nfra_detail, article_ext="json",
        fetch="https://www.nfra.gov.cn/cn/static/data/DocInfo/SelectByDocId/data_docId={n}.json",
    ),
    page(
        "cn-pbc-zhuanti", ("news", "policy"), "/redianzhuanti/118742/4122386/4122510/{ymd}{n}/index.html",
        frame='<ul class="txtbox_2">{rows}</ul>',
        row='<li class="clearfix"><a href="{href}" target="_blank">{title}</a><span class="fr">{date}</span></li>',
        body='<div class="xxy_text" id="zoom">{body}</div>', heading='<h2 class="tit">{title}</h2>',
        info='<div class="hui12"><span id="shijian">{date} 09:30:00</span>　文章来源：{source}</div>',
    ),
    trs(
        "cn-caict", ("data",), href="./{ym}/t{ymd}_{n}.htm", frame="<table>{rows}</table>",
        row='<tr><td width="20"><img src="/images/dot.gif" alt=""></td><td width="540">'
        '<a href="{href}" target="_blank">{title}</a></td><td><span class="kxyj_text">[{date}]</span></td></tr>',
        body='<div class="pagemaintext">{body}</div>',
    ),
)  # fmt: skip

REGIONAL: tuple[Sample, ...] = (
    trs(
        "cn-beijing-zhengce", POLICY, frame='<ul class="list default_list">{rows}</ul>',
        row='<li><a href="{href}" title="{title}">{short}</a><b class="u_time">{date}</b><span>{number}</span></li>',
        body='<div class="view-content"><div id="mainText">{body}</div></div>', number="京政发〔2026〕{n}号",
    ),
    page(
        "cn-shanghai-sheitc", POLICY, "/cyfz/{ymd}/{hex}.html", frame='<ul class="nowrapli list-date">{rows}</ul>',
        row='<li><a href="{href}" title="{title}">{short}</a><span class="time">{date}</span></li>',
        body='<div id="ivs_content" class="Article_content">{body}</div>', metas=STANDARD_METAS,
        number="沪经信规范〔2026〕{n}号",
    ),
    page(
        "cn-shanghai-fgw", POLICY, "/fgw_gfxwj/{ymd}/{hex}.html", frame='<ul class="zzwj-list">{rows}</ul>',
        row='<li><a href="{href}" title="{title}">{short}</a>'
        '<p class="clearfix"><span>发布日期：{date}</span></p></li>',
        body='<div id="ivs_content">{body}</div>', metas=STANDARD_METAS, number="沪发改规范〔2026〕{n}号",
    ),
    records(
        "cn-guangdong-gdii", POLICY, "https://gdii.gd.gov.cn/gkmlpt/content/4/{n}/post_{n}.html",
        record=_gkmlpt, wrap=lambda rows: {"articles": rows, "classify": {"post_count": 8}},
        write_article=gkmlpt_article, number="粤工信规字〔2026〕{n}号",
        resolve=f"<html><head>{shapes.META}</head><body><script>window._CONFIG = {{\n SID: '754001',\n"
        " TREE: [] };</script></body></html>",
    ),
    page(
        "cn-guangdong-gdstc", POLICY, "https://gdstc.gd.gov.cn/zwgk_n/tzgg/content/post_{n}.html",
        frame='<div class="main"><ul class="list">{rows}</ul></div>', row='<li><a href="{href}" '
        'title="{title}">{short}</a><span class="time">{date}</span></li>',
        body='<div class="viewList"><div class="zw" id="zoomcon">{body}</div></div>', metas=STANDARD_METAS,
        number="粤科规范字〔2026〕{n}号",
    ),
    records(
        "cn-shenzhen-gxj", POLICY, "https://gxj.sz.gov.cn/xxgk/xxgkml/zcfgjzcjd/content/post_{n}.html",
        record=lambda row: {"id": row.item.n, "title": row.item.title, "url": row.href,
                            "abstract": row.item.paragraphs[0], "first_publish_time": epoch(row)},
        wrap=lambda rows: {"articles": rows}, body='<div class="content"><div class="TRS_Editor">{body}</div></div>',
        metas=STANDARD_METAS,
    ),
    page(
        "cn-zhejiang-jxt", POLICY, ART, frame='<div id="5031616"><div>{rows}</div></div>',
        row='<p><a href="{href}" title="{title}">{short}</a><span>{date}</span></p>',
        body='<div class="article-content">{body}</div>', metas=STANDARD_METAS, number="浙经信规〔2026〕{n}号",
        pager='<script src="/module/web/jpage/jpage.js"></script>',
    ),
    page(
        "cn-zhejiang-fzggw", POLICY, ART, frame='<div id="4892867"><div><ul>{rows}</ul></div></div>',
        body='<div id="zoom" class="main-txt">{body}</div>', metas=STANDARD_METAS,
        number="浙发改规字〔2026〕{n}号", pager='<script src="/module/web/jpage/jpage.js"></script>',
    ),
    Sample(
        "cn-jiangsu-gov", POLICY, ART,
        lambda rows, name: cdata(rows, name, row='<li class="clearfix"><a href="{href}" title="{title}">'
                                 '{short}</a><span class="time">{date}</span></li>'),
        write_article=lambda row: shapes.article_page(
            row, body='<div id="zoom"><div class="bt-content">{body}</div></div>', metas=STANDARD_METAS),
        number="苏政发〔2026〕{n}号",
    ),
    Sample(
        "cn-jiangsu-data", POLICY, "/art/{y}/{m}/{d}/art_81698_{n}.html",
        lambda rows, name: cdata(rows, name, row="<li><a href='{href}' title='{title}'>{short}</a><b>{date}</b></li>"),
        write_article=lambda row: shapes.article_page(
            row, body='<div class="article-content">{body}</div>', metas=STANDARD_METAS),
    ),
    trs(
        "cn-chongqing-gov", ("policy",), frame='<table class="zcwjk-list">{rows}</table>',
        row='<tr class="zcwjk-list-c"><td><a href="{href}"><p class="tit">{title}</p></a>'
        '<p class="info"><span>{number}</span><span class="time">成文日期：{date}</span></p></td></tr>',
        body='<div class="zcwjk-xlcon"><div class="trs_editor_view">{body}</div></div>',
        number="渝府发〔2026〕{n}号",
    ),
    records(
        "cn-hubei-jxt-gfxwj", POLICY, "https://jxt.hubei.gov.cn/fbjd/zc/gfxwj/{ym}/t{ymd}_{n}.shtml",
        record=_named(FILENAME="plain", URL="url", PUBDATE="date"), wrap=lambda rows: {"data": rows},
        body='<div class="article"><div class="TRS_Editor">{body}</div></div>', metas=STANDARD_METAS,
    ),
    trs(
        "cn-hubei-jxt-zcjd", ("reading",), href="./{ym}/t{ymd}_{n}.shtml",
        frame='<ul class="info-list">{rows}</ul>', body='<div class="article">{body}</div>',
    ),
    page(
        "cn-henan-gxt", POLICY, "https://gxt.henan.gov.cn/{y}/{m:02d}-{d:02d}/{n}.html",
        frame='<div class="zfxxgk_zdgkc"><ul>{rows}</ul></div>',
        row='<li><a href="{href}" title="{title}">{short}</a><b>{date}</b></li>',
        body='<div class="details-main">{body}</div>', metas=STANDARD_METAS, number="豫工信规〔2026〕{n}号",
    ),
    page(
        "cn-sichuan-fgw-wj", POLICY, UCAP_LINK, frame='<div class="biaobody"><ul>{rows}</ul></div>',
        row='<li><span class="lie1">{number}</span><span class="lie2"><a href="{href}" title="{title}">{short}</a>'
        '</span><span class="lie4">{date}</span></li>',
        body='<div class="zfwjwzcontent"><ucapcontent>{body}</ucapcontent></div>', metas=STANDARD_METAS,
        number="川发改规〔2026〕{n}号",
    ),
    page(
        "cn-sichuan-fgw-yw", ("news",), "/sfgw/fgyw/{y}/{m}/{d}/{hex}.shtml", frame='<ul class="list">{rows}</ul>',
        body='<div class="detail"><ucapcontent>{body}</ucapcontent></div>', metas=STANDARD_METAS,
    ),
    records(
        "cn-heilongjiang-gov", POLICY, "/hlj/c108371/{ym}/c00_{n}.shtml", record=_hlj,
        wrap=lambda rows: {"data": {"total": 8, "results": rows}}, number="黑政发〔2026〕{n}号",
        body='<div class="article_content"><ucapcontent>{body}</ucapcontent></div>', metas=STANDARD_METAS,
    ),
    page(
        "cn-anhui-kjt", POLICY, "https://kjt.ah.gov.cn/kjzx/tzgg/{n}.html",
        frame='<div class="navjz clearfix"><ul class="doc_list"><li class="columnName">'
        '<a href="/kjzx/tzgg/index.html">通知公告</a></li>{rows}</ul></div>',
        row='<li><a href="{href}" title="{title}">{short}</a><span class="right date">{date}</span></li>',
        body='<div class="wzcon j-fontContent">{body}</div>', metas=STANDARD_METAS, number="皖科〔2026〕{n}号",
    ),
)  # fmt: skip

MEDIA: tuple[Sample, ...] = (
    feed("cn-36kr", ("media",), "https://36kr.com/p/{n}?f=rss", zone="Asia/Shanghai",
         body='<div class="articleDetailContent">{body}</div>'),
    records(
        "cn-xinhua", ("media", "news"), "https://www.news.cn/tech/{ymd}/{hex}/c.html",
        record=_named(title="plain", publishUrl="url", publishTime="clock", sourceText="source"),
        wrap=lambda rows: {"datasource": rows}, body='<div id="detail"><span id="detailContent">{body}</span></div>',
        info='<div class="header-time"><span class="year"><em>{date}</em></span></div>',
    ),
    records(
        "cn-qbitai", ("media",), "https://www.qbitai.com/{y}/{m:02d}/{n}.html", record=_wordpress,
        wrap=lambda rows: rows,
    ),
    Sample(
        "cn-stdaily", ("media",), "https://www.stdaily.com/web/gdxw/{y}-{m:02d}/{d:02d}/content_{n}.html",
        lambda rows, name: shapes.sitemap(rows), "xml",
        lambda row: shapes.article_page(row, body='<div id="printContent">{body}</div>',
                                        info='<div class="time">{clock}</div><div class="source">来源：{source}</div>'),
    ),
)  # fmt: skip
