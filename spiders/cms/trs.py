"""TRS WCM (拓尔思): static pages ``/YYYYMM/tYYYYMMDD_N.html``, the largest family.

The second list page is ``index_1``; deep pages may be stubs. Marks and patterns as seen on
ministries and provinces (ndrc, most, mof, beijing, cq, hubei …).
"""

from __future__ import annotations

from spiders.cms.family import Family

FAMILY = Family(
    id="trs-wcm",
    vendor="拓尔思 TRS",
    url_marks=(r"/t\d{8}_\d+\.s?html?$",),
    page_marks=(
        "createPageHTML(",
        "createPage(",
        "TRS_Editor",
        "TRS_UEDITOR",
        "trs_editor_view",
        "trs_paper_default",
    ),
    defaults={
        "html_list": {
            "row": "li",
            "date": "span::text",
            "link_regex": r"/t(?P<ymd>\d{8})_\d+\.s?html?$",
            "paging": {"style": "number", "template": "{stem}_{n}{ext}", "start": 1},
            "body": (
                ".TRS_Editor, .TRS_UEDITOR, .trs_editor_view, .trs_paper_default, "
                "#zoom, #Zoom, .view"
            ),
        },
        "json_api": {
            "body": ".TRS_Editor, .TRS_UEDITOR, .trs_editor_view, .trs_paper_default, #zoom",
        },
    },
)
