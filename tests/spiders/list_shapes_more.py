"""More list pages as Chinese government sites print them: cards, files, scripts, records."""

from __future__ import annotations

import json

from tests.spiders.list_shapes import SHAPES, TITLES, Row, day, shape, simple

__all__ = ["SHAPES"]


@shape
def cards_with_summary_and_source() -> tuple[bytes, str, list[Row]]:
    return simple(
        '<div class="card"><a href="{href}"><img src="/i/{n}.jpg"></a><h4><a href="{href}">{title}'
        '</a></h4><p class="zy">摘要：为深入贯彻有关文件精神，结合本地实际制定本文件，自印发之日起'
        '施行。<a href="{href}">[详细]</a></p><p class="ft"><span>来源：示例日报</span>'
        "<span>{day} 09:30</span></p></div>",
        frame='<div class="cards">{rows}</div>',
        link="/xw/{n}.html",
    )


@shape
def files_only() -> tuple[bytes, str, list[Row]]:
    return simple(
        '<li><a href="{href}">{title}</a><span>{day}</span></li>',
        link="/P0{ymd}{n}.pdf",
        base="https://www.example.gov.cn/zwgk/gb/index.html",
    )


@shape
def rows_without_dates() -> tuple[bytes, str, list[Row]]:
    return simple('<li><a href="{href}">{title}</a></li>', link="/flfg/{n}.html", dated=False)


@shape
def addresses_in_scripts() -> tuple[bytes, str, list[Row]]:
    return simple(
        '<li><a href="javascript:void(0)" onclick="openPage(\'{href}\')">{title}</a>'
        "<span>{day}</span></li>",
        link="/xxgk/{n}.jhtml",
    )


@shape
def issuer_before_the_title() -> tuple[bytes, str, list[Row]]:
    return simple(
        '<li><a href="/zwgk/bm/sjj/" class="bm">[市数据局]</a><a href="{href}" class="bt">'
        "{title}</a><span>{day}</span></li>",
        link="/zwgk/{n}.html",
    )


@shape
def reading_beside_the_document() -> tuple[bytes, str, list[Row]]:
    return simple(
        '<li><div class="h"><a href="{href}">{title}</a><span>发布时间：{day}</span></div>'
        '<div class="jd"><a href="/zcjd/{n}.html">文字解读</a> <a href="/tj/{n}.html">图解</a>'
        "</div></li>",
        link="/zcwj/{n}.html",
    )


@shape
def labels_before_the_dates() -> tuple[bytes, str, list[Row]]:
    return simple(
        '<div class="result"><h3><a href="{href}">{title}</a></h3><p>发文机关：示例市数据局 '
        "<span>发文字号：{number}</span> <span>成文日期：2025-12-31</span> "
        "<span>发布日期：{day}</span></p></div>",
        frame='<div class="res">{rows}</div>',
        link="/zcwj/{n}.html",
    )


@shape
def records_in_a_script() -> tuple[bytes, str, list[Row]]:
    content, base, rows = simple(
        '<record><![CDATA[<li><a href="{href}" title="{title}">{cut}</a><b>{day}</b></li>]]>'
        "</record>",
        frame="<div id='1234'><script type='text/xml'><datastore><nextgroup>"
        '<![CDATA[<a href="/module/web/jpage/dataproxy.jsp?page=1"></a>]]></nextgroup><recordset>'
        "{rows}</recordset></datastore></script></div>",
        link="/art/{day:%Y}/{day.month}/{day.day}/art_1229_{n}.html",
        base="https://www.example.gov.cn/col/col1229/index.html",
    )
    return content, base, rows


def _answer(records: list[dict[str, object]], **around: object) -> bytes:
    return json.dumps({"code": 200, "msg": "ok", **around, "data": {"list": records, "total": 88}},
                      ensure_ascii=False).encode()  # fmt: skip


@shape
def json_with_written_and_published() -> tuple[bytes, str, list[Row]]:
    base = "https://api.example.gov.cn/gateway/list?page=1"
    rows: list[Row] = []
    records: list[dict[str, object]] = []
    for n, title in enumerate(TITLES):
        url = f"https://www.example.gov.cn/zc/{48120 + n}.html"
        records.append(
            {
                "id": 48120 + n,
                "docTitle": f"<em>{title}</em>",
                "docPubUrl": url,
                "cwrq": "2025-11-30",
                "docRelTime": f"{day(n)} 10:12:00",
                "wh": f"示数〔2026〕{n + 1}号",
                "fwjg": "示例省数据局",
            }
        )
        rows.append((url, title, day(n).isoformat()))
    return _answer(records), base, rows


@shape
def json_in_lists_of_names_and_values() -> tuple[bytes, str, list[Row]]:
    base = "https://api.example.gov.cn/search"
    rows: list[Row] = []
    records: list[dict[str, object]] = []
    for n, title in enumerate(TITLES):
        records.append(
            {
                "url": f"/gov/{70 + n}.html",
                "fields": [
                    {"key": "bt", "value": title},
                    {"key": "fbsj", "value": day(n).isoformat()},
                    {"key": "lm", "value": "通知公告"},
                ],
            }
        )
        rows.append((f"https://api.example.gov.cn/gov/{70 + n}.html", title, day(n).isoformat()))
    return _answer(records), base, rows
