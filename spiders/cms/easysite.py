"""EasySite (中国人民银行): numeric node trees ``/N/N/N/index.html``."""

from __future__ import annotations

from spiders.cms.family import Family

FAMILY = Family(
    id="easysite-pbc",
    vendor="EasySite",
    url_marks=(r"/\d{5,8}/\d{5,8}/(?:\d{4,20}/)?index\.html$",),
    page_marks=("shijian", "xxy_text"),
    defaults={
        "html_list": {
            "row": "li.clearfix",
            "date": "span.fr::text || span.hui12::text",
            "link_regex": r"/\d{5,8}/\d{4,20}/index\.html$",
            "body": "#zoom, div.xxy_text",
        },
    },
)
