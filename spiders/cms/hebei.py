"""河北省政府网站集约化平台: columns and articles by UUID, the month and day in the address."""

from __future__ import annotations

from spiders.cms.family import Family

FAMILY = Family(
    id="hebei-uuid",
    vendor="河北省政府网站集约化平台",
    url_marks=(r"/columns/[a-f0-9-]{36}/",),
    page_marks=('istitle="true"',),
    defaults={
        "html_list": {
            "row": "li",
            "link": 'a[istitle="true"]::attr(href) || a::attr(href)',
            "row_title": 'a[istitle="true"]::text || a::text',
            "date": "span::text",
            "link_regex": (
                r"/columns/[a-f0-9-]{36}/(?P<y>\d{4})(?P<m>\d{2})/(?P<d>\d{2})/[a-f0-9-]{36}\.html$"
            ),
            "body": ".article-content, .content",
        },
    },
)
