"""What programs read: liveness, metrics, JSON; and who may."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from storage.users import disable_user, find_user
from tests.review.conftest import Desk, open_desk
from tests.review.parsed import parse

SAMPLE = re.compile(r'dibao_[a-z_]+(\{[a-z]+="[^"]*"\})? -?[0-9.e+]+')


def test_healthz_says_little_to_anybody(desk: Desk) -> None:
    response = desk.visitor(peer="203.0.113.9").get("/healthz")
    assert response.json() == {"status": "ok"}


def test_a_lost_database_is_said_in_words(desk: Desk) -> None:
    reader = desk.visitor("reader")
    assert reader.get("/items").status_code == 200
    assert desk.db.path is not None
    desk.db.dispose()
    desk.db.path.rename(desk.db.path.with_suffix(".away"))
    desk.db.path.mkdir()
    response = desk.visitor().get("/healthz")
    assert response.status_code == 503
    assert response.json() == {"status": "database"}
    page = reader.get("/items")
    assert page.status_code == 503
    assert "什么都没有改动" in page.text


def test_metrics_are_well_formed(desk: Desk) -> None:
    text = desk.visitor().get("/metrics").text
    names = set()
    for line in text.splitlines():
        if line.startswith("# TYPE"):
            names.add(line.split()[2])
        elif not line.startswith("#"):
            assert SAMPLE.fullmatch(line), line
            assert line.split("{")[0].split(" ")[0] in names
    assert 'dibao_outbox{state="unknown"} 1' in text
    assert 'dibao_source_consecutive_failures{source="cn-zhejiang-jxt"} 3' in text
    assert 'dibao_review_items{state="new"}' in text
    assert "example.org" not in text


def test_metrics_are_for_this_machine_a_login_or_a_token(desk: Desk) -> None:
    assert desk.visitor().get("/metrics").status_code == 200
    assert desk.visitor("reader", peer="203.0.113.9").get("/metrics").status_code == 200
    outside = desk.visitor(peer="203.0.113.9")
    assert outside.get("/metrics").status_code == 401
    for name in ("x-forwarded-for", "x-real-ip", "forwarded", "via"):
        assert outside.get("/metrics", headers={name: "127.0.0.1"}).status_code == 401
        # a proxy on this machine calls for somebody else
        spoof = desk.visitor().get("/metrics", headers={name: "127.0.0.1"})
        assert spoof.status_code == 401, name


def test_with_a_public_address_nobody_is_local(filled: Path, tmp_path: Path) -> None:
    desk = open_desk(filled, tmp_path, public_url="http://dibao.example.org")
    try:
        assert desk.visitor().get("/metrics").status_code == 401
    finally:
        desk.close()


def test_api_tokens_open_the_interface_until_revoked(desk: Desk) -> None:
    reader = desk.visitor("reader")
    shown = parse(reader.post("/account/tokens", {"name": "prometheus"}).text)
    token = shown.one("#tokens pre").text()
    assert token not in reader.get("/account").text, "shown once"
    outside = desk.visitor(peer="203.0.113.9")
    bearer = {"authorization": f"Bearer {token}"}
    assert outside.get("/api/items").status_code == 401
    assert outside.get("/api/items", headers={"authorization": "Bearer wrong"}).status_code == 401
    assert outside.get("/metrics", headers=bearer).status_code == 200
    body = outside.get("/api/items?topic=元宇宙", headers=bearer).json()
    assert body["total"] == 2
    assert body["items"][0]["doc_number"] == "浙经信数经〔2026〕112号"
    assert outside.get('/api/items?q="x', headers=bearer).status_code == 400
    assert outside.get("/api/sources", headers=bearer).json()["sources"][0]["health"] == "broken"
    assert outside.get("/items", headers=bearer).status_code == 303, "tokens are for programs"
    revoke = reader.page("/account").one("#tokens li form").attr("action")
    assert desk.visitor("admin").post(revoke).status_code == 404, "only one's own"
    assert reader.post(revoke).status_code == 303
    assert outside.get("/api/items", headers=bearer).status_code == 401


def test_tokens_end_with_their_account(desk: Desk) -> None:
    reader = desk.visitor("reader")
    shown = parse(reader.post("/account/tokens", {"name": "x"}).text)
    bearer = {"authorization": f"Bearer {shown.one('#tokens pre').text()}"}
    outside = desk.visitor(peer="203.0.113.9")
    assert outside.get("/api/sources", headers=bearer).status_code == 200
    with desk.db.writer() as session:
        found = find_user(session, "reader")
        assert found is not None
        disable_user(session, user_id=found.id, now=desk.now)
    assert outside.get("/api/sources", headers=bearer).status_code == 401


def test_a_fault_of_ours_shows_no_details(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("review.routes.runs.list_runs", lambda *_, **__: 1 / 0)
        response = desk.visitor("reader").get("/runs?token=secret-in-query")
    assert response.status_code == 500
    assert "ZeroDivisionError" not in response.text
    assert "Traceback" not in response.text
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert "ZeroDivisionError" in caplog.text
    assert "secret-in-query" not in caplog.text


def test_static_files_may_be_kept_for_ever(desk: Desk) -> None:
    visitor = desk.visitor()
    page = visitor.page("/login")
    paths = [node.attr("href") for node in page.all("link[rel=stylesheet]")]
    paths += [node.attr("src") for node in page.all("script")]
    assert len(paths) == 2
    for path in paths:
        response = visitor.get(path)
        assert "immutable" in response.headers["cache-control"]
    assert visitor.get("/static/settings.py").status_code == 404
