"""广东省政府网站集约化平台: ``/content/post_N.html`` pages and ``/postmeta/i/N.json`` lists."""

from __future__ import annotations

from spiders.cms.family import Family

_BODY = "#zoomcon, div.article-content, .TRS_Editor, .zw, .content"

FAMILY = Family(
    id="gd-portal-post",
    vendor="广东省政府网站集约化平台",
    url_marks=(r"/content/(?:mpost|post)_\d+\.html$", r"/postmeta/i/\d+\.json$"),
    page_marks=("zoomcon",),
    defaults={
        "html_list": {
            "row": ".news_list li, .list li, .infoList li, div.ListconC",
            "date": "span::text",
            "link_regex": r"/content/(?:mpost|post)_\d+\.html$",
            "paging": {"style": "number", "template": "{stem}_{n}{ext}"},
            "body": _BODY,
        },
        "json_api": {
            "items_path": "articles[]",
            "fields": {
                "title": "title",
                "url": "url",
                "date": "first_publish_time || display_publish_time",
                "summary": "abstract",
                "id": "id",
            },
            "date_format": "epoch_s",
            "body": _BODY,
        },
    },
)
