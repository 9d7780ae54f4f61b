"""Hanweb JCMS (大汉): columns ``/col/colN/`` whose rows stand as CDATA records in a script.

Further pages come from ``/module/web/jpage/dataproxy.jsp``. Some sites encrypt its parameters
or answer an empty set: then only the first page is read.
"""

from __future__ import annotations

from spiders.cms.family import Family

ART = r"/art/(?P<y>\d{4})/(?:(?P<m>\d{1,2})/(?P<d>\d{1,2})/)?art_[0-9a-f_]+\.html$"

FAMILY = Family(
    id="hanweb-jpage",
    vendor="大汉 Hanweb JCMS",
    url_marks=(r"/col/col\d+/", r"/art/\d{4}/(?:\d{1,2}/\d{1,2}/)?art_[0-9a-f_]+\.html$"),
    page_marks=("/module/web/jpage/", '<script type="text/xml"><datastore>', "<record><![CDATA["),
    defaults={
        "html_list": {
            "container": "cdata-records",
            "row": "li",
            "date": "span::text || b::text",
            "link_regex": ART,
            "paging": {"style": "jpage"},
            "body": "#zoom, .article-content, .bt-content, .main-txt, .news-body",
        },
    },
)
