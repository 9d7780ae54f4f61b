"""北京市区级站群: several small dialects; the long one has the day in the article address."""

from __future__ import annotations

from spiders.cms.family import Family

FAMILY = Family(
    id="beijing-district",
    vendor="北京市区级站群",
    url_marks=(r"\.bj[a-z]{2,4}\.gov\.cn/.*/\d{12,}/index\.s?html$", r"/pnidpv\d+\.html$"),
    defaults={
        "html_list": {
            "row": "li",
            "date": "span::text",
            "link_regex": (
                r"/(?P<ymd>\d{8})\d{4,20}/index\.s?html$|/\d{5,9}/index\.html$|/pnidpv\d{3,12}\.html$"
            ),
            "paging": {"style": "number", "template": "{stem}_{n}{ext}"},
            "body": ".TRS_Editor, .view-content, .article, #mainText, .content",
        },
    },
)
