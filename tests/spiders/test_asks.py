"""Which requests a source leads to: pages, parameters, placeholders, patterns."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from spiders.asks import (
    Ask,
    Spec,
    UnresolvedPlaceholder,
    first_ask,
    lanes,
    next_ask,
    resolve_ask,
    resolve_values,
)
from spiders.catalogue import parse_source
from spiders.patterns import PatternError, compile_pattern
from spiders.rows import Listing

HEAD = "title: t\npublisher: p\nregion: CN\nlevel: national\n"
TODAY = date(2026, 3, 5)


def source(yaml: str) -> Spec:
    return parse_source((HEAD + yaml).encode(), path=Path("t-one.yaml"))


def pages(yaml: str, count: int = 3) -> list[Ask]:
    """The requests for the first pages of the only list."""
    spec = source(yaml)
    (lane,) = lanes(spec, today=TODAY)
    asked = [first_ask(spec, lane)]
    for _ in range(count - 1):
        following = next_ask(spec, lane, Listing((), 0), page_url=asked[-1].url)
        assert following is not None
        asked.append(following)
        lane.page += 1
    return asked


@pytest.mark.parametrize(
    ("url", "template", "start", "second", "third"),
    [
        ("/tztg/", "{stem}_{n}{ext}", 1, "/tztg/index_1.html", "/tztg/index_2.html"),
        ("/a/index.shtml", "{stem}_{n}{ext}", 1, "/a/index_1.shtml", "/a/index_2.shtml"),
        ("/a/wj_new.shtml", "{stem}_{n}{ext}", 2, "/a/wj_new_2.shtml", "/a/wj_new_3.shtml"),
        ("/b/index_pc_1.html", "index_pc_{n}.html", 2, "/b/index_pc_2.html", "/b/index_pc_3.html"),
        ("/a/?x=1", "?page={n}", 2, "/a/?page=2", "/a/?page=3"),
    ],
)  # fmt: skip
def test_numbered_pages(url: str, template: str, start: int, second: str, third: str) -> None:
    asked = pages(
        f"kind: html_list\nrow: li\nurl: https://a.gov.cn{url}\n"
        f"paging: {{style: number, template: '{template}', start: {start}}}\n"
    )
    assert [ask.url.removeprefix("https://a.gov.cn") for ask in asked] == [url, second, third]


def test_a_page_parameter_replaces_the_one_in_the_address() -> None:
    asked = pages(
        "kind: html_list\nrow: li\nurl: https://a.cn/i.html?uid=7&pageNum=1\n"
        "paging: {style: number, param: pageNum}\n"
    )
    assert asked[1].url == "https://a.cn/i.html?uid=7&pageNum=2"


def test_offsets_count_in_steps() -> None:
    asked = pages(
        "kind: json_api\nurl: https://a.cn/api?offset={offset}\nitems_path: '[]'\n"
        "fields: {title: t, url: u}\npaging: {style: number, first: 0, start: 50, step: 50}\n"
    )
    assert [ask.url.rsplit("=")[-1] for ask in asked] == ["0", "50", "100"]


def test_json_in_a_parameter_keeps_its_braces() -> None:
    asked = pages(
        "family: hanweb-jpaas\nurl: https://a.gov.cn/api-gateway/x\nparams: {webId: '1'}\n", 2
    )
    query = parse_qs(urlsplit(asked[1].url).query)
    assert query["paramJson"] == ['{"pageNo":2,"pageSize":20}']
    assert query["parseType"] == ["bulidstatic"]


def test_forms_and_payloads_are_posted() -> None:
    common = (
        "kind: json_api\nurl: https://a.cn/q\nmethod: POST\nitems_path: '[]'\n"
        "fields: {title: t, url: u}\npaging: {style: number}\n"
    )
    form = pages(common + "form: {channel: A, page: '{n}'}\n", 2)[1]
    assert (form.method, form.body) == ("POST", b"channel=A&page=2")
    payload = pages(common + 'payload: \'{"page": {n}, "q": "数据"}\'\n', 2)[1]
    assert payload.body.decode() == '{"page": 2, "q": "数据"}'
    assert ("Content-Type", "application/json") in payload.headers


def test_each_value_is_a_list_of_its_own_and_dates_are_filled_in() -> None:
    spec = source(
        "kind: json_api\nurls: ['https://a.cn/{yyyymm}/{dd}/{site}?q={word}', 'https://b.cn/x']\n"
        "each: {site: [x, y], word: [区块链, 数据]}\nitems_path: '[]'\nfields: {title: t, url: u}\n"
    )
    urls = [unquote(first_ask(spec, lane).url) for lane in lanes(spec, today=TODAY)]
    assert len(urls) == 5
    assert urls[0] == "https://a.cn/202603/05/x?q=区块链"
    assert urls[-1] == "https://b.cn/x"


def test_values_found_on_another_page() -> None:
    spec = source(
        "family: gkmlpt\nurl: 'https://gdii.gd.gov.cn/gkmlpt/api/all/0?page={n}&sid={sid}'\n"
    )
    ask = resolve_ask(spec)
    assert ask is not None
    assert ask.url == "https://gdii.gd.gov.cn/gkmlpt/index"
    assert resolve_values(spec, "window._CONFIG = { SID: '754001', ...") == {"sid": "754001"}
    with pytest.raises(UnresolvedPlaceholder):
        resolve_values(spec, "<html></html>")
    with pytest.raises(UnresolvedPlaceholder):
        first_ask(spec, lanes(spec, today=TODAY)[0])


@pytest.mark.parametrize(
    "pattern",
    [r"(a+)+$", r"(a|aa)*$", r"(?:\d{1,30})+", r".*.*.*x", r"(?=a)b", r"(a)\1", "(", "a" * 400],
)
def test_patterns_that_may_run_forever_are_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(pattern)


def test_patterns_of_real_sites_are_accepted() -> None:
    for pattern in (
        r"/t(?P<ymd>\d{8})_\d+\.s?html?$",
        r"/art/(?P<y>\d{4})/(?:(?P<m>\d{1,2})/(?P<d>\d{1,2})/)?art_[0-9a-f_]+\.html$",
        r"/c\d+/c\d+/content\.shtml$|/\d{6}/[0-9a-f]{32}\.shtml$",
        r"/web/.+/content_\d+\.html$",
    ):
        assert compile_pattern(pattern).pattern == pattern
