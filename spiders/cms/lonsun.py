"""龙讯 Lonsun (Anhui): ``.doc_list`` rows; data-centre addresses are often refused."""

from __future__ import annotations

from spiders.cms.family import Family

FAMILY = Family(
    id="lonsun",
    vendor="龙讯 Lonsun",
    url_marks=(r"/public/column/\d+", r"/publicColumn/", r"/site/tpl/\d+", r"/site/search/\d+"),
    page_marks=("doc_list", "wzcon"),
    defaults={
        "html_list": {
            "row": ".doc_list li:not(.columnName)",
            "date": "span.right.date::text || span::text",
            "paging": {"style": "number", "param": "pageIndex"},
            "body": ".wzcon, #zoom, .j-fontContent",
        },
    },
)
