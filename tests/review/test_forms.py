"""Forms, redirects, hosts, headers."""

from __future__ import annotations

import pytest

from review.addresses import client_address, host_name, is_direct_loopback, safe_next
from review.settings import ReviewConfig
from tests.review.conftest import NEWEST, PASSWORDS, Desk
from tests.review.test_access import concrete, methods_of, routes

BAD_NEXT = (
    "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\evil.example",
    "\\\\evil.example", "/\\/evil.example", "http://evil.example", "https://evil.example",
    "HTTPS://evil.example", "https:evil.example", "https:/evil.example", "javascript:alert(1)",
    "JavaScript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "ftp://x",
    " //evil.example", "\t//evil.example", "\n//evil.example", "/\t/evil.example",
    "/\n/evil.example", "/\r/evil.example", "/ /evil.example", "/%09/evil.example",
    "/%0a/evil.example", "/%0d%0aset-cookie:x=1", "/%2f/evil.example", "/%2fevil.example",
    "%2f%2fevil.example", "/%5cevil.example", "/%255cevil.example", "/%252fevil.example",
    "evil.example", "./evil", "../evil", "@evil.example", "?next=//evil", "#//evil", "/\x00/evil",
    "/\x7f", "//[::1]/", "/" + "a" * 3000,
)  # fmt: skip


@pytest.mark.parametrize("value", BAD_NEXT)
def test_next_never_leaves_the_site(value: str) -> None:
    assert safe_next(value) == "/"


@pytest.mark.parametrize(
    "value", ["/", "/items", "/items?q=a%20b&page=2", "/items?next=//x", "/sources/cn-x#runs"]
)
def test_next_keeps_pages_of_the_site(value: str) -> None:
    assert safe_next(value) == value


def test_login_does_not_follow_a_foreign_next(desk: Desk) -> None:
    for value in BAD_NEXT[:20]:
        form = {"name": "reader", "password": PASSWORDS["reader"], "next": value}
        assert desk.visitor().post("/login", form).headers["location"] == "/"


def test_every_post_needs_the_token_of_its_own_session(desk: Desk) -> None:
    admin, editor = desk.visitor("admin"), desk.visitor("editor")
    foreign = editor.token()
    for route in routes(desk.app):
        if "POST" not in methods_of(route) or route.path[:3] in {"/u/", "/m/", "/c/"}:
            continue
        path = concrete(route.path)
        for csrf in (None, "", "0" * 64, foreign):
            data = {} if csrf is None else {"csrf": csrf}
            response = admin.send("POST", path, data=data)
            assert response.status_code == 403, (path, csrf)
            assert "页面已过期" in response.text
    assert admin.get("/account").status_code == 200


def test_a_token_from_before_login_is_worthless_after_it(desk: Desk) -> None:
    visitor = desk.visitor()
    token = visitor.token()
    visitor.send(
        "POST", "/login", data={"name": "admin", "password": PASSWORDS["admin"], "csrf": token}
    )
    assert visitor.send("POST", "/account/sessions/end", data={"csrf": token}).status_code == 403


def test_a_form_sent_from_another_site_is_refused(desk: Desk) -> None:
    admin = desk.visitor("admin")
    for origin in ("cross-site", "same-site"):
        response = admin.post("/logout", headers={"sec-fetch-site": origin})
        assert response.status_code == 403
    assert admin.post("/logout", headers={"sec-fetch-site": "same-origin"}).status_code == 303


def test_a_token_may_come_in_a_multipart_form_too(desk: Desk) -> None:
    admin = desk.visitor("admin")
    files = {"csrf": (None, admin.token()), "lang": (None, "en")}
    assert admin.send("POST", "/language", files=files).status_code == 303


def test_json_is_no_way_around_the_token(desk: Desk) -> None:
    admin = desk.visitor("admin")
    response = admin.send("POST", "/account/sessions/end", json={"csrf": admin.token()})
    assert response.status_code == 403


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "evil.example:8000", "127.0.0.1.nip.io", "a b"],
)
def test_other_hosts_are_refused(desk: Desk, host: str) -> None:
    response = desk.visitor("reader").get("/items", headers={"host": host})
    assert response.status_code == 400
    assert "public_url" in response.text


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST"])
def test_this_machine_is_always_answered(desk: Desk, host: str) -> None:
    assert desk.visitor().get("/login", headers={"host": host}).status_code == 200


def test_host_header_is_read_strictly() -> None:
    for header in (None, "", "a/b", "a@b", "a\\b", "x:y", "x" * 400, "a,b", "%61"):
        assert host_name(header) is None, header


def test_every_answer_carries_the_security_headers(desk: Desk) -> None:
    admin = desk.visitor("admin")
    nonces = set()
    for path in ("/", "/items", "/nothing", "/login", "/healthz", "/static/app.css", "/items/999"):
        headers = admin.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "unsafe" not in policy
        nonces.add(policy.split("'nonce-")[1].split("'")[0])
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"
    assert len(nonces) == 7, "a nonce is used once"
    assert admin.get("/items").headers["cache-control"] == "no-store"


def test_pages_have_no_inline_script_or_style(desk: Desk) -> None:
    admin = desk.visitor("admin")
    for path in (
        "/",
        "/items",
        f"/items/{NEWEST}",
        "/sources",
        "/issues/2",
        "/subscribers",
        "/users",
    ):
        page = admin.page(path)
        for script in page.all("script"):
            assert script.attr("src").startswith("/static/"), path
        assert page.all("style, [style]") == [], path
        for node in page.all("*"):
            assert not [name for name in node.names() if name.startswith("on")], path


def test_a_huge_body_is_refused(desk: Desk) -> None:
    visitor = desk.visitor()
    response = visitor.send("POST", "/login", data={"name": "x" * 3_000_000})
    assert response.status_code in {400, 413}


def test_the_language_is_remembered_and_only_known_ones(desk: Desk) -> None:
    visitor = desk.visitor()
    assert visitor.page("/login").one("html").attr("lang") == "zh-CN"
    visitor.post("/language", {"lang": "en", "next": "/login"})
    assert "Sign in" in visitor.get("/login").text
    visitor.post("/language", {"lang": "../../x"})
    assert visitor.page("/login").one("html").attr("lang") == "en"


def test_forwarded_addresses_count_behind_trusted_proxies_only() -> None:
    proxies = ReviewConfig(trusted_proxies=["127.0.0.1/32", "10.0.0.0/8"]).proxy_networks
    assert client_address("203.0.113.5", "1.2.3.4", proxies=proxies) == "203.0.113.5"
    assert client_address("127.0.0.1", "1.2.3.4", proxies=proxies) == "1.2.3.4"
    assert client_address("127.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.3", proxies=proxies) == "1.2.3.4"
    assert client_address("127.0.0.1", "junk", proxies=proxies) == "127.0.0.1"
    assert client_address("127.0.0.1", None, proxies=()) == "127.0.0.1"
    assert not is_direct_loopback("127.0.0.1", {"x-forwarded-for"})
    assert is_direct_loopback("::1", {"host"})
