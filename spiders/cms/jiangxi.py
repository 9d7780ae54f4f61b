"""江西省政府网站集约化平台: ``/queryList`` answers with the records and their texts."""

from __future__ import annotations

from spiders.cms.family import Family

FAMILY = Family(
    id="jiangxi-querylist",
    vendor="江西省政府网站集约化平台",
    url_marks=(r"/queryList$",),
    page_marks=("webSiteCode",),
    defaults={
        "json_api": {
            "method": "POST",
            "form": {
                "current": "{n}",
                "pageSize": "15",
                "sort": "sortNum",
                "order": "desc",
            },
            "items_path": "data.results[].source",
            "fields": {
                "title": "title || showTitle",
                "url": "urls.pc",
                "date": "pubDate",
                "body": "content.content",
                "author": "metadata.author",
            },
            "paging": {"style": "number"},
        },
    },
)
