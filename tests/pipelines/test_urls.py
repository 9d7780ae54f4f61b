"""Addresses: one page, one key; nothing a server needs is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.urls import canonicalise, host_group, host_of, identity_form, is_fetchable, url_key

PAGE = "https://www.example.gov.cn/zcfb/2025/t20250301_123.html?a=1&b=2"

VARIANTS = [
    "http://www.example.gov.cn/zcfb/2025/t20250301_123.html?a=1&b=2",
    "https://example.gov.cn/zcfb/2025/t20250301_123.html?a=1&b=2",
    "https://www.example.gov.cn:443/zcfb/2025/t20250301_123.html?a=1&b=2",
    "http://www.example.gov.cn:80/zcfb/2025/t20250301_123.html?a=1&b=2",
    "HTTPS://WWW.EXAMPLE.GOV.CN/zcfb/2025/t20250301_123.html?a=1&b=2",
    "https://www.example.gov.cn./zcfb/2025/t20250301_123.html?a=1&b=2",
    "https://www.example.gov.cn/zcfb/2025/t20250301_123.html?b=2&a=1",
    "https://www.example.gov.cn/zcfb/2025/t20250301_123.html?a=1&b=2#top",
    "https://www.example.gov.cn/zcfb/2025/t20250301_123.html?a=1&b=2#",
    "https://www.example.gov.cn/zcfb/2025/t20250301_123.html/?a=1&b=2",
    "https://www.example.gov.cn/zcfb/./2025/t20250301_123.html?a=1&b=2",
    "https://www.example.gov.cn/zcfb/2024/../2025/t20250301_123.html?a=1&b=2",
    "https://www.example.gov.cn//zcfb/2025/t20250301_123.html?a=1&b=2",
    "https://www.example.gov.cn/zcfb/2025/t20250301_123.html?a=1&b=2&utm_source=wx",
    "https://www.example.gov.cn/zcfb/2025/t20250301_123.html?utm_campaign=x&a=1&b=2",
    "https://www.example.gov.cn/zcfb/2025/t20250301_123.html?a=1&b=2&spm=1001.2014.3001",
    "https://www.example.gov.cn/zcfb/2025/t20250301_123.html?a=1&b=2&gclid=abc",
    "https://www.example.gov.cn/zcfb/2025/t20250301_123.html?a=1&b=2&_=1740800000000",
    "https://www.example.gov.cn/zcfb/2025/t20250301_123.html?a=1&b=2&rand=0.123456",
    "https://www.example.gov.cn/zcfb/2025/t20250301_123.html;jsessionid=0A1B2C3D4E5F?a=1&b=2",
    "https://www.example.gov.cn/zcfb/2025/t20250301_123.html;JSESSIONID=0A1B?b=2&a=1",
    "https://www.example.gov.cn/zcfb/2025/t20250301_123.html?a=1&b=2&PHPSESSID=0a1b2c3d4e5f6a7b",
    "https://www.example.gov.cn/zcfb/2025/t20250301_123.html?a=1&b=2&sid=0a1b2c3d4e5f6a7b8c",
    "https://www.example.gov.cn/zcfb/2025/t20250301_123.html?a=1&amp;b=2",
    "https://www.example.gov.cn/zcfb/2025/t20250301_123.html?a=1&b=2&c=",
    "https://www.example.gov.cn/zcfb/2025/t20250301_123.html?a=1&&b=2&",
    "https://www.example.gov.cn/zcfb/2025/%7420250301_123.html?a=1&b=2",
    "https://www.example.gov.cn\\zcfb\\2025\\t20250301_123.html?a=1&b=2",
    " https://www.example.gov.cn/zcfb/2025/t20250301_123.html?a=1&b=2\n",
    "https://www.example.gov.cn/zcfb/2025/t2025\t0301_123.html?a=1&b=2",
]


@pytest.mark.parametrize("variant", VARIANTS)
def test_variants_of_one_address_have_one_key(variant: str) -> None:
    assert url_key(variant) == url_key(PAGE)
    assert len(url_key(variant)) == 32


@pytest.mark.parametrize(
    "other",
    [
        "https://www.example.gov.cn/zcfb/2025/t20250301_124.html?a=1&b=2",
        "https://www.example.gov.cn/zcfb/2025/t20250301_123.html?a=1&b=3",
        "https://www.example.gov.cn/zcfb/2025/t20250301_123.html?a=1&b=2&page=2",
        "https://fgw.example.gov.cn/zcfb/2025/t20250301_123.html?a=1&b=2",
        "https://www.example.gov.cn:8443/zcfb/2025/t20250301_123.html?a=1&b=2",
        "https://www.example.gov.cn/zcfb/2025/t20250301_123.html?a=1&b=2#!/detail/7",
        "https://www.example.gov.cn/ZCFB/2025/t20250301_123.html?a=1&b=2",
    ],
)
def test_other_pages_have_other_keys(other: str) -> None:
    assert url_key(other) != url_key(PAGE)


def test_index_files_and_root_are_the_folder() -> None:
    assert url_key("http://example.org/") == url_key("https://www.example.org/index.html")
    assert url_key("http://example.org/a/index.shtml") == url_key("http://example.org/a")


@pytest.mark.parametrize(
    ("url", "canonical", "identity"),
    [
        ("http://192.0.2.7/a/index.html", "http://192.0.2.7/a/index.html", "192.0.2.7/a"),
        ("http://192.0.2.7:8080/a/", "http://192.0.2.7:8080/a/", "192.0.2.7:8080/a"),
        ("https://www.a.gov.cn:8443/x", "https://www.a.gov.cn:8443/x", "a.gov.cn:8443/x"),
        ("http://www.a.gov.cn:80/x", "http://www.a.gov.cn/x", "a.gov.cn/x"),
        ("https://www.a.gov.cn:443/x/", "https://www.a.gov.cn/x/", "a.gov.cn/x"),
        ("http://a.gov.cn:0800/x", "http://a.gov.cn:800/x", "a.gov.cn:800/x"),
    ],
)
def test_ports_and_numbers_as_hosts(url: str, canonical: str, identity: str) -> None:
    assert canonicalise(url) == canonical
    assert identity_form(url) == identity
    assert is_fetchable(url)


def test_short_ids_that_look_like_sessions_are_kept() -> None:
    assert url_key("http://x.cn/a?sid=12") != url_key("http://x.cn/a?sid=13")
    assert "timestamp=" in canonicalise("http://x.cn/a?timestamp=today")


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("../2025/a.html", "https://www.example.cn/news/2025/a.html"),
        ("//m.example.cn/a", "https://m.example.cn/a"),
        ("?page=2", "https://www.example.cn/news/list/?page=2"),
        ("/附件 1.pdf", "https://www.example.cn/%E9%99%84%E4%BB%B6%201.pdf"),
        ("/a%3Fb.html", "https://www.example.cn/a%3Fb.html"),
        ("/a?q=%c4%e3", "https://www.example.cn/a?q=%C4%E3"),
        ("#/detail/7", "https://www.example.cn/news/list/#/detail/7"),
    ],
)
def test_relative_addresses(href: str, expected: str) -> None:
    assert canonicalise(href, base="https://www.example.cn/news/list/") == expected


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "mailto:a@b.cn",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://x.cn/a",
        "http://",
        "http://[::1",
        "http://no dots/",
        "example.cn/a",
        "",
    ],
)
def test_what_is_not_fetchable(url: str) -> None:
    assert not is_fetchable(url)
    assert not is_fetchable(canonicalise(url))


def test_overlong_addresses_are_refused_not_cut() -> None:
    long = "https://example.cn/" + "a" * 5000
    assert canonicalise(long) == long
    assert not is_fetchable(long)


def test_credentials_in_an_address_are_refused_and_never_kept() -> None:
    assert not is_fetchable("http://user:secret@example.cn/")
    assert canonicalise("http://user:secret@example.cn/") == "http://example.cn/"


def test_chinese_hosts_become_punycode() -> None:
    assert canonicalise("http://例子.中国/a") == "http://xn--fsqu00a.xn--fiqs8s/a"
    assert host_of("http://例子.中国/a") == "xn--fsqu00a.xn--fiqs8s"


@pytest.mark.parametrize(
    ("url", "group"),
    [
        ("https://fgw.beijing.gov.cn/a", "beijing.gov.cn"),
        ("https://www.beijing.gov.cn/a", "beijing.gov.cn"),
        ("https://www.gov.cn/zhengce", "gov.cn"),
        ("https://news.example.com/a", "example.com"),
        ("https://www.legislation.gov.uk/a", "legislation.gov.uk"),
        ("http://127.0.0.1:8001/a", "127.0.0.1:8001"),
        ("http://localhost:9/a", "localhost:9"),
        ("http://[2001:db8::1]/a", "2001:db8::1"),
        ("not a url", ""),
    ],
)
def test_politeness_groups(url: str, group: str) -> None:
    assert host_group(url) == group


@given(st.text(max_size=120))
def test_any_text_is_survived_and_canonical_form_is_stable(text: str) -> None:
    once = canonicalise("http://example.cn/" + text)
    assert canonicalise(once) == once
    assert url_key(once) == url_key("http://example.cn/" + text)
    is_fetchable(text)
    host_group(text)


def test_record_numbers_that_look_like_trackers_are_kept() -> None:
    one = "http://news.example.com/mnews.asp?pk_no=1412361"
    assert url_key(one) != url_key("http://news.example.com/mnews.asp?pk_no=1412362")
    assert canonicalise(one) == one
    assert canonicalise(one + "&pk_campaign=x") == one


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("/files/7.pdf", "https://www.example.gov.cn/files/7.pdf"),
        ("t2026_7.html", "https://www.example.gov.cn/zc/2026/t2026_7.html"),
        ("./P02026/a.doc", "https://www.example.gov.cn/zc/2026/P02026/a.doc"),
        ("../b/c.html", "https://www.example.gov.cn/zc/b/c.html"),
        ("//www.example.org/a", "https://www.example.org/a"),
        ("/a/./b", "https://www.example.gov.cn/a/b"),
        ("http://www.example.org:80/a", "http://www.example.org/a"),
        ("http://WWW.example.org/a", "http://www.example.org/a"),
        ("?page=2", "https://www.example.gov.cn/zc/2026/index.html?page=2"),
        ("a b.pdf", "https://www.example.gov.cn/zc/2026/a%20b.pdf"),
    ],
)
def test_plain_links_and_others_become_addresses_alike(link: str, address: str) -> None:
    base = "https://www.example.gov.cn/zc/2026/index.html"
    assert canonicalise(link, base=base) == address
    assert is_fetchable(address)
