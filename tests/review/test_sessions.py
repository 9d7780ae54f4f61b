"""Logging in and out, guessing, first start."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from review.app import create_app, open_first_door
from review.errors import PublicBind, SecretUnusable
from review.secret import digest_of, load_secret
from storage.engine import open_database
from storage.models import ReviewAction, User, WebSession
from storage.users import disable_user
from tests.review.conftest import PASSWORDS, Desk, open_desk, settings
from tests.review.visitor import Visitor

NEW = "another long sentence"


def is_in(visitor: Visitor) -> bool:
    """Whether the visitor is signed in."""
    return visitor.get("/account").status_code == 200


def actions(desk: Desk) -> list[str]:
    """Names of the audit lines, in order."""
    with desk.db.reader() as session:
        return list(session.scalars(select(ReviewAction.action).order_by(ReviewAction.id)))


def test_login_leads_to_the_page_that_was_asked_for(desk: Desk) -> None:
    visitor = desk.visitor()
    asked = visitor.get("/items?q=元宇宙")
    assert asked.status_code == 303
    form = visitor.page(asked.headers["location"])
    wanted = form.one("main input[name=next]").attr("value")
    response = visitor.post(
        "/login", {"name": "Editor", "password": PASSWORDS["editor"], "next": wanted}
    )
    assert response.headers["location"].startswith("/items?q=%E5%85%83")
    assert visitor.get(response.headers["location"]).status_code == 200
    assert actions(desk)[-1] == "login"


def test_cookies_are_closed_and_the_database_keeps_only_a_hash(desk: Desk) -> None:
    visitor = desk.visitor()
    response = visitor.log_in("editor", PASSWORDS["editor"])
    cookie = next(c for c in response.headers.get_list("set-cookie") if "dibao_session" in c)
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    token = visitor.cookies["dibao_session"]
    assert len(token) >= 43  # 256 bits
    with desk.db.reader() as session:
        stored = session.scalars(select(WebSession)).all()
    assert [row.token_hash for row in stored] == [digest_of(token)]


def test_login_gives_a_fresh_session_and_ends_the_one_the_browser_had(desk: Desk) -> None:
    visitor = desk.visitor("editor")
    first = visitor.cookies["dibao_session"]
    stolen = desk.visitor()
    stolen.plant("dibao_session", first)
    assert is_in(stolen)
    visitor.post("/login", {"name": "editor", "password": PASSWORDS["editor"]})
    assert visitor.cookies["dibao_session"] != first
    assert not is_in(stolen)


def test_a_planted_session_cookie_is_worthless(desk: Desk) -> None:
    visitor = desk.visitor()
    visitor.plant("dibao_session", "x" * 43)
    assert not is_in(visitor)
    visitor.log_in("editor", PASSWORDS["editor"])
    assert visitor.cookies["dibao_session"] != "x" * 43


def test_logout_ends_the_session_on_the_server(desk: Desk) -> None:
    visitor = desk.visitor("editor")
    copy = desk.visitor()
    copy.plant("dibao_session", visitor.cookies["dibao_session"])
    assert is_in(copy)
    assert visitor.post("/logout").status_code == 303
    assert not is_in(visitor)
    assert not is_in(copy)


def test_password_change_ends_every_other_session(desk: Desk) -> None:
    here, elsewhere = desk.visitor("editor"), desk.visitor("editor")
    wrong = here.post("/account/password", {"current": "no", "password": NEW, "repeat": NEW})
    assert wrong.status_code == 422
    assert is_in(elsewhere)
    form = {"current": PASSWORDS["editor"], "password": NEW, "repeat": NEW}
    assert here.post("/account/password", form).status_code == 303
    assert is_in(here)
    assert not is_in(elsewhere)
    assert desk.visitor().log_in("editor", PASSWORDS["editor"]).status_code == 401
    assert desk.visitor().log_in("editor", NEW).status_code == 303


def test_disabling_an_account_ends_its_sessions_at_once(desk: Desk) -> None:
    admin, editor = desk.visitor("admin"), desk.visitor("editor")
    with desk.db.reader() as session:
        user_id = session.scalars(select(User.id).where(User.name == "editor")).one()
    assert admin.post(f"/users/{user_id}/disabled", {"to": "disabled"}).status_code == 303
    assert not is_in(editor)
    assert desk.visitor().log_in("editor", PASSWORDS["editor"]).status_code == 401
    admin.post(f"/users/{user_id}/disabled", {"to": "active"})
    assert desk.visitor().log_in("editor", PASSWORDS["editor"]).status_code == 303


def test_a_smaller_role_counts_at_once(desk: Desk) -> None:
    admin, editor = desk.visitor("admin"), desk.visitor("editor")
    with desk.db.reader() as session:
        user_id = session.scalars(select(User.id).where(User.name == "editor")).one()
    admin.post(f"/users/{user_id}/role", {"role": "reader"})
    assert not is_in(editor)
    editor = desk.visitor("editor")
    assert editor.get("/subscribers").status_code == 403


def test_nobody_can_lock_the_own_account(desk: Desk) -> None:
    admin = desk.visitor("admin")
    with desk.db.reader() as session:
        user_id = session.scalars(select(User.id).where(User.name == "admin")).one()
    assert admin.post(f"/users/{user_id}/disabled", {"to": "disabled"}).status_code == 404
    assert is_in(admin)


def test_sign_out_everywhere(desk: Desk) -> None:
    here, elsewhere = desk.visitor("editor"), desk.visitor("editor")
    page = here.page("/account")
    assert len(page.all("ul.lines > li")) == 2
    here.post("/account/sessions/end")
    assert not is_in(here)
    assert not is_in(elsewhere)


def test_a_session_ends_by_itself(desk: Desk) -> None:
    visitor = desk.visitor("reader")
    desk.later(hours=71)
    assert is_in(visitor)
    desk.later(hours=2)
    assert not is_in(visitor)


def test_unknown_known_and_disabled_names_cost_the_same_and_say_the_same(desk: Desk) -> None:
    with desk.db.writer() as session:
        found = session.scalars(select(User).where(User.name == "reader")).one()
        disable_user(session, user_id=found.id, now=desk.now)
    texts = set()
    for name in ("nobody", "editor", "reader", "", "名" * 60):
        before = desk.passwords.checks
        response = desk.visitor().log_in(name, "wrong password")
        assert response.status_code == 401
        assert desk.passwords.checks == before + 1
        texts.add(response.text.split('role="alert">')[1].split("<")[0])
    assert texts == {"用户名或密码不对，或账户已停用。"}
    assert actions(desk).count("login_failed") == 5


def test_guessing_is_slowed_per_account_and_address(desk: Desk) -> None:
    attacker = desk.visitor(peer="203.0.113.5")
    for _ in range(5):
        assert attacker.log_in("editor", "wrong password").status_code == 401
    checks = desk.passwords.checks
    refused = attacker.log_in("editor", PASSWORDS["editor"])
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert desk.passwords.checks == checks, "a refused try must not cost work"
    owner = desk.visitor(peer="203.0.113.6")
    assert owner.log_in("editor", PASSWORDS["editor"]).status_code == 303
    desk.later(seconds=6)
    assert attacker.log_in("editor", PASSWORDS["editor"]).status_code == 303


def test_200_guesses_get_few_real_tries(desk: Desk) -> None:
    attacker = desk.visitor(peer="203.0.113.5")
    for _ in range(200):
        attacker.log_in("editor", "wrong password")
        desk.later(seconds=1)
    assert desk.passwords.checks <= 15


def test_the_pause_counts_the_real_address_behind_a_trusted_proxy_only(
    filled: Path, tmp_path: Path
) -> None:
    desk = open_desk(filled, tmp_path, trusted_proxies=["10.0.0.0/8"])
    try:
        for peer, expected in (("10.0.0.1", 401), ("203.0.113.5", 429)):
            visitor = desk.visitor(peer=peer)
            for n in range(6):
                headers = {"x-forwarded-for": f"198.51.100.{n}"}
                form = {"name": "reader", "password": "wrong password"}
                response = visitor.post("/login", form, headers=headers)
            assert response.status_code == expected, peer
    finally:
        desk.close()


def test_first_start_needs_the_token_from_the_terminal(bare: Desk) -> None:
    visitor = bare.visitor()
    assert visitor.get("/").headers["location"] == "/login"
    assert visitor.get("/login").headers["location"] == "/setup"
    form = {"name": "chief", "password": NEW, "repeat": NEW, "token": "guess"}
    assert not visitor.page("/setup").has("input[name=token]"), "no token was printed"
    assert visitor.post("/setup", form).status_code == 422
    address = open_first_door(bare.app.state.site)
    assert address is not None
    token = address.partition("token=")[2]
    assert visitor.post("/setup", form).status_code == 422
    short = {**form, "token": token, "password": "short", "repeat": "short"}
    assert visitor.post("/setup", short).status_code == 422
    assert visitor.post("/setup", {**form, "token": token}).status_code == 303
    assert visitor.get("/users").status_code == 200, "the first user is administrator"
    # the door is shut for good
    other = bare.visitor()
    assert other.get("/setup").headers["location"] == "/login"
    again = {**form, "name": "second", "token": token}
    assert other.post("/setup", again).headers["location"] == "/login"
    assert open_first_door(bare.app.state.site) is None
    assert actions(bare)[:2] == ["setup", "login"]


def test_no_public_bind_while_nobody_can_log_in(empty: Path, tmp_path: Path) -> None:
    for host in ("0.0.0.0", "::", "192.0.2.7", "dibao.example.org"):
        folder = tmp_path / host.replace(":", "_")
        folder.mkdir()
        desk = open_desk(empty, folder, host=host)
        try:
            with pytest.raises(PublicBind):
                open_first_door(desk.app.state.site)
        finally:
            desk.close()


def test_the_server_prints_the_address_when_it_starts(
    bare: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    async def start() -> None:
        async with bare.app.router.lifespan_context(bare.app):
            pass

    asyncio.run(start())
    assert "http://127.0.0.1:8000/setup?token=" in capsys.readouterr().out


def test_the_secret_file_is_private(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "review.secret"
    secret = load_secret(path)
    assert len(secret) == 32
    assert path.stat().st_mode & 0o077 == 0
    assert load_secret(path) == secret
    path.chmod(0o644)
    with pytest.raises(SecretUnusable):
        load_secret(path)
    path.unlink()
    path.write_bytes(b"short")
    path.chmod(0o600)
    with pytest.raises(SecretUnusable):
        load_secret(path)


def test_https_makes_cookies_secure(filled: Path, tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{filled}")
    config = settings(tmp_path, public_url="https://dibao.example.org")
    app = create_app(db=db, config=config)
    loop = asyncio.new_event_loop()
    try:
        response = Visitor(app, loop=loop, host="dibao.example.org").get("/login")
        assert "__Host-dibao-form=" in response.headers["set-cookie"]
        assert "Secure" in response.headers["set-cookie"]
        assert "max-age" in response.headers["strict-transport-security"]
    finally:
        loop.close()
        db.dispose()
