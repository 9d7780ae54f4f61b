"""UCAP (开普云): static ``*_list.shtml`` pages, or a channel search that answers in JSON."""

from __future__ import annotations

from spiders.cms.family import Family

_BODY = "ucapcontent, #UCAP-CONTENT, .detail_content, .detail-news, .detail"

FAMILY = Family(
    id="ucap",
    vendor="开普云 UCAP",
    url_marks=(
        r"/c\d{5,6}/(?:[a-z_]+_)?list\.shtml$",
        r"/(?:common|zfxxgk|xxgk|zcgfxwj)_list\w*\.shtml$",
        r"/\d{4}/\d{1,2}/\d{1,2}/[0-9a-f]{32}\.shtml$",
        r"/\d{6}/[0-9a-f]{32}\.shtml$",
        r"/c\d+/c\d+/content\.shtml$",
        r"/(?:common/search|searchList|es-search/search)/[0-9a-f]{32}",
    ),
    page_marks=(
        "<ucapcontent>",
        "<ucaptitle>",
        "<publishtime>",
        'name="channelid"',
        "UCAP-CONTENT",
    ),
    defaults={
        "html_list": {
            "row": "li",
            "date": "span::text",
            "link_regex": (
                r"/(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})/[0-9a-f]{32}\.shtml$"
                r"|/\d{6}/[0-9a-f]{32}\.shtml$|/c\d+/content\.shtml$"
            ),
            "paging": {"style": "number", "template": "{stem}_{n}{ext}"},
            "body": _BODY,
            "article_title": "ucaptitle",
            "article_date": "publishtime",
        },
        "json_api": {
            "params": {
                "_isAgg": "true",
                "_isJson": "true",
                "_pageSize": "20",
                "_template": "index",
                "page": "{n}",
            },
            "items_path": "data.results[]",
            "fields": {
                "title": "title",
                "url": "url",
                "date": "publishedTimeStr || publishedTime",
                "doc_number": "domainMetaList[].resultList[key=refno].value",
                "written": "domainMetaList[].resultList[key=writedate].value",
                "issuer": "domainMetaList[].resultList[key=source].value",
            },
            "paging": {"style": "number"},
            "body": _BODY,
            "article_title": "ucaptitle",
            "article_date": "publishtime",
        },
    },
)
