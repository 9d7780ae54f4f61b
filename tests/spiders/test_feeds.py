"""Reading feeds: RSS, Atom, RDF and JSON Feed with the faults that real ones have."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from spiders.catalogue import parse_source
from spiders.listing import read_listing
from spiders.rows import Listing, ListRow

HEAD = "title: 示例\npublisher: 示例社\nregion: CN\nlevel: media\nkind: feed\nurl: https://www.example.cn/feed\n"
LONG = "<p>" + "这是一段完整的正文。" * 80 + "</p>"


def read(content: str | bytes, more: str = "", *, charset: str | None = None) -> Listing:
    spec = parse_source((HEAD + more).encode(), path=Path("t-feed.yaml"))
    data = content.encode() if isinstance(content, str) else content
    return read_listing(
        spec,
        data,
        base_url="https://www.example.cn/feed",
        charset=charset,
        today=date(2026, 11, 20),
    )


NOV_5 = date(2026, 11, 5)


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def rss(*items: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>t</title>'
        f"<link>https://www.example.cn/</link>{''.join(items)}</channel></rss>"
    )


def item(inner: str) -> ListRow:
    (row,) = read(
        rss(f"<item><title>标题</title><link>https://www.example.cn/1</link>{inner}</item>")
    ).rows
    return row


@pytest.mark.parametrize(
    ("date_element", "day", "at"),
    [
        ("<pubDate>Thu, 05 Nov 2026 18:30:00 GMT</pubDate>", date(2026, 11, 6), utc(5, 18, 30)),
        ("<pubDate>Thu, 05 Nov 2026 00:00:00 GMT</pubDate>", NOV_5, None),
        ("<pubDate>Thu, 05 Nov 2026 00:00:00 -0500</pubDate>", NOV_5, None),
        ("<pubDate>Thu, 05 Nov 2026</pubDate>", NOV_5, None),
        ("<pubDate>2026-11-05 09:00:00</pubDate>", NOV_5, utc(5, 1)),
        ("<pubDate>2026-11-05 09:00:00  +0800</pubDate>", NOV_5, utc(5, 1)),
        ("<dc:date>2026-11-05T09:00:00+08:00</dc:date>", NOV_5, utc(5, 1)),
        ("<pubDate>2026年11月5日</pubDate>", NOV_5, None),
        ("<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>", None, None),
        ("", None, None),
    ],
)  # fmt: skip
def test_dates(date_element: str, day: date | None, at: datetime | None) -> None:
    row = item(date_element)
    assert (row.published_on, row.published_at) == (day, at)


def test_a_feed_that_prints_local_time_as_gmt() -> None:
    feed = rss(
        "<item><title>x</title><link>https://www.example.cn/1</link>"
        "<pubDate>Thu, 05 Nov 2026 09:00:00 GMT</pubDate></item>"
    )
    (row,) = read(feed, "zone: local\n").rows
    assert row.published_at == datetime(2026, 11, 5, 1, tzinfo=UTC)


def test_a_guid_is_an_address_only_when_it_says_so() -> None:
    listing = read(
        rss(
            '<item><title>甲</title><guid isPermaLink="false">https://www.example.cn/guid</guid></item>',
            "<item><title>乙</title><guid>https://www.example.cn/2</guid></item>",
            '<item><title>丙</title><link>/3</link><guid isPermaLink="false">abc</guid></item>',
        )
    )
    assert [(row.title, row.url) for row in listing.rows] == [
        ("乙", "https://www.example.cn/2"),
        ("丙", "https://www.example.cn/3"),
    ]
    assert listing.rows[1].external_id == "abc"
    assert [problem.code for problem in listing.problems] == ["no_link"]


def test_full_texts_are_told_from_summaries() -> None:
    assert item(f"<content:encoded><![CDATA[{LONG}]]></content:encoded>").body == LONG
    assert item("<description>短</description>").body is None
    assert item("<content:encoded><![CDATA[<p>短</p>]]></content:encoded>").body is None
    cut = LONG.replace("</p>", "……阅读全文</p>")
    assert item(f"<content:encoded><![CDATA[{cut}]]></content:encoded>").body is None


def test_the_source_can_say_where_the_text_is() -> None:
    feed = rss(
        "<item><title>x</title><link>https://www.example.cn/1</link><description>短讯</description>"
        f"<content:encoded><![CDATA[{LONG}]]></content:encoded></item>"
    )
    assert read(feed, "content: page\n").rows[0].body is None
    short = rss(
        "<item><title>x</title><link>https://a.cn/1</link><description>短讯</description></item>"
    )
    assert read(short, "content: entry\n").rows[0].body == "短讯"


def test_an_entry_without_title_is_named_by_its_text() -> None:
    feed = rss(
        "<item><link>https://a.cn/1</link><description>&lt;p&gt;一句话快讯&lt;/p&gt;</description></item>"
    )
    assert read(feed).rows[0].title == "一句话快讯"


def test_files_are_kept_as_references_and_media_are_not() -> None:
    row = item(
        '<enclosure url="https://a.cn/r.pdf" type="application/pdf" length="1"/>'
        '<enclosure url="https://a.cn/p.mp3" type="audio/mpeg" length="1"/>'
    )
    assert [ref.url for ref in row.attachments] == ["https://a.cn/r.pdf"]


def test_atom_updated_is_a_change_when_published_is_there() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><id>tag:a,2026:1</id>'
        '<title type="html">A &amp;amp; B</title><link rel="self" href="https://a.cn/self"/>'
        '<link rel="alternate" href="https://a.cn/1"/><published>2026-11-01T08:00:00Z</published>'
        "<updated>2026-11-03T08:00:00Z</updated></entry></feed>"
    )
    (row,) = read(atom).rows
    assert (row.title, row.url) == ("A & B", "https://a.cn/1")
    assert row.published_on == date(2026, 11, 1)
    assert row.modified_at == datetime(2026, 11, 3, 8, tzinfo=UTC)


def test_rdf() -> None:
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        '<channel rdf:about="x"><title>t</title></channel>'
        '<item rdf:about="https://a.cn/1"><title>報道</title><link>https://a.cn/1</link>'
        "<dc:date>2026-11-05T10:00:00+09:00</dc:date></item></rdf:RDF>"
    )
    (row,) = read(rdf).rows
    assert (row.title, row.published_on) == ("報道", date(2026, 11, 5))


def test_a_gbk_feed_under_a_wrong_declaration() -> None:
    feed = rss("<item><title>关于数据安全的通知公告</title><link>https://a.cn/1</link></item>")
    assert read(feed.encode("gb18030"), charset="utf-8").rows[0].title == "关于数据安全的通知公告"


def test_a_cut_feed_gives_the_entries_that_came() -> None:
    whole = rss(
        "<item><title>甲</title><link>https://a.cn/1</link></item>",
        "<item><title>乙</title><link>https://a.cn/2</link></item>",
    )
    cut = whole[: whole.index("乙") + 1]
    assert "甲" in [row.title for row in read(cut).rows]


def json_feed(*items: dict[str, Any]) -> str:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": items})


def test_json_feed() -> None:
    listing = read(
        json_feed(
            {
                "id": "1",
                "url": "https://a.cn/1",
                "title": "甲",
                "content_html": LONG,
                "date_published": "2026-11-05T09:00:00+08:00",
                "date_modified": "2026-11-06T09:00:00+08:00",
                "authors": [{"name": "记者"}],
                "tags": ["政策"],
                "attachments": [{"url": "https://a.cn/a.pdf", "mime_type": "application/pdf"}],
            },
            {"id": "https://a.cn/2", "content_text": "没有标题的快讯"},
            {"id": "3", "title": "没有地址"},
        )
    )
    first, second = listing.rows
    assert (first.body, first.author, first.categories) == (LONG, "记者", ("政策",))
    assert first.published_at == datetime(2026, 11, 5, 1, tzinfo=UTC)
    assert first.attachments[0].url == "https://a.cn/a.pdf"
    assert (second.url, second.title) == ("https://a.cn/2", "没有标题的快讯")
    assert [problem.code for problem in listing.problems] == ["no_link"]


def test_letters_with_accents_survive_without_a_declaration() -> None:
    content = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Freiräume für Daten</title>'
        '<link href="https://example.org/1"/><category term="Öffentlich"/></entry></feed>'
    )
    (row,) = read(content.encode()).rows
    assert (row.title, row.categories) == ("Freiräume für Daten", ("Öffentlich",))
    (row,) = read(content.encode("utf-16")).rows
    assert row.title == "Freiräume für Daten"


def test_a_channel_definition_without_entries_is_an_empty_feed() -> None:
    assert read(b"<!-- a --><CHANNEL><TITLE>Example</TITLE></CHANNEL>").rows == ()
