"""人大法规规章规范性文件数据库平台: a search in JSON; the texts are attached files."""

from __future__ import annotations

from spiders.cms.family import Family

FAMILY = Family(
    id="regulation-db",
    vendor="人大法规规章规范性文件数据库平台",
    url_marks=(r"/prod-api/extranet/regulation/",),
    defaults={
        "json_api": {
            "method": "POST",
            "form": {"pageNum": "{n}", "pageSize": "15", "timeliness": "1"},
            "items_path": "data.rows[]",
            "fields": {
                "title": "title",
                "url": "/document-detail?id={id}",
                "fetch": "/prod-api/extranet/regulation/getById/{id}",
                "date": "publishDate",
                "issuer": "officeVo.name",
                "id": "id",
            },
            "paging": {"style": "number"},
        },
    },
)
