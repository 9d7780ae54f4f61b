"""辽宁省政府网站集约化平台: ``/<day and number>/index.shtml`` below each column."""

from __future__ import annotations

from spiders.cms.family import Family

FAMILY = Family(
    id="liaoning-web",
    vendor="辽宁省政府网站集约化平台",
    url_marks=(r"\.ln\.gov\.cn/.*/\d{12,}/index\.s?html$",),
    defaults={
        "html_list": {
            "row": "li",
            "date": "span::text",
            "link_regex": r"/(?P<ymd>\d{8})\d{4,20}/index\.s?html$",
            "paging": {"style": "number", "template": "{stem}_{n}{ext}"},
            "body": "#zoom, .TRS_Editor, .content",
        },
    },
)
