"""The kinds of sites, each addressed and listed as the systems of real publishers do it."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping
from typing import Any

from crawler.demo.content import SamplePage
from crawler.demo.feed_families import FEED_FAMILIES, json_answer
from crawler.demo.markup import to_html
from crawler.demo.sample_site import Answer, Family, Query, View, draw, summary
from crawler.demo.weeks import show

_COLUMN_ID = "1229560784"
_SID = "2600417"


def _trs_path(page: SamplePage) -> str:
    return f"/{page.column}/{page.at:%Y%m}/t{page.at:%Y%m%d}_{page.serial}.html"


def _trs_file(page: SamplePage, number: int) -> str:
    kind = page.files[number].kind
    return f"/{page.column}/{page.at:%Y%m}/P0{page.at:%Y%m%d}{page.serial}{number}.{kind}"


def _trs_lists(view: View, path: str, query: Query) -> Answer | None:
    """``/zwgk/index.html``, then ``index_1.html`` for the second page; relative links."""
    names = {"/zwgk/": 1, "/zwgk/index.html": 1}
    names |= {f"/zwgk/index_{n - 1}.html": n for n in range(2, view.page_count + 1)}
    if path not in names:
        return None
    rows = [(posixpath.relpath(_trs_path(page), "/zwgk"), page) for page in view.chunk(names[path])]
    return draw(view, "trs_list.html", rows=rows, current=names[path] - 1)


def _hanweb_path(page: SamplePage) -> str:
    day = page.at
    return f"/art/{day.year}/{day.month}/{day.day}/art_{_COLUMN_ID}_{page.serial}.html"


def _hanweb_lists(view: View, path: str, query: Query) -> Answer | None:
    """A column page with CDATA records, and the data proxy for the records after them."""
    if path == f"/col/col{_COLUMN_ID}/index.html":
        rows = [(_hanweb_path(page), page) for page in view.chunk(1)]
        return draw(view, "hanweb_list.html", rows=rows, column=_COLUMN_ID)
    if path == "/module/web/jpage/dataproxy.jsp":
        first, last = int(query.get("startrecord", "1")), int(query.get("endrecord", "15"))
        rows = [(_hanweb_path(page), page) for page in view.pages[first - 1 : last]]
        return draw(view, "hanweb_records.xml", rows=rows)
    return None


def _hanweb_file(page: SamplePage, number: int) -> str:
    return f"/attach/0/{page.token[:16]}{number}.{page.files[number].kind}"


def _gkmlpt_path(page: SamplePage) -> str:
    return (
        f"/gkmlpt/content/{page.serial // 1_000_000}/{page.serial // 1000}/post_{page.serial}.html"
    )


def _gkmlpt_file(page: SamplePage, number: int) -> str:
    return f"/attachment/0/{page.serial // 1000}/{page.serial}{number}.{page.files[number].kind}"


def _gkmlpt_lists(view: View, path: str, query: Query) -> Answer | None:
    if path == "/gkmlpt/index":
        return draw(view, "gkmlpt_index.html", sid=_SID)
    if path != "/gkmlpt/api/all/0" or query.get("sid") != _SID:
        return None
    articles = []
    for page in view.chunk(int(query.get("page", "1"))):
        articles.append(
            {
                "id": page.serial,
                "title": page.title,
                "document_number": page.number,
                "identifier": page.index,
                "publisher": "、".join(page.issuers) or view.site.name,
                "date": int(page.at.timestamp()),
                "display_publish_time": int(page.at.timestamp()),
                "created_at": f"{page.at:%Y-%m-%d %H:%M:%S}",
                "abstract": summary(page),
                "url": view.base + _gkmlpt_path(page),
                "post_url": view.base + _gkmlpt_path(page),
                "classify_main_name": page.topic,
            }
        )
    total = len(view.pages)
    answer = {"classify": {"name": "全部", "post_count": total}, "articles": articles}
    return json_answer(view, answer)


def _gkmlpt_detail(view: View, page: SamplePage) -> Mapping[str, Any]:
    """The text of such a page stands in a script, as the value of ``window._CONFIG``."""
    detail = {
        "id": page.serial,
        "title": page.title,
        "document_number": page.number,
        "identifier": page.index,
        "publisher": "、".join(page.issuers) or view.site.name,
        "display_publish_time": int(page.at.timestamp()),
        "content": str(to_html(page.lines_at(view.moment), dialect="word"))
        + "".join(
            f'<p><a href="{_gkmlpt_file(page, n)}">附件：{file.name}</a></p>'
            for n, file in enumerate(page.files)
        ),
    }
    config = json.dumps({"SID": _SID, "DETAIL": detail}, ensure_ascii=False)
    return {"config": config.replace("</", "<\\/")}


def _court_path(page: SamplePage) -> str:
    return f"/article/detail/{page.at:%Y/%m}/id/{page.serial}.shtml"


def _court_lists(view: View, path: str, query: Query) -> Answer | None:
    if path != "/article/index/id/MzAwNDAwMjAwMiAOAAA.shtml":
        return None
    return draw(view, "court_list.html", rows=[(_court_path(page), page) for page in view.pages])


def _city_path(page: SamplePage) -> str:
    return f"/zwgk/{page.at:%Y%m%d}/{page.serial}.htm"


def _city_lists(view: View, path: str, query: Query) -> Answer | None:
    """Dates on this list have no year: ``[11-03]``."""
    if path not in ("/zwgk/", "/zwgk/index.htm"):
        return None
    return draw(view, "city_list.html", rows=[(_city_path(page), page) for page in view.pages])


def _ucap_path(page: SamplePage) -> str:
    return f"/wxb/c100066/{page.at:%Y%m}/{page.token}.shtml"


def _ucap_lists(view: View, path: str, query: Query) -> Answer | None:
    if path != "/wxb/c100066/list.shtml":
        return None
    return draw(view, "ucap_list.html", rows=[(_ucap_path(page), page) for page in view.pages])


def _under(folder: str) -> Any:
    """Attachments under a folder, named by the page's number."""

    def file_path(page: SamplePage, number: int) -> str:
        kind = page.files[number].kind
        return f"{folder}/{show(page.at, 'iso')[:7]}/{page.serial}-{number}.{kind}"

    return file_path


