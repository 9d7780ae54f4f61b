"""Hanweb JPAAS (大汉): an api-gateway answers with the list as an HTML fragment in JSON.

``webId``, ``tplSetId``, ``tagId`` and ``pageId`` are in the ``queryData`` attribute of the list
element of the column page. ``bulidstatic`` is the server's own spelling.
"""

from __future__ import annotations

from spiders.cms.family import Family
from spiders.cms.jpage import ART

_BODY = "#zoom, .article-content, .ccontent, #con_con, .main-txt"

FAMILY = Family(
    id="hanweb-jpaas",
    vendor="大汉 Hanweb JPAAS",
    url_marks=(r"/api-gateway/jpaas-publish-server/",),
    page_marks=('parseType="bulidstatic"', 'parseType="buildstatic"', "queryData=\"{'webId'"),
    defaults={
        "json_api": {
            "params": {
                "parseType": "bulidstatic",
                "pageType": "column",
                "editType": "null",
                "paramJson": '{"pageNo":{n},"pageSize":20}',
            },
            "items_path": "data.html",
            "row": "li",
            "date": "span::text || b::text",
            "paging": {"style": "number"},
            "body": _BODY,
        },
        "html_list": {
            "row": "li",
            "date": "span::text || b::text",
            "link_regex": ART,
            "body": _BODY,
        },
    },
)
