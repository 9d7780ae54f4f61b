"""Who may call what: every route, every method, every role."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import APIRoute

from review.access import Access, level_of, needs_form_token
from tests.review.conftest import NEWEST, Desk

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

# The whole list of what strangers may call. A new public route must be added here on purpose.
PUBLIC = {
    ("GET", "/login"),
    ("POST", "/login"),
    ("POST", "/logout"),
    ("GET", "/setup"),
    ("POST", "/setup"),
    ("POST", "/language"),
    ("GET", "/static/{name}"),
    ("GET", "/healthz"),
    ("GET", "/metrics"),  # answers this machine, a login or a token only: see test_machine
    ("GET", "/api/items"),
    ("GET", "/api/sources"),
    ("GET", "/archive"),  # asks for a login unless review.public_archive
    ("GET", "/archive/{issue_id}"),
    ("GET", "/archive/{issue_id}/file"),
    ("GET", "/archive/feed.xml"),
    ("GET", "/archive/feed.json"),
    ("GET", "/u/{token}"),
    ("POST", "/u/{token}"),
    ("GET", "/m/{token}"),
    ("POST", "/m/{token}"),
    ("GET", "/c/{token}"),
    ("POST", "/c/{token}"),
    ("GET", "/i/{token}"),
    ("GET", "/i/{token}/file"),
}
ANSWERS_STRANGERS = {
    "/login", "/setup", "/static/app.css", "/healthz", "/language", "/logout",
    "/u/1.x", "/m/1.x", "/c/1.x", "/i/1.x",
}  # fmt: skip


def routes(app: FastAPI) -> list[APIRoute]:
    """All routes of the application."""
    found: list[APIRoute] = []
    pending = list(app.router.routes)
    while pending:
        route = pending.pop()
        if isinstance(route, APIRoute):
            found.append(route)
        else:
            included = getattr(route, "original_router", None)
            pending.extend(included.routes if included is not None else [])
    assert len(found) > 40, "the routes could not be listed"
    return found


def methods_of(route: APIRoute) -> set[str]:
    """Methods of a route."""
    return route.methods or set()


def concrete(path: str) -> str:
    """A path with values that exist in the sample."""
    values = {
        "{item_id}": str(NEWEST),
        "{seq}": "1",
        "{key}": "cn-miit-wjfb",
        "{run_id}": "1",
        "{issue_id}": "1",
        "{outbox_id}": "2",
        "{subscriber_id}": "1",
        "{user_id}": "2",
        "{event_id}": "1",
        "{action_id}": "1",
        "{token}": "1.x",
        "{token_id}": "1",
        "{name}": "app.css",
        "{file_id}": "1",
    }
    for name, value in values.items():
        path = path.replace(name, value)
    assert "{" not in path, path
    return path


def test_every_route_says_who_may_call_it(desk: Desk) -> None:
    public = {
        (method, route.path)
        for route in routes(desk.app)
        for method in methods_of(route)
        if level_of(route.endpoint) == Access.PUBLIC
    }
    assert public == PUBLIC
    for route in routes(desk.app):
        assert hasattr(route.endpoint, "__dibao_access__"), f"{route.path} declares nothing"


def test_a_handler_that_says_nothing_is_for_administrators() -> None:
    assert level_of(lambda: None) == Access.ADMIN


def test_strangers_get_nothing_but_the_public_pages(desk: Desk) -> None:
    visitor = desk.visitor(peer="203.0.113.9")
    for route in routes(desk.app):
        path = concrete(route.path)
        for method in METHODS:
            response = visitor.send(method, path)
            if path in ANSWERS_STRANGERS:
                continue
            if response.status_code == 303:
                assert response.headers["location"].startswith("/login"), (method, path)
            else:
                assert response.status_code in {401, 403, 404, 405}, (method, path, response)
            assert "浙江省经济和信息化厅" not in response.text, (method, path)


def test_writing_is_for_editors_and_users_are_for_administrators(desk: Desk) -> None:
    reader, editor = desk.visitor("reader"), desk.visitor("editor")
    for route in routes(desk.app):
        level, path = level_of(route.endpoint), concrete(route.path)
        method = "POST" if "POST" in methods_of(route) else "GET"
        if level >= Access.EDITOR:
            assert reader.send(method, path).status_code == 403, path
        if level == Access.ADMIN:
            assert editor.send(method, path).status_code == 403, path
    assert reader.get("/items").status_code == 200
    assert f"/items/{NEWEST}/review" not in reader.get("/items").text


def test_only_links_of_mails_go_without_a_form_token(desk: Desk) -> None:
    free = {
        r.path
        for r in routes(desk.app)
        if "POST" in methods_of(r) and not needs_form_token(r.endpoint)
    }
    assert free == {"/u/{token}", "/m/{token}", "/c/{token}"}


def _content(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        tables = [
            row[0]
            for row in connection.execute(
                "select name from sqlite_master where type='table' and name not like 'search%'"
            )
        ]
        digest = hashlib.sha256()
        for table in sorted(tables):
            for row in connection.execute(f"select * from {table}"):  # noqa: S608 - our own names
                digest.update(repr((table, row)).encode())
    return digest.hexdigest()


def test_get_never_writes(desk: Desk) -> None:
    admin = desk.visitor("admin")
    assert desk.db.path is not None
    before = _content(desk.db.path)
    for route in routes(desk.app):
        if "GET" in methods_of(route):
            path = concrete(route.path)
            for query in (
                "",
                "?q=元宇宙&page=2&state=new",
                "?next=/items&lang=en&done=1&ok=undone",
            ):
                assert admin.get(path + query).status_code < 500, path
                admin.send("HEAD", path + query)
    assert _content(desk.db.path) == before


def test_nothing_else_is_served(desk: Desk) -> None:
    admin = desk.visitor("admin")
    for path in ("/docs", "/redoc", "/openapi.json", "/static/../app.py", "/.env"):
        assert admin.get(path).status_code == 404, path
