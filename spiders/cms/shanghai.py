"""上海市政府网站集约化平台: ``/YYYYMMDD/<32 hex>.html``."""

from __future__ import annotations

from spiders.cms.family import Family

FAMILY = Family(
    id="shanghai-portal",
    vendor="上海市政府网站集约化平台",
    url_marks=(r"/\d{8}/[0-9a-f]{32}\.html$",),
    page_marks=("ivs_content", "Article_content"),
    defaults={
        "html_list": {
            "row": "ul.nowrapli li, ul.zzwj-list li, .pageList li",
            "date": "span.time::text || span::text",
            "link_regex": r"/(?P<ymd>\d{8})/[0-9a-f]{32}\.html$",
            "paging": {"style": "number", "template": "{stem}_{n}{ext}"},
            "body": "#ivs_content, .Article_content",
        },
    },
)
