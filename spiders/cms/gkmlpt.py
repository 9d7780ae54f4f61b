"""广东省政府信息公开平台 (gkmlpt): one JSON directory for every office of Guangdong.

``sid`` stands in ``window._CONFIG`` of ``/gkmlpt/index``; category 0 is everything. The text of
an article is JSON too (``DETAIL`` in a script), with the HTML body as a second choice. ``date`` is
成文日期; ``display_publish_time`` is 0 where nobody set another day than that of publishing.
"""

from __future__ import annotations

from spiders.cms.family import Family

_PUBLISHED = "display_publish_time || first_publish_time || created_at || date"

FAMILY = Family(
    id="gkmlpt",
    vendor="广东省政府信息公开平台",
    url_marks=(r"/gkmlpt/(?:index|policy|content/\d+/\d+/post_\d+\.html|api/)",),
    page_marks=("window._CONFIG",),
    defaults={
        "json_api": {
            "resolve": {
                "url": "/gkmlpt/index",
                "find": {"sid": r"SID['\"]?\s{0,4}[:=]\s{0,4}['\"]?(\d{3,12})"},
            },
            "items_path": "articles[]",
            "fields": {
                "title": "title",
                "url": "url || post_url",
                "date": _PUBLISHED,
                "written": "date",
                "doc_number": "document_number",
                "issuer": "publisher",
                "summary": "abstract",
                "id": "id",
            },
            "paging": {"style": "number"},
            "detail": {
                "mark": "DETAIL",
                "body": "content",
                "title": "title",
                "date": _PUBLISHED,
                "written": "date",
                "doc_number": "document_number",
                "issuer": "publisher",
            },
            "body": "div.article-content",
        },
    },
)
