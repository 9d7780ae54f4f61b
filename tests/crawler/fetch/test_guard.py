"""The address guard: tables of spellings that must be refused before any packet."""

from __future__ import annotations

import pytest

from crawler.errors import BadAddress, BlockedAddress, FetchError
from crawler.fetch.guard import AllowList, check_address, check_url

INSIDE = [
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.255",
    "0.0.0.0",
    "0.1.2.3",
    "192.0.0.8",
    "192.0.2.1",
    "198.51.100.7",
    "203.0.113.9",
    "198.18.0.1",
    "192.88.99.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fec0::1",
    "fc00::1",
    "fd12::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:c0a8:101::",
    "2001::1",
    "2001:db8::1",
    "3fff::1",
    "2001:10::1",
    "2001:20::1",
    "2001:2::1",
    "2606:4700::5efe:7f00:1",
    "100::1",
    "5f00::1",
    "fe80::1%eth0",
]

OUTSIDE = [
    "1.1.1.1",
    "8.8.8.8",
    "114.114.114.114",
    "223.5.5.5",
    "2606:4700:4700::1111",
    "2400:3200::1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
]


@pytest.mark.parametrize("ip", INSIDE)
def test_inside_addresses_are_refused(ip: str) -> None:
    with pytest.raises(BlockedAddress):
        check_address(ip)


@pytest.mark.parametrize("ip", OUTSIDE)
def test_global_addresses_pass(ip: str) -> None:
    check_address(ip)


def test_allow_list_by_network_by_address_and_by_name() -> None:
    allow = AllowList.parse(["127.0.0.0/8", "10.1.2.3", "intranet.example", "[::1]"])
    check_address("127.0.0.9", allow)
    check_address("10.1.2.3", allow)
    check_address("::1", allow)
    check_address("192.168.1.1", allow, host="intranet.example")
    for ip, host in (("10.1.2.4", None), ("192.168.1.1", "other.example")):
        with pytest.raises(BlockedAddress):
            check_address(ip, allow, host=host)


def test_allow_list_refuses_what_it_cannot_read() -> None:
    with pytest.raises(ValueError, match=r"http://10"):
        AllowList.parse(["http://10.0.0.1/"])


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "data:text/html,x",
        "ftp://example.com/",
        "s3://bucket/key",
        "gopher://example.com/",
        "source:file:///etc/passwd",
        "javascript:alert(1)",
        "//example.com/",
        "example.com",
        "http:///path",
        "http://",
        "https://user@example.com/",
        "https://user:pw@example.com/",
        "http://inside\\@outside/",
        "http://example.com\\.evil/",
        "http://exa mple.com/",
        "http://example.com/a b",
        "http://example.com/\tx",
        "http://example.com/\r\nHost: x",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http://example.com:x/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://0177.0.0.1/",
        "http://127.0.0.1.0x7f/",
        "http://①②⑦.0.0.1/",
        "http://example。com/",
        "http://ｅxample.com/",
        "http://exam%70le.com/",
        "http://[::1/",
        "http://-bad-.example/",
        "http://a..b/",
        "http://example.com/" + "a" * 5000,
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]:80/",
        "http://0.0.0.0/",
        "http://10.0.0.1:8080/x",
    ],
)
def test_hostile_spellings_are_refused_as_text(url: str) -> None:
    with pytest.raises(FetchError) as caught:
        check_url(url)
    assert caught.value.code in {BadAddress.code, BlockedAddress.code}
    assert not caught.value.retry


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.gov.cn/zhengce/", "www.gov.cn"),
        ("http://WWW.Example.COM:8080/x?y=1#z", "www.example.com"),
        ("http://中国政府.政务/", "xn--fiqs8sirgfmh.xn--zfr164b"),
        ("https://example.com./", "example.com"),
        ("http://8.8.8.8/", "8.8.8.8"),
        ("http://[2606:4700:4700::1111]/", "2606:4700:4700::1111"),
        ("http://a_b.example.com/%E6%94%BF", "a_b.example.com"),
    ],
)
def test_plain_addresses_pass(url: str, host: str) -> None:
    assert check_url(url) == host


def test_listed_loopback_passes_as_text() -> None:
    allow = AllowList.parse(["127.0.0.1"])
    assert check_url("http://127.0.0.1:8000/", allow) == "127.0.0.1"
    with pytest.raises(BlockedAddress):
        check_url("http://127.0.0.2:8000/", allow)
