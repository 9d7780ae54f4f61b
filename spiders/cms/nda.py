"""国家信息中心站群 (NDA, SIC): ``/list/index_pc_N.html`` and ``/MMDD/<time stamp>_pc.html``."""

from __future__ import annotations

from spiders.cms.family import Family

FAMILY = Family(
    id="nda-sic",
    vendor="国家信息中心站群平台",
    url_marks=(r"/list/index_pc_\d+\.html$", r"/\d{4}/\d{17,24}_pc\.html$"),
    page_marks=("totalData", "showData"),
    defaults={
        "html_list": {
            "row": "ul.u-list > li",
            "date": "span::text",
            "link_regex": r"/\d{4}/(?P<ymd>\d{8})\d{9,16}_pc\.html$",
            "paging": {"style": "number", "template": "index_pc_{n}.html"},
            "body": "div.article",
        },
    },
)
