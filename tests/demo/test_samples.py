"""The sample bulletins: enough of them, complete, marked as samples, readable in every form."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import Counter
from datetime import UTC, datetime
from html import unescape
from io import BytesIO
from xml.etree import ElementTree

import pytest

from crawler.demo.content import SamplePage, load_pages
from crawler.demo.families import FAMILIES
from crawler.demo.files import MARK, build_file
from crawler.demo.markup import to_text
from crawler.demo.sample_site import Site, load_sites
from crawler.demo.webserver import Request, SiteServer
from crawler.demo.weeks import Weeks

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
WEEKS = Weeks.before(NOW)
SITES = {site.key: site for site in load_sites()}
PAGES = load_pages(WEEKS)
FILES = [(key, n) for key, page in sorted(PAGES.items()) for n in range(len(page.files))]


def get(site: Site, path: str, *, week: int = 3, weeks: Weeks = WEEKS) -> tuple[int, bytes]:
    """Status and body that a site answers."""
    server = SiteServer(site, weeks, week=lambda: week)
    server.base = f"http://{site.host}:8600"
    head, _, body = server.respond(Request("GET", path, {})).partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def squash(text: str) -> str:
    """The text without any blank (``\\s`` knows the Chinese one)."""
    return re.sub(r"\s", "", text)


def path_of(page: SamplePage) -> str:
    return FAMILIES[SITES[page.site].family].page_path(page)


def test_there_are_many_sites_and_bulletins_over_several_weeks() -> None:
    assert len(SITES) >= 10
    assert len({site.family for site in SITES.values()}) == len(SITES)
    assert len({site.host for site in SITES.values()}) == len(SITES)
    assert len(PAGES) >= 96
    weeks = Counter((WEEKS.anchor - page.at).days // 7 for page in PAGES.values())
    assert sorted(weeks) == [-1, 0, 1, 2, 3, 4, 5]
    assert weeks[0] >= 30
    long = [key for key, page in PAGES.items() if len(to_text(page.lines)) >= 600]
    assert len(long) >= 30
    topics = {page.topic for page in PAGES.values()}
    assert {"元宇宙", "区块链", "数据要素", "人工智能", "数字藏品", "算力"} <= topics


@pytest.mark.parametrize(
    "now",
    [
        NOW,
        datetime(2027, 1, 3, 23, 0, tzinfo=UTC),
        datetime(2028, 3, 6, 0, 0, tzinfo=UTC),
        datetime(2028, 3, 6, 0, 7, tzinfo=UTC),
    ],
)
def test_every_date_is_filled_in_and_nothing_is_published_in_the_future(now: datetime) -> None:
    weeks = Weeks.before(now)
    assert weeks.anchor <= now
    assert weeks.anchor.weekday() == 0
    for key, page in load_pages(weeks).items():
        texts = [page.title, page.number, *page.lines, *(file.name for file in page.files)]
        assert not [text for text in texts if "{" in text or "}" in text], key
        assert page.at <= now, key
        assert page.written is None or page.written.date() <= page.at.date(), key


def test_the_digest_moment_itself_begins_the_new_week() -> None:
    monday = datetime(2026, 11, 16, 0, 0, tzinfo=UTC)
    assert Weeks.before(monday).anchor == monday
    assert (monday - Weeks.before(datetime(2026, 11, 15, 23, 59, tzinfo=UTC)).anchor).days == 7


@pytest.mark.parametrize("key", sorted(PAGES))
def test_every_page_is_served_with_its_text_and_the_sample_mark(key: str) -> None:
    page = PAGES[key]
    site = SITES[page.site]
    week = 1 if page.withdrawn else 3
    status, body = get(site, path_of(page), week=week)
    assert status == 200
    text = squash(unescape(re.sub(r"<[^>]+>", "", body.decode(site.charset, "strict"))))
    assert squash(MARK) in text
    assert squash(page.title) in text
    longest = max(to_text(page.lines_at(WEEKS.seen_at(week))).splitlines(), key=len)
    assert squash(longest) in text


def test_pages_appear_only_once_they_are_published() -> None:
    fresh = [page for page in PAGES.values() if page.at > WEEKS.seen_at(1)]
    assert len(fresh) >= 30
    for page in fresh:
        assert get(SITES[page.site], path_of(page), week=1)[0] == 404, page.slug


def test_a_page_is_revised_and_a_page_is_withdrawn_between_the_weeks() -> None:
    revised = [page for page in PAGES.values() if page.revised]
    withdrawn = [page for page in PAGES.values() if page.withdrawn]
    assert len(revised) >= 2
    assert len(withdrawn) >= 1
    for page in revised:
        assert page.revised is not None
        for old, new in page.revised.replace:
            assert any(old in line for line in page.lines), (page.slug, old)
            assert any(new in line for line in page.lines_at(WEEKS.seen_at(2)))
        first, second = (get(SITES[page.site], path_of(page), week=week)[1] for week in (1, 2))
        assert first != second
    for page in withdrawn:
        assert get(SITES[page.site], path_of(page), week=1)[0] == 200
        assert get(SITES[page.site], path_of(page), week=2)[0] == 404


def test_drafts_lead_to_finals_and_readings() -> None:
    events: dict[str, dict[str, SamplePage]] = {}
    for page in PAGES.values():
        if page.event:
            name, role = page.event.split("/")
            assert role not in events.setdefault(name, {})
            events[name][role] = page
    chain = events["metaverse-plan"]
    assert chain["draft"].at < chain["final"].at < chain["reading"].at
    assert chain["final"].number in to_text(chain["reading"].lines)
    assert events["public-data"]["final"].number in to_text(events["public-data"]["reading"].lines)


def test_reprints_carry_the_original_text_under_another_title() -> None:
    reprints = [page for page in PAGES.values() if page.reprint_of]
    assert len({page.site for page in reprints}) >= 4
    for page in reprints:
        original = PAGES[page.reprint_of]
        assert page.site != original.site
        assert page.title != original.title
        assert page.at > original.at
        shared = set(page.lines) & set(original.lines)
        assert len(shared) >= 0.5 * len(original.lines)


def test_the_city_writes_gb18030_that_is_not_utf8() -> None:
    city = SITES["city"]
    _, body = get(city, "/zwgk/index.htm")
    assert b"charset=gb2312" in body
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")
    plan = PAGES["city/metaverse-city-plan"]
    text = get(city, path_of(plan))[1].decode("gb18030", "strict")
    assert "二〇二六年" in text  # 〇 is not in GB2312


def test_dates_take_every_form_that_chinese_sites_use() -> None:
    paths = ("/", "/zwgk/index.html", "/col/col1229560784/index.html", "/zwgk/index.htm")
    api = ("/gkmlpt/api/all/0?sid=2600417", "/api/articles", "/rss.xml", "/feed.json")
    other = ("/news/list.html", "/article/index/id/MzAwNDAwMjAwMiAOAAA.shtml")
    seen = []
    for site in SITES.values():
        for path in (*paths, *api, *other):
            status, body = get(site, path, week=1)
            if status == 200:
                seen.append(body.decode(site.charset))
    seen += [
        get(SITES[p.site], path_of(p))[1].decode(SITES[p.site].charset)
        for p in PAGES.values()
        if p.withdrawn is None
    ]
    everything = "\n".join(seen)
    for form in (
        r"\[\d\d-\d\d\]",
        r">2026/\d{1,2}/\d{1,2}<",
        r">2026\.\d\d\.\d\d<",
        r"t2026\d{4}_\d+\.html",
        r"二〇二六年十一月",
        r'"publishTime": 17\d{11}',
        r'"display_publish_time": 17\d{8}\b',
        r"2026-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00",
        r"\d\d (Oct|Nov) 2026 \d\d:\d\d:\d\d \+0800",
        r"近日",
        r"2026年11月\d{1,2}日",
    ):
        assert re.search(form, everything), form


@pytest.mark.parametrize(("key", "number"), FILES)
def test_attachments_are_valid_files_with_the_text_in_them(key: str, number: int) -> None:
    page = PAGES[key]
    file = page.files[number]
    content = build_file(file, made_at=page.at)
    assert content == build_file(file, made_at=page.at)
    text = pdf_text(content) if file.kind == "pdf" else docx_text(content)
    assert squash(to_text(file.lines)) in squash(text)
    assert "示例数据" in text
    path = FAMILIES[SITES[page.site].family].file_path(page, number)
    status, served = get(SITES[page.site], path, week=1 if page.withdrawn else 3)
    assert (status, served) == (200, content)


def test_there_are_pdf_and_word_attachments() -> None:
    kinds = Counter(PAGES[key].files[number].kind for key, number in FILES)
    assert kinds["pdf"] >= 6
    assert kinds["docx"] >= 6


def docx_text(content: bytes) -> str:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))  # noqa: S314 - made by ourselves
        root = ElementTree.fromstring(archive.read("word/document.xml"))  # noqa: S314
    return "".join(node.text or "" for node in root.iter() if node.tag.endswith("}t"))


def pdf_text(content: bytes) -> str:
    """The text of a PDF of ours, read through its cross-reference table."""
    start = int(re.search(rb"startxref\n(\d+)\n%%EOF\n$", content)[1])  # type: ignore[index]
    assert content[start : start + 5] == b"xref\n"
    entries = re.findall(rb"(\d{10}) (\d{5}) ([nf]) \n", content[start:])
    for number, (offset, _, kind) in enumerate(entries):
        if kind == b"n":
            at = int(offset)
            assert content[at:].startswith(b"%d 0 obj\n" % number)
    lines = []
    for length, at in (
        (int(m[1]), m.end())
        for m in re.finditer(rb"/Length (\d+) /Filter /FlateDecode >>\nstream\n", content)
    ):
        assert content[at + length :].startswith(b"\nendstream")
        shown = re.findall(rb"<([0-9A-F]+)> Tj", zlib.decompress(content[at : at + length]))
        # the last one on a page is the footer with the page number
        lines += [bytes.fromhex(part.decode()).decode("utf-16-be") for part in shown[:-1]]
    return "".join(lines) + MARK
