"""The day a page was published, on pages in the shapes of many content systems and languages."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pipelines.clean import clean_page
from pipelines.items import Decoded, Hints, Metadata
from pipelines.metadata import extract_metadata

ZH = "".join(
    f"<p>{line}</p>"
    for line in (
        "各区人民政府，市政府各部门，各有关单位：",
        "为规范示例数据登记工作，维护各方合法权益，现就有关事项通知如下，请认真贯彻执行。",
        "一、登记机构应当自受理之日起十个工作日内完成审核，对材料不全的，一次性告知补正内容。",
        "二、各部门要加强协同，压实责任，及时总结经验，重要情况请报送市政府办公厅。",
    )
)
EN = "".join(
    f"<p>{line}</p>"
    for line in (
        "The authority has set out rules for sample services, which firms must follow, it said.",
        "Under the rules, firms will have to report incidents, keep records, and train staff.",
        "Officials said the changes follow a review, which found gaps in how records were kept.",
    )
)
LIST = "".join(
    f'<li><a href="/n/{i}.html">示例部门召开第{i}次会议</a><span>2024-01-{i}</span></li>'
    for i in range(10, 20)
)
TEASERS = "".join(
    f'<div class="card"><a href="/n/{i}">Another sample story number {i} of the week</a>'
    f'<span class="date">{i} January 2024</span></div>'
    for i in range(10, 16)
)


def read(
    body: str, *, head: str = "", url: str = "", lang: str = "zh", title: str = ""
) -> Metadata:
    zh = lang == "zh"
    title = title or (
        "关于做好示例数据登记工作的通知"
        if zh
        else "Regulator sets out new rules for sample services"
    )
    h1 = "" if "<h" in body else f"<h1>{title}</h1>"
    markup = (
        f'<html lang="{lang}"><head><title>{title}</title>{head}</head>'
        f"<body>{h1}{body}</body></html>"
    )
    page = clean_page(
        Decoded(markup, "utf-8", "utf-8", 0.0), url=url, layouts=(), hints=Hints(), lang=lang
    )
    return extract_metadata(
        page,
        url=url,
        timezone="Asia/Shanghai" if zh else "UTC",
        fetched_at=datetime(2026, 11, 1, tzinfo=UTC),
    )


CHINESE = {
    "trs line": f'<div class="xxgk">发布时间：2024-03-05 10:20 来源：市府办 【字体：大 中】</div>'
    f"{ZH}",
    "written before": f'<div id="t">成文日期：2024-02-28 发布日期：2024-03-05</div>{ZH}',
    "hanweb line": f'<div id="t"><span>发布日期：2024年3月5日</span><i>浏览12次</i></div>{ZH}',
    "ucap line": f'<div class="pages-date">2024-03-05 09:30 <span>来源：示例网</span></div>{ZH}',
    "lonsun line": f'<p class="wzxq">【发布时间：2024/03/05】【来源：示例局】</p>{ZH}',
    "dots": f"<div>来源：示例日报 时间：2024.03.05</div>{ZH}",
    "padded": f"<div>发布时间： 2024 年 03 月 05 日</div>{ZH}",
    "full width": f"<div>发布时间：２０２４－０３－０５</div>{ZH}",
    "chinese digits": f"<div>发布时间：二〇二四年三月五日</div>{ZH}",
    "below the text": f"{ZH}<div class='fb'>发布时间：2024-03-05</div>",
    "updated as well": f"<div>发布时间：2024-03-05　更新时间：2024-04-01</div>{ZH}",
    "today is": f"<div>今天是2026年10月31日 星期六</div><h1>关于做好示例数据登记工作的通知</h1>"
    f"<div>发布时间：2024-03-05</div>{ZH}",
    "list beside": f"<div>2024-03-05</div>{ZH}<ul class='gl'>{LIST}</ul>",
    "copyright": f"<div>2024-03-05</div>{ZH}<div class='footer'>版权所有 2026-01-01 示例政府</div>",
    "table": "<table><tr><td>索引号</td><td>000-2024</td><td>发文机关</td><td>示例市政府</td></tr>"
    "<tr><td>成文日期</td><td>2024-02-28</td><td>发布日期</td><td>2024-03-05</td></tr></table>"
    f"<h1>关于做好示例数据登记工作的通知</h1>{ZH}",
    "scripted": f"<div><script>document.write(formatDate('2024-03-05 10:00:00'))</script>"
    f"</div>{ZH}",
    "wechat": f'<em id="publish_time"></em>{ZH}<script>var ct = "1709604000";</script>',
}
ENGLISH = {
    "gov.uk": f'<dl class="meta"><dt>Published</dt><dd>5 March 2024</dd></dl>{EN}',
    "gov.uk both": f"<p>Published 5 March 2024</p><p>Last updated 9 June 2024</p>{EN}",
    "updated first": f"<p>Updated: 9 June 2024</p><p>Published: 5 March 2024</p>{EN}",
    "sec": f"<p>FOR IMMEDIATE RELEASE 2024-31</p>"
    f"{EN.replace('The auth', 'Washington D.C., March 5, 2024 — The auth', 1)}",
    "ftc": f'<div class="field--name-field-date">'
    f'<time datetime="2024-03-05T12:00:00Z">March 5, 2024</time></div>{EN}',
    "eu": f"<ul><li>Press release</li><li>5 March 2024</li><li>Brussels</li></ul>{EN}",
    "mas": f"<div>Media Releases</div><div>Published Date: 05 March 2024</div>{EN}",
    "hkma": f'<div class="press-release-date">05 Mar 2024</div>{EN}',
    "linked": f'<div class="entry"><a href="/2024/03/">'
    f'March 5, 2024</a> by <a href="/a">Staff</a></div>{EN}',
    "byline": f'<p class="byline">By A Writer | Mar 5, 2024 | News</p>{EN}',
    "ordinal": f"<p>Tuesday 5th March, 2024 at 10:00</p>{EN}",
    "teasers": f"<p>March 5, 2024</p>{EN}<div class='more'>{TEASERS}</div>",
    "title attribute": f'<abbr class="published" title="2024-03-05T09:00:00+00:00">'
    f"a while ago</abbr>{EN}",
    "pr newswire": EN.replace("The auth", "NEW YORK, March 5, 2024 /PRNewswire/ -- The auth", 1),
    "first line": f"<div class='text'><p>March 5, 2024</p>{EN}</div>",
}
HEADS = {
    "og": '<meta property="article:published_time" content="2024-03-05T08:00:00Z">',
    "modified too": '<meta property="article:modified_time" content="2024-06-05">'
    '<meta property="article:published_time" content="2024-03-05">',
    "dublin core": '<meta name="DC.date.issued" content="2024-03-05">',
    "linked data": '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":'
    '"2024-03-05T10:00:00+00:00","dateModified":"2024-07-01"}</script>',
    "broken linked data": '<script type="application/ld+json">{"@type":"NewsArticle","a":[1,],'
    '"datePublished":"2024-03-05T10:00:00+00:00"}</script>',
    "two objects": '<script type="application/ld+json">{"@type":"NewsArticle",'
    '"datePublished":"2024-03-05"}\n{"@type":"Organization"}</script>',
    "state": '<script>window.__STATE__={"article":{"publishedAt":"2024-03-05T10:00:00Z"}}</script>',
    "offset": '<meta name="pubdate" content="2024-03-05T00:30:00+0800">',
    "picture": '<meta property="og:image" content="https://img.sample.org/2024/03/05/a.jpg">',
}
LANGUAGES = {
    "de": "Veröffentlicht am 5. März 2024", "fr": "Publié le 5 mars 2024",
    "es": "Publicado el 5 de marzo de 2024", "it": "5 marzo 2024", "pt": "5 de Março de 2024",
    "nl": "5 maart 2024", "ru": "5 марта 2024, 10:00", "uk": "5 березня 2024",
    "pl": "5 marca 2024", "cs": "5. března 2024", "hr": "5. ožujka 2024.", "hu": "2024. március 5.",
    "tr": "5 Mart 2024", "fi": "5. maaliskuuta 2024", "sv": "5 mars 2024", "ar": "٥ مارس ٢٠٢٤",
    "he": "5 במרץ 2024", "ko": "2024년 3월 5일", "el": "5 Μαρτίου 2024", "id": "5 Maret 2024",
    "en-GB": "05/03/2024", "en-US": "03/05/2024",
}  # fmt: skip
SILENT = {
    "vague": f"<div>日前 来源：示例网</div>{ZH}",
    "no year": f"<div>发布时间：03-05 10:20</div>{ZH}",
    "future": f"<div>发布时间：2099-03-05</div>{ZH}",
    "epoch": f"<div>发布时间：1970-01-01</div>{ZH}",
    "copyright only": f"{ZH}<div class='footer'>版权所有 © 2010-2026 示例政府</div>",
    "deadline": f"<div>报名截止时间：2024年3月5日</div>{ZH}",
    "list only": f"{ZH}<ul class='gl'>{LIST}</ul>",
    "list of boxes": f"{ZH}<div class='x'>"
    + "".join(
        f"<div><p><a href='/{i}'>示例会议召开</a></p><p>2024-01-{i}</p></div>" for i in (10, 11, 12)
    )
    + "</div>",
    "event": f"<div class='hd'>今天是2026年10月31日 星期六</div>{ZH}",
}


@pytest.mark.parametrize("name", CHINESE)
def test_chinese_pages(name: str) -> None:
    assert read(CHINESE[name]).published_on == date(2024, 3, 5)


@pytest.mark.parametrize("name", ENGLISH)
def test_english_pages(name: str) -> None:
    assert read(ENGLISH[name], lang="en").published_on == date(2024, 3, 5)


@pytest.mark.parametrize("name", HEADS)
def test_what_the_page_says_of_itself(name: str) -> None:
    assert read(EN, head=HEADS[name], lang="en").published_on == date(2024, 3, 5)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_languages(lang: str) -> None:
    found = read(f'<p class="date">{LANGUAGES[lang]}</p>{EN}', lang=lang)
    assert found.published_on == date(2024, 3, 5)


@pytest.mark.parametrize("name", SILENT)
def test_unknown_stays_unknown(name: str) -> None:
    assert read(SILENT[name]).published_on is None


def test_the_address_decides_the_day_of_a_stamp_of_the_night_in_utc() -> None:
    head = '<meta property="article:published_time" content="2024-03-06T02:10:00Z">'
    found = read(EN, head=head, url="https://www.sample.org/2024/03/05/new-rules/", lang="en")
    assert found.published_on == date(2024, 3, 5)


def test_a_stamp_of_the_same_moment_in_the_publishers_zone_tells_the_day() -> None:
    head = (
        '<meta property="article:published_time" content="2024-03-05T23:10:00+00:00">'
        '<meta name="datePublished" content="2024-03-06T01:10:00+02:00">'
    )
    found = read(EN, head=head, url="https://www.sample.org/new-rules/", lang="en")
    assert found.published_on == date(2024, 3, 6)


def test_two_places_that_agree_outweigh_one_that_does_not() -> None:
    head = '<meta name="date" content="2026-10-30">'
    found = read(
        f"<p>March 5, 2024</p>{EN}", head=head, url="https://x.org/2024/03/05/a/", lang="en"
    )
    assert found.published_on == date(2024, 3, 5)
