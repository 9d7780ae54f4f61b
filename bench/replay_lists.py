"""The saved lists of the corpora as sources: addresses, selectors and paths, as an operator would
write them after a look at the page. Row selectors of HTML lists are those of the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: shorter ones are encoding cases with one entry or none
SMALLEST_FEED = 500
HTML, JSON, XML = "text/html", "application/json", "text/xml"


@dataclass(frozen=True, slots=True)
class ListSource:
    """``url`` empty: a made-up address. ``fields`` go into the source file as they are."""

    media: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""


def _html(url: str, row: str, **fields: str) -> ListSource:
    return ListSource(HTML, {"kind": "html_list", "row": f"xpath:{row}", **fields}, url)


def _json(url: str, items: str, fields: Mapping[str, str], **more: str) -> ListSource:
    known = {"kind": "json_api", "items_path": items, "fields": dict(fields), **more}
    return ListSource(JSON, known, url)


_DATA_ROW = "//div[contains(@class,'data_row')][.//h3/a]"
_HEADLINE = {"link": "h3 a::attr(href)", "row_title": "h3 a::text"}

KNOWN_LISTS: Mapping[str, ListSource] = {
    "list_nmpa_ypggtg": _html(
        "https://www.nmpa.gov.cn/yaopin/ypggtg/index.html",
        "//div[contains(@class,'yp-child-list')]//div[contains(@class,'list')]//ul/li",
        date="span::text",
        publisher="国家药品监督管理局",
    ),
    "list_dfa66": _html(
        "https://www.dfa66.com/dfaets/announcement/index.html",
        "//ul[contains(@class,'glist')]/li",
        date="span.t::text",
    ),
    "list_hrfund": _html(
        "http://www.hrfund.com.cn/announcement.html",
        "//h2[contains(@class,'fnt_18')]/ancestor::li[1]",
        link="h2 a::attr(href)",
        row_title="h2 a::text",
        date="i::text",
    ),
    "list_rtfund": _html(
        "https://www.rtfund.com/main/xxpl/index.shtml",
        "//div[@id='expertList1']/ul/li",
        date="span::text",
    ),
    "list_ntes_world": _html("https://news.163.com/world/", _DATA_ROW, **_HEADLINE),
    "list_ntes_rank": _html("https://news.163.com/rank/", "//table//tr[td/a]"),
    "list_qq_news": _html(
        "https://news.qq.com/",
        "//div[contains(@class,'news-bar')]//ul[contains(@class,'list')]/li[.//a]",
    ),
    "list_gne163_2": _html("https://news.163.com/domestic/", _DATA_ROW, **_HEADLINE),
    "api_cq": _json(
        "http://www.cq.gov.cn/irs/front/list",
        "data.list",
        {
            "url": "doc_pub_url",
            "title": "f_202121500898",
            "date": "save_time",
            "doc_number": "f_202121837479",
            "issuer": "f_202121437464",
            "body": "f_202142777829",
        },
        publisher="重庆市人民政府",
        region="CN-重庆",
        level="provincial",
    ),
    "api_gd": _json(
        "http://search.gd.gov.cn/api/search/file",
        "data.list",
        {
            "url": "url",
            "title": "title",
            "date": "pub_time",
            "written": "date",
            "doc_number": "document_number",
            "issuer": "publisher",
            "body": "content",
        },
        publisher="广东省人民政府",
        region="CN-广东",
        level="provincial",
    ),
    "api_gz": _json(
        "http://www.guizhou.gov.cn/irs/front/search",
        "data.middle.list",
        {
            "url": "url",
            "title": "title",
            "date": "time",
            "doc_number": "table-1",
            "issuer": "table-4",
        },
        publisher="贵州省人民政府",
        region="CN-贵州",
        level="provincial",
    ),
    "api_hb": _json(
        "http://www.hubei.gov.cn/govsearch/searPage",
        "page.content",
        {
            "url": "DOCPUBURL",
            "title": "DOCTITLE",
            "date": "PUBDATE",
            "doc_number": "fileNum",
            "issuer": "publisher",
            "body": "DOCCONTENT",
        },
        publisher="湖北省人民政府",
        region="CN-湖北",
        level="provincial",
    ),
    "api_sx": _json(
        "http://www.shaanxi.gov.cn/govsearch/searPage",
        "page.content",
        {
            "url": "DOCPUBURL",
            "title": "DOCTITLE",
            "date": "PUBDATE",
            "issuer": "publishdept",
            "body": "DOCCONTENT",
        },
        publisher="陕西省人民政府",
        region="CN-陕西",
        level="provincial",
    ),
    "api_zj": _json(
        "http://search.zj.gov.cn/jsearchfront/interfaces/cateSearch.do",
        "dataResults[].data",
        {
            "url": "url",
            "title": "title",
            "date": "createdate",
            "doc_number": "filenumber",
            "issuer": "webname",
            "body": "content_h",
        },
        date_format="epoch_ms",
        publisher="浙江省人民政府",
        region="CN-浙江",
        level="provincial",
    ),
    "api_gwy": _json(
        "http://sousuo.gov.cn/data",
        "searchVO.catMap.gongwen.listVO && searchVO.catMap.bumenfile.listVO",
        {
            "url": "url",
            "title": "title",
            "date": "pubtimeStr",
            "doc_number": "pcode",
            "issuer": "puborg",
        },
        publisher="中国政府网",
    ),
    "api_heb": ListSource(
        JSON,
        {
            "kind": "json_api",
            "items_path": "result[]",
            "row": "div.jcse-result-box",
            "link": ".jcse-news-title a::attr(href)",
            "row_title": ".jcse-news-title a::text",
            "date": ".jcse-news-date::text",
            "publisher": "河北省人民政府",
            "region": "CN-河北",
            "level": "provincial",
        },
        "http://www.hebei.gov.cn/search/jcse/results",
    ),
}


def generic_list(row: Mapping[str, Any], content: bytes) -> ListSource | None:
    """A source for a list that is not in the table: feeds, and HTML with an ``item_selector``."""
    head = content[:2000].lower()
    if len(content) >= SMALLEST_FEED and any(
        mark in head for mark in (b"<rss", b"<feed", b"<rdf:rdf")
    ):
        return ListSource(XML, {"kind": "feed"})
    selector = row.get("item_selector")
    if row.get("kind") == "list-html" and selector:
        return ListSource(HTML, {"kind": "html_list", "row": f"xpath:{selector}"})
    return None
