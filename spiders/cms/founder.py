"""方正电子报: the front page of a day's paper links all its pages; the day is in the address."""

from __future__ import annotations

from spiders.cms.family import Family

FAMILY = Family(
    id="epaper-founder",
    vendor="方正电子报",
    url_marks=(
        r"/layout/\d{6}/\d{2}/node_\d+\.html$",
        r"/content/\d{6}/\d{2}/content_\d+\.html$",
    ),
    page_marks=("founder-content",),
    defaults={
        "html_list": {
            "row": "ul.news-list li",
            "row_title": "a::text",
            "link_regex": (
                r"/content/(?P<y>\d{4})(?P<m>\d{2})/(?P<d>\d{2})/content_\d{2,12}\.html$"
            ),
            "body": "founder-content, #ozoom",
        },
    },
)
