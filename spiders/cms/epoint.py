"""新点类站群: numeric tree paths; articles are ``/YYYYMMDD/<uuid>.html``. Lists need a script."""

from __future__ import annotations

from spiders.cms.family import Family

FAMILY = Family(
    id="epoint-shd",
    vendor="新点类站群",
    url_marks=(r"/\d{6}/\d{9}/(?:\d{12}/)?\d{8}/[0-9a-f-]{36}\.html$",),
    page_marks=("resultlist",),
    defaults={
        "html_list": {
            "row": "li, #resultlist tr",
            "date": "td p::text || span::text",
            "link_regex": r"/(?P<ymd>\d{8})/[0-9a-f-]{36}\.html$",
            "body": "#ivs_content, .Article_content, #zoom, .content",
        },
    },
)