FAMILIES: dict[str, Family] = {
    "trs": Family(_trs_path, _trs_file, _trs_lists, "trs"),
    "hanweb": Family(_hanweb_path, _hanweb_file, _hanweb_lists, "word"),
    "gkmlpt": Family(_gkmlpt_path, _gkmlpt_file, _gkmlpt_lists, "word", {"gkmlpt": _gkmlpt_detail}),
    "court": Family(_court_path, _under("/upload"), _court_lists, "plain"),
    "city": Family(_city_path, _under("/UploadFiles"), _city_lists, "breaks"),
    "ucap": Family(_ucap_path, _under("/wxb/files"), _ucap_lists, "word"),
    **FEED_FAMILIES,
}


def answer_for(view: View, path: str, query: Query) -> Answer | None:
    """What the site answers for ``path``; None when it has no such page."""
    from crawler.demo.sample_site import attachment, draw_page

    family = FAMILIES[view.site.family]
    if path == "/robots.txt":
        return _robots(view)
    for page in view.pages:
        if path == family.page_path(page):
            return draw_page(view, family, page)
        for number in range(len(page.files)):
            if path == family.file_path(page, number):
                return attachment(view, page, number)
    return family.lists(view, path, query)


def _robots(view: View) -> Answer:
    delay = view.site.crawl_delay
    lines = [f"# {view.site.name}", "User-agent: *", "Disallow: /admin/", "Disallow: /search"]
    if delay is not None:
        lines.append(f"Crawl-delay: {delay}")
    return Answer("\n".join([*lines, ""]).encode(), "text/plain")
