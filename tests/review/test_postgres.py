"""The desk on the other database: every page answers, every decision is stored."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from review.app import create_app
from storage.engine import Database
from storage.models import CrawlRun, Document
from storage.users import add_user
from tests.review.conftest import PASSWORDS, CountingPasswords, Desk, settings
from tests.review.sample import NOW, fill
from tests.review.test_access import methods_of, routes

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),
]


def test_the_desk_on_postgresql(database: Database, tmp_path: Path) -> None:
    fill(database, extra=5)
    passwords = CountingPasswords()
    hashed = passwords.hash(PASSWORDS["admin"])
    with database.writer() as session:
        add_user(session, name="admin", password_hash=hashed, role="admin", now=NOW)
    app = create_app(db=database, config=settings(tmp_path), clock=lambda: NOW, passwords=passwords)
    desk = Desk(app, database, passwords, loop=asyncio.new_event_loop())
    try:
        admin = desk.visitor()
        assert admin.log_in("admin", PASSWORDS["admin"]).status_code == 303
        with database.reader() as session:
            item = session.scalars(select(Document.id).order_by(Document.id.desc())).first()
            run = session.scalars(select(CrawlRun.id)).first()
        places = {
            "{item_id}": str(item), "{seq}": "1", "{key}": "cn-miit-wjfb", "{run_id}": str(run),
            "{issue_id}": "1", "{token}": "1.x", "{name}": "app.css",
            "{file_id}": "1", "{event_id}": "1", "{action_id}": "1",
        }  # fmt: skip
        for route in routes(app):
            if "GET" in methods_of(route):
                path = route.path
                for name, value in places.items():
                    path = path.replace(name, value)
                assert "{" not in path, f"no sample for {path}"
                for query in ("", "?q=元宇宙&region=CN-浙江&fresh=changed&within=3&state=new"):
                    assert admin.get(path + query).status_code in {200, 303, 404}, path
        page = admin.page("/items?state=new")
        form = page.one("form.review-form")
        data = {"to": "accepted", "expected": form.one("input[name=expected]").attr("value")}
        assert admin.post(form.attr("action"), data).status_code == 303
        assert admin.post(form.attr("action"), data).status_code == 409
        assert "ok=run_queued" in admin.post("/sources/cn-miit-wjfb/run").headers["location"]
        assert "ok=run_active" in admin.post("/sources/cn-miit-wjfb/run").headers["location"]
        assert admin.post(f"/items/{item}/labels", {"slug": "区块链", "present": "yes"})
    finally:
        desk.loop.close()
