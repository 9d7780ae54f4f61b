"""EasySite (中国人民银行): numeric node trees ``/N/N/N/index.html``.

Long numbers begin with the day. The pager names the next page in ``tagname``.
"""

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
            "link_regex": (
                r"/\d{5,8}/(?:(?P<ymd>20[0-3]\d[01]\d[0-3]\d)\d{6,12}|\d{4,20})/index\.html$"
            ),
            "paging": {
                "style": "next",
                "link": (
                    'a:lexbor-contains("下一页")::attr(tagname) || '
                    'a:lexbor-contains("下一页")::attr(href)'
                ),
            },
            "body": "#zoom, div.xxy_text",
        },
    },
)
