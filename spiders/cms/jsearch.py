"""Hanweb jsearch (大汉): the search of a group of sites answers with HTML fragments in JSON.

Found by keyword, useful where columns are closed; addresses go through a click counter.
"""

from __future__ import annotations

from spiders.cms.family import Family

FAMILY = Family(
    id="hanweb-jsearch",
    vendor="大汉 Hanweb jsearch",
    url_marks=(r"/jsearchfront/",),
    page_marks=("jcse-news-title", "titleWrapper"),
    defaults={
        "json_api": {
            "method": "POST",
            "form": {
                "q": "{keyword}",
                "p": "{n}",
                "pg": "20",
                "pos": "title,content,keyword",
                "sortType": "2",
            },
            "items_path": "result[]",
            "row": ".comprehensiveItem, .jcse-result-box",
            "link": (
                ".titleWrapper > a::attr(href) || .jcse-news-title a::attr(href) || a::attr(href)"
            ),
            "row_title": ".titleWrapper > a::text || .jcse-news-title a::text || a::text",
            "date": ".sourceTime > span::text || span.jcse-news-date::text",
            "summary": ".newsDescribe::text",
            "paging": {"style": "number"},
            "body": "#zoom, .article-content, .bt-content, .main-txt, .news-body",
        },
    },
)
